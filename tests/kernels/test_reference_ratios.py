"""Ratios of cumulated sums, and how far they are drawn to those of all."""

import numpy as np

from crmkit.kernels.value.reference_ratios import (
    alone,
    known_before,
    shrunk,
    sums_by_period,
)


def test_a_row_with_nothing_to_learn_from_is_itself() -> None:
    evidence = np.array([0.0, 1.0, 2.0, 0.0])
    assert alone(evidence).tolist() == [True, True, False, False]
    sums = np.array([[2.0, 5.0], [1.0, 7.0], [4.0, 0.5], [3.0, 9.0]])
    known = [[2.0, 5.0], [1.0, 7.0], [3.0, 12.0], [7.0, 12.5]]
    assert known_before(sums, evidence).tolist() == known


def test_a_ratio_counts_as_its_customers_against_those_presumed() -> None:
    found = shrunk(
        np.array([9.0, 6.0, 2.0]), np.array([0.0, 1.0, 6.0]), np.full(3, 4.0), 2.0
    )
    np.testing.assert_allclose(found, [4.0, 4 + 2 / 3, 2.5], rtol=1e-15)
    unknown = shrunk(np.array([9.0]), np.zeros(1), np.array([4.0]), 0.0)
    assert unknown.tolist() == [4.0]


def test_a_day_belongs_to_the_period_that_began_last() -> None:
    day, starts = np.array([10, 19, 20, 31]), np.array([10, 20, 30])
    code, amount = np.array([0, 1, 1, 0]), np.array([1.0, 2.0, 4.0, 8.0])
    found = sums_by_period(day, starts, code, 2, amount)
    assert found.tolist() == [[1.0, 2.0], [0.0, 4.0], [8.0, 0.0]]
