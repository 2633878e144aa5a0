"""Test the independence of spend and frequency, which Gamma-Gamma assumes."""

from dataclasses import dataclass

import numpy as np

from ..._check import typed
from ..._frames import numbers, nw, read_eager, refuse
from ...errors import NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.value.rank_correlation import (
    correlation,
    rank_correlation,
    rank_p_value,
)
from ...typing import HISTORY, HistoryColumns, IntoDataFrame
from ..models.histories import known_id
from ..models.spend_columns import spending_rules

__all__ = ["SpendIndependence", "spend_independence"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SpendIndependence(JsonResult):
    """The correlation of repeat frequency and mean amount.

    Attributes
    ----------
    n_customers
        Customers with at least one repeat purchase.
    correlation
        Pearson's correlation of frequency and mean amount.
    rank_correlation
        Spearman's correlation, which a few heavy customers cannot dominate.
    p_value
        The chance of a rank correlation as far from 0 if there is none. A large base
        makes a tiny one significant: look at the size first.
    """

    n_customers: int
    correlation: float
    rank_correlation: float
    p_value: float

    def __str__(self) -> str:
        """Show the test as a sentence."""
        return (
            f"rank correlation {self.rank_correlation:+.3f} (p = {self.p_value:.2g}), "
            f"correlation {self.correlation:+.3f}, of {self.n_customers:,} customers"
        )


@typed
def spend_independence(
    customers: IntoDataFrame, *, columns: HistoryColumns = HISTORY
) -> SpendIndependence:
    """Test whether frequent customers spend more, or less, per purchase.

    Gamma-Gamma assumes that how often a customer buys and how much are independent. A
    rank correlation within about 0.1 of zero does little harm; a larger one makes the
    value of frequent customers too low (positive) or too high (negative).

    Parameters
    ----------
    customers
        One row per customer, in memory. One-time buyers are left out.
    columns
        The names of the columns read.

    Returns
    -------
    SpendIndependence
        The two correlations and the test.

    Raises
    ------
    NotEnoughDataError
        If fewer than three customers came back, or all have one frequency or amount.

    Examples
    --------
    >>> from crmkit import rfm_summary
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> found = spend_independence(customers)
    >>> found.n_customers, found.correlation
    (946, 0.1138)
    """
    frame = read_eager(customers, columns.spend)
    rules = spending_rules(columns.spend, sign="any")(frame)
    refuse(frame, rules, id_col=known_id(frame, columns.customer_id))
    repeat = frame.filter(nw.col(columns.frequency) > 0)
    x, amount = (numbers(repeat, column) for column in columns.spend)
    if x.size < 3 or np.ptp(x) == 0 or np.ptp(amount) == 0:
        raise NotEnoughDataError(
            needed="3 customers who came back, of different frequency and amount",
            got=f"{x.size} alike" if x.size > 2 else f"{x.size}",
            remedy="Observe for longer.",
        )
    once = np.ones(x.size)
    ranked = rank_correlation(x, amount, once)
    return SpendIndependence(
        n_customers=x.size,
        correlation=correlation(x, amount, once),
        rank_correlation=ranked,
        p_value=rank_p_value(ranked, x.size),
    )
