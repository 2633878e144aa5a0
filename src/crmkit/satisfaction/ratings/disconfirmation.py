"""Disconfirmation: performance compared with what customers expected."""

import math
from dataclasses import dataclass

from ..._check import typed
from ..._frames import EagerFrame, native, read_eager, with_arrays
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...typing import IntoDataFrame, IntoDataFrameT
from ..reading.questions import (
    Range,
    complete_rows,
    in_content_order,
    items,
    require_range,
)
from ..student_interval import student_interval

__all__ = ["Disconfirmation", "disconfirmation", "with_disconfirmation"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Disconfirmation(JsonResult):
    """How performance compares with expectations.

    Attributes
    ----------
    better, as_expected, worse
        Number of customers whose rating of performance is above, equal to or below
        their expectation.
    mean_expectation, mean_performance
        Mean answers, on the scale of the questions.
    standard_error
        Standard error of the mean difference; None for a single customer.
    incomplete
        Rows without both answers, left out.
    """

    better: int
    as_expected: int
    worse: int
    mean_expectation: float
    mean_performance: float
    incomplete: int
    standard_error: float | None = None

    @property
    def n_customers(self) -> int:
        """Number of customers who answered both questions."""
        return self.better + self.as_expected + self.worse

    @property
    def difference(self) -> float:
        """Mean performance minus mean expectation; above 0 is better than expected."""
        return self.mean_performance - self.mean_expectation

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the confidence interval of the difference (Student's t).

        Raises
        ------
        NotEnoughDataError
            If the value has no standard error, as for a single customer.
        """
        if self.standard_error is None:
            raise NotEnoughDataError(
                needed="2 customers who answered both questions",
                got=str(self.n_customers),
                remedy="Collect more answers.",
            )
        return student_interval(
            self.difference, self.standard_error, self.n_customers - 1, level
        )


@typed
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
        One row per customer. Rows without both answers are counted and left out.
    expectation_col, performance_col
        Expectation and perceived performance, on one scale (Oliver 1980).
    scale
        Lowest and highest answer: others are refused. None checks nothing.

    Returns
    -------
    Disconfirmation
        Counts, means, and the difference with its interval.

    Raises
    ------
    NotEnoughDataError
        If no customer answered both questions.

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
    E, P = in_content_order(values[kept]).T
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


@typed
def with_disconfirmation(
    responses: IntoDataFrameT,
    *,
    expectation_col: str = "expectation",
    performance_col: str = "performance",
    scale: Range | None = None,
    output_col: str = "disconfirmation",
) -> IntoDataFrameT:
    """Add performance minus expectation for each customer.

    Parameters
    ----------
    responses
        One row per customer; without both answers the difference is missing.
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


def _scale(scale: Range | None) -> Range | None:
    return None if scale is None else require_range(scale)
