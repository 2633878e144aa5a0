"""Satisfaction as a function of expectation and performance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import fdtrc

from ..._check import finite_array, one_of, typed
from ..._frames import read_eager
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.base import regression
from ...typing import FloatArray, IntoDataFrame
from ..reading.questions import (
    Range,
    complete_rows,
    in_content_order,
    items,
    require_range,
)

__all__ = ["DisconfirmationFit", "fit_disconfirmation"]

Form: TypeAlias = Literal["linear", "polynomial"]
_EXACT = 1e-24  # share of the squares that rounding leaves of a perfect fit
_FORMS: tuple[Form, ...] = ("linear", "polynomial")
_TERMS: Mapping[Form, tuple[str, ...]] = {
    "linear": ("intercept", "expectation", "performance"),
    "polynomial": (
        "intercept",
        "expectation",
        "performance",
        "expectation_squared",
        "expectation_times_performance",
        "performance_squared",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class DisconfirmationFit(JsonResult):
    """A regression of satisfaction on expectation and performance.

    Attributes
    ----------
    terms, coefficients, standard_errors
        Of the regression, with both questions measured from ``centre``. The standard
        errors are robust to unequal variances, also with few rows (HC3).
    centre
        The middle of the scale.
    r_squared, n_customers, incomplete
        Share of the variance explained, number of rows used, and of rows with a missing
        answer.
    restriction_f, restriction_df, restriction_p_value
        Test of the restriction that a plain difference P - E imposes: expectation has
        the opposite coefficient of performance, and all curvature is 0. A small p-value
        speaks against using the difference.
    """

    terms: tuple[str, ...]
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    centre: float
    r_squared: float
    n_customers: int
    incomplete: int
    restriction_f: float
    restriction_df: tuple[int, int]
    restriction_p_value: float

    @property
    def surface(self) -> dict[str, float]:
        """Slopes and curvatures along E = P and along E = -P (Edwards 1994)."""
        b = dict.fromkeys(_TERMS["polynomial"], 0.0)
        b |= dict(zip(self.terms, self.coefficients, strict=True))
        e, p = b["expectation"], b["performance"]
        ee, pp = b["expectation_squared"], b["performance_squared"]
        ep = b["expectation_times_performance"]
        return {
            "agreement_slope": p + e,
            "agreement_curvature": ee + ep + pp,
            "disagreement_slope": p - e,
            "disagreement_curvature": ee - ep + pp,
        }

    @typed
    def expected_satisfaction(self, *, expectation: float, performance: float) -> float:
        """Return the expected satisfaction at one expectation and performance."""
        row = _design(
            finite_array("expectation", [expectation]) - self.centre,
            finite_array("performance", [performance]) - self.centre,
            "linear" if len(self.terms) == 3 else "polynomial",
        )
        return float(row[0] @ np.array(self.coefficients))


@typed
def fit_disconfirmation(
    responses: IntoDataFrame,
    *,
    scale: Range,
    form: Form = "linear",
    satisfaction_col: str = "satisfaction",
    expectation_col: str = "expectation",
    performance_col: str = "performance",
) -> DisconfirmationFit:
    """Fit satisfaction as a function of expectation and performance.

    Parameters
    ----------
    responses
        One row per customer. Rows with a missing answer are counted and left out. The
        order of the rows does not change the result, to the last bit.
    scale
        Lowest and highest answer of expectation and performance; both are measured from
        the middle.
    form
        ``"linear"``: b0 + b1 E + b2 P; ``"polynomial"``: also E^2, EP and P^2 (Edwards
        1994).
    satisfaction_col, expectation_col, performance_col
        The answers.

    Returns
    -------
    DisconfirmationFit
        Coefficients, standard errors, and the test of the plain difference.

    Raises
    ------
    NotEnoughDataError
        If there are too few rows, or expectation and performance are collinear.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "expectation": [3, 5, 4, 2, 5, 1, 4, 3],
    ...     "performance": [4, 3, 4, 5, 5, 3, 2, 1],
    ...     "satisfaction": [7, 4, 6, 9, 8, 6, 3, 2],
    ... })
    >>> fit = fit_disconfirmation(answers, scale=(1, 5))
    >>> fit.coefficients
    (5.16, -0.46, 1.70)
    >>> fit.restriction_p_value < 0.01
    True
    """
    one_of("form", form, _FORMS)
    low, high = require_range(scale)
    asked = (expectation_col, performance_col)
    frame = read_eager(responses, (*asked, satisfaction_col))
    values = np.column_stack(
        [items(frame, asked, (low, high)), items(frame, (satisfaction_col,), None)]
    )
    terms = _TERMS[form]
    kept = complete_rows(values, at_least=len(terms) + 1)
    E, P, y = in_content_order(values[kept]).T
    centre = (low + high) / 2
    X = _design(E - centre, P - centre, form)
    fit = regression.least_squares(X, y, np.ones_like(y))
    if fit.singular:
        raise NotEnoughDataError(
            needed="answers in which expectation and performance are not collinear",
            got=f"{y.size} rows in which one determines the other",
            remedy="Use the linear form, or collect more varied answers.",
        )
    _require_spread(y, fit.residual)
    covariance = regression.left_out_covariance(X, fit)
    F, degrees = _restriction(fit.coefficients, covariance, y.size)
    return DisconfirmationFit(
        terms=terms,
        coefficients=tuple(fit.coefficients.tolist()),
        standard_errors=tuple(np.sqrt(np.diag(covariance)).tolist()),
        centre=centre,
        r_squared=fit.r_squared,
        n_customers=int(y.size),
        incomplete=int((~kept).sum()),
        restriction_f=F,
        restriction_df=degrees,
        restriction_p_value=float(fdtrc(*degrees, F)),
    )


def _design(E: FloatArray, P: FloatArray, form: Form) -> FloatArray:
    linear = [np.ones_like(E), E, P]
    bent = [] if form == "linear" else [E**2, E * P, P**2]
    return np.column_stack([*linear, *bent])


def _require_spread(y: FloatArray, residual: FloatArray) -> None:
    if residual @ residual <= _EXACT * (y @ y):
        raise InvalidValueError(
            subject="the regression",
            found="residuals of 0",
            remedy="Check the columns: satisfaction is an exact function of the other "
            "two.",
        )


def _restriction(
    b: FloatArray, covariance: FloatArray, n: int
) -> tuple[float, tuple[int, int]]:
    """Test b_E + b_P = 0 and that every term of curvature is 0, by Wald's F."""
    k = b.size
    rows = np.zeros((k - 2, k))
    rows[0, 1:3] = 1
    rows[1:, 3:] = np.eye(k - 3)
    off, spread = rows @ b, rows @ covariance @ rows.T
    F = float(off @ np.linalg.solve(spread, off)) / (k - 2)
    return F, (k - 2, n - k)
