"""One pass over a log in DuckDB: summary, fits, value, tiers and the written table.

python benchmarks/pipeline.py [CUSTOMERS]

The log lies in a Parquet file, nine rows and a bit for each customer, first seen within
two years. DuckDB has two threads and ``memory_limit='1400MB'``, and spills the rest.
CPU seconds with all threads, wall-clock seconds, and the peak of memory so far. The
first line is one plain aggregation of the same log, by customer and week.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crmkit import clv, rfm_summary, segments

BLOCK = 1_000_000
DAYS = 730


def prepare(path: Path, customers: int) -> int:
    """Write the log, a block of customers after the other; return its rows."""
    rng = np.random.default_rng(20261129)
    blocks = (
        _block(rng, start, min(BLOCK, customers - start))
        for start in range(0, customers, BLOCK)
    )
    first = next(blocks)
    with pq.ParquetWriter(path, first.schema) as writer:
        for block in chain([first], blocks):
            writer.write_table(block)
    return int(pq.ParquetFile(path).metadata.num_rows)


def _block(rng: np.random.Generator, start: int, n: int) -> pa.Table:
    first = rng.integers(0, DAYS, n)
    count = 1 + rng.poisson(rng.gamma(0.55, 15, n))
    span = np.minimum(rng.exponential(300, n), DAYS - first)
    who = np.repeat(np.arange(n), count)
    day = (first[who] + rng.random(who.size) * span[who]).astype(np.int64)
    day[np.cumsum(count) - count] = first
    order = rng.permutation(who.size)
    return pa.table(
        {
            "customer_id": who[order] + start,
            "date": np.datetime64("2023-01-01") + day[order],
            "amount": rng.gamma(2, 20, who.size).round(2) + 0.01,
        }
    )


def timed(step: str, job: Callable[[], Any]) -> Any:  # noqa: ANN401 - of any step
    """Run a step, and print what it took."""
    cpu, wall = time.process_time(), time.perf_counter()
    made = job()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"| {step} | {cpu:.1f} | {wall:.1f} | {peak:.2f} |", flush=True)
    return made


def main(customers: int) -> None:
    """Run the pipeline, and print a line for each step."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "log.parquet"
        print(f"{customers:,} customers, {prepare(path, customers):,} rows")
        print("| step | CPU s | wall-clock s | peak memory, GB |")
        print("| --- | ---: | ---: | ---: |", flush=True)
        connection = duckdb.connect()
        for setting in (
            "threads=2",
            "memory_limit='1400MB'",
            f"temp_directory='{place}/spilled'",
        ):
            connection.execute(f"set {setting}")
        log = connection.read_parquet(str(path))
        weeks: Any = log.query(
            "log",
            "select sum(n) from (select customer_id, date_trunc('week', date), "
            "sum(amount), count(*) as n from log group by all)",
        )
        timed("one plain aggregation", weeks.fetchall)
        start = time.process_time(), time.perf_counter()
        base = timed(
            "summary",
            lambda: rfm_summary(
                log, observation_period_end="2024-12-31", grain="week", time_unit="week"
            ),
        )
        purchases = timed("MBG/NBD", lambda: clv.fit_mbg_nbd(base))
        spend = timed("Gamma-Gamma", lambda: clv.fit_gamma_gamma(base))
        worth = timed(
            "value",
            lambda: clv.with_clv(
                base, purchases=purchases, spend=spend, horizon=52, discount_rate=0.0018
            ),
        )
        tiered = timed("tiers", lambda: segments.with_value_tier(worth))
        timed("Parquet", lambda: tiered.write_parquet(f"{place}/tiers.parquet"))
        cpu, wall = time.process_time() - start[0], time.perf_counter() - start[1]
        print(f"| together | {cpu:.1f} | {wall:.1f} | |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000_000)
