"""What Spark is asked for tiers and scores: no Python, no rows in one place."""

import contextlib
import io
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

import crmkit as ck
from crmkit._frames import narrowed_values

pytestmark = pytest.mark.engine

N = 400
CUSTOMERS = pd.DataFrame(
    {
        "frequency": [k * k % 11 for k in range(N)],
        "recency": [float(k * 7 % 90) for k in range(N)],
        "T": [100.0] * N,
        "total_amount": [(7.5 * k * k) % 101 + 0.25 for k in range(N)],
        "clv": [(3.5 * k * k) % 97 - 3.25 for k in range(N)],
    }
)
MEASURES: dict[str, Callable[[Any], Any]] = {
    "scores": ck.segments.with_rfm_scores,
    "tiers": ck.segments.with_value_tier,
    "gini": ck.segments.gini,
    "point": ck.segments.pareto_point,
    "curve": ck.segments.pareto_curve,
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the plan of whatever a frame of Spark is run for."""
    from pyspark.sql.classic.dataframe import DataFrame

    plans: list[str] = []
    for name in ("toArrow", "toPandas", "collect", "localCheckpoint"):
        run = getattr(DataFrame, name)

        def noted(frame: Any, *args: Any, run: Any = run, **kwargs: Any) -> Any:
            plans.append(_plan(frame))
            return run(frame, *args, **kwargs)

        monkeypatch.setattr(DataFrame, name, noted)
    return plans


def _plan(frame: Any) -> str:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        frame.explain()
    return shown.getvalue()


def _require_spread(plan: str) -> None:
    """Let partitions meet in one place only with the one row that each has left."""
    for bad in ("Python", "ArrowEval", "Window", "GlobalLimit", "CollectLimit"):
        assert bad not in plan
    for line, below in pairwise(plan.splitlines()):
        if "SinglePartition" in line:
            assert "HashAggregate(keys=[]" in below
            assert "partial_" in below


@pytest.mark.parametrize("name", MEASURES)
def test_no_plan_of_spark_gathers_rows(
    name: str, spark_frame: Any, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more rows than are fetched as values."""
    monkeypatch.setattr(narrowed_values, "FEW", 20)
    monkeypatch.setattr(narrowed_values, "_BINS", 8)
    found = MEASURES[name](spark_frame({k: CUSTOMERS[k].array for k in CUSTOMERS}))
    if hasattr(found, "explain"):
        asked.append(_plan(found))
    assert len(asked) > 1
    for plan in asked:
        _require_spread(plan)


def test_the_rule_sees_rows_that_are_gathered(spark_frame: Any) -> None:
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    frame = spark_frame({"clv": [1.0]}).sparkSession.range(9)
    ranked = frame.withColumn("rank", f.rank().over(Window.orderBy("id")))
    for bad in (ranked, frame.repartition(1), frame.limit(1)):
        with pytest.raises(AssertionError):
            _require_spread(_plan(bad))


@pytest.mark.parametrize("name", ["scores", "tiers", "gini", "point"])
def test_a_measure_costs_two_queries_of_spark(
    name: str, spark_frame: Any, asked: list[str]
) -> None:
    """One for the checks and the number of rows, one for the values."""
    MEASURES[name](spark_frame({k: CUSTOMERS[k].array for k in CUSTOMERS}))
    assert len(asked) == 2
    for plan in asked:
        _require_spread(plan)
