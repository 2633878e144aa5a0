"""The change of the net promoter score of customers who answered twice."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from ..._frames import Frame, Rule, read, refuse, require_numbers
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...typing import FloatArray, IntoFrame
from ..reading.pair_counts import pair_counts
from ..reading.tally import Scale, scale_rules
from ..student_interval import student_interval
from .bands import BANDS, Bands, bands_of
from .nps import Nps

__all__ = ["PairedNpsDifference", "paired_nps_difference"]

_Row = tuple[int, int, int]
_CHANGE = np.array([[0, -1, -2], [1, 0, -1], [2, 1, 0]])


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PairedNpsDifference(JsonResult):
    """The change between two answers of each customer.

    Attributes
    ----------
    transitions
        Number of customers by band before (rows) and after (columns), in the order
        promoter, passive, detractor.
    incomplete
        Rows without both answers, left out.
    bands
        The answers that make a promoter, a passive and a detractor.

    Examples
    --------
    >>> moved = PairedNpsDifference(transitions=((40, 5, 5), (10, 20, 0), (5, 5, 10)))
    >>> moved.before.score, moved.after.score, moved.difference
    (30.0, 40.0, 10.0)
    >>> moved.interval().lower, moved.interval().upper, moved.p_value
    (-5.32, 25.32, 0.198)
    """

    transitions: tuple[_Row, _Row, _Row]
    incomplete: int = 0
    bands: Bands = BANDS["standard"]

    @property
    def n_customers(self) -> int:
        """Number of customers with both answers."""
        return sum(map(sum, self.transitions))

    @property
    def before(self) -> Nps:
        """The score of the first answers."""
        P, M, D = map(sum, self.transitions)
        return Nps(promoters=P, passives=M, detractors=D, bands=self.bands)

    @property
    def after(self) -> Nps:
        """The score of the second answers."""
        P, M, D = map(sum, zip(*self.transitions, strict=True))
        return Nps(promoters=P, passives=M, detractors=D, bands=self.bands)

    @property
    def difference(self) -> float:
        """Second score minus first score, in points."""
        return 100 * float(np.sum(self._table * _CHANGE)) / self.n_customers

    @property
    def standard_error(self) -> float | None:
        """Standard error of the difference, in points; None for a single customer.

        Two answers of one customer are correlated, so it is usually smaller than that
        of two surveys of different customers.
        """
        if self.n_customers < 2:
            return None
        mean = self.difference / 100
        squares = float(np.sum(self._table * (_CHANGE - mean) ** 2))
        return 100 * math.sqrt(squares / (self.n_customers - 1) / self.n_customers)

    @property
    def p_value(self) -> float | None:
        """Two-sided p-value of an unchanged score; None without a standard error."""
        error = self.standard_error
        if not error:
            return None
        return float(2 * stdtr(self.n_customers - 1, -abs(self.difference) / error))

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the confidence interval of the change, in points (Student's t).

        Raises
        ------
        NotEnoughDataError
            If there are fewer than two customers.
        """
        error = self.standard_error
        if error is None:
            raise NotEnoughDataError(
                needed="2 customers with both answers",
                got=str(self.n_customers),
                remedy="At least two customers must have answered both surveys.",
            )
        return student_interval(
            self.difference,
            error,
            self.n_customers - 1,
            level,
            bounds=(-200.0, 200.0),
        )

    @property
    def _table(self) -> FloatArray:
        return np.array(self.transitions, dtype=np.float64)


def paired_nps_difference(
    responses: IntoFrame,
    *,
    before_col: str = "before",
    after_col: str = "after",
    bands: str | Bands = "standard",
) -> PairedNpsDifference:
    """Measure how the score changed among customers who answered twice.

    Parameters
    ----------
    responses
        One row per customer. A lazy frame is counted in its engine.
    before_col, after_col
        The two answers. Rows without both are counted and left out.
    bands
        As in ``nps``.

    Returns
    -------
    PairedNpsDifference
        The change with its interval, and the moves between bands.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale or not whole.
    NotEnoughDataError
        If no customer has both answers.

    Examples
    --------
    >>> import pandas as pd
    >>> twice = pd.DataFrame({"before": [9, 7, 3, 9], "after": [10, 9, 7, None]})
    >>> moved = paired_nps_difference(twice)
    >>> moved.n_customers, moved.difference, moved.incomplete
    (3, 66.7, 1)
    """
    chosen = bands_of(bands)
    frame = _opened(responses, (before_col, after_col), chosen)
    _, before, after, count = pair_counts(frame, (before_col, after_col))
    both = ~np.isnan(before) & ~np.isnan(after)
    table = np.zeros((3, 3))
    places = (_places(before[both], chosen), _places(after[both], chosen))
    np.add.at(table, places, count[both])
    if not both.any():
        raise NotEnoughDataError(
            needed="1 customer with both answers",
            got="0",
            remedy="Check 'before_col' and 'after_col'.",
        )
    first, second, third = (
        (round(P), round(M), round(D)) for P, M, D in table.tolist()
    )
    return PairedNpsDifference(
        transitions=(first, second, third),
        incomplete=round(count[~both].sum()),
        bands=chosen,
    )


def _opened(responses: object, columns: tuple[str, str], bands: Bands) -> Frame:
    frame = read(responses, columns)
    require_numbers(frame, columns)
    low, high = bands.scale
    rules: list[Rule] = []
    for column in columns:
        rules += scale_rules(frame, column, Scale(low=low, high=high))
    refuse(frame, rules)
    return frame


def _places(value: FloatArray, bands: Bands) -> np.ndarray:
    starts = [bands.passives[0], bands.promoters[0]]
    return 2 - np.searchsorted(starts, value, side="right")
