"""The cuts of a histogram are those of all values, and few of them leave the engine."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crmkit as ck
from crmkit._frames import narrowed_values as histogram
from crmkit._frames import read

RNG = np.random.default_rng(20261129)
N = 3_000
COLUMNS = {
    "skewed": RNG.lognormal(3, 2, N),
    "losses": RNG.lognormal(3, 1.5, N) - 25,
    "a small sum": RNG.lognormal(3, 1.5, N) * 2.0**-40 - 2.0**-36,
    "far apart": np.where(RNG.random(N) < 0.01, 1e40, 1e-9) * RNG.random(N),
    "ties": np.round(RNG.gamma(2, 3, N)),
    "one value": np.full(N, 0.1),
    "two": np.where(RNG.random(N) < 0.3, 1.0, 1.0 + 2**-52),
    "a tiny range": 5e-324 * RNG.integers(1, 50, N),
}
ENGINES = ["polars", "duckdb"]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide already what a test can hold."""
    monkeypatch.setattr(histogram, "FEW", 40)
    monkeypatch.setattr(histogram, "_BINS", 16)


def lazy(values: np.ndarray, engine: str) -> Any:
    columns = {"clv": values, "customer_id": np.arange(values.size)}
    if engine == "polars":
        return pl.LazyFrame(columns)
    return duckdb.connect().from_arrow(pa.table(columns))


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("name", "engine"), [*((name, "polars") for name in COLUMNS), ("losses", "duckdb")]
)
def test_tiers_are_those_of_all_values(name: str, engine: str) -> None:
    values = COLUMNS[name]
    for share_of in ("value", "gains", "customers"):
        found = ck.segments.fit_value_tiers(lazy(values, engine), share_of=share_of)
        expected = ck.segments.fit_value_tiers(
            pd.DataFrame({"clv": values}), share_of=share_of
        )
        assert found.cuts == expected.cuts
        assert found.n_customers == expected.n_customers
        assert found.values == pytest.approx(expected.values, rel=1e-9)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    "name", ["skewed", "losses", "a small sum", "ties", "one value", "two"]
)
@pytest.mark.parametrize(
    "asked",
    [{}, {"share_of": "gains"}, {"customer_share": 0.2}, {"value_share": 0.8}],
)
def test_a_pareto_point_is_that_of_all_values(name: str, asked: Any) -> None:
    values = COLUMNS[name]
    found = ck.segments.pareto_point(lazy(values, "polars"), **asked)
    expected = ck.segments.pareto_point(pd.DataFrame({"clv": values}), **asked)
    for field in ("customer_share", "value_share", "n_customers", "total"):
        assert getattr(found, field) == pytest.approx(
            getattr(expected, field), rel=1e-12
        )
    assert found.n_negative == expected.n_negative


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("name", "rule", "engine"),
    [
        ("skewed", "strict", "polars"),
        ("skewed", "upper", "polars"),
        ("skewed", "midrank", "polars"),
        ("ties", "midrank", "polars"),
        ("skewed", "spread", "polars"),
        ("ties", "spread", "polars"),
        ("ties", "strict", "duckdb"),
    ],
)
def test_rfm_scores_are_those_of_all_values(name: str, rule: Any, engine: str) -> None:
    values = COLUMNS[name]
    columns = {
        "customer_id": np.arange(N),
        "inactivity": values[::-1].copy(),
        "frequency": np.arange(N) % 7,
        "total_amount": values,
    }
    given: Any = (
        pl.LazyFrame(columns)
        if engine == "polars"
        else duckdb.connect().from_arrow(pa.table(columns))
    )
    asked: dict[str, Any] = {"inactivity_col": "inactivity", "rule": rule}
    found = ck.segments.fit_rfm_scores(given, **asked)
    assert found == ck.segments.fit_rfm_scores(pd.DataFrame(columns), **asked)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("name", ["skewed", "losses", "ties", "one value"])
def test_what_close_values_lose_is_bounded(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ranges a hundred times as wide, so that what they lose can be seen.
    monkeypatch.setattr(histogram, "_STEPS", 50)
    monkeypatch.setattr(histogram, "_MILLIONTH", 1e-4)
    values = COLUMNS[name]
    there, here = lazy(values, "polars"), pd.DataFrame({"clv": values})
    lost = ck.segments.gini(here).coefficient - ck.segments.gini(there).coefficient
    assert -1e-12 < lost < 1e-4
    sizes = np.abs(values).sum()
    for curve in (ck.segments.whale_curve, ck.segments.pareto_curve):
        found = curve(there, value_col="clv").collect()
        wanted = curve(here, value_col="clv")
        column = found.columns[-2 if curve is ck.segments.whale_curve else -1]
        below = wanted[column].to_numpy() - found[column].to_numpy()
        assert -1e-9 * sizes < below.min()
        assert below.max() < 1e-4 * sizes
    if name == "skewed":
        opened: Any = read(there, [])
        value, weight = histogram.close_values(opened, "clv", N)
        assert value.size < N / 4
        assert weight.sum() == N
        assert lost > 1e-8


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("curve", [ck.segments.whale_curve, ck.segments.pareto_curve])
def test_a_curve_of_every_value_or_with_limits_is_that_of_the_values_themselves(
    curve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Close values would be a few ranges, so that each of their points could be seen.
    monkeypatch.setattr(histogram, "_STEPS", 50)
    monkeypatch.setattr(histogram, "_MILLIONTH", 1e-4)
    values = COLUMNS["skewed"]
    for more in (
        {"points": None},
        {"points": 7, "rng": np.random.default_rng(1), "n_resamples": 5},
    ):
        asked: dict[str, Any] = {"value_col": "clv", **more}
        found = curve(lazy(values, "polars"), **asked).collect()
        asked["rng"] = np.random.default_rng(1) if "rng" in more else None
        wanted = curve(pd.DataFrame({"clv": values}), **asked)
        assert len(found) == len(wanted)
        for name in wanted:
            np.testing.assert_allclose(found[name], wanted[name], rtol=1e-9, atol=0)


@pytest.mark.usefixtures("narrow")
def test_values_that_lose_too_much_are_fetched_after_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(histogram, "_STEPS", 1)
    values = COLUMNS["skewed"]
    found = ck.segments.gini(lazy(values, "duckdb")).coefficient
    expected = ck.segments.gini(pd.DataFrame({"clv": values})).coefficient
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("name", ["skewed", "losses", "one value"])
def test_the_peak_of_a_whale_needs_only_signs(name: str) -> None:
    values = np.append(COLUMNS[name], [0.0, -0.0])
    found = ck.segments.whale_peak(lazy(values, "polars"), value_col="clv")
    expected = ck.segments.whale_peak(pd.DataFrame({"clv": values}), value_col="clv")
    for field in ("n_customers", "n_profitable", "n_unprofitable"):
        assert getattr(found, field) == getattr(expected, field)
    assert found.peak == pytest.approx(expected.peak, rel=1e-12)
    assert found.total == pytest.approx(expected.total, rel=1e-9)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("engine", ENGINES)
def test_few_values_leave_the_engine(engine: str) -> None:
    fetched = []

    def cuts(value: np.ndarray, count: np.ndarray) -> np.ndarray:
        fetched.append(value.size)
        assert count.sum() == N
        return value[[np.searchsorted(np.cumsum(count), N / 2)]]

    frame: Any = read(lazy(COLUMNS["skewed"], engine), [])
    value, _ = histogram.value_histogram(frame, "clv", N, cuts=cuts)
    assert len(fetched) > 2
    assert max(fetched) == value.size < 150
    assert np.median(COLUMNS["skewed"]) == pytest.approx(cuts(value, _)[0], rel=1e-2)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("share_of", ["value", "gains"])
@pytest.mark.parametrize("top", [0.0, -1.0])
def test_a_base_without_gains_is_refused_as_in_memory(
    top: float, share_of: Any
) -> None:
    losses = lazy(top - np.arange(100.0), "polars")
    with pytest.raises(ck.errors.NotEnoughDataError, match="a customer above 0"):
        ck.segments.fit_value_tiers(losses, share_of=share_of)


@pytest.mark.usefixtures("narrow")
def test_nothing_is_left_on_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    from crmkit._frames import kept_rows

    monkeypatch.setattr(kept_rows, "_FEW", 10)
    connection = duckdb.connect()
    table = pa.table({"clv": COLUMNS["skewed"]})
    ck.segments.fit_value_tiers(connection.from_arrow(table))
    assert connection.sql("select count(*) from duckdb_tables()").fetchall() == [(0,)]


@pytest.mark.usefixtures("narrow")
def test_a_plan_is_run_twice_however_often_it_is_divided() -> None:
    """Once for the checks, once to keep its column."""
    runs = []

    def ran(batch: pl.DataFrame) -> pl.DataFrame:
        runs.append(batch.height)
        return batch

    plan = pl.LazyFrame({"clv": COLUMNS["skewed"]}).map_batches(
        ran, schema={"clv": pl.Float64}, streamable=False
    )
    ck.segments.fit_value_tiers(plan)
    assert runs == [N, N]


SCORED = {
    "frequency": np.arange(N) % 7,
    "recency": np.arange(N) % 90.0,
    "T": np.full(N, 100.0),
    "total_amount": COLUMNS["skewed"],
}


@pytest.mark.parametrize("few", [10 * N, 40])
def test_a_plan_is_run_twice_for_the_scores_of_three_axes(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for the checks, once for the values or to keep them."""
    monkeypatch.setattr(histogram, "FEW", few)
    runs = []

    def ran(batch: pl.DataFrame) -> pl.DataFrame:
        runs.append(batch.height)
        return batch

    frame = pl.LazyFrame(SCORED)
    plan = frame.map_batches(ran, schema=frame.collect_schema(), streamable=False)
    found = ck.segments.fit_rfm_scores(plan)
    assert runs == [N, N]
    assert found == ck.segments.fit_rfm_scores(pd.DataFrame(SCORED))


@pytest.mark.parametrize("few", [10 * N, 40])
def test_holes_that_are_kept_leave_few_rows_or_none(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are counted before the holes are left out."""
    monkeypatch.setattr(histogram, "FEW", few)
    for known in (0, 30, 100):
        amounts = [float(k) if k < known else None for k in range(N)]
        columns = SCORED | {"total_amount": amounts, "clv": amounts}
        given: Any = pl.LazyFrame(columns, schema_overrides={"clv": pl.Float64})
        given = given.cast({"total_amount": pl.Float64})
        expected: Any = given.collect()
        for fit in (ck.segments.fit_rfm_scores, ck.segments.fit_value_tiers):
            if known:
                found = fit(given, missing="keep")
                assert str(found) == str(fit(expected, missing="keep"))
                continue
            with pytest.raises(ck.errors.NotEnoughDataError):
                fit(given, missing="keep")


@pytest.mark.usefixtures("narrow")
def test_tiers_and_scores_sort_nothing_in_an_engine() -> None:
    """What orders rows, or numbers them, gathers them in one place of a cluster."""
    relation = duckdb.connect().from_arrow(pa.table(SCORED))
    scored = ck.segments.with_rfm_scores(relation)
    tiered = ck.segments.with_value_tier(scored, value_col="total_amount")
    plan = tiered.explain()
    for bad in ("WINDOW", "ORDER_BY", "TOP_N", "JOIN"):
        assert bad not in plan
