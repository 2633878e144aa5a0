"""Long sums by few terms: closed forms, and the order of the correction."""

import mpmath
import numpy as np
import pytest

from crmkit.kernels.purchases.step_sums import blocks_of_terms
from crmkit.typing import FloatArray


def _sums(length: FloatArray, *, first: int, one_by_one: int) -> FloatArray:
    """Add up ``exp(-m / length)`` by the terms and weights that are asked for."""
    total = np.zeros(length.size)
    blocks = blocks_of_terms(
        38.0 * length, np.ones(length.size), first=first, one_by_one=one_by_one
    )
    for block in blocks:
        terms = np.exp(-block.number / length[block.rows][:, None])
        total[block.rows] += (terms * block.weight).sum(axis=1)
    return total


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 128, 129, 300])
@pytest.mark.parametrize(("first", "one_by_one"), [(0, 64), (1, 400), (2, 65)])
def test_a_sum_of_falling_terms_is_that_of_a_geometric_series(
    rows: int, first: int, one_by_one: int
) -> None:
    # Lengths below, about and far above what is added one by one, in no order.
    length = np.geomspace(30.0, 1e7, rows)[np.random.default_rng(1).permutation(rows)]
    found = _sums(length, first=first, one_by_one=one_by_one)
    known = np.exp(-first / length) / -np.expm1(-1 / length)
    np.testing.assert_allclose(found, known, rtol=1e-12)


@pytest.mark.parametrize("length", [0.2, 0.5, 1.0, 5.0])
def test_a_short_sum_needs_no_terms_beyond(length: float) -> None:
    found = _sums(np.array([length, 2 * length]), first=0, one_by_one=400)
    known = [1 / -np.expm1(-1 / length), 1 / -np.expm1(-0.5 / length)]
    np.testing.assert_allclose(found, known, rtol=1e-14)


def test_a_last_term_just_beyond_what_is_added_one_by_one_has_a_rest() -> None:
    # Of no length of its own: the rest spans at least a factor of two.
    length = np.array([64.5 / 38.0])
    found = _sums(length, first=0, one_by_one=64)
    np.testing.assert_allclose(found, 1 / -np.expm1(-1 / length), rtol=1e-14)


@pytest.mark.parametrize("power", range(9))
@pytest.mark.parametrize("one_by_one", [0, 4])
def test_the_start_of_a_rest_is_exact_for_powers_up_to_the_eighth(
    power: int, one_by_one: int
) -> None:
    # What a sum from here on has over its integral is Hurwitz's zeta, continued.
    *_, rest = blocks_of_terms(
        np.array([1e3]), np.ones(1), first=1, one_by_one=one_by_one
    )
    start = one_by_one + 1
    number, weight = rest.number[0, :9], rest.weight[0, :9]
    assert number.tolist() == [start + float(step) for step in range(9)]
    beyond = mpmath.zeta(-power, start) + mpmath.mpf(start) ** (power + 1) / (power + 1)
    size = float(np.abs(weight) @ number**power)
    assert weight @ number**power == pytest.approx(float(beyond), abs=1e-14 * size)
