"""Points cost money once, whether they are booked when issued or when redeemed."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit.campaigns import with_points_cost
from crmkit.clv import References, clv_components, profit_by
from crmkit.errors import InvalidValueError
from crmkit.ledger import Ledger


def accrued(
    lines: pd.DataFrame, *, cost: float, rate: float = 1.0
) -> Ledger[pd.DataFrame]:
    made = with_points_cost(lines, cost_per_point=cost, redemption_rate=rate)
    return Ledger(
        lines=made,
        service=made,
        paid_amount_col="paid_before_points",
        amount_col="points_cost",
    )


def total(ledger: Ledger[pd.DataFrame]) -> float:
    return float(profit_by(ledger, as_of="2024-12-31")["profit"].sum())


@pytest.mark.parametrize(
    ("seed", "rate", "cost"), [(1, 0.0, 0.01), (2, 0.4, 0.01), (3, 1.0, 3.0)]
)
def test_a_ledger_counts_each_point_once(seed: int, rate: float, cost: float) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    lines = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 5, n),
            "date": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 300, n), "D"),
            "paid_amount": rng.gamma(2, 30, n),
            "issued": rng.integers(0, 500, n),
        }
    )
    # All that was issued is redeemed on the last line, in place of money.
    lines["redeemed"] = 0
    lines.loc[n - 1, "redeemed"] = lines["issued"].sum()
    without = lines.assign(issued=0, redeemed=0)
    spent = cost * float(lines["issued"].sum())
    paid = lines.assign(
        paid_amount=lines["paid_amount"] + spent * (lines.index == n - 1)
    )
    # The same sales at full price, less the rewards, once.
    ledger = accrued(lines, rate=rate, cost=cost)
    full = total(accrued(paid.assign(issued=0, redeemed=0), cost=cost))
    assert total(ledger) == pytest.approx(full - rate * spent, abs=1e-9)
    # When all points are redeemed, what is left is the money in the till.
    ended = accrued(lines, cost=cost)
    assert total(ended) == pytest.approx(total(accrued(without, cost=cost)), abs=1e-9)
    parts = clv_components(
        ended,
        references=References.from_standards(),
        as_of="2024-12-31",
        time_unit="day",
        discount_rate=0.0,
    )
    assert parts["clv"].sum() == pytest.approx(lines["paid_amount"].sum(), abs=1e-9)


def test_the_cost_belongs_to_the_sale_that_issued_the_points(
    frame: Any, columns_of: Any
) -> None:
    base = {"paid_amount": [200.0, 90.0], "issued": [200, 90], "redeemed": [0, 1000]}
    found = columns_of(
        with_points_cost(frame(base), cost_per_point=0.01, redemption_rate=0.8)
    )
    order = np.argsort(found["redeemed"])
    assert np.array(found["points_cost"])[order] == pytest.approx([1.6, 0.72])
    assert np.array(found["paid_before_points"])[order] == pytest.approx([200, 100])
    with pytest.raises(InvalidValueError, match="'issued': negative value"):
        with_points_cost(
            frame(base | {"issued": [-1, 90]}), cost_per_point=1, redemption_rate=1
        )
