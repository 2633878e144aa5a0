"""Decompose a simulated company of a million lines: time, memory, largest error.

With the name of a library, in its frames: polars (default), pandas or pyarrow.
"""

import resource
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median
from typing import TypeVar, cast

import narwhals.stable.v2 as nw
import numpy as np

import crmkit as ck
from crmkit.datasets.backend import Backend
from crmkit.typing import IntoDataFrame

Result = TypeVar("Result")
END = "2023-12-31"


def timed(name: str, run: Callable[[], Result]) -> Result:
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    print(f"{name:34} {median(seconds):6.2f} s")
    return run()


def numbers(frame: IntoDataFrame, column: str) -> np.ndarray:
    return nw.from_native(frame, eager_only=True)[column].to_numpy()


def main(backend: Backend) -> None:
    made = ck.datasets.simulate_company(
        customers=86_000, rng=np.random.default_rng(1), backend=backend
    )
    print(made, backend)
    ledger = timed(
        "Ledger (all checks)",
        lambda: ck.Ledger(
            lines=made.lines,
            service=made.service,
            acquisition=made.acquisition,
            referrals=made.referrals,
            customers=made.customers,
        ),
    )
    references = timed(
        "fit_references", lambda: ck.clv.fit_references(ledger, as_of=END)
    )

    def components() -> IntoDataFrame:
        return ck.clv.clv_components(
            ledger,
            references=references,
            as_of=END,
            time_unit="year",
            discount_rate=0.0,
        )

    parts = timed("clv_components", components)
    cash = timed("profit_by", lambda: ck.clv.profit_by(ledger, as_of=END))
    tracemalloc.start()
    components()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    process = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"clv_components allocates {peak:.0f} MiB; the process peaked at {process:.0f}"
    )
    own = numbers(parts, "clv") - numbers(parts, "clv5")
    expected = numbers(cash, "profit") + numbers(cash, "reward_cost")
    flows = ("list_amount", "goods", "service", "acquisition")
    gross = np.sum([np.abs(numbers(cash, name)) for name in flows], axis=0)
    worst = (np.abs(own - expected) / np.maximum(gross, 1)).max()
    total = numbers(parts, "clv").sum() - numbers(cash, "profit").sum()
    print(f"largest error of a customer: {worst:.1e} of gross flows")
    print(f"error of the company: {abs(total) / gross.sum():.1e} of gross flows")


if __name__ == "__main__":
    main(cast("Backend", sys.argv[1] if len(sys.argv) > 1 else "polars"))
