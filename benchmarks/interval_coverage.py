"""Do intervals hold what they promise? Simulated customers whose future is known.

python benchmarks/interval_coverage.py [SETS]

For each model, sets of 800 customers are drawn from one truth, split at a cutoff,
fitted before it and predicted after it. Shares of 95 % intervals that held what came:
of the total purchases, of the total value, of each customer's purchases (whole numbers,
so more than 95 % is right), of the parameters (Wald on logarithms). Last, the
Kolmogorov-Smirnov p-value of the likelihood ratios at the truth against chi-squared:
small if the fits were wrong.
"""

import sys
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from crmkit import clv
from crmkit.errors import IdentifiabilityWarning

__all__ = ["MODELS", "Covered", "covered"]

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

    purchases: bool
    value: bool
    customers: float
    parameters: tuple[bool, ...]
    likelihood_ratio: float


def covered(name: str, rng: np.random.Generator) -> Covered:
    """Draw one set, fit it before the cutoff, and look after it."""
    truth, fit, T, horizon = MODELS[name]
    customers, later, value = _drawn(truth, T, horizon, rng)
    history = [customers[column].to_numpy(float) for column in _HISTORY]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentifiabilityWarning)
        model = fit(customers)
        spend = clv.fit_gamma_gamma(customers)
    ahead = clv.forecast(
        customers,
        purchases=model,
        spend=spend,
        horizon=horizon,
        discount_rate=0.0,
        draws=DRAWS,
        rng=rng,
    )
    scored = clv.with_purchases_interval(
        customers, purchases=model, horizon=horizon, draws=DRAWS, rng=rng
    )
    ends = model.report.intervals()
    at_truth = float(truth.log_likelihood(*history).sum())
    inside = later.between(scored["purchases_low"], scored["purchases_high"])
    return Covered(
        purchases=_holds(ahead.purchases_interval, float(later.sum())),
        value=_holds(ahead.value_interval, value),
        customers=float(inside.mean()),
        parameters=tuple(
            _holds(ends[key], wanted) for key, wanted in truth.parameters.items()
        ),
        likelihood_ratio=2 * (model.report.log_likelihood - at_truth),
    )


_HISTORY = ("frequency", "recency", "T")


def _drawn(
    truth: Any,  # noqa: ANN401 - any of the four models
    T: float,
    horizon: float,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, "pd.Series[float]", float]:
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
    return customers, pd.Series(later), float(paid[~known].sum())


def _holds(interval: tuple[float, float], truth: float) -> bool:
    return interval[0] <= truth <= interval[1]


def main(sets: int) -> None:
    """Print the table."""
    print("| model | sets | purchases | value | customers | parameters | LR p |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for at, name in enumerate(MODELS):
        rng = np.random.default_rng([20261122, at])
        found = [covered(name, rng) for _ in range(sets)]
        ratios = [each.likelihood_ratio for each in found]
        p = stats.kstest(ratios, stats.chi2(df=4).cdf).pvalue
        print(
            f"| {name} | {sets} | {np.mean([each.purchases for each in found]):.1%}"
            f" | {np.mean([each.value for each in found]):.1%}"
            f" | {np.mean([each.customers for each in found]):.1%}"
            f" | {np.mean([each.parameters for each in found]):.1%} | {p:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
