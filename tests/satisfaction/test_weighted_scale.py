"""Weights count by their ratios, and arguments of a fitted surface are numbers."""

import math

import numpy as np
import pandas as pd
import pytest

from crmkit import satisfaction
from crmkit.errors import CrmkitError

ANSWERS = pd.DataFrame(
    {"score": [9, 10, 3, 7, 8, 0], "weight": [1.0, 2.0, 1.0, 0.5, 3.0, 1.0]}
)


@pytest.mark.parametrize("power", [-900, 300])
def test_all_weights_times_a_number_change_nothing(power: int) -> None:
    once = satisfaction.weighted_nps(ANSWERS)
    scaled = ANSWERS.assign(weight=np.ldexp(ANSWERS["weight"], power))
    assert satisfaction.weighted_nps(scaled) == once


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_endless_expectation_has_no_satisfaction(value: float) -> None:
    rng = np.random.default_rng(1)
    asked = pd.DataFrame(
        rng.integers(1, 8, (60, 3)),
        columns=["satisfaction", "expectation", "performance"],
    )
    fit = satisfaction.fit_disconfirmation(asked, scale=(1, 7))
    with pytest.raises(CrmkitError, match="argument 'expectation'"):
        fit.expected_satisfaction(expectation=value, performance=4.0)
    with pytest.raises(CrmkitError, match="argument 'performance'"):
        fit.expected_satisfaction(expectation=4.0, performance=value)
