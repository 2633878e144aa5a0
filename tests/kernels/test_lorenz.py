"""The formulas of concentration, against published and hand-made figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.groups import lorenz
from crmkit.typing import FloatArray

# Profits of a small base with loss-makers; whale, plain Gini 1.2 and normalised
# .7901 (n - 1) or .7111 (n) computed from the definitions by pairs.
PROFITS = np.array([100.0, 50, 30, 20, 10, 5, 0, -5, -10, -40])

amounts = st.lists(
    st.floats(0, 1e6, allow_subnormal=False), min_size=2, max_size=30
).filter(lambda values: sum(values) > 1e-3)


def ones(x: FloatArray) -> FloatArray:
    return np.broadcast_to(np.float64(1.0), x.shape)


def gini(values: FloatArray | list[float]) -> float:
    array = np.asarray(values, dtype=np.float64)
    return lorenz.gini(*lorenz.descending(array, ones(array)))


def curve(values: FloatArray | list[float]) -> tuple[FloatArray, FloatArray]:
    array = np.asarray(values, dtype=np.float64)
    return lorenz.curve(*lorenz.descending(array, ones(array)))


def by_pairs(values: FloatArray, weights: FloatArray) -> float:
    differences = np.abs(values[:, None] - values[None, :])
    both = weights[:, None] * weights[None, :]
    mean_size = 2 * weights.sum() * (weights * np.abs(values)).sum()
    return float((both * differences).sum() / mean_size)


def test_gini_of_one_to_ten() -> None:
    assert gini(np.arange(1.0, 11)) == pytest.approx(0.30, rel=1e-14)


def test_gini_of_equal_values_is_zero() -> None:
    assert gini([7.0] * 5) == 0


def test_gini_when_one_of_five_owns_all() -> None:
    assert gini([0, 0, 3.0, 0, 0]) == pytest.approx(0.8, rel=1e-15)


def test_gini_with_losses_is_the_normalised_one_and_never_the_plain() -> None:
    assert gini(PROFITS) == pytest.approx(0.7111111111111111, rel=1e-14)
    assert gini(PROFITS) * 10 / 9 == pytest.approx(0.7901234567901234, rel=1e-14)


def test_gini_is_half_the_mean_difference_over_the_mean_size(
    rng: np.random.Generator,
) -> None:
    values, weights = rng.normal(1, 3, 40), rng.uniform(0.1, 4, 40)
    found = lorenz.gini(*lorenz.descending(values, weights))
    assert found == pytest.approx(by_pairs(values, weights), rel=1e-12)


def test_a_weight_is_a_repetition() -> None:
    values, weights = np.array([5.0, 1, 3]), np.array([2.0, 3, 1])
    assert lorenz.gini(*lorenz.descending(values, weights)) == pytest.approx(
        gini(np.repeat(values, [2, 3, 1])), rel=1e-14
    )


def test_row_order_is_nothing_with_weights(rng: np.random.Generator) -> None:
    values, weights = rng.integers(1, 4, 60) / 7, rng.uniform(size=60)
    expected = lorenz.gini(*lorenz.descending(values, weights))
    for _ in range(5):
        order = rng.permutation(60)
        found = lorenz.gini(*lorenz.descending(values[order], weights[order]))
        assert found == expected


def test_whale_of_the_small_base() -> None:
    _, value = curve(PROFITS)
    shares = value[1:] / value[-1]
    expected = [0.625, 0.9375, 1.125, 1.25, 1.3125, 1.34375, 1.34375, 1.3125, 1.25, 1]
    assert shares == pytest.approx(expected, rel=1e-15)


def test_whale_peaks_after_the_last_customer_above_zero() -> None:
    assert lorenz.peak(*curve(PROFITS)) == (6, 215)


def test_whale_of_losses_only_peaks_before_anybody() -> None:
    assert lorenz.peak(*curve([-1.0, -2])) == (0, 0)


def test_ties_merge_with_their_weights() -> None:
    x, w = lorenz.descending(np.array([1.0, 2, 1]), np.array([3.0, 4, 5]))
    distinct, weight = lorenz.tie_groups(x, w)
    assert distinct.tolist() == [2, 1]
    assert weight.tolist() == [4, 8]


def test_ties_merge_where_all_weigh_the_same() -> None:
    weights = np.broadcast_to(np.float64(2.0), 3)
    distinct, weight = lorenz.tie_groups(
        *lorenz.descending(np.array([1.0, 2, 1]), weights)
    )
    assert distinct.tolist() == [2, 1]
    assert weight.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("parts", "gain"),
    [([0.1, 0.2, -0.3], False), ([3.0, -3.0], False), ([1e-9, 1.0, -1.0], True)],
)
def test_a_gain_is_more_than_rounding(parts: list[float], gain: bool) -> None:  # noqa: FBT001 - a row of the table
    assert (sum(parts[:2]) + sum(parts[2:]) > 0) == (gain or parts[0] == 0.1)
    assert bool(lorenz.is_gain(sum(parts), sum(map(abs, parts)))) == gain


def test_the_even_point_of_eighty_twenty() -> None:
    assert lorenz.even_point(*curve([80.0, 5, 5, 5, 5])) == pytest.approx(0.2)


def test_the_even_point_of_equals_is_one_half() -> None:
    assert lorenz.even_point(*curve([3.0, 3, 3])) == pytest.approx(0.5, rel=1e-15)


def test_the_top_share_of_a_pareto_law() -> None:
    # Share of the top p = p ** (1 - 1 / alpha); alpha = log 5 / log 4 makes 80/20.
    alpha = np.log(5) / np.log(4)
    reached = (np.arange(1001) / 1000) ** (1 - 1 / alpha)
    counted, value = lorenz.curve(*lorenz.descending(np.diff(reached), np.ones(1000)))
    top = lorenz.top_value(counted, value, np.asarray(0.2))
    assert top == pytest.approx(0.8, rel=1e-12)
    assert lorenz.even_point(counted, value) == pytest.approx(0.2, rel=1e-12)


@given(amounts)
def test_the_curve_runs_from_nothing_to_all_above_the_diagonal(
    values: list[float],
) -> None:
    customers, value = curve(values)
    p, y = customers / customers[-1], value / value[-1]
    assert (p[0], y[0], p[-1], y[-1]) == (0, 0, 1, 1)
    assert np.all(y >= p - 1e-12)
    assert np.all(np.diff(value, 2) <= 1e-9 * value[-1])


@given(amounts)
def test_gini_stays_within_its_bounds(values: list[float]) -> None:
    assert -1e-12 <= gini(values) <= 1 - 1 / len(values) + 1e-12


@given(amounts, st.floats(1e-3, 1e3))
def test_gini_knows_no_currency(values: list[float], rate: float) -> None:
    assert gini(np.multiply(values, rate)) == pytest.approx(gini(values), abs=1e-12)


@given(amounts)
def test_gini_of_everybody_twice_is_the_same(values: list[float]) -> None:
    assert gini(values * 2) == pytest.approx(gini(values), abs=1e-12)


@given(amounts)
def test_a_gift_to_everybody_lowers_gini(values: list[float]) -> None:
    gift = 1 + np.max(values)
    assert gini(np.add(values, gift)) <= gini(values) + 1e-12


@given(amounts)
def test_a_gift_from_the_richest_to_the_poorest_lowers_gini(
    values: list[float],
) -> None:
    ordered = np.sort(values)
    moved = (ordered[-1] - ordered[0]) / 4
    ordered[0] += moved
    ordered[-1] -= moved
    assert gini(ordered) <= gini(values) + 1e-12


@given(amounts)
def test_customers_for_inverts_top_value(values: list[float]) -> None:
    customers, value = curve(values)
    needed = lorenz.customers_for(customers, value, 0.6 * value[-1])
    top = lorenz.top_value(customers, value, np.asarray(needed / customers[-1]))
    assert top == pytest.approx(0.6 * value[-1], rel=1e-9)


@given(amounts, st.randoms(use_true_random=False))
def test_row_order_is_nothing(values: list[float], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert gini(shuffled) == gini(values)
