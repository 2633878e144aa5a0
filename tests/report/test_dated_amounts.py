"""The sums over time, on a log small enough to add up by hand."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from crmkit.report.findings import spending_months
from crmkit.report.findings.held_back import _cut
from crmkit.report.intake.dated_amounts import DatedAmounts, dated_amounts
from crmkit.report.intake.prepare import prepare_log
from crmkit.report.question import Question

EPOCH = dt.date(1970, 1, 1)
ROWS = [
    ("ann", "2024-01-01", 10.0),
    ("ann", "2024-01-01", 5.0),  # the same day: one purchase
    ("ann", "2024-02-01", 20.0),
    ("ann", "2024-02-01", 1.0),
    ("bob", "2024-01-15", 30.0),
    ("bob", "2024-02-02", -30.0),  # a refund is no purchase
    ("bob", "2024-02-10", 7.0),
    ("cid", "2024-02-05", 9.0),  # not known on 31 January
    ("cid", "2024-02-20", 9.0),
    ("ann", "2024-03-01", 99.0),  # after the end
]


def _log(
    refunds: Literal["error", "net", "drop"] = "net",
) -> tuple[dict[str, list[Any]], Question]:
    who, when, paid = (list(column) for column in zip(*ROWS, strict=True))
    columns = {"customer_id": who, "date": when, "amount": paid}
    end = dt.date(2024, 2, 29)
    return columns, Question(source="x", observation_period_end=end, refunds=refunds)


def _dated(frame: Any, question: Question) -> DatedAmounts:
    return dated_amounts(prepare_log(frame, question=question))


def _day(text: str) -> int:
    return (dt.date.fromisoformat(text) - EPOCH).days


def test_repeat_purchases_of_those_known_are_counted_once_a_day(
    eager_frame: Callable[..., Any],
) -> None:
    columns, question = _log()
    log = _dated(eager_frame(columns), question)
    after = log.purchases_after(_day("2024-01-31"))
    assert sorted(after.tolist()) == [_day("2024-02-01"), _day("2024-02-10")]


@pytest.mark.parametrize("year", [1964, 1970])
def test_repeat_purchases_are_counted_by_day_also_before_1970(year: int) -> None:
    end = dt.date(year, 1, 20)
    dates = [end - dt.timedelta(days=back) for back in (60, 40, 2, 60, 30, 2)]
    log = pd.DataFrame(
        {"customer_id": [*"aaabbb"], "date": pd.to_datetime(dates), "amount": 1.0}
    )
    rows = _dated(log, Question(source="x", observation_period_end=end))
    last = (end - EPOCH).days
    found = rows.purchases_after(last - 45)
    assert sorted(found - last) == [-40, -30, -2, -2]
    assert rows.purchases_after(last - 2).size == 0


def test_first_days_are_told_from_later_ones(eager_frame: Callable[..., Any]) -> None:
    columns, question = _log()
    log = _dated(eager_frame(columns), question)
    first = log.is_first()
    assert log.amount[first].sum() == 10 + 5 + 30 + 9
    assert log.amount[~first].sum() == 20 + 1 - 30 + 7 + 9


def test_dropped_refunds_are_not_there(eager_frame: Callable[..., Any]) -> None:
    columns, question = _log("drop")
    log = _dated(eager_frame(columns), question)
    assert log.amount.min() > 0
    assert np.bincount(log.customer).tolist() == [4, 2, 2]


def test_a_refund_before_the_first_purchase_does_not_make_it_first(
    eager_frame: Callable[..., Any],
) -> None:
    columns = {
        "customer_id": ["ann", "ann"],
        "date": ["2024-01-01", "2024-01-05"],
        "amount": [-3.0, 8.0],
    }
    log = _dated(eager_frame(columns), _log()[1])
    assert log.first_day.tolist() == [_day("2024-01-05")]


@pytest.mark.parametrize(
    ("horizon_days", "cut"),
    [(364.0, "1997-09-30"), (70.0, "1998-04-21")],
)
def test_the_log_is_cut_a_horizon_before_its_end_and_never_before_its_middle(
    horizon_days: float, cut: str
) -> None:
    first, last = dt.date(1997, 1, 1), dt.date(1998, 6, 30)
    assert _cut(first, last, horizon_days=horizon_days) == dt.date.fromisoformat(cut)


def test_customers_are_numbered_anew_when_some_have_no_row_left(
    eager_frame: Callable[..., Any],
) -> None:
    columns, question = _log("drop")
    who = ["bea" if each == "bob" else each for each in columns["customer_id"]]
    paid = [
        -abs(amount) if name == "bea" else amount
        for name, amount in zip(who, columns["amount"], strict=True)
    ]
    frame = eager_frame({**columns, "customer_id": who, "amount": paid})
    log = _dated(frame, question)
    assert sorted(set(log.customer.tolist())) == [0, 1]
    assert log.first_day.tolist() == [_day("2024-01-01"), _day("2024-02-05")]


def test_amounts_of_other_months_are_left_out() -> None:
    month, amount = np.array([4, 5, 7, 7, 8, 9]), np.array([1.0, 2, 4, 8, 16, 32])
    assert spending_months._sums(month, amount, range(5, 8)).tolist() == [2, 0, 12]
    assert spending_months._sums(month, amount, range(5, 5)).tolist() == []
