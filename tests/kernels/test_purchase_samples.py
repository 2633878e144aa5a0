"""Simulated customers behave as the formulas say, and the truth is a top of the fit."""

from typing import Any

import numpy as np
import pytest

from crmkit import clv
from crmkit.kernels.purchases import bg_bb, pareto_nbd
from crmkit.kernels.purchases.beta_geometric import bg_nbd, mbg_nbd
from crmkit.typing import FloatArray

COIN = {"r": 0.6, "alpha": 8.0, "a": 0.9, "b": 3.0}
PARETO = {"r": 0.6, "alpha": 8.0, "s": 0.7, "beta": 10.0}
DONORS = {"alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.78}
MODELS = [(bg_nbd, COIN), (mbg_nbd, COIN), (pareto_nbd, PARETO), (bg_bb, DONORS)]
IDS = ["bg_nbd", "mbg_nbd", "pareto_nbd", "bg_bb"]
FITS: dict[Any, Any] = {
    bg_nbd: clv.BgNbd,
    mbg_nbd: clv.MbgNbd,
    pareto_nbd: clv.ParetoNbd,
    bg_bb: clv.BgBb,
}
SIZE = 40_000
T_SEEN, T_AHEAD = 40.0, 30.0

every_model = pytest.mark.parametrize(("model", "at"), MODELS, ids=IDS)


def _simulate(
    model: Any, at: dict[str, float], rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Draw customers; return x, t_x, T and the purchases of the time ahead."""
    rate, dropout, lifetime = model.sample_customers(SIZE, rng, **at)
    traits = (rate, dropout) if at is COIN else (rate,)
    whole = np.full(SIZE, T_SEEN + T_AHEAD)
    who, when = model.sample_purchase_times(*traits, lifetime, whole, rng)
    assert np.all((when > 0) & (when <= whole[who]))
    assert np.all(np.diff(who) >= 0)
    seen = when <= T_SEEN
    x = np.bincount(who[seen], minlength=SIZE).astype(float)
    t_x = np.zeros(SIZE)
    np.maximum.at(t_x, who[seen], when[seen])
    ahead = np.bincount(who[~seen], minlength=SIZE).astype(float)
    return x, t_x, np.full(SIZE, T_SEEN), ahead


@every_model
def test_the_score_at_the_truth_is_zero_but_for_chance(
    model: Any, at: dict[str, float]
) -> None:
    x, t_x, T, _ = _simulate(model, at, np.random.default_rng(17))
    slopes = model.gradient(x, t_x, T, **at)
    z = slopes.mean(axis=0) / slopes.std(axis=0) * np.sqrt(SIZE)
    assert np.max(np.abs(z)) < 4.0


@every_model
def test_forecasts_given_a_history_come_true_on_average(
    model: Any, at: dict[str, float]
) -> None:
    x, t_x, T, ahead = _simulate(model, at, np.random.default_rng(18))
    expected = model.expected_purchases(x, t_x, T, start=0.0, end=T_AHEAD, **at)
    variance = model.variance_of_purchases(x, t_x, T, horizon=T_AHEAD, **at)
    for group in (x == 0, x == 1, (x > 1) & (x < 6), x >= 6):
        error = float((ahead - expected)[group].sum())
        assert abs(error) < 4.0 * np.sqrt(variance[group].sum())
    assert np.mean((ahead - expected) ** 2) == pytest.approx(variance.mean(), rel=0.1)


@every_model
def test_drawn_futures_have_the_mean_and_variance_of_the_formulas(
    model: Any, at: dict[str, float]
) -> None:
    rng = np.random.default_rng(19)
    x, t_x, T = np.full(SIZE, 3.0), np.full(SIZE, 30.0), np.full(SIZE, T_SEEN)
    who, _ = FITS[model](**at).sample_purchase_times(
        x, t_x, T, horizon=T_AHEAD, rng=rng
    )
    drawn = np.bincount(who, minlength=SIZE)
    one = x[:1], t_x[:1], T[:1]
    mean = model.expected_purchases(*one, start=0.0, end=T_AHEAD, **at)[0]
    variance = model.variance_of_purchases(*one, horizon=T_AHEAD, **at)[0]
    assert drawn.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / SIZE))
    assert drawn.var() == pytest.approx(variance, rel=0.06)
    nobody = np.exp(model.log_pmf(0.0, *one, horizon=T_AHEAD, **at))[0]
    assert np.mean(drawn == 0) == pytest.approx(nobody, abs=0.01)


@every_model
def test_posterior_means_average_to_the_population(
    model: Any, at: dict[str, float]
) -> None:
    """The tower property: what histories say of a rate averages to its mean."""
    rng = np.random.default_rng(20)
    x, t_x, T, _ = _simulate(model, at, rng)
    rates = model.posterior_mean_rate(x, t_x, T, **at)
    leaving = model.posterior_mean_dropout(x, t_x, T, **at)
    first, second, third, fourth = at.values()
    if model is pareto_nbd:
        population = first / second, third / fourth
    elif model is bg_bb:
        population = first / (first + second), third / (third + fourth)
    else:
        population = first / second, third / (third + fourth)
    assert rates.mean() == pytest.approx(population[0], rel=0.03)
    assert leaving.mean() == pytest.approx(population[1], rel=0.03)


@every_model
def test_a_seed_is_a_seed(model: Any, at: dict[str, float]) -> None:
    one = model.sample_customers(50, np.random.default_rng(1), **at)
    same = model.sample_customers(50, np.random.default_rng(1), **at)
    assert [part.tolist() for part in one] == [part.tolist() for part in same]
