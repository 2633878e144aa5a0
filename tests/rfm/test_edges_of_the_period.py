"""What is seen on the last day of the period, and what on the day after it."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import crmkit as ck
from crmkit.errors import CrmkitError, InvalidValueError, NotEnoughDataError

END = "2024-03-31"


def _summary(log: Any, **options: Any) -> Any:
    return ck.rfm_summary(log, observation_period_end=END, **options)


def _refusal(log: Any, **options: Any) -> str:
    with pytest.raises(CrmkitError) as caught:
        _summary(log, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("amount", "found"),
    [(-101.0, "negative value"), (None, "missing value"), (np.inf, "infinite value")],
)
def test_the_last_day_is_looked_at_to_its_end_and_the_next_is_not(
    frame: Any, base: Any, amount: Any, found: str
) -> None:
    base["amount"][7] = amount
    base["date"][7] = dt.datetime(2024, 3, 31, 23, 59)
    said = _refusal(frame(base))
    assert said.startswith(f"column 'amount': {found} in 1 of 13 rows")
    base["date"][7] = dt.datetime(2024, 4, 1)
    _summary(frame(base))


def test_a_log_that_begins_on_the_last_day_is_seen_and_a_day_later_is_not(
    frame: Any, columns_of: Any
) -> None:
    log: dict[str, list[Any]] = {
        "customer_id": ["ann", "bob", "ann"],
        "date": [
            dt.datetime(2024, *day) for day in ((3, 31, 23), (4, 1, 0), (4, 2, 0))
        ],
        "amount": [2.0, 3.0, 5.0],
    }
    found = columns_of(_summary(frame(log)))
    names = ("customer_id", "frequency", "T", "total_amount")
    assert [found[name] for name in names] == [["ann"], [0], [0.0], [2.0]]
    report = ck.transaction_report(frame(log), observation_period_end=END)
    assert (report.n_rows_used, report.n_rows_after_end) == (1, 2)
    assert (report.n_customers, report.n_customers_after_end) == (1, 1)
    assert report.first_date == report.last_date == dt.date(2024, 3, 31)
    log["date"][0] = dt.datetime(2024, 4, 1)
    with pytest.raises(NotEnoughDataError) as caught:
        _summary(frame(log))
    assert str(caught.value).startswith(
        "needs a row dated 2024-03-31 or earlier, the last day of the period, got a "
        "log that begins on 2024-04-01."
    )


def test_customers_of_refunds_only_are_counted(frame: Any) -> None:
    log = {
        "customer_id": ["bob", "cid", "ann", "bob"],
        "date": [dt.datetime(2024, 1, day) for day in (1, 2, 3, 4)],
        "amount": [-1.0, -2.0, 0.0, -4.0],
    }
    assert "no purchase (2 in all; first: customer '" in _refusal(
        frame(log), refunds="net"
    )


@pytest.mark.parametrize("refunds", ["error", "drop", "net"])
def test_the_holdout_begins_the_day_after_the_calibration(
    frame: Any, columns_of: Any, refunds: Any
) -> None:
    log = {
        "customer_id": ["ann", "ann", "ann", "bob", "bob", "bob"],
        "date": [
            dt.datetime(2024, month, day, hour)
            for month, day, hour in [
                (2, 14, 0), (2, 15, 23), (2, 16, 0), (2, 15, 0), (3, 31, 23), (4, 1, 0)
            ]
        ],
        "amount": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
    }  # fmt: skip
    found = columns_of(
        ck.calibration_holdout_summary(
            frame(log),
            calibration_period_end="2024-02-15",
            observation_period_end=END,
            refunds=refunds,
        )
    )
    names = ("frequency", "total_amount", "holdout_frequency", "holdout_total_amount")
    rows = {
        key: tuple(found[name][at] for name in names)
        for at, key in enumerate(found["customer_id"])
    }
    assert rows == {"ann": (1, 3.0, 1, 4.0), "bob": (0, 8.0, 1, 16.0)}


def test_customers_without_a_transaction_are_counted() -> None:
    days = pd.to_datetime(["2024-01-01", "2024-01-09"])
    log = pd.DataFrame({"customer_id": ["a", "b"], "date": days, "amount": 1.0})
    asked = pd.DataFrame({"customer_id": ["y", "a", "x", "b", "z"]})
    with pytest.raises(InvalidValueError) as caught:
        ck.with_occasion_details(
            asked, transactions=log, observation_period_end="2024-02-01"
        )
    assert str(caught.value) == (
        "column 'customer_id': customer without a transaction in 3 of 5 rows (first: "
        "customer 'y'). Pass the log that the summary was made of."
    )


@pytest.mark.parametrize("refunds", ["error", "net"])
@pytest.mark.parametrize("first", [1e6 / 3, -1e6 / 3])
def test_small_repeats_after_a_large_first_amount_keep_their_digits(
    frame: Any, columns_of: Any, refunds: Any, first: float
) -> None:
    if first < 0 and refunds == "error":
        first = -first
    log = {
        "customer_id": ["ann", "ann", "ann", "bob", "ann"],
        "date": [dt.datetime(2024, 1, day) for day in (1, 3, 4, 2, 1)],
        "amount": [1e-7, 3e-7, 5e-7, 8.0, first],
    }
    found = columns_of(_summary(frame(log), refunds=refunds))
    ann = found["customer_id"].index("ann")
    assert found["monetary_value"][ann] == pytest.approx(4e-7, rel=1e-13, abs=0)
    assert found["first_amount"][ann] == pytest.approx(first, rel=1e-12, abs=0)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("sales", [1, 2, 3])
def test_who_only_returned_is_refused_however_often_others_bought(
    sales: int, *, lazy: bool
) -> None:
    days = [dt.date(2024, 1, 1 + at) for at in range(sales)]
    rows = pl.DataFrame(
        {
            "customer_id": ["kim", *(["lee"] * sales)],
            "date": [dt.date(2024, 1, 9), *days],
            "amount": [-5.0, *([7.0] * sales)],
        }
    )
    with pytest.raises(
        InvalidValueError, match=r"no purchase \(1 in all; first: customer 'kim'"
    ):
        ck.rfm_summary(
            rows.lazy() if lazy else rows,
            observation_period_end="2024-01-31",
            refunds="net",
        )
