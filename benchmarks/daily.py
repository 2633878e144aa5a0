"""A daily job: new rows brought into the summary of all customers, and scored.

python benchmarks/daily.py [CUSTOMERS] [NEW_ROWS]

The summary lies in a Parquet file, as the job of the day before left it, and so do the
new rows. CPU seconds with all threads, and the peak of memory, each job in an
interpreter of its own. The model is the one that was fitted once.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from crmkit import clv, rfm_summary, update_summary

BEFORE, AFTER = "2024-12-31", "2025-01-01"
PURCHASES = clv.MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614, time_unit="week")
SPEND = clv.GammaGamma(p=6.25, q=3.74, v=15.44)
JOBS = ("polars", "polars lazy", "duckdb")


def prepare(folder: Path, customers: int, new: int) -> None:
    """Write the summary of the day before, and the rows of the day."""
    rng = np.random.default_rng(20261128)
    rows = int(2.9 * customers)
    ids = np.concatenate([np.arange(customers), rng.integers(0, customers, new)])
    ids = np.concatenate([ids, rng.integers(0, customers, rows - ids.size)])
    days = np.datetime64("2023-01-01") + rng.integers(0, 731, rows)
    amount = rng.gamma(2, 20, rows).round(2) + 0.01
    log = pl.DataFrame({"customer_id": ids, "date": days, "amount": amount})
    made = rfm_summary(log, observation_period_end=BEFORE, time_unit="week")
    made.write_parquet(folder / "summary.parquet")
    today = pl.DataFrame(
        {
            "customer_id": rng.integers(0, int(1.02 * customers), new),
            "date": np.full(new, np.datetime64(AFTER)),
            "amount": rng.gamma(2, 20, new).round(2) + 0.01,
        }
    )
    today.write_parquet(folder / "today.parquet")


def run(job: str, folder: Path) -> None:
    """Update, score and write; print what it took."""
    start = time.process_time()
    frames = [opened(job, folder / f"{name}.parquet") for name in ("summary", "today")]
    updated = update_summary(
        frames[0],
        transactions=frames[1],
        previous_period_end=BEFORE,
        observation_period_end=AFTER,
        time_unit="week",
    )
    between = time.process_time()
    scored = clv.with_clv(
        updated, purchases=PURCHASES, spend=SPEND, horizon=52, discount_rate=0.0018
    )
    write(scored, folder / "scored.parquet")
    end = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"| {job} | {between - start:.1f} | {end - between:.1f} | {peak:.2f} |")


def opened(job: str, path: Path) -> Any:  # noqa: ANN401 - of any library
    """Open a file in the library or engine of the job."""
    if job == "duckdb":
        import duckdb  # noqa: PLC0415 - an engine of one job

        return duckdb.read_parquet(str(path))
    return pl.scan_parquet(path) if job == "polars lazy" else pl.read_parquet(path)


def write(scored: Any, path: Path) -> None:  # noqa: ANN401 - of any library
    """Write the table where the next job of the day reads it."""
    if isinstance(scored, pl.DataFrame):
        scored.write_parquet(path)
    elif isinstance(scored, pl.LazyFrame):
        scored.sink_parquet(path)
    else:
        scored.write_parquet(str(path))


def main(customers: int, new: int) -> None:
    """Print the table."""
    print(f"{customers:,} customers, {new:,} new rows")
    print("| frame | update, CPU s | value, CPU s | peak memory, GB |")
    print("| --- | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory() as place:
        prepare(Path(place), customers, new)
        for job in JOBS:
            subprocess.run([sys.executable, __file__, "--job", job, place], check=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["--job"]:
        run(given[1], Path(given[2]))
    else:
        sizes = [int(size) for size in given]
        main(*(sizes + [10_000_000, 1_000_000][len(sizes) :])[:2])
