"""The worth of one point of the net promoter score in money, part by part."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..._check import names_given, whole
from ..._frames import read_eager
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.base import regression
from ...typing import FloatArray, IntoDataFrame
from ..promoter_score.bands import Bands
from ..promoter_score.net_answers import net_answers
from ..reading.questions import complete_rows, in_content_order, items
from ..student_interval import student_interval

__all__ = ["PartWorth", "PointWorth", "nps_point_worth"]

_SAME = 1e-9  # share of the largest sum below which a difference is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PartWorth:
    """The worth of one point of the score in one part of value.

    Attributes
    ----------
    name
        The part.
    worth, standard_error
        Money per customer and point. The error is robust to unequal variances; where
        fewer than about 30 customers decide, such as a few detractors, it is at
        least the usual one.
    degrees_of_freedom
        Customers used, minus coefficients of the regression.
    """

    name: str
    worth: float
    standard_error: float
    degrees_of_freedom: int

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the confidence interval of the worth (Student's t)."""
        return student_interval(
            self.worth, self.standard_error, self.degrees_of_freedom, level
        )


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PointWorth(JsonResult):
    """The worth of one point of the score in money, per customer.

    One point is one more promoter among a hundred customers, instead of a passive, or
    one detractor less.

    Attributes
    ----------
    parts
        The worth in each part of value.
    worth, standard_error
        The worth in all parts together, which is the sum of the parts. Parts of one
        customer are correlated, so their errors do not add up; the standard error
        of the total comes from a separate regression.
    degrees_of_freedom
        Customers used, minus coefficients of the regression.
    n_customers, incomplete
        Number of customers used, and of others with a missing value.
    """

    parts: tuple[PartWorth, ...]
    worth: float
    standard_error: float
    degrees_of_freedom: int
    n_customers: int
    incomplete: int

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the confidence interval of the total worth (Student's t)."""
        return student_interval(
            self.worth, self.standard_error, self.degrees_of_freedom, level
        )

    def of_base(self, *, n_customers: int) -> float:
        """Return the worth of one point in a base of a given number of customers."""
        return self.worth * whole("n_customers", n_customers)


def nps_point_worth(
    customers: IntoDataFrame,
    *,
    part_cols: Sequence[str],
    control_cols: Sequence[str] = (),
    score_col: str = "score",
    bands: str | Bands = "standard",
) -> PointWorth:
    """Estimate how much customer value is associated with one NPS point.

    The parts must not overlap: satisfied customers stay (repeat purchases), buy other
    products, cost less to serve and recommend, and each of these is one part. A column
    that is the sum of the others would count them twice, and is refused.

    The worth is an association, not an effect: customers who buy much may be more
    satisfied because of it. Put what was known of the customer before the answer into
    ``control_cols``.

    Parameters
    ----------
    customers
        One row per customer with an answer and parts of value after it, such as
        ``clv1`` to ``clv6``. Rows with a missing value are counted and left out.
    part_cols
        Parts of value that add up.
    control_cols
        What was known before the answer: value so far, tenure.
    score_col, bands
        As in ``nps``.

    Returns
    -------
    PointWorth
        Money per customer and point, by part and in total, with intervals.

    Raises
    ------
    InvalidValueError
        If a part is the sum of the others.
    NotEnoughDataError
        If the answers do not vary, or the controls determine them.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "score": [10, 9, 8, 7, 3, 5, 9, 2],
    ...     "clv2": [50.0, 60, 40, 35, 10, 20, 55, 15],
    ...     "clv5": [8.0, 4, 1, 0, -3, -1, 6, -2],
    ... })
    >>> point = nps_point_worth(customers, part_cols=["clv2", "clv5"])
    >>> [(part.name, part.worth) for part in point.parts], point.worth
    ([('clv2', 0.20), ('clv5', 0.04)], 0.24)
    """
    parts = names_given("part_cols", part_cols)
    controls = _controls(control_cols)
    frame = read_eager(customers, (score_col, *parts, *controls))
    net = net_answers(frame, score_col=score_col, bands=bands, id_col=None)
    values = np.column_stack([net, items(frame, (*parts, *controls), None)])
    kept = complete_rows(values, at_least=len(controls) + 3)
    data = in_content_order(values[kept])
    s, money, known = np.split(data, [1, 1 + len(parts)], axis=1)
    _require_parts(parts, money)
    X = _design(s, known)
    total = money.sum(axis=1)
    *each, (worth, error) = (_slope(X, y) for y in (*money.T, total))
    free = len(data) - X.shape[1]
    return PointWorth(
        parts=tuple(
            PartWorth(
                name=name, worth=own, standard_error=spread, degrees_of_freedom=free
            )
            for name, (own, spread) in zip(parts, each, strict=True)
        ),
        worth=worth,
        standard_error=error,
        degrees_of_freedom=free,
        n_customers=len(data),
        incomplete=int((~kept).sum()),
    )


def _require_parts(parts: Sequence[str], money: FloatArray) -> None:
    whole = money.sum(axis=1)
    scale = np.abs(money).sum(axis=1).max()
    for name, column in zip(parts, money.T, strict=True):
        doubled = np.abs(whole - 2 * column).max() <= _SAME * scale
        if len(parts) > 1 and scale > 0 and doubled:
            raise InvalidValueError(
                subject=f"column {name!r}",
                found="the sum of the other parts",
                remedy="Leave the total out: it would count each part twice.",
            )


def _design(s: FloatArray, known: FloatArray) -> FloatArray:
    centred = known - known.mean(axis=0)
    spread = centred.std(axis=0)
    return np.column_stack(
        [np.ones(len(s)), s, centred / np.where(spread > 0, spread, 1.0)]
    )


def _slope(X: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Return the slope of money over the answers, and its error, per point."""
    w = np.ones(len(y))
    fit = regression.least_squares(X, y, w)
    if fit.singular:
        raise NotEnoughDataError(
            needed="answers in different bands that the controls do not determine",
            got=f"{len(y)} customers without such variation",
            remedy="Use fewer controls, or collect more answers.",
        )
    errors = regression.careful_errors(X, w, np.arange(len(y)), fit)
    return float(fit.coefficients[1]) / 100, float(errors[1]) / 100


def _controls(control_cols: Sequence[str]) -> list[str]:
    if isinstance(control_cols, list | tuple) and not control_cols:
        return []
    return list(names_given("control_cols", control_cols))
