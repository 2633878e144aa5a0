"""What must hold of every purchase model, whatever its parameters and histories."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.kernels.purchases import nbd, pareto_nbd
from crmkit.kernels.purchases.beta_geometric import bg_nbd, mbg_nbd
from crmkit.typing import FloatArray

COIN = ("r", "alpha", "a", "b")
PARETO = ("r", "alpha", "s", "beta")
TIMED = {"alpha", "beta"}
MODELS = [(bg_nbd, COIN), (mbg_nbd, COIN), (pareto_nbd, PARETO)]
IDS = ["bg_nbd", "mbg_nbd", "pareto_nbd"]
CENTRES: dict[Any, list[float]] = {
    bg_nbd: [0.24, 4.4, 0.8, 2.4],
    mbg_nbd: [0.52, 6.2, 0.9, 1.6],
    pareto_nbd: [0.55, 10.6, 0.6, 11.7],
}
EXAMPLES = 12

History = tuple[FloatArray, FloatArray, FloatArray]
shapes = st.tuples(*([st.floats(-1.5, 1.5)] * 4))
every_model = pytest.mark.parametrize(("model", "names"), MODELS, ids=IDS)


def _parameters(names: tuple[str, ...], logs: tuple[float, ...]) -> dict[str, float]:
    """Spread parameters about a typical fit; every example is another customer base."""
    key = bg_nbd if names == COIN else pareto_nbd
    return {
        name: float(centre * np.exp(log))
        for name, centre, log in zip(names, CENTRES[key], logs, strict=True)
    }


def _histories() -> History:
    """Some of everything: none, one, many; just bought, long ago, in between."""
    x = np.array([0.0, 0.0, 1.0, 1.0, 3.0, 12.0, 80.0, 80.0])
    t_x = np.array([0.0, 0.0, 0.5, 39.0, 20.0, 38.0, 10.0, 39.0])
    T = np.array([0.5, 39.0, 39.0, 39.0, 30.0, 39.0, 39.0, 39.0])
    return x, t_x, T


@every_model
@settings(max_examples=EXAMPLES)
@given(logs=shapes)
def test_probability_alive_is_a_probability_that_falls_with_silence(
    model: Any, names: tuple[str, ...], logs: tuple[float, ...]
) -> None:
    at = _parameters(names, logs)
    x, t_x, T = _histories()
    now = model.probability_alive(x, t_x, T, **at)
    assert np.all((now >= 0) & (now <= 1))
    log_now = model.log_probability_alive(x, t_x, T, **at)
    np.testing.assert_allclose(np.exp(log_now), now, rtol=1e-12)
    assert np.all(model.probability_alive(x, t_x, T * 1.2, **at) <= now)
    later = np.where(x > 0, t_x + 0.5 * (T - t_x), t_x)
    assert np.all(model.probability_alive(x, later, T, **at) >= now - 1e-15)
    after = model.probability_alive_after(x, t_x, T, elapsed=10.0, **at)
    assert np.all(after <= now)
    at_once = model.probability_alive_after(x, t_x, T, elapsed=0.0, **at)
    np.testing.assert_allclose(at_once, now, rtol=1e-13)


@every_model
@settings(max_examples=EXAMPLES)
@given(logs=shapes)
def test_expected_purchases_start_at_0_rise_and_bend_and_add_up(
    model: Any, names: tuple[str, ...], logs: tuple[float, ...]
) -> None:
    at = _parameters(names, logs)
    x, t_x, T = _histories()

    def between(start: float, end: float) -> FloatArray:
        found: FloatArray = model.expected_purchases(
            x, t_x, T, start=start, end=end, **at
        )
        return found

    assert between(0.0, 0.0).tolist() == [0.0] * x.size
    halves = between(0.0, 5.0), between(5.0, 10.0)
    assert np.all(halves[0] >= halves[1] * (1 - 1e-13))
    assert np.all(halves[1] >= 0)
    np.testing.assert_allclose(halves[0] + halves[1], between(0.0, 10.0), rtol=1e-11)
    alive = model.probability_alive(x, t_x, T, **at)
    pace = alive * (at["r"] + x) / (at["alpha"] + T)
    assert np.all(between(0.0, 10.0) <= 10.0 * pace * (1 + 1e-13))
    np.testing.assert_allclose(between(0.0, 1e-9), 1e-9 * pace, rtol=1e-6)


@every_model
@settings(max_examples=EXAMPLES)
@given(logs=shapes)
def test_the_counts_given_a_history_have_total_mean_and_variance(
    model: Any, names: tuple[str, ...], logs: tuple[float, ...]
) -> None:
    at = {**_parameters(names, logs), "r": 2.0, "alpha": 20.0}
    count = np.arange(0.0, 400.0)
    history = np.array([3.0]), np.array([20.0]), np.array([30.0])
    chance = np.exp(model.log_pmf(count, *history, horizon=20.0, **at))
    mean = model.expected_purchases(*history, start=0.0, end=20.0, **at)[0]
    variance = model.variance_of_purchases(*history, horizon=20.0, **at)[0]
    assert chance.sum() == pytest.approx(1.0, rel=1e-12)
    assert chance @ count == pytest.approx(mean, rel=1e-11)
    assert chance @ (count - mean) ** 2 == pytest.approx(variance, rel=1e-10)
    new = np.exp(model.log_pmf_new_customer(count, 20.0, **at))
    born = model.expected_purchases_new_customer(20.0, **at)
    assert new.sum() == pytest.approx(1.0, rel=1e-12)
    assert new @ count == pytest.approx(float(born), rel=1e-11)


@every_model
@settings(max_examples=EXAMPLES)
@given(logs=shapes, c=st.floats(1e-3, 1e3))
def test_another_unit_of_time_changes_the_likelihood_alone(
    model: Any, names: tuple[str, ...], logs: tuple[float, ...], c: float
) -> None:
    at = _parameters(names, logs)
    other = {name: value * c if name in TIMED else value for name, value in at.items()}
    x, t_x, T = _histories()
    here, there = (x, t_x, T), (x, t_x * c, T * c)
    moved = model.log_likelihood(*there, **other) + x * np.log(c)
    np.testing.assert_allclose(
        moved, model.log_likelihood(*here, **at), rtol=1e-10, atol=1e-10
    )
    for one, same in (
        (
            model.probability_alive(*here, **at),
            model.probability_alive(*there, **other),
        ),
        (
            model.expected_purchases(*here, start=2.0, end=9.0, **at),
            model.expected_purchases(*there, start=2.0 * c, end=9.0 * c, **other),
        ),
        (
            model.discounted_expected_purchases(
                *here, horizon=52.0, log_rate=0.01, **at
            ),
            model.discounted_expected_purchases(
                *there, horizon=52.0 * c, log_rate=0.01 / c, **other
            ),
        ),
        (
            model.posterior_mean_rate(*here, **at),
            model.posterior_mean_rate(*there, **other) * c,
        ),
    ):
        np.testing.assert_allclose(one, same, rtol=1e-9)


@every_model
@settings(max_examples=EXAMPLES)
@given(logs=shapes)
def test_discounting_lowers_value_and_has_its_bounds(
    model: Any, names: tuple[str, ...], logs: tuple[float, ...]
) -> None:
    at = _parameters(names, logs)
    x, t_x, T = _histories()

    def worth(horizon: float, log_rate: float) -> FloatArray:
        found: FloatArray = model.discounted_expected_purchases(
            x, t_x, T, horizon=horizon, log_rate=log_rate, **at
        )
        return found

    plain = model.expected_purchases(x, t_x, T, start=0.0, end=52.0, **at)
    np.testing.assert_array_equal(worth(52.0, 0.0), plain)
    np.testing.assert_allclose(worth(52.0, 1e-12), plain, rtol=1e-9)
    assert np.all(worth(52.0, 0.1) <= worth(52.0, 0.01))
    assert np.all(worth(52.0, -0.001) >= plain)
    assert np.all(worth(52.0, 0.01) <= worth(np.inf, 0.01) * (1 + 1e-13))
    alive = model.probability_alive(x, t_x, T, **at)
    pace = alive * (at["r"] + x) / (at["alpha"] + T)
    assert np.all(worth(np.inf, 0.01) <= pace / 0.01 * (1 + 1e-12))
    assert worth(0.0, 0.01).tolist() == [0.0] * x.size
    later = [
        np.exp(-0.01 * (t + 0.25))
        * model.expected_purchases(x, t_x, T, start=t, end=t + 0.5, **at)
        for t in np.arange(0.0, 5.0, 0.5)
    ]
    np.testing.assert_allclose(worth(5.0, 0.01), np.sum(later, axis=0), rtol=1e-4)


@every_model
@settings(max_examples=EXAMPLES)
@given(logs=shapes)
def test_posterior_means_are_ratios_of_likelihoods(
    model: Any, names: tuple[str, ...], logs: tuple[float, ...]
) -> None:
    """A gamma density times its variable is the gamma density of a shape one higher."""
    at = _parameters(names, logs)
    x, t_x, T = _histories()
    plain = model.log_likelihood(x, t_x, T, **at)
    first, second, third, fourth = at.values()
    of_third = third / fourth if names == PARETO else third / (third + fourth)
    for name, population, posterior in (
        (names[0], first / second, model.posterior_mean_rate),
        (names[2], of_third, model.posterior_mean_dropout),
    ):
        raised = model.log_likelihood(x, t_x, T, **{**at, name: at[name] + 1.0})
        known = population * np.exp(raised - plain)
        np.testing.assert_allclose(posterior(x, t_x, T, **at), known, rtol=1e-9)


@every_model
def test_as_dropout_vanishes_it_becomes_the_nbd(
    model: Any, names: tuple[str, ...]
) -> None:
    x, t_x, T = _histories()
    centre = dict(zip(names, CENTRES[model], strict=True))
    at = {**centre, names[2]: 1e-13}
    nbd = (
        np.array([_log_rising(at["r"], count) for count in x])
        - at["r"] * np.log1p(T / at["alpha"])
        - x * np.log(at["alpha"] + T)
    )
    found = model.log_likelihood(x, t_x, T, **at)
    recent = np.array([0, 1, 2, 3, 4, 5, 7])  # 80 purchases, then silence: never NBD
    np.testing.assert_allclose(found[recent], nbd[recent], rtol=1e-8)


def _log_rising(r: float, count: float) -> float:
    return float(np.sum(np.log(r + np.arange(count))))


@every_model
@settings(max_examples=EXAMPLES)
@given(logs=shapes)
def test_the_total_is_the_sum_and_its_derivatives_are_derivatives(
    model: Any, names: tuple[str, ...], logs: tuple[float, ...]
) -> None:
    at = _parameters(names, logs)
    x, t_x, T = _histories()
    weights = np.arange(1.0, x.size + 1.0)
    log_parameters = np.log(list(at.values()))
    objective: Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]
    objective = model.objective(x, t_x, T, weights)
    value, slope, bend = objective(log_parameters)
    each = model.log_likelihood(x, t_x, T, **at)
    assert value == pytest.approx(float(weights @ each), rel=1e-12)
    np.testing.assert_allclose(
        slope, weights @ model.gradient(x, t_x, T, **at), rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(bend, bend.T, rtol=1e-12)
    step = 1e-4
    for i, move in enumerate(step * np.eye(4)):
        # Richardson: the error of the central difference falls as step to the fourth.
        near = _difference(objective, log_parameters, move)
        far = _difference(objective, log_parameters, 2 * move)
        rise = (4 * near - far) / 3 / step
        np.testing.assert_allclose(bend[i], rise, rtol=1e-6, atol=1e-6)


def _difference(
    objective: Callable[[FloatArray], tuple[float, FloatArray, FloatArray]],
    at: FloatArray,
    move: FloatArray,
) -> FloatArray:
    up, down = objective(at + move)[1], objective(at - move)[1]
    return (up - down) / (2 * float(move.max()) / 1e-4)


@every_model
@pytest.mark.parametrize("far", [5.0, 30.0, 100.0])
def test_a_search_gone_astray_meets_numbers_and_no_warning(
    model: Any, names: tuple[str, ...], far: float
) -> None:
    x, t_x, T = _histories()
    objective = model.objective(x, t_x, T, np.ones(x.size))
    for corner in product((-far, far), repeat=len(names)):
        for part in objective(np.array(corner)):
            assert np.all(np.isfinite(part)), corner


@every_model
def test_rows_and_weights_say_the_same(model: Any, names: tuple[str, ...]) -> None:
    x, t_x, T = _histories()
    at = np.log(CENTRES[model])
    once = model.objective(x, t_x, T, np.full(8, 2.0))(at)
    rows = [np.concatenate([column, column]) for column in (x, t_x, T)]
    twice = model.objective(*rows, np.ones(16))(at)
    for one, same in zip(once, twice, strict=True):
        np.testing.assert_allclose(one, same, rtol=1e-12)
    assert names


@every_model
def test_a_row_does_not_know_of_other_rows(model: Any, names: tuple[str, ...]) -> None:
    x, t_x, T = _histories()
    at = dict(zip(names, CENTRES[model], strict=True))
    all_rows = model.expected_purchases(x, t_x, T, start=0.0, end=13.0, **at)
    for i in range(x.size):
        one = slice(i, i + 1)
        alone = model.expected_purchases(
            x[one], t_x[one], T[one], start=0.0, end=13.0, **at
        )
        np.testing.assert_allclose(all_rows[one], alone, rtol=1e-13)


@every_model
def test_many_ends_at_once_are_each_end_alone(
    model: Any, names: tuple[str, ...]
) -> None:
    at = _parameters(names, (0.0, 0.0, 0.0, 0.0))
    rng = np.random.default_rng(5)
    T = rng.integers(1, 700, 300) / 7.0
    x = rng.poisson(0.6 * T).astype(float)
    t_x = np.where(x > 0, 0.9 * T, 0.0)
    ends = np.array([0.0, 0.5, 13.0, 52.0, 400.0])
    together = model.expected_purchases(
        x[:, None], t_x[:, None], T[:, None], start=0.0, end=ends, **at
    )
    for end, found in zip(ends.tolist(), together.T, strict=True):
        alone = model.expected_purchases(x, t_x, T, start=0.0, end=end, **at)
        np.testing.assert_allclose(found, alone, rtol=1e-11)


@every_model
@pytest.mark.parametrize("r", [0.05, 0.5, 30.0])
@pytest.mark.parametrize("third", [1e-3, 0.7, 9.0])
def test_a_history_without_a_purchase_has_the_chance_of_none(
    model: Any, names: tuple[str, ...], r: float, third: float
) -> None:
    at = dict(zip(names, [r, 4.4, third, 2.4], strict=True))
    T = np.array([1e-9, 1e-4, 0.1, 1.0, 30.0, 1e5])
    found = model.log_likelihood(np.zeros(6), np.zeros(6), T, **at)
    # Another way to the same: of the shortest times with all digits too.
    none = model.log_pmf_new_customer(0.0, T, **at)
    np.testing.assert_allclose(found, none, rtol=1e-11, atol=1e-15)
    some = np.exp(model.log_pmf_new_customer(np.arange(1.0, 9.0)[:, None], T[:2], **at))
    np.testing.assert_allclose(found[:2], np.log1p(-some.sum(axis=0)), rtol=1e-11)


@every_model
def test_who_just_bought_is_there_with_the_rates_of_who_is(
    model: Any, names: tuple[str, ...]
) -> None:
    at = dict(zip(names, CENTRES[model], strict=True))
    x, T = np.array([2.0, 9.0, 4.0]), np.array([3.0, 30.0, 8.0])
    rate = model.posterior_mean_rate(x, T, T, **at)
    known = (at["r"] + x) / (at["alpha"] + T)
    np.testing.assert_allclose(rate, known, rtol=1e-13)
    if names == PARETO:  # where a coin falls at each purchase, one may just have
        dropout = model.posterior_mean_dropout(x, T, T, **at)
        np.testing.assert_allclose(dropout, at["s"] / (at["beta"] + T), rtol=1e-13)


def test_a_fit_of_the_nbd_starts_at_the_mean_rate_and_a_shape_of_1() -> None:
    x, T, weights = np.array([3.0, 0.0, 5.0]), np.array([9.0, 4.0, 2.0]), np.arange(3.0)
    r, alpha = np.exp(nbd.start_values(x, T, weights))
    assert r == 1
    assert alpha == pytest.approx((4.0 + 2 * 2.0) / (2 * 5.0), rel=1e-14)
