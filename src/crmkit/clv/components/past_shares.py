"""How past repeat revenue divided into parts: the plain split to beat."""

import numpy as np

from ...kernels.value.component_identity import FIRST, HOME, OTHER
from .ledger_flows import Statement

__all__ = ["past_part_rates"]


def past_part_rates(statement: Statement) -> dict[str, float]:
    """Return each part of the repeat purchases so far, per unit of their revenue.

    Serving counts from the day after the first purchase. Referral has no share: it does
    not come from the customer's revenue.
    """
    later = statement.kind != FIRST
    revenue = float(statement.revenue[later].sum())
    if not revenue > 0:
        return {}
    service = statement.book.service
    served = service.day > statement.first_day[service.customer]
    standard = float(statement.standard[~statement.order_first].sum())
    home = float(statement.margin[statement.kind == HOME].sum())
    sums = {
        "clv2": home - standard,
        "clv3": float(statement.margin[statement.kind == OTHER].sum()),
        "clv4": standard - float(statement.service[served].sum()),
        "clv6": float(statement.premium[later].sum()),
    }
    return {part: float(np.float64(value) / revenue) for part, value in sums.items()}
