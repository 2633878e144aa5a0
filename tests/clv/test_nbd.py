"""The baseline in which nobody leaves."""

import math

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.errors import NotEnoughDataError
from crmkit.kernels.purchases import nbd


def test_cdnow_gives_the_published_parameters(cdnow: pd.DataFrame) -> None:
    # Fader, Hardie and Lee (2005), table 2: r .385, alpha 12.072, LL -9763.7.
    model = clv.fit_nbd(cdnow)
    assert model.r == pytest.approx(0.385, abs=5e-4)
    assert model.alpha == pytest.approx(12.072, abs=5e-4)
    assert model.report is not None
    assert model.report.log_likelihood == pytest.approx(-9763.7, abs=0.05)


def test_derivatives_are_those_of_the_value() -> None:
    x, t_x, T = np.array([0.0, 3, 50]), np.array([0.0, 4, 30]), np.array([5.0, 9, 31])
    weights = np.array([1.0, 2.0, 0.5])
    at, step = np.array([-0.4, 1.3]), 1e-5

    derivatives = nbd.objective(x, t_x, T, weights)

    _, gradient, hessian = derivatives(at)
    for k in range(2):
        move = step * np.eye(2)[k]
        up, down = derivatives(at + move), derivatives(at - move)
        assert gradient[k] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-7)
        assert hessian[k] == pytest.approx((up[1] - down[1]) / (2 * step), rel=1e-6)


def test_nobody_leaves() -> None:
    model = clv.Nbd(r=0.4, alpha=12.0)
    assert model.probability_alive([3, 0], [4.0, 0.0], [5.0, 9.0]).tolist() == [1, 1]


def test_a_discount_of_nothing_changes_nothing() -> None:
    model = clv.Nbd(r=0.4, alpha=12.0)
    plain = model.expected_purchases([3], [4.0], [5.0], horizon=7.0)
    free = model.discounted_expected_purchases(
        [3], [4.0], [5.0], horizon=7.0, discount_rate=0.0
    )
    assert free == pytest.approx(plain, rel=1e-15)


def test_a_lifetime_without_discount_is_infinite() -> None:
    model = clv.Nbd(r=0.4, alpha=12.0)
    endless = model.discounted_expected_purchases(
        [3], [4.0], [5.0], horizon=math.inf, discount_rate=0.0
    )
    assert endless.tolist() == [math.inf]
    paid = model.discounted_expected_purchases(
        [3], [4.0], [5.0], horizon=math.inf, discount_rate=0.1
    )
    assert paid == pytest.approx(3.4 / 17.0 / math.log(1.1), rel=1e-14)


def test_a_rate_cannot_be_fitted_where_no_customer_came_back() -> None:
    base = pd.DataFrame({"frequency": [0, 0, 0], "T": [10.0, 20.0, 30.0]})
    with pytest.raises(NotEnoughDataError, match="customers who came back"):
        clv.fit_nbd(base.assign(recency=0.0))
