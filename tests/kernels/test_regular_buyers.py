"""MBG/CNBD-k with several steps to a purchase: identities that hold at any steps."""

from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import special, stats

from crmkit.kernels.purchases import erlang_future, mbg_cnbd_k
from crmkit.kernels.purchases.beta_geometric import mbg_nbd
from crmkit.kernels.purchases.erlang_sample import sample_lives, sample_times
from crmkit.typing import FloatArray

REGULAR: dict[str, Any] = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
X = np.array([0.0, 0.0, 1.0, 1.0, 3.0, 12.0, 25.0])
LAST = np.array([0.0, 0.0, 4.0, 9.0, 20.0, 30.0, 31.0])
T = np.array([0.3, 9.0, 30.0, 9.0, 21.0, 31.0, 60.0])
HISTORY = X, LAST, T


@pytest.mark.parametrize("k", [1, 2, 5])
def test_posterior_means_are_ratios_of_likelihoods(k: int) -> None:
    plain = mbg_cnbd_k.log_likelihood(*HISTORY, k=k, **REGULAR)
    faster = mbg_cnbd_k.log_likelihood(*HISTORY, k=k, **REGULAR | {"r": 1.85})
    rate = mbg_cnbd_k.posterior_mean_rate(*HISTORY, k=k, **REGULAR)
    mean = 0.85 / 1.45 / k
    np.testing.assert_allclose(rate, mean * np.exp(faster - plain), rtol=1e-11)
    sooner = mbg_cnbd_k.log_likelihood(*HISTORY, k=k, **REGULAR | {"a": 1.79})
    dropout = mbg_cnbd_k.posterior_mean_dropout(*HISTORY, k=k, **REGULAR)
    mean = 0.79 / (0.79 + 2.42)
    np.testing.assert_allclose(dropout, mean * np.exp(sooner - plain), rtol=1e-11)


@pytest.mark.parametrize("c", [1e-3, 7.0, 1e3])
@pytest.mark.parametrize("k", [2, 5])
def test_another_unit_of_time_changes_the_likelihood_alone(k: int, c: float) -> None:
    at, other = REGULAR | {"k": k}, REGULAR | {"k": k, "alpha": 1.45 * c}
    there = X, LAST * c, T * c
    moved = mbg_cnbd_k.log_likelihood(*there, **other) + X * np.log(c)
    np.testing.assert_allclose(
        moved, mbg_cnbd_k.log_likelihood(*HISTORY, **at), rtol=1e-11
    )
    for one, same in (
        (
            mbg_cnbd_k.expected_purchases(*HISTORY, start=2.0, end=9.0, **at),
            mbg_cnbd_k.expected_purchases(*there, start=2.0 * c, end=9.0 * c, **other),
        ),
        (
            mbg_cnbd_k.discounted_expected_purchases(
                *HISTORY, horizon=52.0, log_rate=0.05, **at
            ),
            mbg_cnbd_k.discounted_expected_purchases(
                *there, horizon=52.0 * c, log_rate=0.05 / c, **other
            ),
        ),
        (
            mbg_cnbd_k.probability_alive_after(*HISTORY, elapsed=9.0, **at),
            mbg_cnbd_k.probability_alive_after(*there, elapsed=9.0 * c, **other),
        ),
    ):
        np.testing.assert_allclose(one, same, rtol=1e-9)


@pytest.mark.parametrize("k", [1, 2, 3, 7])
def test_the_total_has_the_derivatives_of_the_weighted_sum(k: int) -> None:
    weights, step = np.array([3.0, 1.0, 0.5, 2.0, 4.0, 1.5, 2.5]), 1e-3
    of_point = mbg_cnbd_k.objective(*HISTORY, weights, k=k)
    place = np.log(list(REGULAR.values()))

    def total(point: FloatArray) -> float:
        at = dict(zip(REGULAR, np.exp(point).tolist(), strict=True))
        return float(weights @ mbg_cnbd_k.log_likelihood(*HISTORY, k=k, **at))

    value, slope, bend = of_point(place)
    assert value == pytest.approx(total(place), rel=1e-13, abs=0)
    np.testing.assert_allclose(bend, bend.T, rtol=1e-13)
    for at, along in enumerate(step * np.eye(4)):
        # Differences at four places: their error falls as the step to the fourth.
        once = (total(place + along) - total(place - along)) / (2 * step)
        twice = (total(place + 2 * along) - total(place - 2 * along)) / (4 * step)
        assert slope[at] == pytest.approx((4 * once - twice) / 3, rel=1e-8, abs=1e-9)
        near = (of_point(place + along)[1] - of_point(place - along)[1]) / (2 * step)
        up, down = of_point(place + 2 * along)[1], of_point(place - 2 * along)[1]
        far = (up - down) / (4 * step)
        np.testing.assert_allclose(bend[at], (4 * near - far) / 3, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("age", [3.0, 50.0, 1e6])
def test_who_fell_silent_beyond_doubt_has_left(k: int, age: float) -> None:
    # The odds to be there still are below the smallest number.
    history = np.array([300.0]), np.array([1.0]), np.array([age])
    found = mbg_cnbd_k.objective(*history, np.ones(1), k=k)(
        np.log(list(REGULAR.values()))
    )
    r, alpha, a, b = REGULAR.values()
    # By log a and by log b: 300 coins of 300 survived, and then one lost.
    lost = 1 - sum(a / (a + b + j) for j in range(301))
    survived = sum(b / (b + j) for j in range(300)) - sum(
        b / (a + b + j) for j in range(301)
    )
    np.testing.assert_allclose(found[1][2:], [lost, survived], rtol=1e-11)
    rise = r * sum(1 / (r + j) for j in range(300 * k)) + r * np.log(
        alpha / (alpha + 1)
    )
    fall = (r - 300 * k * alpha) / (alpha + 1)
    np.testing.assert_allclose(found[1][:2], [rise, fall], rtol=1e-11)


@pytest.mark.parametrize("horizon", [1e-3, 0.3, 5.0])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_no_purchase_is_what_is_left_of_all_others(k: int, horizon: float) -> None:
    n = np.arange(1.0, 150.0)[:, None]
    some = np.exp(mbg_cnbd_k.log_pmf(n, *HISTORY, horizon=horizon, k=k, **REGULAR))
    none = mbg_cnbd_k.log_pmf(0.0, *HISTORY, horizon=horizon, k=k, **REGULAR)
    np.testing.assert_allclose(
        none, np.log1p(-some.sum(axis=0)), rtol=1e-11, atol=1e-15
    )
    new = mbg_cnbd_k.log_pmf_new_customer(n[:, 0], horizon, k=k, **REGULAR)
    first = mbg_cnbd_k.log_pmf_new_customer(0.0, horizon, k=k, **REGULAR)
    np.testing.assert_allclose(
        first, np.log1p(-np.exp(new).sum()), rtol=1e-11, atol=1e-15
    )
    mean = mbg_cnbd_k.expected_purchases_new_customer(horizon, k=k, **REGULAR)
    assert float(mean) == pytest.approx(float(np.exp(new) @ n[:, 0]), rel=1e-11, abs=0)


@pytest.mark.parametrize(
    ("horizon", "log_rate"), [(0.5, 1.0), (9.0, 0.05), (9.0, -0.1), (30.0, 0.4)]
)
@pytest.mark.parametrize(("row", "k"), [(2, 2), (4, 3), (3, 7)])
def test_discounting_is_an_integral_by_parts(
    row: int, k: int, horizon: float, log_rate: float
) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(8)
    edges = np.concatenate([[0.0], np.geomspace(0.05, 1.0, 6)]) * horizon
    half = np.diff(edges)[:, None] / 2
    t = (edges[:-1, None] + half * (1 + nodes)).ravel()
    ends = np.append(t, horizon)
    mass = (half * weights).ravel() * log_rate * np.exp(-log_rate * t)
    history = tuple(np.full(ends.size, column[row]) for column in HISTORY)
    until = mbg_cnbd_k.expected_purchases(*history, start=0.0, end=ends, k=k, **REGULAR)
    known = until[-1] * np.exp(-log_rate * horizon) + mass @ until[:-1]
    found = mbg_cnbd_k.discounted_expected_purchases(
        *(column[:1] for column in history),
        horizon=horizon,
        log_rate=log_rate,
        k=k,
        **REGULAR,
    )
    assert found[0] == pytest.approx(known, rel=1e-9, abs=0)


def test_each_row_may_have_a_horizon_and_a_rate_of_its_own() -> None:
    horizon = np.array([0.0, 5.0, 5.0, np.inf, np.inf, 1.0, np.inf])
    log_rate = np.array([0.1, 0.0, 0.1, 0.1, -0.1, -0.1, 0.0])
    at = REGULAR | {"k": 3, "a": 1.5}
    found = mbg_cnbd_k.discounted_expected_purchases(
        *HISTORY, horizon=horizon, log_rate=log_rate, **at
    )
    for i, (end, rate) in enumerate(zip(horizon, log_rate, strict=True)):
        row = tuple(column[i : i + 1] for column in HISTORY)
        alone = mbg_cnbd_k.discounted_expected_purchases(
            *row, horizon=float(end), log_rate=float(rate), **at
        )
        np.testing.assert_allclose(found[i], alone[0], rtol=1e-12)
    assert found[0] == 0
    assert found[4] == np.inf
    ends = mbg_cnbd_k.expected_purchases(*HISTORY, start=0.0, end=horizon, **at)
    np.testing.assert_allclose(found[[1, 6]], ends[[1, 6]], rtol=1e-13)


def by_mpmath(row: int, k: int, horizon: float) -> tuple[float, float]:
    """Return the chance to stay, and the purchases, by a gamma mixture of counts."""
    r, alpha, a, b = (mpmath.mpf(value) for value in REGULAR.values())
    x, rate = mpmath.mpf(X[row]), alpha + mpmath.mpf(T[row])
    seen = mpmath.mpf(horizon) / (rate + horizon)
    shape, now = r + k * x, b + x + 1

    def steps(n: int) -> Any:
        return mpmath.exp(
            mpmath.loggamma(shape + n)
            - mpmath.loggamma(shape)
            - mpmath.loggamma(n + 1)
            + n * mpmath.log(seen)
            + shape * mpmath.log(1 - seen)
        )

    def survived(m: int) -> Any:
        return mpmath.beta(a, now + m) / mpmath.beta(a, now)

    chance = [steps(n) for n in range(400)]
    stay = sum(p * survived(n // k) for n, p in enumerate(chance))
    lived = [mpmath.mpf(0)]
    for m in range(400 // k + 1):
        lived.append(lived[-1] + survived(m))
    bought = sum(p * lived[n // k] for n, p in enumerate(chance))
    return float(stay), float(bought)


@pytest.mark.parametrize("row", [1, 3, 5])
@pytest.mark.parametrize("k", [2, 3])
def test_the_future_after_a_purchase_is_a_mixture_of_counts(row: int, k: int) -> None:
    history = X[row : row + 1], T[row : row + 1], T[row : row + 1]
    stay, bought = by_mpmath(row, k, 3.0)
    alive = mbg_cnbd_k.probability_alive(*history, k=k, **REGULAR)[0]
    later = mbg_cnbd_k.probability_alive_after(*history, elapsed=3.0, k=k, **REGULAR)
    assert later[0] == pytest.approx(alive * stay, rel=1e-12, abs=0)
    found = mbg_cnbd_k.expected_purchases(*history, start=0.0, end=3.0, k=k, **REGULAR)
    assert found[0] == pytest.approx(alive * bought, rel=1e-12, abs=0)


@pytest.mark.parametrize("horizon", [52.0, 520.0])
def test_a_heavy_buyer_has_a_value_over_a_long_time(horizon: float) -> None:
    """As a product of its parts it would be infinity times 0."""
    often = np.array([1000.0]), np.array([51.5]), np.array([52.0])
    found = mbg_cnbd_k.discounted_expected_purchases(
        *often, horizon=horizon, log_rate=0.002, k=1, **REGULAR
    )
    known = mbg_nbd.discounted_expected_purchases(
        *often, horizon=horizon, log_rate=0.002, **REGULAR
    )
    np.testing.assert_allclose(found, known, rtol=1e-10)
    history, at = (np.array([100.0]), np.array([103.5]), np.array([104.0])), REGULAR
    plain = mbg_cnbd_k.expected_purchases(*history, start=0.0, end=horizon, k=12, **at)
    found = mbg_cnbd_k.discounted_expected_purchases(
        *history, horizon=horizon, log_rate=1e-13, k=12, **at
    )
    np.testing.assert_allclose(found, plain, rtol=1e-10)


@pytest.mark.parametrize(("horizon", "log_rate"), [(300.0, -1.0), (20.0, -20.0)])
def test_steep_growth_over_a_long_time_needs_many_panels(
    horizon: float, log_rate: float
) -> None:
    ahead: dict[str, Any] = {"horizon": horizon, "log_rate": log_rate} | REGULAR
    one = X[4:5], LAST[4:5], T[4:5]
    found = mbg_cnbd_k.discounted_expected_purchases(*one, k=1, **ahead)
    known = mbg_nbd.discounted_expected_purchases(*one, **ahead)
    np.testing.assert_allclose(found, known, rtol=2e-11, atol=0)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_every_so_many_steps_are_a_purchase_until_the_customer_leaves(k: int) -> None:
    rate, span = np.array([3.0, 0.0, 9.0, 4.0, 6.0]), np.full(5, 8.0)
    phase = np.array([0.0, 0.0, 1.0, 0.0, 1.0]) * (k > 1)
    lives = np.array([np.inf, np.inf, 3.0, 0.0, 1.0])
    seed, never = np.random.default_rng, np.full(5, np.inf)
    # The same seed draws the same steps: at one step to a purchase all are seen.
    who, when = sample_times(rate, np.zeros(5), never, span, seed(3), k=1)
    known: list[tuple[int, float]] = []
    for customer in range(5):
        steps, bought = phase[customer], 0
        for time in when[who == customer].tolist():
            steps += 1
            if steps == k and bought < lives[customer]:
                known.append((customer, time))
                bought += 1
            steps %= k
    found = sample_times(rate, phase, lives, span, seed(3), k=k)
    assert list(zip(*(part.tolist() for part in found), strict=True)) == known
    assert np.all((when > 0) & (when <= 8.0))


def test_lives_are_geometric_and_never_end_without_a_chance_to_leave() -> None:
    rng = np.random.default_rng(4)
    lives = sample_lives(np.repeat([0.0, 1.0, 0.25, 1e-300], [3, 3, 20_000, 3]), rng)
    assert lives[:6].tolist() == [np.inf] * 3 + [1.0] * 3
    assert lives[6:-3].mean() == pytest.approx(4.0, abs=0.12)
    assert (lives[6:-3] == 1).mean() == pytest.approx(0.25, abs=0.015)
    assert np.all((lives[-3:] > 1e17) & np.isfinite(lives[-3:]))


@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_regularity_is_the_density_of_shares_of_a_whole(k: int) -> None:
    rng = np.random.default_rng(5)
    counts, last = np.array([0.0, 1.0, 2.0, 7.0]), np.array([0.0, 4.0, 3.0, 50.0])
    shares = [rng.dirichlet(np.ones(int(x))) if x else np.zeros(0) for x in counts]
    gaps = [float(np.log(part * t).sum()) for part, t in zip(shares, last, strict=True)]
    found = mbg_cnbd_k.regularity_log_likelihood(counts, last, np.array(gaps), k=k)
    known = [
        float(stats.dirichlet.logpdf(part, np.full(part.size, k)))
        - float(stats.dirichlet.logpdf(part, np.ones(part.size)))
        for part in shares[2:]
    ]
    np.testing.assert_allclose(found, [0.0, 0.0, *known], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("t", [0.0, 0.4, 5.0])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_future_of_each_phase_is_that_of_its_steps_and_coins(
    k: int, t: float
) -> None:
    x, age = np.array([0.0, 3.0]), np.array([2.0, 9.0])
    buyer = erlang_future.RegularBuyer(
        frequency=x, T=age, k=k, r=0.8, alpha=1.5, a=0.7, b=2.0
    )
    steps = np.arange(4000)
    for at in range(2):
        for phase in range(k):
            chance = stats.nbinom.pmf(
                steps, 0.8 + k * x[at] + phase, (1.5 + age[at]) / (1.5 + age[at] + t)
            )
            b, many = 3.0 + x[at], (steps + phase) // k
            # The m-th purchase is there if m - 1 coins were survived.
            coins = np.exp(
                special.betaln(0.7, b + np.arange(4001)) - special.betaln(0.7, b)
            )
            made = np.concatenate([[0.0], np.cumsum(coins)])
            twice = np.concatenate([[0.0], np.cumsum(2 * np.arange(4001) * coins)])
            stay = erlang_future.survival(t, buyer)[at, phase]
            assert stay == pytest.approx(chance @ coins[many], rel=1e-11)
            mean = erlang_future.purchases(t, buyer)[at, phase]
            assert mean == pytest.approx(chance @ made[many], rel=1e-11, abs=0)
            pairs = erlang_future.pairs(t, buyer)[at, phase]
            assert pairs == pytest.approx(chance @ twice[many], rel=1e-10, abs=0)
