"""P-values adjusted for tests whose p-value was never computed."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from crmkit.campaigns.cross_selling.false_discoveries import adjusted


@pytest.mark.parametrize("more", [0, 1, 5, 400])
@pytest.mark.parametrize("p", [[0.03], [0.02, 0.001], [0.2, 0.004, 0.03, 0.9]])
def test_tests_never_computed_count_as_those_with_a_p_value_of_one(
    p: list[float], more: int
) -> None:
    found = adjusted(np.array(p), tests=len(p) + more)
    expected = false_discovery_control([*p, *[1.0] * more])[: len(p)]
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize("tests", [0, 7])
def test_of_no_p_values_none_is_adjusted(tests: int) -> None:
    assert adjusted(np.zeros(0), tests=tests).shape == (0,)
