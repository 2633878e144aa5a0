"""What drawn parameters expect is read off a quadratic through three of each axis."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.components.customer_occasions import History
from crmkit.clv.components.expectation_moves import expectation_moves
from crmkit.clv.uncertainty.parameter_draws import log_covariance, moved
from crmkit.typing import FloatArray

HISTORY = History(
    bought=np.array([True, False, True, True]),
    frequency=np.array([0.0, 0.0, 2.0, 7.0]),
    recency=np.array([0.0, 0.0, 11.0, 30.0]),
    T=np.array([20.0, 0.0, 25.0, 31.0]),
    monetary_value=np.zeros(4),
)
HORIZON = 13.0


@pytest.fixture(scope="module")
def fit() -> clv.BgNbd:
    rng = np.random.default_rng(3)
    x, T = rng.geometric(0.4, 200) - 1, rng.uniform(20.0, 40.0, 200)
    return clv.fit_bg_nbd(
        pd.DataFrame(
            {"frequency": x, "recency": T * rng.random(200) * (x > 0), "T": T}
        ),
        penalty=1.0,
    )


def _expected(model: Any) -> FloatArray:
    past = HISTORY.of_buyers()
    return np.asarray(model.expected_purchases(*past, horizon=HORIZON))


def _axes(fit: clv.BgNbd) -> FloatArray:
    curvature, axes = np.linalg.eigh(log_covariance(fit))
    return np.asarray(axes * np.sqrt(curvature))


def test_at_one_and_a_half_deviations_of_an_axis_a_factor_is_exact(
    fit: clv.BgNbd,
) -> None:
    steps = [sign * 1.5 * axis for axis in _axes(fit).T for sign in (1, -1)]
    drawn = [moved(fit, step) for step in steps]
    found = expectation_moves(fit, drawn, HISTORY, HORIZON)
    np.testing.assert_allclose(found.base, _expected(fit), rtol=1e-12)
    known = np.stack([_expected(one) for one in drawn])
    np.testing.assert_allclose(found.factors * found.base, known, rtol=1e-9)


def test_along_two_axes_the_logarithms_of_the_factors_add_up(fit: clv.BgNbd) -> None:
    first, second, third, _ = _axes(fit).T
    steps = [0.7 * first, -1.2 * third, 2.9 * second]
    drawn = [moved(fit, step) for step in (*steps, np.sum(steps, axis=0))]
    logs = np.log(expectation_moves(fit, drawn, HISTORY, HORIZON).factors)
    np.testing.assert_allclose(logs[3], logs[:3].sum(axis=0), rtol=1e-8, atol=1e-12)


def test_beyond_three_deviations_nothing_moves_any_more(fit: clv.BgNbd) -> None:
    axis = _axes(fit)[:, 1]
    drawn = [moved(fit, sign * far * axis) for sign in (1, -1) for far in (2.8, 3, 5)]
    found = expectation_moves(fit, drawn, HISTORY, HORIZON).factors
    np.testing.assert_allclose(found[[2, 5]], found[[1, 4]], rtol=1e-8)
    assert np.all(np.abs(found[[0, 3]] / found[[1, 4]] - 1) > 1e-4)


def test_a_model_by_hand_moves_nothing() -> None:
    plain = clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5)
    drawn = [plain] * 3
    found = expectation_moves(plain, drawn, HISTORY, HORIZON)
    np.testing.assert_allclose(found.base, _expected(plain), rtol=1e-12)
    assert found.factors.tolist() == np.ones((3, 3)).tolist()
