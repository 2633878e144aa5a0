"""What each value tier holds: customers, value, past spending and activity."""

import numpy as np

from .customer_labels import Labels
from .found_values import RiskCell, Tier
from .scored_customers import ScoredCustomers

__all__ = ["risk_by_tier", "tier_totals"]


def tier_totals(tiers: Labels, scores: ScoredCustomers) -> tuple[Tier, ...]:
    """Describe each tier that has customers, in the order of the names."""
    return tuple(
        Tier(
            name=name,
            n_customers=int(np.count_nonzero(own)),
            value=float(scores.clv[own].sum()),
            past_amount=float(scores.total_amount[own].sum()),
            mean_orders=float(scores.frequency[own].mean()) + 1,
            median_days_since_last=float(np.median(scores.silent_days[own])),
        )
        for name, own in ((n, tiers.have(n)) for n in tiers.names)
    )


def risk_by_tier(tiers: Labels, scores: ScoredCustomers) -> tuple[RiskCell, ...]:
    """Cross the tiers with the states of activity."""
    states = scores.states
    return tuple(
        RiskCell(
            tier=name,
            state=state,
            n_customers=int(np.count_nonzero(own)),
            value=float(scores.clv[own].sum()),
            value_at_risk=float(scores.value_at_risk[own].sum()),
        )
        for name, in_tier in ((n, tiers.have(n)) for n in tiers.names)
        for state, _, among in states
        for own in [among & in_tier]
    )
