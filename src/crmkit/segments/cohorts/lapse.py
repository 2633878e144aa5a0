"""When silence means goodbye: the lapse window, open gaps included."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import fraction
from ...errors import NotEnoughDataError
from ...fits import from_document, to_document
from ...kernels.survival import purchase_gaps
from ...typing import Day, Grain, IntoFrame, Refunds
from .active_periods import active_periods

__all__ = ["LapseWindow", "fit_lapse_window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LapseWindow:
    """How long a silence lasts before most customers would have bought again.

    ``print`` says it in a sentence. Not to be confused with
    :class:`crmkit.churn.LapseWindow`, which holds ``days``.

    Attributes
    ----------
    periods
        The shortest gap within which the share of purchases is followed by another;
        None where even the longest gap seen does not reach it.
    share
        The share that was asked for.
    returning
        The largest share of purchases that is followed by another one at all, as far
        as the log can see.
    completed, open
        How many gaps have ended in a purchase, and how many are still open.
    periods_completed_only
        What the completed gaps alone would say: too short, since long gaps are the
        ones that have not ended yet. Given for comparison.
    grain
        The unit: periods of this length.
    """

    periods: int | None = None
    share: float
    returning: float
    completed: float
    open: float
    periods_completed_only: int
    grain: Grain

    def __str__(self) -> str:
        """Say the window as a sentence."""
        share = f"{100 * self.share:.3g}%"
        if self.periods is None:
            return (
                f"no window: {100 * self.returning:.3g}% of purchases are ever "
                f"followed by another, less than {share}"
            )
        plural = "" if self.periods == 1 else "s"
        return (
            f"{share} of purchases are followed by another within "
            f"{self.periods} {self.grain}{plural}"
        )

    def to_dict(self) -> dict[str, object]:
        """Return this window as a document for JSON."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "LapseWindow":
        """Build a window from its document."""
        return from_document(cls, document)


def fit_lapse_window(
    transactions: IntoFrame,
    *,
    observation_period_end: Day,
    share: float = 0.9,
    grain: Grain = "day",
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> LapseWindow:
    """Learn after how long a silence a customer should count as lapsed.

    The gap from each purchase to the next is a waiting time; the gap since a
    customer's last purchase is one that has not ended, and says that the wait is *at
    least* so long. Both are used (Kaplan-Meier); completed gaps alone are too short.

    Use this one to name stages of life, from the share of *purchases* that another one
    follows. To decide who has churned, from the chance of the *silent* to come back,
    use :func:`crmkit.churn.fit_lapse_window`.

    Parameters
    ----------
    transactions
        One row per purchase; of a lazy frame, only counts leave the engine.
    observation_period_end
        The last day seen, inclusive.
    share
        Which share of purchases should be followed by another within the window.
    grain
        What makes one occasion, and the unit of the answer.
    refunds
        As for :func:`crmkit.rfm_summary`.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    The window, and what it rests on.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.
    NotEnoughDataError
        If nobody has bought twice.

    Notes
    -----
    The window is the smallest w with P(next purchase within w) of ``share`` or more.
    Where many never return it may not exist: then ``returning`` says how far the
    share gets.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann"] * 4 + ["bob"] * 2,
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15",
    ...                             "2024-01-25", "2024-01-03", "2024-01-23"]),
    ...     "amount": [1.0] * 6,
    ... })
    >>> window = ck.segments.fit_lapse_window(
    ...     log, observation_period_end="2024-01-31", share=0.75
    ... )
    >>> window.periods, window.periods_completed_only
    (20, 10)
    >>> print(window)
    75% of purchases are followed by another within 20 days
    """
    wanted = fraction("share", share)
    seen = active_periods(
        transactions,
        end=observation_period_end,
        grain=grain,
        refunds=refunds,
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    _, left = seen.spells()
    ended = left.following < seen.count
    if not ended.any():
        raise NotEnoughDataError(
            needed="at least 1 customer with two purchases",
            got="0",
            remedy="Without a second purchase there is no gap to learn from.",
        )
    length = np.where(ended, left.following, seen.count - 1) - left.now
    found, reach = purchase_gaps.within(length, ended, left.customers, wanted)
    return LapseWindow(
        periods=found,
        share=wanted,
        returning=reach,
        completed=float(left.customers[ended].sum()),
        open=float(left.customers[~ended].sum()),
        periods_completed_only=purchase_gaps.completed_only(
            length[ended], left.customers[ended], wanted
        ),
        grain=grain,
    )
