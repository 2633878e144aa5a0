"""What each value tier holds: customers, value, past spending and activity."""

import numpy as np

from ..._frames import EagerFrame
from .found_values import RiskCell, Tier
from .scored_customers import ScoredCustomers

__all__ = ["risk_by_tier", "tier_totals"]


def tier_totals(table: EagerFrame, scores: ScoredCustomers) -> tuple[Tier, ...]:
    """Describe each tier that has customers, in the order of the names."""
    tier = np.asarray(table["value_tier"].to_list(), dtype=np.str_)
    return tuple(
        Tier(
            name=str(name),
            n_customers=int(np.count_nonzero(own)),
            value=float(scores.clv[own].sum()),
            past_amount=float(scores.total_amount[own].sum()),
            mean_orders=float(scores.frequency[own].mean()) + 1,
            median_days_since_last=float(np.median(scores.silent_days[own])),
        )
        for name, own in ((n, tier == n) for n in np.unique(tier))
    )


def risk_by_tier(table: EagerFrame, scores: ScoredCustomers) -> tuple[RiskCell, ...]:
    """Cross the tiers with the states of activity."""
    tier = np.asarray(table["value_tier"].to_list(), dtype=np.str_)
    return tuple(
        RiskCell(
            tier=str(name),
            state=state,
            n_customers=int(np.count_nonzero(own)),
            value=float(scores.clv[own].sum()),
            value_at_risk=float(scores.value_at_risk[own].sum()),
        )
        for name in np.unique(tier)
        for state, _, among in scores.states
        for own in [among & (tier == name)]
    )
