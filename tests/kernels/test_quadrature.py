"""The rules of integration against closed forms, with parameters at their edges."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln, expn, gammaln

from crmkit import clv
from crmkit.kernels.base.cells import per_cell
from crmkit.kernels.base.interpolation import through_few_times
from crmkit.kernels.purchases.beta_expectation import log_beta_expectation
from crmkit.kernels.purchases.beta_geometric import bg_nbd
from crmkit.kernels.purchases.discounted_power import discounted_decay
from crmkit.kernels.purchases.pareto_counts import log_window, window_means
from crmkit.kernels.purchases.pareto_dropout_integral import log_race_of_rows, race
from crmkit.typing import FloatArray, IntArray

log_size = st.floats(-7.0, 7.0)


@settings(max_examples=40)
@given(a=log_size, b=log_size, power=st.floats(0.0, 3.0))
def test_powers_of_one_minus_a_chance_have_their_beta_means(
    a: float, b: float, power: float
) -> None:
    first, second = np.exp([a]), np.exp([b])

    def log_power(chance: FloatArray, rows: IntArray) -> FloatArray:
        assert chance[:, 0].size == first[rows].size
        return power * np.log1p(-np.minimum(chance, 1 - 1e-16))

    found = log_beta_expectation(
        log_power, first, second, bend=np.zeros(1), steepness=np.zeros(1)
    )
    known = (
        gammaln(second + power) - gammaln(second)
        - gammaln(first + second + power) + gammaln(first + second)
    )  # fmt: skip
    if second[0] > 2.0:  # below, mass lies where 1 - chance is itself rounded
        np.testing.assert_allclose(found, known, rtol=1e-12, atol=4e-12)


@pytest.mark.parametrize(
    ("a", "b"), [(762.0969289805466, 7.975266375583172), (8.3728, 90.0171), (0.01, 3.0)]
)
def test_a_row_alone_is_exact_and_the_same_as_among_others(a: float, b: float) -> None:
    """Places where a step too long for the stretched logit once cost nine digits."""

    def log_stay(chance: FloatArray, _: IntArray) -> FloatArray:
        return np.log1p(-np.minimum(chance, 1 - 1e-16))

    def mean(first: FloatArray, second: FloatArray) -> FloatArray:
        zero = np.zeros(first.size)
        return log_beta_expectation(log_stay, first, second, bend=zero, steepness=zero)

    alone = mean(np.array([a]), np.array([b]))
    among = mean(np.array([50.0, a, 1e4]), np.array([0.5, b, 3.0]))
    # The absolute tolerance of a logarithm is the relative one of the mean.
    assert alone[0] == pytest.approx(np.log(b / (a + b)), rel=1e-13, abs=2e-15)
    assert among[1] == pytest.approx(alone[0], rel=1e-14, abs=2e-15)


@pytest.mark.parametrize("bend", [-60.0, -9.0, -1.0, 0.0])
@pytest.mark.parametrize("size", [1.0, 1e2, 1e4, 1e6])
def test_a_narrow_chance_far_from_its_bend_keeps_its_centre(
    size: float, bend: float
) -> None:
    def log_stay(chance: FloatArray, _: IntArray) -> FloatArray:
        return np.log1p(-np.minimum(chance, 1 - 1e-16))

    sizes = np.array([size])
    found = log_beta_expectation(
        log_stay, sizes, 2 * sizes, bend=np.array([bend]), steepness=np.zeros(1)
    )
    assert found[0] == pytest.approx(np.log(2 / 3), rel=1e-12)


def test_a_mean_below_the_smallest_number_has_its_logarithm() -> None:
    a, b, k = np.array([1000.0]), np.array([1.0]), np.array([1e6])

    def log_fall(chance: FloatArray, _: IntArray) -> FloatArray:
        return -1e6 * np.log1p(chance)

    found = log_beta_expectation(log_fall, a, b, bend=-np.log(k), steepness=k)
    # The chances above 1 that a beta prime distribution adds weigh 2 ** -1e6.
    known = np.log(1000.0) + betaln(1000.0, 1e6 - 1000.0)
    assert found[0] == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize(
    ("a", "b", "power"),
    [
        (1e6, 1e6, 0.99e6),  # the mass that is asked for lies 9,000 deviations below
        (1e6, 1e3, 0.999e6),
        (0.9, 0.02, 0.7),
        (8.0, 0.6, 7.8),
        (3.0, 90.0, 2.0),
    ],
)
def test_inverse_powers_of_a_chance_have_their_beta_means(
    a: float, b: float, power: float
) -> None:
    def log_power(chance: FloatArray, _: IntArray) -> FloatArray:
        return -power * np.log(chance)

    found = log_beta_expectation(
        log_power,
        np.array([a]),
        np.array([b]),
        bend=np.full(1, -300.0),
        steepness=np.full(1, power),
    )
    with mpmath.workdps(40):
        left = mpmath.mpf(a) - mpmath.mpf(power)
        ratio = mpmath.beta(left, b) / mpmath.beta(a, b)
        known = float(mpmath.log(ratio))
    assert found[0] == pytest.approx(known, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    ("a", "b", "power", "rate"),
    [
        (5.0, 3.0, 5.0, 1e3),  # as steep as the distribution: all lies at the bend
        (5.0, 3.0, 40.0, 1e5),
        (0.7, 0.2, 3.0, 1e9),
        (40.0, 2.0, 60.0, 7.0),
        (0.1, 30.0, 0.3, 1e4),
        (8.0, 8.0, 9.0, 1e17),  # far below all that the distribution alone would reach
    ],
)
def test_falling_from_a_bend_has_its_hypergeometric_mean(
    a: float, b: float, power: float, rate: float
) -> None:
    def log_fall(chance: FloatArray, _: IntArray) -> FloatArray:
        return -power * np.log1p(rate * chance)

    bend = np.full(1, -np.log(rate * max(power, 1.0)))
    found = log_beta_expectation(
        log_fall, np.full(1, a), np.full(1, b), bend=bend, steepness=np.full(1, power)
    )
    with mpmath.workdps(40):
        known = float(mpmath.log(mpmath.hyp2f1(power, a, a + b, -rate)))
    assert found[0] == pytest.approx(known, rel=1e-13, abs=0)


@pytest.mark.parametrize("order", [1, 2, 7])
@pytest.mark.parametrize("rate", [1e-4, 0.3, 20.0])
def test_without_end_it_is_the_exponential_integral(order: int, rate: float) -> None:
    one = np.ones(1)
    found = discounted_decay(order * one, one, rate * one, np.inf * one)
    assert found[0] == pytest.approx(np.exp(rate) * expn(order, rate), rel=1e-12)


def test_growth_instead_of_discount() -> None:
    one = np.ones(1)
    found = discounted_decay(1e-12 * one, 1e-6 * one, -0.1 * one, 20 * one)
    assert found[0] == pytest.approx(np.expm1(2.0) / 0.1, rel=1e-9)


@settings(max_examples=40)
@given(k=log_size, s=log_size, scale=log_size, width=log_size)
def test_a_window_with_one_scale_is_closed(
    k: float, s: float, scale: float, width: float
) -> None:
    k_, s_, A, w = (np.exp([value]) for value in (k, s, scale, width))
    found = log_window(width=w, k=k_, A=A, s=s_, B=A)
    known = np.log(-np.expm1(-(k_ + s_) * np.log1p(w / A)) / (k_ + s_))
    np.testing.assert_allclose(found, known, rtol=1e-11, atol=1e-12)


def test_no_window_holds_nothing() -> None:
    nothing, one = np.zeros(1), np.ones(1)
    assert log_window(width=nothing, k=one, A=one, s=one, B=one)[0] == -np.inf
    means = window_means(width=nothing, k=one, A=one, s=one, B=one)
    assert means.tolist() == [[0.0] * 4]


@settings(max_examples=25)
@given(
    alpha=st.floats(-4, 6),
    beta=st.floats(-4, 6),
    r=st.floats(-4, 3),
    s=st.floats(-4, 3),
)
def test_races_and_windows_are_one_likelihood(
    alpha: float, beta: float, r: float, s: float
) -> None:
    """exp(E) H(x, t) - H(x, T) is the odds to have died between t and T."""
    at = {"r": np.exp(r), "alpha": np.exp(alpha), "s": np.exp(s), "beta": np.exp(beta)}
    x, t, T = np.array([4.0, 40.0]), np.array([3.0, 5.0]), np.array([9.0, 7.0])
    k, A, B = at["r"] + x, at["alpha"] + t, at["beta"] + t
    gain = k * np.log1p((T - t) / A) + at["s"] * np.log1p((T - t) / B)
    early, late = (race(x, u, **at).log_chance for u in (t, T))
    odds = np.exp(gain + early) - np.exp(late)
    exponents = np.full(2, at["s"])
    window = log_window(width=T - t, k=k, A=A, s=exponents, B=B)
    direct = at["s"] * np.exp(gain + window)
    np.testing.assert_allclose(1 + odds, 1 + direct, rtol=1e-10)


def test_costly_functions_see_each_distinct_row_once() -> None:
    seen: list[FloatArray] = []

    def costly(*, x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
        seen.append(x)
        return x + 10 * y + 100 * z

    x = np.array([[1.0, 2.0], [1.0, 2.0]])
    y = np.array([np.inf, 3.0])
    found = per_cell(costly, x=x, y=y, z=2.0)
    assert found.tolist() == [[np.inf, 232.0], [np.inf, 232.0]]
    assert seen[0].size == 2
    alone = per_cell(costly, x=1.0, y=2.0, z=3.0)
    assert float(alone) == 321.0


@pytest.mark.parametrize("scale", [1e-3, 4.0, 1e4])
@pytest.mark.parametrize("latest", [50.0, 1e5])
def test_reading_between_few_times_is_as_good_as_every_time(
    scale: float, latest: float
) -> None:
    rng = np.random.default_rng(8)
    u = np.exp(rng.uniform(np.log(1e-3), np.log(latest), 1200))
    x = np.repeat([0.0, 3.0, 700.0], 400)
    at = {"r": 0.5, "alpha": scale, "s": 0.7, "beta": 3.0 * scale}
    many = race(x, u, **at)
    some = rng.choice(x.size, 40, replace=False)
    for i in some:
        one = race(x[i : i + 1], u[i : i + 1], **at)
        np.testing.assert_allclose(many.log_chance[i], one.log_chance[0], atol=2e-12)
        np.testing.assert_allclose(many.slope[i], one.slope[0], rtol=1e-9, atol=1e-11)
    alone = [log_race_of_rows(x[i : i + 1], u[i : i + 1], **at)[0] for i in some]
    np.testing.assert_allclose(log_race_of_rows(x, u, **at)[some], alone, atol=2e-12)
    coin = {"r": 0.5, "alpha": scale, "a": 0.8, "b": 2.0}
    times = {"start": 0.0, "end": 39.0}
    all_rows = bg_nbd.expected_purchases(x, u, u, **times, **coin)
    for i in some:
        row = x[i : i + 1], u[i : i + 1], u[i : i + 1]
        one_row = bg_nbd.expected_purchases(row[0], row[1], row[2], **times, **coin)
        np.testing.assert_allclose(all_rows[i], one_row[0], rtol=5e-12)


def test_a_scale_far_above_all_times_asks_nothing_before_time_0() -> None:
    # Nodes before time 0 were moved to 0, and cost eight digits among neighbours.
    at = {"r": 0.7912848, "alpha": 4988.28, "a": 1.0, "b": 0.022}
    x, T = np.full(2_000, 700.0), np.linspace(1.0, 1.001, 2_000)
    all_rows = bg_nbd.expected_purchases(x, T, T, start=0.0, end=3e-5, **at)
    one = bg_nbd.expected_purchases(x[:1], T[:1], T[:1], start=0.0, end=3e-5, **at)
    np.testing.assert_allclose(all_rows[0], one[0], rtol=5e-12)


def test_an_interval_ahead_is_as_exact_among_others_as_alone() -> None:
    # The logarithm of a difference is not smooth where that is 0, at complex times.
    at = {"r": 22.4967681, "alpha": 0.0256688, "a": 1.4138083, "b": 0.1315481}
    x, T = np.zeros(2_000), np.geomspace(1e-3, 1e5, 2_000)
    ahead = {"start": 5.33737315, "end": 2 * 5.33737315}
    all_rows = bg_nbd.expected_purchases(x, x, T, **ahead, **at)
    for i in (0, 700, 1_200, 1_999):
        row = x[i : i + 1], x[i : i + 1], T[i : i + 1]
        one = bg_nbd.expected_purchases(row[0], row[1], row[2], **ahead, **at)
        np.testing.assert_allclose(all_rows[i], one[0], rtol=1e-11)


def test_a_series_that_does_not_settle_is_asked_at_more_times() -> None:
    # A pole at log(u + 1) = 2 + 0.3 i: far closer than the nodes are chosen for.
    def narrow(x: FloatArray, u: FloatArray) -> FloatArray:
        return (1.0 / (0.09 + (np.log1p(u) - 2.0) ** 2) + x)[:, None]

    x, u = np.repeat([1.0, 4.0], 5_000), np.tile(np.geomspace(0.01, 1e3, 5_000), 2)
    found = through_few_times(narrow, x, u, scale=1.0)
    np.testing.assert_allclose(found, narrow(x, u), rtol=1e-11)


def test_few_rows_or_none_are_not_interpolated() -> None:
    def log_of(x: FloatArray, u: FloatArray) -> FloatArray:
        return np.log(1 + x + u)[:, None]

    nothing = np.zeros(0)
    assert through_few_times(log_of, nothing, nothing, scale=1.0).shape == (0, 1)
    x, u = np.array([0.0, 0.0, 2.0]), np.array([5.0, 5.0, 5.0])
    found = through_few_times(log_of, x, u, scale=1.0)
    assert found[:, 0].tolist() == np.log(1 + x + u).tolist()


@pytest.mark.parametrize("rate", [1e-99, 1e-50, 1e-20])
def test_a_rate_too_small_to_divide_by_discounts_nothing(rate: float) -> None:
    history = [[2.0], [3.0], [39.0]]
    model = clv.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    discounted = model.discounted_expected_purchases(
        *history, horizon=52.0, discount_rate=rate
    )
    plain = model.expected_purchases(*history, horizon=52.0)
    assert discounted[0] == pytest.approx(plain[0], rel=1e-12)
