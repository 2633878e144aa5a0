"""Tiers, RFM scores and concentration: CPU seconds at 1M, peak memory at 10M customers.

CPU seconds of this process, the least of three runs, on frames already in memory. Peak
memory is what the whole process holds at most beyond what it held before the call, in
an interpreter of its own, as a multiple of the frame: the ids and the columns that the
job reads. The columns that the job adds are counted in.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

import crmkit as ck

JOBS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "with_value_tier": (ck.segments.with_value_tier, ("clv",)),
    "with_rfm_scores": (
        ck.segments.with_rfm_scores,
        ("frequency", "recency", "T", "total_amount"),
    ),
    "gini": (ck.segments.gini, ("clv",)),
    "pareto_curve": (ck.segments.pareto_curve, ("clv",)),
    "concentration_table": (
        lambda base: ck.segments.concentration_table(
            base, rank_col="clv", value_cols=("clv", "total_amount")
        ),
        ("clv", "total_amount"),
    ),
}
MILLION = 1_000_000
LIBRARIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
}


def columns(n: int, names: Iterable[str]) -> dict[str, Any]:
    """Simulate these columns of customers."""
    rng = np.random.default_rng(20261122)
    make: dict[str, Callable[[], Any]] = {
        "customer_id": lambda: np.arange(n),
        "frequency": lambda: rng.geometric(0.6, n),
        "recency": lambda: rng.uniform(0, 100, n),
        "T": lambda: rng.uniform(100, 730, n),
        "total_amount": lambda: rng.lognormal(3, 1, n),
        "clv": lambda: rng.lognormal(4, 1.3, n),
    }
    return {name: make[name]() for name in ("customer_id", *names)}


def seconds(job: Callable[[Any], Any], base: object) -> float:
    """Return the least CPU time of three runs."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        job(base)
        spent.append(time.process_time() - start)
    return min(spent)


def peak_of(name: str, library: str, n: int) -> float:
    """Return the memory a job adds at its peak, over that of the frame."""
    job, read = JOBS[name]
    base = LIBRARIES[library](columns(n, read))
    job(base[:1000])  # what the libraries load at first use is not the job's
    start = _resident()
    job(base)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (peak - start) * 1024 / (n * 8 * (1 + len(read)))


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as pages:  # noqa: PTH123 - no file of ours
        return int(pages.read().split()[1]) * resource.getpagesize() // 1024


def main() -> None:
    print(f"{'':<22}{'pandas':>10}{'polars':>10}{'pandas':>14}{'polars':>10}")
    print(f"{'':<22}{'CPU s, 1M':>20}{'peak / input, 10M':>24}")
    for name, (job, read) in JOBS.items():
        made = columns(MILLION, read)
        frames = [make(made) for make in LIBRARIES.values()]
        spent = [seconds(job, base) for base in frames]
        peaks = [_peak_apart(name, library) for library in LIBRARIES]
        print(
            f"{name:<22}{spent[0]:10.3f}{spent[1]:10.3f}{peaks[0]:14.1f}{peaks[1]:10.1f}",
            flush=True,
        )


def _peak_apart(name: str, library: str) -> float:
    done = subprocess.run(
        [sys.executable, __file__, name, library],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(peak_of(sys.argv[1], sys.argv[2], 10 * MILLION))
    else:
        main()
