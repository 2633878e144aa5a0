"""Every customer scored by the fitted models, and what the page adds up of them."""

from dataclasses import dataclass

import numpy as np

from ..._frames import EagerFrame, native, numbers, read_eager, with_arrays
from ...clv import BgNbd, GammaGamma, with_clv
from ...kernels.base.cells import group
from ...typing import BoolArray, FloatArray, IntoDataFrame, PurchaseModel
from ..question import Question
from .findings import Activity, Base, Bin

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

    @property
    def repeats(self) -> BoolArray:
        """Mark who bought at least twice."""
        return np.asarray(self.frequency > 0)

    @property
    def expected_amount(self) -> FloatArray:
        """What each customer is expected to spend in the horizon, not discounted."""
        return self.expected_purchases * self.expected_spend

    def beside(self, summary: EagerFrame) -> EagerFrame:
        """Add the scores to the summary that they were computed from."""
        return with_arrays(
            summary,
            {
                "probability_alive": self.probability_alive,
                "expected_purchases": self.expected_purchases,
                "expected_spend": self.expected_spend,
                "clv": self.clv,
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
        alive, repeats = self.probability_alive, self.repeats
        states = (
            (*_STATES[0], repeats & (alive >= _ACTIVE)),
            (*_STATES[1], repeats & (alive < _ACTIVE) & (alive >= _GONE)),
            (*_STATES[2], repeats & (alive < _GONE)),
            (*_STATES[3], ~repeats),
        )
        return tuple(
            Activity(
                name=name,
                rule=rule,
                n_customers=int(np.count_nonzero(own)),
                expected_purchases=float(self.expected_purchases[own].sum()),
                value=float(self.clv[own].sum()),
            )
            for name, rule, own in states
        )

    def amounts_ahead(
        self, purchases: PurchaseModel, *, steps: int, length: float
    ) -> FloatArray:
        """Return the amount expected in each of ``steps`` spans, not discounted."""
        cells = group((self.frequency, self.recency, self.T), inverse=True)
        spend = np.bincount(
            np.zeros(0, np.int64) if cells.inverse is None else cells.inverse,
            self.expected_spend,
            minlength=cells.size,
        )
        until = [
            spend @ purchases.expected_purchases(*cells.columns, horizon=step * length)
            for step in range(steps + 1)
        ]
        return np.diff(np.asarray(until))


def score_customers(
    history: EagerFrame,
    like: IntoDataFrame,
    *,
    purchases: BgNbd,
    spend: GammaGamma,
    question: Question,
) -> ScoredCustomers:
    """Score each customer of a summary whose mean spend is nowhere below zero."""
    names = ("frequency", "recency", "T", "monetary_value", "total_amount")
    frequency, recency, T, monetary_value, total = (
        numbers(history, name) for name in names
    )
    weeks = question.horizon_weeks
    valued = with_clv(
        native(history, like),
        purchases=purchases,
        spend=spend,
        horizon=weeks,
        discount_rate=question.weekly_discount_rate,
        margin=question.margin,
        nonpositive="keep",
    )
    clv = numbers(read_eager(valued, ("clv",)), "clv")
    return ScoredCustomers(
        frequency=frequency,
        recency=recency,
        T=T,
        total_amount=total,
        probability_alive=purchases.probability_alive(frequency, recency, T),
        expected_purchases=purchases.expected_purchases(
            frequency, recency, T, horizon=weeks
        ),
        expected_spend=spend.expected_spend(frequency, monetary_value),
        clv=clv,
    )
