"""A cost that is repaid after more periods than are added up one by one."""

from typing import Any

import numpy as np
import pytest

from crmkit.campaigns import payback


@pytest.mark.parametrize("margin_at", ["start", "end"])
@pytest.mark.parametrize("discount_rate", [0.0, 1e-6])
@pytest.mark.parametrize("retention", [1.0, 0.99999, 0.9999])
def test_a_cost_may_take_more_than_ten_thousand_periods(
    retention: float, discount_rate: float, margin_at: Any
) -> None:
    worth = 3.0 * (retention / (1 + discount_rate)) ** np.arange(60_000)
    if margin_at == "end":
        worth /= 1 + discount_rate
    sums = np.cumsum(worth)
    for periods in (9_999, 10_000, 10_001, 25_000):
        found = payback(
            acquisition_cost=float(sums[periods - 1]) - 0.05 * float(worth[periods]),
            margin=3,
            retention=retention,
            discount_rate=discount_rate,
            margin_at=margin_at,
        )
        assert found.periods == periods
    if retention < 1:
        most = payback(
            acquisition_cost=0, margin=3, retention=retention,
            discount_rate=discount_rate, margin_at=margin_at,
        ).clv  # fmt: skip
        assert most is not None
        over = payback(
            acquisition_cost=1.0001 * most, margin=3, retention=retention,
            discount_rate=discount_rate, margin_at=margin_at,
        )  # fmt: skip
        assert over.periods is None
        assert over.clv_to_cost == pytest.approx(1 / 1.0001, rel=1e-9)


def test_a_margin_and_a_cost_of_less_than_one_are_repaid_alike() -> None:
    found = payback(acquisition_cost=0.25 * 20_000, margin=0.25, retention=1.0)
    assert (found.periods, found.simple_periods) == (20_000, 20_000)
    cheap = payback(acquisition_cost=0.5, margin=0.25, retention=0.8)
    # 0.25 / (1 - 0.8) is earned: 1.25, of which 0.25 + 0.2 + 0.16 are more than 0.5.
    assert (cheap.periods, cheap.simple_periods) == (3, 2)
    assert cheap.clv_to_cost == pytest.approx(2.5, rel=1e-12, abs=0)
