"""How the default error of the parts ahead was chosen.

python benchmarks/part_error_default.py [SEEDS]

Draws the parts of real logs and of simulated ones at many cutoffs, and tries defaults
from 2% to 12% with weights from 2 to 8. In the simulated logs ``pace``, ``habits`` and
``prices`` what all customers share drifts: a shock every 28 days, nine tenths of which
are left after the next; in ``all drift`` the three do, and in ``right`` none. A ratio
is the geometric mean, over logs and parts, of the interval score with the error over
that of the models taken as right. Each kind of log counts once.
"""

import datetime as dt
import sys
import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from parts_ahead import STEADY, Case, Held, cases, cdnow, held, journey, months_before

from crmkit import Ledger, clv

__all__ = ["drifting", "main"]

KINDS = ("right", "pace", "habits", "prices", "all drift")
SCALES = (0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.12)
WEIGHTS = (2.0, 3.0, 4.0, 6.0, 8.0)
TRUTH = clv.BgNbd(r=0.8, alpha=8.0, a=0.8, b=3.0)
START, DAYS = dt.date(2022, 7, 1), 730


def drifting(kind: str, seed: int, *, n_customers: int = 1000) -> Ledger[pl.DataFrame]:
    """Simulate a log of two categories in which something may drift."""
    rng = np.random.default_rng([7, seed])
    start = rng.integers(0, DAYS - 90, n_customers)

    def drift(name: str, size: float) -> np.ndarray:
        level, months = 0.0, []
        if kind not in (name, "all drift"):
            return np.zeros(DAYS)
        for shock in size * rng.standard_normal(DAYS // 28 + 1):
            level = 0.9 * level + shock
            months.append(level)
        return np.array(months)[np.arange(DAYS) // 28]

    # Purchases and departures run on the clock, so the model is right on it.
    clock = np.concatenate([[0.0], np.cumsum(np.exp(drift("pace", 0.12)))]) / 7
    nothing = np.zeros(n_customers)
    who, when = TRUTH.sample_purchase_times(
        nothing, nothing, nothing, horizon=2 * float(clock[-1]), rng=rng
    )
    shown = clock[start[who]] + when
    who, shown = who[shown < clock[-1]], shown[shown < clock[-1]]
    later = np.minimum(np.interp(shown, clock, np.arange(DAYS + 1)), DAYS - 1)
    customer = np.concatenate([np.arange(n_customers), who])
    day = np.concatenate([start, later]).astype(int)
    habits, prices = drift("habits", 0.2), drift("prices", 0.02)
    own = rng.beta(2, 2, n_customers)
    odds = (own / (1 - own))[customer] * np.exp(habits[day])
    first = rng.random(day.size) < odds / (1 + odds)
    mean = 6 * rng.gamma(12, 1 / 11, n_customers)
    listed = np.round(rng.gamma(5, mean[customer]) + 1, 2)
    level = rng.beta(30, 3, n_customers)[customer] * np.exp(prices[day])
    level = np.minimum(level * np.exp(0.03 * rng.standard_normal(day.size)), 1.3)
    return Ledger(
        lines=pl.DataFrame(
            {
                "customer_id": customer,
                "date": [START + dt.timedelta(days=int(each)) for each in day],
                "category": np.where(first, "a", "b"),
                "list_amount": listed,
                "paid_amount": np.round(listed * level, 2),
            }
        )
    )


def drawn(seeds: int) -> Iterator[tuple[str, list[Case]]]:
    """Draw the parts of every log, a kind at a time."""
    yield "Complete Journey", journey()
    yield "CDNOW sample", cdnow()
    cutoffs = months_before(dt.date(2024, 6, 30), count=17)[::2]
    for kind in KINDS:
        found: list[Case] = []
        for seed in range(1, seeds + 1):
            found += cases(
                f"{kind} {seed}",
                drifting(kind, seed),
                cutoffs=cutoffs,
                leads=[56, 91],
                purchases=STEADY,
            )
        yield kind, found


def compared(plain: Sequence[Held], wide: Sequence[Held]) -> tuple[float, float]:
    """Return the share held, and the mean logarithm of the ratio of scores."""
    kept, ratios = [], []
    for key in dict.fromkeys((each.log, each.part) for each in plain):
        one, two = (
            [each for each in every if (each.log, each.part) == key]
            for every in (plain, wide)
        )
        kept.append(np.mean([not (each.below or each.above) for each in two]))
        scores = [np.mean([each.score for each in every]) for every in (two, one)]
        ratios.append(np.log(scores[0] / scores[1]))
    return float(np.mean(kept)), float(np.mean(ratios))


def main(seeds: int) -> None:
    """Print a row for each default, and what the one chosen does to each kind."""
    every = dict(drawn(seeds))
    plain = {kind: held(found, None) for kind, found in every.items()}
    print(
        "| weight | scale | held | ratio |", "| ---: | ---: | ---: | ---: |", sep="\n"
    )
    for weight in WEIGHTS:
        for scale in SCALES:
            error = clv.PartModelError(default_scale=scale, default_weight=weight)
            each = [compared(plain[kind], held(every[kind], error)) for kind in every]
            share, ratio = np.mean(each, axis=0)
            print(f"| {weight:g} | {scale:.0%} | {share:.1%} | {np.exp(ratio):.2f} |")
    head = "| kind | held: plain | with error | ratio |"
    print("", head, "| --- | ---: | ---: | ---: |", sep="\n")
    for kind, found in every.items():
        share, ratio = compared(plain[kind], held(found, clv.PartModelError()))
        before = compared(plain[kind], plain[kind])[0]
        print(f"| {kind} | {before:.0%} | {share:.0%} | {np.exp(ratio):.2f} |")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
