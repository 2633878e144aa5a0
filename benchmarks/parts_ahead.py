"""Backtest the six parts ahead: accuracy, coverage, and the plain split to beat.

python benchmarks/parts_ahead.py [PART ...] [--seeds N] [--companies N] [--customers N]

Without a PART, all of them run:

- ``accuracy``: simulated companies, one seed each: what every part was predicted to be
  in the next 26 weeks, and what came, beside the split by past shares. *distance* is
  the mean absolute error; *gain* is by how much that of the past share is larger,
  paired by seed, with its standard error; *lost* counts the seeds in which the past
  share was nearer.
- ``coverage``: how often the 95% interval of a simulated company's part holds what
  came, if the models are taken as right and with the default model error.
- ``journey``: a grocer's households, at four cutoffs, 8 weeks ahead, with the share of
  the households whose own interval held. Then the intervals of the sums at ten cutoffs,
  4, 8 and 13 weeks ahead, with the error learned from what could be judged by then.
- ``cdnow``: the CDNOW sample, which has no categories: small and large orders are taken
  for two, for there to be a split. The sums at 15 cutoffs, up to 26 weeks ahead.
"""

import argparse
import datetime as dt
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import numpy as np
import polars as pl

from crmkit import Interval, Ledger, clv, datasets

__all__ = [
    "Case",
    "cases",
    "cdnow",
    "gains",
    "held",
    "intervals",
    "journey",
    "main",
    "simulated",
]

PARTS = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6", "clv")
# Referrals of the simulated company end with its arrivals, a month before its log.
CUTOFF, DAYS = "2023-05-31", 182
SPEND = partial(clv.fit_gamma_gamma, nonpositive="drop")
STEADY = partial(clv.fit_bg_nbd, penalty=1.0)
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


@dataclass(frozen=True, kw_only=True)
class Case:
    """The parts of a company at a cutoff: as drawn, as they came, earlier errors."""

    log: str
    scores: list[Score]
    draws: clv.ComponentDraws[Any]
    known: tuple[Score, ...]

    def ends(self, error: clv.PartModelError | None) -> dict[str, Interval]:
        """Return the 95% interval of each part."""
        frame = cast("pl.DataFrame", self.draws.intervals(model_error=error))
        row = frame.row(0, named=True)
        return {
            part: Interval(
                lower=row[f"{part}_lower"], upper=row[f"{part}_upper"], level=0.95
            )
            for part in PARTS
        }


def cases(
    log: str,
    ledger: Ledger[Any],
    *,
    cutoffs: Sequence[dt.date],
    leads: Sequence[int],
    purchases: Callable[[Any], Any],
) -> list[Case]:
    """Draw the parts of a company at each cutoff, the earliest first."""
    end = cast("dt.date", ledger.lines["date"].max())
    found: list[Case] = []
    for cutoff in cutoffs:
        for lead in leads:
            if cutoff + dt.timedelta(days=lead) > end:
                continue
            scores = clv.backtest_components(
                ledger,
                purchases=purchases,
                spend=SPEND,
                cutoffs=[cutoff],
                horizon_days=lead,
            ).scores
            draws = clv.value_statement(
                ledger,
                as_of=cutoff,
                horizon=lead / 7,
                time_unit="week",
                discount_rate=0.0,
                purchases=purchases,
                spend=SPEND,
                rng=np.random.default_rng(1),
            ).draws
            assert draws is not None  # noqa: S101 - there is an rng
            chance = draws.values[:, :, 0].var(axis=0, ddof=1).tolist()
            judged = tuple(
                score
                for case in found
                for score in case.scores
                if dt.date.fromisoformat(score.cutoff)
                + dt.timedelta(days=score.lead_days)
                <= cutoff
            )
            found.append(
                Case(
                    log=log,
                    scores=[
                        replace(score, chance=float(each))
                        for score, each in zip(scores, chance, strict=True)
                    ],
                    draws=draws,
                    known=judged,
                )
            )
    return found


@dataclass(frozen=True, kw_only=True)
class Held:
    """Whether an interval held, its width and interval score over the part's size."""

    log: str
    part: str
    below: bool
    above: bool
    width: float
    score: float


def held(found: Iterable[Case], error: clv.PartModelError | None) -> list[Held]:
    """Judge the intervals of every part, with earlier errors or the models as right."""
    rows = []
    for case in found:
        given = None if error is None else replace(error, errors=case.known)
        ends = case.ends(given)
        for score in case.scores:
            if score.size <= _ROUNDING * abs(score.total):
                continue
            lower, upper = ends[score.part]
            outside = max(lower - score.came, 0.0, score.came - upper)
            rows.append(
                Held(
                    log=case.log,
                    part=score.part,
                    below=score.came < lower,
                    above=score.came > upper,
                    width=(upper - lower) / score.size,
                    score=(upper - lower + 40 * outside) / score.size,
                )
            )
    return rows


def intervals(found: Sequence[Case]) -> str:
    """Return the table of intervals, with and without the error, a row per part."""
    plain, wide = held(found, None), held(found, clv.PartModelError())
    head = (
        "| log | part | cases | held: plain | with error | below | above "
        "| width: plain | with error | score: plain | with error |"
    )
    rows = [
        head,
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for log in dict.fromkeys(case.log for case in found):
        for part in PARTS:
            one, two = (
                [each for each in every if (each.log, each.part) == (log, part)]
                for every in (plain, wide)
            )
            if not one:
                continue
            inside = np.mean([not (each.below or each.above) for each in one])
            below = np.mean([each.below for each in two])
            above = np.mean([each.above for each in two])
            sizes = [
                np.mean([getattr(each, name) for each in every])
                for name in ("width", "score")
                for every in (one, two)
            ]
            rows.append(
                f"| {log} | `{part}` | {len(one)} | {inside:.1%} "
                f"| {1 - below - above:.1%} | {below:.1%} | {above:.1%} | "
                + " | ".join(f"{size:.2f}" for size in sizes)
                + " |"
            )
    return "\n".join(rows)


def months_before(end: dt.date, *, count: int) -> list[dt.date]:
    """Return a day every 28 days before the end, the earliest first."""
    return [end - dt.timedelta(days=28 * back) for back in range(count, 0, -1)]


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


def customers_held(found: Sequence[Sequence[Score]]) -> str:
    """Return how many customers' own intervals held, part by part."""
    rows = []
    for at, part in enumerate(PARTS):
        own = [each[at].customers_within for each in found]
        known = [share for share in own if share is not None]
        if known:
            rows.append(f"customers held, {part}: {np.mean(known):.1%}")
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
        purchases=STEADY,
        spend=SPEND,
        cutoffs=cutoffs,
        horizon_days=days,
        rng=np.random.default_rng(1),
    ).scores
    size = len(PARTS)
    return [list(found[at : at + size]) for at in range(0, len(found), size)]


def journey() -> list[Case]:
    """Draw the sums of the grocer's households."""
    return cases(
        "Complete Journey",
        journey_ledger(),
        cutoffs=months_before(dt.date(2017, 12, 31), count=10),
        leads=[28, 56, 91],
        purchases=STEADY,
    )


def cdnow() -> list[Case]:
    """Draw the sums of CDNOW's customers."""
    return cases(
        "CDNOW sample",
        cdnow_ledger(),
        cutoffs=months_before(dt.date(1998, 6, 30), count=15),
        leads=[28, 56, 91, 182],
        purchases=STEADY,
    )


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
        cutoff = dt.date.fromisoformat(CUTOFF)
        found = [
            case
            for seed in range(1000, 1000 + asked.companies)
            for case in cases(
                "simulated companies",
                company(seed, 1000),
                cutoffs=[cutoff],
                leads=[DAYS],
                purchases=clv.fit_pareto_nbd,
            )
        ]
        print(intervals(found))
    if "journey" in asked.parts:
        cutoffs = [dt.date(2017, month, 28) for month in (5, 7, 9, 10)]
        tried = real(journey_ledger(), cutoffs=cutoffs, days=56)
        print(gains(tried), customers_held(tried), sep="\n\n")
        print(intervals(journey()))
    if "cdnow" in asked.parts:
        cutoffs = [dt.date(1997, month, 28) for month in (6, 8, 10, 12)]
        tried = real(cdnow_ledger(), cutoffs=cutoffs, days=91)
        print(gains(tried), customers_held(tried), sep="\n\n")
        print(intervals(cdnow()))


if __name__ == "__main__":
    main()
