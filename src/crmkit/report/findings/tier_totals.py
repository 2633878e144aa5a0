"""What each value tier holds: customers, value, past spending and activity."""

import numpy as np

from ..._frames import EagerFrame
from ...kernels.log.calendar import DAYS_PER_UNIT
from .findings import Tier
from .scored_customers import ScoredCustomers

__all__ = ["tier_totals"]


def tier_totals(table: EagerFrame, scores: ScoredCustomers) -> tuple[Tier, ...]:
    """Describe each tier that has customers, in the order of the names."""
    tier = np.asarray(table["value_tier"].to_list(), dtype=np.str_)
    silent = (scores.T - scores.recency) * DAYS_PER_UNIT["week"]
    return tuple(
        Tier(
            name=str(name),
            n_customers=int(np.count_nonzero(own)),
            value=float(scores.clv[own].sum()),
            past_amount=float(scores.total_amount[own].sum()),
            mean_orders=float(scores.frequency[own].mean()) + 1,
            median_days_since_last=float(np.median(silent[own])),
        )
        for name, own in ((n, tier == n) for n in np.unique(tier))
    )
