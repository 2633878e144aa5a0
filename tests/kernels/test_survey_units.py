"""Formulas of surveys whose answers, weights and tables are small."""

import mpmath
import numpy as np
import pytest

from crmkit.kernels.survey import (
    contingency,
    design_weights,
    driver_weights,
    nps_intervals,
    reliability,
)

SMALL = 2.0**-30


def test_a_column_of_one_answer_counts() -> None:
    table = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 2.0]])
    statistic, degrees, least = contingency.pearson(table)
    expected = np.outer([3.0, 5.0], [1.0, 3.0, 4.0]) / 8
    known = float(((table - expected) ** 2 / expected).sum())
    assert statistic == pytest.approx(known, rel=1e-14, abs=0)
    assert (degrees, least) == (2, 3 / 8)


def test_correlations_have_no_unit() -> None:
    rng = np.random.default_rng(5)
    columns, w = rng.normal(size=(9, 3)), rng.uniform(0.5, 2.0, 9)
    plain = driver_weights.correlations(columns, w)
    small = driver_weights.correlations(SMALL * columns, SMALL * w)
    np.testing.assert_allclose(small, plain, rtol=1e-12, atol=0)


def test_an_item_without_a_part_has_no_loading() -> None:
    items = np.array([[1.0, 2.0, 1.0], [1, 1, -1], [-1, -1, -1], [-1, -2, 1]])
    found = reliability.first_component(items)
    assert found is not None
    np.testing.assert_allclose(found[:2], [0.5, 0.5], rtol=1e-12, atol=0)
    assert found[2] == 0


@pytest.mark.parametrize("unit", [1.0, SMALL])
def test_weights_below_1_are_raked_like_others(unit: float) -> None:
    codes = [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]
    shares = [np.array([0.3, 0.7]), np.array([0.6, 0.4])]
    w = unit * np.array([1.0, 2.0, 3.0, 2.0])
    found, rounds, apart = design_weights.rake(
        w, codes, shares, tolerance=1e-12, max_iterations=50
    )
    assert (1 < rounds < 50, apart <= 1e-12) == (True, True)
    assert found.sum() == pytest.approx(8 * unit, rel=1e-12, abs=0)
    for code, share in zip(codes, shares, strict=True):
        np.testing.assert_allclose(
            np.bincount(code, found), 8 * unit * share, rtol=1e-11, atol=0
        )
    # Raking leaves the odds ratio of the weights.
    odds = found[0] * found[3] / (found[1] * found[2])
    assert odds == pytest.approx(1 * 2 / (2 * 3), rel=1e-11)


@pytest.mark.parametrize("size", [SMALL, 1.0, 40.0])
@pytest.mark.parametrize("detractors", [0.0, 1e-11, 0.2])
@pytest.mark.parametrize("x", [-0.4, 0.0, 0.05, 0.9])
def test_the_likeliest_share_of_detractors_solves_its_equation(
    size: float, detractors: float, x: float
) -> None:
    P, D, n = size * 0.3, size * detractors, size
    found = nps_intervals._restricted_detractors(
        np.array(x), np.array(P), np.array(D), np.array(n)
    )
    with mpmath.workdps(60):
        p, d, of, at = (mpmath.mpf(each) for each in (P, D, n, x))
        B = -d - p + (2 * of - p + d) * at
        C = -d * at * (1 - at)
        root = mpmath.sqrt(max(B**2 - 8 * of * C, mpmath.mpf(0)))
        known = float((root - B) / (4 * of))
    assert float(found) == pytest.approx(known, rel=1e-12, abs=1e-30)
