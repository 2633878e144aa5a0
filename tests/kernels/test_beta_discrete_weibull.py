"""The curvature of the beta-discrete-Weibull survival, in all pairs of parameters."""

import numpy as np
import pytest

from crmkit.kernels.survival.beta_discrete_weibull import _log_survival_derivatives


@pytest.mark.parametrize("point", [(0.7, 2.4, 1.3), (3.1, 0.6, 0.8), (1.9, 5.2, 2.1)])
def test_derivatives_are_the_limits_of_differences(
    point: tuple[float, float, float],
) -> None:
    t = np.array([1.0, 2.0, 5.0, 9.0])
    _, first, second = _log_survival_derivatives(t, *point)
    for at in range(3):
        step = 1e-5 * point[at]
        ahead, behind = (
            _log_survival_derivatives(
                t, *(x + side * step * (i == at) for i, x in enumerate(point))
            )
            for side in (1, -1)
        )
        np.testing.assert_allclose(
            (ahead[0] - behind[0]) / (2 * step), first[at], rtol=1e-7, atol=1e-9
        )
        np.testing.assert_allclose(
            (ahead[1] - behind[1]) / (2 * step), second[at], rtol=1e-6, atol=1e-8
        )
