import numpy as np
import pytest

from crmkit.kernels.value.credibility import credibility


def test_a_company_without_differences_believes_the_common_mean() -> None:
    customer = np.repeat(np.arange(3), 2)
    found = credibility(customer, np.full(6, 3.0), np.ones(6), 4)
    assert found.between == 0
    np.testing.assert_array_equal(found.estimate, np.full(4, 3.0))


def test_the_estimators_by_hand() -> None:
    # Two customers, observations 1 3 and 6 8, equal weights: within = (2 + 2) / 2,
    # means 2 and 7, grand 4.5, between = (2*6.25*2 - 2) / (4 - 8/4) = 11.5.
    found = credibility(
        np.array([0, 0, 1, 1]), np.array([1.0, 3.0, 6.0, 8.0]), np.ones(4), 2
    )
    assert (found.within, found.between, found.mean) == (2.0, 11.5, 4.5)
    belief = 2 * 11.5 / (2 * 11.5 + 2)
    np.testing.assert_allclose(
        found.estimate, [4.5 - belief * 2.5, 4.5 + belief * 2.5], rtol=1e-15
    )
    np.testing.assert_allclose(found.variance, 11.5 * (1 - belief), rtol=1e-15)


def test_the_structure_of_a_simulated_company_is_found(
    rng: np.random.Generator,
) -> None:
    customers, seen = 4000, 6
    means = rng.normal(10.0, 2.0, customers)
    weight = rng.uniform(0.5, 2.0, customers * seen)
    customer = np.repeat(np.arange(customers), seen)
    value = means[customer] + rng.normal(0, 3.0 / np.sqrt(weight))
    found = credibility(customer, value, weight, customers)
    assert found.mean == pytest.approx(10.0, abs=0.15)
    assert found.within == pytest.approx(9.0, rel=0.05)
    assert found.between == pytest.approx(4.0, rel=0.1)
    error = np.mean((found.estimate - means) ** 2)
    assert error == pytest.approx(found.variance.mean(), rel=0.1)


def test_seen_once_each_means_no_one_is_believed() -> None:
    found = credibility(np.arange(3), np.array([1.0, 2.0, 6.0]), np.ones(3), 3)
    np.testing.assert_array_equal(found.estimate, np.full(3, 3.0))
    np.testing.assert_array_equal(found.variance, np.zeros(3))
    assert (found.mean, found.within, found.between) == (3.0, 0.0, 0.0)


def test_nothing_seen_is_zero() -> None:
    empty = np.array([])
    found = credibility(empty.astype(np.int64), empty, empty, 2)
    assert found.estimate.tolist() == [0.0, 0.0]
    assert found.variance.tolist() == [0.0, 0.0]
    assert (found.mean, found.within, found.between) == (0.0, 0.0, 0.0)


def test_the_estimators_of_unequal_weights_are_those_of_the_book() -> None:
    rng = np.random.default_rng(4)
    customer = np.repeat(np.arange(5), [1, 2, 4, 3, 5])
    weight = rng.uniform(0.5, 4.0, 15)
    value = rng.normal(np.array([3.0, 9.0, 5.0, 12.0, 1.0])[customer], 1.0)
    found = credibility(customer, value, weight, 7)
    # Buhlmann and Gisler (2005), section 4.8.
    w = np.array([weight[customer == i].sum() for i in range(5)])
    x = [
        np.average(value[customer == i], weights=weight[customer == i])
        for i in range(5)
    ]
    own, all_weight = np.array(x), w.sum()
    within = (weight @ (value - own[customer]) ** 2) / (15 - 5)
    grand = w @ own / all_weight
    c = all_weight - (w @ w) / all_weight
    between = (w @ (own - grand) ** 2 - 4 * within) / c
    assert between > 1
    belief = w / (w + within / between)
    mean = belief @ own / belief.sum()
    structure = (found.within, found.between, found.mean)
    assert structure == pytest.approx((within, between, mean), rel=1e-12)
    estimate = np.append(belief * own + (1 - belief) * mean, [mean, mean])
    np.testing.assert_allclose(found.estimate, estimate, rtol=1e-12)
    variance = np.append(between * (1 - belief), [between, between])
    np.testing.assert_allclose(found.variance, variance, rtol=1e-12)


def test_observations_without_weight_are_not_seen() -> None:
    customer, value = np.array([0, 0, 1, 1]), np.array([1.0, 5.0, 4.0, 9.0])
    # One observation each is left: what is common and what is own stays unknown.
    found = credibility(customer, value, np.array([2.0, 0.0, 1.0, 0.0]), 2)
    assert found.estimate.tolist() == [2.0, 2.0]
    assert (found.within, found.between, found.mean) == (0.0, 0.0, 2.0)
    # Of one customer alone nothing is known about differences.
    one = credibility(np.zeros(2, dtype=np.int64), value[:2], np.ones(2), 1)
    assert (one.within, one.between, one.mean) == (8.0, 0.0, 3.0)
    assert one.estimate.tolist() == [3.0]


@pytest.mark.parametrize(("money", "unit"), [(2.0**-30, 1.0), (1.0, 2.0**-30)])
def test_the_units_of_money_and_of_weights_change_no_belief(
    money: float, unit: float
) -> None:
    customer = np.array([0, 0, 1, 1, 2, 2])
    value = np.array([1.0, 3.0, 6.0, 8.0, 2.0, 1.0])
    weight = np.array([1.0, 2.0, 1.0, 0.5, 3.0, 1.0])
    plain = credibility(customer, value, weight, 3)
    found = credibility(customer, money * value, unit * weight, 3)
    assert plain.between > 0
    structure = (plain.mean * money, plain.within * money**2 * unit)
    assert (found.mean, found.within) == pytest.approx(structure, rel=1e-12, abs=0)
    between = plain.between * money**2
    assert found.between == pytest.approx(between, rel=1e-12, abs=0)
    np.testing.assert_allclose(found.estimate, money * plain.estimate, rtol=1e-12)
    np.testing.assert_allclose(found.variance, money**2 * plain.variance, rtol=1e-12)


def test_customers_who_are_hardly_believed_have_their_mean_by_belief() -> None:
    customer = np.array([0, 0, 1, 1, 1, 1, 2, 2])
    value = np.array([4.0, 4.0, 6.0, 8.0, 0.0, 1.0, 7.0, 8.0])
    found = credibility(customer, value, np.ones(8), 3)
    # Within: (0 + 44.75 + 0.5) / 5; about 4.75: 1.125 + 4 + 15.125 = 20.25.
    within, scale = 45.25 / 5, 8 - 24 / 8
    between = (20.25 - 2 * within) / scale
    mass, own = np.array([2.0, 4.0, 2.0]), np.array([4.0, 3.75, 7.5])
    belief = mass * between / (mass * between + within)
    assert belief.sum() < 1
    mean = belief @ own / belief.sum()
    assert found.mean == pytest.approx(mean, rel=1e-12, abs=0)
    np.testing.assert_allclose(found.estimate, mean + belief * (own - mean), rtol=1e-12)
