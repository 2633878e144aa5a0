"""CPU time and memory of the large jobs of campaigns, beside their limits.

python benchmarks/campaigns.py [NAME ...]

CPU seconds of this process, one run after a small one that loads what is needed. Memory
is the peak of the whole process, in megabytes, above what it held before the job: run
one job at a time to read it.
"""

import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from crmkit import campaigns

MILLION = 1_000_000
Job = Callable[[], object]


def contacts(n: int) -> pl.DataFrame:
    """Make ten campaigns to each customer."""
    rng = np.random.default_rng(1)
    rows = 10 * n
    responded = rng.random(rows) < 0.05
    return pl.DataFrame(
        {
            "customer_id": np.tile(np.arange(n), 10),
            "campaign": np.repeat(np.arange(10), n),
            "responded": responded,
            "won": responded & (rng.random(rows) < 0.4),
            "cost": np.repeat(rng.uniform(0.5, 3, 10), n),
        }
    )


def response(n: int, *, arrow: bool) -> Job:
    frame: Any = contacts(n)
    if not arrow:
        frame = frame.to_pandas()
    return lambda: campaigns.response_by(
        frame, by="campaign", won_col="won", cost_col="cost", margin_per_response=40
    )


def rules(n: int) -> Job:
    """Mine baskets of about ten lines, of products with a long tail."""
    rng = np.random.default_rng(2)
    size = rng.poisson(9, n) + 1
    chance = 1 / np.arange(1, 5001) ** 0.9
    product = rng.choice(5000, int(size.sum()), p=chance / chance.sum())
    frame = pl.DataFrame(
        {"order_id": np.repeat(np.arange(n), size), "product_id": product}
    )
    return lambda: campaigns.association_rules(frame, min_count=50)


def targets(n: int) -> Job:
    rng = np.random.default_rng(3)
    frame = pl.DataFrame(
        {
            "customer_id": np.arange(n),
            "channel": np.array(["mail", "call"])[rng.integers(0, 2, n)],
            "expected_profit": rng.normal(2, 4, n),
            "cost": rng.uniform(0, 5, n),
        }
    )
    return lambda: campaigns.select_targets(
        frame,
        budget=0.3 * n,
        max_contacts=n // 5,
        capacity={"call": n // 25},
        method="greedy",
    )


def elasticity(n: int) -> Job:
    rng = np.random.default_rng(4)
    price = np.exp(rng.normal(0.5, 0.2, n))
    frame = pl.DataFrame(
        {
            "customer_id": rng.integers(0, n // 20, n),
            "product_id": rng.integers(0, 500, n),
            "price": price,
            "quantity": rng.poisson(3 * price**-1.5),
        }
    )
    return lambda: campaigns.fit_price_response(frame)


def matched(n: int) -> Job:
    rng = np.random.default_rng(5)
    frame = pl.DataFrame(
        {
            "band": rng.integers(0, 10, n),
            "region": rng.integers(0, 20, n),
            "member": rng.random(n) < 0.3,
            "before": rng.gamma(2, 20, n),
            "after": rng.gamma(2, 20, n),
        }
    )
    return lambda: campaigns.matched_effect_by(
        frame, match_cols=["band", "region"], before_col="before"
    )


# What makes the job for some number of rows or customers, how many, and the limit.
JOBS: dict[str, tuple[Callable[[int], Job], int, float]] = {
    "response-by-polars": (lambda n: response(n, arrow=True), MILLION, 1.0),
    "response-by-pandas": (lambda n: response(n, arrow=False), MILLION, 1.0),
    "association-rules": (rules, MILLION, 60.0),
    "select-targets": (targets, MILLION, 5.0),
    "price-response": (elasticity, MILLION, 10.0),
    "matched-effect": (matched, MILLION, 2.0),
}


def line(name: str) -> str:
    make, n, limit = JOBS[name]
    make(2000)()
    job = make(n)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    job()
    spent = time.process_time() - start
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1024
    return f"{name:<22}{n:>12,}{spent:>10.2f}{more:>10,.0f}  limit {limit:g}"


def main(names: list[str]) -> None:
    print(f"{'job':<22}{'size':>12}{'CPU s':>10}{'MB':>10}")
    for name in names or JOBS:
        print(line(name), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
