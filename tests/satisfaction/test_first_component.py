"""Weights by the first principal component, where they can be told by hand."""

import numpy as np
import pandas as pd
import pytest

from crmkit.errors import InvalidValueError
from crmkit.kernels.survey.reliability import first_component
from crmkit.satisfaction import fit_satisfaction_index


def weights(**items: list[float]) -> tuple[float, ...]:
    answers = pd.DataFrame(items)
    found = fit_satisfaction_index(
        answers, item_cols=list(items), weights="first_component"
    )
    return found.weights


def test_two_items_that_agree_weigh_the_same() -> None:
    found = weights(a=[1, 2, 4, 7, 9], b=[2, 2, 3, 9, 8])
    np.testing.assert_allclose(found, [0.5, 0.5], rtol=1e-12, atol=0)


@pytest.mark.parametrize(("r", "s"), [(0.5, 0.3), (0.8, 0.1), (0.2, 0.6)])
def test_three_items_have_the_axis_of_their_correlations(r: float, s: float) -> None:
    # Two items correlate by r, the third with both by s: the axis is (1, 1, z), where
    # 1 + r + s z = 2 s / z + 1 is its variance.
    z = (np.sqrt(r**2 + 8 * s**2) - r) / (2 * s)
    correlations = np.array([[1, r, s], [r, 1, s], [s, s, 1.0]])
    rng = np.random.default_rng(4)
    noise = rng.normal(size=(40, 3))
    scores = np.linalg.qr(noise - noise.mean(axis=0))[0]
    X = scores @ np.linalg.cholesky(correlations).T
    found = first_component(X)
    assert found is not None
    expected = np.array([1, 1, z]) / (2 + z)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("seed", range(8))
def test_an_item_that_has_no_part_weighs_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(1, 8, 12).astype(float)
    b = a + rng.integers(0, 2, 12)
    found = weights(a=[*a, *a], b=[*b, *b], c=np.repeat([1.0, 4.0], 12).tolist())
    np.testing.assert_allclose(found[:2], [0.5, 0.5], rtol=1e-12, atol=0)
    assert found[2] == 0.0


def test_of_opposite_items_the_later_is_named() -> None:
    with pytest.raises(InvalidValueError, match="column 'b': an item that correlates"):
        weights(a=[1, 2, 3, 4], b=[4, 3, 2, 1])


def test_items_without_anything_in_common_have_no_first_component() -> None:
    with pytest.raises(InvalidValueError, match="Use weights='equal'") as caught:
        weights(a=[1, 2, 1, 2], b=[1, 1, 2, 2])
    assert "without a common component" in str(caught.value)
