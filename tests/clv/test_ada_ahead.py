"""The year ahead of one customer, as the page on the six parts works it out by hand."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit.clv import References, expected_components
from crmkit.ledger import Ledger

JANUARY, FEBRUARY, MARCH = (dt.date(2024, month, 5) for month in (1, 2, 3))


class Steady:
    """Six purchases of 58 each."""

    time_unit = "month"

    def probability_alive(self, frequency: Any, recency: Any, T: Any) -> Any:
        del recency, T
        return np.ones_like(frequency)

    def expected_purchases(
        self, frequency: Any, recency: Any, T: Any, *, horizon: float
    ) -> Any:
        del recency, T
        return np.full_like(frequency, horizon / 2)

    def discounted_expected_purchases(
        self,
        frequency: Any,
        recency: Any,
        T: Any,
        *,
        horizon: float,
        discount_rate: float,
    ) -> Any:
        del discount_rate
        return self.expected_purchases(frequency, recency, T, horizon=horizon)

    def expected_spend(self, frequency: Any, monetary_value: Any) -> Any:
        del frequency
        return monetary_value


def test_the_year_ahead_of_ada_is_that_worked_out_by_hand() -> None:
    lines = pl.DataFrame(
        {
            "line_id": [1, 2, 3, 4, 5],
            "customer_id": ["Ada"] * 5,
            "date": [JANUARY, FEBRUARY, MARCH, MARCH, dt.date(2024, 3, 9)],
            "category": ["tea", "tea", "tea", "cups", "cups"],
            "list_amount": [40.0, 60.0, 40.0, 30.0, -10.0],
            "paid_amount": [36.0, 60.0, 38.0, 27.0, -9.0],
            "cost_amount": [20.0, 30.0, 20.0, 12.0, -4.0],
            "return_of": [None, None, None, None, 4],
        }
    )
    service = pl.DataFrame(
        {
            "customer_id": ["Ada"] * 3,
            "date": [JANUARY, FEBRUARY, MARCH],
            "amount": [4.0, 2.0, 1.0],
        }
    )
    found = expected_components(
        Ledger(lines=lines, service=service),
        purchases=Steady(),
        spend=Steady(),
        references=References.from_standards(discount_depth=0.1, service_cost=3.0),
        as_of="2024-03-31",
        horizon=12,
        discount_rate=0.0,
        time_unit="month",
    ).row(0, named=True)
    by_hand = {"clv2": 110.3, "clv3": 22.4, "clv4": 4.0, "clv6": 18.4, "clv": 155.1}
    for part, value in by_hand.items():
        assert found[part] == pytest.approx(value, abs=0.06), part
