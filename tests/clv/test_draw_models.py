"""Draws of models from the covariance of their fits."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from crmkit import errors
from crmkit.clv import BgNbd, draw_models
from crmkit.clv.uncertainty.parameter_draws import moved
from crmkit.fits import FitReport

PURCHASES = BgNbd(r=0.5, alpha=4.0, a=1.3, b=10.0)


def test_a_model_stated_by_hand_has_no_error_to_draw_from() -> None:
    with pytest.raises(errors.NotEnoughDataError, match="a fit with a covariance"):
        draw_models(PURCHASES, n_draws=2, rng=np.random.default_rng(1))


def _report(covariance: Any, **changes: Any) -> FitReport:
    given: dict[str, Any] = {
        "names": ("r", "alpha", "a", "b"),
        "estimates": (0.5, 4.0, 1.3, 10.0),
        "converged": True,
        "iterations": 4,
        "gradient_norm": 1e-12,
        "message": "The gradient is zero.",
        "log_likelihood": -100.0,
        "n_customers": 50.0,
        "n_cells": 9,
        "covariance": covariance,
    }
    return FitReport(**(given | changes))


def _diagonal(*errors: float) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, np.diag(np.square(errors)).tolist()))


@pytest.mark.parametrize(
    ("covariance", "free"),
    [
        (None, "r, alpha, a, b"),
        (_diagonal(0.1, 0.2, 2.7, 0.3), "a"),
        (_diagonal(1.1, 0.2, 0.1, 20.5), "r, b"),
    ],
)
def test_a_fit_that_leaves_parameters_free_cannot_be_drawn_from(
    covariance: Any, free: str
) -> None:
    fit = replace(PURCHASES, report=_report(covariance))
    with pytest.raises(errors.NotEnoughDataError, match=f"leaves {free} all but free"):
        draw_models(fit, n_draws=2, rng=np.random.default_rng(1))
    # Ranges are drawn from the fit with a penalty, where there is one.
    estimates = (0.6, 5.0, 1.5, 12.0)
    steadied = _report(
        covariance,
        steadied_estimates=estimates,
        steadied_covariance=_diagonal(0.0, 0.0, 0.0, 0.0),
        steadied_penalty=4.0,
    )
    drawn = draw_models(
        replace(PURCHASES, report=steadied), n_draws=2, rng=np.random.default_rng(1)
    )
    for one in drawn:
        found = list(one.parameters.values())
        np.testing.assert_allclose(found, estimates, rtol=1e-12)


def test_logarithms_are_drawn_by_their_covariance() -> None:
    tilt = np.random.default_rng(2).normal(size=(4, 4))
    logs = 0.01 * tilt @ tilt.T
    estimates = np.array(list(PURCHASES.parameters.values()))
    covariance = tuple(map(tuple, (logs * np.outer(estimates, estimates)).tolist()))
    fit = replace(PURCHASES, report=_report(covariance))
    drawn = draw_models(fit, n_draws=4000, rng=np.random.default_rng(3))
    assert all(one.report is None for one in drawn)
    steps = np.log([list(one.parameters.values()) for one in drawn]) - np.log(estimates)
    found = np.cov(steps.T)
    scale = np.sqrt(np.outer(np.diag(logs), np.diag(logs)))
    np.testing.assert_allclose(found / scale, logs / scale, atol=0.06)
    np.testing.assert_allclose(steps.mean(axis=0), 0.0, atol=0.05 * scale.max() ** 0.5)


def test_no_parameter_is_moved_out_of_what_a_computer_holds() -> None:
    far = moved(PURCHASES, np.array([1e3, -1e3, 225.0, -240.0]))
    logs = np.log(list(far.parameters.values()))
    known = [230.0, -230.0, 225.0 + np.log(1.3), -230.0]
    np.testing.assert_allclose(logs, known, rtol=1e-12)
