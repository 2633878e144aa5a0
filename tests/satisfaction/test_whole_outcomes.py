"""Whole answers of outcomes and changes, at the ends of their windows and scales."""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit import errors
from crmkit.satisfaction import (
    PairedNpsDifference,
    latest_responses,
    loyalty_curve,
    match_respondents,
    nps_comparison,
    nps_trend,
    outcomes_by,
    with_outcomes,
)

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def _day(number: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1) + dt.timedelta(days=number)


def test_an_outcome_is_inside_from_the_day_after_to_the_last_day(
    eager_frame: Build, columns_of: Read
) -> None:
    answers = {"customer_id": list("abcdef"), "date": [_day(9 - at) for at in range(6)]}
    bought = {
        "customer_id": ["a", "b", "c", "d", "e", "e", "e"],
        "date": [_day(at) for at in (9, 10, 16, 17, 12, 12, 14)],
        "amount": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0],
    }
    left = {
        "customer_id": ["a", "b", "c", "c"],
        "date": [_day(at) for at in (10, 16, 17, 18)],
    }
    brought = {
        "referrer_id": ["a", "b", "c", "d", "d"],
        "date": [_day(at) for at in (9, 10, 16, 17, 12)],
    }

    def after(end: int) -> Any:
        return with_outcomes(
            eager_frame(answers),
            transactions=eager_frame(bought),
            departures=eager_frame(left),
            referrals=eager_frame(brought),
            as_of=_day(9).date(),
            horizon_days=7,
            observation_period_end=_day(end).date(),
        )

    rows = columns_of(after(16))
    at = np.argsort(rows["customer_id"])
    known = {
        "repurchased": [0, 1, 1, 0, 1, 0],
        "churned": [1, 1, 0, 0, 0, 0],
        "purchases": [0, 1, 1, 0, 2, 0],
        "spend": [0.0, 2.0, 4.0, 0.0, 112.0, 0.0],
        "days_to_repurchase": [7, 1, 7, 7, 3, 7],
        "days_to_churn": [1, 7, 7, 7, 7, 7],
        "referrals": [0, 1, 1, 1, 0, 0],
    }
    for name, values in known.items():
        assert [rows[name][place] for place in at] == values, name
    with pytest.raises(errors.InvalidValueError, match="ends 1 days after the data"):
        after(15)


@pytest.mark.parametrize("horizon", [0, -1])
def test_a_horizon_is_a_day_at_least(horizon: int) -> None:
    answers = pd.DataFrame({"customer_id": ["a"], "date": [_day(1)]})
    bought = answers.assign(amount=2.0)
    given: dict[str, Any] = {"as_of": _day(1), "observation_period_end": _day(2)}
    found = with_outcomes(answers, transactions=bought, horizon_days=1, **given)
    assert found["days_to_repurchase"].tolist() == [1]
    with pytest.raises(errors.InvalidValueError, match="horizon_days"):
        with_outcomes(answers, transactions=bought, horizon_days=horizon, **given)


@pytest.mark.parametrize("level", [0.95, 0.8])
def test_groups_have_students_limits_and_wilsons_for_shares(
    eager_frame: Build, columns_of: Read, level: float
) -> None:
    groups: dict[str, tuple[list[float | None], list[float | None]]] = {
        "x": ([3.0, 5.0, 10.0], [1.0, 0.0, 1.0]),
        "y": ([4.0], [1.0]),
        "z": ([7.0, 8.0], [0.0, None]),
        "w": ([None, None], [None, None]),
    }
    after = {
        "g": [name for name, (spend, _) in groups.items() for _ in spend],
        "spend": [one for spend, _ in groups.values() for one in spend],
        "again": [one for _, again in groups.values() for one in again],
    }
    rows = columns_of(
        outcomes_by(
            eager_frame(after), by="g", outcome_cols=["again", "spend"], level=level
        )
    )
    assert rows["g"] == [name for name in "wxyz" for _ in range(2)]
    assert rows["outcome"] == ["again", "spend"] * 4
    assert rows["n_customers"] == [0, 0, 3, 3, 1, 1, 1, 2]
    for at, (name, outcome) in enumerate(zip(rows["g"], rows["outcome"], strict=True)):
        column = groups[name][("spend", "again").index(outcome)]
        values = [one for one in column if one is not None]
        found = [rows[f"mean{end}"][at] for end in ("", "_lower", "_upper")]
        if not values:
            assert all(pd.isna(one) for one in found)
            continue
        assert found[0] == pytest.approx(np.mean(values), rel=1e-14, abs=1e-300)
        if outcome == "again":
            test = stats.binomtest(int(sum(values)), len(values))
            ends = test.proportion_ci(level, "wilson")
            known = (ends.low, ends.high)
        elif len(values) == 1:
            assert all(pd.isna(one) for one in found[1:])
            continue
        else:
            spread = stats.sem(values)
            free = len(values) - 1
            known = stats.t.interval(level, free, loc=np.mean(values), scale=spread)
        assert found[1:] == pytest.approx(known, rel=1e-9, abs=1e-15)


def test_a_curve_has_a_zone_where_a_share_is_surely_off_the_mean(
    eager_frame: Build, columns_of: Read
) -> None:
    counts = {1: (1, 20), 4: (11, 20), 5: (6, 20), 9: (14, 15)}
    after = {
        "score": [score for score, (_, n) in counts.items() for _ in range(n)],
        "repurchased": [int(at < k) for k, n in counts.values() for at in range(n)],
    }
    rows = columns_of(loyalty_curve(eager_frame(after), level=0.9))
    overall = 32 / 75
    assert rows["score"] == list(counts)
    assert rows["n_customers"] == [20, 20, 20, 15]
    assert rows["events"] == [1, 11, 6, 14]
    pooled = [1 / 20, 17 / 40, 17 / 40, 14 / 15]
    assert rows["rising"] == pytest.approx(pooled, rel=1e-14, abs=0)
    for at, (k, n) in enumerate(counts.values()):
        ends = stats.binomtest(k, n).proportion_ci(0.9, "wilson")
        found = (rows["share_lower"][at], rows["share_upper"][at])
        assert found == pytest.approx((ends.low, ends.high), rel=1e-9, abs=0)
        zone = "advocacy" if ends.low > overall else "indifference"
        zone = "detraction" if ends.high < overall else zone
        assert rows["zone"][at] == zone
    assert set(rows["zone"]) == {"detraction", "indifference", "advocacy"}


@pytest.mark.parametrize(("window", "kept"), [(None, "abc"), (5, "ab"), (4, "a")])
def test_the_latest_answers_are_of_a_window_that_ends_on_its_day(
    frame: Build, columns_of: Read, window: int | None, kept: str
) -> None:
    answers = {
        "customer_id": ["a", "b", "c", "a", "a", "d"],
        "date": [_day(at) for at in (9, 6, 5, 10, 11, 11)],
        "score": [1, 2, 3, 4, 5, 6],
    }
    rows = columns_of(
        latest_responses(frame(answers), as_of=_day(10), window_days=window)
    )
    found = dict(zip(rows["customer_id"], rows["score"], strict=True))
    assert found == {name: {"a": 4, "b": 2, "c": 3}[name] for name in kept}


def test_who_answered_and_who_was_silent_are_counted(frame: Build) -> None:
    answers = frame({"customer_id": ["b", "y", "a", "y", "x", "b", "b"]})
    base = frame({"customer_id": ["a", "b", "c", "d", "e", "a"]})
    found = match_respondents(answers, customers=base)
    assert (found.n_responses, found.n_respondents, found.n_matched) == (7, 4, 2)
    assert (found.n_unmatched, found.n_responses_unmatched) == (2, 3)
    assert (found.n_customers, found.n_silent) == (5, 3)
    assert found.response_rate == pytest.approx(0.4, rel=1e-14, abs=0)
    assert found.first_unmatched in {"'y'", "'x'"}


def test_a_change_of_the_same_customers_is_the_mean_of_their_moves() -> None:
    table = ((5, 3, 2), (7, 4, 1), (11, 6, 8))
    found = PairedNpsDifference(transitions=table)
    before, after = [1, 0, -1], [1, 0, -1]
    moves = [
        after[to] - before[start]
        for start in range(3)
        for to in range(3)
        for _ in range(table[start][to])
    ]
    assert (found.n_customers, found.incomplete) == (47, 0)
    assert found.difference == pytest.approx(100 * np.mean(moves), rel=1e-13, abs=0)
    error = 100 * stats.sem(moves)
    assert found.standard_error == pytest.approx(error, rel=1e-12, abs=0)
    p_value = stats.ttest_1samp(moves, 0).pvalue
    assert found.p_value == pytest.approx(p_value, rel=1e-9, abs=0)
    ends = stats.t.interval(0.8, 46, loc=100 * np.mean(moves), scale=error)
    assert tuple(found.interval(level=0.8)) == pytest.approx(ends, rel=1e-9, abs=0)
    first, last = found.before, found.after
    assert (first.promoters, first.passives, first.detractors) == (10, 12, 25)
    assert (last.promoters, last.passives, last.detractors) == (23, 13, 11)


def test_a_change_lies_between_all_lost_and_all_won() -> None:
    two = PairedNpsDifference(transitions=((0, 1, 1), (0, 0, 0), (0, 0, 0)))
    low, high = two.interval()
    assert low == -200.0
    # Student with one degree of freedom: 12.7 errors of 50 points, cut at 200.
    assert high == 200.0
    error = two.standard_error
    assert error is not None
    assert math.isclose(error, 50.0, rel_tol=1e-13)
    same = PairedNpsDifference(transitions=((0, 0, 0), (0, 2, 0), (0, 0, 0)))
    assert (same.standard_error, same.p_value) == (0.0, None)
    one = PairedNpsDifference(transitions=((0, 1, 0), (0, 0, 0), (0, 0, 0)))
    assert (one.standard_error, one.p_value) == (None, None)
    with pytest.raises(errors.NotEnoughDataError, match="got 1"):
        one.interval()


def test_a_trend_needs_three_customers_on_two_days() -> None:
    rows = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d"],
            "date": [_day(0), _day(0), _day(14), _day(3)],
            "score": [3.0, 9.0, 10.0, None],
        }
    )
    found = nps_trend(rows, time_unit="week", customer_id_col="customer_id")
    # From 0 points on average to 100 in two weeks.
    assert found.slope == pytest.approx(50.0, rel=1e-12, abs=0)
    assert (found.n_responses, found.n_clusters, found.missing) == (3, 3, 1)
    two = rows.assign(customer_id=["a", "b", "b", "d"])
    for given, said in ((two, "2 customers on 2 days"), (rows[:2], "2 customers on 1")):
        with pytest.raises(errors.NotEnoughDataError, match=said):
            nps_trend(given, time_unit="week", customer_id_col="customer_id")
    same = rows.assign(date=_day(7))
    with pytest.raises(errors.NotEnoughDataError, match="3 customers on 1 days"):
        nps_trend(same, time_unit="week")


def test_groups_are_compared_by_scores_and_sizes_of_their_own() -> None:
    counts = {"x": (6, 3, 1), "y": (2, 5, 4), "z": (8, 1, 7)}
    answers = [10, 8, 2]
    rows = pd.DataFrame(
        [
            (name, answers[at])
            for name, each in counts.items()
            for at, count in enumerate(each)
            for _ in range(count)
        ],
        columns=["group", "score"],
    )
    found = nps_comparison(rows, by="group")
    assert found.groups == ("x", "y", "z")
    assert found.n_responses == (10, 11, 16)
    scores = [50.0, -200 / 11, 100 / 16]
    assert found.scores == pytest.approx(scores, rel=1e-12, abs=0)
    assert found.degrees_of_freedom == 2
    assert str(found) == (
        "NPS x +50.0 (n = 10), y -18.2 (n = 11), z +6.2 (n = 16); all equal: "
        f"p = {found.p_value:.3g}"
    )
    # Three answers more: a quarter, a half and a quarter of them in each band.
    net, variance = [], []
    for P, M, D in counts.values():
        n = P + M + D + 3
        p, d = (P + 0.75) / n, (D + 0.75) / n
        net.append(p - d)
        variance.append((p + d - (p - d) ** 2) / n)
    weight = 1 / np.array(variance)
    mean = (weight * net).sum() / weight.sum()
    statistic = float((weight * (np.array(net) - mean) ** 2).sum())
    assert found.statistic == pytest.approx(statistic, rel=1e-9, abs=0)
    assert found.p_value == pytest.approx(stats.chi2.sf(statistic, 2), rel=1e-9, abs=0)
    table = stats.chi2_contingency(list(counts.values()), correction=False)
    assert found.distribution_p_value == pytest.approx(table.pvalue, rel=1e-9, abs=0)
    assert found.distribution_test == "chi_squared"
    pairs = [(pair.first, pair.second) for pair in found.pairs]
    assert pairs == [("x", "y"), ("x", "z"), ("y", "z")]
    gaps = [pair.difference for pair in found.pairs]
    known = [scores[0] - scores[1], scores[0] - scores[2], scores[1] - scores[2]]
    assert gaps == pytest.approx(known, rel=1e-9, abs=0)
