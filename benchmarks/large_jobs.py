"""Large jobs outside the value models: CPU seconds and memory, with a peer.

python benchmarks/large_jobs.py [NAME ...]

CPU seconds are those of this process with all its threads, the median of three runs;
slow jobs run once. Memory is the peak that Python and NumPy allocate during one more
run, per row of the input. lifelines and empulse are timed in the same run where they
are installed; crmkit does not need them.
"""

import importlib
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from crmkit import campaigns, churn, rfm_summary, satisfaction, segments

MILLION = 1_000_000
Job = Callable[[], object]


@dataclass(frozen=True)
class Race:
    """One job: what crmkit does, what a peer does, and how many rows that is."""

    rows: int
    crmkit: Job
    limit: float
    peer: str = ""
    other: Job | None = None
    once: bool = False


def seconds(job: Job, *, once: bool) -> float:
    """Return the median CPU time of three runs, or that of one."""
    spent = []
    for _ in range(1 if once else 3):
        start = time.process_time()
        job()
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def peak(job: Job) -> int:
    """Return the most bytes a job holds beyond what it found."""
    tracemalloc.start()
    job()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def installed(module: str) -> Any:  # noqa: ANN401 - peers publish no types
    """Import a peer; None where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def spells(n: int, *, whole: bool) -> pd.DataFrame:
    rng = np.random.default_rng(20261128)
    time_, cut = rng.exponential(300, n), rng.uniform(0, 730, n)
    duration = np.minimum(time_, cut)
    return pd.DataFrame(
        {
            "duration": np.ceil(duration) if whole else duration,
            "event_observed": time_ <= cut,
            "plan": rng.choice(["basic", "plus", "pro"], n),
        }
    )


def kaplan_meier(*, whole: bool) -> Race:
    frame = spells(MILLION, whole=whole)
    lifelines = installed("lifelines")

    def other() -> object:
        fitter = lifelines.KaplanMeierFitter()
        return fitter.fit(frame["duration"], frame["event_observed"])

    return Race(
        rows=MILLION,
        crmkit=lambda: churn.fit_kaplan_meier(frame),
        limit=0.053 if whole else 0.5,
        peer="lifelines",
        other=other if lifelines else None,
    )


def log_rank() -> Race:
    frame = spells(MILLION, whole=False)
    statistics = installed("lifelines.statistics")

    def other() -> object:
        return statistics.multivariate_logrank_test(
            frame["duration"], frame["plan"], frame["event_observed"]
        )

    return Race(
        rows=MILLION,
        crmkit=lambda: churn.log_rank(frame, by="plan"),
        limit=0.3,
        peer="lifelines",
        other=other if statistics else None,
    )


def scores(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    risk = rng.beta(1, 4, n)
    return pd.DataFrame({"churn_risk": risk, "churned": rng.random(n) < risk})


def empc() -> Race:
    frame = scores(MILLION)
    y, risk = frame["churned"].to_numpy(), frame["churn_risk"].to_numpy()
    metrics = installed("empulse.metrics")
    return Race(
        rows=MILLION,
        crmkit=lambda: campaigns.expected_maximum_profit(frame, clv=200),
        limit=0.15,
        peer="empulse",
        other=(lambda: metrics.empc_score(y, risk)) if metrics else None,
    )


def qini() -> Race:
    n = MILLION // 10
    rng = np.random.default_rng(3)
    effect, treated = rng.random(n), rng.random(n) < 0.5
    frame = pd.DataFrame(
        {
            "uplift": effect,
            "treated": treated,
            "retained": rng.random(n) < 0.4 + 0.1 * effect * treated,
        }
    )

    def run() -> object:
        return campaigns.qini(frame, rng=np.random.default_rng(1), n_resamples=500)

    return Race(rows=n, crmkit=run, limit=1.2, once=True)


def holders(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    return pd.DataFrame(
        {
            "clv": rng.lognormal(4, 1.3, n),
            "revenue": rng.lognormal(3, 1, n),
            "profit": rng.normal(5, 10, n),
        }
    )


def concentration(name: str, n: int, limit: float) -> Race:
    frame = holders(n)
    measure = getattr(segments, name)
    return Race(
        rows=n,
        crmkit=lambda: measure(frame, rng=np.random.default_rng(1)),
        limit=limit,
        once=True,
    )


def hazard(*, counted: bool = False) -> Race:
    rng = np.random.default_rng(5)
    n = MILLION
    plan, age = rng.integers(0, 3, n), rng.integers(0, 10, n)
    left = rng.geometric(0.08 + 0.02 * plan)
    seen = rng.integers(1, 13, n)
    frame = pd.DataFrame(
        {
            "duration": np.minimum(left, seen),
            "event_observed": left <= seen,
            "plan": plan,
            "age": age,
        }
    )
    columns = ["plan", "age"]

    def run() -> object:
        return churn.fit_discrete_hazard(
            churn.person_periods(frame), covariate_cols=columns
        )

    def of_counted() -> object:
        alike = frame.value_counts(sort=False).reset_index()
        periods = churn.person_periods(alike)
        return churn.fit_discrete_hazard(
            periods, covariate_cols=columns, weight_col="count"
        )

    return Race(rows=n, crmkit=of_counted if counted else run, limit=3.0, once=True)


def clusters() -> Race:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {name: rng.lognormal(0, 1, 20_000) for name in ("orders", "basket", "visits")}
    )

    def run() -> object:
        return segments.fit_clusters(
            frame,
            value_cols=["orders", "basket", "visits"],
            rng=np.random.default_rng(1),
        )

    return Race(rows=20_000, crmkit=run, limit=5.5, once=True)


def log(n: int, *, text: bool) -> pl.DataFrame:
    rng = np.random.default_rng(13)
    rows = int(2.9 * n)
    ids = np.concatenate([np.arange(n), rng.integers(0, n, rows - n)])
    frame = pl.DataFrame(
        {
            "customer_id": rng.permutation(ids),
            "date": np.datetime64("2023-01-01", "D")
            + rng.integers(0, 730, rows).astype("timedelta64[D]"),
            "amount": rng.gamma(2, 20, rows).round(2),
        }
    )
    if text:
        code = pl.format("customer-{}", pl.col("customer_id").cast(pl.String))
        frame = frame.with_columns(customer_id=code)
    return frame


def summary(n: int, limit: float, *, text: bool) -> Race:
    frame = log(n, text=text)
    return Race(
        rows=len(frame),
        crmkit=lambda: rfm_summary(frame, observation_period_end="2024-12-31"),
        limit=limit,
        peer="Polars' group-by",
        other=lambda: frame.group_by("customer_id").agg(
            pl.len(), pl.col("date").min(), pl.col("date").max().alias("last")
        ),
        once=n > MILLION,
    )


def shapley() -> Race:
    rng = np.random.default_rng(17)
    n = 38_000
    general = rng.normal(size=n)
    answers = {
        f"item {at}": np.clip(np.rint(6 + 2 * general + rng.normal(0, 1.7, n)), 0, 10)
        for at in range(9)
    }
    pull = 0.25 * sum(answers.values()) - 12.5
    retained = (rng.random(n) < 1 / (1 + np.exp(-pull))).astype(int)
    frame = pd.DataFrame(answers | {"retained": retained})
    return Race(
        rows=n,
        crmkit=lambda: satisfaction.fit_driver_weights(
            frame,
            outcome_col="retained",
            driver_cols=list(answers),
            model="logistic",
        ),
        limit=5.0,
        once=True,
    )


JOBS: dict[str, Callable[[], Race]] = {
    "kaplan-meier-days": lambda: kaplan_meier(whole=True),
    "kaplan-meier-continuous": lambda: kaplan_meier(whole=False),
    "log-rank": log_rank,
    "empc": empc,
    "qini-500": qini,
    "gini-999": lambda: concentration("gini", MILLION, 8.0),
    "pareto-curve-999": lambda: concentration("pareto_curve", MILLION, 8.0),
    "concentration-50k-999": lambda: concentration("concentration_table", 50_000, 1.0),
    "concentration-100k-999": lambda: concentration(
        "concentration_table", 100_000, 2.0
    ),
    "hazard": hazard,
    "hazard-counted": partial(hazard, counted=True),
    "clusters": clusters,
    "summary-text": lambda: summary(MILLION, 1.3, text=True),
    "summary-29M": lambda: summary(10 * MILLION, 7.0, text=False),
    "shapley-logistic": shapley,
}


def line(name: str) -> str:
    """Measure one job, and the peer beside it."""
    race = JOBS[name]()
    if not race.once:
        race.crmkit()  # what is loaded at first use
    spent = seconds(race.crmkit, once=race.once)
    beside = f"limit {race.limit:g}"
    if race.other is not None:
        race.other()
        beside += f", {race.peer} {seconds(race.other, once=race.once):.3f}"
    # Tracing every allocation slows a job down, so it is left out where asked.
    traced = not os.environ.get("NO_MEMORY")
    held = f"{peak(race.crmkit) / race.rows:,.0f}" if traced else "-"
    return f"{name:<26}{race.rows:>12,}{spent:>10.3f}{held:>8}  {beside}"


def main(names: list[str]) -> None:
    print(f"{'job':<26}{'rows':>12}{'CPU s':>10}{'bytes':>8}")
    for name in names or JOBS:
        print(line(name), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
