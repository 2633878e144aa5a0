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
    purchases = ck.clv.fit_bg_nbd(customers)
    assert_type(purchases, ck.clv.BgNbd)
    spend = ck.clv.fit_gamma_gamma(customers, nonpositive="drop")
    assert_type(spend, ck.clv.GammaGamma)
    alive = purchases.with_probability_alive(customers)
    assert_type(alive, pd.DataFrame)
    valued = ck.clv.with_clv(
        alive, purchases=purchases, spend=spend, horizon=52, discount_rate=0.002
    )
    assert_type(valued, pd.DataFrame)
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
    purchases = ck.clv.BgNbd(r=0.24, alpha=4.41, a=0.79, b=2.43)
    spend = ck.clv.GammaGamma(p=6.25, q=3.74, v=15.45)
    assert_type(purchases.with_expected_purchases(customers, horizon=4), pl.DataFrame)
    valued = ck.clv.with_clv(
        customers, purchases=purchases, spend=spend, horizon=52, discount_rate=0.002
    )
    assert_type(valued, pl.DataFrame)
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


def a_lazy_base_is_valued_lazily(customers: pl.LazyFrame) -> None:
    """Check that values stay in the engine too."""
    purchases = ck.clv.BgNbd(r=0.24, alpha=4.41, a=0.79, b=2.43)
    spend = ck.clv.GammaGamma(p=6.25, q=3.74, v=15.45)
    assert_type(purchases.with_probability_alive(customers), pl.LazyFrame)
    valued = ck.clv.with_clv(
        customers, purchases=purchases, spend=spend, horizon=52, discount_rate=0.002
    )
    assert_type(valued, pl.LazyFrame)


def a_fit_is_a_value(customers: pd.DataFrame) -> None:
    """Check what may be missing: a model made by hand has no report."""
    fit = ck.clv.fit_bg_nbd(customers)
    assert_type(fit.r, float)
    assert_type(fit.time_unit, str | None)
    assert_type(fit.to_dict(), dict[str, object])
    assert_type(ck.clv.BgNbd.from_dict(fit.to_dict()), ck.clv.BgNbd)
    assert_type(ck.clv.per_unit_rate(0.1, time_unit="week"), float)


def arrow_in_arrow_out(log: pa.Table) -> None:
    """Check a library that publishes no types: nothing to infer, nothing refused."""
    ck.rfm_summary(log, observation_period_end=END)


def measures_are_plain_values(log: pd.DataFrame, responses: pl.DataFrame) -> None:
    """Check that a measure is a value with typed fields, whatever the frame."""
    report = ck.transaction_report(log, observation_period_end=END)
    assert_type(report, ck.TransactionReport)
    assert_type(report.n_rows, int)
    assert_type(report.notes, tuple[str, ...])
    assert_type(ck.satisfaction.nps(responses), ck.satisfaction.Nps)
    assert_type(ck.satisfaction.nps(responses).score, float)
