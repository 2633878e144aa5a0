"""Every customer scored by the fitted models, and what the page adds up of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..._frames import EagerFrame, native, numbers, read_eager, with_arrays
from ...clv import GammaGamma, with_clv_if_active
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...typing import BoolArray, FloatArray, IntoDataFrame
from ..question import Question
from .expected_sums import ExpectedSums, expected_sums
from .found_values import Activity, Base, Bin
from .purchase_models import PurchaseFit
from .spend_floor import expected_spend

__all__ = ["ScoredCustomers", "score_customers"]

_ACTIVE, _GONE = 0.8, 0.2
_BINS = 20
_STATES = (
    ("Active", "repeat customers, at least 80% likely to be still active"),
    ("Uncertain", "repeat customers, between 20% and 80%"),
    ("Probably gone", "repeat customers, under 20%"),
    ("Bought once", "too early to judge by their own rhythm"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredCustomers:
    """One entry per customer, in the order of the customers' table."""

    frequency: FloatArray
    recency: FloatArray
    T: FloatArray
    total_amount: FloatArray
    probability_alive: FloatArray
    expected_purchases: FloatArray
    expected_spend: FloatArray
    clv: FloatArray
    clv_if_active: FloatArray
    value_at_risk: FloatArray  # what each would be worth in addition if active
    silent_days: FloatArray  # since each customer's last purchase
    sums: ExpectedSums  # of what all customers are expected to spend

    @property
    def repeats(self) -> BoolArray:
        """Mark who bought at least twice."""
        return np.asarray(self.frequency > 0)

    @property
    def expected_amount(self) -> FloatArray:
        """What each customer is expected to spend in the horizon, not discounted."""
        return self.expected_purchases * self.expected_spend

    @property
    def states(self) -> tuple[tuple[str, str, BoolArray], ...]:
        """The states of activity: name, rule, and who is in it."""
        alive, repeats = self.probability_alive, self.repeats
        return (
            (*_STATES[0], repeats & (alive >= _ACTIVE)),
            (*_STATES[1], repeats & (alive < _ACTIVE) & (alive >= _GONE)),
            (*_STATES[2], repeats & (alive < _GONE)),
            (*_STATES[3], ~repeats),
        )

    def beside(self, summary: EagerFrame) -> EagerFrame:
        """Add the scores to the summary that they were computed from."""
        return with_arrays(
            summary,
            {
                "probability_alive": self.probability_alive,
                "expected_purchases": self.expected_purchases,
                "expected_spend": self.expected_spend,
                "clv": self.clv,
                "clv_if_active": self.clv_if_active,
                "value_at_risk": self.value_at_risk,
            },
        )

    def base(self) -> Base:
        """Count the base and add up what is expected of it."""
        return Base(
            n_customers=self.frequency.size,
            n_repeat_customers=int(np.count_nonzero(self.repeats)),
            total_amount=float(self.total_amount.sum()),
            value=float(self.clv.sum()),
            expected_purchases=float(self.expected_purchases.sum()),
            expected_amount=float(self.expected_amount.sum()),
            n_active=float(self.probability_alive.sum()),
            value_at_risk=float(self.value_at_risk.sum()),
        )

    def alive(self) -> tuple[tuple[Bin, ...], float]:
        """Count repeat customers by their probability to be active; with the mean."""
        probability = self.probability_alive[self.repeats]
        counts, edges = np.histogram(probability, bins=_BINS, range=(0.0, 1.0))
        bins = tuple(
            Bin(lower=float(lower), upper=float(upper), n_customers=int(n))
            for lower, upper, n in zip(edges, edges[1:], counts, strict=False)
        )
        return bins, float(probability.mean()) if probability.size else 0.0

    def activity(self) -> tuple[Activity, ...]:
        """Sort the base: active, uncertain, probably gone, and bought once."""
        return tuple(
            Activity(
                name=name,
                rule=rule,
                n_customers=int(np.count_nonzero(own)),
                expected_purchases=float(self.expected_purchases[own].sum()),
                value=float(self.clv[own].sum()),
            )
            for name, rule, own in self.states
        )

    def amounts_until(self, weeks: Sequence[float]) -> FloatArray:
        """Return the amount expected until each number of weeks, not discounted."""
        return self.sums.until(weeks)

    def value_until(self, weeks: Sequence[float], *, question: Question) -> FloatArray:
        """Return the value of all customers until each number of weeks."""
        rate = question.weekly_discount_rate
        return self.sums.until(weeks, discount_rate=rate) * question.margin


def score_customers(
    history: EagerFrame,
    like: IntoDataFrame,
    *,
    purchases: PurchaseFit,
    spend: GammaGamma,
    question: Question,
) -> ScoredCustomers:
    """Score each customer of a summary whose mean spend is nowhere below zero."""
    names = ("frequency", "recency", "T", "monetary_value", "total_amount")
    frequency, recency, T, monetary_value, total = (
        numbers(history, name) for name in names
    )
    weeks = question.horizon_weeks

    valued = with_clv_if_active(
        native(history, like),
        purchases=purchases,
        spend=spend,
        horizon=weeks,
        discount_rate=question.weekly_discount_rate,
        margin=question.margin,
        nonpositive="keep",
    )
    if_active = numbers(read_eager(valued, ("clv_if_active",)), "clv_if_active")
    alive = purchases.probability_alive(frequency, recency, T)
    # What with_clv gives: whoever has left is worth nothing.
    clv = alive * if_active
    each = expected_spend(spend, frequency, monetary_value)
    return ScoredCustomers(
        frequency=frequency,
        recency=recency,
        T=T,
        total_amount=total,
        probability_alive=alive,
        expected_purchases=purchases.expected_purchases(
            frequency, recency, T, horizon=weeks
        ),
        expected_spend=each,
        clv=clv,
        clv_if_active=if_active,
        value_at_risk=if_active - clv,
        silent_days=np.rint((T - recency) * DAYS_PER_UNIT["week"]),
        sums=expected_sums(purchases, (frequency, recency, T), each),
    )
