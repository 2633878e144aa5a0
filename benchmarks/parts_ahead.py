"""Backtest the six parts ahead: accuracy, coverage, and the plain split to beat.

python benchmarks/parts_ahead.py [PART ...] [--seeds N] [--companies N] [--customers N]

Without a PART, all of them run:

- ``accuracy``: simulated companies, one seed each: what every part was predicted to be
  in the next 26 weeks, and what came, beside the split by past shares. *distance* is
  the mean absolute error; *gain* is by how much that of the past share is larger,
  paired by seed, with its standard error; *lost* counts the seeds in which the past
  share was nearer.
- ``coverage``: how often the 95% interval of a company's part, as ``value_statement``
  gives it, holds what came.
- ``journey``: a grocer's households, at four cutoffs, 8 weeks ahead, with the share of
  the households whose own interval held.
- ``cdnow``: the CDNOW sample, which has no categories: small and large orders are taken
  for two, for there to be a split.
"""

import argparse
import datetime as dt
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np
import polars as pl

from crmkit import Interval, Ledger, clv, datasets

__all__ = ["coverage", "gains", "main", "simulated"]

PARTS = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6", "clv")
# Referrals of the simulated company end with its arrivals, a month before its log.
CUTOFF, DAYS = "2023-05-31", 182
SPEND = partial(clv.fit_gamma_gamma, nonpositive="drop")
_ROUNDING = 1e-9
Score = clv.PartScore


def company(seed: int, customers: int) -> Ledger[Any]:
    """Simulate the company of a seed."""
    rng = np.random.default_rng(seed)
    return datasets.simulate_company(customers=customers, rng=rng, backend="polars")


def simulated(seeds: Iterable[int], *, customers: int) -> list[list[Score]]:
    """Backtest companies, whose customers leave at any time."""
    return [
        list(
            clv.backtest_components(
                company(seed, customers),
                purchases=clv.fit_pareto_nbd,
                spend=SPEND,
                cutoffs=[CUTOFF],
                horizon_days=DAYS,
            ).scores
        )
        for seed in seeds
    ]


def with_intervals(seeds: Iterable[int], *, customers: int) -> list[list[Score]]:
    """Backtest companies with the intervals of their statement of value."""
    seeds = list(seeds)
    found = []
    for seed, scores in zip(seeds, simulated(seeds, customers=customers), strict=True):
        ends = clv.value_statement(
            company(seed, customers),
            as_of=CUTOFF,
            horizon=DAYS / 7,
            time_unit="week",
            discount_rate=0.0,
            purchases=clv.fit_pareto_nbd,
            spend=SPEND,
            rng=np.random.default_rng(seed),
        ).intervals
        row = cast("pl.DataFrame", ends).row(0, named=True)
        found.append(
            [
                replace(
                    score,
                    resampled=Interval(
                        lower=row[f"{score.part}_lower"],
                        upper=row[f"{score.part}_upper"],
                        level=0.95,
                    ),
                )
                for score in scores
            ]
        )
    return found


def gains(found: Sequence[Sequence[Score]]) -> str:
    """Return the table of accuracy, a row per part."""
    rows = [
        "| part | predicted | came | past share | room | distance | gain | lost |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for at, part in enumerate(PARTS):
        scores = [each[at] for each in found]
        came = np.mean([score.came for score in scores])
        total = np.mean([score.total for score in scores])
        own = np.abs([score.error for score in scores])
        gain = np.abs([score.past_share_error for score in scores]) - own
        error = gain.std(ddof=1) / np.sqrt(gain.size) if gain.size > 1 else 0.0
        rows.append(
            f"| `{part}` | {np.mean([s.predicted for s in scores]):,.0f} | {came:,.0f} "
            f"| {np.mean([s.past_share for s in scores]):,.0f} "
            f"| {max(0.1 * abs(came), 0.02 * abs(total)):,.0f} "
            f"| {own.mean():,.0f} | {gain.mean():+,.0f} ({error:,.0f}) "
            f"| {np.count_nonzero(gain < -_ROUNDING * abs(total))} of {gain.size} |"
        )
    return "\n".join(rows)


def coverage(found: Sequence[Sequence[Score]]) -> str:
    """Return the table of coverage, a row per part."""
    rows = [
        "| part | held | came below | came above | customers held |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for at, part in enumerate(PARTS[1:], start=1):
        scores = [each[at] for each in found]
        ends = [score.interval() for score in scores]
        pairs = list(zip(scores, ends, strict=True))
        below = np.mean([score.came < end.lower for score, end in pairs])
        above = np.mean([score.came > end.upper for score, end in pairs])
        own = [s.customers_within for s in scores if s.customers_within is not None]
        customers = f"{np.mean(own):.1%}" if own else "-"
        rows.append(
            f"| `{part}` | {1 - below - above:.1%} | {below:.1%} | {above:.1%} "
            f"| {customers} |"
        )
    return "\n".join(rows)


def journey_ledger() -> Ledger[Any]:
    """Return the households' lines; their goods are taken to cost nothing."""
    lines = datasets.load_complete_journey(backend="polars").lines
    return Ledger(lines=lines, relationship_start="unknown")


def cdnow_ledger() -> Ledger[Any]:
    """Return CDNOW's orders: small ones are of one category, large ones of another."""
    log = datasets.load_cdnow_sample(backend="polars")
    middle = log["amount"].median()
    category = pl.when(pl.col("amount") > middle).then(pl.lit("many"))
    lines = log.select(
        "customer_id",
        "date",
        category=category.otherwise(pl.lit("few")),
        paid_amount="amount",
    )
    return Ledger(lines=lines)


def real(
    ledger: Ledger[Any], *, cutoffs: Sequence[dt.date], days: int
) -> list[list[Score]]:
    """Backtest a real log at every cutoff."""
    found = clv.backtest_components(
        ledger,
        purchases=partial(clv.fit_bg_nbd, penalty=1.0),
        spend=SPEND,
        cutoffs=cutoffs,
        horizon_days=days,
        rng=np.random.default_rng(1),
    ).scores
    size = len(PARTS)
    return [list(found[at : at + size]) for at in range(0, len(found), size)]


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = ("accuracy", "coverage", "journey", "cdnow")
    parser.add_argument("parts", nargs="*", default=known)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--companies", type=int, default=200)
    parser.add_argument("--customers", type=int, default=3000)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    if "accuracy" in asked.parts:
        print(gains(simulated(range(1, asked.seeds + 1), customers=asked.customers)))
    if "coverage" in asked.parts:
        seeds = range(1000, 1000 + asked.companies)
        print(coverage(with_intervals(seeds, customers=1000)))
    if "journey" in asked.parts:
        cutoffs = [dt.date(2017, month, 28) for month in (5, 7, 9, 10)]
        found = real(journey_ledger(), cutoffs=cutoffs, days=56)
        print(gains(found), coverage(found), sep="\n\n")
    if "cdnow" in asked.parts:
        cutoffs = [dt.date(1997, month, 28) for month in (6, 8, 10, 12)]
        found = real(cdnow_ledger(), cutoffs=cutoffs, days=91)
        print(gains(found), coverage(found), sep="\n\n")


if __name__ == "__main__":
    main()
