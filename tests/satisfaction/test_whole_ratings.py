"""Whole answers of ratings, features and links, counted by hand from unequal counts."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from crmkit import errors
from crmkit.satisfaction import (
    Disconfirmation,
    Kano,
    OutcomeLink,
    Rating,
    csat,
    csat_by,
    disconfirmation,
    kano,
    link_to_outcomes,
)

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

KINDS = (
    "must_be",
    "one_dimensional",
    "attractive",
    "indifferent",
    "reverse",
    "questionable",
)


def test_a_feature_is_described_by_its_counts() -> None:
    feature = Kano(
        must_be=5,
        one_dimensional=8,
        attractive=20,
        indifferent=7,
        reverse=3,
        questionable=2,
        incomplete=9,
    )
    assert feature.counts.tolist() == [5, 8, 20, 7, 3, 2]
    assert feature.n_customers == 45
    assert feature.better == pytest.approx(28 / 40, rel=1e-14, abs=0)
    assert feature.worse == pytest.approx(-13 / 40, rel=1e-14, abs=0)
    assert feature.category_strength == pytest.approx(12 / 45, rel=1e-14, abs=0)
    assert feature.total_strength == pytest.approx(33 / 45, rel=1e-14, abs=0)
    assert (feature.significant, feature.category) == (True, "attractive")
    for of, count in (("better", 28), ("worse", 13)):
        test = stats.binomtest(count, 40)
        for name, ends in (
            ("wilson", test.proportion_ci(0.8, "wilson")),
            ("clopper_pearson", test.proportion_ci(0.8, "exact")),
        ):
            options: Any = {"of": of, "method": name, "level": 0.8}
            found = feature.interval(**options)
            known = (ends.low, ends.high) if of == "better" else (-ends.high, -ends.low)
            assert tuple(found) == pytest.approx(known, rel=1e-9, abs=0)
            assert found.level == 0.8
    plain = feature.interval()
    ends = stats.binomtest(28, 40).proportion_ci(0.95, "wilson")
    assert tuple(plain) == pytest.approx((ends.low, ends.high), rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("counts", "category"),
    [
        # Fong: 27 and 15 of 50 differ by 12 > 1.65 * sqrt(42 * 58 / 100) = 8.1.
        ((15, 27, 4, 2, 1, 1), "one_dimensional"),
        # 23 and 15 differ by 8 < 1.65 * sqrt(38 * 62 / 100) = 8.01: the first in order.
        ((15, 23, 6, 4, 1, 1), "must_be"),
        # 24 and 15 differ by 9 > 1.65 * sqrt(39 * 61 / 100) = 8.05.
        ((15, 24, 6, 3, 1, 1), "one_dimensional"),
        ((1, 2, 10, 12, 8, 0), "attractive"),
        ((1, 2, 3, 10, 12, 0), "indifferent"),
        ((6, 0, 0, 0, 0, 7), "must_be"),
    ],
)
def test_a_category_leads_by_a_margin_or_is_the_first_of_two(
    counts: tuple[int, ...], category: str
) -> None:
    feature = Kano(**dict(zip(KINDS, counts, strict=True)))
    assert feature.category == category


@pytest.mark.parametrize("kind", KINDS)
def test_one_customer_of_a_kind_is_a_feature_if_it_is_served(kind: str) -> None:
    if kind in KINDS[:4]:
        feature = Kano(**{kind: 1})
        assert feature.n_customers == 1
        assert feature.incomplete == 0
    else:
        with pytest.raises(errors.NotEnoughDataError, match="wants the feature"):
            Kano(**{kind: 1})


def test_every_pair_of_answers_has_its_kind(frame: Build) -> None:
    table = ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"]
    rows = [
        (present + 1, absent + 1)
        for present in range(5)
        for absent in range(5)
        for _ in range(1 + present + 5 * absent)
    ]
    both = [*rows, (None, 2), (3, None), (None, None)]
    found = kano(
        frame(
            {
                "functional": [one for one, _ in both],
                "dysfunctional": [other for _, other in both],
            }
        )
    )
    counts = dict.fromkeys("MOAIRQ", 0)
    for present, absent in rows:
        counts[table[present - 1][absent - 1]] += 1
    assert found.counts.tolist() == list(counts.values())
    assert found.incomplete == 3


@pytest.mark.parametrize("wrong", [0, 6, 2.5, -1])
def test_an_answer_is_one_of_five(wrong: float) -> None:
    good = {"functional": [1.0, 5.0, 2.0], "dysfunctional": [5.0, 1.0, 4.0]}
    assert kano(pd.DataFrame(good)).n_customers == 3
    for name in good:
        bad = pd.DataFrame({**good, name: [1.0, wrong, 5.0]})
        with pytest.raises(errors.InvalidValueError, match="unknown answer in 1 of 3"):
            kano(bad)


COUNTED: dict[str, list[Any]] = {
    "plan": ["a", "a", "a", "a", "b", "b", "b", "c", "b"],
    "score": [0.0, 1.0, 2.0, 4.0, 3.0, 2.0, None, None, 9.0],
    "times": [2, 3, 5, 7, 11, 13, 17, 19, 23],
}


@pytest.mark.parametrize(
    ("direction", "boxes", "satisfied"),
    [
        ("higher_is_better", 1, {"a": 7, "b": 0, "c": 0}),
        ("higher_is_better", 2, {"a": 7, "b": 11, "c": 0}),
        ("higher_is_better", 3, {"a": 12, "b": 24, "c": 0}),
        ("lower_is_better", 1, {"a": 2, "b": 0, "c": 0}),
        ("lower_is_better", 2, {"a": 5, "b": 0, "c": 0}),
        ("lower_is_better", 3, {"a": 10, "b": 13, "c": 0}),
    ],
)
def test_groups_of_counted_answers_have_all_their_numbers(
    frame: Build,
    columns_of: Read,
    direction: Any,
    boxes: int,
    satisfied: dict[str, int],
) -> None:
    rows = columns_of(
        csat_by(
            frame(COUNTED),
            by="plan",
            scale=(0, 4),
            boxes=boxes,
            direction=direction,
            count_col="times",
            out_of_range="drop",
            level=0.9,
        )
    )

    def of(name: str) -> dict[str, Any]:
        return dict(zip(rows["plan"], rows[name], strict=True))

    assert of("satisfied") == satisfied
    assert of("n_responses") == {"a": 17, "b": 24, "c": 0}
    assert of("missing") == {"a": 0, "b": 17, "c": 19}
    assert of("dropped") == {"a": 0, "b": 23, "c": 0}
    for plan, n, mean in (("a", 17, 41 / 17), ("b", 24, 59 / 24)):
        ends = stats.binomtest(satisfied[plan], n).proportion_ci(0.9, "wilson")
        share = satisfied[plan] / n
        assert of("share")[plan] == pytest.approx(share, rel=1e-12, abs=1e-300)
        assert of("share_lower")[plan] == pytest.approx(ends.low, rel=1e-9, abs=1e-15)
        assert of("share_upper")[plan] == pytest.approx(ends.high, rel=1e-9, abs=0)
        assert of("mean")[plan] == pytest.approx(mean, rel=1e-12, abs=0)
    for name in ("share", "share_lower", "share_upper", "mean"):
        assert pd.isna(of(name)["c"])


def test_boxes_leave_a_point_of_the_scale() -> None:
    answers = pd.DataFrame(COUNTED)[:4]
    assert len(csat_by(answers, by="plan", scale=(0, 4), boxes=4)) == 1
    for boxes in (0, 5):
        with pytest.raises(errors.InvalidValueError, match="boxes"):
            csat_by(answers, by="plan", scale=(0, 4), boxes=boxes)


def test_a_rating_counts_what_it_leaves_out(frame: Build) -> None:
    rating = csat(
        frame(COUNTED), scale=(0, 4), count_col="times", out_of_range="drop", boxes=2
    )
    assert rating.counts == (2, 3, 18, 11, 7)
    assert (rating.missing, rating.dropped, rating.lowest) == (36, 23, 0)
    answers = [0] * 2 + [1] * 3 + [2] * 18 + [3] * 11 + [4] * 7
    spread = stats.tstd(answers)
    assert rating.standard_deviation == pytest.approx(spread, rel=1e-12, abs=0)
    ends = stats.t.interval(0.8, 40, loc=100 / 41, scale=spread / math.sqrt(41))
    found = rating.interval(of="mean", level=0.8)
    assert tuple(found) == pytest.approx(tuple(ends), rel=1e-9, abs=0)
    share = stats.binomtest(18, 41).proportion_ci(0.95, "wilson")
    assert str(rating) == (
        f"43.9% satisfied (95% {share.low:.1%} to {share.high:.1%}), mean 2.44: "
        "41 answers, 36 missing"
    )
    exact = stats.binomtest(18, 41).proportion_ci(0.95, "exact")
    found = rating.interval(method="clopper_pearson")
    assert tuple(found) == pytest.approx((exact.low, exact.high), rel=1e-9, abs=0)
    plain = Rating(lowest=3, counts=(2, 0, 5), boxes=1)
    assert (plain.missing, plain.dropped, plain.share) == (0, 0, 5 / 7)
    assert plain.mean == pytest.approx(31 / 7, rel=1e-14, abs=0)
    with pytest.raises(errors.NotEnoughDataError, match=r"0 \(2 missing, 3 outside"):
        Rating(lowest=1, counts=(0, 0), boxes=1, missing=2, dropped=3)


def test_a_difference_of_one_customer_has_no_error_and_of_two_has_one() -> None:
    one = pd.DataFrame({"expectation": [3.0, None], "performance": [5.0, 2.0]})
    met = disconfirmation(one)
    assert met == Disconfirmation(
        better=1,
        as_expected=0,
        worse=0,
        mean_expectation=3.0,
        mean_performance=5.0,
        incomplete=1,
    )
    with pytest.raises(errors.NotEnoughDataError, match=r"2 customers .* got 1"):
        met.interval()
    two = pd.DataFrame({"expectation": [3.0, 4.0], "performance": [5.0, 3.0]})
    met = disconfirmation(two)
    assert (met.better, met.as_expected, met.worse, met.incomplete) == (1, 0, 1, 0)
    assert met.standard_error == pytest.approx(1.5, rel=1e-14, abs=0)
    ends = stats.t.interval(0.9, 1, loc=0.5, scale=1.5)
    assert tuple(met.interval(level=0.9)) == pytest.approx(ends, rel=1e-9, abs=0)


def test_ranges_of_answers_hold_both_of_their_ends() -> None:
    after = pd.DataFrame(
        {
            "score": [9.0, 10.0, 8.9, 10.1, 0.0, 6.0, 6.1, -0.1, 3.0, 9.5, None, 9.0],
            "repurchased": [1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1, None],
        }
    )
    link = link_to_outcomes(after, satisfied=(9, 10), others=(0, 6))
    assert link == OutcomeLink(
        satisfied=3, satisfied_events=2, others=3, other_events=1, missing=2
    )
    assert (link.satisfied_share, link.other_share) == (2 / 3, 1 / 3)
    assert link.odds_ratio == pytest.approx(4.0, rel=1e-14, abs=0)
    assert link.risk_difference == pytest.approx(1 / 3, rel=1e-14, abs=0)
    for satisfied, got in (((9, 10), "3 and 0"), ((11, 12), "0 and 0")):
        with pytest.raises(errors.NotEnoughDataError, match=f"got {got}"):
            link_to_outcomes(after, satisfied=satisfied, others=(20, 30))
