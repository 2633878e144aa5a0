"""What the analysis found, as plain values: everything that the page shows."""

import datetime as dt
from dataclasses import dataclass
from typing import Generic, TypeVar

from ...fits import Interval, shown
from ...rfm.transaction_report import TransactionReport
from ..question import Question

__all__ = [
    "Activity",
    "Base",
    "BestCustomer",
    "Bin",
    "Concentration",
    "Decile",
    "Findings",
    "FitFacts",
    "Holdout",
    "LeftOut",
    "Outlook",
    "Period",
    "Tier",
    "Week",
]

FrameT_co = TypeVar("FrameT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The customer base in a few counts; ``value`` is the sum of ``clv``."""

    n_customers: int
    n_repeat_customers: int
    total_amount: float
    value: float
    expected_purchases: float
    expected_amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """How unequally value is held.

    Attributes
    ----------
    past, expected
        Points (share of customers, share of past spending or of expected value), best
        customers first.
    past_share_of_top_fifth, expected_share_of_top_fifth
        The share held by the top 20% of customers.
    customer_share_for_four_fifths
        The share of customers who hold 80% of the expected value.
    """

    past: tuple[tuple[float, float], ...]
    expected: tuple[tuple[float, float], ...]
    past_share_of_top_fifth: float
    expected_share_of_top_fifth: float
    customer_share_for_four_fifths: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One value tier: who is in it, and what they hold."""

    name: str
    n_customers: int
    value: float
    past_amount: float
    mean_orders: float
    median_days_since_last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Repeat customers whose probability to be active lies in [lower, upper)."""

    lower: float
    upper: float
    n_customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Customers in one state of activity, and what is expected of them."""

    name: str
    rule: str
    n_customers: int
    expected_purchases: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Repeat purchases since the calibration ended, predicted and actual."""

    week: int
    predicted: float
    actual: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decile:
    """A tenth of the customers, ranked by the prediction; amounts in the holdout."""

    rank: int
    n_customers: int
    predicted_amount: float
    actual_amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """A forecast made from the first part of the log, and what happened after it."""

    calibration_period_end: dt.date
    weeks: float
    n_customers: int
    predicted_purchases: float
    actual_purchases: int
    predicted_amount: float
    actual_amount: float
    by_week: tuple[Week, ...]
    by_decile: tuple[Decile, ...]
    actual_amount_of_top_fifth: float

    @property
    def purchases_error(self) -> float | None:
        """Predicted over actual purchases, less one; None without purchases."""
        return _relative(self.predicted_purchases, self.actual_purchases)

    @property
    def amount_error(self) -> float | None:
        """Predicted over actual amounts, less one; None if nothing was spent."""
        return _relative(self.predicted_amount, self.actual_amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Four weeks from ``start``: what was spent, or is expected, not discounted.

    Attributes
    ----------
    first, repeat
        Spent on first purchases and on repeat purchases; None for the future.
    expected
        Expected of the same customers; None for the past.
    """

    start: dt.date
    first: float | None = None
    repeat: float | None = None
    expected: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Spending in four-week periods, past and expected, of the same customers.

    Attributes
    ----------
    periods
        The past ones from the oldest, then the expected ones.
    last_amount, next_amount
        Repeat purchases of the last ``weeks`` weeks (0 if the log is shorter), and
        what is expected of the next.
    weeks
        How long both are.
    """

    periods: tuple[Period, ...]
    last_amount: float
    next_amount: float
    weeks: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BestCustomer:
    """A customer of the highest expected value."""

    customer_id: str
    tier: str
    orders: int
    past_amount: float
    last_date: dt.date
    probability_alive: float
    expected_purchases: float
    expected_spend: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitFacts:
    """A fitted model as the page prints it.

    Attributes
    ----------
    n_customers, n_excluded
        Customers in the fit, and customers that the model cannot describe.
    free
        Parameters that the data hardly determine.
    penalty
        The weight of the penalty; 0 for maximum likelihood.
    parameters
        Name, estimate and standard error of each.
    """

    name: str
    n_customers: int
    n_excluded: int
    log_likelihood: float
    free: tuple[str, ...]
    penalty: float
    parameters: tuple[tuple[str, float, float | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was left out on request, or valued by a special rule.

    Attributes
    ----------
    n_rows_without_id
        Rows without a customer id.
    n_customers_refunded_only
        Customers with refunds and no purchase.
    n_customers_below_zero
        Repeat customers whose repeat purchases, after refunds, brought less than
        nothing; they are valued as if these had brought nothing.
    """

    n_rows_without_id: int = 0
    n_customers_refunded_only: int = 0
    n_customers_below_zero: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class Findings(Generic[FrameT_co]):
    """Everything the analysis found.

    Attributes
    ----------
    customers
        One row per customer, in the library of the log: the summary, the predictions,
        ``clv`` and ``value_tier``.
    probability_bins, mean_probability_alive
        Repeat customers by their probability to be active, and its mean.
    holdout, holdout_refused
        The check of the forecast; or None, and the reason for not having one.
    value_range
        The 95% range of the total value in simulated futures; None if unknown.
    """

    question: Question
    log: TransactionReport
    base: Base
    concentration: Concentration
    tiers: tuple[Tier, ...]
    probability_bins: tuple[Bin, ...]
    mean_probability_alive: float
    activity: tuple[Activity, ...]
    holdout: Holdout | None
    holdout_refused: str | None
    outlook: Outlook
    best: tuple[BestCustomer, ...]
    fits: tuple[FitFacts, ...]
    customers: FrameT_co
    left_out: LeftOut = LeftOut()
    value_range: Interval | None = None


def _relative(predicted: float, actual: float) -> float | None:
    return predicted / actual - 1 if actual else None
