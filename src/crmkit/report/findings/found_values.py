"""The parts of what the analysis found, as plain values."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from ...clv.checking.choice_ranking import ModelGap

__all__ = [
    "Activity",
    "Base",
    "Bin",
    "Cohort",
    "Concentration",
    "Decile",
    "FanPoint",
    "FitFacts",
    "Group",
    "GrowthPeriod",
    "Holdout",
    "LeftOut",
    "ModelLine",
    "Models",
    "Month",
    "Outlook",
    "Retention",
    "RiskCell",
    "Tier",
    "Week",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The customer base in a few counts.

    Attributes
    ----------
    value
        The sum of ``clv``.
    n_active
        The sum of ``probability_alive``: how many customers are expected to be active.
    value_at_risk
        What all would be worth if they were active, less ``value``.
    """

    n_customers: int
    n_repeat_customers: int
    total_amount: float
    value: float
    expected_purchases: float
    expected_amount: float
    n_active: float
    value_at_risk: float


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
class Month:
    """A month of spending: what was spent, and what is expected, not discounted.

    The month that the log ends in holds both.

    Attributes
    ----------
    first, repeat
        Spent on first purchases and on repeat purchases.
    expected
        Expected of the customers of the log.
    """

    start: dt.date
    first: float
    repeat: float
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FanPoint:
    """What is expected until some weeks ahead, with its range; None where unknown."""

    weeks: float
    expected: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Spending by month, past and expected, of the same customers.

    Attributes
    ----------
    months
        The past ones from the oldest, then the expected ones.
    last_amount, next_amount
        Repeat purchases of the last ``weeks`` weeks (0 if the log is shorter), and
        what is expected of the next.
    weeks
        How long both are.
    fan
        The expected value until each quarter of the horizon, with its 95% range.
    """

    months: tuple[Month, ...]
    last_amount: float
    next_amount: float
    weeks: float
    fan: tuple[FanPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Customers of one period of first purchase: the share that bought at each age."""

    start: dt.date
    n_customers: int
    retention: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthPeriod:
    """How many customers came, came back, stayed and paused in one period."""

    start: dt.date
    new: int
    returned: int
    retained: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Cohorts of first purchase, and the movement of customers by period.

    ``average`` is the retention at each age over all cohorts that have reached it.
    """

    grain: Literal["month", "quarter", "year"]
    cohorts: tuple[Cohort, ...]
    average: tuple[float, ...]
    growth: tuple[GrowthPeriod, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Customers of one segment or life-cycle stage, and what they hold."""

    name: str
    action: str
    n_customers: int
    value: float
    past_amount: float
    median_days_since_last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCell:
    """Customers of one value tier in one state of activity."""

    tier: str
    state: str
    n_customers: int
    value: float
    value_at_risk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLine:
    """A purchase model that was tried on the weeks held back.

    Attributes
    ----------
    log_score
        The mean logarithm of the probability that it gave to what happened.
    bias
        Predicted over actual purchases, less one; None without purchases.
    gap
        By how much its log score is behind the best, with its standard error; None for
        the best.
    """

    name: str
    log_score: float | None
    bias: float | None
    mean_absolute_error: float
    gap: ModelGap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The purchase model that values the customers, and those compared with it.

    Attributes
    ----------
    chosen
        Its name.
    reason
        ``"best"`` on the weeks held back, ``"asked"`` for, or ``"only"`` one possible.
    compared
        The models tried, the best first.
    n_compared
        How many customers they were compared on: of a large base a sample.
    spend_correlation, spend_p_value
        The rank correlation between how often and how much, and its p value; None
        where too few came back.
    signal_share
        The part of the spread of purchase counts that is more than chance.
    differ
        Whether customers were found to differ at all.
    """

    chosen: str
    reason: Literal["best", "asked", "only"]
    compared: tuple[ModelLine, ...]
    spend_correlation: float | None
    spend_p_value: float | None
    signal_share: float
    differ: bool
    n_compared: int = 0


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
    n_placeholder_rows, n_total_rows
        Rows of a placeholder such as ``(blank)``, and lines of a total.
    n_customers_refunded_only
        Customers with refunds and no purchase.
    n_customers_below_zero
        Repeat customers whose repeat purchases, after refunds, brought less than
        nothing; they are valued as if these had brought nothing.
    """

    n_rows_without_id: int = 0
    n_placeholder_rows: int = 0
    n_total_rows: int = 0
    n_customers_refunded_only: int = 0
    n_customers_below_zero: int = 0


def _relative(predicted: float, actual: float) -> float | None:
    return predicted / actual - 1 if actual else None
