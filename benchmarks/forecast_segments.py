"""Measure whether the ranges of segments hold.

python benchmarks/forecast_segments.py [SEEDS] [DRAWS] [LOG ...]

At every month end of a log BG/NBD and Gamma-Gamma are fitted to all customers, and the
purchases and money of each segment are forecast 13 weeks ahead. *plain* takes
the model as right, *shared* gives each segment the error of the total, and *own* the
error that past forecasts of segments had, as far as they could be judged by then.

Real logs are cut into segments by the month of the first purchase and by the number of
purchases at the cutoff. The simulated ones have three segments of 50%, 30% and 20% of
1,500 customers: ``alike`` as BG/NBD says, ``common`` with months that are better or
worse for all, ``apart`` with months that are so for each segment by itself.
"""

import datetime as dt
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from forecast_coverage import KINDS, SPEND, TRUTH, known_by, score, steady

from crmkit import calibration_holdout_summary, clv
from crmkit.datasets import load_cdnow, load_cdnow_sample
from crmkit.errors import CrmkitWarning
from crmkit.typing import FloatArray

__all__ = ["compared", "segmented", "simulated"]

LEADS = (91,)
LEARNED = (28, 56, *LEADS)
YOUNGEST = 85
DAYS = 728
SHARES = {"large": 0.5, "middle": 0.3, "small": 0.2}
MONTHS = 0.15  # the standard deviation of a month's shock, of which 70% carries over

Segments = Callable[[pd.DataFrame], Any]


def simulated(
    kind: str, seed: int, *, n_customers: int = 1500
) -> tuple[pd.DataFrame, Segments]:
    """Draw a log of three segments, and how to tell a customer's segment."""
    rng = np.random.default_rng([20261129, len(KINDS), len(kind), seed])
    names = np.array(list(SHARES))
    segment = np.sort(rng.choice(3, n_customers, p=list(SHARES.values())))
    common = _clock(rng, shocks=kind == "common")
    logs = []
    for at in range(3):
        own = _clock(rng, shocks=True) if kind == "apart" else common
        logs.append(_log(np.flatnonzero(segment == at), own, rng))
    return pd.concat(logs), lambda frame: names[segment[frame["customer_id"]]]


def _clock(rng: np.random.Generator, *, shocks: bool) -> FloatArray:
    level, levels = 0.0, []
    for shock in MONTHS * rng.standard_normal(DAYS // 28 + 1):
        level = 0.7 * level + shock
        levels.append(level)
    pace = np.exp(np.array(levels)[np.arange(DAYS) // 28]) if shocks else np.ones(DAYS)
    return np.asarray(np.concatenate([[0.0], np.cumsum(pace)]))


def _log(ids: Any, clock: FloatArray, rng: np.random.Generator) -> pd.DataFrame:  # noqa: ANN401
    start = rng.integers(0, DAYS - 60, ids.size)
    nothing = np.zeros(ids.size)
    who, when = TRUTH.sample_purchase_times(
        nothing, nothing, nothing, horizon=2 * float(clock[-1]), rng=rng
    )
    shown = clock[start[who]] + when
    who, shown = who[shown < clock[-1]], shown[shown < clock[-1]]
    day = np.minimum(np.interp(shown, clock, np.arange(DAYS + 1)), DAYS - 1)
    customer = np.concatenate([np.arange(ids.size), who])
    paid = SPEND.sample_amounts(nothing, nothing, customer=customer, rng=rng)
    days = np.concatenate([start, day]).astype(int)
    return pd.DataFrame({
        "customer_id": ids[customer],
        "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(days, unit="D"),
        "amount": paid,
    })  # fmt: skip


def by_arrival(log: pd.DataFrame) -> Segments:
    """Tell customers by the month of their first purchase."""
    month = log.groupby("customer_id")["date"].min().dt.strftime("%Y-%m")
    return lambda frame: month.loc[frame["customer_id"]].to_numpy()


def by_purchases(frame: pd.DataFrame) -> FloatArray:
    """Tell customers by their repeat purchases so far."""
    kinds = np.array(["none", "1 or 2", "3 or more"])
    found: FloatArray = kinds[np.searchsorted([1, 3], frame["frequency"], side="right")]
    return found


def segmented(segments: Segments, *args: Any, **given: Any) -> pd.DataFrame:  # noqa: ANN401
    """Summarise a log at a cutoff, each customer with their segment at that time."""
    split = calibration_holdout_summary(*args, **given, time_unit="week")
    found: pd.DataFrame = split.assign(segment=segments(split))
    return found


def compared(
    log: pd.DataFrame, segments: Segments, *, n_draws: int, leads: tuple[int, ...]
) -> Iterator[dict[str, Any]]:
    """Forecast each segment at every month end, and compare with what came."""
    first, last = log["date"].min(), log["date"].max()
    ends = pd.date_range(first + pd.Timedelta(days=YOUNGEST), last, freq="ME")
    cutoffs = [end.date() for end in ends if end + pd.Timedelta(days=28) <= last]
    summary = partial(segmented, segments)
    fits: dict[str, Any] = {
        "purchases": steady(partial(clv.fit_bg_nbd, time_unit="week")),
        "spend": steady(clv.fit_gamma_gamma),
    }
    every = clv.fit_model_error_by(
        log, **fits, cutoffs=cutoffs, lead_days=LEARNED, summary=summary, by="segment"
    )
    for cutoff in cutoffs:
        for lead in leads:
            end = cutoff + dt.timedelta(days=lead)
            if pd.Timestamp(end) > last:
                continue
            split = summary(
                log, calibration_period_end=cutoff, observation_period_end=end
            )
            came = split.groupby("segment")[
                ["holdout_frequency", "holdout_total_amount"]
            ].sum()
            known = known_by(every, cutoff)
            rules = {"plain": None, "shared": replace(known, by=()), "own": known}
            models = {part: fit(split) for part, fit in fits.items()}
            for rule, error in rules.items():
                ahead = clv.forecast(
                    split,
                    **models,
                    horizon=lead / 7,
                    discount_rate=0.0,
                    by="segment",
                    ranges=clv.Ranges(n_draws=n_draws, model_error=error),
                    rng=np.random.default_rng([lead, cutoff.toordinal()]),
                )
                for part in ahead.parts:
                    totals: list[float] = np.asarray(came.loc[part.group[0]]).tolist()
                    for true, (lower, upper) in zip(
                        totals,
                        (part.resampled_purchases, part.resampled_value),
                        strict=True,
                    ):
                        if true > 0:
                            yield {
                                "segment": part.group[0],
                                "rule": rule,
                                "held": lower <= true <= upper,
                                "width": (upper - lower) / true,
                                "score": score(lower, upper, true) / true,
                            }


def main(seeds: int, n_draws: int, wanted: list[str]) -> None:
    """Print one row for each log, way to cut it and segment."""
    print(
        "| log | segment | forecasts | held: plain | shared | own | width: plain |",
        end="",
    )
    print(" shared | own | score: plain | shared | own |")
    print("| --- | --- " + "| ---: " * 10 + "|")
    for name, log, segments in logs(seeds):
        if wanted and not name.startswith(tuple(wanted)):
            continue
        with warnings.catch_warnings(action="ignore", category=CrmkitWarning):
            table = pd.DataFrame(compared(log, segments, n_draws=n_draws, leads=LEADS))
        for segment, rows in table.groupby("segment"):
            by_rule = rows.groupby("rule")[["held", "width", "score"]]
            n = int((rows["rule"] == "own").sum())
            mean = by_rule.mean().loc[["plain", "shared", "own"]]
            cells = [f"{share:.0%}" for share in mean["held"]]
            cells += [f"{size:.2f}" for size in [*mean["width"], *mean["score"]]]
            print(f"| {name} | {segment} | {n} | {' | '.join(cells)} |", flush=True)


def logs(seeds: int) -> Iterator[tuple[str, pd.DataFrame, Segments]]:
    """Name the logs, with how each is cut into segments."""
    for name, log in (("CDNOW sample", load_cdnow_sample()), ("CDNOW", load_cdnow())):
        bought = log[log["amount"] > 0]
        yield f"{name}, by arrival", bought, by_arrival(bought)
        yield f"{name}, by purchases", bought, by_purchases
    for kind in ("alike", "common", "apart"):
        for seed in range(1, seeds + 1):
            yield f"{kind} {seed}", *simulated(kind, seed)


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 3,
        int(sys.argv[2]) if len(sys.argv) > 2 else 200,
        sys.argv[3:],
    )
