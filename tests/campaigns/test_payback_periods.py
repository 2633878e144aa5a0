"""How many periods of a payback are shown, and which curves of survival it takes."""

import numpy as np
import pytest

from crmkit.campaigns import payback
from crmkit.errors import InvalidValueError


@pytest.mark.parametrize(
    ("cost", "periods", "shown"),
    [(5.0, 5, 12), (6.0, 6, 12), (7.0, 7, 14), (120.0, 120, 240), (121.0, 121, 240)],
)
def test_twice_the_periods_of_a_payback_are_shown_within_a_year_and_twenty(
    cost: float, periods: int, shown: int
) -> None:
    found = payback(acquisition_cost=cost, margin=1, retention=1.0)
    assert found.periods == periods
    assert found.profit == tuple(np.arange(1.0, shown + 1) - cost)
    never = payback(acquisition_cost=1e6, margin=1, retention=0.5)
    assert (never.periods, len(never.profit)) == (None, 60)


@pytest.mark.parametrize(
    ("survival", "wrong"),
    [
        ([1.0, 0.0], False),
        ([1.0, 1 + 1e-9], True),
        ([0.5, -1e-9], True),
        ([0.5, 0.5 + 1e-13], False),
        ([0.5, 0.5 + 1e-11], True),
    ],
)
def test_a_curve_of_survival_may_rise_by_rounding_only(
    survival: list[float], *, wrong: bool
) -> None:
    if wrong:
        with pytest.raises(InvalidValueError, match="a curve that rises"):
            payback(acquisition_cost=1, margin=2, survival=survival)
    else:
        found = payback(acquisition_cost=1, margin=2, survival=survival)
        assert found.clv == pytest.approx(2 * sum(survival), rel=1e-15)


def test_a_curve_of_no_period_earns_nothing() -> None:
    found = payback(acquisition_cost=4, margin=2, survival=[])
    assert (found.periods, found.clv, found.clv_to_cost) == (None, 0.0, 0.0)
    assert found.profit == ()
