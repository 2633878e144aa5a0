"""Choose the default error of ``clv.ModelError`` by leaving one log out.

python benchmarks/model_error_default.py [SEEDS] [DRAWS]

The forecasts are those of ``forecast_coverage.py``. A choice is a scale, its weight in
past errors, and the degrees of freedom before any. For each log the choice is made on
the other logs: by the mean logarithm of the interval score alone (*free*), and among
the choices whose ranges of 95 % hold in 95 % of the forecasts of a mean log (*held*).
The last lines show the default beside the best choices on all logs.
"""

import datetime as dt
import itertools
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np
import pandas as pd
from forecast_coverage import (
    LEADS,
    LEARNED,
    YOUNGEST,
    known_by,
    logs,
    score,
    steady,
)
from scipy import stats

from crmkit import calibration_holdout_summary, clv, rfm_summary
from crmkit.clv.uncertainty.drawn_totals import drawn_totals
from crmkit.clv.uncertainty.model_error import ErrorTotal
from crmkit.clv.uncertainty.unseen_months import unseen_share
from crmkit.clv.value.opened_customers import open_customers
from crmkit.typing import HISTORY, FloatArray

__all__ = ["main"]

# Scale, weight, degrees of freedom.
Choice: TypeAlias = tuple[float, float, float]
# Futures of a total as the model draws them, what came, the span ahead, which total,
# the errors known by then, and the share of the span that no year of the log has shown.
Case: TypeAlias = tuple[FloatArray, float, float, ErrorTotal, clv.ModelError, float]

CHOICES: tuple[Choice, ...] = tuple(
    itertools.product((0.05, 0.075, 0.1, 0.12, 0.15), (2.0, 4.0, 8.0), (4.0, 10.0))
)
DEFAULT: Choice = (0.12, 4.0, 4.0)
REPEATS = 20
HELD = 0.95


def cases(log: pd.DataFrame, n_draws: int) -> Iterator[Case]:
    """Forecast at every month end, the model taken as right."""
    first, last = log["date"].min(), log["date"].max()
    ends = pd.date_range(first + pd.Timedelta(days=YOUNGEST), last, freq="ME")
    cutoffs = [end.date() for end in ends if end + pd.Timedelta(days=28) <= last]
    split = partial(calibration_holdout_summary, time_unit="week")
    every = clv.fit_model_error(
        log,
        purchases=steady(clv.fit_bg_nbd),
        spend=steady(clv.fit_gamma_gamma),
        cutoffs=cutoffs,
        lead_days=LEARNED,
        summary=split,
    )
    for cutoff in cutoffs:
        customers = rfm_summary(log, observation_period_end=cutoff, time_unit="week")
        purchases = steady(clv.fit_bg_nbd)(customers)
        opened = open_customers(customers, HISTORY, purchases)
        spend = steady(clv.fit_gamma_gamma)(customers)
        for lead in LEADS:
            end = cutoff + dt.timedelta(days=lead)
            if pd.Timestamp(end) > last:
                continue
            bought, _, paid = drawn_totals(
                opened.history,
                opened.amounts,
                purchases=purchases,
                spend=spend,
                horizon=lead / 7,
                discount_rate=0.0,
                n_draws=n_draws,
                rng=np.random.default_rng([lead, cutoff.toordinal()]),
            )[-1].sum(axis=0)
            came = split(log, calibration_period_end=cutoff, observation_period_end=end)
            known = known_by(every, cutoff)
            oldest = float(customers["T"].max())
            unseen = unseen_share(oldest, lead / 7, unit="week", error=known)
            counted = float(came["holdout_frequency"].sum())
            amount = float(came["holdout_total_amount"].sum())
            yield bought, counted, lead / 7, "purchases", known, unseen
            yield paid, amount, lead / 7, "value", known, unseen


def judged(found: list[Case], choice: Choice) -> tuple[float, float]:
    """Return how many ranges of a log hold, and their mean interval score."""
    scale, weight, freedom = choice
    uniform = np.random.default_rng(0).random(found[0][0].size * REPEATS)
    held, scores = [], []
    for drawn, came, horizon, total, known, unseen in found:
        error = replace(known, default_scale=scale, default_weight=weight)
        at = error.at(horizon=horizon, total=total, unseen=unseen)
        tail = stats.t.ppf(uniform, freedom + at.n_windows)
        times = np.exp(np.clip(at.scale * tail, -700.0, 700.0))
        wide = np.repeat(drawn, REPEATS) * times
        lower, upper = (
            pick(np.quantile(drawn, share), np.quantile(wide, share))
            for pick, share in ((min, 0.025), (max, 0.975))
        )
        held.append(lower <= came <= upper)
        scores.append(score(lower, upper, came) / came)
    return float(np.mean(held)), float(np.mean(scores))


def main(seeds: int, n_draws: int) -> None:
    """Print the choice of each log from the others, and the best of all."""
    table: dict[str, dict[Choice, tuple[float, float]]] = {}
    for name, log in logs(seeds):
        found = list(cases(log[log["amount"] > 0], n_draws))
        table[name] = {choice: judged(found, choice) for choice in CHOICES}

    def loss(choice: Choice, names: list[str]) -> float:
        return float(np.mean([np.log(table[name][choice][1]) for name in names]))

    def coverage(choice: Choice, names: list[str]) -> float:
        return float(np.mean([table[name][choice][0] for name in names]))

    def best(names: list[str], least: float) -> Choice:
        able = [one for one in CHOICES if coverage(one, names) >= least]
        return min(able or CHOICES, key=lambda one: loss(one, names))

    print("| log | free | held | score | held | held | score |")
    for name in table:
        rest = [other for other in table if other != name]
        free, kept = best(rest, 0.0), best(rest, HELD)
        print(f"| {name} | {free} | {_shown(*table[name][free])} | {kept} |", end="")
        print(f" {_shown(*table[name][kept])} |")
    for choice in (DEFAULT, best(list(table), 0.0), best(list(table), HELD)):
        names = list(table)
        print(choice, f"{coverage(choice, names):.3f} {loss(choice, names):.3f}")


def _shown(held: float, lost: float) -> str:
    return f"{held:.0%} | {lost:.2f}"


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 2,
        int(sys.argv[2]) if len(sys.argv) > 2 else 200,
    )
