"""Occasions, histories and the shares of past parts, on a few orders."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit.clv.components.customer_occasions import (
    _service,
    history_of,
    occasions_of,
)
from crmkit.clv.components.past_shares import past_part_rates
from crmkit.kernels.value.component_identity import FIRST, HOME, OTHER
from crmkit.ledger import Ledger


def test_orders_of_a_day_are_one_occasion_and_histories_count_the_later_ones() -> None:
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "a", "b", "b"],
            "order_id": [1, 2, 3, 4, 5, 6],
            "date": pd.to_datetime(
                [
                    "2024-01-01",
                    "2024-01-08",
                    "2024-01-08",
                    "2024-01-22",
                    "2024-01-15",
                    "2024-01-29",
                ]
            ),
            "paid_amount": [10.0, 20.0, 5.0, 7.0, 40.0, 9.0],
        }
    )
    book = Ledger(lines=lines).book
    occasions = occasions_of(book)
    start = int(occasions.day[0])
    assert occasions.customer.tolist() == [0, 0, 0, 1, 1]
    assert (occasions.day - start).tolist() == [0, 7, 21, 14, 28]
    assert occasions.orders.tolist() == [1.0, 2.0, 1.0, 1.0, 1.0]
    assert occasions.paid.tolist() == [10.0, 25.0, 7.0, 40.0, 9.0]
    assert occasions.line.tolist() == [0, 1, 1, 2, 3, 4]
    history = history_of(book, occasions, start + 35, 7.0)
    assert history.frequency.tolist() == [2.0, 1.0]
    assert history.recency.tolist() == [3.0, 2.0]
    assert history.T.tolist() == [5.0, 3.0]
    assert history.monetary_value.tolist() == [16.0, 9.0]
    assert history.bought.tolist() == [True, True]


def test_service_goes_to_the_occasion_before_it_or_to_the_first() -> None:
    # Customer 0 bought on days 12 and 15, customer 2 on days 10 and 19; 1 did not.
    origin, width = 10, 10
    keys = np.array([2, 5, 20, 29])
    service = SimpleNamespace(
        day=np.array([11, 12, 14, 15, 99, 9, 18, 19, 13, 99]),
        customer=np.array([0, 0, 0, 0, 0, 2, 2, 2, 1, 3]),
        amount=2.0 ** np.arange(10),
    )
    book: Any = SimpleNamespace(service=service)
    found = _service(book, keys, origin, width)
    assert found.tolist() == [1 + 2 + 4, 8 + 16, 32 + 64, 128]
    assert _service(book, keys[:0], origin, width).tolist() == []


def test_past_repeat_revenue_is_divided_into_its_parts() -> None:
    statement: Any = SimpleNamespace(
        kind=np.array([FIRST, HOME, OTHER, HOME]),
        revenue=np.array([100.0, 4.0, 8.0, 4.0]),
        margin=np.array([64.0, 3.0, 5.0, 2.0]),
        premium=np.array([32.0, 1.0, 0.5, 0.25]),
        standard=np.array([9.0, 1.0, 2.0]),
        order_first=np.array([True, False, False]),
        service=np.array([16.0, 0.5, 0.75]),
        first_day=np.array([3, 5]),
        book=SimpleNamespace(
            service=SimpleNamespace(
                day=np.array([3, 4, 6]), customer=np.array([0, 0, 1])
            )
        ),
    )
    assert past_part_rates(statement) == pytest.approx(
        {"clv2": 2 / 16, "clv3": 5 / 16, "clv4": 1.75 / 16, "clv6": 1.75 / 16},
        rel=1e-14,
        abs=0,
    )
    statement.revenue = np.array([100.0, 4.0, -8.0, 4.0])
    assert past_part_rates(statement) == {}
