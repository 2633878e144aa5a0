"""RFM scores: learned once, frozen, fair to ties, whatever share bought only once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..._check import one_of, whole
from ..._frames import Frame, native, nw
from ...fits import from_document, to_document
from ...kernels.groups import lorenz, rfm_scores
from ...kernels.groups.rfm_scores import RULES, Rule
from ...typing import FloatArray, IntoFrame, IntoFrameT
from ..concentration.holdings import Missing, read_holdings
from ..list_arguments import listed
from .rfm_columns import INACTIVITY, RfmColumns, cell_name, require_rising

__all__ = ["RfmScores", "fit_rfm_scores", "with_rfm_scores"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmScores:
    """The value from which each score is earned, per axis.

    Fitted by :func:`fit_rfm_scores`, or written by hand from a programme's own
    thresholds; applied to next month's customers, the cuts stay where they are.

    Attributes
    ----------
    recency_bounds
        The longest inactivity that still earns the scores 2, 3 and so on: it
        descends, since the shorter, the better.
    frequency_bounds, monetary_bounds
        The lowest value that earns the scores 2, 3 and so on: they ascend.
    inactivity_col, recency_col, T_col, frequency_col, monetary_col
        The columns they were cut on; inactivity is ``T - recency`` where no column
        is named.
    """

    recency_bounds: tuple[float, ...]
    frequency_bounds: tuple[float, ...]
    monetary_bounds: tuple[float, ...]
    inactivity_col: str | None = None
    recency_col: str = "recency"
    T_col: str = "T"
    frequency_col: str = "frequency"
    monetary_col: str = "total_amount"

    def __post_init__(self) -> None:
        require_rising(
            "recency_bounds",
            [-bound for bound in listed("recency_bounds", self.recency_bounds)],
        )
        require_rising(
            "frequency_bounds", listed("frequency_bounds", self.frequency_bounds)
        )
        require_rising(
            "monetary_bounds", listed("monetary_bounds", self.monetary_bounds)
        )

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

    def with_rfm_scores(
        self, customers: IntoFrameT, *, missing: Missing = "error"
    ) -> IntoFrameT:
        """Add ``r_score``, ``f_score``, ``m_score`` and the cell they name.

        Parameters
        ----------
        customers
            One row per customer, with the columns of the fit; a lazy frame stays
            lazy.
        missing
            ``"keep"`` leaves a customer of whom a number is missing without scores;
            ``"error"`` refuses.

        Returns
        -------
        The same rows with three whole numbers, where more is better, and
        ``rfm_cell``: their digits in a row, such as ``"543"`` (two digits each
        where there are more than nine scores).

        Raises
        ------
        InvalidValueError
            If a number is missing or infinite.
        """
        opened = self.columns.open(customers, missing=missing)
        inactivity, frequency, monetary = self.columns.ranked
        scores = {
            "r_score": _reached(-nw.col(inactivity), [-b for b in self.recency_bounds]),
            "f_score": _reached(nw.col(frequency), self.frequency_bounds),
            "m_score": _reached(nw.col(monetary), self.monetary_bounds),
        }
        scored = opened.with_columns(**scores).with_columns(rfm_cell=self._cell())
        if missing == "keep":
            known = ~self.columns.hole(opened)
            names = [*scores, "rfm_cell"]
            scored = scored.with_columns(
                *(nw.when(known).then(nw.col(name)).alias(name) for name in names)
            )
        return native(scored.drop(INACTIVITY), customers)

    def to_dict(self) -> dict[str, object]:
        """Return these scores as a document for JSON."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "RfmScores":
        """Build scores from their document."""
        return from_document(cls, document)

    def _cell(self) -> nw.Expr:
        bounds = (self.recency_bounds, self.frequency_bounds, self.monetary_bounds)
        return cell_name(1 + max(map(len, bounds)))


def fit_rfm_scores(
    customers: IntoFrame,
    *,
    bins: int = 5,
    rule: Rule = "strict",
    inactivity_col: str | None = None,
    recency_col: str = "recency",
    T_col: str = "T",
    frequency_col: str = "frequency",
    monetary_col: str = "total_amount",
    missing: Missing = "error",
) -> RfmScores:
    """Learn from which value on each score is earned; the result is frozen.

    Each axis is scored by rank, from 1 to ``bins``, more being better: for recency,
    the shorter the inactivity. Customers of equal value always get equal scores,
    so the order of rows is nothing, and a base in which nine of ten bought once is
    no trouble: all of these score 1 in frequency, the rest score high.

    Parameters
    ----------
    customers
        One row per customer, such as :func:`crmkit.rfm_summary` makes; a lazy frame
        is asked for the distinct values of three columns only.
    bins
        How many scores.
    rule
        Where equal customers stand. ``"strict"``: by the share of customers strictly
        below, so that a crowd stands at the bottom of its range; ``"upper"``: by the
        share at or below, at its top; ``"midrank"``: in the middle. Groups of equal
        size that split ties are :func:`fit_ntile_rfm_scores`.
    inactivity_col
        Time since the last purchase; None computes it as ``T - recency``.
    recency_col, T_col, frequency_col, monetary_col
        The columns to read, as :func:`crmkit.rfm_summary` names them.
    missing
        ``"keep"`` leaves out the customers of whom a number is missing; ``"error"``
        refuses.

    Returns
    -------
    The cuts, which are values that customers have: readable, and the same whatever
    the currency.

    Raises
    ------
    InvalidValueError
        If a number is missing or infinite, or recency above T.
    NotEnoughDataError
        If there is nobody.

    Notes
    -----
    With F-(x) the share of customers strictly below x, the strict score is
    ``1 + floor(bins F-(x))``.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "inactivity": [5.0, 90.0, 30.0, 400.0],
    ...     "frequency": [7, 0, 0, 0],
    ...     "total_amount": [900.0, 40.0, 60.0, 40.0],
    ... })
    >>> scores = ck.segments.fit_rfm_scores(
    ...     customers, bins=2, inactivity_col="inactivity"
    ... )
    >>> scores.recency_bounds, scores.frequency_bounds, scores.monetary_bounds
    ((30.0,), (7.0,), (60.0,))
    >>> scores.with_rfm_scores(customers)["rfm_cell"].to_list()
    ['222', '111', '212', '111']
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
    opened = columns.open(customers, missing=missing)
    known = columns.known(opened) if missing == "keep" else opened
    recency = _cuts(known, INACTIVITY, count, rule, sign=-1)
    return RfmScores(
        recency_bounds=tuple((-recency).tolist()),
        frequency_bounds=tuple(_cuts(known, frequency_col, count, rule).tolist()),
        monetary_bounds=tuple(_cuts(known, monetary_col, count, rule).tolist()),
        inactivity_col=inactivity_col,
        recency_col=recency_col,
        T_col=T_col,
        frequency_col=frequency_col,
        monetary_col=monetary_col,
    )


def with_rfm_scores(
    customers: IntoFrameT,
    *,
    bins: int = 5,
    rule: Rule = "strict",
    inactivity_col: str | None = None,
    recency_col: str = "recency",
    T_col: str = "T",
    frequency_col: str = "frequency",
    monetary_col: str = "total_amount",
    missing: Missing = "error",
) -> IntoFrameT:
    """Add R, F and M scores, cut on this very base.

    For scores that can be compared from month to month, fit once and keep the
    result: :func:`fit_rfm_scores`, then its ``with_rfm_scores``.

    Parameters
    ----------
    customers
        One row per customer, such as :func:`crmkit.rfm_summary` makes; a lazy frame
        stays lazy.
    bins, rule, inactivity_col, recency_col, T_col, frequency_col, monetary_col, missing
        As for :func:`fit_rfm_scores`.

    Returns
    -------
    The same rows with ``r_score``, ``f_score``, ``m_score`` and ``rfm_cell``.

    Raises
    ------
    InvalidValueError
        If a number is missing or infinite, or recency above T.
    NotEnoughDataError
        If there is nobody.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "frequency": [7, 0], "recency": [40.0, 0.0], "T": [45.0, 90.0],
    ...     "total_amount": [900.0, 40.0],
    ... })
    >>> ck.segments.with_rfm_scores(customers)["rfm_cell"].to_list()
    ['333', '111']
    """
    fitted = fit_rfm_scores(
        customers,
        bins=bins,
        rule=rule,
        inactivity_col=inactivity_col,
        recency_col=recency_col,
        T_col=T_col,
        frequency_col=frequency_col,
        monetary_col=monetary_col,
        missing=missing,
    )
    return fitted.with_rfm_scores(customers, missing=missing)


def _cuts(
    frame: Frame, column: str, bins: int, rule: Rule, *, sign: int = 1
) -> FloatArray:
    held = read_holdings(frame.select(column), column)
    value, count = lorenz.tie_groups(held.value, held.weight)
    # Descending values are ascending once their sign is turned.
    ascending = -value if sign < 0 else value[::-1]
    counted = count if sign < 0 else count[::-1]
    return rfm_scores.cuts(ascending, counted, bins, rule)


def _reached(value: nw.Expr, bounds: Sequence[float]) -> nw.Expr:
    """Score as an expression: 1 plus how many bounds are reached."""
    score = nw.lit(1)
    number = value.cast(nw.Float64)
    for bound in bounds:
        score = score + (number >= bound).cast(nw.Int64)
    return score
