"""The symmetric root of a covariance: one for every way to name its axes."""

import numpy as np
from numpy.testing import assert_allclose

from crmkit.kernels.base.symmetric_root import symmetric_root

_COVARIANCE = np.array([[4.0, 1.0, 0.3], [1.0, 2.0, -0.4], [0.3, -0.4, 0.5]])


def test_its_square_is_the_covariance() -> None:
    root = symmetric_root(_COVARIANCE)
    assert_allclose(root @ root, _COVARIANCE, rtol=1e-13, atol=0)
    assert_allclose(root, root.T, rtol=1e-13, atol=0)
    assert np.all(np.linalg.eigvalsh(root) > 0)


def test_it_follows_a_change_of_axes() -> None:
    order = np.ix_([2, 0, 1], [2, 0, 1])
    turned = symmetric_root(_COVARIANCE[order])
    assert_allclose(turned, symmetric_root(_COVARIANCE)[order], rtol=1e-13, atol=0)


def test_it_hardly_moves_where_two_axes_are_all_but_equal() -> None:
    # The axes of these two matrices lie 45 degrees apart.
    one = symmetric_root(np.array([[1.0, 1e-9], [1e-9, 1.0]]))
    other = symmetric_root(np.array([[1.0 + 1e-9, 0.0], [0.0, 1.0]]))
    assert np.abs(one - other).max() < 1e-9


def test_curvature_below_zero_is_taken_as_none() -> None:
    root = symmetric_root(np.diag([9.0, -1e-18]))
    assert_allclose(root, np.diag([3.0, 0.0]), rtol=1e-15, atol=0)
