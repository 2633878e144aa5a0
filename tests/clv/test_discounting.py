"""Discounted purchases of a lifetime, and what must add up over all histories."""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from crmkit import clv
from crmkit.clv.models.discounting import discounting
from crmkit.datasets import simulate_purchases
from crmkit.errors import InvalidValueError

SPEND = clv.GammaGamma(p=6.0, q=4.0, v=15.0)
MODELS: dict[str, Any] = {
    "bg_nbd": clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5),
    "mbg_nbd": clv.MbgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5),
    "pareto_nbd": clv.ParetoNbd(r=0.5, alpha=6.0, s=0.6, beta=11.0),
}
HISTORY = ([0, 2, 7, 30], [0.0, 30.4, 29.4, 12.0], [38.9, 38.9, 38.9, 13.0])


@pytest.fixture(params=list(MODELS))
def model(request: pytest.FixtureRequest) -> Any:
    return MODELS[request.param]


def test_a_lifetime_is_worth_less_the_higher_the_rate(model: Any) -> None:
    rates = [1e-4, 0.001, 0.01, 0.1, 1.0]
    worth = np.array(
        [
            model.discounted_expected_purchases(
                *HISTORY, horizon=math.inf, discount_rate=rate
            )
            for rate in rates
        ]
    )
    assert np.all(np.diff(worth, axis=0) < 0)
    x, _, T = (np.array(column) for column in HISTORY)
    for rate, each in zip(rates, worth, strict=True):  # invariant 22
        bound = (model.r + x) / (model.alpha + T) / math.log1p(rate)
        assert np.all(each <= model.probability_alive(*HISTORY) * bound * (1 + 1e-9))


def test_a_long_horizon_tends_to_a_lifetime(model: Any) -> None:
    long = model.discounted_expected_purchases(
        *HISTORY, horizon=5000, discount_rate=0.02
    )
    for_ever = model.discounted_expected_purchases(
        *HISTORY, horizon=math.inf, discount_rate=0.02
    )
    assert long == pytest.approx(for_ever, rel=1e-9)


def test_the_integral_of_the_alive_path_is_the_discounted_sum(model: Any) -> None:
    # Trapezoid of exp(-delta t) dE over fine steps; its error falls with the square.
    edges = np.linspace(0, 40, 401)
    steps = [
        model.expected_purchases(*HISTORY, horizon=0.1, start=start)
        for start in edges[:-1]
    ]
    middle = np.exp(-math.log1p(0.02) * (edges[:-1] + 0.05))
    assert middle @ np.array(steps) == pytest.approx(
        model.discounted_expected_purchases(*HISTORY, horizon=40, discount_rate=0.02),
        rel=1e-5,
    )


def test_without_discount_pareto_nbd_tends_to_its_closed_form() -> None:
    # Invariant 22: s > 1 has (r + x) / (alpha + T) (beta + T) / (s - 1) P(alive).
    model = clv.ParetoNbd(r=0.5, alpha=6.0, s=3.0, beta=11.0)
    x, _, T = (np.array(column) for column in HISTORY)
    closed = (model.r + x) / (model.alpha + T) * (model.beta + T) / (model.s - 1)
    worth = model.discounted_expected_purchases(
        *HISTORY, horizon=math.inf, discount_rate=0.0
    )
    assert worth == pytest.approx(closed * model.probability_alive(*HISTORY), rel=1e-9)


def test_expectations_over_histories_add_up_to_the_expectation_before_them(
    model: Any,
) -> None:  # invariant 12, by Monte Carlo
    rng = np.random.default_rng(6)
    n = 40_000
    drawn = simulate_purchases(n, purchases=model, spend=SPEND, T=20.0, rng=rng)
    customers: Any = drawn.customers
    ahead = model.expected_purchases(
        customers["frequency"], customers["recency"], customers["T"], horizon=15
    )
    before = model.expected_purchases_new_customer([20, 35])
    error = ahead.std() / n**0.5
    assert ahead.mean() == pytest.approx(before[1] - before[0], abs=4 * error)


def test_threads_get_what_one_gets_alone(model: Any) -> None:  # invariant 49
    rng = np.random.default_rng(2)
    drawn = simulate_purchases(6000, purchases=model, spend=SPEND, T=30.0, rng=rng)
    customers: Any = drawn.customers
    fits: dict[str, Any] = {
        "BgNbd": clv.fit_bg_nbd,
        "MbgNbd": clv.fit_mbg_nbd,
        "ParetoNbd": clv.fit_pareto_nbd,
    }
    fit = fits[type(model).__name__]
    alone = fit(customers)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda _: fit(customers), range(8)))
    assert all(each == alone for each in together)


@pytest.mark.parametrize("rate", [-0.01, -0.5, -0.999999])
def test_what_grows_without_end_is_infinite(model: Any, rate: float) -> None:
    worth = model.discounted_expected_purchases(
        *HISTORY, horizon=math.inf, discount_rate=rate
    )
    assert np.all(np.isposinf(worth))


@pytest.mark.parametrize(
    ("horizon", "rate"), [(5200, -0.5), (52000, -0.05), (1e9, -1e-6), (1e15, -0.1)]
)
def test_growth_no_float_can_hold_is_refused(
    model: Any, horizon: float, rate: float
) -> None:
    with pytest.raises(InvalidValueError, match="'discount_rate' and 'horizon'"):
        model.discounted_expected_purchases(
            *HISTORY, horizon=horizon, discount_rate=rate
        )


def test_growth_by_e_to_the_600_is_the_most() -> None:
    log_rate = math.log1p(-0.5)
    most = 600.0 / -log_rate
    assert -log_rate * most == 600.0
    assert discounting(most, -0.5) == {"horizon": most, "log_rate": log_rate}
    with pytest.raises(InvalidValueError) as refused:
        discounting(math.nextafter(most, 1e9), -0.5)
    assert str(refused.value) == (
        "arguments 'discount_rate' and 'horizon': growth by a factor of e to the 600 "
        "at -0.5 over 865.617. Pass a discount_rate of 0 or more, or a shorter horizon."
    )


@pytest.mark.parametrize(
    "discounted", [clv.Nbd(r=1, alpha=9), clv.BgBb(alpha=1, beta=1, gamma=1, delta=2)]
)
def test_every_model_refuses_it(discounted: Any) -> None:
    with pytest.raises(InvalidValueError, match="'discount_rate' and 'horizon'"):
        discounted.discounted_expected_purchases(
            [1], [3], [9], horizon=5200, discount_rate=-0.5
        )


@pytest.mark.parametrize(
    ("rate", "horizon"),
    [(-math.expm1(-0.1), 5900.0), (-math.expm1(-5.9), 100.0), (0.9, 3.0)],
)
def test_growth_is_integrated_to_the_last_digits(rate: float, horizon: float) -> None:
    # Gompertz-like growth e^(du) (1 + u/B)^-s, by mpmath's quadrature in pieces.
    import mpmath

    model, growth = MODELS["pareto_nbd"], -math.log1p(-rate)
    B = model.beta + 38.9
    with mpmath.workdps(30):
        ends = [horizon * (1 - mpmath.mpf(2) ** -k) for k in range(14)] + [horizon]
        time: Any = mpmath.quad(
            lambda u: mpmath.exp(growth * (u - horizon)) * (1 + u / B) ** -model.s,
            ends,
        )
    factor = math.exp(growth * horizon)
    worth = model.discounted_expected_purchases(
        [2], [30.4], [38.9], horizon=horizon, discount_rate=-rate
    )
    alive = model.probability_alive([2], [30.4], [38.9])
    expected = alive * (model.r + 2) / (model.alpha + 38.9) * float(time) * factor
    np.testing.assert_allclose(worth, expected, rtol=1e-10)


def test_a_rate_of_next_to_nothing_is_no_rate(model: Any) -> None:
    almost, plain = (
        model.discounted_expected_purchases(*HISTORY, horizon=52, discount_rate=rate)
        for rate in (1e-99, 0.0)
    )
    np.testing.assert_allclose(almost, plain, rtol=1e-10)
