"""Churn rates whose denominator is said: customers and revenue of one period."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import fraction, positive
from ..._frames import number_rules, numbers, read_eager, refuse, require_numbers
from ...errors import NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.base.intervals import wilson
from ...typing import IntoFrame
from ..classifier.scored_outcomes import refuse_overflow

__all__ = ["PeriodRates", "period_rates", "rescaled_rate"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PeriodRates:
    """What became of the customers of a period's start, and of their revenue.

    Attributes
    ----------
    customers_at_start, customers_lost, customers_won
        Counts. Those won in the period are in no rate: nobody can lose them yet.
    revenue_at_start, revenue_lost, revenue_contracted, revenue_expanded, revenue_won
        Revenue at the start; of it, what went with lost customers and what those who
        stayed cut; what those who stayed added; what new customers brought.
    """

    customers_at_start: int
    customers_lost: int
    customers_won: int
    revenue_at_start: float
    revenue_lost: float
    revenue_contracted: float
    revenue_expanded: float
    revenue_won: float

    @property
    def churn_rate(self) -> float:
        """Share of the customers at the start who were lost."""
        return self.customers_lost / self.customers_at_start

    @property
    def retention_rate(self) -> float:
        """Share of the customers at the start who stayed."""
        return 1 - self.churn_rate

    @property
    def gross_revenue_churn(self) -> float:
        """Share of the revenue at the start that was lost or cut."""
        return (self.revenue_lost + self.revenue_contracted) / self.revenue_at_start

    @property
    def net_revenue_retention(self) -> float:
        """Revenue at the end per revenue at the start, of those there at the start."""
        kept = 1 - self.gross_revenue_churn
        return kept + self.revenue_expanded / self.revenue_at_start

    def churn_interval(self, *, level: float = 0.95) -> tuple[float, float]:
        """Return Wilson's interval of the churn rate."""
        lower, upper = wilson(
            np.array(float(self.customers_lost)),
            np.array(float(self.customers_at_start)),
            level=fraction("level", level),
        )
        return float(lower), float(upper)

    def to_dict(self) -> dict[str, object]:
        """Return the rates as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "PeriodRates":
        """Build the rates from their JSON document."""
        return from_document(cls, document)


def period_rates(
    customers: IntoFrame,
    *,
    start_col: str = "revenue_at_start",
    end_col: str = "revenue_at_end",
) -> PeriodRates:
    """Measure the churn of customers and of revenue over one period.

    The denominator is who was there at the *start*. Dividing by the customers at the
    end, or by an average, mixes new customers in, and growth then hides churn.

    Parameters
    ----------
    customers
        One row per customer seen at the start or at the end.
    start_col, end_col
        The recurring revenue of the customer at both times; 0 when not a customer.
        Who came and went in between has 0 at both, and is in no rate.

    Returns
    -------
    PeriodRates
        The counts and sums, and the rates that follow from them.

    Raises
    ------
    InvalidValueError
        If a revenue is missing or negative.
    NotEnoughDataError
        If nobody was a customer at the start.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {
    ...         "revenue_at_start": [10, 10, 20, 20, 0],
    ...         "revenue_at_end": [10, 0, 25, 15, 30],
    ...     }
    ... )
    >>> rates = period_rates(customers)
    >>> rates.churn_rate, rates.gross_revenue_churn, rates.net_revenue_retention
    (0.25, 0.25, 0.8333)
    """
    frame = read_eager(customers, (start_col, end_col))
    require_numbers(frame, (start_col, end_col))
    rules = [
        rule
        for column in (start_col, end_col)
        for rule in number_rules(frame, column, sign="nonnegative")
    ]
    refuse(frame, rules)
    before, after = numbers(frame, start_col), numbers(frame, end_col)
    refuse_overflow(before, start_col)
    refuse_overflow(after, end_col)
    there = before > 0
    lost, stayed = there & (after == 0), there & (after > 0)
    if not there.any():
        raise NotEnoughDataError(
            needed=f"customers at the start (column {start_col!r} above 0)",
            got=f"0 of {before.size:,}",
            remedy="Pass the customers of the period before, too.",
        )
    less = np.where(stayed, np.maximum(before - after, 0.0), 0.0)
    more = np.where(stayed, np.maximum(after - before, 0.0), 0.0)
    return PeriodRates(
        customers_at_start=int(there.sum()),
        customers_lost=int(lost.sum()),
        customers_won=int(((before == 0) & (after > 0)).sum()),
        revenue_at_start=float(before.sum()),
        revenue_lost=float(before[lost].sum()),
        revenue_contracted=float(less.sum()),
        revenue_expanded=float(more.sum()),
        revenue_won=float(after[before == 0].sum()),
    )


def rescaled_rate(*, churn_rate: float, periods: float) -> float:
    """Return the churn over ``periods`` periods, if each loses the same share.

    1 - (1 - churn)^periods. The assumption is a constant hazard: it holds for no real
    cohort, whose churn falls with tenure, so a yearly rate from a month's is too high.
    A fitted ``ShiftedBetaGeometric`` needs no such assumption.

    Parameters
    ----------
    churn_rate
        The share lost in one period, from 0 to 1.
    periods
        How many periods; a part of one is allowed.

    Returns
    -------
    float
        The share lost in all of them.

    Raises
    ------
    InvalidValueError
        If the rate is no share, or the periods are not above 0.

    Examples
    --------
    >>> round(rescaled_rate(churn_rate=0.05, periods=12), 4)
    0.4596
    """
    share = fraction("churn_rate", churn_rate, closed=True)
    if share == 1:
        return 1.0
    return float(-np.expm1(positive("periods", periods) * np.log1p(-share)))
