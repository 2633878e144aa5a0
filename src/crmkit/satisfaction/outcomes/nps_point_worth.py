"""What a point of the score goes together with in money, part by part, never twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction
from ..._frames import read_eager
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.base import regression
from ...typing import FloatArray, IntoDataFrame
from ..answers import column_names
from ..item_columns import complete_rows, items
from ..promoter_score.bands import Bands
from ..promoter_score.net_scores import net_answers

__all__ = ["PartWorth", "PointWorth", "nps_point_worth"]

_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PartWorth:
    """What one point of the score goes together with in one part of value.

    Attributes
    ----------
    name
        The part.
    worth, lower, upper
        Money per customer and point.
    """

    name: str
    worth: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PointWorth:
    """One point of the score in money, per customer.

    One point is one promoter more among a hundred customers who were passive, or one
    detractor less.

    Attributes
    ----------
    parts
        Each part of value by itself.
    worth, lower, upper
        Of all parts together: their exact sum, with its own interval, for parts of one
        customer go together and their errors must not be added.
    level
        Of the intervals.
    n, incomplete
        Customers used, and others with a hole.
    """

    parts: tuple[PartWorth, ...]
    worth: float
    lower: float
    upper: float
    level: float
    n: int
    incomplete: int

    def of_base(self, *, customers: int) -> float:
        """Return what one point goes together with in a base of so many customers."""
        return self.worth * customers

    def to_dict(self) -> dict[str, object]:
        """Return the worth as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "PointWorth":
        """Build the worth from its JSON document."""
        return from_document(cls, document)


def nps_point_worth(
    customers: IntoDataFrame,
    *,
    part_cols: Sequence[str],
    control_cols: Sequence[str] = (),
    score_col: str = "score",
    bands: str | Bands = "standard",
    level: float = 0.95,
) -> PointWorth:
    """Measure what a point of the score goes together with in money.

    The parts must not overlap: satisfied customers stay (repeat purchases), buy other
    things, cost less to serve and recommend, and each of these is one part. A column
    that is the sum of others would count them twice, and is refused.

    It is an association, not a promise: who buys much may be happier for it. Put what
    was known of the customer before the answer into ``control_cols``.

    Parameters
    ----------
    customers
        One row per customer with an answer and parts of value after it, such as
        ``clv1`` to ``clv6``. Rows with a hole are counted and left out.
    part_cols
        Parts of value that add up.
    control_cols
        What was known before the answer: value so far, tenure.
    score_col, bands
        As in ``nps``.
    level
        Of the intervals.

    Returns
    -------
    PointWorth
        Money per customer and point, by part and in total.

    Raises
    ------
    InvalidValueError
        If a part is the sum of others.
    NotEnoughDataError
        If the answers do not vary apart from the controls.

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
    fraction("level", level)
    parts = column_names("part_cols", part_cols)
    controls = tuple(control_cols)
    frame = read_eager(customers, (score_col, *parts, *controls))
    net = net_answers(frame, score_col=score_col, bands=bands, id_col=None)
    values = np.column_stack([net, items(frame, (*parts, *controls), None)])
    kept = complete_rows(values, at_least=len(controls) + 3)
    s, money, known = np.split(values[kept], [1, 1 + len(parts)], axis=1)
    _require_parts(parts, money)
    X = _design(s, known)
    total = money.sum(axis=1)
    worths = [_slope(X, y, level) for y in (*money.T, total)]
    return PointWorth(
        parts=tuple(
            PartWorth(name=name, worth=worth, lower=lower, upper=upper)
            for name, (worth, lower, upper) in zip(parts, worths[:-1], strict=True)
        ),
        worth=worths[-1][0],
        lower=worths[-1][1],
        upper=worths[-1][2],
        level=level,
        n=int(kept.sum()),
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
                remedy="Leave the total out: it would count every part twice.",
            )


def _design(s: FloatArray, known: FloatArray) -> FloatArray:
    centred = known - known.mean(axis=0)
    spread = centred.std(axis=0)
    return np.column_stack(
        [np.ones(len(s)), s, centred / np.where(spread > 0, spread, 1.0)]
    )


def _slope(X: FloatArray, y: FloatArray, level: float) -> tuple[float, float, float]:
    """Return the slope of money over the answer's -1, 0, 1, per point."""
    w = np.ones(len(y))
    fit = regression.least_squares(X, y, w)
    if fit.singular:
        raise NotEnoughDataError(
            needed="answers of different bands that vary apart from the controls",
            got=f"{len(y)} customers in whom they do not",
            remedy="Leave controls out, or collect more answers.",
        )
    covariance = regression.clustered_covariance(X, w, np.arange(len(y)), fit)
    t = float(stdtrit(len(y) - X.shape[1], 0.5 + level / 2))
    slope, half = float(fit.coefficients[1]), t * float(np.sqrt(covariance[1, 1]))
    return slope / 100, (slope - half) / 100, (slope + half) / 100
