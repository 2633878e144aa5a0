"""How often Spark reads a log, as its own statistics count it."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import crmkit as ck

# Minutes of Spark on a busy machine: `make engines` runs them.
pytestmark = [pytest.mark.engine, pytest.mark.heavy]

END = "2024-12-31"
ROWS = [(who, 5 * step + who % 7) for who in range(150) for step in range(1 + who % 9)]
START = dt.datetime(2024, 1, 1)
LOG: dict[str, list[Any]] = {
    "customer_id": [who for who, _ in ROWS],
    "date": [START + dt.timedelta(days=7 * day % 300) for _, day in ROWS],
    "amount": [1.5 + (who * day) % 37 for who, day in ROWS],
}


def summarised(log: Any) -> Any:
    return ck.rfm_summary(log, observation_period_end=END)


def valued(log: Any) -> Any:
    customers = ck.rfm_summary(log, observation_period_end=END, time_unit="week")
    worth = ck.clv.with_clv(
        customers,
        purchases=ck.clv.fit_mbg_nbd(customers),
        spend=ck.clv.fit_gamma_gamma(customers),
        horizon=52,
        discount_rate=0.002,
    )
    scored = ck.segments.with_rfm_scores(ck.segments.with_value_tier(worth))
    ck.segments.gini(scored)
    return scored


def split(log: Any) -> Any:
    return ck.calibration_holdout_summary(
        log, calibration_period_end="2024-06-30", observation_period_end=END
    )


def refused(log: Any) -> None:
    with pytest.raises(ck.errors.InvalidValueError, match="infinite value in 1 of"):
        summarised(log)


def reported(log: Any) -> None:
    ck.transaction_report(log, observation_period_end=END)


BROKEN = LOG | {"amount": [float("inf"), *LOG["amount"][1:]]}
# The mean of the repeat purchases is a trillionth of the first one.
FADED = LOG | {
    "amount": [
        1e9 if date == min(d for i, d in zip(*_, strict=True) if i == who) else 1e-3
        for _ in [(LOG["customer_id"], LOG["date"])]
        for who, date in zip(*_, strict=True)
    ]
}
PIPELINES: dict[str, tuple[Callable[[Any], Any], dict[str, list[Any]], int]] = {
    "summary": (summarised, LOG, 1),
    "values, tiers and scores": (valued, LOG, 1),
    "calibration and holdout": (split, LOG, 2),
    "refused": (refused, BROKEN, 4),
    "small mean": (summarised, FADED, 2),
    "report": (reported, LOG, 4),
}


# The log has no spread that a model could learn: only the reading counts here.
@pytest.mark.filterwarnings("ignore::crmkit.errors.IdentifiabilityWarning")
@pytest.mark.parametrize("name", PIPELINES)
def test_spark_reads_a_log_as_often_as_the_documentation_says(
    name: str, spark_frame: Any, tmp_path: Path
) -> None:
    run, log, passes = PIPELINES[name]
    session = spark_frame({"clv": [1.0]}).sparkSession
    date = pa.array(log["date"], pa.timestamp("us"))
    pq.write_table(pa.table(log | {"date": date}), tmp_path / "log.parquet")
    known = _rows_scanned(session)
    found = run(session.read.parquet(str(tmp_path / "log.parquet")))
    if found is not None:
        found.write.parquet(str(tmp_path / "written.parquet"))
    assert _rows_scanned(session) - known == passes * len(ROWS)


def _rows_scanned(session: Any) -> int:
    """Add up the rows that all scans of Parquet files have handed on until now."""
    store = session._jsparkSession.sharedState().statusStore()
    rows = 0
    executions = store.executionsList().iterator()
    while executions.hasNext():
        number = executions.next().executionId()
        values = store.executionMetrics(number)
        nodes = store.planGraph(number).allNodes().iterator()
        while nodes.hasNext():
            node = nodes.next()
            scan = node.name().startswith("Scan parquet")
            rows += _output_rows(node, values) if scan else 0
    return rows


def _output_rows(node: Any, values: Any) -> int:
    metrics = node.metrics().iterator()
    while metrics.hasNext():
        metric = metrics.next()
        if metric.name() == "number of output rows":
            value = values.get(metric.accumulatorId())
            return int(value.get().replace(",", "")) if value.isDefined() else 0
    return 0
