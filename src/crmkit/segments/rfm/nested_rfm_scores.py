"""Nested RFM scores: frequency cut inside recency, money inside both."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..._check import one_of, whole
from ..._frames import Frame, collect, native, numbers, nw, read, with_scores
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import from_document, to_document
from ...kernels.groups import rfm_scores
from ...kernels.groups.rfm_scores import RULES, Rule
from ...typing import FloatArray, IntoFrame, IntoFrameT
from .rfm_columns import INACTIVITY, RfmColumns, cell_name, require_rising

__all__ = ["NestedRfmScores", "fit_nested_rfm_scores"]

Bounds = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedRfmScores:
    """Cuts of frequency per recency score, and of money per cell of the two.

    Attributes
    ----------
    recency_bounds
        The longest inactivity that still earns the scores 2, 3 and so on.
    frequency_bounds
        A row of cuts for each recency score, from 1.
    monetary_bounds
        A row of cuts for each recency score and, within it, each frequency score.
    inactivity_col, recency_col, T_col, frequency_col, monetary_col
        The columns they were cut on.
    """

    recency_bounds: tuple[float, ...]
    frequency_bounds: Bounds
    monetary_bounds: Bounds
    inactivity_col: str | None = None
    recency_col: str = "recency"
    T_col: str = "T"
    frequency_col: str = "frequency"
    monetary_col: str = "total_amount"

    def __post_init__(self) -> None:
        require_rising("recency_bounds", [-bound for bound in self.recency_bounds])
        _require_rows("frequency_bounds", self.frequency_bounds, self.bins)
        _require_rows("monetary_bounds", self.monetary_bounds, self.bins**2)

    @property
    def bins(self) -> int:
        """How many scores each axis has."""
        return len(self.recency_bounds) + 1

    @property
    def columns(self) -> RfmColumns:
        """Where inactivity, frequency and money stand."""
        return RfmColumns(
            inactivity_col=self.inactivity_col,
            recency_col=self.recency_col,
            T_col=self.T_col,
            frequency_col=self.frequency_col,
            monetary_col=self.monetary_col,
        )

    def with_rfm_scores(self, customers: IntoFrameT) -> IntoFrameT:
        """Add ``r_score``, ``f_score`` and ``m_score``, each within the one before.

        Parameters
        ----------
        customers
            One row per customer, with the columns of the fit; a lazy frame stays
            lazy, and its distinct values are scored.

        Returns
        -------
        The same rows with three whole numbers, where more is better, and
        ``rfm_cell``: their digits in a row.

        Raises
        ------
        InvalidValueError
            If a number is missing or infinite.
        """
        opened = self.columns.open(customers)
        scores = {
            f"{axis}_score": partial(self._score, at) for at, axis in enumerate("rfm")
        }
        scored = with_scores(
            native(opened, customers), self.columns.ranked, scores, rules=lambda _: []
        )
        whole_numbers = [nw.col(name).cast(nw.Int64) for name in scores]
        named = read(scored, ()).with_columns(*whole_numbers)
        return native(
            named.with_columns(rfm_cell=cell_name(self.bins)).drop(INACTIVITY),
            customers,
        )

    def to_dict(self) -> dict[str, object]:
        """Return these scores as a document for JSON."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "NestedRfmScores":
        """Build scores from their document."""
        return from_document(cls, document)

    def _score(
        self, axis: int, inactivity: FloatArray, often: FloatArray, much: FloatArray
    ) -> FloatArray:
        r = rfm_scores.scored(-np.array(self.recency_bounds), -inactivity)
        f = rfm_scores.scored_within(np.array(self.frequency_bounds), r - 1, often)
        cell = (r - 1) * self.bins + f - 1
        m = rfm_scores.scored_within(np.array(self.monetary_bounds), cell, much)
        return np.asarray((r, f, m)[axis], dtype=np.float64)


def fit_nested_rfm_scores(
    customers: IntoFrame,
    *,
    bins: int = 5,
    rule: Rule = "strict",
    inactivity_col: str | None = None,
    recency_col: str = "recency",
    T_col: str = "T",
    frequency_col: str = "frequency",
    monetary_col: str = "total_amount",
) -> NestedRfmScores:
    """Learn cuts of frequency within recency, and of money within both (Hughes).

    Independent scores leave some of the cells almost empty, since who buys often
    has bought lately. Nested ones make cells of nearly equal size, as a test mailing
    wants; but the same frequency can then earn different scores.

    Parameters
    ----------
    customers
        One row per customer, such as :func:`crmkit.rfm_summary` makes; a lazy frame
        gives up three columns.
    bins, rule, inactivity_col, recency_col, T_col, frequency_col, monetary_col
        As for :func:`fit_rfm_scores`.

    Returns
    -------
    The cuts, frozen. Where a group is empty in the fit, those of everybody stand in.

    Raises
    ------
    InvalidValueError
        If a number is missing or infinite, or recency above T.
    NotEnoughDataError
        If there is nobody.

    References
    ----------
    Hughes (1994), Strategic Database Marketing.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "inactivity": [1.0, 2.0, 50.0, 60.0], "frequency": [9, 5, 2, 1],
    ...     "total_amount": [90.0, 70.0, 20.0, 10.0],
    ... })
    >>> scores = ck.segments.fit_nested_rfm_scores(
    ...     customers, bins=2, inactivity_col="inactivity"
    ... )
    >>> scores.frequency_bounds
    ((2.0,), (9.0,))
    >>> scores.with_rfm_scores(customers)["f_score"].to_list()
    [2, 1, 2, 1]
    """
    count = whole("bins", bins, at_least=2)
    one_of("rule", rule, tuple(RULES))
    columns = RfmColumns(
        inactivity_col=inactivity_col,
        recency_col=recency_col,
        T_col=T_col,
        frequency_col=frequency_col,
        monetary_col=monetary_col,
    )
    inactivity, often, much = _fetched(columns.open(customers), columns)
    everybody = np.zeros(inactivity.size, dtype=np.int64)
    recency = rfm_scores.nested_cuts(-inactivity, everybody, 1, count, rule)[0]
    r = rfm_scores.scored(recency, -inactivity) - 1
    frequency = rfm_scores.nested_cuts(often, r, count, count, rule)
    cell = r * count + rfm_scores.scored_within(frequency, r, often) - 1
    monetary = rfm_scores.nested_cuts(much, cell, count**2, count, rule)
    return NestedRfmScores(
        recency_bounds=tuple((-recency).tolist()),
        frequency_bounds=tuple(tuple(row) for row in frequency.tolist()),
        monetary_bounds=tuple(tuple(row) for row in monetary.tolist()),
        inactivity_col=inactivity_col,
        recency_col=recency_col,
        T_col=T_col,
        frequency_col=frequency_col,
        monetary_col=monetary_col,
    )


def _fetched(
    frame: Frame, columns: RfmColumns
) -> tuple[FloatArray, FloatArray, FloatArray]:
    rows = collect(frame.select(*dict.fromkeys(columns.ranked)))
    if not len(rows):
        raise NotEnoughDataError(
            needed="at least 1 customer to learn the scores from",
            got="0",
            remedy="Pass the customers to look at.",
        )
    inactivity, often, much = columns.ranked
    return numbers(rows, inactivity), numbers(rows, often), numbers(rows, much)


def _require_rows(name: str, bounds: Bounds, rows: int) -> None:
    widths = {len(row) for row in bounds}
    if len(bounds) != rows or len(widths) > 1:
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"{len(bounds)} rows of widths {sorted(widths)}",
            remedy=f"Pass {rows} rows of cuts, as fit_nested_rfm_scores makes.",
        )
    for row in bounds:
        require_rising(name, row)
