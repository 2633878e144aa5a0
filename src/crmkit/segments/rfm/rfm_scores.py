"""RFM scores: the value from which each score is earned, frozen and readable."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

import numpy as np

from ..._check import instance, listed
from ..._frames import (
    EagerFrame,
    Frame,
    collect,
    is_lazy,
    native,
    numbers,
    nw,
    score_cells,
    with_arrays,
)
from ...errors import InvalidValueError
from ...fits import JsonResult, checked
from ...kernels.groups import rfm_scores
from ...typing import HISTORY, FloatArray, HistoryColumns, IntoFrameT, Missing
from .ntile_scores import ID, reached_by_id, require_rising_ids, with_text_ids
from .rfm_columns import INACTIVITY, RfmColumns, cell_name, reached, require_rising

__all__ = ["Method", "RfmScores", "scored_frame"]

Method: TypeAlias = Literal["independent", "nested", "ntile"]
Bounds: TypeAlias = tuple[float, ...]

_AXES = ("recency", "frequency", "monetary")
_SCORES = ("r_score", "f_score", "m_score")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class RfmScores(JsonResult):
    """RFM scores: the value from which each score is earned on each of the three axes.

    Fitted by :func:`fit_rfm_scores`, or written by hand from the thresholds of a
    programme. The bounds stay the same for every base they are applied to.

    Independent scores are these bounds alone; nested scores add rows of bounds within
    the scores before, and ntile scores add the ids at which ties are split.

    Attributes
    ----------
    recency_bounds
        The longest inactivity that still earns the scores 2, 3 and so on. They
        descend, because a shorter inactivity is better.
    frequency_bounds, monetary_bounds
        The lowest value that earns the scores 2, 3 and so on; they ascend.
    frequency_within
        Nested scores: a row of frequency bounds for each recency score, from 1.
    monetary_within
        Nested scores: a row of monetary bounds for each recency score and, within it,
        each frequency score.
    tie_ids
        Ntile scores: for each axis, the ids that go with its bounds. A customer whose
        value equals a bound earns the score if their id is not sorted before its id.
    n_customers
        Number of customers who earned each score in the fit, from 1: a row each for
        recency, frequency and money; empty for scores written by hand.
    columns
        The columns of the purchase history that are read.
    inactivity_col
        The column of the time since the last purchase; None computes it as
        ``T - recency``.
    monetary_col
        The column of money.

    Examples
    --------
    >>> from crmkit.segments import RfmScores
    >>> scores = RfmScores(
    ...     recency_bounds=(180.0, 30.0), frequency_bounds=(1.0, 4.0),
    ...     monetary_bounds=(50.0, 500.0),
    ... )
    >>> scores.bins, scores.method
    (3, 'independent')
    """

    recency_bounds: Bounds
    frequency_bounds: Bounds
    monetary_bounds: Bounds
    frequency_within: tuple[Bounds, ...] = ()
    monetary_within: tuple[Bounds, ...] = ()
    tie_ids: tuple[tuple[str, ...], ...] = ()
    n_customers: tuple[tuple[int, ...], ...] = ()
    columns: HistoryColumns = HISTORY
    inactivity_col: str | None = None
    monetary_col: str = "total_amount"

    def __post_init__(self) -> None:
        instance("columns", self.columns, HistoryColumns)
        for axis, bounds in zip(_AXES, self._rising(), strict=True):
            require_rising(f"{axis}_bounds", bounds)
        if self.frequency_within or self.monetary_within:
            bins = len(self.recency_bounds) + 1
            _require_rows("frequency_within", self.frequency_within, bins)
            _require_rows("monetary_within", self.monetary_within, bins**2)
        if self.tie_ids:
            _require_ties(self.tie_ids, self._rising())

    def __str__(self) -> str:
        """Read as a line per axis: its bounds, its customers, and its empty scores."""
        words = ("at most", "at least", "at least")
        given = (self.recency_bounds, self.frequency_bounds, self.monetary_bounds)
        lines = [
            f"{axis}: {word} {_amounts(bounds)} for {_amounts(_scores(bounds))}"
            for axis, word, bounds in zip(_AXES, words, given, strict=True)
        ]
        for at, row in enumerate(self.n_customers):
            lines[at] += f" (customers: {', '.join(f'{count:,}' for count in row)})"
        empty = self.empty_scores
        lines += [
            f"no customer has {axis} score {' or '.join(map(str, scores))}"
            for axis, scores in empty.items()
            if scores
        ]
        if any(empty.values()):
            lines.append('rule="spread" fills more scores; or write bounds by hand')
        return "\n".join(lines)

    @property
    def bins(self) -> int:
        """Number of scores: the largest that one of the axes has."""
        return 1 + max(map(len, self._rising()))

    @property
    def method(self) -> Method:
        """How the scores were cut: ``"independent"``, ``"nested"`` or ``"ntile"``."""
        if self.tie_ids:
            return "ntile"
        return "nested" if self.frequency_within else "independent"

    @property
    def empty_scores(self) -> dict[str, tuple[int, ...]]:
        """The scores that no customer of the fit earned, by axis.

        If most customers bought once, the middle frequency scores are empty and one
        repeat purchase earns the highest: see ``rule="spread"`` of
        :func:`fit_rfm_scores`. Empty for scores written by hand.
        """
        return {
            axis: tuple(at for at, count in enumerate(row, start=1) if not count)
            for axis, row in zip(_AXES, self.n_customers, strict=False)
        }

    def with_rfm_scores(
        self, customers: IntoFrameT, *, missing: Missing = "error"
    ) -> IntoFrameT:
        """Add ``r_score``, ``f_score``, ``m_score`` and the cell they form.

        Parameters
        ----------
        customers
            One row per customer, with the columns of the fit, and the id for ntile
            scores. A lazy frame stays lazy.
        missing
            ``"error"`` refuses missing values; with ``"keep"``, customers of whom a
            number is missing have no scores.

        Returns
        -------
        The same rows with three whole numbers, where more is better, and
        ``rfm_cell``: their digits in a row, such as ``"543"`` (two digits each if
        there are more than nine scores).

        Raises
        ------
        InvalidValueError
            If a number is missing or infinite, or an id that ntile scores need.
        InvalidTypeError
            For ntile scores, if the ids are neither text nor whole numbers, or are in
            an engine whose order of text depends on its settings.
        """
        ids = [self.columns.customer_id] if self.tie_ids else []
        opened, _ = self._read_from.open(customers, missing=missing, with_ids=ids)
        return native(scored_frame(self, opened, missing), customers)

    def _scored(self, opened: Frame, missing: Missing) -> Frame:
        known = None if missing == "error" else ~self._read_from.hole(opened)
        nested = self.method == "nested"
        scored = self._nested(opened) if nested else self._by_bounds(opened)
        named = scored.with_columns(rfm_cell=cell_name(self.bins))
        if known is not None:
            names = [*_SCORES, "rfm_cell"]
            named = named.with_columns(
                *(nw.when(known).then(nw.col(name)).alias(name) for name in names)
            )
        extra = [INACTIVITY, ID] if self.tie_ids else [INACTIVITY]
        return named.drop(*extra)

    @property
    def _read_from(self) -> RfmColumns:
        return RfmColumns(
            history=self.columns,
            inactivity_col=self.inactivity_col,
            monetary_col=self.monetary_col,
        )

    def _rising(self) -> tuple[Bounds, Bounds, Bounds]:
        """Return the bounds of each axis so that more is better on all of them."""
        recency = listed("recency_bounds", self.recency_bounds)
        return (
            tuple(-bound for bound in recency),
            listed("frequency_bounds", self.frequency_bounds),
            listed("monetary_bounds", self.monetary_bounds),
        )

    def _by_bounds(self, opened: Frame) -> Frame:
        if not (is_lazy(opened) or self.tie_ids):
            return self._found_among_bounds(collect(opened))
        inactivity, frequency, monetary = self._read_from.ranked
        values = (-nw.col(inactivity), nw.col(frequency), nw.col(monetary))
        if not self.tie_ids:
            scores = map(reached, values, self._rising())
            return opened.with_columns(**dict(zip(_SCORES, scores, strict=True)))
        told_apart = with_text_ids(opened, self.columns.customer_id)
        scores = map(reached_by_id, values, self._rising(), self.tie_ids)
        return told_apart.with_columns(**dict(zip(_SCORES, scores, strict=True)))

    def _found_among_bounds(self, opened: EagerFrame) -> EagerFrame:
        """Score rows in memory: a search costs a third of a comparison per bound."""
        inactivity, often, much = (numbers(opened, n) for n in self._read_from.ranked)
        values = (-inactivity, often, much)
        scores = map(rfm_scores.scored, map(np.array, self._rising()), values)
        return with_arrays(opened, dict(zip(_SCORES, scores, strict=True)))

    def _nested(self, opened: Frame) -> Frame:
        scores = {name: partial(self._score, at) for at, name in enumerate(_SCORES)}
        # The bounds depend on two scores before: too many branches for an expression.
        scored = score_cells(opened, self._read_from.ranked, scores)
        whole_numbers = [nw.col(name).cast(nw.Int64) for name in scores]
        return scored.with_columns(*whole_numbers)

    def _score(
        self, axis: int, inactivity: FloatArray, often: FloatArray, much: FloatArray
    ) -> FloatArray:
        bins = len(self.recency_bounds) + 1
        r = rfm_scores.scored(-np.array(self.recency_bounds), -inactivity)
        f = rfm_scores.scored_within(np.array(self.frequency_within), r - 1, often)
        cell = (r - 1) * bins + f - 1
        m = rfm_scores.scored_within(np.array(self.monetary_within), cell, much)
        return np.asarray((r, f, m)[axis], dtype=np.float64)


def scored_frame(scores: RfmScores, opened: Frame, missing: Missing) -> Frame:
    """Score a frame that is open and checked, with its inactivity."""
    return scores._scored(opened, missing)  # noqa: SLF001 - its own module


def _require_rows(name: str, bounds: tuple[Bounds, ...], rows: int) -> None:
    widths = {len(listed(name, row)) for row in listed(name, bounds)}
    if len(bounds) != rows or len(widths) > 1:
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"{len(bounds)} rows of widths {sorted(widths)}",
            remedy=f"Pass {rows} rows of bounds, as fit_rfm_scores makes.",
        )
    for row in bounds:
        require_rising(name, row)


def _require_ties(
    ids: Sequence[Sequence[str]], rising: tuple[Bounds, Bounds, Bounds]
) -> None:
    if len(listed("tie_ids", ids)) != len(_AXES):
        raise InvalidValueError(
            subject="argument 'tie_ids'",
            found=f"{len(ids)} rows of ids",
            remedy="Pass a row of ids each for recency, frequency and money.",
        )
    for axis, bounds, keys in zip(_AXES, rising, ids, strict=True):
        require_rising_ids(axis, bounds, keys)


def _scores(bounds: Bounds) -> Bounds:
    return tuple(float(at) for at in range(2, len(bounds) + 2))


def _amounts(values: Bounds) -> str:
    return ", ".join(f"{value:.5g}" for value in values)
