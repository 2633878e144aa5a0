"""How many distinct histories a base has, and what that means beyond one machine.

python benchmarks/cells.py [CUSTOMERS ...]

Customers like CDNOW's (Pareto/NBD), first seen at any day of two years. A distinct
frequency, recency and T is one cell; a cell leaves an engine once to be fitted and
once to be scored, as three numbers and a count, and its score goes back. Above the
largest base that is simulated, the count grows by the power of its last tenfold step.
"""

import sys
import time

import numpy as np

from crmkit import clv

MODEL = clv.ParetoNbd(r=0.5533, alpha=10.578, s=0.6062, beta=11.669)  # in weeks
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
BEYOND = (100_000_000, 1_000_000_000)
DAYS = {"day": 1.0, "week": 7.0}
BLOCK = 250_000
CELL = 32  # bytes: three numbers and a count
SPAN = 104  # weeks of the log


def histories(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw frequency, and the days from the first purchase to the last and the end."""
    rng = np.random.default_rng([seed, n])
    T, zeros = rng.integers(1, 7 * SPAN, n), np.zeros(n)
    rows, times = MODEL.sample_purchase_times(
        zeros, zeros, zeros, horizon=float(SPAN), rng=rng
    )
    days = np.floor(7 * times).astype(np.int64)
    seen = (days <= T[rows]) & (days > 0)
    pairs = np.unique(rows[seen] * (7 * SPAN + 1) + days[seen])
    owner, day = np.divmod(pairs, 7 * SPAN + 1)
    last = np.zeros(n, dtype=np.int64)
    np.maximum.at(last, owner, day)
    return np.bincount(owner, minlength=n), last, T


def distinct(n: int) -> dict[str, int]:
    """Count the cells of a base, a block of customers at a time."""
    found: dict[str, np.ndarray] = {}
    for seed, at in enumerate(range(0, n, BLOCK)):
        x, last, T = histories(min(BLOCK, n - at), seed)
        for grain, length in DAYS.items():
            recency, age = (last // int(length), T // int(length))
            keys = (x * 1000 + recency) * 1000 + age
            known = found.get(grain, np.zeros(0, np.int64))
            found[grain] = np.union1d(known, keys)
    return {grain: keys.size for grain, keys in found.items()}


def main(sizes: list[int]) -> None:
    """Print the table."""
    counts = {n: distinct(n) for n in sizes}
    (before, last) = sizes[-2:]
    for n in BEYOND:
        counts[n] = {
            grain: int(
                counts[last][grain]
                * (n / last)
                ** (
                    np.log(counts[last][grain] / counts[before][grain])
                    / np.log(last / before)
                )
            )
            for grain in DAYS
        }
    print("| customers | cells, days | MB moved | cells, weeks | MB moved | |")
    print("| ---: | ---: | ---: | ---: | ---: | --- |")
    for n, of in counts.items():
        known = "simulated" if n <= last else "extrapolated"
        row = " | ".join(f"{of[g]:,} | {2 * CELL * of[g] / 1e6:,.1f}" for g in DAYS)
        print(f"| {n:,} | {row} | {known} |")
    start = time.process_time()
    x, last_day, T = histories(BLOCK, 0)
    MODEL.expected_purchases(x, last_day / 7, T / 7, horizon=52)
    rate = BLOCK / (time.process_time() - start)
    print(f"\nscored per CPU second, simulation included: {rate:,.0f}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
