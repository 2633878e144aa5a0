"""Occasions, histories and referral outlooks, counted by hand."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit.clv import References, fit_referral_outlook, purchase_histories
from crmkit.clv.components.customer_occasions import occasions_of
from crmkit.ledger import Ledger


def day(number: int) -> dt.date:
    return dt.date(2023, 3, number)


def ledger() -> Any:
    return Ledger(
        lines=pl.DataFrame(
            {
                "line_id": [1, 2, 3, 4, 5, 6],
                "customer_id": ["a", "a", "a", "b", "a", "b"],
                "order_id": [1, 2, 3, 4, 5, 6],
                "date": [day(10), day(10), day(20), day(15), day(22), day(19)],
                "paid_amount": [10.0, 2.0, 30.0, 50.0, -4.0, 8.0],
                "cost_amount": [0.0, 0.0, 0.0, 20.0, 0.0, 0.0],
                "return_of": [None, None, None, None, 1, None],
            }
        ),
        service=pl.DataFrame(
            {
                "customer_id": ["a", "a", "a", "a", "b"],
                "date": [day(5), day(12), day(25), day(10), day(16)],
                "amount": [1.0, 2.0, 4.0, 8.0, 16.0],
            }
        ),
        acquisition=pl.DataFrame(
            {
                "customer_id": ["a", "b"],
                "date": [day(1), day(15)],
                "amount": [20.0, 5.0],
            }
        ),
        referrals=pl.DataFrame(
            {
                "referrer_id": ["a"],
                "referee_id": ["b"],
                "date": [day(15)],
                "share": [0.25],
                "reward": [3.0],
            }
        ),
    )


def test_service_goes_to_the_occasion_it_follows_or_else_to_the_first() -> None:
    found = occasions_of(ledger().book)
    assert found.customer.tolist() == [0, 0, 1, 1]
    assert found.orders.tolist() == [2.0, 1.0, 1.0, 1.0]
    assert found.service.tolist() == [11.0, 4.0, 16.0, 0.0]


def test_service_before_the_first_day_and_after_the_last_stays_with_its_customer() -> (
    None
):
    # The first customer buys on the first day and on the last, the others on one each.
    lines = {
        "customer_id": ["a", "a", "b", "c", "c"],
        "order_id": [1, 2, 3, 4, 5],
        "date": [day(10), day(20), day(20), day(10), day(19)],
        "paid_amount": [1.0] * 5,
    }
    services = [
        ("a", 5, 1.0), ("a", 9, 2.0), ("a", 19, 4.0), ("a", 20, 8.0), ("a", 25, 16.0),
        ("b", 5, 32.0), ("b", 9, 64.0), ("b", 19, 128.0), ("b", 21, 256.0),
        ("c", 9, 512.0), ("c", 18, 1024.0), ("c", 19, 2048.0), ("c", 20, 4096.0),
        ("c", 31, 8192.0),
    ]  # fmt: skip
    who, when, amount = zip(*services, strict=True)
    book = Ledger(
        lines=pl.DataFrame(lines),
        service=pl.DataFrame(
            {
                "customer_id": who,
                "date": [day(number) for number in when],
                "amount": amount,
            }
        ),
        relationship_start="unknown",
    ).book
    found = occasions_of(book)
    assert found.customer.tolist() == [0, 0, 1, 2, 2]
    expected = [1 + 2 + 4.0, 8 + 16.0, 32 + 64 + 128 + 256.0]
    assert found.service.tolist() == [*expected, 512 + 1024.0, 2048 + 4096 + 8192.0]


def test_a_return_is_taken_off_the_occasion_of_its_sale() -> None:
    assert occasions_of(ledger().book).paid.tolist() == [8.0, 30.0, 50.0, 8.0]


def test_histories_count_days_and_average_repeat_receipts() -> None:
    found = purchase_histories(ledger(), as_of="2023-03-31", time_unit="week")
    assert found["frequency"].to_list() == [1.0, 1.0]
    assert found["recency"].to_list() == [10 / 7, 4 / 7]
    assert found["T"].to_list() == [21 / 7, 16 / 7]
    assert found["monetary_value"].to_list() == [30.0, 8.0]


def test_a_referee_is_worth_what_is_left_at_the_usual_cost_of_winning() -> None:
    found = fit_referral_outlook(
        ledger(),
        references=References.from_standards(acquisition_cost=20.0),
        as_of="2023-03-31",
        horizon=np.inf,
        time_unit="week",
    )
    # b brought 38 less 16 of service; won for 5, counted as if for 20.
    assert found.referee_value == pytest.approx(22.0 - 20.0)
    assert (found.share, found.acquisition_cost, found.reward) == (0.25, 5.0, 3.0)
    # One referral, and one repeat purchase of each of two customers.
    assert (found.overall_rate, found.occasions) == (0.5, 2.0)
    assert found.value_per_referee(20.0) == pytest.approx(0.25 * 2.0 + 15.0 - 3.0)
