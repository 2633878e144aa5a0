"""Measure whether the ranges of a forecast hold on logs where no model is right.

python benchmarks/forecast_coverage.py [SEEDS] [DRAWS]

At every month end of each log BG/NBD and Gamma-Gamma are fitted to what was known, and
the purchases and the money of the next 13, 26 and 39 weeks are forecast wherever the
log still covers them. *plain* takes the model as right. *with error* contains the error
that the forecasts before that cutoff had, as far as they could be judged by then. A
range of 95 % should hold in 95 % of the cutoffs; those of one log share its shocks, so
each log has its row. *width* is upper less lower end, and *score* the interval score
(width plus 40 times the distance by which what came lies outside), both as a share of
what came: lower is better.

Of the logs with a season, the rows named *fitted* forecast in its operational time
(``fit_seasonality``) at the cutoffs that have seen a year, with the error of such
forecasts alone; before, they are the same.

The simulated logs follow 1,500 customers who arrive over two years: ``plain``
as BG/NBD says, ``shocks`` with months that are 12 % better or worse for all and carry
over, ``season`` with a yearly swing of 35 %, ``drift`` with later customers who buy
less.
"""

import datetime as dt
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from crmkit import calibration_holdout_summary, clv
from crmkit.datasets import load_cdnow, load_cdnow_sample, load_complete_journey
from crmkit.errors import CrmkitError, CrmkitWarning
from crmkit.typing import FloatArray

__all__ = [
    "Held",
    "held",
    "in_season",
    "known_by",
    "logs",
    "row",
    "score",
    "simulated",
    "steady",
]

LEADS = (91, 182, 273)
LEARNED = (28, 56, *LEADS)
DAYS = 728
YOUNGEST = 85  # days of log before the first cutoff
SPEND = clv.GammaGamma(p=6.25, q=3.74, v=15.44)
TRUTH = clv.BgNbd(r=0.6, alpha=30.0, a=0.6, b=2.5)
KINDS = ("plain", "shocks", "season", "drift")
YEAR = 364
WEEKS = partial(calibration_holdout_summary, time_unit="week")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One forecast of one total: whether both ranges held, their width and score."""

    cutoff: str
    n_windows: int
    plain: bool
    wide: bool
    widths: tuple[float, float]
    scores: tuple[float, float]


def simulated(
    kind: str, seed: int, *, n_customers: int = 1500, days: int = DAYS
) -> pd.DataFrame:
    """Draw a log in which all customers share what no model knows."""
    rng = np.random.default_rng([20261128, KINDS.index(kind), seed])
    start = rng.integers(0, days - 60, n_customers)
    clock = np.concatenate([[0.0], np.cumsum(_intensity(kind, days, rng))])
    slower = np.exp(-0.6 * start / days) if kind == "drift" else np.ones(n_customers)
    nothing = np.zeros(n_customers)
    who, when = TRUTH.sample_purchase_times(
        nothing, nothing, nothing, horizon=2 * float(clock[-1]), rng=rng
    )
    # Purchases and departures run on the clock, so the model is right on it.
    shown = clock[start[who]] + when / slower[who]
    who, shown = who[shown < clock[-1]], shown[shown < clock[-1]]
    day = np.minimum(np.interp(shown, clock, np.arange(days + 1)), days - 1)
    customer = np.concatenate([np.arange(n_customers), who])
    bought = np.concatenate([start, day]).astype(int)
    paid = SPEND.sample_amounts(nothing, nothing, customer=customer, rng=rng)
    dates = pd.Timestamp("2022-01-01") + pd.to_timedelta(bought, unit="D")
    return pd.DataFrame({"customer_id": customer, "date": dates, "amount": paid})


def _intensity(kind: str, days: int, rng: np.random.Generator) -> FloatArray:
    day = np.arange(days)
    if kind == "season":
        return 1 + 0.35 * np.sin(2 * np.pi * (day - 60) / 364)
    if kind == "shocks":
        months, level = [], 0.0
        for shock in 0.12 * rng.standard_normal(days // 28 + 1):
            level = 0.7 * level + shock
            months.append(level)
        return np.asarray(np.exp(np.array(months)[day // 28]))
    return np.ones(days)


def held(
    log: pd.DataFrame,
    *,
    n_draws: int,
    leads: tuple[int, ...] = LEADS,
    seasonal: bool = False,
) -> Iterator[tuple[int, str, Held]]:
    """Forecast at every month end, and compare with what came."""
    first, last = log["date"].min(), log["date"].max()
    youngest = YEAR if seasonal else YOUNGEST
    ends = pd.date_range(first + pd.Timedelta(days=youngest), last, freq="ME")
    cutoffs = [end.date() for end in ends if end + pd.Timedelta(days=28) <= last]
    summary = in_season(log) if seasonal else WEEKS
    fits: dict[str, Any] = {
        "purchases": steady(partial(clv.fit_bg_nbd, time_unit="week")),
        "spend": steady(clv.fit_gamma_gamma),
    }
    every = clv.fit_model_error(
        log, **fits, cutoffs=cutoffs, lead_days=LEARNED, summary=summary
    )
    for cutoff in cutoffs:
        known, models = known_by(every, cutoff), None
        for lead in leads:
            end = cutoff + dt.timedelta(days=lead)
            if pd.Timestamp(end) > last:
                continue
            split = summary(
                log, calibration_period_end=cutoff, observation_period_end=end
            )
            models = models or {name: fit(split) for name, fit in fits.items()}
            ahead = clv.forecast(
                split,
                **models,
                horizon=float(split["holdout_T"].iloc[0]),
                discount_rate=0.0,
                ranges=clv.Ranges(n_draws=n_draws, model_error=known),
                rng=np.random.default_rng([lead, cutoff.toordinal()]),
            )
            yield from _compared(split, ahead, cutoff, lead)


def in_season(log: pd.DataFrame) -> Callable[..., Any]:
    """Return a summary of the log in the operational time of its season."""

    @cache
    def season(cut: dt.date) -> clv.Seasonality:
        known = log[log["date"] <= pd.Timestamp(cut)]
        return clv.fit_seasonality(known, observation_period_end=cut)

    def summary(
        transactions: Any,  # noqa: ANN401 - any frame of crmkit
        *,
        calibration_period_end: dt.date,
        observation_period_end: dt.date,
        **_: str,
    ) -> pd.DataFrame:
        cut, last = calibration_period_end, observation_period_end
        split = WEEKS(
            transactions, calibration_period_end=cut, observation_period_end=last
        )
        timed: pd.DataFrame = season(cut).with_operational_time(
            split, observation_period_end=cut, time_unit="week"
        )
        return timed.assign(
            recency=timed["operational_recency"],
            T=timed["operational_T"],
            holdout_T=season(cut).operational_horizon(
                cut, (last - cut).days / 7, time_unit="week"
            ),
        )

    return summary


def known_by(every: clv.ModelError, cutoff: dt.date) -> clv.ModelError:
    """Keep the errors that could be judged by a cutoff."""
    judged = [
        error
        for error in every.errors
        if dt.date.fromisoformat(error.cutoff) + dt.timedelta(days=error.lead_days)
        <= cutoff
    ]
    return replace(every, errors=tuple(judged))


def steady(fit: Callable[..., Any]) -> Callable[..., Any]:
    """Hold with a penalty what young data leave free, as the error advises."""

    def fitted(customers: Any) -> Any:  # noqa: ANN401 - any fit of crmkit
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CrmkitWarning)
            try:
                found = fit(customers)
            except CrmkitError:
                return fit(customers, penalty=1.0)
            free = found.report.weakly_identified or found.report.log_covariance is None
            return fit(customers, penalty=1.0) if free else found

    return fitted


def _compared(
    split: pd.DataFrame, ahead: clv.Forecast, cutoff: dt.date, lead: int
) -> Iterator[tuple[int, str, Held]]:
    came = {
        "purchases": float(split["holdout_frequency"].sum()),
        "money": float(split["holdout_total_amount"].sum()),
    }
    ranges = {
        "purchases": (
            ahead.plain_purchases,
            ahead.interval("purchases"),
            ahead.purchases_error,
        ),
        "money": (ahead.plain_value, ahead.interval("value"), ahead.value_error),
    }
    for total, (plain, wide, error) in ranges.items():
        if plain is None or error is None:
            message = "a forecast with the error of the model has both ranges"
            raise TypeError(message)
        ends = ((plain.lower, plain.upper), (wide.lower, wide.upper))
        true = came[total]
        inside = [lower <= true <= upper for lower, upper in ends]
        yield (
            lead,
            total,
            Held(
                cutoff=cutoff.isoformat(),
                n_windows=error.n_windows,
                plain=inside[0],
                wide=inside[1],
                widths=_pair((upper - lower) / true for lower, upper in ends),
                scores=_pair(score(*pair, true) / true for pair in ends),
            ),
        )


def _pair(two: Iterable[float]) -> tuple[float, float]:
    first, second = two
    return first, second


def score(lower: float, upper: float, true: float) -> float:
    """Return the interval score of a range of 95 %: lower is better."""
    return upper - lower + 40 * (max(lower - true, 0) + max(true - upper, 0))


def row(name: str, lead: int, total: str, found: list[Held]) -> str:
    """Write one row of the table."""
    n = len(found)
    widths, scores = (
        np.mean([getattr(each, part) for each in found], axis=0)
        for part in ("widths", "scores")
    )
    missed = ", ".join(each.cutoff for each in found if not each.wide) or "none"
    fewest, most = (f(each.n_windows for each in found) for f in (min, max))
    return (
        f"| {name} | {lead // 7} | {total} | {n} | {fewest} to {most} |"
        f" {sum(each.plain for each in found)} | {sum(each.wide for each in found)} |"
        f" {widths[0]:.2f} | {widths[1]:.2f} | {scores[0]:.2f} | {scores[1]:.2f} |"
        f" {missed} |"
    )


def logs(seeds: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name the real logs, and the simulated ones of each kind."""
    yield "CDNOW", load_cdnow()
    yield "CDNOW sample", load_cdnow_sample()
    lines = load_complete_journey().lines
    yield (
        "Complete Journey",
        lines.groupby(["customer_id", "date"], as_index=False)
        .agg(amount=("paid_amount", "sum"))
        .assign(date=lambda frame: pd.to_datetime(frame["date"])),
    )
    for kind in KINDS:
        for seed in range(1, seeds + 1):
            yield f"{kind} {seed}", simulated(kind, seed)


def main(seeds: int, n_draws: int) -> None:
    """Print one row for each log, span ahead and total."""
    print(
        "| log | weeks ahead | total | cutoffs | past spans apart | plain held |"
        " with error held | plain width | width | plain score | score |"
        " cutoffs missed |"
    )
    print("| --- | ---: | --- " + "| ---: " * 8 + "| --- |")
    for name, log in logs(seeds):
        bought = log[log["amount"] > 0]
        plain = list(held(bought, n_draws=n_draws))
        _print_rows(name, plain)
        if name.startswith("season"):
            timed = list(held(bought, n_draws=n_draws, seasonal=True))
            known = {each.cutoff for _, _, each in timed}
            before = [case for case in plain if case[2].cutoff not in known]
            _print_rows(f"{name}, fitted", before + timed)


def _print_rows(name: str, cases: list[tuple[int, str, Held]]) -> None:
    found: dict[tuple[int, str], list[Held]] = {}
    for lead, total, each in cases:
        found.setdefault((lead, total), []).append(each)
    for (lead, total), all_held in sorted(found.items()):
        print(row(name, lead, total, all_held), flush=True)


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 2,
        int(sys.argv[2]) if len(sys.argv) > 2 else 200,
    )
