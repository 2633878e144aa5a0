"""How often an engine reads a log: counted by the engine, not by us."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from polars.io.plugins import register_io_source

import crmkit as ck
from crmkit._frames import kept_rows

END = dt.date(2024, 3, 31)
ROWS = 400


class CountedLog:
    """A log of DuckDB whose columns count the rows that are read of them."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("create sequence ids; create sequence amounts")
        self.connection.execute(
            "create table rows as select "
            "case when i % 4 = 0 then i + 1000 else i * i % 97 end as customer_id, "
            "date '2024-01-01' + (i * 7 % 90)::int as date, "
            "(1.0 + i * 13 % 11 + i % 60)::double as amount "
            "from range(400) as numbers(i)"
        )
        # Where a column is not read, the engine leaves its sequence alone.
        self.connection.execute(
            "create view log as select customer_id + 0 * nextval('ids') as customer_id,"
            " date, amount + 0 * nextval('amounts') as amount from rows"
        )
        self.frame = self.connection.view("log")
        self._asked = 0

    def passes(self) -> float:
        """Return how many times the rows were read, by the column read most."""
        found = self.connection.execute("select nextval('ids'), nextval('amounts')")
        self._asked += 1
        return float((max(found.fetchall()[0]) - self._asked) / ROWS)

    def kept(self) -> list[str]:
        """Name the tables that are kept on the connection."""
        found = self.connection.execute(
            "select table_name from duckdb_tables() where temporary"
        )
        return [name for (name,) in found.fetchall()]


@pytest.fixture
def log() -> CountedLog:
    return CountedLog()


def _valued(customers: Any) -> Any:
    purchases = ck.clv.fit_mbg_nbd(customers, penalty=1)
    spend = ck.clv.fit_gamma_gamma(customers, penalty=1)
    worth = ck.clv.with_clv(
        customers, purchases=purchases, spend=spend, horizon=52, discount_rate=0.002
    )
    return ck.segments.with_value_tier(worth)


def test_a_pipeline_from_log_to_tiers_reads_the_log_once(log: CountedLog) -> None:
    customers = ck.rfm_summary(log.frame, observation_period_end=END)
    found = _valued(customers).df()
    assert log.passes() == 1
    expected = _valued(
        ck.rfm_summary(log.connection.table("rows").df(), observation_period_end=END)
    )
    pd.testing.assert_frame_equal(
        found.sort_values("customer_id", ignore_index=True),
        expected,
        check_dtype=False,
        rtol=1e-9,
    )


@pytest.mark.parametrize("refunds", ["error", "drop", "net"])
def test_a_summary_and_its_checks_are_one_pass(log: CountedLog, refunds: Any) -> None:
    ck.rfm_summary(log.frame, observation_period_end=END, refunds=refunds)
    assert log.passes() == 1


def test_a_holdout_is_a_second_pass(log: CountedLog) -> None:
    ck.calibration_holdout_summary(
        log.frame,
        calibration_period_end=dt.date(2024, 2, 15),
        observation_period_end=END,
    ).fetchall()
    assert log.passes() == 2


def test_a_report_is_four_passes(log: CountedLog) -> None:
    found = ck.transaction_report(log.frame, observation_period_end=END)
    assert log.passes() == 4
    rows = log.connection.table("rows").df()
    known = ck.transaction_report(rows, observation_period_end=END)
    assert found == replace(
        known, n_cancelled_purchases=None, n_refunds_without_purchase=None
    )


def test_polars_reads_a_scan_once() -> None:
    rows = pl.from_pandas(CountedLog().connection.table("rows").df())
    scans = []

    def scan(
        columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,  # noqa: ARG001 - what Polars hands over
    ) -> Iterator[pl.DataFrame]:
        scans.append(1)
        found = rows if n_rows is None else rows.head(n_rows)
        found = found if predicate is None else found.filter(predicate)
        yield found if columns is None else found.select(columns)

    lazy = register_io_source(scan, schema=rows.schema)
    customers = ck.rfm_summary(lazy, observation_period_end=END)
    assert isinstance(customers, pl.LazyFrame)
    _valued(customers).collect()
    assert len(scans) == 1


def test_few_rows_leave_nothing_behind_on_the_connection(log: CountedLog) -> None:
    customers = ck.rfm_summary(log.frame, observation_period_end=END)
    assert len(customers.fetchall()) > 100
    assert not log.kept()


def test_many_rows_are_a_temporary_table_of_the_connection(
    log: CountedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_rows, "_FEW", 10)
    first = ck.rfm_summary(log.frame, observation_period_end=END)
    second = ck.rfm_summary(log.frame, observation_period_end="2024-02-15")
    assert sorted(log.kept()) == ["crmkit_kept_1", "crmkit_kept_2"]
    assert len(first.fetchall()) > 100
    assert max(row[7] for row in second.fetchall()) > 0
    log.connection.execute("drop table crmkit_kept_1")
    assert log.kept() == ["crmkit_kept_2"]


BAD = {
    "missing value in": "null",
    "infinite value in": "'inf'::double",
    "negative value in": "-1.0",
}


@pytest.mark.parametrize(("found", "amount"), BAD.items())
def test_a_bad_amount_is_refused_though_no_row_was_looked_at(
    log: CountedLog, found: str, amount: str
) -> None:
    # The amounts are those of this file: nothing comes from outside.
    broken = f"update rows set amount = {amount} where customer_id = 4"  # noqa: S608
    log.connection.execute(broken)
    with pytest.raises(ck.errors.InvalidValueError, match=found):
        ck.rfm_summary(log.frame, observation_period_end=END)


def test_a_missing_date_is_refused_even_of_a_customer_with_others(
    log: CountedLog,
) -> None:
    log.connection.execute("update rows set date = null where customer_id = 4")
    with pytest.raises(ck.errors.InvalidValueError, match="column 'date': missing"):
        ck.rfm_summary(log.frame, observation_period_end=END)


def test_a_missing_id_is_refused(log: CountedLog) -> None:
    log.connection.execute("update rows set customer_id = null where customer_id = 4")
    with pytest.raises(ck.errors.InvalidValueError, match="'customer_id': missing"):
        ck.rfm_summary(log.frame, observation_period_end=END)


@pytest.mark.parametrize("refunds", ["drop", "net"])
def test_minus_infinity_is_refused_whatever_becomes_of_refunds(
    log: CountedLog, refunds: Any
) -> None:
    log.connection.execute(
        "update rows set amount = '-inf'::double where customer_id = 4"
    )
    with pytest.raises(ck.errors.InvalidValueError, match="infinite value in"):
        ck.rfm_summary(log.frame, observation_period_end=END, refunds=refunds)


def test_what_lies_after_the_end_is_not_looked_at(log: CountedLog) -> None:
    log.connection.execute("update rows set amount = null where date > '2024-02-15'")
    customers = ck.rfm_summary(log.frame, observation_period_end="2024-02-15")
    assert all(row[8] > 0 for row in customers.fetchall())


def test_a_small_rest_of_a_large_total_keeps_its_digits(log: CountedLog) -> None:
    """Sums and first amounts cost one aggregate; where digits cancel, one pass more."""
    rows = log.connection.table("rows").df()
    rows["amount"] = 1e-7 * rows["amount"]
    first = rows.sort_values("date").groupby("customer_id").head(1).index
    rows.loc[first, "amount"] = 1e6 / 3
    log.connection.execute("create or replace table rows as select * from rows")
    lazy = pl.from_pandas(rows).lazy()
    found = ck.rfm_summary(lazy, observation_period_end=END).collect().to_pandas()
    expected = ck.rfm_summary(rows, observation_period_end=END)
    pd.testing.assert_series_equal(
        found.sort_values("customer_id", ignore_index=True)["monetary_value"],
        expected["monetary_value"],
        rtol=1e-12,
    )
