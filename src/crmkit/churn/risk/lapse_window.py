"""Activity churn: how long a silence means that a customer has gone."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import fraction, positive
from ..._dates import day_number
from ..._frames import (
    Frame,
    Rule,
    day_numbers,
    group_rows,
    id_rules,
    number_rules,
    read_eager,
    refuse,
    require_dates,
    require_ids,
    require_numbers,
    with_scores,
)
from ...errors import NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.survival import event_table as kernel
from ...typing import FloatArray, IntArray, IntoDataFrame, IntoFrameT

__all__ = ["LapseWindow", "fit_lapse_window"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class LapseWindow:
    """A silence after which few customers come back.

    ``print`` says it in a sentence. Not to be confused with
    :class:`crmkit.segments.LapseWindow`, which holds ``periods``.

    Attributes
    ----------
    days
        A customer silent for longer counts as lapsed.
    return_chance
        The chance to come back, within what was observed, after that silence.
    gaps, open_gaps
        Gaps between purchases it was learned from, and silences still open at the end.
    """

    days: float
    return_chance: float
    gaps: int | None = None
    open_gaps: int | None = None

    def __post_init__(self) -> None:
        """Refuse a window that is none."""
        positive("days", self.days)
        fraction("return_chance", self.return_chance, closed=True)

    def __str__(self) -> str:
        """Say the window as a sentence."""
        return (
            f"after {self.days:g} days of silence, {self.return_chance:.0%} of "
            "customers come back"
        )

    def with_lapsed(
        self,
        customers: IntoFrameT,
        *,
        inactivity_col: str = "inactivity",
        customer_id_col: str = "customer_id",
        output_col: str = "lapsed",
    ) -> IntoFrameT:
        """Add whether a customer has been silent for longer than the window.

        ``inactivity_col`` holds the days since the last purchase; the column added is
        1.0 for lapsed, else 0.0.
        """

        def rules(frame: Frame) -> list[Rule]:
            require_numbers(frame, [inactivity_col])
            return number_rules(frame, inactivity_col, sign="nonnegative")

        def lapsed(inactivity: FloatArray) -> FloatArray:
            return np.asarray(inactivity > self.days, dtype=np.float64)

        return with_scores(
            customers,
            [inactivity_col],
            {output_col: lapsed},
            rules=rules,
            id_col=customer_id_col,
        )

    def to_dict(self) -> dict[str, object]:
        """Return the window as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "LapseWindow":
        """Build the window from its JSON document."""
        return from_document(cls, document)


def fit_lapse_window(
    transactions: IntoDataFrame,
    *,
    return_chance: float,
    observation_period_end: dt.date | str,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
) -> LapseWindow:
    """Learn how long a silence must be until hardly anybody comes back.

    Gaps between purchases are followed like lifetimes: a silence still open at the end
    of the log is censored, not a gap of that length. Taking a percentile of the closed
    gaps alone would make the window too short.

    Use this one to decide who has churned, from the chance of the *silent* to come
    back. To name stages of life, from the share of *purchases* that another one
    follows, use :func:`crmkit.segments.fit_lapse_window`.

    Parameters
    ----------
    transactions
        The log, one row per purchase; several on one day are one.
    return_chance
        The chance to come back at which a customer is given up, such as 0.1.
    observation_period_end
        The last day the log covers, inclusive; later rows are not looked at.
    customer_id_col, date_col
        The columns read.

    Returns
    -------
    LapseWindow
        The first silence after which the chance to return is that low.

    Raises
    ------
    NotEnoughDataError
        If nobody ever came back.

    Notes
    -----
    With S the Kaplan-Meier curve of the gaps and S* its last value, the chance to come
    back after a silence of t is (S(t) - S*) / S(t): returns later than the longest
    silence observed are not known of.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a"] * 4 + ["b"] * 2 + ["c"],
    ...         "date": pd.to_datetime(
    ...             ["2024-01-01", "2024-01-08", "2024-01-16", "2024-02-20"]
    ...             + ["2024-01-03", "2024-01-12"]
    ...             + ["2024-01-05"]
    ...         ),
    ...     }
    ... )
    >>> window = fit_lapse_window(
    ...     log, return_chance=0.3, observation_period_end="2024-03-31"
    ... )
    >>> window
    LapseWindow(days=9.0, return_chance=0.25, gaps=4, open_gaps=3)
    >>> print(window)
    after 9 days of silence, 25% of customers come back
    """
    frame = read_eager(transactions, (customer_id_col, date_col))
    require_ids(frame, customer_id_col)
    dated, rules = require_dates(frame, date_col)
    refuse(dated, [*rules, *id_rules(frame, customer_id_col)], id_col=customer_id_col)
    frame = read_eager(dated.to_native(), ())
    end = day_number("observation_period_end", observation_period_end)
    if not len(frame):
        raise NotEnoughDataError(
            needed="transactions", got="0 rows", remedy="Pass a log with rows."
        )
    frame = frame.filter((day_numbers(frame, date_col) <= end).tolist())
    customer = group_rows(frame, customer_id_col).codes
    gap, closed = _gaps(customer, day_numbers(frame, date_col), end)
    if not closed.any():
        raise NotEnoughDataError(
            needed="customers who came back",
            got="0",
            remedy="Observe for longer: nobody has closed a gap yet.",
        )
    never = np.full(gap.shape, -np.inf)
    table = kernel.event_table(never, gap, closed, np.ones(gap.size))
    S = kernel.survival(table)
    back = np.divide(S - S[-1], S, out=np.zeros(S.shape), where=S > 0)
    limit = fraction("return_chance", return_chance)
    at = int(np.flatnonzero(back <= limit)[0])
    return LapseWindow(
        days=float(table.time[at]),
        return_chance=float(back[at]),
        gaps=int(closed.sum()),
        open_gaps=int((~closed).sum()),
    )


def _gaps(customer: IntArray, day: IntArray, end: int) -> tuple[FloatArray, np.ndarray]:
    order = np.lexsort((day, customer))
    who, when = customer[order], day[order]
    fresh = np.ones(who.size, dtype=np.bool_)
    fresh[1:] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
    who, when = who[fresh], when[fresh]
    closed = np.append(who[1:] == who[:-1], [False] * min(who.size, 1))
    following = np.append(when[1:], [end] * min(who.size, 1))
    gap = np.where(closed, following - when, end - when).astype(np.float64)
    # A purchase on the very last day has not been followed at all.
    seen = gap > 0
    return gap[seen], closed[seen]
