"""Few customers, odd truths: a fit, a warning where due, and never a wrong stop."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import clv
from crmkit.datasets import simulate_purchases
from crmkit.errors import IdentifiabilityWarning, NotEnoughDataError

SPEND = clv.GammaGamma(p=6.0, q=4.0, v=15.0)
Draw = Callable[[float, float], float]
TRUTHS: dict[str, tuple[Callable[[Draw], Any], Callable[..., Any]]] = {
    "bg_nbd": (
        lambda u: clv.BgNbd(r=u(0.1, 5), alpha=u(0.5, 50), a=u(0.2, 5), b=u(0.5, 10)),
        clv.fit_bg_nbd,
    ),
    "mbg_nbd": (
        lambda u: clv.MbgNbd(r=u(0.1, 5), alpha=u(0.5, 50), a=u(0.2, 5), b=u(0.5, 10)),
        clv.fit_mbg_nbd,
    ),
    "pareto_nbd": (
        lambda u: clv.ParetoNbd(
            r=u(0.1, 5), alpha=u(0.5, 50), s=u(0.1, 5), beta=u(0.5, 100)
        ),
        clv.fit_pareto_nbd,
    ),
    "bg_bb": (
        lambda u: clv.BgBb(
            alpha=u(0.2, 5), beta=u(0.2, 5), gamma=u(0.2, 5), delta=u(0.5, 10)
        ),
        clv.fit_bg_bb,
    ),
}


@pytest.mark.parametrize("name", list(TRUTHS))
def test_the_fit_is_no_worse_than_the_truth(name: str) -> None:  # invariant 18
    rng = np.random.default_rng(20)
    truth, fit = TRUTHS[name]

    def between(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    for _ in range(12):
        model = truth(between)
        n = int(between(10, 500))
        T = 6 if name == "bg_bb" else rng.integers(5, 60, n)
        drawn = simulate_purchases(n, purchases=model, spend=SPEND, T=T, rng=rng)
        customers: Any = drawn.customers
        history = [customers[c].to_numpy(float) for c in ("frequency", "recency", "T")]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", IdentifiabilityWarning)
            try:
                found = fit(customers)
            except NotEnoughDataError:
                continue
        assert found.report.converged
        at_truth = model.log_likelihood(*history).sum()
        assert found.report.log_likelihood >= at_truth - 1e-9 * abs(at_truth)


def test_one_rate_for_all_is_said_to_be_a_boundary() -> None:
    rng = np.random.default_rng(8)
    x = rng.poisson(4.0, 400)
    customers = {
        "frequency": x,
        "recency": np.where(x > 0, 39.0, 0.0),
        "T": np.full(400, 40.0),
    }
    import pandas as pd

    with pytest.warns(IdentifiabilityWarning, match="r = .* alpha = .* all but free"):
        model = clv.fit_nbd(pd.DataFrame(customers))
    assert model.report is not None
    assert set(model.report.boundary) == {"r", "alpha"}
    # The mean rate is what the data do say.
    assert model.r / model.alpha == pytest.approx(x.mean() / 40, rel=1e-6)
