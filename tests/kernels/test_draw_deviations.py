"""Deviations of few draws are as wide as those of many."""

import numpy as np
import pytest

from crmkit.kernels.value.draw_deviations import draw_deviations


@pytest.mark.parametrize("count", [2, 4, 48])
@pytest.mark.parametrize("axis", [0, 1])
def test_the_mean_square_of_deviations_is_the_unbiased_variance(
    count: int, axis: int
) -> None:
    draws = np.random.default_rng(1).gamma(2.0, size=(count, 5, 3)).swapaxes(0, axis)
    found = draw_deviations(draws, axis=axis)
    assert found.shape == draws.shape
    np.testing.assert_allclose(found.sum(axis=axis), 0, atol=1e-12)
    np.testing.assert_allclose(
        (found**2).mean(axis=axis), draws.var(axis=axis, ddof=1), rtol=1e-12
    )


def test_two_draws_that_differ_by_one_deviate_by_the_root_of_a_half() -> None:
    found = draw_deviations(np.array([3.0, 4.0]))
    np.testing.assert_allclose(found, [-(0.5**0.5), 0.5**0.5], rtol=1e-15)
