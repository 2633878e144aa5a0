"""Outcomes of satisfied customers compared with others, by answer and by group."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import errors
from crmkit.satisfaction import (
    OutcomeLink,
    link_to_outcomes,
    loyalty_curve,
    outcomes_by,
    with_nps_group,
)
from crmkit.satisfaction.outcomes.link_to_outcomes import Contrast

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def test_the_two_groups_are_counted(frame: Build) -> None:
    after = {
        "score": [5.0, 5, 5, 4, 4, 3, 5, None],
        "repurchased": [1.0, 1, 0, 1, 0, 1, None, 1],
    }
    link = link_to_outcomes(frame(after), satisfied=(5, 5), others=(4, 4))
    assert link == OutcomeLink(
        satisfied=3, satisfied_events=2, others=2, other_events=1, missing=2
    )
    assert link.relative_risk == pytest.approx(4 / 3, rel=1e-14)
    assert OutcomeLink.from_dict(json.loads(json.dumps(link.to_dict()))) == link


@given(*[st.integers(1, 50)] * 4)
def test_ratios_turn_around_when_the_groups_swap(
    a: int, b: int, c: int, d: int
) -> None:
    link = OutcomeLink(
        satisfied=a + b, satisfied_events=a, others=c + d, other_events=c
    )
    swapped = OutcomeLink(
        satisfied=c + d, satisfied_events=c, others=a + b, other_events=a
    )
    ratios: tuple[Contrast, ...] = ("relative_risk", "odds_ratio")
    for name in ratios:
        one, other = link.interval(of=name), swapped.interval(of=name)
        assert one.lower <= getattr(link, name) <= one.upper
        assert getattr(swapped, name) == pytest.approx(
            1 / getattr(link, name), rel=1e-12
        )
        assert other.lower == pytest.approx(1 / one.upper, rel=1e-12)
    gap = link.interval(of="risk_difference")
    assert gap.lower <= link.risk_difference <= gap.upper
    assert link.risk_difference == pytest.approx(
        link.satisfied_share - link.other_share, abs=1e-15
    )


def test_a_ratio_to_nobody_does_not_exist() -> None:
    link = OutcomeLink(satisfied=10, satisfied_events=5, others=10, other_events=0)
    for ratio in ("relative_risk", "odds_ratio"):
        with pytest.raises(errors.NotEnoughDataError, match="risk_difference"):
            getattr(link, ratio)
    assert link.risk_difference == 0.5


@pytest.mark.parametrize(
    ("satisfied_events", "other_events", "ratio", "odds"),
    [
        (10, 4, True, False),
        (5, 8, True, False),
        (0, 4, False, False),
        (5, 0, False, False),
        (9, 7, True, True),
        (1, 1, True, True),
    ],
)
def test_odds_need_customers_with_and_without_the_outcome_in_both_groups(
    satisfied_events: int, other_events: int, *, ratio: bool, odds: bool
) -> None:
    link = OutcomeLink(
        satisfied=10,
        satisfied_events=satisfied_events,
        others=8,
        other_events=other_events,
    )
    for of, there in (("relative_risk", ratio), ("odds_ratio", odds)):
        if there:
            assert getattr(link, of) > 0
            continue
        with pytest.raises(errors.NotEnoughDataError, match="risk_difference"):
            getattr(link, of)
    gap = link.risk_difference
    assert gap == pytest.approx(satisfied_events / 10 - other_events / 8, abs=1e-15)


@pytest.mark.parametrize("others", [(3, 4), (7, 7)])
def test_ranges_may_touch_from_either_side(others: tuple[int, int]) -> None:
    import pandas as pd

    after = pd.DataFrame({"score": [5, 6, 3, 4, 7, 8, 2], "repurchased": [1] * 7})
    link = link_to_outcomes(after, satisfied=(5, 6), others=others)
    assert (link.satisfied, link.others) == (2, others[1] - others[0] + 1)


@pytest.mark.parametrize("others", [(5, 5), (3, 5), (4, 6), (6, 7)])
def test_ranges_that_overlap_are_refused(others: tuple[int, int]) -> None:
    import pandas as pd

    after = pd.DataFrame({"score": [5], "repurchased": [1]})
    with pytest.raises(errors.InvalidValueError, match="overlap"):
        link_to_outcomes(after, satisfied=(5, 6), others=others)


def test_an_outcome_is_yes_or_no(frame: Build) -> None:
    after = frame({"score": [5, 4], "repurchased": [2, 1]})
    with pytest.raises(errors.InvalidValueError, match="other than 0 or 1"):
        link_to_outcomes(after, satisfied=(5, 5), others=(4, 4))


def _curve_data() -> dict[str, Any]:
    rng = np.random.default_rng(6)
    score = rng.integers(0, 11, 2000).astype(float)
    chance = np.where(score <= 3, 0.1, np.where(score >= 9, 0.8, 0.4))
    bought = (rng.random(2000) < chance).astype(float)
    return {"score": score, "repurchased": bought, "spend": bought * score * 10}


def test_the_curve_finds_its_three_zones(eager_frame: Build, columns_of: Read) -> None:
    rows = columns_of(loyalty_curve(eager_frame(_curve_data())))
    assert rows["score"] == list(range(11))
    assert rows["zone"][:4] == ["detraction"] * 4
    assert rows["zone"][-2:] == ["advocacy"] * 2
    assert (np.diff(rows["rising"]) >= 0).all()
    for at in range(11):
        assert rows["share_lower"][at] <= rows["share"][at] <= rows["share_upper"][at]


def test_the_rising_curve_pools_shares_that_fall(
    eager_frame: Build, columns_of: Read
) -> None:
    # 2 of 4, then 1 of 4: pooled to 3 of 8; the 4 of 5 that follow stay.
    after = {
        "score": [1] * 4 + [2] * 4 + [3] * 5,
        "repurchased": [1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0],
    }
    rows = columns_of(loyalty_curve(eager_frame(after)))
    assert rows["share"] == pytest.approx([0.5, 0.25, 0.8], rel=1e-15)
    assert rows["rising"] == pytest.approx([3 / 8, 3 / 8, 0.8], rel=1e-15)
    assert rows["events"] == [2, 1, 4]


def test_groups_have_shares_and_means(eager_frame: Build, columns_of: Read) -> None:
    grouped = with_nps_group(eager_frame(_curve_data()))
    rows = columns_of(
        outcomes_by(grouped, by="nps_group", outcome_cols=["repurchased", "spend"])
    )
    assert rows["nps_group"] == [
        name for name in ("detractor", "passive", "promoter") for _ in range(2)
    ]
    data = _curve_data()
    promoter = data["score"] >= 9
    assert rows["mean"][4] == pytest.approx(data["repurchased"][promoter].mean())
    assert rows["mean"][5] == pytest.approx(data["spend"][promoter].mean())
    spend = data["spend"][promoter]
    half = 1.9654 * spend.std(ddof=1) / np.sqrt(spend.size)
    assert rows["mean_upper"][5] - rows["mean"][5] == pytest.approx(half, rel=5e-3)


def test_holes_of_one_outcome_leave_the_other_alone(columns_of: Read) -> None:
    import polars as pl

    after = pl.DataFrame(
        {"g": ["a", "a", "b"], "x": [1.0, None, None], "y": [2.0, 4.0, 6.0]}
    )
    rows = columns_of(outcomes_by(after, by="g", outcome_cols=["x", "y"]))
    assert rows["n_customers"] == [1, 2, 0, 1]
    assert rows["mean"] == [1.0, 3.0, None, 6.0]
    assert rows["mean_lower"][3] is None
