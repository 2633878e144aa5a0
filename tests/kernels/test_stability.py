"""The adjusted Rand index, against scikit-learn's and by its meaning."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from crmkit.kernels.groups.rand_index import adjusted_rand


def test_other_names_are_the_same_grouping() -> None:
    assert adjusted_rand(np.array([0, 0, 1, 2]), np.array([2, 2, 0, 1])) == 1


def test_one_group_against_itself_agrees() -> None:
    assert adjusted_rand(np.zeros(4, int), np.zeros(4, int)) == 1


def test_it_is_what_another_library_says(rng: np.random.Generator) -> None:
    first, second = rng.integers(0, 4, 200), rng.integers(0, 3, 200)
    second[:120] = first[:120] % 3
    expected = adjusted_rand_score(first, second)
    assert adjusted_rand(first, second) == pytest.approx(expected, rel=1e-12)
