"""The same customers asked twice: what changed, and between which bands."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from ..._check import fraction
from ..._frames import Frame, Rule, collect, numbers, nw, read, refuse, require_numbers
from ...errors import NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...typing import FloatArray, IntoFrame
from ..answers import Scale, scale_rules
from .bands import BANDS, Bands, bands_of
from .nps import NPS

__all__ = ["PairedNps", "paired_nps"]

_Row = tuple[int, int, int]
_CHANGE = np.array([[0, -1, -2], [1, 0, -1], [2, 1, 0]])


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PairedNps:
    """Two answers of each customer.

    Attributes
    ----------
    transitions
        Customers by band before (rows) and after (columns), each promoter, passive,
        detractor.
    incomplete
        Rows with one answer or none, left out.
    bands
        Which answers made a promoter, a passive, a detractor.

    Examples
    --------
    >>> moved = PairedNps(transitions=((40, 5, 5), (10, 20, 0), (5, 5, 10)))
    >>> moved.before.score, moved.after.score, moved.difference
    (30.0, 40.0, 10.0)
    >>> moved.interval(), moved.p_value
    ((-5.32, 25.32), 0.198)
    """

    transitions: tuple[_Row, _Row, _Row]
    incomplete: int = 0
    bands: Bands = BANDS["standard"]

    @property
    def n(self) -> int:
        """Customers with both answers."""
        return sum(map(sum, self.transitions))

    @property
    def before(self) -> NPS:
        """The score of the first answers."""
        P, M, D = map(sum, self.transitions)
        return NPS(promoters=P, passives=M, detractors=D, bands=self.bands)

    @property
    def after(self) -> NPS:
        """The score of the second answers."""
        P, M, D = map(sum, zip(*self.transitions, strict=True))
        return NPS(promoters=P, passives=M, detractors=D, bands=self.bands)

    @property
    def difference(self) -> float:
        """Second score less first, in points."""
        return 100 * float(np.sum(self._table * _CHANGE)) / self.n

    @property
    def standard_error(self) -> float | None:
        """Of the difference, in points; None with a single customer.

        It knows that a customer's answers go together, so it is smaller than that of
        two surveys of strangers.
        """
        if self.n < 2:
            return None
        mean = self.difference / 100
        squares = float(np.sum(self._table * (_CHANGE - mean) ** 2))
        return 100 * math.sqrt(squares / (self.n - 1) / self.n)

    @property
    def p_value(self) -> float | None:
        """How often chance alone would change the score as much; None if unknown."""
        error = self.standard_error
        if not error:
            return None
        return float(2 * stdtr(self.n - 1, -abs(self.difference) / error))

    def interval(self, *, level: float = 0.95) -> tuple[float, float]:
        """Return the range of true changes these answers leave possible (Student's t).

        Raises
        ------
        NotEnoughDataError
            If there are fewer than two customers.
        """
        fraction("level", level)
        error = self.standard_error
        if error is None:
            raise NotEnoughDataError(
                needed="2 customers with both answers",
                got=str(self.n),
                remedy="Ask more customers twice.",
            )
        half = float(stdtrit(self.n - 1, 0.5 + level / 2)) * error
        return max(-200.0, self.difference - half), min(200.0, self.difference + half)

    @property
    def _table(self) -> FloatArray:
        return np.array(self.transitions, dtype=np.float64)

    def to_dict(self) -> dict[str, object]:
        """Return the table as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "PairedNps":
        """Build the table from its JSON document."""
        return from_document(cls, document)


def paired_nps(
    responses: IntoFrame,
    *,
    before_col: str = "before",
    after_col: str = "after",
    bands: str | Bands = "standard",
) -> PairedNps:
    """Measure how the score of the same customers changed.

    Parameters
    ----------
    responses
        One row per customer. A lazy frame is counted in its engine.
    before_col, after_col
        The two answers; rows that lack one are counted and left out.
    bands
        As in ``nps``.

    Returns
    -------
    PairedNps
        The change with its interval, and who moved from band to band.

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
    >>> moved = paired_nps(twice)
    >>> moved.n, moved.difference, moved.incomplete
    (3, 66.7, 1)
    """
    chosen = bands_of(bands)
    frame = _opened(responses, (before_col, after_col), chosen)
    pairs = collect(
        frame.select(
            nw.col(before_col).alias("crmkit_before"),
            nw.col(after_col).alias("crmkit_after"),
        )
        .group_by("crmkit_before", "crmkit_after")
        .agg(nw.len().alias("crmkit_count"))
    )
    before, after, count = (
        numbers(pairs, f"crmkit_{name}") for name in ("before", "after", "count")
    )
    both = ~np.isnan(before) & ~np.isnan(after)
    table = np.zeros((3, 3))
    places = (_places(before[both], chosen), _places(after[both], chosen))
    np.add.at(table, places, count[both])
    if not both.any():
        raise NotEnoughDataError(
            needed="1 customer with both answers", got="0", remedy="Check the columns."
        )
    first, second, third = (
        (round(P), round(M), round(D)) for P, M, D in table.tolist()
    )
    return PairedNps(
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
