"""What a type checker must infer from calls as a user writes them; never run.

mypy --strict and basedpyright both read this file: a lost type variable, or an ``Any``
that leaks out of the door to narwhals, is found here.
"""

from typing import assert_type

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

import crmkit as ck

END = "2024-12-31"


def pandas_in_pandas_out(log: pd.DataFrame, responses: pd.DataFrame) -> None:
    """Check the whole pipeline on pandas."""
    customers = ck.rfm_summary(log, observation_period_end=END, time_unit="week")
    assert_type(customers, pd.DataFrame)
    split = ck.calibration_holdout_summary(
        log, calibration_period_end="2024-06-30", observation_period_end=END
    )
    assert_type(split, pd.DataFrame)
    assert_type(ck.satisfaction.nps_by(responses, by="plan"), pd.DataFrame)
    tiered = ck.segments.with_value_tier(customers, value_col="total_amount")
    assert_type(tiered, pd.DataFrame)


def polars_in_polars_out(log: pl.DataFrame, responses: pl.DataFrame) -> None:
    """Check the same on Polars."""
    customers = ck.rfm_summary(log, observation_period_end=END, time_unit="week")
    assert_type(customers, pl.DataFrame)
    assert_type(ck.satisfaction.nps_by(responses, by="plan"), pl.DataFrame)
    tiers = ck.segments.fit_value_tiers(customers, value_col="total_amount")
    assert_type(tiers, ck.segments.ValueTiers)
    assert_type(tiers.with_value_tier(customers), pl.DataFrame)


def what_is_lazy_stays_lazy(log: pl.LazyFrame, rows: duckdb.DuckDBPyRelation) -> None:
    """Check the laziness that the signature promises."""
    assert_type(ck.rfm_summary(log, observation_period_end=END), pl.LazyFrame)
    assert_type(
        ck.rfm_summary(rows, observation_period_end=END), duckdb.DuckDBPyRelation
    )


def arrow_in_arrow_out(log: pa.Table) -> None:
    """Check a library that publishes no types: nothing to infer, nothing refused."""
    ck.rfm_summary(log, observation_period_end=END)


def measures_are_plain_values(log: pd.DataFrame, responses: pl.DataFrame) -> None:
    """Check that a measure is a value with typed fields, whatever the frame."""
    report = ck.transaction_report(log, observation_period_end=END)
    assert_type(report, ck.TransactionReport)
    assert_type(report.rows, int)
    assert_type(report.notes, tuple[str, ...])
    assert_type(ck.satisfaction.nps(responses), ck.satisfaction.NPS)
    assert_type(ck.satisfaction.nps(responses).score, float)
