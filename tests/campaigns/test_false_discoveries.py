"""P-values adjusted for tests whose p-value was never computed."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from crmkit.campaigns.cross_selling.false_discoveries import adjusted


@pytest.mark.parametrize("known", [0, 1, 2, 7])
@pytest.mark.parametrize("unknown", [0, 1, 12])
def test_the_others_count_as_a_p_value_of_1(known: int, unknown: int) -> None:
    p = np.random.default_rng(known).random(known) ** 4
    found = adjusted(p, tests=known + unknown)
    every = np.append(p, np.ones(unknown))
    expected = false_discovery_control(every)[:known] if every.size else every
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)
