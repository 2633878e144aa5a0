"""Compare forecasts with and without a season at past cutoffs of real logs.

python benchmarks/seasonal_backtest.py [SEEDS]

At each month end BG/NBD is fitted by the calendar and in the operational time of a
season of months, both to what was known, and the purchases of the next 13 and 26 weeks
are forecast. *error* is the root mean square of the logarithm of actual over forecast
over the cutoffs. A season of the coming months can be known only where the log has seen
them: cutoffs before a year of log are counted apart. *chosen* takes, at each cutoff,
what missed by less at the earlier cutoffs that knew a year and could be judged by then;
before there is one, it has no season.
"""

import datetime as dt
import sys
from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from forecast_coverage import YOUNGEST, logs, steady

from crmkit import HistoryColumns, calibration_holdout_summary, clv

__all__ = ["chosen", "main", "misses"]

LEADS = (91, 182)
YEAR = 364
OPERATIONAL = HistoryColumns(recency="operational_recency", T="operational_T")


def misses(
    log: pd.DataFrame,
) -> Iterator[tuple[int, pd.Timestamp, bool, float, float]]:
    """Yield lead, cutoff, whether a year had been seen, and both logarithms."""
    first, last = log["date"].min(), log["date"].max()
    ends = pd.date_range(first + pd.Timedelta(days=YOUNGEST), last, freq="ME")
    for end in ends:
        cutoff = end.date()
        leads = [lead for lead in LEADS if end + pd.Timedelta(days=lead) <= last]
        if not leads:
            continue
        known = log[log["date"] <= end]
        season = clv.fit_seasonality(known, observation_period_end=cutoff)
        for lead in leads:
            split = calibration_holdout_summary(
                log,
                calibration_period_end=cutoff,
                observation_period_end=cutoff + dt.timedelta(days=lead),
                time_unit="week",
            )
            came = float(split["holdout_frequency"].sum())
            plain = steady(clv.fit_bg_nbd)(split)
            timed = season.with_operational_time(
                split, observation_period_end=cutoff, time_unit="week"
            )
            fit = partial(clv.fit_bg_nbd, columns=OPERATIONAL)
            seasonal = steady(fit)(timed)
            ahead = plain.expected_purchases(
                split["frequency"], split["recency"], split["T"], horizon=lead / 7
            ).sum()
            horizon = season.operational_horizon(cutoff, lead / 7, time_unit="week")
            told = seasonal.expected_purchases(
                timed["frequency"],
                timed["operational_recency"],
                timed["operational_T"],
                horizon=horizon,
            ).sum()
            seen = (end - first).days >= YEAR
            yield (
                lead, end, seen, float(np.log(came / ahead)), float(np.log(came / told))
            )  # fmt: skip


def chosen(
    lead: int, made: list[tuple[pd.Timestamp, bool, float, float]]
) -> Iterator[float]:
    """Yield the error of what earlier forecasts favour, at each cutoff in order."""
    for end, _, plain, told in made:
        judged = [
            (one, other)
            for past, seen, one, other in made
            if seen and past + pd.Timedelta(days=lead) <= end
        ]
        squares = np.square(np.reshape(judged, (-1, 2))).sum(axis=0)
        yield told if squares[1] < squares[0] else plain


def main(seeds: int) -> None:
    """Print one row for each log, lead and length of what was known."""
    print(
        "| log | weeks ahead | known | cutoffs | error | error with a season | chosen |"
    )
    print("| --- | ---: | --- " + "| ---: " * 4 + "|")
    for name, log in logs(seeds):
        if name.split()[0] in ("shocks", "drift"):
            continue
        found = list(misses(log[log["amount"] > 0]))
        for lead in LEADS:
            of_lead = [each for each in found if each[0] == lead]
            picked = chosen(
                lead, [(end, seen, one, two) for _, end, seen, one, two in of_lead]
            )
            rows = [
                (seen, *both, pick)
                for (_, _, seen, *both), pick in zip(of_lead, picked, strict=True)
            ]
            for seen, known in ((False, "less than a year"), (True, "a year or more")):
                errors = [row[1:] for row in rows if row[0] == seen]
                if errors:
                    sizes = np.sqrt(np.mean(np.square(errors), axis=0))
                    shown = " | ".join(f"{size:.3f}" for size in sizes)
                    print(
                        f"| {name} | {lead // 7} | {known} | {len(errors)} | {shown} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
