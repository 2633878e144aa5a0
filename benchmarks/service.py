"""How long a service waits for a score: one customer, and a batch of a thousand.

python benchmarks/service.py

The models come from JSON, as a service loads them. Times are wall-clock milliseconds of
single calls, the median and the 99th percentile. Arrays are what a service has anyway;
the frame costs what pandas costs.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from crmkit import clv

DOCUMENTS = json.dumps(
    {
        "purchases": clv.BgNbd(r=0.243, alpha=4.41, a=0.793, b=2.43).to_dict(),
        "spend": clv.GammaGamma(p=6.25, q=3.74, v=15.44).to_dict(),
    }
)


def loaded() -> tuple[clv.BgNbd, clv.GammaGamma]:
    """Load both models from one text, as at the start of a service."""
    known = json.loads(DOCUMENTS)
    return (
        clv.BgNbd.from_dict(known["purchases"]),
        clv.GammaGamma.from_dict(known["spend"]),
    )


def customers(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(20261128)
    x = rng.poisson(1.5, n).astype(float)
    T = rng.uniform(10, 100, n)
    return x, np.where(x > 0, T * rng.random(n), 0.0), T, rng.gamma(6, 6, n)


def by_arrays(n: int) -> Callable[[], object]:
    purchases, spend = loaded()
    x, t_x, T, amount = customers(n)

    def score() -> object:
        bought = purchases.discounted_expected_purchases(
            x, t_x, T, horizon=52, discount_rate=0.002
        )
        alive = purchases.probability_alive(x, t_x, T)
        return alive, bought * spend.expected_spend(x, amount)

    return score


def by_frame(n: int) -> Callable[[], object]:
    import pandas as pd  # noqa: PLC0415 - the arrays above are timed without it

    purchases, spend = loaded()
    x, t_x, T, amount = customers(n)
    frame = pd.DataFrame(
        {"frequency": x, "recency": t_x, "T": T, "monetary_value": amount}
    )
    return lambda: clv.with_clv(
        purchases.with_probability_alive(frame),
        purchases=purchases,
        spend=spend,
        horizon=52,
        discount_rate=0.002,
    )


def milliseconds(job: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the median and the 99th percentile of single calls."""
    job()
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        spent.append(1000 * (time.perf_counter() - start))
    middle, slow = np.percentile(spent, [50, 99])
    return float(middle), float(slow)


def throughput(job: Callable[[], object], threads: int, times: int) -> float:
    """Return calls per second of several threads at once."""
    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for waiting in [pool.submit(job) for _ in range(times)]:
            waiting.result()
    return times / (time.perf_counter() - start)


def main() -> None:
    print("| scored | customers | p50 ms | p99 ms |")
    print("| --- | ---: | ---: | ---: |")
    for n in (1, 1000):
        middle, slow = milliseconds(by_arrays(n), 1000)
        print(f"| arrays | {n:,} | {middle:.3f} | {slow:.3f} |")
    print(f"pandas imported by then: {'pandas' in sys.modules}")
    for n in (1, 1000):
        middle, slow = milliseconds(by_frame(n), 300)
        print(f"| pandas frame | {n:,} | {middle:.3f} | {slow:.3f} |")
    for threads in (1, 4):
        rate = throughput(by_arrays(1), threads, 2000)
        print(f"{threads} threads, one customer at a time: {rate:,.0f} scores a second")


if __name__ == "__main__":
    main()
