"""Show what the models of covariates, seasons and spend are worth, one table each.

python benchmarks/forecast_models.py [PART ...] [--customers N] [--seeds N]

The parts: *choice*, models compared by rolling holdout on every real log; *recovery*,
effects of covariates and a season found again on simulated customers; *times*, fits
with three binary covariates beside the plain fit; *accuracy*, likelihoods beside
mpmath; *spend*, the error of the mean of later amounts.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pandas as pd

from crmkit import clv, rfm_summary
from crmkit.datasets import load_cdnow, load_cdnow_sample, load_complete_journey
from crmkit.errors import CrmkitWarning
from crmkit.kernels.purchases import pareto_nbd, pareto_over_time
from crmkit.kernels.purchases.covariate_paths import PathHistories
from crmkit.typing import FloatArray

__all__ = ["main"]

RATE, LEAVING = 0.6, -0.5
BASE = {"bg_nbd": (0.8, 6.0, 0.9, 2.5), "pareto_nbd": (0.8, 6.0, 0.7, 20.0)}
DAYS = 730


def real_logs() -> dict[str, pd.DataFrame]:
    """Read every log of dated purchases that the package holds."""
    lines = load_complete_journey().lines
    journey = lines.groupby(["customer_id", "date"], as_index=False).agg(
        amount=("paid_amount", "sum")
    )
    logs = {
        "CDNOW": load_cdnow(),
        "CDNOW sample": load_cdnow_sample(),
        "Complete Journey": journey.assign(date=pd.to_datetime(journey["date"])),
    }
    return {name: log[log["amount"] > 0] for name, log in logs.items()}


def choice(_customers: int, _seeds: int) -> None:
    """Compare the models at up to four cutoffs of each log, 13 and 26 weeks ahead."""
    print("| log | weeks | model | log score | bias | chosen |")
    print("| --- | ---: | --- | ---: | ---: | --- |")
    for name, log in real_logs().items():
        for days in (91, 182):
            found = clv.model_choice(log, horizon_days=days)
            scores = pd.DataFrame(found.purchase_scores).groupby("model", sort=False)
            for model, of in scores:
                mark = "yes" if model == found.purchases else ""
                print(
                    f"| {name} | {days // 7} | {model} | {of['log_score'].mean():.4f} |"
                    f" {of['bias'].mean():+.1%} | {mark} |"
                )
            spends = pd.DataFrame(found.spend_scores).groupby("model", sort=False)
            for model, of in spends:
                mark = "yes" if model == found.spend else ""
                size = of["root_mean_square_error"].mean()
                print(
                    f"| {name} | {days // 7} | {model} | error {size:.2f} |"
                    f" {of['bias'].mean():+.1%} | {mark} |",
                    flush=True,
                )


def binary(size: int, family: str, rng: np.random.Generator) -> pd.DataFrame:
    """Draw customers with three binary covariates, of which two have an effect."""
    traits = rng.integers(0, 2, (size, 3))
    first, alpha, third, fourth = BASE[family]
    rate = rng.gamma(first, size=size) / alpha * np.exp(RATE * traits[:, 0])
    T = rng.integers(60, 365, size) / 7.0
    if family == "bg_nbd":
        odds = third / fourth * np.exp(LEAVING * traits[:, 1])
        mean = odds / (1 + odds)
        leave = rng.beta(3.4 * mean, 3.4 * (1 - mean))
        stays = rng.geometric(np.clip(leave, 1e-12, 1.0))
        x, last = _bought(rate, T, np.full(size, np.inf), stays, rng)
    else:
        death = rng.gamma(third, size=size) / fourth * np.exp(LEAVING * traits[:, 1])
        gone = rng.exponential(size=size) / death
        x, last = _bought(rate, T, gone, np.full(size, 2**40), rng)
    days = np.ceil(7 * last) / 7
    return pd.DataFrame({
        "frequency": x, "recency": np.where(x > 0, np.minimum(days, T), 0.0), "T": T,
        "web": traits[:, 0], "app": traits[:, 1], "shop": traits[:, 2],
    })  # fmt: skip


def _bought(
    rate: FloatArray,
    T: FloatArray,
    gone: FloatArray,
    stays: Any,  # noqa: ANN401 - whole numbers
    rng: np.random.Generator,
) -> tuple[Any, FloatArray]:
    """Let customers buy until T, their death, or the purchase that they leave after."""
    until = np.minimum(T, gone)
    due = rng.poisson(rate * until)
    kept = np.minimum(due, stays)
    # The last of ``kept`` among ``due`` uniform times is a beta variable.
    share = rng.beta(np.maximum(kept, 1), np.maximum(due - kept + 1, 1))
    return kept, np.where(kept > 0, share * until, 0.0)


def recovery(_customers: int, seeds: int) -> None:
    """Say how often an interval of 95% holds the true effect, and the mean estimate."""
    print("| what | truth | mean estimate | held |")
    print("| --- | ---: | ---: | ---: |")
    for family in ("bg_nbd", "pareto_nbd"):
        effects = [_static(family, seed) for seed in range(seeds)]
        for at, truth in enumerate((RATE, LEAVING)):
            _row(f"{family}, {effects[0][at].on}", truth, [e[at] for e in effects])
    over_time = [_over_time(seed) for seed in range(seeds)]
    for at, truth in enumerate((RATE, LEAVING)):
        name = f"pareto_nbd over time, {over_time[0][at].on}"
        _row(name, truth, [e[at] for e in over_time])
    errors, inside = [], []
    for seed in range(seeds):
        log, index = season_log(4000, seed)
        found = clv.fit_seasonality(log, observation_period_end=log["date"].max())
        gap = np.log(found.index) - np.log(index)
        errors.append(np.sqrt(np.mean(gap**2)))
        inside.append(np.mean(np.abs(gap) < 1.96 * np.array(found.log_errors)))
    print(
        f"| season of months | swing 0.35 | RMSE {np.mean(errors):.3f} |"
        f" {np.mean(inside):.0%} of months |"
    )


def _row(name: str, truth: float, found: list[clv.CovariateEffect]) -> None:
    inside = [e.interval().lower < truth < e.interval().upper for e in found]
    mean = np.mean([e.estimate for e in found])
    print(
        f"| {name} | {truth} | {mean:.3f} | {sum(inside)} of {len(inside)} |",
        flush=True,
    )


def _static(family: Any, seed: int) -> tuple[clv.CovariateEffect, ...]:  # noqa: ANN401
    customers = binary(4000, family, np.random.default_rng([1, seed]))
    return clv.fit_purchase_covariates(
        customers, family=family, covariate_cols="web", dropout_covariate_cols="app"
    ).effects


def paced_log(
    size: int, rng: np.random.Generator, rate: FloatArray, leaving: FloatArray
) -> pd.DataFrame:
    """Draw a Pareto/NBD whose rates are multiplied by a number for each day."""
    start = rng.integers(0, DAYS // 2, size)
    clocks = [np.concatenate([[0.0], np.cumsum(pace)]) for pace in (rate, leaving)]
    day = np.arange(DAYS + 1)
    mean, death = rng.gamma(0.8, size=size) / 120.0, rng.gamma(0.7, size=size) / 300.0
    gone = np.interp(
        clocks[1][start + 1] + rng.exponential(size=size) / death, clocks[1], day
    )
    begun, ended = clocks[0][start + 1], np.interp(gone, day, clocks[0])
    who = np.repeat(np.arange(size), rng.poisson(mean * (ended - begun)))
    bought = np.ceil(np.interp(rng.uniform(begun[who], ended[who]), clocks[0], day)) - 1
    dates = np.concatenate([start, bought.astype(int)])
    return pd.DataFrame({
        "customer_id": np.concatenate([np.arange(size), who]),
        "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(dates, unit="D"),
        "amount": 10.0,
    })  # fmt: skip


def periods() -> pd.DataFrame:
    """Make periods of four weeks: a promotion in every second, and a slow wave."""
    start = pd.date_range("2022-01-01", periods=DAYS // 28 + 1, freq="28D")
    number = np.arange(start.size)
    return pd.DataFrame({
        "period_start": start, "promotion": number % 2, "rival": np.sin(number / 3),
    })  # fmt: skip


def _over_time(seed: int) -> tuple[clv.CovariateEffect, ...]:
    known = periods()
    rate, leaving = (
        np.exp(effect * np.repeat(known[name].to_numpy(), 28)[:DAYS])
        for name, effect in (("promotion", RATE), ("rival", LEAVING))
    )
    log = paced_log(2000, np.random.default_rng([2, seed]), rate, leaving)
    return clv.fit_time_varying_covariates(
        log, covariates=known, covariate_cols="promotion",
        dropout_covariate_cols="rival", observation_period_end="2023-12-31",
    ).effects  # fmt: skip


def season_log(size: int, seed: int) -> tuple[pd.DataFrame, FloatArray]:
    """Draw two years of BG/NBD buyers in a season of months, and its index."""
    rng = np.random.default_rng([3, seed])
    days = pd.date_range("2022-01-01", periods=DAYS)
    index = 1 + 0.35 * np.sin(2 * np.pi * np.arange(12) / 12)
    index /= np.mean(index[days.month - 1])
    clock = np.cumsum(index[days.month - 1]) - index[0]
    first = rng.integers(0, 600, size)
    nothing = np.zeros(size)
    who, when = clv.BgNbd(r=0.7, alpha=50.0, a=0.8, b=3.0).sample_purchase_times(
        nothing, nothing, nothing, horizon=float(clock[-1]), rng=rng
    )
    shown = clock[first[who]] + when
    who, shown = who[shown < clock[-1]], shown[shown < clock[-1]]
    at = np.concatenate([first, np.searchsorted(clock, shown)])
    log = pd.DataFrame({
        "customer_id": np.concatenate([np.arange(size), who]), "date": days[at],
        "amount": 10.0,
    })  # fmt: skip
    return log, np.asarray(index)


def times(customers: int, _seeds: int) -> None:
    """Fit with three binary covariates and without, in turns: medians of five."""
    print(f"{customers:,} customers\n")
    print("| model | plain, s | with covariates, s | ratio |")
    print("| --- | ---: | ---: | ---: |")
    rng = np.random.default_rng(4)
    plain: dict[str, Callable[..., Any]] = {
        "bg_nbd": clv.fit_bg_nbd, "pareto_nbd": clv.fit_pareto_nbd
    }  # fmt: skip
    for family, fit in plain.items():
        frame = binary(customers, family, rng)
        given: dict[str, Any] = {"family": family}
        given["covariate_cols"] = ["web", "app", "shop"]
        covariates = partial(clv.fit_purchase_covariates, frame, **given)
        print(f"| {family} | {in_turns(partial(fit, frame), covariates)} |", flush=True)
    log, end = load_cdnow(), "1998-06-30"
    months = pd.DataFrame({"period_start": pd.date_range("1997-01-01", end, freq="MS")})
    months["winter"] = months["period_start"].dt.month.isin([11, 12, 1]) * 1
    summary = rfm_summary(log, observation_period_end=end)
    over_time = partial(
        clv.fit_time_varying_covariates, log, covariates=months,
        covariate_cols="winter", observation_period_end=end,
    )  # fmt: skip
    turns = in_turns(partial(clv.fit_pareto_nbd, summary), over_time)
    print(f"| pareto_nbd over time, CDNOW | {turns} |")


def in_turns(plain: Callable[[], Any], more: Callable[[], Any]) -> str:
    """Write the median CPU times of five fits each, and the median of their ratios."""
    both = np.empty((5, 2))
    for turn in both:
        for at, fit in enumerate((plain, more)):
            begun = time.process_time()
            fit()
            turn[at] = time.process_time() - begun
    one, two = np.median(both, axis=0)
    ratio = np.median(both[:, 1] / both[:, 0])
    return f"{one:.2f} | {two:.2f} | {ratio:.1f}"


def accuracy(_customers: int, _seeds: int) -> None:
    """Compare the likelihood with covariates over time with 25 digits of mpmath."""
    rng = np.random.default_rng(5)
    plain: list[float] = []
    exact: list[float] = []
    alive: list[float] = []
    for _ in range(25):
        x = float(rng.choice([0, 1, 3, 20, 100]))
        age = float(rng.uniform(5, 100))
        last = age * float(rng.uniform(0.3, 1.0)) if x else 0.0
        given = dict(
            zip(("r", "alpha", "s", "beta"), 10 ** rng.uniform(-1, 1.3, 4), strict=True)
        )
        paces = np.exp(rng.normal(size=(2, 4)))
        bounds = age * np.array([0.0, 0.2, 0.45, 0.7, 1.0])
        for table, errors in ((np.ones((2, 4)), plain), (paces, exact)):
            histories = path(x, last, age, table, bounds)
            ones = np.ones(1), np.ones(1)
            found = pareto_over_time.log_likelihood(histories, **given, effects=ones)[0]
            if errors is plain:
                history = (np.array([value]) for value in (x, last, age))
                known = pareto_nbd.log_likelihood(*history, **given)[0]
            else:
                known, share = by_mpmath(x, last, given, table, bounds)
                chance = pareto_over_time.probability_alive(
                    histories, **given, effects=ones
                )[0]
                alive.append(abs(chance / share - 1))
            errors.append(abs(found - known) / max(1.0, abs(known)))
    print("| quantity of the Pareto/NBD over time | points | worst relative error |")
    print("| --- | ---: | ---: |")
    print(f"| log-likelihood, against mpmath | {len(exact)} | {max(exact):.0e} |")
    print(f"| probability alive, against mpmath | {len(alive)} | {max(alive):.0e} |")
    print(f"| without effects, against the plain | {len(plain)} | {max(plain):.0e} |")


def path(
    x: float, last: float, age: float, paces: FloatArray, bounds: FloatArray
) -> PathHistories:
    """Make one history with a path of four periods."""
    before = np.clip(np.minimum(bounds[1:], last) - bounds[:-1], 0, None)
    after = np.clip(
        np.minimum(bounds[1:], age) - np.maximum(bounds[:-1], last), 0, None
    )
    logs = np.log(paces)
    return PathHistories(
        frequency=np.array([x]), weights=np.ones(1), path=np.zeros(1, np.int64),
        before=before[None], after=after[None], rate=logs[:1, :, None],
        dropout=logs[1:, :, None], bought=np.zeros(1),
    )  # fmt: skip


def by_mpmath(
    x: float,
    last: float,
    given: dict[str, float],
    paces: FloatArray,
    bounds: FloatArray,
) -> tuple[float, float]:
    """Integrate over the time of leaving; return the log-likelihood and P(alive)."""
    mpmath.mp.dps = 25
    r, alpha, s, beta = (mpmath.mpf(value) for value in given.values())
    edges = [mpmath.mpf(bound) for bound in bounds.tolist()]

    def passed(row: int, now: Any) -> Any:  # noqa: ANN401 - a number of mpmath
        spans = zip(paces[row].tolist(), edges[:-1], edges[1:], strict=True)
        return sum(pace * max(min(end, now) - begin, 0) for pace, begin, end in spans)

    def still(now: Any, more: int) -> Any:  # noqa: ANN401 - a number of mpmath
        bought = (alpha + passed(0, now)) ** -(r + x)
        return bought * beta**s * (beta + passed(1, now)) ** -(s + more)

    left = mpmath.mpf(0)
    for at, pace in enumerate(paces[1].tolist()):
        begin, end = max(edges[at], last), edges[at + 1]
        if end > begin:
            cuts = mpmath.linspace(begin, end, 17 if x < 50 else 129)
            left += (
                s
                * pace
                * mpmath.quad(lambda now: still(now, 1), cuts, method="gauss-legendre")
            )
    stays = still(edges[-1], 0)
    front = mpmath.loggamma(r + x) - mpmath.loggamma(r) + r * mpmath.log(alpha)
    return float(front + mpmath.log(stays + left)), float(stays / (stays + left))


def spend(_customers: int, seeds: int) -> None:
    """Guess the mean of later amounts of customers whose spend rises with frequency."""
    print("| seed | own mean | Gamma-Gamma | credibility | credibility with a line |")
    print("| --- " + "| ---: " * 4 + "|")
    for seed in range(1, min(seeds, 5) + 1):
        rng = np.random.default_rng(seed)
        x = 1 + rng.negative_binomial(0.8, 0.15, 4000)
        own = 25.0 + 9.0 * np.log1p(x) + 5.0 * rng.standard_normal(4000)
        who = np.repeat(np.arange(4000), x)
        amount = np.maximum(own[who] * rng.gamma(6.0, 1 / 6.0, who.size), 0.01)
        mean = np.bincount(who, amount) / x
        square = np.bincount(who, (amount - mean[who]) ** 2) / np.maximum(x - 1, 1)
        later = own * rng.gamma(18.0, 1 / 18.0, 4000)
        frame = pd.DataFrame({
            "frequency": x, "monetary_value": mean, "monetary_variance": square
        })  # fmt: skip
        models = (
            clv.fit_gamma_gamma(frame),
            clv.fit_credibility_spend(frame, frequency_effect="none"),
            clv.fit_credibility_spend(frame),
        )
        guesses = [mean, *(model.expected_spend(x, mean) for model in models)]
        sizes = [np.sqrt(np.mean((guess - later) ** 2)) for guess in guesses]
        print(f"| {seed} | " + " | ".join(f"{size:.2f}" for size in sizes) + " |")


PARTS: dict[str, Callable[[int, int], None]] = {
    "accuracy": accuracy,
    "spend": spend,
    "recovery": recovery,
    "times": times,
    "choice": choice,
}


def main() -> None:
    """Print the tables asked for, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--seeds", type=int, default=10)
    asked = parser.parse_args()
    for name in asked.parts or PARTS:
        print(f"\n{name}\n")
        with warnings.catch_warnings(action="ignore", category=CrmkitWarning):
            PARTS[name](asked.customers, asked.seeds)


if __name__ == "__main__":
    main()
