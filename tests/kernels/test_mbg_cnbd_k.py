"""MBG/CNBD-k: the MBG/NBD at k = 1, its definition on a grid, and its samples."""

from typing import Any

import numpy as np
import pytest
from scipy.special import betaln, gammainc, gammaln, hyp2f1
from scipy.stats import poisson

from crmkit import clv
from crmkit.kernels.base.cells import group
from crmkit.kernels.base.newton import maximise
from crmkit.kernels.purchases import mbg_cnbd_k
from crmkit.kernels.purchases.beta_geometric import mbg_nbd
from crmkit.typing import FloatArray

CDNOW: dict[str, Any] = {
    "r": 0.52484322,
    "alpha": 6.18308583,
    "a": 0.89135936,
    "b": 1.61400202,
}
REGULAR: dict[str, Any] = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
X = np.array([0.0, 1.0, 3.0, 12.0])
LAST = np.array([0.0, 4.0, 20.0, 30.0])
T = np.array([9.0, 30.0, 21.0, 31.0])


def histories(rows: int, seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 30, rows).astype(np.float64)
    T = rng.uniform(1.0, 60.0, rows)
    return x, np.where(x > 0, T * rng.random(rows), 0.0), T


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("log_likelihood", {}),
        ("probability_alive", {}),
        ("log_probability_alive", {}),
        ("probability_alive_after", {"elapsed": 10.0}),
        ("expected_purchases", {"start": 0.0, "end": 0.01}),
        ("expected_purchases", {"start": 0.0, "end": 600.0}),
        ("expected_purchases", {"start": 20.0, "end": 30.0}),
        ("discounted_expected_purchases", {"horizon": 52.0, "log_rate": 0.01}),
        ("discounted_expected_purchases", {"horizon": np.inf, "log_rate": 0.002}),
        ("discounted_expected_purchases", {"horizon": 10.0, "log_rate": -0.01}),
        ("discounted_expected_purchases", {"horizon": 13.0, "log_rate": 0.0}),
        ("variance_of_purchases", {"horizon": 13.0}),
        ("posterior_mean_rate", {}),
        ("posterior_mean_dropout", {}),
    ],
)
def test_with_one_step_to_a_purchase_it_is_the_mbg_nbd(
    name: str, options: dict[str, Any]
) -> None:
    history = histories(60, seed=1)
    found = getattr(mbg_cnbd_k, name)(*history, **options, k=1, **CDNOW)
    known = getattr(mbg_nbd, name)(*history, **options, **CDNOW)
    np.testing.assert_allclose(found, known, rtol=2e-13)


@pytest.mark.parametrize("n", [0, 1, 7])
def test_its_counts_at_one_step_are_those_of_the_mbg_nbd(n: int) -> None:
    history = histories(60, seed=2)
    found = mbg_cnbd_k.log_pmf(n, *history, horizon=13.0, k=1, **CDNOW)
    known = mbg_nbd.log_pmf(n, *history, horizon=13.0, **CDNOW)
    np.testing.assert_allclose(found, known, rtol=1e-13, atol=1e-15)
    ages = np.array([0.0, 1.0, 30.0])
    found = mbg_cnbd_k.log_pmf_new_customer(n, ages, k=1, **CDNOW)
    np.testing.assert_allclose(
        found, mbg_nbd.log_pmf_new_customer(n, ages, **CDNOW), rtol=1e-13, atol=1e-15
    )


def test_all_derivatives_at_one_step_are_those_of_the_mbg_nbd() -> None:
    history = histories(60, seed=3)
    weights, place = np.linspace(1.0, 3.0, 60), np.log(list(CDNOW.values()))
    found = mbg_cnbd_k.objective(*history, weights, k=1)(place)
    known = mbg_nbd.objective(*history, weights)(place)
    assert found[0] == pytest.approx(known[0], rel=1e-13)
    np.testing.assert_allclose(found[1], known[1], rtol=1e-12)
    np.testing.assert_allclose(found[2], known[2], rtol=1e-12)


@pytest.mark.parametrize("k", [2, 5])
def test_derivatives_are_those_of_the_value(k: int) -> None:
    history = histories(60, seed=4)
    of_point = mbg_cnbd_k.objective(*history, np.ones(60), k=k)
    place, step = np.log(list(CDNOW.values())), 1e-5
    value, slope, bend = of_point(place)
    total = mbg_cnbd_k.log_likelihood(*history, k=k, **CDNOW).sum()
    assert value == pytest.approx(total, rel=1e-12)
    for at, along in enumerate(step * np.eye(4)):
        above, below = of_point(place + along), of_point(place - along)
        assert slope[at] == pytest.approx(
            (above[0] - below[0]) / (2 * step), rel=1e-6, abs=1e-6
        )
        np.testing.assert_allclose(
            bend[at], (above[1] - below[1]) / (2 * step), rtol=1e-6, atol=1e-6
        )


class Definition:
    """One history of a buyer, summed over a fine grid of rates of steps."""

    def __init__(self, x: float, last: float, T: float, k: int) -> None:
        r, alpha, self.a, self.b = REGULAR.values()
        self.x, self.k, self.now = x, k, self.b + x + 1
        centre = np.log((r + k * x) / (alpha + last))
        # The trapezoid rule in the logarithm of the rate: exact to rounding.
        self.rate = np.exp(centre + np.linspace(-60.0, 6.0, 12_000))
        prior = r * np.log(alpha) - gammaln(r) + (r + k * x) * np.log(self.rate)
        self.mass = np.exp(prior - self.rate * (alpha + last)) * 66.0 / 11_999
        silent = poisson.pmf(np.arange(k)[:, None], self.rate * (T - last))
        self.silent: FloatArray = np.asarray(silent)
        first = betaln(self.a, self.b)
        self.stayed = np.exp(betaln(self.a, self.now) - first)
        self.left = np.exp(betaln(self.a + 1, self.b + x) - first)

    def here(self, by_phase: list[FloatArray]) -> float:
        parts = zip(self.silent, by_phase, strict=True)
        return float(self.stayed * sum(self.mass @ (s * part) for s, part in parts))

    @property
    def likelihood(self) -> float:
        return self.silence + float(self.left * self.mass.sum())

    @property
    def silence(self) -> float:
        return self.here([np.ones_like(self.rate)] * self.k)

    def expected(self, horizon: float) -> float:
        def survived(coins: int) -> float:
            ratio = betaln(self.a, self.now + coins) - betaln(self.a, self.now)
            return float(np.exp(ratio))

        def of_phase(phase: int) -> FloatArray:
            total: FloatArray = np.zeros_like(self.rate)
            for m in range(1, 60):
                steps = m * self.k - phase
                total += survived(m - 1) * gammainc(steps, self.rate * horizon)
            return total

        return self.here([of_phase(j) for j in range(self.k)]) / self.likelihood

    def discounted(self, delta: float) -> float:
        """Without end it is closed in the rate: a geometric series of thinned steps."""
        fade = self.rate / (self.rate + delta)
        series = hyp2f1(1.0, self.now, self.a + self.now, fade**self.k)
        by_phase = [fade ** (self.k - j) * series for j in range(self.k)]
        return self.here(by_phase) / self.likelihood


@pytest.mark.parametrize(
    ("row", "k"), [(0, 3), (1, 5), (2, 3), (3, 2), (0, 20), (2, 11)]
)
def test_it_is_its_definition(row: int, k: int) -> None:
    x, last, T_ = (float(column[row]) for column in (X, LAST, T))
    by_hand = Definition(x, last, T_, k)
    history: Any = tuple(np.array([value]) for value in (x, last, T_))
    at: dict[str, Any] = {"k": k, **REGULAR}
    # The paper's likelihood holds all times of purchases: the volume of those between.
    ways = gammaln(k * x) - gammaln(x) if x else 0.0
    scale = (k - 1) * x * np.log(max(last, 1.0)) - ways
    found = mbg_cnbd_k.log_likelihood(*history, **at)
    assert found[0] == pytest.approx(np.log(by_hand.likelihood) + scale, rel=1e-11)
    found = mbg_cnbd_k.probability_alive(*history, **at)
    assert found[0] == pytest.approx(by_hand.silence / by_hand.likelihood, rel=1e-11)
    found = mbg_cnbd_k.expected_purchases(*history, start=0.0, end=6.0, **at)
    assert found[0] == pytest.approx(by_hand.expected(6.0), rel=1e-11)
    found = mbg_cnbd_k.discounted_expected_purchases(
        *history, horizon=np.inf, log_rate=0.05, **at
    )
    assert found[0] == pytest.approx(by_hand.discounted(0.05), rel=1e-11)


@pytest.mark.parametrize("k", [2, 3, 9])
def test_moments_are_those_of_the_counts(k: int) -> None:
    n = np.arange(400.0)[:, None]
    log_pmf = mbg_cnbd_k.log_pmf(n, X, LAST, T, horizon=40.0, k=k, **REGULAR)
    chance = np.exp(log_pmf)
    np.testing.assert_allclose(chance.sum(axis=0), 1.0, rtol=1e-12)
    mean, square = (n * chance).sum(axis=0), (n**2 * chance).sum(axis=0)
    found = mbg_cnbd_k.expected_purchases(
        X, LAST, T, start=0.0, end=40.0, k=k, **REGULAR
    )
    np.testing.assert_allclose(found, mean, rtol=1e-11)
    variance = mbg_cnbd_k.variance_of_purchases(
        X, LAST, T, horizon=40.0, k=k, **REGULAR
    )
    np.testing.assert_allclose(variance, square - mean**2, rtol=1e-10)


def test_short_of_any_purchase_the_chance_of_one_is_the_expected_number() -> None:
    """The phase counts: right after a purchase k steps are missing, later fewer."""
    rows = np.ones(2), np.array([10.0, 5.0]), np.array([10.0, 10.0])
    one = mbg_cnbd_k.log_pmf(1, *rows, horizon=1e-4, k=3, **REGULAR)
    mean = mbg_cnbd_k.expected_purchases(*rows, start=0.0, end=1e-4, k=3, **REGULAR)
    np.testing.assert_allclose(np.exp(one), mean, rtol=1e-4)
    assert mean[0] < 1e-9 < mean[1]


def test_a_horizon_of_thousands_of_purchases_is_the_endless_one() -> None:
    history = np.array([500.0]), np.array([364.5]), np.array([365.0])
    at: dict[str, Any] = {"k": 3, "r": 0.5, "alpha": 2.0, "a": 3.5, "b": 2000.0}
    ever = mbg_cnbd_k.expected_purchases(*history, start=0.0, end=np.inf, **at)
    alive = mbg_cnbd_k.probability_alive(*history, **at)
    assert ever == pytest.approx(alive * (3.5 + 2501.0 - 1) / 2.5, rel=1e-13)
    late = mbg_cnbd_k.expected_purchases(*history, start=0.0, end=1e7, **at)
    assert late == pytest.approx(ever, rel=1e-9)
    never = mbg_cnbd_k.expected_purchases(
        *history, start=0.0, end=np.inf, **{**at, "a": 0.9}
    )
    assert never[0] == np.inf


def test_the_rest_of_a_long_sum_joins_its_terms() -> None:
    """Terms after the first few hundred are an integral: the mean by the counts."""
    history = np.array([40.0]), np.array([10.0]), np.array([10.0])
    at: dict[str, Any] = {"k": 2, "r": 1.0, "alpha": 1.0, "a": 0.5, "b": 40.0}
    n = np.arange(1.0, 4000.0)
    chance = np.exp(mbg_cnbd_k.log_pmf(n, *history, horizon=200.0, **at))
    mean = mbg_cnbd_k.expected_purchases(*history, start=0.0, end=200.0, **at)
    assert mean[0] == pytest.approx(float(n @ chance), rel=1e-10)
    later = mbg_cnbd_k.probability_alive_after(*history, elapsed=200.0, **at)
    with np.errstate(over="raise"):
        log_later = mbg_cnbd_k.log_probability_alive_after(
            *history, elapsed=200.0, **at
        )
    assert log_later == pytest.approx(np.log(later), rel=1e-12)


@pytest.mark.parametrize("k", [2, 4])
def test_futures_drawn_have_the_mean_and_the_variance(k: int) -> None:
    rows, rng = 100_000, np.random.default_rng(7)
    history = np.full(rows, 3.0), np.full(rows, 20.0), np.full(rows, 23.0)
    who, _ = clv.MbgCnbdK(k=k, **REGULAR).sample_purchase_times(
        *history, horizon=30.0, rng=rng
    )
    drawn = np.bincount(who, minlength=rows)
    one: Any = tuple(column[:1] for column in history)
    mean = mbg_cnbd_k.expected_purchases(*one, start=0.0, end=30.0, k=k, **REGULAR)[0]
    spread = mbg_cnbd_k.variance_of_purchases(*one, horizon=30.0, k=k, **REGULAR)[0]
    assert drawn.mean() == pytest.approx(mean, abs=4 * np.sqrt(spread / rows))
    assert drawn.var() == pytest.approx(spread, rel=0.05)


def simulated(
    customers: int, k: int, seed: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    rate, _, lives = mbg_cnbd_k.sample_customers(customers, rng, **REGULAR)
    T = rng.uniform(26.0, 52.0, customers)
    who, when = mbg_cnbd_k.sample_purchase_times(rate, lives, T, rng, k=k)
    last = np.zeros(customers)
    np.maximum.at(last, who, when)
    before = np.where(np.diff(who, prepend=-1) > 0, 0.0, np.roll(when, 1))
    x = np.bincount(who, minlength=customers).astype(np.float64)
    gaps = np.bincount(who, np.log(when - before), customers).astype(np.float64)
    return x, last, T, gaps


def test_new_customers_drawn_have_the_mean() -> None:
    x, *_ = simulated(50_000, 3, seed=8)
    ages = np.linspace(26.0, 52.0, 200)
    mean = mbg_cnbd_k.expected_purchases_new_customer(ages, k=3, **REGULAR).mean()
    assert x.mean() == pytest.approx(mean, abs=4 * x.std() / np.sqrt(x.size))


def test_a_fit_finds_the_steps_and_the_parameters() -> None:
    """As BTYDplus does from these parameters: k exactly, the others within a tenth."""
    x, last, T_, gaps = simulated(8000, 3, seed=2)
    cells = group((x, last, T_))
    counts, recencies, ages = cells.columns
    found: dict[int, float] = {}
    estimates: dict[int, FloatArray] = {}
    for k in range(1, 6):
        start = mbg_cnbd_k.start_values(x, T_, np.ones(x.size), k=k)
        top = maximise(
            mbg_cnbd_k.objective(counts, recencies, ages, cells.weights, k=k),
            start,
            tolerance=1e-6,
            max_iterations=50,
        )
        assert top.converged
        even = mbg_cnbd_k.regularity_log_likelihood(x, last, gaps, k=k).sum()
        found[k], estimates[k] = top.value + even, np.exp(top.parameters)
    assert max(found, key=lambda k: found[k]) == 3
    np.testing.assert_allclose(estimates[3], list(REGULAR.values()), rtol=0.1)


def test_gaps_of_equal_length_are_likelier_the_more_regular_the_buyer() -> None:
    x, last = np.full(3, 10.0), np.full(3, 20.0)
    gaps = np.full(3, 10 * np.log(2.0))
    even = [
        mbg_cnbd_k.regularity_log_likelihood(x, last, gaps, k=k)[0] for k in (1, 2, 8)
    ]
    assert even[0] == 0 < even[1] < even[2]
    # One gap says nothing beyond its length, which is the recency.
    one, none = np.ones(3), np.zeros(3)
    assert not np.any(
        mbg_cnbd_k.regularity_log_likelihood(one, last, np.log(last), k=5)
    )
    assert not np.any(mbg_cnbd_k.regularity_log_likelihood(none, none, none, k=5))
