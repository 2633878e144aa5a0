"""Fits with covariates: what a penalty weighs, which customers count, how they sum."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

import crmkit as ck
from crmkit import clv
from crmkit.clv.models import purchase_covariates_fit, spend_covariates
from crmkit.errors import IdentifiabilityWarning
from crmkit.kernels.base.cells import Cells, group
from crmkit.kernels.purchases.starting_sample import thinned
from crmkit.typing import FloatArray

END = "2024-12-31"
PENALTY = 30.0


def _customers(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    web, size = rng.integers(0, 2, n), 0.5 * rng.integers(0, 3, n)
    T = rng.integers(30, 60, n) * 1.0
    rate, leaving = rng.gamma(0.9, size=n) / 6.0, rng.gamma(1.2, size=n) / 25.0
    life = np.minimum(rng.exponential(size=n) / (leaving * np.exp(-0.5 * size)), T)
    x = rng.poisson(rate * np.exp(0.5 * web) * life)
    last = life * rng.random(n) ** (1 / np.maximum(x, 1))
    amounts = np.exp(0.4 * web) * rng.gamma(3.0, size=n) / rng.gamma(4.0, size=n)
    return pd.DataFrame(
        {
            "frequency": x,
            "recency": np.where(x > 0, last, 0.0),
            "T": T,
            "monetary_value": np.where(x > 0, amounts, 0.0),
            "web": web,
            "size": size,
        }
    )


CUSTOMERS = _customers()


def _slopes(of: Callable[[FloatArray], float], at: FloatArray) -> FloatArray:
    steps = 1e-5 * np.eye(at.size)
    return np.array([(of(at + step) - of(at - step)) / 2e-5 for step in steps])


def _with_shrunk(effect: clv.CovariateEffect, size: float) -> clv.CovariateEffect:
    return clv.CovariateEffect(
        covariate=effect.covariate,
        on=effect.on,
        estimate=effect.estimate,
        standard_error=effect.standard_error,
        shrunk=size,
    )


@pytest.mark.parametrize("family", ["bg_nbd", "mbg_nbd", "pareto_nbd"])
def test_a_penalty_weighs_effects_of_one_deviation_of_a_covariate(family: Any) -> None:
    found = clv.fit_purchase_covariates(
        CUSTOMERS,
        family=family,
        covariate_cols="web",
        dropout_covariate_cols=["size"],
        penalty=PENALTY,
        time_unit="week",
    )
    assert found.penalty == PENALTY
    assert found.time_unit == "week"
    assert found.n_customers == 300
    history = ["frequency", "recency", "T", "web", "size"]
    assert found.n_cells == len(CUSTOMERS[history].drop_duplicates())
    deviations = CUSTOMERS[["web", "size"]].std(ddof=0).to_numpy()

    def penalised(point: FloatArray) -> float:
        first, alpha, third, fourth = np.exp(point[:4]).tolist()
        if family != "pareto_nbd":
            chance = float(expit(point[2]))
            third, fourth = fourth * chance, fourth * (1 - chance)
        effects = [
            _with_shrunk(effect, float(size))
            for effect, size in zip(found.effects, point[4:], strict=True)
        ]
        model = clv.PurchaseCovariates(
            family=family,
            baseline=(first, alpha, third, fourth),
            effects=tuple(effects),
        )
        total = model.with_log_likelihood(CUSTOMERS)["log_likelihood"].sum()
        return float(total - PENALTY / 2 * np.sum((point[4:] * deviations) ** 2))

    first, alpha, third, fourth = found.baseline
    shape = [np.log(third), np.log(fourth)]
    if family != "pareto_nbd":
        shape = [logit(third / (third + fourth)), np.log(third + fourth)]
    shrunk = [effect.shrunk for effect in found.effects]
    at = np.array([np.log(first), np.log(alpha), *shape, *shrunk])
    np.testing.assert_allclose(_slopes(penalised, at), 0.0, atol=1e-4)
    for effect in found.effects:
        assert 0 < effect.shrunk / effect.estimate < 0.95


@pytest.mark.parametrize("most", [2, 1])
def test_a_penalty_of_spend_weighs_effects_of_one_deviation(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By sums over two kinds of customers, and row by row.
    monkeypatch.setattr(spend_covariates, "_MOST_SUMS", most)
    back = CUSTOMERS[CUSTOMERS["frequency"] > 0]
    found = clv.fit_spend_covariates(CUSTOMERS, covariate_cols="web", penalty=PENALTY)
    deviation = float(back["web"].std(ddof=0))
    (effect,) = found.effects

    def penalised(point: FloatArray) -> float:
        total = -PENALTY / 2 * (point[3] * deviation) ** 2
        p, q, v = np.exp(point[:3]).tolist()
        for web in (0, 1):
            rows = back[back["web"] == web]
            model = clv.GammaGamma(p=p, q=q, v=v * float(np.exp(web * point[3])))
            each = model.log_likelihood(rows["frequency"], rows["monetary_value"])
            total += each.sum()
        return float(total)

    at = np.array([*np.log(found.baseline), effect.shrunk])
    np.testing.assert_allclose(_slopes(penalised, at), 0.0, atol=1e-4)
    assert 0 < effect.shrunk / effect.estimate < 0.95
    assert found.n_customers == len(back)


def test_without_a_penalty_effects_are_not_shrunk() -> None:
    spend = clv.fit_spend_covariates(CUSTOMERS, covariate_cols="web")
    purchases = clv.fit_purchase_covariates(CUSTOMERS, covariate_cols="web")
    for fit in (spend, purchases):
        assert fit.penalty == 0.0
        (effect,) = fit.effects
        assert effect.shrunk == effect.estimate


@pytest.mark.parametrize(
    ("cells", "kinds", "summed"),
    # Up to 8 kinds, or up to one kind for 64 cells.
    [(20, 8, True), (20, 9, False), (576, 9, True), (575, 9, False), (640, 10, True)],
)
def test_customers_are_summed_by_kind_where_kinds_are_few(
    cells: int, kinds: int, *, summed: bool
) -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(0, 4, cells).astype(np.float64)
    T = np.arange(30, 30 + cells).astype(np.float64)
    kind = (np.arange(cells) % kinds).astype(np.float64)
    histories = group([x, np.where(x > 0, 20.0, 0.0), T, kind], 1.0 + kind)
    of_kind = purchase_covariates_fit._kinds(histories)
    assert of_kind.size == kinds
    by_group, spread_over = purchase_covariates_fit._by_group(
        "bg_nbd", histories, of_kind
    )
    known = np.arange(kinds) if summed else of_kind.inverse
    np.testing.assert_array_equal(spread_over, known)
    # Each group with parameters of its own.
    alpha = (6.0 + np.arange(kinds))[spread_over]
    logs = np.log(
        np.stack([np.full(alpha.size, size) for size in (0.8, 1.0, 1.0, 3.0)], axis=1)
    )
    logs[:, 1] = np.log(alpha)
    total = by_group(logs)[0]
    x, t_x, T, kind = histories.columns
    expected = 0.0
    for number in range(kinds):
        at = kind == number
        model = clv.BgNbd(r=0.8, alpha=6.0 + number, a=1.0, b=3.0)
        each = model.log_likelihood(x[at], t_x[at], T[at])
        expected += float(each @ histories.weights[at])
    assert total == pytest.approx(expected, rel=1e-11, abs=0)


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_sample_is_taken_of_many_histories_only(
    beyond: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = ["frequency", "recency", "T", "web"]
    size = len(CUSTOMERS[columns].drop_duplicates())
    sizes: list[int] = []

    def kept(cells: Cells, wanted: int) -> Cells:
        sizes.append(wanted)
        return thinned(cells, wanted)

    monkeypatch.setattr(purchase_covariates_fit, "MANY", size + beyond)
    monkeypatch.setattr(purchase_covariates_fit, "thinned", kept)
    clv.fit_purchase_covariates(CUSTOMERS, covariate_cols="web")
    assert sizes == ([] if beyond else [size // 4])


def _log(model: clv.ParetoNbd) -> pd.DataFrame:
    """Draw the purchases of customers who all begin on one day."""
    n = 160
    history = [np.zeros(n)] * 3
    who, when = model.sample_purchase_times(
        *history, horizon=700.0, rng=np.random.default_rng(5)
    )
    days = np.concatenate([np.zeros(n), np.ceil(when)])
    return pd.DataFrame(
        {
            "customer_id": np.concatenate([np.arange(n), who]),
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(days, unit="D"),
            "amount": 10.0,
        }
    )


LOG = _log(clv.ParetoNbd(r=0.8, alpha=60.0, s=0.6, beta=90.0))
TRAITS = pd.DataFrame({"customer_id": np.arange(160)}).assign(
    web=lambda rows: rows["customer_id"] % 2 * 1.0,
    app=lambda rows: rows["customer_id"] % 5 * 0.5,
    period_start="2023-01-01",
)
OVER_TIME: dict[str, Any] = {
    "covariates": TRAITS,
    "covariate_cols": ["web", "app"],
    "dropout_covariate_cols": "app",
    "observation_period_end": END,
    "penalty": PENALTY,
}


def test_covariates_over_time_are_shrunk_as_those_that_stay() -> None:
    found = clv.fit_time_varying_covariates(LOG, **OVER_TIME)
    summary = ck.rfm_summary(LOG, observation_period_end=END)
    known = clv.fit_purchase_covariates(
        summary.merge(TRAITS),
        family="pareto_nbd",
        covariate_cols=["web", "app"],
        dropout_covariate_cols="app",
        penalty=PENALTY,
    )
    np.testing.assert_allclose(found.baseline, known.baseline, rtol=1e-4, atol=0)
    assert len(found.effects) == 3
    for one, other in zip(found.effects, known.effects, strict=True):
        assert (one.covariate, one.on) == (other.covariate, other.on)
        assert one.shrunk == pytest.approx(other.shrunk, rel=1e-4, abs=0)
        assert one.shrunk != one.estimate
    assert (found.n_customers, found.n_cells) == (160, known.n_cells)
    assert (found.penalty, found.time_unit) == (PENALTY, "day")


def test_customers_who_first_buy_after_the_end_are_not_fitted() -> None:
    # Their ids come first, in the middle and last.
    late = pd.DataFrame({"customer_id": [-1.0, 70.5, 900.0], "amount": 10.0})
    late = late.assign(date=pd.Timestamp("2025-01-01"))
    log = pd.concat([late, LOG, late.assign(customer_id=3.0)])
    found = clv.fit_time_varying_covariates(log, **OVER_TIME)
    assert found == clv.fit_time_varying_covariates(LOG, **OVER_TIME)


def test_effects_are_found_where_rates_of_leaving_do_not_differ() -> None:
    # s and beta run to their boundary, where rounding hides the last of the slope.
    log = _log(clv.ParetoNbd(r=0.8, alpha=120.0, s=0.9, beta=300.0))
    summary = ck.rfm_summary(log, observation_period_end=END)
    with pytest.warns(IdentifiabilityWarning):
        report = clv.fit_pareto_nbd(summary).report
    assert report is not None
    assert report.boundary == ("s", "beta")
    found = clv.fit_purchase_covariates(
        summary.merge(TRAITS),
        family="pareto_nbd",
        covariate_cols=["web", "app"],
        dropout_covariate_cols="app",
    )
    unpulled: dict[str, Any] = OVER_TIME | {"penalty": 0.0}
    known = clv.fit_time_varying_covariates(log, **unpulled)
    for one, other in zip(found.effects, known.effects, strict=True):
        assert other.standard_error is not None
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-4)
        assert abs(one.estimate - other.estimate) < 1e-3 * other.standard_error


@pytest.mark.parametrize(("seed", "boundary"), [(5, True), (28, True), (12, False)])
def test_effects_of_spend_are_ratios_of_means_where_customers_do_not_differ(
    seed: int, *, boundary: bool
) -> None:
    # But for the covariate: without differences q has no end, and amounts are gamma:
    # the mean of each kind is that of its purchases.
    rng = np.random.default_rng(seed)
    x, web = rng.integers(1, 6, 300), np.arange(300) % 2
    amounts = 40.0 * np.exp(0.3 * web) * rng.gamma(4.0 * x) / (4.0 * x)
    rows = pd.DataFrame({"frequency": x, "monetary_value": amounts, "web": web})
    found = clv.fit_spend_covariates(rows, covariate_cols="web")
    means = np.bincount(web, x * amounts) / np.bincount(web, x)
    (effect,) = found.effects
    # Of one mean for all, the plain model is at its boundary already or not yet.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentifiabilityWarning)
        report = clv.fit_gamma_gamma(rows).report
    assert report is not None
    assert report.boundary == (("q", "v") if boundary else ())
    assert found.baseline[1] > 1e6
    assert effect.estimate == pytest.approx(np.log(means[1] / means[0]), abs=1e-5)
    for kind in (0, 1):
        plain = found.model_for({"web": kind})
        expected = plain.expected_spend_new_customer()
        assert expected == pytest.approx(means[kind], rel=1e-5, abs=0)
    # The error of the logarithm of a mean of gamma amounts of shape p.
    error = np.sqrt(np.sum(1.0 / (found.baseline[0] * np.bincount(web, x))))
    assert effect.standard_error == pytest.approx(error, rel=1e-4)
