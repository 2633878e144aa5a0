"""The best of several models by their losses, and by how much others are behind."""

import datetime as dt
from dataclasses import replace
from math import sqrt

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.checking.choice_ranking import ModelGap, gap_lines, ranked
from crmkit.clv.checking.choice_scores import MoneyScore, PurchaseScore, SpendScore
from crmkit.clv.checking.choice_trials import Candidate
from crmkit.clv.checking.held_out_choice import _chosen
from crmkit.errors import NotEnoughDataError


def _candidate(name: str, *losses: list[float], reason: str | None = None) -> Candidate:
    return Candidate(
        name=name,
        scores=(),
        expected=(),
        losses=tuple(np.array(loss) for loss in losses),
        reason=reason,
    )


GOOD = _candidate("good", [1.0, 3.0, 5.0], [2.0, 6.0])
FAIR = _candidate("fair", [2.0, 3.0, 7.0], [4.0, 3.0])
POOR = _candidate("poor", [9.0, 9.0, 9.0], [5.0, 8.0])
LOST = _candidate("lost", [0.0, 0.0, 0.0], reason="at 2024-01-31: too young")


def test_gaps_are_mean_losses_apart_with_the_scatter_between_customers() -> None:
    best, (first, second, last) = ranked([POOR, LOST, FAIR, GOOD], root=False)
    # Means: 3 and 4 of good, 4 and 3.5 of fair, 9 and 6.5 of poor.
    assert best == "good"
    assert [gap.model for gap in (first, second, last)] == ["fair", "poor", "lost"]
    assert first.difference == pytest.approx(0.25, rel=1e-12, abs=0)
    # Fair less good: 1, 0, 2 of three customers, 2 and -3 of two.
    errors = [sqrt(2 / 3) / sqrt(3), 2.5 / sqrt(2)]
    assert first.standard_error == pytest.approx(np.mean(errors), rel=1e-12, abs=0)
    assert first.n_cutoffs_lost == 1
    assert second.difference == pytest.approx(4.25, rel=1e-12, abs=0)
    # Poor less good: 8, 6, 4 and 3, 2.
    errors = [sqrt(8 / 3) / sqrt(3), 0.5 / sqrt(2)]
    assert second.standard_error == pytest.approx(np.mean(errors), rel=1e-12, abs=0)
    assert (second.n_cutoffs_lost, second.reason) == (2, None)
    assert last == ModelGap(model="lost", reason="at 2024-01-31: too young")


def test_of_squared_errors_the_roots_are_compared() -> None:
    best, (gap, far) = ranked([FAIR, GOOD, POOR], root=True)
    own, other = [sqrt(4.0), sqrt(3.5)], [sqrt(3.0), sqrt(4.0)]
    assert (best, gap.model, far.model) == ("good", "fair", "poor")
    difference = (own[0] + own[1] - other[0] - other[1]) / 2
    assert gap.difference == pytest.approx(difference, rel=1e-12, abs=0)
    errors = [
        sqrt(2 / 3) / sqrt(3) / (own[0] + other[0]),
        2.5 / sqrt(2) / (own[1] + other[1]),
    ]
    assert gap.standard_error == pytest.approx(np.mean(errors), rel=1e-12, abs=0)
    assert gap.n_cutoffs_lost == 1


@pytest.mark.parametrize("unit", [1e-8, 1e8])
def test_gaps_of_spend_are_in_the_unit_of_money(unit: float) -> None:
    def scaled(one: Candidate) -> Candidate:
        return replace(one, losses=tuple(loss * unit**2 for loss in one.losses))

    _, (gap,) = ranked([FAIR, GOOD], root=True)
    _, (other,) = ranked([scaled(FAIR), scaled(GOOD)], root=True)
    assert gap.difference is not None
    assert gap.standard_error is not None
    assert other.difference == pytest.approx(gap.difference * unit, rel=1e-9, abs=0)
    error = gap.standard_error * unit
    assert other.standard_error == pytest.approx(error, rel=1e-9, abs=0)


def test_of_equals_the_first_is_chosen_and_none_has_lost() -> None:
    twin = _candidate("twin", [1.0, 3.0, 5.0], [2.0, 6.0])
    best, (gap,) = ranked([twin, GOOD], root=True)
    assert best == "twin"
    assert (gap.difference, gap.standard_error, gap.n_cutoffs_lost) == (0.0, 0.0, 0)
    exact = [_candidate(name, [0.0, 0.0]) for name in ("one", "two")]
    _, (gap,) = ranked(exact, root=True)
    assert (gap.difference, gap.standard_error) == (0.0, 0.0)


def test_without_a_model_that_was_fitted_all_reasons_are_told() -> None:
    other = _candidate("far", reason="at 2024-02-29: too few")
    with pytest.raises(NotEnoughDataError) as refused:
        ranked([LOST, other], root=False)
    assert "got lost at 2024-01-31: too young; far at 2024-02-29: too few" in str(
        refused.value
    )


def test_a_difference_of_more_than_two_errors_is_clear() -> None:
    def gap(difference: float | None, error: float | None) -> ModelGap:
        return ModelGap(model="m", difference=difference, standard_error=error)

    assert not gap(0.5, 0.25).clear
    assert gap(0.501, 0.25).clear
    assert not gap(None, 0.25).clear
    assert not gap(0.5, None).clear
    reason = ModelGap(model="n", reason="why")
    assert gap_lines((gap(0.0523, 0.0137), gap(0.3, 0.2), reason), "error") == [
        "  m 0.052 worse in error (standard error 0.014: clear)",
        "  m 0.3 worse in error (standard error 0.2: no clear difference)",
        "  n has no score: why",
    ]


def _purchases(
    model: str, cutoff: str, score: float, bias: float | None
) -> PurchaseScore:
    return PurchaseScore(
        model=model,
        cutoff=cutoff,
        n_customers=9,
        predicted=4.0,
        actual=5.0,
        bias=bias,
        log_score=score,
        miscalibration=0.2,
        mean_absolute_error=0.4,
        gini=0.5,
    )


def _spend(model: str, cutoff: str, error: float, bias: float | None) -> SpendScore:
    return SpendScore(
        model=model,
        cutoff=cutoff,
        n_customers=9,
        predicted=4.0,
        actual=5.0,
        bias=bias,
        root_mean_square_error=error,
        miscalibration=None,
    )


def _money(purchases: str, spend: str, bias: float | None) -> MoneyScore:
    return MoneyScore(
        purchases=purchases,
        spend=spend,
        cutoff="2024-05-31",
        predicted=4.0,
        actual=5.0,
        bias=bias,
        mean_absolute_error=0.4,
        gini=None,
    )


def test_a_choice_shows_means_over_the_cutoffs_of_what_was_chosen() -> None:
    days = ("2024-05-31", "2024-06-30", "2024-07-31")
    choice = clv.ModelChoice(
        horizon_days=1_091,
        cutoffs=days,
        purchases="A",
        spend="G",
        purchase_gaps=(ModelGap(model="B", difference=0.3, standard_error=0.1),),
        spend_gaps=(ModelGap(model="C", reason="why"),),
        purchase_scores=(
            _purchases("A", days[0], -0.8, -0.1),
            _purchases("B", days[0], -1.9, 0.9),
            _purchases("A", days[1], -0.7, None),
            _purchases("A", days[2], -0.3, 0.4),
        ),
        spend_scores=(
            _spend("G", days[0], 1_200.0, 0.05),
            _spend("G", days[1], 1_101.0, -0.25),
            _spend("C", days[1], 9.0, -0.75),
        ),
        money_scores=(
            _money("A", "G", 0.5),
            _money("A", "C", 0.9),
            _money("B", "G", 0.8),
            _money("A", "G", None),
            _money("A", "G", -0.1),
        ),
    )
    assert str(choice).splitlines() == [
        "1,091 days ahead, 3 cutoffs from 2024-05-31 to 2024-07-31",
        "purchases: A, log score -0.6000, bias +15.0%",
        "  B 0.3 worse in log score (standard error 0.1: clear)",
        "spend: G, error 1,150.50, bias -10.0%",
        "  C has no score: why",
        "money of both: bias +20.0%",
    ]
    unknown = replace(choice, money_scores=(_money("A", "G", None),))
    assert str(unknown).splitlines()[-1] == "money of both: bias unknown"


def test_a_choice_after_one_cutoff_without_purchases_shows_what_is_known() -> None:
    choice = clv.ModelChoice(
        horizon_days=91,
        cutoffs=("2024-05-31",),
        purchases="A",
        spend=None,
        purchase_gaps=(),
        spend_gaps=(),
        purchase_scores=(_purchases("A", "2024-05-31", -0.25, None),),
        spend_scores=(),
        money_scores=(),
    )
    assert str(choice).splitlines() == [
        "91 days ahead, cutoff 2024-05-31",
        "purchases: A, log score -0.2500, bias unknown",
    ]


FIRST = dt.date(2023, 1, 1)


def _cutoffs(days: int, *, log: int, end: int | None = None) -> list[int]:
    """Return the cutoffs chosen in a log of so many days, counted from its first."""
    dates = [FIRST, FIRST + dt.timedelta(days=log)]
    frame = pd.DataFrame({"date": pd.to_datetime(dates)})
    last = None if end is None else FIRST + dt.timedelta(days=end)
    origin = (FIRST - dt.date(1970, 1, 1)).days
    return [day - origin for day in _chosen(frame, days, last, "date")]


@pytest.mark.parametrize(
    ("days", "log", "cutoffs"),
    [
        # The latest is the horizon before the end, 28 days after the first purchase.
        (50, 78, [28]),
        # The earliest after 91 days, or after the horizon; each 28 days apart or more.
        (50, 168, [118]),
        (50, 169, [91, 119]),
        (50, 197, [91, 119, 147]),
        (50, 225, [91, 119, 147, 175]),
        (50, 341, [91, 158, 224, 291]),
        (200, 427, [227]),
        (200, 428, [200, 228]),
    ],
)
def test_up_to_four_cutoffs_lie_evenly_over_the_log(
    days: int, log: int, cutoffs: list[int]
) -> None:
    assert _cutoffs(days, log=log) == cutoffs


def test_a_log_of_less_than_28_days_before_the_horizon_is_too_short() -> None:
    with pytest.raises(NotEnoughDataError) as refused:
        _cutoffs(1_050, log=1_077)
    assert "28 days of log before a horizon of 1,050 days" in str(refused.value)
    assert "got a log of 1,077 days" in str(refused.value)


def test_no_cutoff_is_later_than_the_last_purchase() -> None:
    assert _cutoffs(20, log=150, end=170) == [91, 120, 150]
    assert _cutoffs(20, log=150, end=9_000) == [91, 120, 150]
    assert _cutoffs(20, log=150, end=169) == [91, 120, 149]
    with pytest.raises(NotEnoughDataError, match="got a log of 47 days"):
        _cutoffs(20, log=27, end=9_000)
