"""The futures of the BG/NBD and the MBG/NBD against plain sums over the chance."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.special import betainc

from crmkit.kernels.purchases import beta_geometric_future as future
from crmkit.kernels.purchases.beta_geometric import BetaGeometric, bg_nbd, mbg_nbd
from crmkit.typing import FloatArray

COIN: dict[str, Any] = {"r": 0.24, "alpha": 4.4, "a": 0.8, "b": 2.4}
SHAPES = [*product((0.05, 1.0, 30.0), (0.1, 2.0, 40.0), (0.3, 90.0))]
# Very skewed ones, in which a tail or the other decides.
SHAPES += [(50.0, 1.0, 700.0), (0.02, 0.02, 5.0), (300.0, 900.0, 0.02), (3.0, 7.0, 2.5)]
BOTH = pytest.mark.parametrize("model", [bg_nbd, mbg_nbd], ids=["bg_nbd", "mbg_nbd"])

Given = Callable[[FloatArray, FloatArray], FloatArray]


def plain_log_mean(given: Given, a: float, b: float) -> float:
    """Sum over a fine grid of logits: of chances, and of one minus chances."""
    peak, curvature = np.log(a / b), a * b / (a + b)
    step = min(0.1, 0.3 / np.sqrt(curvature))
    logit = peak + np.arange(-45 / a - 25 - 150 * step, 45 / b + 150 * step, step)
    log_p, log_q = -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit)
    density = a * log_p + b * log_q
    terms = density + given(np.exp(log_p), log_p)
    sums = [high + np.log(np.exp(part - high).sum()) for part in (terms, density)
            for high in (part.max(),)]  # fmt: skip
    return float(sums[0] - sums[1])


def now(a: float, b: float, k: float, A: float = 2.0) -> future.Now:
    return future.Now(frequency=0.0, T=0.0, first_toss=0, r=k, alpha=A, a=a, b=b)


@pytest.mark.parametrize("elapsed", [1e-6, 0.5, 30.0, 1e5])
def test_the_chance_to_stay_is_a_mean_over_the_chance(elapsed: float) -> None:
    for a, b, k in SHAPES:

        def given(p: FloatArray, log_p: FloatArray, k: float = k) -> FloatArray:
            assert p.shape == log_p.shape
            return -k * np.log1p(elapsed / 2 * p)

        found = future.log_survival(elapsed, now(a, b, k))
        known = plain_log_mean(given, a, b)
        assert float(found) == pytest.approx(known, rel=1e-11, abs=1e-12), (a, b, k)


@pytest.mark.parametrize(
    ("start", "end"), [(0.0, 1e-6), (0.0, 0.5), (0.0, 1e4), (0.4, 1e3), (30.0, 31.0)]
)
def test_purchases_ahead_are_a_mean_over_the_chance(start: float, end: float) -> None:
    for a, b, k in SHAPES:

        def given(p: FloatArray, log_p: FloatArray, k: float = k) -> FloatArray:
            before, pace = 1 + start / 2 * p, (end - start) / 2
            gone = k * np.log1p(pace * p / before)
            left = np.log(-np.expm1(-np.maximum(gone, 1e-300)))
            # Of the smallest chances what is left is a ratio of two of their powers.
            small = np.log(k * pace) + log_p
            log_gone = np.where(p < 1e-200, small, left)
            return np.asarray(log_gone - log_p - k * np.log(before))

        found = future.purchases(start, end, now(a, b, k))
        known = plain_log_mean(given, a, b)
        assert float(np.log(found)) == pytest.approx(known, rel=1e-11, abs=1e-12), (
            a,
            b,
            k,
        )


@pytest.mark.parametrize("elapsed", [1e-3, 0.5, 30.0, 1e4])
def test_pairs_of_purchases_are_a_mean_over_the_chance(elapsed: float) -> None:
    for a, b, k in SHAPES:

        def given(p: FloatArray, log_p: FloatArray, k: float = k) -> FloatArray:
            step = elapsed / 2 * p
            twice = betainc(2.0, k, np.maximum(step / (1 + step), 1e-140))
            small = np.log(k * (k + 1) / 2) + 2 * np.log(elapsed / 2)
            return np.where(p < 1e-70, small, np.log(twice) - 2 * log_p)

        found = future.purchases_factorial_moment(elapsed, now(a, b, k))
        known = np.log(2 * b / (a + b)) + plain_log_mean(given, a, b + 1)
        assert float(np.log(found)) == pytest.approx(known, rel=1e-11, abs=1e-11), (
            a,
            b,
            k,
        )


# Heavy buyers of a short time: the function falls far faster than the chance varies.
HEAVY = [
    (68.0, 86.0, 1685.0, 0.176), (52.5, 194.0, 2613.0, 0.0588),
    (0.35, 0.02, 2644.0, 0.09), (1.13, 0.16, 1562.0, 0.036),
    (0.88, 26.1, 613.0, 0.022),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "k", "A"), HEAVY)
def test_the_future_of_a_heavy_buyer_is_a_mean_over_the_chance(
    a: float, b: float, k: float, A: float
) -> None:
    at = now(a, b, k, A)
    for start, end in ((0.0, 3.7), (0.4, 220.0), (100.0, 100.01)):
        pace = (end - start) / A

        def stay(p: FloatArray, _: FloatArray, start: float = start) -> FloatArray:
            return -k * np.log1p(start / A * p)

        def buys(
            p: FloatArray, log_p: FloatArray, start: float = start, pace: float = pace
        ) -> FloatArray:
            before = 1 + start / A * p
            gone = np.maximum(k * np.log1p(pace * p / before), 1e-300)
            log_gone = np.where(
                p < 1e-200, np.log(k * pace) + log_p, np.log(-np.expm1(-gone))
            )
            return np.asarray(log_gone - log_p - k * np.log(before))

        found = future.log_survival(start, at)
        known = plain_log_mean(stay, a, b)
        assert float(found) == pytest.approx(known, rel=1e-10, abs=1e-12)
        found = np.log(future.purchases(start, end, at))
        known = plain_log_mean(buys, a, b)
        assert float(found) == pytest.approx(known, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("log_rate", [1.9e-4, 0.5])
@pytest.mark.parametrize("horizon", [230.0, np.inf])
def test_what_a_heavy_buyer_is_worth_is_an_integral_by_parts(
    horizon: float, log_rate: float
) -> None:
    at = now(0.67, 0.019, 1239.0, 0.078)
    nodes, weights = np.polynomial.legendre.leggauss(12)
    edges = np.concatenate([[0.0], np.geomspace(1e-7, min(horizon, 45 / log_rate), 60)])
    half = np.diff(edges)[:, None] / 2
    t = (edges[:-1, None] + half * (1 + nodes)).ravel()
    mass = (half * weights).ravel() * log_rate * np.exp(-log_rate * t)
    whole = future.purchases(0.0, edges[-1], at) * np.exp(-log_rate * edges[-1])
    known = whole + mass @ future.purchases(0.0, t, at)
    found = future.discounted_purchases(horizon, log_rate, at)
    assert float(found) == pytest.approx(float(known), rel=1e-10, abs=0)


@pytest.mark.parametrize("log_rate", [1e-3, 0.2, 30.0, -0.05])
@pytest.mark.parametrize("horizon", [0.01, 40.0])
def test_discounting_is_an_integral_by_parts(horizon: float, log_rate: float) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(20)
    fall = min(horizon, 60 / abs(log_rate))
    edges = np.concatenate([[0.0], np.geomspace(1e-3, 1.0, 12)]) * fall
    half = np.diff(edges)[:, None] / 2
    t = (edges[:-1, None] + half * (1 + nodes)).ravel()
    mass = (half * weights).ravel() * log_rate * np.exp(-log_rate * t)
    for a, b, k in ((0.05, 2.0, 0.3), (1.0, 1.0, 3.0), (30.0, 40.0, 90.0)):
        at = now(a, b, k)
        whole = future.purchases(0.0, horizon, at) * np.exp(-log_rate * horizon)
        known = whole + mass @ future.purchases(0.0, t, at)
        found = future.discounted_purchases(horizon, log_rate, at)
        assert float(found) == pytest.approx(float(known), rel=1e-9, abs=0), (a, b, k)


@BOTH
def test_each_row_may_have_a_horizon_and_a_rate_of_its_own(
    model: BetaGeometric,
) -> None:
    x = np.array([0.0, 2.0, 2.0, 9.0, 9.0, 1.0, 0.0])
    T = np.array([3.0, 20.0, 50.0, 30.0, 30.0, 8.0, 9.0])
    history = x, np.where(x > 0, 0.9 * T, 0.0), T
    horizon = np.array([0.0, 5.0, 5.0, np.inf, np.inf, 1.0, np.inf])
    log_rate = np.array([0.1, 0.0, 0.1, 0.1, -0.1, -0.1, 0.0])
    at = COIN | {"a": 1.5}
    found = model.discounted_expected_purchases(
        *history, horizon=horizon, log_rate=log_rate, **at
    )
    for i, (end, rate) in enumerate(zip(horizon, log_rate, strict=True)):
        alone = model.discounted_expected_purchases(
            *(column[i : i + 1] for column in history),
            horizon=float(end),
            log_rate=float(rate),
            **at,
        )
        np.testing.assert_allclose(found[i], alone[0], rtol=1e-12)
    assert found[0] == 0
    assert found[4] == np.inf
    ends = model.expected_purchases(*history, start=0.0, end=horizon, **at)
    np.testing.assert_allclose(found[[1, 6]], ends[[1, 6]], rtol=1e-13)


@BOTH
@pytest.mark.parametrize("start", [0.0, 0.5, 1.0, 2.0])
def test_many_ends_after_one_start_are_differences(
    model: BetaGeometric, start: float
) -> None:
    history = np.array([[4.0], [0.0]]), np.array([[8.0], [0.0]]), np.array([[9.0]] * 2)
    ends = np.array([start, start + 0.5, 7.0, 900.0])
    found = model.expected_purchases(*history, start=start, end=ends, **COIN)
    starts = np.full(4, start)
    same = model.expected_purchases(*history, start=starts, end=ends, **COIN)
    np.testing.assert_allclose(same, found, rtol=1e-12)
    for at, end in enumerate(ends.tolist()):
        until, before = (
            model.expected_purchases(*history, start=0.0, end=time, **COIN)[:, 0]
            for time in (end, start)
        )
        np.testing.assert_allclose(found[:, at], until - before, rtol=1e-11, atol=1e-15)


@BOTH
@pytest.mark.parametrize("horizon", [0.0, 0.5, 1.0, 13.0])
@pytest.mark.parametrize("n", [0.0, 1.0, 3.0])
def test_one_count_of_many_rows_is_that_of_each_row_alone(
    model: BetaGeometric, n: float, horizon: float
) -> None:
    T = np.random.default_rng(4).uniform(1.0, 80.0, 400)
    x = np.tile([3.0, 0.0], 200)
    history = x, np.where(x > 0, 0.8 * T, 0.0), T
    many = model.log_pmf(n, *history, horizon=horizon, **COIN)
    if horizon == 0:
        assert np.all(many == (0.0 if n == 0 else -np.inf))
    # Counts and horizons of their own for each row take another road.
    each = model.log_pmf(np.full(400, n), *history, horizon=horizon, **COIN)
    np.testing.assert_allclose(many, each, rtol=1e-11, atol=1e-14)
    horizons = np.full(400, horizon)
    each = model.log_pmf(n, *history, horizon=horizons, **COIN)
    np.testing.assert_allclose(many, each, rtol=1e-11, atol=1e-14)


@BOTH
def test_each_row_may_have_a_count_of_its_own(model: BetaGeometric) -> None:
    x, t_x = np.array([4.0, 0.0, 2.0]), np.array([20.0, 0.0, 3.0])
    T, n = np.array([25.0, 9.0, 7.0]), np.array([1.0, 0.0, 5.0])
    horizon = np.array([13.0, 2.0, 50.0])
    found = model.log_pmf(n, x, t_x, T, horizon=horizon, **COIN)
    one = model.log_pmf(n, x, t_x, T, horizon=13.0, **COIN)
    assert one[0] == found[0]
    for i in range(3):
        row = slice(i, i + 1)
        alone = model.log_pmf(
            float(n[i]), x[row], t_x[row], T[row], horizon=float(horizon[i]), **COIN
        )
        assert found[i] == pytest.approx(alone[0], rel=1e-13, abs=0)
