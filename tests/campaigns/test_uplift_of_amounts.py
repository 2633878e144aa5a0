"""Uplift of outcomes of any size, summed again in exact fractions."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from crmkit.campaigns import uplift_curve


@pytest.mark.parametrize(
    "unit", [1.0, 0.25, 2.0**27, 2.0**28, 2.0**40, 2.0**50, 2.0**52, 0.1]
)
def test_the_curve_is_that_of_exact_sums(unit: float) -> None:
    rng = np.random.default_rng(8)
    n = 14
    treated = np.array([1, 0] * 7)
    outcome = rng.integers(-4, 9, n) * unit
    campaign = pd.DataFrame(
        {
            "uplift": np.arange(n)[::-1] / n,
            "treated": treated,
            "retained": outcome,
        }
    )
    found = uplift_curve(campaign)
    expected = [Fraction(0)]
    for cut in range(1, n + 1):
        first, exact = treated[:cut], [Fraction(each) for each in outcome[:cut]]
        sums = [
            sum((y for y, t in zip(exact, first, strict=True) if t == arm), Fraction(0))
            for arm in (1, 0)
        ]
        sizes = [int((first == arm).sum()) for arm in (1, 0)]
        both = min(sizes) > 0
        expected.append(
            sums[0] - sums[1] * sizes[0] / sizes[1] if both else Fraction(0)
        )
    np.testing.assert_allclose(
        found["qini"], [float(each) for each in expected], rtol=1e-9, atol=1e-12 * unit
    )
