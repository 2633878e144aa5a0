"""Customers who share no times: CPU beside lifetimes, and of intervals and totals.

python benchmarks/distinct_histories.py [CUSTOMERS ...]

Both sides run in turn in one process, CPU seconds, medians. "bytes" is the peak of
memory allocated during crmkit's job, per customer.
"""

import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, ParetoNBDFitter

from crmkit import clv

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MODELS = (
    ("BG/NBD", clv.BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259), BetaGeoFitter),
    (
        "Pareto/NBD",
        clv.ParetoNbd(r=0.5533, alpha=10.5776, s=0.6062, beta=11.6687),
        ParetoNBDFitter,
    ),
)
Job = Callable[[], object]


def customers_of(n: int) -> pd.DataFrame:
    """Draw customers like CDNOW's, with times to the last bit, 52 to 104 weeks."""
    rng = np.random.default_rng([1, n])
    T, zeros = rng.uniform(52, 104, n), np.zeros(n)
    rows, times = MODELS[1][1].sample_purchase_times(
        zeros, zeros, zeros, horizon=104.0, rng=rng
    )
    seen = times <= T[rows]
    x = np.bincount(rows[seen], minlength=n)
    last = np.zeros(n)
    np.maximum.at(last, rows[seen], times[seen])
    paid = rng.gamma(6.25 * np.maximum(x, 1)) / np.maximum(x, 1)
    amount = np.where(x > 0, paid * 15.44 / rng.gamma(3.74, size=n), 0.0)
    return pd.DataFrame(
        {"frequency": x, "recency": last, "T": T, "monetary_value": amount}
    )


def race(name: str, n: int, ours: Job, theirs: Job | None = None) -> None:
    """Run both in turn and print one row of the table."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(max(3, min(21, 200_000 // n))):
        for job, times in zip((ours, theirs), spent, strict=True):
            if job is not None:
                start = time.process_time()
                job()
                times.append(time.process_time() - start)
    tracemalloc.start()
    ours()
    memory = tracemalloc.get_traced_memory()[1] / n
    tracemalloc.stop()
    mine = median(spent[0])
    peer = (
        f"{median(spent[1]):8.4f} | {median(spent[1]) / mine:5.2f}x"
        if theirs
        else "- | -"
    )
    print(f"| {name} | {n:,} | {mine:.4f} | {peer} | {memory:.0f} |", flush=True)


def _both(customers: pd.DataFrame, model: clv.BgNbd | clv.ParetoNbd) -> object:
    return customers.pipe(model.with_probability_alive).pipe(
        model.with_expected_purchases, horizon=13
    )


def _arrays(
    columns: list["pd.Series[float]"], model: clv.BgNbd | clv.ParetoNbd
) -> object:
    history = [column.to_numpy(np.float64) for column in columns]
    model.probability_alive(*history)
    return model.expected_purchases(*history, horizon=13)


def _peer(columns: list["pd.Series[float]"], fitter: object) -> object:
    fitter.conditional_probability_alive(*columns)  # type: ignore[attr-defined]
    return fitter.conditional_expected_number_of_purchases_up_to_time(  # type: ignore[attr-defined]
        13, *columns
    )


def main(sizes: list[int]) -> None:
    """Print the table."""
    print("| job | customers | crmkit | lifetimes | ratio | bytes |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for n in sizes or SIZES:
        customers = customers_of(n)
        columns = [customers[name] for name in ("frequency", "recency", "T")]
        for name, model, kind in MODELS:
            peer = kind()
            peer.params_ = pd.Series(model.parameters)
            race(
                f"{name} alive and expected",
                n,
                partial(_both, customers, model),
                partial(_peer, columns, peer),
            )
            race(
                f"{name} the same, of arrays",
                n,
                partial(_arrays, columns, model),
                partial(_peer, columns, peer),
            )
            none = partial(model.with_probability_of_n_purchases, customers)
            race(f"{name} P(0)", n, partial(none, n=0, horizon=13))
        race("Pareto/NBD fit", n, partial(clv.fit_pareto_nbd, customers))
    _drawn(customers_of(100_000))


def _seeded(job: Callable[..., Any]) -> Any:  # noqa: ANN401 - either result
    return job(rng=np.random.default_rng(1))


def _drawn(customers: pd.DataFrame) -> None:
    spend = clv.fit_gamma_gamma(customers)
    for name, fit in (("BG", clv.fit_bg_nbd), ("Pareto", clv.fit_pareto_nbd)):
        asked: dict[str, Any] = {
            "purchases": fit(customers),
            "spend": spend,
            "horizon": 52,
        }
        for job in (clv.with_clv_interval, clv.forecast):
            drawn = partial(job, customers, discount_rate=0.0018, **asked)
            race(
                f"{name}/NBD `{job.__name__}`, 1,000 draws",
                len(customers),
                partial(_seeded, drawn),
            )


if __name__ == "__main__":
    warnings.filterwarnings("ignore", module="lifetimes|autograd|pandas|scipy")
    main([int(size) for size in sys.argv[1:]])
