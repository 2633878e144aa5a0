"""The same sentence on a cluster and on a database as in memory."""

import contextlib
import dataclasses
import datetime as dt
import io
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pytest

import crmkit as ck
from crmkit._frames import kept_rows, narrowed_values
from crmkit.rfm import summary_in_engine

pytestmark = pytest.mark.engine

END = "2024-03-31"
ENGINES = ["spark_frame", "postgres_frame"]


@pytest.fixture(params=ENGINES)
def engine_frame(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
def log() -> dict[str, list[Any]]:
    """Return forty customers with up to nine purchases, some refunds, some ties."""
    rows = [
        (f"c{who:02d}", 3 * who % 50 + 7 * step, 10.0 * step - (step == 4) * 45.0)
        for who in range(40)
        for step in range(1, 2 + who % 9)
    ]
    start = dt.datetime(2024, 1, 1, 9)
    return {
        "customer_id": [row[0] for row in rows],
        "date": [start + dt.timedelta(days=row[1] % 100) for row in rows],
        "amount": [row[2] for row in rows],
    }


def collected(native: Any, key: str = "customer_id") -> pd.DataFrame:
    """Read an engine's result as pandas, sorted, dates as plain dates."""
    frame = nw.from_native(native)
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    table: Any = eager.to_pandas().sort_values(key, ignore_index=True)
    for name in table:
        if name.endswith("_date"):
            table[name] = pd.to_datetime(table[name]).dt.date
    return pd.DataFrame(table)


def same(found: Any, wanted: Any, key: str = "customer_id") -> None:
    pd.testing.assert_frame_equal(
        collected(found, key),
        collected(wanted, key),
        check_dtype=False,
        rtol=1e-12,
        atol=1e-12,
    )


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
def test_the_summary_is_the_same(engine_frame: Any, log: Any, grain: Any) -> None:
    def summarise(native: Any) -> Any:
        return ck.rfm_summary(
            native, observation_period_end=END, grain=grain, refunds="net"
        )

    same(summarise(engine_frame(log)), summarise(pd.DataFrame(log)))


def test_the_split_is_the_same(engine_frame: Any, log: Any) -> None:
    def split(native: Any) -> Any:
        return ck.calibration_holdout_summary(
            native,
            calibration_period_end="2024-02-15",
            observation_period_end=END,
            time_unit="week",
            refunds="drop",
        )

    same(split(engine_frame(log)), split(pd.DataFrame(log)))


def test_the_report_is_the_same(engine_frame: Any, log: Any) -> None:
    """An engine does not match refunds with purchases, and says so by None."""

    def report(native: Any) -> ck.TransactionReport:
        return ck.transaction_report(native, observation_period_end=END)

    found, expected = report(engine_frame(log)), report(pd.DataFrame(log))
    assert found == dataclasses.replace(
        expected, n_cancelled_purchases=None, n_refunds_without_purchase=None
    )


def test_a_bad_value_is_refused_before_any_number(engine_frame: Any, log: Any) -> None:
    log["amount"][3] = float("inf")
    with pytest.raises(ck.errors.InvalidValueError, match="infinite value in"):
        ck.rfm_summary(engine_frame(log), observation_period_end=END)


PURCHASES = ck.clv.BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.43)
SPEND = ck.clv.GammaGamma(p=6.25, q=3.74, v=15.44)


def test_customers_are_valued_and_tiered_where_they_are(
    engine_frame: Any, log: Any
) -> None:
    """The whole pipeline; only cells ever leave the engine."""

    def valued(native: Any) -> Any:
        customers = ck.rfm_summary(
            native, observation_period_end=END, time_unit="week", refunds="drop"
        )
        alive = PURCHASES.with_probability_alive(customers)
        worth = ck.clv.with_clv(
            alive, purchases=PURCHASES, spend=SPEND, horizon=52, discount_rate=0.002
        )
        return ck.segments.with_value_tier(worth, value_col="clv")

    same(valued(engine_frame(log)), valued(pd.DataFrame(log)))


def test_a_fit_reads_the_cells_of_an_engine(engine_frame: Any) -> None:
    customers = ck.rfm_summary(
        ck.datasets.load_cdnow_sample(),
        observation_period_end="1997-09-30",
        time_unit="week",
    )
    columns = ["frequency", "recency", "T"]
    there = engine_frame({name: customers[name].to_numpy() for name in columns})
    found, wanted = ck.clv.fit_bg_nbd(there), ck.clv.fit_bg_nbd(customers)
    assert (found.r, found.b) == pytest.approx((wanted.r, wanted.b), rel=1e-12)


def test_tiers_are_cut_from_ranges_of_values(
    engine_frame: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowed_values, "FEW", 20)
    monkeypatch.setattr(narrowed_values, "_BINS", 8)
    worth = {"clv": [(7.5 * k * k) % 101 - 3.25 for k in range(300)]}
    for share_of in ("value", "customers"):
        asked: dict[str, Any] = {"share_of": share_of}
        found = ck.segments.fit_value_tiers(engine_frame(worth), **asked)
        wanted = ck.segments.fit_value_tiers(pd.DataFrame(worth), **asked)
        assert (found.cuts, found.n_customers) == (wanted.cuts, wanted.n_customers)
        assert found.values == pytest.approx(wanted.values, rel=1e-12)
    here, there = pd.DataFrame(worth), engine_frame(worth)
    assert ck.segments.gini(there).coefficient == pytest.approx(
        ck.segments.gini(here).coefficient, rel=1e-6
    )
    assert ck.segments.pareto_point(there).customer_share == pytest.approx(
        ck.segments.pareto_point(here).customer_share, rel=1e-12
    )
    assert ck.segments.whale_peak(there, value_col="clv").peak == pytest.approx(
        ck.segments.whale_peak(here, value_col="clv").peak, rel=1e-12
    )


def test_spark_plans_have_no_python_worker_and_no_single_partition(
    spark_frame: Any, log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read from the plans: where all rows would meet, or leave the engine."""
    plans: list[str] = []

    def noted(frame: Any) -> Any:
        plans.append(_plan(frame.to_native()))
        return kept_rows.run_once(frame)

    monkeypatch.setattr(summary_in_engine, "run_once", noted)
    customers = ck.rfm_summary(
        spark_frame(log), observation_period_end=END, refunds="drop"
    )
    worth = ck.clv.with_clv(
        customers, purchases=PURCHASES, spend=SPEND, horizon=52, discount_rate=0.002
    )
    tiered = ck.segments.with_value_tier(worth)
    plans.append(_plan(tiered))
    for plan in plans:
        for bad in ("SinglePartition", "Python", "Window", "ArrowEval"):
            assert bad not in plan
    # The summary is read from where it was kept, not made again.
    assert "HashAggregate" in plans[0]
    assert "HashAggregate" not in plans[1]


def _plan(frame: Any) -> str:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        frame.explain()
    return shown.getvalue()


def test_scores_of_satisfaction_are_counted_in_the_engine(engine_frame: Any) -> None:
    answers = {
        "score": [10, 9, 3, None, 8, 0, 10, 7],
        "plan": ["a", "a", "a", "a", "b", "b", "b", "b"],
    }
    there, here = engine_frame(answers), pd.DataFrame(answers)
    assert ck.satisfaction.nps(there) == ck.satisfaction.nps(here)
    same(
        ck.satisfaction.nps_by(there, by="plan"),
        ck.satisfaction.nps_by(here, by="plan"),
        key="plan",
    )
