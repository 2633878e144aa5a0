"""How CPU time grows with the customers: one main job per part of the library.

python benchmarks/growth.py [--picture FILE] [CUSTOMERS ...]

Jobs run in turn at each size, on Polars frames in memory: the median of CPU seconds of
this process, of as many runs as fit into two seconds. A level row is a job whose cost
per customer does not grow. ``--picture`` draws each row in logarithms beside a line of
constant cost per customer.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

import crmkit as ck
from crmkit import campaigns, churn, clv, satisfaction, segments, snapshots

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
LONG = 2.0
START, END = date(2023, 1, 1), date(2024, 12, 31)
PURCHASES = clv.BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
SPEND = clv.GammaGamma(p=6.25, q=3.74, v=15.44)
Job = Callable[[], object]


@dataclass(frozen=True)
class Growth:
    """A job of a size, and the most customers that it is run with."""

    of_size: Callable[[int], Job]
    most: int = 10_000_000


def histories(n: int, *, whole: bool = True) -> pl.DataFrame:
    """Draw customers like CDNOW's, observed for one to two years, in weeks."""
    rng = np.random.default_rng([2, n])
    T = rng.integers(364, 729, n) if whole else rng.uniform(364, 729, n)
    x = rng.negative_binomial(0.5, 0.25, n)
    last = np.where(x > 0, T * rng.beta(np.maximum(x, 1), 1), 0.0)
    last = np.where(x > 0, np.clip(np.ceil(last), 1, T), 0.0) if whole else last
    amount = np.where(x > 0, rng.gamma(6.25, 15.44 / 2.74, n).round(2), 0.0)
    return pl.DataFrame(
        {
            "customer_id": np.arange(n),
            "frequency": x,
            "recency": last / 7,
            "T": T / 7,
            "monetary_value": amount,
            "clv": rng.lognormal(4, 1.3, n),
        }
    )


def log(n: int) -> pl.DataFrame:
    """Draw three purchases per customer, on average, on whole days."""
    rng = np.random.default_rng([3, n])
    customer = np.concatenate([np.arange(n), rng.integers(0, n, 2 * n)])
    day = np.datetime64(START) + rng.integers(0, 731, 3 * n).astype("timedelta64[D]")
    amount = rng.gamma(2, 20, 3 * n).round(2) + 0.01
    return pl.DataFrame({"customer_id": customer, "date": day, "amount": amount})


def summary(n: int) -> Job:
    rows = log(n)
    return lambda: ck.rfm_summary(rows, observation_period_end=END, time_unit="week")


def fitted(n: int) -> Job:
    customers = histories(n)
    return lambda: clv.fit_bg_nbd(customers)


def fitted_distinct(n: int) -> Job:
    customers = histories(n, whole=False)
    return lambda: clv.fit_bg_nbd(customers)


def valued(n: int) -> Job:
    customers = histories(n)
    return lambda: clv.with_clv(
        customers, purchases=PURCHASES, spend=SPEND, horizon=52, discount_rate=0.002
    )


def components(n: int) -> Job:
    made = ck.datasets.simulate_company(
        customers=n, rng=np.random.default_rng(1), backend="polars"
    )
    ledger = ck.Ledger(
        lines=made.lines,
        service=made.service,
        acquisition=made.acquisition,
        referrals=made.referrals,
        customers=made.customers,
    )
    references = clv.fit_references(ledger, as_of="2023-12-31")
    return lambda: clv.clv_components(
        ledger,
        references=references,
        as_of="2023-12-31",
        time_unit="year",
        discount_rate=0.0,
    )


def tiers(n: int) -> Job:
    customers = histories(n)
    return lambda: segments.with_value_tier(customers)


def scores(n: int) -> Job:
    customers = histories(n)
    return lambda: segments.with_rfm_scores(customers, monetary_col="monetary_value")


def concentration(n: int) -> Job:
    customers = histories(n)
    return lambda: segments.pareto_curve(customers)


def cohorts(n: int) -> Job:
    rows = log(n)
    return lambda: segments.cohort_table(rows, observation_period_end=END)


def survival(n: int) -> Job:
    rng = np.random.default_rng([4, n])
    life, seen = rng.exponential(300, n), rng.uniform(0, 730, n)
    spells = pl.DataFrame(
        {"duration": np.minimum(life, seen), "event_observed": life <= seen}
    )
    return lambda: churn.fit_kaplan_meier(spells)


def risks(n: int) -> Job:
    customers = histories(n)
    return lambda: churn.with_churn_risk(customers, purchases=PURCHASES, horizon=26)


def promoters(n: int) -> Job:
    rng = np.random.default_rng([5, n])
    answers = pl.DataFrame(
        {
            "score": rng.integers(0, 11, n),
            "plan": np.array(["basic", "plus", "pro"])[rng.integers(0, 3, n)],
        }
    )
    return lambda: satisfaction.nps_by(answers, by="plan")


def targets(n: int) -> Job:
    rng = np.random.default_rng([6, n])
    offers = pl.DataFrame(
        {
            "customer_id": np.arange(n),
            "channel": np.array(["mail", "call"])[rng.integers(0, 2, n)],
            "expected_profit": rng.normal(2, 4, n),
            "cost": rng.uniform(0, 5, n),
        }
    )
    return lambda: campaigns.select_targets(offers, budget=0.3 * n, method="greedy")


def snapshot(n: int) -> Job:
    rows = log(n)
    cutoff = END - timedelta(days=180)
    return lambda: snapshots.make_snapshots(
        rows, cutoffs=[cutoff], horizon=90, observation_period_end=END
    )


JOBS: dict[str, Growth] = {
    "rfm_summary": Growth(summary),
    "fit_bg_nbd, whole days": Growth(fitted),
    "fit_bg_nbd, all distinct": Growth(fitted_distinct),
    "with_clv": Growth(valued),
    "clv_components": Growth(components, most=100_000),
    "with_value_tier": Growth(tiers),
    "with_rfm_scores": Growth(scores),
    "pareto_curve": Growth(concentration),
    "cohort_table": Growth(cohorts),
    "fit_kaplan_meier, continuous": Growth(survival),
    "with_churn_risk": Growth(risks),
    "nps_by": Growth(promoters),
    "select_targets": Growth(targets),
    "make_snapshots": Growth(snapshot, most=1_000_000),
}


def seconds(job: Job) -> float:
    """Return the median CPU time of the runs that fit into two seconds."""
    spent: list[float] = []
    while sum(spent) < LONG and len(spent) < 21:
        start = time.process_time()
        job()
        spent.append(time.process_time() - start)
    return median(spent)


def draw(found: dict[str, dict[int, float]], path: Path) -> None:
    """Draw CPU seconds by customers, both in logarithms, a panel for each job."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - the table needs none

    columns = 4
    rows = -(-len(found) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(12, 2.6 * rows), sharex=True, sharey=True
    )
    for ax, (name, times) in zip(axes.flat, found.items(), strict=False):
        sizes, spent = list(times), list(times.values())
        level = [spent[-1] * size / sizes[-1] for size in sizes]
        ax.loglog(sizes, level, color="0.7", linewidth=1, linestyle="--")
        ax.loglog(sizes, spent, color="#1f5fa8", marker="o", markersize=4)
        ax.set_title(name, fontsize=10, loc="left")
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes.flat[len(found) :]:
        ax.set_axis_off()
    figure.supxlabel("customers", fontsize=10)
    figure.supylabel("CPU seconds", fontsize=10)
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def main(arguments: list[str]) -> None:
    """Print microseconds per customer of each job at each size."""
    picture = None
    if "--picture" in arguments:
        at = arguments.index("--picture")
        picture = Path(arguments[at + 1])
        del arguments[at : at + 2]
    sizes = [int(each) for each in arguments] or list(SIZES)
    print(f"| microseconds per customer | {' | '.join(f'{n:,}' for n in sizes)} |")
    print(f"| --- |{' ---: |' * len(sizes)}", flush=True)
    found: dict[str, dict[int, float]] = {}
    for name, growth in JOBS.items():
        fitting = [n for n in sizes if n <= growth.most]
        found[name] = {n: seconds(growth.of_size(n)) for n in fitting}
        cells = [
            f"{found[name][n] / n * 1e6:.3g}" if n in found[name] else "-"
            for n in sizes
        ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    if picture is not None:
        draw(found, picture)


if __name__ == "__main__":
    main(sys.argv[1:])
