"""Churn rates of customers and revenue over one period."""

from dataclasses import dataclass

import numpy as np

from ..._check import fraction, positive
from ..._frames import number_rules, numbers, read_eager, refuse, require_numbers
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.base.intervals import wilson
from ...typing import IntoFrame
from ..classifier.scored_outcomes import refuse_overflow

__all__ = ["PeriodRates", "period_rates", "rescaled_rate"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PeriodRates(JsonResult):
    """Churn and retention of the customers, and the revenue, at the start of a period.

    Attributes
    ----------
    n_customers_at_start, n_customers_lost, n_customers_won
        Customers at the start, those of them who were lost, and new customers, who
        enter no rate.
    revenue_at_start, revenue_lost, revenue_contracted, revenue_expanded, revenue_won
        Revenue at the start; of it, the revenue of lost customers and the reductions of
        those who stayed; the increases of those who stayed; the revenue of new
        customers.
    """

    n_customers_at_start: int
    n_customers_lost: int
    n_customers_won: int
    revenue_at_start: float
    revenue_lost: float
    revenue_contracted: float
    revenue_expanded: float
    revenue_won: float

    @property
    def churn_rate(self) -> float:
        """Share of the customers at the start who were lost."""
        return self.n_customers_lost / self.n_customers_at_start

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
        """Revenue at the end per revenue at the start, of customers at the start."""
        kept = 1 - self.gross_revenue_churn
        return kept + self.revenue_expanded / self.revenue_at_start

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return Wilson's interval of the churn rate of customers."""
        inside = fraction("level", level)
        lower, upper = wilson(
            np.array(float(self.n_customers_lost)),
            np.array(float(self.n_customers_at_start)),
            level=inside,
        )
        return Interval(lower=float(lower), upper=float(upper), level=inside)


def period_rates(
    customers: IntoFrame,
    *,
    start_col: str = "revenue_at_start",
    end_col: str = "revenue_at_end",
) -> PeriodRates:
    """Measure the churn of customers and of revenue over one period.

    The denominator is the customers at the *start*. Dividing by the customers at the
    end, or by an average, includes new customers, and growth then hides churn.

    Parameters
    ----------
    customers
        One row per customer at the start or at the end.
    start_col, end_col
        The recurring revenue of the customer at both times; 0 when not a customer. A
        customer who came and left in between has 0 at both, and enters no rate.

    Returns
    -------
    PeriodRates
        The counts, the sums, and the rates that follow from them.

    Raises
    ------
    InvalidValueError
        If a revenue is missing or negative.
    NotEnoughDataError
        If there were no customers at the start.

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
            remedy="Include the customers of the period before.",
        )
    less = np.where(stayed, np.maximum(before - after, 0.0), 0.0)
    more = np.where(stayed, np.maximum(after - before, 0.0), 0.0)
    return PeriodRates(
        n_customers_at_start=int(there.sum()),
        n_customers_lost=int(lost.sum()),
        n_customers_won=int(((before == 0) & (after > 0)).sum()),
        revenue_at_start=float(before.sum()),
        revenue_lost=float(before[lost].sum()),
        revenue_contracted=float(less.sum()),
        revenue_expanded=float(more.sum()),
        revenue_won=float(after[before == 0].sum()),
    )


def rescaled_rate(*, churn_rate: float, periods: float) -> float:
    """Return the churn rate over several periods if each loses the same share.

    It is 1 - (1 - churn)^periods, which assumes a constant hazard. The churn of real
    cohorts falls with tenure, so a yearly rate from a monthly one is too high. A fitted
    ``ShiftedBetaGeometric`` needs no such assumption.

    Parameters
    ----------
    churn_rate
        The share lost in one period, from 0 to 1.
    periods
        The number of periods, not necessarily whole.

    Returns
    -------
    float
        The share lost in all of them.

    Raises
    ------
    InvalidValueError
        If the rate is outside 0 to 1, or the periods are not above 0.

    Examples
    --------
    >>> round(rescaled_rate(churn_rate=0.05, periods=12), 4)
    0.4596
    """
    share = fraction("churn_rate", churn_rate, closed=True)
    if share == 1:
        return 1.0
    return float(-np.expm1(positive("periods", periods) * np.log1p(-share)))
