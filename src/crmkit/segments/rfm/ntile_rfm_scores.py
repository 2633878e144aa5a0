"""RFM scores in groups of equal size: ties split by the id, and so unfair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

import numpy as np

from ..._check import whole
from ..._frames import (
    Frame,
    collect,
    id_rules,
    is_lazy,
    native,
    numbers,
    nw,
    read,
    refuse,
)
from ...errors import InvalidTypeError, InvalidValueError, NotEnoughDataError
from ...fits import from_document, to_document
from ...kernels.groups import rfm_scores
from ...typing import FloatArray, IntoFrame, IntoFrameT
from ..list_arguments import listed
from .rfm_columns import INACTIVITY, RfmColumns, cell_name

__all__ = ["NtileRfmScores", "fit_ntile_rfm_scores"]

Cut = tuple[float, str]

_ID = "_crmkit_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class NtileRfmScores:
    """The value and the id from which each score is earned, per axis.

    Fitted by :func:`fit_ntile_rfm_scores`. A customer earns a score whose value is
    beaten, or is equalled by an id that does not sort before the id of the cut.

    Attributes
    ----------
    recency_cuts
        Inactivity and id for the scores 2, 3 and so on: the shorter, the better.
    frequency_cuts, monetary_cuts
        Value and id for the scores 2, 3 and so on: the higher, the better.
    customer_id_col
        Who the customer is; ids are compared as text, letter by letter.
    inactivity_col, recency_col, T_col, frequency_col, monetary_col
        The columns they were cut on.
    """

    recency_cuts: tuple[Cut, ...]
    frequency_cuts: tuple[Cut, ...]
    monetary_cuts: tuple[Cut, ...]
    customer_id_col: str = "customer_id"
    inactivity_col: str | None = None
    recency_col: str = "recency"
    T_col: str = "T"
    frequency_col: str = "frequency"
    monetary_col: str = "total_amount"

    def __post_init__(self) -> None:
        _require_rising("recency_cuts", self.recency_cuts, sign=-1.0)
        _require_rising("frequency_cuts", self.frequency_cuts)
        _require_rising("monetary_cuts", self.monetary_cuts)

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
        """Add ``r_score``, ``f_score``, ``m_score`` and the cell they name.

        Parameters
        ----------
        customers
            One row per customer, with the columns of the fit and the id; a lazy
            frame of Polars or DuckDB stays lazy.

        Returns
        -------
        The same rows with three whole numbers, where more is better, and
        ``rfm_cell``: their digits in a row.

        Raises
        ------
        InvalidValueError
            If a number or an id is missing, or a number infinite.
        InvalidTypeError
            If the ids are neither text nor whole numbers, or lie in an engine that
            may sort text in an order of its own.
        """
        opened = _opened(customers, self.columns, self.customer_id_col)
        inactivity, frequency, monetary = self.columns.ranked
        turned = [(-value, key) for value, key in self.recency_cuts]
        scored = opened.with_columns(
            r_score=_reached(-nw.col(inactivity), turned),
            f_score=_reached(nw.col(frequency), self.frequency_cuts),
            m_score=_reached(nw.col(monetary), self.monetary_cuts),
        )
        cuts = (self.recency_cuts, self.frequency_cuts, self.monetary_cuts)
        named = scored.with_columns(rfm_cell=cell_name(1 + max(map(len, cuts))))
        return native(named.drop(INACTIVITY, _ID), customers)

    def to_dict(self) -> dict[str, object]:
        """Return these scores as a document for JSON."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "NtileRfmScores":
        """Build scores from their document."""
        return from_document(cls, document)


def fit_ntile_rfm_scores(
    customers: IntoFrame,
    *,
    bins: int = 5,
    customer_id_col: str = "customer_id",
    inactivity_col: str | None = None,
    recency_col: str = "recency",
    T_col: str = "T",
    frequency_col: str = "frequency",
    monetary_col: str = "total_amount",
) -> NtileRfmScores:
    """Learn scores that as many customers have each, ties split by the id.

    Unfair, and offered for groups that must be of one size, such as the arms of a
    test, or to repeat the ``ntile`` of SQL and R: of two customers alike in all but
    their id, the one whose id sorts later can score higher. Where most bought once,
    most frequency scores say nothing but that. Prefer :func:`fit_rfm_scores`.

    Parameters
    ----------
    customers
        One row per customer, such as :func:`crmkit.rfm_summary` makes; a lazy frame
        gives up the id and three columns.
    bins
        How many scores; their sizes differ by one customer at most, the lower scores
        being the larger groups.
    customer_id_col
        Who the customer is: text or whole numbers, each once. Compared as text, so
        that ``"10"`` sorts before ``"9"``.
    inactivity_col, recency_col, T_col, frequency_col, monetary_col
        As for :func:`fit_rfm_scores`.

    Returns
    -------
    The cuts, frozen: pairs of a value and an id, the same whatever the order of rows.
    On the customers of the fit the scores are of equal size; on others the cuts stay
    where they are.

    Raises
    ------
    InvalidValueError
        If a number or an id is missing, a number infinite, recency above T, or an id
        there twice.
    InvalidTypeError
        If the ids are neither text nor whole numbers.
    NotEnoughDataError
        If there is nobody.

    References
    ----------
    ISO/IEC 9075 (SQL), the window function NTILE.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cat", "dan"],
    ...     "inactivity": [5.0, 90.0, 30.0, 400.0],
    ...     "frequency": [1, 1, 1, 1],
    ...     "total_amount": [900.0, 40.0, 60.0, 40.0],
    ... })
    >>> scores = ck.segments.fit_ntile_rfm_scores(
    ...     customers, bins=2, inactivity_col="inactivity"
    ... )
    >>> scores.frequency_cuts
    ((1.0, 'cat'),)
    >>> scores.with_rfm_scores(customers)["f_score"].to_list()
    [1, 1, 2, 2]
    """
    count = whole("bins", bins, at_least=2)
    columns = RfmColumns(
        inactivity_col=inactivity_col,
        recency_col=recency_col,
        T_col=T_col,
        frequency_col=frequency_col,
        monetary_col=monetary_col,
    )
    opened = _opened(customers, columns, customer_id_col)
    rows = collect(opened.select(_ID, *dict.fromkeys(columns.ranked)))
    ids = np.array(rows[_ID].to_list(), dtype=np.str_)
    _require_once(ids, customer_id_col)
    inactivity, often, much = (numbers(rows, name) for name in columns.ranked)
    return NtileRfmScores(
        recency_cuts=tuple((-x, key) for x, key in _cuts(-inactivity, ids, count)),
        frequency_cuts=_cuts(often, ids, count),
        monetary_cuts=_cuts(much, ids, count),
        customer_id_col=customer_id_col,
        inactivity_col=inactivity_col,
        recency_col=recency_col,
        T_col=T_col,
        frequency_col=frequency_col,
        monetary_col=monetary_col,
    )


def _opened(customers: object, columns: RfmColumns, customer_id_col: str) -> Frame:
    """Check the columns; add inactivity, and the id as text, under names of ours."""
    frame = read(customers, [*columns.read, customer_id_col])
    _require_text(frame, customer_id_col)
    refuse(frame, id_rules(frame, customer_id_col))
    text = nw.col(customer_id_col).cast(nw.String)
    return columns.open(customers).with_columns(text.alias(_ID))


def _require_text(frame: Frame, column: str) -> None:
    """Refuse ids that would not sort the same everywhere."""
    dtype = frame.collect_schema()[column]
    if not (dtype.is_integer() or dtype in (nw.String, nw.Categorical, nw.Enum)):
        raise InvalidTypeError(
            subject=f"column {column!r}",
            expected="ids that are text or whole numbers",
            got=str(dtype),
            remedy="Convert the column first.",
        )
    engine = frame.implementation
    if is_lazy(frame) and not (engine.is_polars() or engine.is_duckdb()):
        raise InvalidTypeError(
            subject="the frame",
            expected="an engine that sorts ids letter by letter",
            got=f"{engine.value}, whose order of text depends on its settings",
            remedy="Collect it first, or use fit_rfm_scores, which needs no ids.",
        )


def _require_once(ids: np.ndarray, column: str) -> None:
    distinct, counted = np.unique(ids, return_counts=True)
    if not ids.size:
        raise NotEnoughDataError(
            needed="at least 1 customer to learn the scores from",
            got="0",
            remedy="Pass the customers to look at.",
        )
    twice = distinct[counted > 1]
    if twice.size:
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="customer who is there more than once",
            remedy="Pass one row per customer.",
            count=int(twice.size),
            total=int(ids.size),
            first=repr(str(twice[0])),
        )


def _cuts(values: FloatArray, ids: np.ndarray, bins: int) -> tuple[Cut, ...]:
    order = np.lexsort((ids, values))
    starts = rfm_scores.ntile_starts(order.size, bins)
    # A score that nobody earns is cut just above the highest value.
    value = np.append(values[order], np.nextafter(values[order[-1]], np.inf))[starts]
    key = np.append(ids[order], ids[order[-1]])[starts]
    return tuple(zip(value.tolist(), key.tolist(), strict=True))


def _reached(value: nw.Expr, cuts: Sequence[Cut]) -> nw.Expr:
    """Score as an expression: 1 plus how many cuts are reached."""
    score = nw.lit(1)
    number, key = value.cast(nw.Float64), nw.col(_ID)
    for bound, first in cuts:
        reached = (number > bound) | ((number == bound) & (key >= first))
        score = score + reached.cast(nw.Int64)
    return score


def _require_rising(name: str, cuts: Sequence[Cut], *, sign: float = 1.0) -> None:
    given = listed(name, cuts)
    known = all(_is_cut(cut) for cut in given)
    turned = [(sign * value, key) for value, key in given] if known else []
    if not turned or not all(low <= high for low, high in pairwise(turned)):
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"cuts {given!r}",
            remedy="Pass one finite value and one id for each score from 2 on, so that "
            "a higher score is harder to earn.",
        )


def _is_cut(cut: object) -> bool:
    match cut:
        case (float() | int() as value, str()):
            return isfinite(value)
        case _:
            return False
