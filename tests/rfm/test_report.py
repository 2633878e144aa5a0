"""What the report counts: everything unusual that is no error."""

import datetime as dt
from typing import Any

import duckdb
import pytest

import crmkit as ck

END = "2024-03-31"


def _noted(base: dict[str, Any]) -> dict[str, Any]:
    """Add a row of every kind worth a note."""
    base["customer_id"] += ["c1", "zz", "c1", "c1", "rr", "c2"]
    days = ["04-01", "04-02", "01-15", "01-01", "02-02", "01-03"]
    base["date"] += [dt.datetime.fromisoformat(f"2024-{day}") for day in days]
    base["amount"] += [5.0, 6.0, 7.0, 0.0, -3.0, 5.5]
    return base


def test_a_clean_log_has_no_notes(frame: Any, base: Any) -> None:
    report = ck.transaction_report(frame(base), observation_period_end=END)
    assert report.notes == ()
    assert (report.n_rows, report.n_rows_used, report.n_customers) == (13, 13, 6)
    assert report.total_amount == sum(base["amount"])
    assert (report.first_date, report.last_date) == (
        dt.date(2024, 1, 1),
        dt.date(2024, 3, 1),
    )


def test_everything_unusual_is_counted_once(frame: Any, base: Any) -> None:
    log = frame(_noted(base))
    lazy = not hasattr(log, "shape") or type(log).__name__ == "DuckDBPyRelation"
    report = ck.transaction_report(log, observation_period_end=END)
    assert report == ck.TransactionReport(
        n_rows=19,
        n_rows_used=17,
        n_rows_after_end=2,
        n_customers=7,
        n_customers_after_end=1,
        n_customers_without_purchase=1,
        n_occasions=13,
        n_merged_rows=3,
        n_zero_amount_rows=1,
        n_refund_rows=1,
        n_duplicate_rows=1,
        n_cancelled_purchases=None if lazy else 0,
        n_refunds_without_purchase=None if lazy else 1,
        total_amount=sum(base["amount"]) - 11.0,
        refund_amount=-3.0,
        first_date=dt.date(2024, 1, 1),
        last_date=dt.date(2024, 3, 1),
        observation_period_end=dt.date(2024, 3, 31),
    )


def test_the_report_prints_as_a_short_page(frame: Any, base: Any) -> None:
    report = ck.transaction_report(frame(_noted(base)), observation_period_end=END)
    said = str(report).splitlines()
    assert said[0] == (
        "17 of 19 rows used, 2024-01-01 to 2024-03-01 (observed to 2024-03-31)"
    )
    assert "note: 1 exact duplicate row: kept, amounts add up" in said
    assert len(said) == 2 + len(report.notes)
    assert len(report.notes) == 7 + bool(report.n_refunds_without_purchase)


def test_a_coarser_grain_merges_more(frame: Any, base: Any) -> None:
    report = ck.transaction_report(
        frame(base), observation_period_end=END, grain="month"
    )
    assert (report.n_occasions, report.n_merged_rows) == (9, 4)


def test_an_empty_log_has_no_dates(eager_frame: Any, base: Any) -> None:
    early = ck.transaction_report(
        eager_frame(base), observation_period_end="2023-12-31"
    )
    assert (early.n_rows_used, early.first_date, early.last_date) == (0, None, None)
    assert early.total_amount == 0.0


def test_equal_instants_of_a_zone_are_duplicates(base: Any) -> None:
    import pandas as pd

    base["customer_id"].append("c2")
    base["date"].append(base["date"][3])
    base["amount"].append(5.5)
    log = pd.DataFrame(base)
    log["date"] = log["date"].dt.tz_localize("Europe/Berlin")
    report = ck.transaction_report(log, observation_period_end=END)
    assert report.n_duplicate_rows == 1


def test_rows_of_a_day_at_other_hours_are_no_duplicates(frame: Any, base: Any) -> None:
    base["customer_id"].append("c2")
    base["date"].append(base["date"][3] + dt.timedelta(hours=3))
    base["amount"].append(5.5)
    report = ck.transaction_report(frame(base), observation_period_end=END)
    assert (report.n_duplicate_rows, report.n_merged_rows) == (0, 1)


def test_rows_of_no_money_and_of_refunds_are_counted_apart(frame: Any) -> None:
    amounts = [0.0, 0.0, -0.0, 1.0, 2.0, -1.0, -2.5]
    log = {
        "customer_id": ["ann", "bob", "ann", "ann", "bob", "cid", "bob"],
        "date": [dt.datetime(2024, 1, day) for day in range(1, 8)],
        "amount": amounts,
    }
    report = ck.transaction_report(frame(log), observation_period_end=END)
    counts = (report.n_zero_amount_rows, report.n_refund_rows, report.n_occasions)
    assert counts == (3, 2, 5)
    assert (report.n_customers, report.n_customers_without_purchase) == (3, 1)
    assert (report.total_amount, report.refund_amount) == (-0.5, -3.5)


@pytest.mark.parametrize(("end", "customers"), [("2023-12-31", 1), ("2024-12-31", 0)])
def test_a_query_without_rows_counts_nothing(end: str, customers: int) -> None:
    # No customer before the end, or none at all.
    log: Any = duckdb.sql("select 'a' customer_id, date '2024-01-01' date, 5.0 amount")
    query = log if customers else log.filter("amount > 9")
    found = ck.transaction_report(query, observation_period_end=end)
    assert found.n_rows == found.n_customers_after_end == customers
    counts = [found.n_rows_used, found.n_customers, found.n_occasions]
    counts += [found.n_customers_without_purchase, found.n_merged_rows]
    counts += [found.n_zero_amount_rows, found.n_refund_rows, found.n_duplicate_rows]
    assert counts == [0] * 8
    assert (found.total_amount, found.refund_amount) == (0.0, 0.0)
    assert found.first_date is None


def test_a_report_says_each_count_in_its_line() -> None:
    report = ck.TransactionReport(
        n_rows=12345,
        n_rows_used=12001,
        n_rows_after_end=344,
        n_customers=1002,
        n_customers_after_end=2,
        n_customers_without_purchase=3,
        n_occasions=1,
        n_merged_rows=4,
        n_zero_amount_rows=5,
        n_refund_rows=6,
        n_duplicate_rows=7,
        n_cancelled_purchases=8,
        n_refunds_without_purchase=9,
        total_amount=9876.5,
        refund_amount=-3.0,
        first_date=dt.date(2024, 1, 2),
        last_date=dt.date(2024, 3, 4),
        observation_period_end=dt.date(2024, 3, 31),
    )
    assert str(report).splitlines() == [
        "12,001 of 12,345 rows used, 2024-01-02 to 2024-03-04 (observed to 2024-03-31)",
        "1,002 customers, 1 purchase occasion, total amount 9,876.50",
        "note: 344 rows after the observation end: excluded",
        "note: 2 customers seen only after the end",
        "note: 4 rows merged into an occasion of the same period",
        "note: 5 rows with amount 0: counted as purchases",
        "note: 6 rows with a negative amount: refunds",
        "note: 8 purchases that a refund undoes in full",
        "note: 9 refunds larger than any earlier purchase of the customer",
        "note: 3 customers with refunds only",
        "note: 7 exact duplicate rows: kept, amounts add up",
    ]
