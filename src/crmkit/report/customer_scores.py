"""The customers as arrays: what the page adds up, tier by tier and state by state."""

from dataclasses import dataclass

import numpy as np

from .._frames import EagerFrame, numbers
from ..kernels.base.cells import group
from ..typing import BoolArray, FloatArray, PurchaseModel
from .findings import Activity, Base, Bin, Tier

__all__ = ["Scores", "read_scores"]

_ACTIVE, _GONE = 0.8, 0.2
_BINS = 20
_GAP = "\N{NO-BREAK SPACE}"
_STATES = (
    ("Active", f"repeat customers, at least 80{_GAP}% likely to be still buying"),
    ("Uncertain", f"repeat customers, between 20 and 80{_GAP}%"),
    ("Probably gone", f"repeat customers, under 20{_GAP}%"),
    ("Bought once", "no rhythm to judge by yet"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """One entry per customer, in the order of the customers' table."""

    frequency: FloatArray
    recency: FloatArray
    T: FloatArray
    total_amount: FloatArray
    probability_alive: FloatArray
    expected_purchases: FloatArray
    expected_spend: FloatArray
    clv: FloatArray
    tier: np.ndarray

    @property
    def repeats(self) -> BoolArray:
        """Say who came back at least once."""
        return np.asarray(self.frequency > 0)

    @property
    def expected_amount(self) -> FloatArray:
        """What each customer is expected to spend in the horizon, not discounted."""
        return self.expected_purchases * self.expected_spend

    def base(self) -> Base:
        """Count the base and add up what is expected of it."""
        return Base(
            customers=self.frequency.size,
            repeat_customers=int(np.count_nonzero(self.repeats)),
            total_amount=float(self.total_amount.sum()),
            value=float(self.clv.sum()),
            expected_purchases=float(self.expected_purchases.sum()),
            expected_amount=float(self.expected_amount.sum()),
        )

    def tiers(self, *, days_per_unit: float) -> tuple[Tier, ...]:
        """Describe each tier that has customers, in the order of their names."""
        silent = (self.T - self.recency) * days_per_unit
        return tuple(
            Tier(
                name=str(name),
                customers=int(np.count_nonzero(own)),
                value=float(self.clv[own].sum()),
                past_amount=float(self.total_amount[own].sum()),
                mean_orders=float(self.frequency[own].mean()) + 1,
                median_days_since_last=float(np.median(silent[own])),
            )
            for name, own in ((n, self.tier == n) for n in np.unique(self.tier))
        )

    def alive(self) -> tuple[tuple[Bin, ...], float]:
        """Count repeat customers by probability alive; with their mean."""
        probability = self.probability_alive[self.repeats]
        counts, edges = np.histogram(probability, bins=_BINS, range=(0.0, 1.0))
        bins = tuple(
            Bin(low=float(low), high=float(high), customers=int(n))
            for low, high, n in zip(edges, edges[1:], counts, strict=False)
        )
        return bins, float(probability.mean()) if probability.size else 0.0

    def activity(self) -> tuple[Activity, ...]:
        """Sort the base into the active, the uncertain, the gone and the one-timers."""
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
                customers=int(np.count_nonzero(own)),
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


def read_scores(customers: EagerFrame) -> Scores:
    """Read the columns of the customers' table."""
    named = {
        name: numbers(customers, name)
        for name in (
            "frequency",
            "recency",
            "T",
            "total_amount",
            "probability_alive",
            "expected_purchases",
            "expected_spend",
            "clv",
        )
    }
    tier = np.asarray(customers["value_tier"].to_list(), dtype=np.str_)
    return Scores(**named, tier=tier)
