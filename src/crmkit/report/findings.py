"""What the main job found, as plain values: all that the page is allowed to know."""

import datetime as dt
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..rfm.transaction_report import TransactionReport
from .question import Question

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

    customers: int
    repeat_customers: int
    total_amount: float
    value: float
    expected_purchases: float
    expected_amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """How unequally value is held.

    Attributes
    ----------
    past, ahead
        Points (share of customers, share of amount), best customers first.
    past_of_best_fifth, ahead_of_best_fifth
        The share held by the best 20 % of customers.
    customers_for_four_fifths
        The share of customers who hold 80 % of the value ahead.
    """

    past: tuple[tuple[float, float], ...]
    ahead: tuple[tuple[float, float], ...]
    past_of_best_fifth: float
    ahead_of_best_fifth: float
    customers_for_four_fifths: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One value tier: who is in it, and what they hold."""

    name: str
    customers: int
    value: float
    past_amount: float
    mean_orders: float
    median_days_since_last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Repeat customers whose probability to be alive lies in [low, high)."""

    low: float
    high: float
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Customers in one state of activity, and what is expected of them."""

    name: str
    rule: str
    customers: int
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
    customers: int
    predicted_amount: float
    actual_amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """A forecast made in the past, and what then happened."""

    calibration_period_end: dt.date
    weeks: float
    customers: int
    predicted_purchases: float
    actual_purchases: int
    predicted_amount: float
    actual_amount: float
    by_week: tuple[Week, ...]
    by_decile: tuple[Decile, ...]
    amount_of_best_fifth: float

    @property
    def purchases_error(self) -> float | None:
        """Predicted over actual purchases, less one; None where nobody bought."""
        return _relative(self.predicted_purchases, self.actual_purchases)

    @property
    def amount_error(self) -> float | None:
        """Predicted over actual amounts, less one; None where nothing was spent."""
        return _relative(self.predicted_amount, self.actual_amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Four weeks from ``start``: what was spent, or is expected, not discounted.

    Attributes
    ----------
    first, repeat
        Spent on first purchases and on repeat purchases; None ahead.
    expected
        Expected of the same customers; None behind.
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
    customers, excluded
        Those the fit saw, and those it could not hold.
    free
        Parameters the data leave all but free.
    penalty
        The weight of the penalty; 0 for maximum likelihood.
    parameters
        Name, estimate and standard error of each.
    """

    name: str
    customers: int
    excluded: int
    log_likelihood: float
    free: tuple[str, ...]
    penalty: float
    parameters: tuple[tuple[str, float, float | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was left out on request, or valued by a rule of its own.

    Attributes
    ----------
    rows_without_id
        Rows that name no customer.
    customers_refunded_only
        Customers with refunds and no purchase.
    customers_below_zero
        Repeat customers whose repeat purchases, after refunds, brought less than
        nothing; they are valued as if these had brought nothing.
    """

    rows_without_id: int = 0
    customers_refunded_only: int = 0
    customers_below_zero: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings(Generic[FrameT_co]):
    """Everything the main job found.

    Attributes
    ----------
    customers
        One row per customer, in the library of the log: the summary, the predictions,
        ``clv`` and ``tier``.
    holdout, holdout_refused
        The check of the forecast; or None, and the sentence that says why not.
    value_range
        Where the value lies in 95 of 100 futures drawn; None where that is not known.
    """

    question: Question
    log: TransactionReport
    base: Base
    concentration: Concentration
    tiers: tuple[Tier, ...]
    alive: tuple[Bin, ...]
    mean_alive: float
    activity: tuple[Activity, ...]
    holdout: Holdout | None
    holdout_refused: str | None
    outlook: Outlook
    best: tuple[BestCustomer, ...]
    fits: tuple[FitFacts, ...]
    customers: FrameT_co
    left_out: LeftOut = LeftOut()
    value_range: tuple[float, float] | None = None


def _relative(predicted: float, actual: float) -> float | None:
    return predicted / actual - 1 if actual else None
