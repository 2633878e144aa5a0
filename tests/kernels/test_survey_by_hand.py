"""Weights, tables, shares and drivers of a survey, on numbers worked out by hand."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import norm

from crmkit.kernels.survey import (
    contingency,
    design_weights,
    driver_weights,
    kano,
    nps,
    nps_intervals,
    reliability,
    share_ratios,
)
from crmkit.typing import FloatArray


def test_pearson_leaves_out_an_empty_column_and_knows_the_least_expected() -> None:
    table = np.array([[3.0, 0.0, 7.0], [5.0, 0.0, 5.0]])
    statistic, degrees, least = contingency.pearson(table)
    assert statistic == pytest.approx(2 * (1 / 4 + 1 / 6), rel=1e-14, abs=0)
    assert (degrees, least) == (1, 4.0)
    three = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [2.0, 2.0, 2.0]])
    assert contingency.pearson(three)[1] == 4


@pytest.mark.parametrize(
    "rows", [((3, 0, 1), (1, 2, 4)), ((2, 1, 0), (0, 1, 3)), ((0, 2, 0), (2, 0, 3))]
)
def test_the_exact_test_adds_up_every_table_that_is_no_likelier(
    rows: tuple[tuple[int, ...], ...],
) -> None:
    first, second = rows
    column = [a + b for a, b in zip(first, second, strict=True)]
    size = sum(first)

    def ways(cells: tuple[int, ...]) -> int:
        return math.prod(map(math.comb, column, cells))

    every = [
        cells
        for cells in itertools.product(*(range(n + 1) for n in column))
        if sum(cells) == size
    ]
    rarer = sum(ways(cells) for cells in every if ways(cells) <= ways(first))
    known = rarer / math.comb(sum(column), size)
    found = contingency.exact_two_rows(np.array(rows, dtype=float))
    assert found == pytest.approx(known, rel=1e-12, abs=0)


def test_the_variance_of_a_weighted_mean_is_that_of_its_clusters() -> None:
    s, w = np.array([1.0, -1.0, 0.0, 1.0]), np.array([0.5, 4.0, 1.5, 2.0])
    cluster = np.array([0, 1, 1, 2])
    mean = (0.5 - 4.0 + 2.0) / 8
    pull = w * (s - mean)
    known = 1.5 * (pull[0] ** 2 + (pull[1] + pull[2]) ** 2 + pull[3] ** 2) / 64
    for unit in (1.0, 2.0**-600, 2.0**600):
        found = design_weights.linearised_variance(s, unit * w, cluster)
        assert found == pytest.approx(known, rel=1e-13, abs=0)
        size = design_weights.effective_size(unit * w)
        assert size == pytest.approx(64 / 22.5, rel=1e-13, abs=0)
    assert design_weights.weighted_mean(s, w) == mean


def test_raking_stops_at_the_tolerance_or_out_of_rounds() -> None:
    w = np.array([1.0, 2.0, 3.0, 4.0])
    codes = [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]
    shares = [np.array([0.5, 0.5]), np.array([0.25, 0.75])]
    one = w * np.array([5 / 3, 5 / 3, 5 / 7, 5 / 7])
    by_column = np.array([2.5, 7.5]) / [one[0] + one[2], one[1] + one[3]]
    one = one * by_column[codes[1]]
    apart = abs((one[0] + one[1]) / 10 - 0.5)
    kept, rounds, left = design_weights.rake(
        w, codes, shares, tolerance=1e-12, max_iterations=1
    )
    np.testing.assert_allclose(kept, one, rtol=1e-13, atol=0)
    assert rounds == 1
    assert left == pytest.approx(apart, rel=1e-9, abs=0)
    # A distance equal to the tolerance is near enough.
    assert (
        design_weights.rake(w, codes, shares, tolerance=left, max_iterations=9)[1] == 1
    )
    held = design_weights.rake(w, codes, shares, tolerance=1e-12, max_iterations=99)[0]
    assert held.sum() == pytest.approx(10.0, rel=1e-12, abs=0)
    assert held[:2].sum() == pytest.approx(5.0, rel=1e-10, abs=0)
    assert held[::2].sum() == pytest.approx(2.5, rel=1e-10, abs=0)
    # A class without answers takes nothing and breaks nothing.
    empty = design_weights.rake(
        w, codes[:1], [np.array([0.5, 0.3, 0.2])], tolerance=1e-12, max_iterations=2
    )
    np.testing.assert_allclose(
        empty[0], w * np.array([5 / 3, 5 / 3, 3 / 7, 3 / 7]), rtol=1e-13, atol=0
    )
    assert empty[1] == 2
    assert empty[2] == pytest.approx(0.2, rel=1e-12, abs=0)


def test_two_shares_are_set_against_each_other() -> None:
    z = norm.ppf(0.95)
    ratio, low, high = share_ratios.relative_risk(6, 20, 4, 40, level=0.9)
    error = math.sqrt(1 / 6 - 1 / 20 + 1 / 4 - 1 / 40)
    assert ratio == pytest.approx(3.0, rel=1e-14, abs=0)
    assert (low, high) == pytest.approx(
        (3 * math.exp(-z * error), 3 * math.exp(z * error)), rel=1e-12, abs=0
    )
    odds, low, high = share_ratios.odds_ratio(6, 20, 4, 40, level=0.9)
    error = math.sqrt(1 / 6 + 1 / 14 + 1 / 4 + 1 / 36)
    known = (6 / 14) / (4 / 36)
    assert odds == pytest.approx(known, rel=1e-14, abs=0)
    assert (low, high) == pytest.approx(
        (known * math.exp(-z * error), known * math.exp(z * error)), rel=1e-12, abs=0
    )

    def wilson(a: float, n: float) -> tuple[float, float]:
        middle = (a + z**2 / 2) / (n + z**2)
        half = z / (n + z**2) * math.sqrt(a * (n - a) / n + z**2 / 4)
        return middle - half, middle + half

    difference, low, high = share_ratios.risk_difference(6, 20, 4, 40, level=0.9)
    (low_p, high_p), (low_q, high_q) = wilson(6, 20), wilson(4, 40)
    assert difference == pytest.approx(0.2, rel=1e-14, abs=0)
    assert low == pytest.approx(
        0.2 - math.hypot(0.3 - low_p, high_q - 0.1), rel=1e-12, abs=0
    )
    assert high == pytest.approx(
        0.2 + math.hypot(high_p - 0.3, 0.1 - low_q), rel=1e-12, abs=0
    )


def test_falling_neighbours_are_pooled_by_weight_and_back() -> None:
    y = np.array([1.0, 5.0, 3.0, 0.0, 7.0, 7.0, 2.0])
    weight = np.array([1.0, 1.0, 3.0, 4.0, 1.0, 1.0, 2.0])
    pool = (5 + 9 + 0) / 8
    known = [1.0, pool, pool, pool, 4.5, 4.5, 4.5]
    np.testing.assert_allclose(
        share_ratios.isotonic(y, weight), known, rtol=1e-14, atol=0
    )


def test_shares_of_a_feature_count_those_it_serves() -> None:
    counts = np.array([[7.0, 5.0, 3.0, 2.0, 11.0, 13.0]])  # M O A I R Q
    assert [float(each[0]) for each in kano.better(counts)] == [8.0, 17.0]
    assert [float(each[0]) for each in kano.worse(counts)] == [12.0, 17.0]
    margin = kano.fong_margin(np.array(9.0), np.array(7.0), np.array(20.0))
    assert margin == pytest.approx(1.65 * math.sqrt(16 * 24 / 40), rel=1e-14, abs=0)
    # The table of Kano's questionnaire, row by row.
    letters = "".join(kano.CATEGORIES[at] for at in kano.TABLE.ravel())
    assert letters == "QAAAO" + "RIIIM" * 3 + "RRRRQ"


def test_scores_add_their_own_answers_and_samples() -> None:
    first, second = np.array([5.0, 3.0, 2.0]), np.array([1.0, 4.0, 3.0])
    found, spread = nps.difference(first, second, added=3.0)
    added = np.array([0.75, 1.5, 0.75])
    a, b = first + added, second + added

    def variance(p: FloatArray) -> float:
        share = p / p.sum()
        x = share[0] - share[2]
        return float(share[0] + share[2] - x**2) / float(p.sum())

    assert found == pytest.approx(3 / 13 + 2 / 11, rel=1e-13, abs=0)
    assert spread == pytest.approx(variance(a) + variance(b), rel=1e-13, abs=0)
    needed = nps.required_sample(0.6, half_width=0.05, z=2.0, samples=2)
    assert needed == pytest.approx(2 * 0.6 * 4 / 0.0025 - 3, rel=1e-14, abs=0)
    x, v = np.array([0.1, 0.4, -0.2]), np.array([0.01, 0.02, 0.05])
    mean = (10 + 20 - 4) / 170
    total, middle = nps.homogeneity(x, v)
    assert middle == pytest.approx(mean, rel=1e-13, abs=0)
    known = float(np.sum((x - mean) ** 2 / v))
    assert total == pytest.approx(known, rel=1e-13, abs=0)


@pytest.mark.parametrize("counts", [(2, 2, 1), (0, 1, 3), (3, 0, 0), (1, 4, 1)])
@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_exact_bootstrap_agrees_with_every_resample(
    counts: tuple[int, int, int], level: float
) -> None:
    n = sum(counts)
    share = np.array(counts) / n
    chance = dict.fromkeys(range(-n, n + 1), 0.0)
    for drawn in itertools.product((1, 0, -1), repeat=n):
        chance[sum(drawn)] += math.prod(share[1 - each] for each in drawn)
    tail = (1 - level) / 2
    below = np.cumsum([chance[k] for k in range(-n, n + 1)])
    above = np.cumsum([chance[k] for k in range(n, -n - 1, -1)])
    low = (int(np.argmax(below >= tail - 1e-12)) - n) / n
    high = (n - int(np.argmax(above >= tail - 1e-12))) / n
    found = nps_intervals.exact_percentile(share[0], share[2], n=n, level=level)
    assert found == pytest.approx((low, high), rel=1e-12, abs=1e-12)


def test_drivers_share_the_r_squared_of_every_order() -> None:
    R = np.array(
        [
            [1.0, 0.3, -0.2, 0.5],
            [0.3, 1.0, 0.4, 0.35],
            [-0.2, 0.4, 1.0, 0.1],
            [0.5, 0.35, 0.1, 1.0],
        ]
    )

    def worth(drivers: tuple[int, ...]) -> float:
        at = list(drivers)
        inner = np.linalg.solve(R[np.ix_(at, at)], R[at, -1])
        return float(inner @ R[at, -1])

    known = np.zeros(3)
    for order in itertools.permutations(range(3)):
        for at, driver in enumerate(order):
            gain = worth(order[: at + 1]) - (worth(order[:at]) if at else 0.0)
            known[driver] += gain / 6
    found = driver_weights.subset_r_squared(R, [1, 1, 1])
    np.testing.assert_allclose(driver_weights.shapley(found), known, rtol=1e-12)
    assert found[0] == 0.0
    assert found[5] == pytest.approx(worth((0, 2)), rel=1e-12, abs=0)
    grouped = driver_weights.subset_r_squared(R, [2, 1])
    np.testing.assert_allclose(
        grouped, [0.0, worth((0, 1)), worth((2,)), worth((0, 1, 2))], atol=1e-15
    )
    values, axes = np.linalg.eigh(R[:3, :3])
    root = axes @ np.diag(np.sqrt(values)) @ axes.T
    weights = root**2 @ np.linalg.solve(root, R[:3, 3]) ** 2
    np.testing.assert_allclose(driver_weights.johnson(R), weights, rtol=1e-12)
    beta = np.linalg.solve(R[:3, :3], R[:3, 3])
    np.testing.assert_allclose(driver_weights.pratt(R), beta * R[:3, 3], rtol=1e-12)


def test_reliability_of_items_by_hand() -> None:
    X = np.array([[1.0, 2.0, 4.0], [3.0, 3.0, 5.0], [2.0, 5.0, 9.0], [6.0, 6.0, 7.0]])
    variances = sum(float(np.sum((c - c.mean()) ** 2)) / 3 for c in X.T)
    total = X.sum(axis=1)
    whole = float(np.sum((total - total.mean()) ** 2)) / 3
    found = reliability.cronbach_alpha(X)
    assert found == pytest.approx(1.5 * (1 - variances / whole), rel=1e-13, abs=0)
    # Two items against each other: equal sizes, the first of them ahead.
    against = np.array([[0.0, 1.0], [1.0, 0.5], [2.0, 0.0], [3.0, -0.5]])
    loadings = reliability.first_component(against)
    assert loadings is not None
    np.testing.assert_allclose(loadings, [0.5, -0.5], rtol=1e-12)
    apart = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    assert reliability.first_component(apart) is None
