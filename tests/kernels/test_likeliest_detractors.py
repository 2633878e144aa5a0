"""The likeliest share of detractors under a score, as the root of its quadratic."""

import numpy as np
import pytest

from crmkit.kernels.survey.nps_intervals import _restricted_detractors


@pytest.mark.parametrize(
    ("x", "promoters", "detractors", "n"),
    [
        (0.5, 5.0, 1.0, 8.0),  # the middle term of the quadratic is 0
        (0.25, 5.0, 1.0, 8.0),
        (0.75, 5.0, 1.0, 8.0),
        (-0.5, 2.0, 7.0, 11.0),
        (0.9, 40.0, 3.0, 50.0),
        (0.999999, 1e6, 1.0, 1e6 + 2),
    ],
)
def test_the_share_solves_its_quadratic(
    x: float, promoters: float, detractors: float, n: float
) -> None:
    arrays = (np.array([each]) for each in (x, promoters, detractors, n))
    q = float(_restricted_detractors(*arrays)[0])
    middle = -detractors - promoters + (2 * n - promoters + detractors) * x
    parts = [2 * n * q**2, middle * q, -detractors * x * (1 - x)]
    largest = max(map(abs, parts))
    assert sum(parts) == pytest.approx(0, abs=1e-9 * largest)
    assert q >= max(-x, 0.0)


def test_a_quadratic_without_a_middle_term_has_a_plain_root() -> None:
    arrays = (np.array([each]) for each in (0.5, 5.0, 1.0, 8.0))
    # 16 q^2 = 1/4.
    assert _restricted_detractors(*arrays).tolist() == [0.125]
