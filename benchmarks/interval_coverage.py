"""Do intervals hold what they promise? Simulated customers whose future is known.

python benchmarks/interval_coverage.py [SETS] [FITS]

For each model, sets of 800 customers are drawn from one truth, split at a cutoff,
fitted before it and predicted after it. The first table has shares of 95 % intervals
that held what came: of the total purchases, of the total value, of each customer's
purchases. Those are whole numbers, so an interval of at least 95 % holds more:
*promised* is what such intervals hold if the model is right, by futures drawn anew,
and *randomised* splits the end values so that 95 % is right. *LR p* is the
Kolmogorov-Smirnov p-value of the likelihood ratios at the truth against chi-squared:
small if the fits were wrong.

The second table has the shares of parameter intervals that held the truth: Wald
intervals on logarithms, and profile-likelihood intervals.

Where the data leave parameters all but free crmkit refuses to draw them: those sets
(*free* counts them) are predicted, as the error advises, from a fit with ``penalty=1``.
Where there is no covariance at all, the Wald intervals are that fit's too.
"""

import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from crmkit import clv
from crmkit._check import ProvenHistory
from crmkit.clv.uncertainty.simulated_futures import futures
from crmkit.errors import IdentifiabilityWarning

__all__ = ["MODELS", "SPEND", "Covered", "covered", "parameters_held"]

Ends = Iterable[float]

CUSTOMERS = 800
DRAWS = 400
SPEND = clv.GammaGamma(p=6.25, q=3.74, v=15.44)
MODELS: dict[str, tuple[Any, Any, float, float]] = {
    "BG/NBD": (
        clv.BgNbd(r=0.6, alpha=6.0, a=0.8, b=2.5),
        clv.fit_bg_nbd,
        40.0,
        40.0,
    ),
    "MBG/NBD": (
        clv.MbgNbd(r=0.6, alpha=6.0, a=0.8, b=2.5),
        clv.fit_mbg_nbd,
        40.0,
        40.0,
    ),
    "Pareto/NBD": (
        clv.ParetoNbd(r=0.6, alpha=6.0, s=0.6, beta=12.0),
        clv.fit_pareto_nbd,
        40.0,
        40.0,
    ),
    "BG/BB": (
        clv.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78),
        clv.fit_bg_bb,
        8.0,
        6.0,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What happened in one set: which intervals held, and the likelihood ratio."""

    free: bool
    purchases: bool
    value: bool
    customers: float
    promised: float
    randomised: float
    likelihood_ratio: float


def covered(name: str, seed: int) -> Covered:
    """Draw one set, fit it before the cutoff, and look after it."""
    truth, fit, T, horizon = MODELS[name]
    customers, later, value = _drawn(truth, T, horizon, _rng(name, seed, 0))
    rng = _rng(name, seed, 1)
    history = [customers[column].to_numpy(float) for column in _HISTORY]
    likeliest, spend = _fitted(customers, fit)
    free = bool(likeliest.report.weakly_identified)
    model = fit(customers, penalty=1.0) if free else likeliest
    ahead = clv.forecast(
        customers,
        purchases=model,
        spend=spend,
        horizon=horizon,
        discount_rate=0.0,
        ranges=clv.Ranges(n_draws=DRAWS, model_error=None),
        rng=rng,
    )
    scored = clv.with_purchases_interval(
        customers,
        purchases=model,
        horizon=horizon,
        ranges=clv.Ranges(n_draws=DRAWS, model_error=None),
        rng=rng,
    )
    ends = scored[["purchases_lower", "purchases_upper"]].to_numpy().T
    promised, randomised = _judged(model, history, ends, horizon, later, rng)
    at_truth = float(truth.log_likelihood(*history).sum())
    return Covered(
        free=free,
        purchases=_holds(ahead.interval("purchases"), float(later.sum())),
        value=_holds(ahead.interval("value"), value),
        customers=float(np.mean((ends[0] <= later) & (later <= ends[1]))),
        promised=promised,
        randomised=randomised,
        likelihood_ratio=2 * (likeliest.report.log_likelihood - at_truth),
    )


def parameters_held(name: str, seed: int) -> dict[str, tuple[bool, bool]]:
    """Say of the same set which Wald and profile intervals hold the truth."""
    truth, fit, T, horizon = MODELS[name]
    customers, _, _ = _drawn(truth, T, horizon, _rng(name, seed, 0))
    model, spend = _fitted(customers, fit)
    known = model if model.report.covariance else fit(customers, penalty=1.0)
    wald = {**known.report.intervals(), **spend.report.intervals()}
    profile = {
        **clv.profile_intervals(customers, fit=model),
        **clv.profile_intervals(customers, fit=spend),
    }
    return {
        key: (_holds(wald[key], true), _holds(profile[key], true))
        for key, true in {**truth.parameters, **SPEND.parameters}.items()
    }


def _rng(name: str, seed: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([20261122, list(MODELS).index(name), seed, stream])


def _fitted(customers: pd.DataFrame, fit: Any) -> tuple[Any, Any]:  # noqa: ANN401
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentifiabilityWarning)
        return fit(customers), clv.fit_gamma_gamma(customers)


def _judged(  # noqa: PLR0917 - what was predicted, and what came
    model: Any,  # noqa: ANN401 - any of the four models
    history: list[Any],
    ends: Any,  # noqa: ANN401
    horizon: float,
    later: Any,  # noqa: ANN401
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Say what the intervals hold of futures drawn anew, and randomised of this one."""
    promised, randomised = 0.0, 0.0
    for block in futures(
        ProvenHistory(*history),
        None,
        purchases=model,
        spend=None,
        horizon=horizon,
        discount_rate=0.0,
        n_draws=DRAWS,
        rng=rng,
    ):
        drawn, came = block.purchases, later[block.rows]
        lower, upper = ends[:, block.rows]
        inside = (lower <= drawn) & (drawn <= upper)
        promised += float(np.mean(inside, axis=0).sum())
        below, ties = (drawn < came).sum(axis=0), (drawn == came).sum(axis=0)
        # Uniform if what came is one more draw, whatever the number of ties.
        place = (below + rng.random(came.size) * (ties + 1)) / (DRAWS + 1)
        randomised += float(np.sum((place >= 0.025) & (place <= 0.975)))
    return promised / CUSTOMERS, randomised / CUSTOMERS


_HISTORY = ("frequency", "recency", "T")


def _drawn(
    truth: Any,  # noqa: ANN401 - any of the four models
    T: float,
    horizon: float,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, Any, float]:
    nothing = np.zeros(CUSTOMERS)
    who, when = truth.sample_purchase_times(
        nothing, nothing, nothing, horizon=T + horizon, rng=rng
    )
    paid = SPEND.sample_amounts(nothing, nothing, customer=who, rng=rng)
    known = when <= T
    x = np.bincount(who[known], minlength=CUSTOMERS)
    last = np.zeros(CUSTOMERS)
    np.maximum.at(last, who[known], when[known])
    total = np.bincount(who[known], paid[known], minlength=CUSTOMERS)
    customers = pd.DataFrame(
        {
            "frequency": x,
            "recency": last,
            "T": np.full(CUSTOMERS, T),
            "monetary_value": total / np.maximum(x, 1),
        }
    )
    later = np.bincount(who[~known], minlength=CUSTOMERS).astype(float)
    return customers, later, float(paid[~known].sum())


def _holds(interval: Ends, truth: float) -> bool:
    lower, upper = interval
    return lower <= truth <= upper


def main(sets: int, fits: int) -> None:
    """Print both tables."""
    print(
        "| model | sets | free | purchases | value | customers | promised"
        " | randomised | LR p |"
    )
    print("| --- " + "| ---: " * 8 + "|")
    for name in MODELS:
        print(_row(name, [covered(name, seed) for seed in range(sets)]), flush=True)
    print("\n| model | parameter | fits | Wald | profile |")
    print("| --- | --- | ---: | ---: | ---: |")
    every: list[dict[str, tuple[bool, bool]]] = []
    for name, (truth, *_) in MODELS.items():
        held = [parameters_held(name, seed) for seed in range(fits)]
        every += held
        for parameter in truth.parameters:
            print(_parameter_row(name, parameter, held), flush=True)
    for parameter in SPEND.parameters:
        print(_parameter_row("Gamma-Gamma", parameter, every))


def _row(name: str, found: list[Covered]) -> str:
    ratios = [each.likelihood_ratio for each in found]
    p = stats.kstest(ratios, stats.chi2(df=4).cdf).pvalue
    shares = " | ".join(
        f"{np.mean([getattr(each, share) for each in found]):.1%}"
        for share in ("purchases", "value", "customers", "promised", "randomised")
    )
    free = sum(each.free for each in found)
    return f"| {name} | {len(found)} | {free} | {shares} | {p:.2f} |"


def _parameter_row(
    name: str, parameter: str, held: list[dict[str, tuple[bool, bool]]]
) -> str:
    wald, profile = np.mean([each[parameter] for each in held], axis=0)
    return f"| {name} | {parameter} | {len(held)} | {wald:.1%} | {profile:.1%} |"


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 100,
        int(sys.argv[2]) if len(sys.argv) > 2 else 300,
    )
