"""The range of each customer's value is that of ``clv.with_clv_interval``."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import crmkit as ck
from crmkit.datasets import load_cdnow_sample
from crmkit.report import Findings, Question, analyse
from crmkit.report.findings import customer_ranges, value_ahead_range
from crmkit.report.page.html_page import render_page
from crmkit.report.page.list_tables import best_rows, rows_of

ENDS = ["clv_lower", "clv_upper"]


def _ends(customers: pd.DataFrame, found: Findings[Any]) -> pd.DataFrame:
    fitted = ck.rfm_summary(
        load_cdnow_sample(), observation_period_end="1998-06-30", time_unit="week"
    )
    ranges = ck.clv.Ranges(n_draws=399, model_error=found.past_errors)
    drawn: pd.DataFrame = ck.clv.with_clv_interval(
        customers,
        purchases=ck.clv.fit_mbg_nbd(fitted),
        spend=ck.clv.fit_gamma_gamma(fitted, nonpositive="drop"),
        horizon=52,
        discount_rate=ck.clv.per_unit_rate(0.10, time_unit="week"),
        ranges=ranges,
        rng=np.random.default_rng(1),
    )
    return drawn[ENDS]


def test_every_customer_of_a_small_base_has_the_range_of_the_public_function(
    found: Findings[Any],
) -> None:
    table = found.customers
    paid = table.assign(
        monetary_value=table["monetary_value"].mask(
            (table["frequency"] > 0) & (table["monetary_value"] <= 0), 1.0
        )
    ).drop(columns=ENDS)
    expected = _ends(paid, found)
    # Repeat purchases that brought nothing are worth nothing.
    expected[(table["frequency"] > 0) & (table["monetary_value"] <= 0)] = 0.0
    pd.testing.assert_frame_equal(table[ENDS], expected, check_exact=True)
    inside = table["clv"].between(table["clv_lower"], table["clv_upper"])
    assert inside.mean() > 0.9
    assert (table["clv_upper"] >= table["clv_lower"]).all()


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_of_a_large_base_only_the_customers_shown_have_a_range(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_ranges, "_MOST_RANGED", 1_999)
    log: pd.DataFrame = load_cdnow_sample()
    log = log[log["customer_id"].isin(log["customer_id"].unique()[:2_000])]
    question = Question(
        source="CDNOW", observation_period_end=dt.date(1998, 6, 30), model="bg_nbd"
    )
    small = analyse(library(log.to_dict("list")), question=question)
    table = pd.DataFrame(small.customers.to_dict(*["list"][: library is pd.DataFrame]))
    has = table["clv_upper"].notna()
    assert has.sum() == 500
    assert (has == (table["rank"] <= 500)).all()
    best = rows_of(small.best, "customer_id")
    assert all(row["clv_lower"] <= row["clv_upper"] for row in best)
    monkeypatch.setattr(customer_ranges, "_MOST_RANGED", 2_000)
    whole = analyse(library(log.to_dict("list")), question=question)
    assert not np.isnan(np.asarray(whole.customers["clv_upper"], float)).any()


def test_a_range_that_cannot_be_drawn_is_a_dash(found: Findings[Any]) -> None:
    first = found.best.head(1)
    known = best_rows(rows_of(first, "customer_id"), "$").split("<td>")
    for missing in (np.nan, None):
        rows = rows_of(
            first.assign(clv_lower=missing, clv_upper=missing), "customer_id"
        )
        cells = best_rows(rows, "$").split("<td>")
        assert cells[2:4] == ["\N{EN DASH}", "\N{EN DASH}"]
        assert cells[:2] + cells[4:] == known[:2] + known[4:]
    page = render_page(replace(found, best=first), files={})
    assert "about 95 will bring" in page
    unknown = first.assign(clv_lower=np.nan, clv_upper=np.nan)
    page = render_page(replace(found, best=unknown), files={})
    assert "about 95 will bring" not in page
    assert "too little" in page


@pytest.mark.parametrize("module", [customer_ranges, value_ahead_range])
def test_a_fault_is_not_taken_for_a_range_that_cannot_be_drawn(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_customers: Any, **_asked: Any) -> None:
        raise ck.errors.InvalidValueError(subject="a test", found="a fault", remedy="-")

    name = "forecast" if module is value_ahead_range else "with_clv_interval"
    monkeypatch.setattr(module, name, refuse)
    log: pd.DataFrame = load_cdnow_sample()
    question = Question(
        source="CDNOW", observation_period_end=dt.date(1998, 6, 30), model="bg_nbd"
    )
    few = log[log["customer_id"].isin(log["customer_id"].unique()[:200])]
    with pytest.raises(ck.errors.InvalidValueError, match="a fault"):
        analyse(few, question=question)
