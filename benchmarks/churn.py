"""Churn at the sizes promised: CPU milliseconds of this process, least of three runs.

The limits are the issue's: a shifted-beta-geometric fit from the cohort counts of a
million customers in 50 ms, EMPC of a million scores in 300 ms, snapshots of three
million transactions at four cut-offs in 3,000 ms; that of the interval is our own.
"""

import time
from collections.abc import Callable

import numpy as np
import polars as pl

from crmkit import campaigns, churn
from crmkit.snapshots import make_snapshots

CUSTOMERS = 1_000_000
TRANSACTIONS = 3_000_000
RUNS = 3
CUTOFFS = ["2023-03-01", "2023-05-01", "2023-07-01", "2023-09-01"]


def milliseconds(job: Callable[[], object]) -> float:
    """Return the least CPU time of several runs."""
    spent = []
    for _ in range(RUNS):
        start = time.process_time()
        job()
        spent.append(time.process_time() - start)
    return 1000 * min(spent)


def cohorts(rng: np.random.Generator) -> pl.DataFrame:
    """Count the survivors of twelve cohorts that make a million customers."""
    theta = rng.beta(0.7, 3.8, CUSTOMERS)
    lost_at = rng.geometric(np.maximum(theta, 1e-9))
    cohort = rng.integers(0, 12, CUSTOMERS)
    rows = [
        (int(c), t, int(np.count_nonzero(lost_at[cohort == c] > t)))
        for c in range(12)
        for t in range(13 - c)
    ]
    return pl.DataFrame(rows, schema=["cohort", "renewals", "customers"], orient="row")


def scores(rng: np.random.Generator) -> pl.DataFrame:
    risk = rng.beta(1, 4, CUSTOMERS)
    return pl.DataFrame({"churn_risk": risk, "churned": rng.random(CUSTOMERS) < risk})


def transactions(rng: np.random.Generator) -> pl.DataFrame:
    days = rng.integers(0, 730, TRANSACTIONS).astype("timedelta64[D]")
    return pl.DataFrame(
        {
            "customer_id": rng.integers(0, TRANSACTIONS // 10, TRANSACTIONS),
            "date": np.datetime64("2022-01-01", "D") + days,
            "amount": rng.gamma(2, 20, TRANSACTIONS),
        }
    )


def main() -> None:
    rng = np.random.default_rng(7)
    table, judged, log = cohorts(rng), scores(rng), transactions(rng)
    jobs: list[tuple[str, Callable[[], object], float]] = [
        (
            "shifted-beta-geometric, cohorts of 1M",
            lambda: churn.fit_shifted_beta_geometric(table),
            50.0,
        ),
        ("EMPC, 1M", lambda: campaigns.expected_maximum_profit(judged, clv=200), 300.0),
        (
            "EMPC of 100k with 500 resamples",
            lambda: campaigns.expected_maximum_profit(
                judged.head(CUSTOMERS // 10),
                clv=200,
                n_resamples=500,
                rng=np.random.default_rng(1),
            ),
            3000.0,
        ),
        (
            "snapshots, 3M rows x 4 cut-offs",
            lambda: make_snapshots(
                log,
                cutoffs=CUTOFFS,
                horizon=90,
                observation_period_end="2023-12-31",
            ),
            3000.0,
        ),
    ]
    print(f"{'CPU ms':<40}{'crmkit':>9}{'limit':>9}")
    for name, job, limit in jobs:
        print(f"{name:<40}{milliseconds(job):9.1f}{limit:9.0f}")


if __name__ == "__main__":
    main()
