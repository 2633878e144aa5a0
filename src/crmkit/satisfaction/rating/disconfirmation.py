"""Satisfaction as performance against expectation: better, as expected, or worse."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import fdtrc, stdtrit

from ..._check import fraction, one_of
from ..._frames import EagerFrame, native, read_eager, with_arrays
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.base import regression
from ...typing import FloatArray, IntoDataFrame, IntoDataFrameT
from ..item_columns import Range, complete_rows, items, require_range

__all__ = [
    "Disconfirmation",
    "DisconfirmationFit",
    "disconfirmation",
    "fit_disconfirmation",
    "with_disconfirmation",
]

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
class Disconfirmation:
    """How performance met expectations.

    Attributes
    ----------
    better, as_expected, worse
        Customers whose performance was above, equal to or below what they expected.
    mean_expectation, mean_performance
        On the scale of the questions.
    standard_error
        Of the mean difference; None for a single customer.
    incomplete
        Rows with one of the two, left out.
    """

    better: int
    as_expected: int
    worse: int
    mean_expectation: float
    mean_performance: float
    incomplete: int
    standard_error: float | None = None

    @property
    def n(self) -> int:
        """Customers who answered both."""
        return self.better + self.as_expected + self.worse

    @property
    def difference(self) -> float:
        """Mean performance less mean expectation; above 0 is better than expected."""
        return self.mean_performance - self.mean_expectation

    def interval(self, *, level: float = 0.95) -> tuple[float, float] | None:
        """Return the range of true differences (Student's t); None if unknown."""
        fraction("level", level)
        if self.standard_error is None:
            return None
        half = float(stdtrit(self.n - 1, 0.5 + level / 2)) * self.standard_error
        return self.difference - half, self.difference + half

    def to_dict(self) -> dict[str, object]:
        """Return the counts and means as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Disconfirmation":
        """Build the value from its JSON document."""
        return from_document(cls, document)


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class DisconfirmationFit:
    """How satisfaction follows from expectation and performance.

    Attributes
    ----------
    terms, coefficients, standard_errors
        Of the regression, both questions measured from ``centre``. Errors survive
        unequal spread (HC1).
    centre
        The middle of the scale.
    r_squared, n, incomplete
        Share of the variance explained, rows used, rows with a hole.
    restriction_f, restriction_df, restriction_p_value
        Test of what a plain difference P - E would impose: that expectation counts
        exactly as much as performance, the other way, and that nothing bends. A small
        p-value says: do not use the difference.
    """

    terms: tuple[str, ...]
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    centre: float
    r_squared: float
    n: int
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

    def expected_satisfaction(self, *, expectation: float, performance: float) -> float:
        """Return the satisfaction to expect at these two answers."""
        row = _design(
            np.array([expectation - self.centre]),
            np.array([performance - self.centre]),
            "linear" if len(self.terms) == 3 else "polynomial",
        )
        return float(row[0] @ np.array(self.coefficients))

    def to_dict(self) -> dict[str, object]:
        """Return the fit as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "DisconfirmationFit":
        """Build the fit from its JSON document."""
        return from_document(cls, document)


def disconfirmation(
    responses: IntoDataFrame,
    *,
    expectation_col: str = "expectation",
    performance_col: str = "performance",
    scale: Range | None = None,
) -> Disconfirmation:
    """Measure whether customers got more or less than they expected.

    Parameters
    ----------
    responses
        One row per customer. Rows with one answer are counted and left out.
    expectation_col, performance_col
        What was expected and what was perceived, on one scale (Oliver 1980).
    scale
        Its ends, to refuse answers outside; None: not checked.

    Returns
    -------
    Disconfirmation
        Counts, means and the difference with its interval.

    Raises
    ------
    NotEnoughDataError
        If nobody answered both.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "expectation": [7, 8, 6, 9], "performance": [8, 8, 4, 10],
    ... })
    >>> met = disconfirmation(answers)
    >>> met.better, met.as_expected, met.worse, met.difference
    (2, 1, 1, 0.0)
    """
    columns = (expectation_col, performance_col)
    values = items(read_eager(responses, columns), columns, _scale(scale))
    kept = complete_rows(values, at_least=1)
    E, P = values[kept].T
    error = (P - E).std(ddof=1) / math.sqrt(P.size) if P.size > 1 else None
    return Disconfirmation(
        better=int((P > E).sum()),
        as_expected=int((P == E).sum()),
        worse=int((P < E).sum()),
        mean_expectation=float(E.mean()),
        mean_performance=float(P.mean()),
        standard_error=None if error is None else float(error),
        incomplete=int((~kept).sum()),
    )


def with_disconfirmation(
    responses: IntoDataFrameT,
    *,
    expectation_col: str = "expectation",
    performance_col: str = "performance",
    scale: Range | None = None,
    output_col: str = "disconfirmation",
) -> IntoDataFrameT:
    """Add performance less expectation to each customer's answers.

    Parameters
    ----------
    responses
        One row per customer; who left one out has no difference.
    expectation_col, performance_col, scale
        As in :func:`disconfirmation`.
    output_col
        The column to add: above 0 is better than expected.

    Returns
    -------
    The same frame with one more column.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"expectation": [7, 8], "performance": [8, 5]})
    >>> with_disconfirmation(answers)["disconfirmation"].tolist()
    [1.0, -3.0]
    """
    columns = (expectation_col, performance_col)
    frame: EagerFrame = read_eager(responses, columns)
    E, P = items(frame, columns, _scale(scale)).T
    return native(with_arrays(frame, {output_col: P - E}), responses)


def fit_disconfirmation(
    responses: IntoDataFrame,
    *,
    scale: Range,
    form: Form = "linear",
    satisfaction_col: str = "satisfaction",
    expectation_col: str = "expectation",
    performance_col: str = "performance",
) -> DisconfirmationFit:
    """Fit how satisfaction follows from expectation and performance.

    Parameters
    ----------
    responses
        One row per customer. Rows with a hole are counted and left out.
    scale
        The ends of the scale of expectation and performance; both are measured from its
        middle.
    form
        ``"linear"``: b0 + b1 E + b2 P; ``"polynomial"``: also E^2, EP and P^2 (Edwards
        1994).
    satisfaction_col, expectation_col, performance_col
        The answers.

    Returns
    -------
    DisconfirmationFit
        Coefficients, errors, and the test of the plain difference.

    Raises
    ------
    NotEnoughDataError
        If there are too few rows, or expectation and performance do not vary apart.

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
    E, P, y = values[kept].T
    centre = (low + high) / 2
    X = _design(E - centre, P - centre, form)
    fit = regression.least_squares(X, y, np.ones_like(y))
    if fit.singular:
        raise NotEnoughDataError(
            needed="answers in which expectation and performance vary apart",
            got=f"{y.size} rows in which one follows from the other",
            remedy="Use the linear form, or collect more varied answers.",
        )
    _require_spread(y, fit.residual)
    cluster = np.arange(y.size)
    covariance = regression.clustered_covariance(X, np.ones_like(y), cluster, fit)
    F, degrees = _restriction(fit.coefficients, covariance, y.size)
    return DisconfirmationFit(
        terms=terms,
        coefficients=tuple(fit.coefficients.tolist()),
        standard_errors=tuple(np.sqrt(np.diag(covariance)).tolist()),
        centre=centre,
        r_squared=fit.r_squared,
        n=int(y.size),
        incomplete=int((~kept).sum()),
        restriction_f=F,
        restriction_df=degrees,
        restriction_p_value=float(fdtrc(*degrees, F)),
    )


def _scale(scale: Range | None) -> Range | None:
    return None if scale is None else require_range(scale)


def _design(E: FloatArray, P: FloatArray, form: Form) -> FloatArray:
    linear = [np.ones_like(E), E, P]
    bent = [] if form == "linear" else [E**2, E * P, P**2]
    return np.column_stack([*linear, *bent])


def _require_spread(y: FloatArray, residual: FloatArray) -> None:
    if residual @ residual <= _EXACT * (y @ y):
        raise InvalidValueError(
            subject="the regression",
            found="residuals without spread",
            remedy="Satisfaction is an exact function of the two: nothing to test.",
        )


def _restriction(
    b: FloatArray, covariance: FloatArray, n: int
) -> tuple[float, tuple[int, int]]:
    """Test b_E + b_P = 0 and that every bent term is 0, by Wald's F."""
    k = b.size
    rows = np.zeros((k - 2, k))
    rows[0, 1:3] = 1
    rows[1:, 3:] = np.eye(k - 3)
    off, spread = rows @ b, rows @ covariance @ rows.T
    F = float(off @ np.linalg.solve(spread, off)) / (k - 2)
    return F, (k - 2, n - k)
