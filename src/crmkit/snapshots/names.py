"""Which columns of a snapshot say who and when, which were known, which came later."""

from collections.abc import Sequence

__all__ = ["KEYS", "OUTCOMES", "feature_columns", "feature_groups"]

KEYS = ("customer_id", "cutoff", "label_start", "label_end", "fold")
OUTCOMES = ("churned", "future_purchases", "future_amount")

_GROUPS = {
    "inactivity": "recency",
    "purchases": "frequency",
    "gap": "regularity",
    "amount": "spend",
    "tenure": "tenure",
    "category": "breadth",
    "discount": "discounts",
    "returns": "returns",
    "probability": "purchase model",
}


def feature_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that a model may learn from, in their order.

    Everything but the keys and the outcomes of ``make_snapshots``.

    Examples
    --------
    >>> feature_columns(["customer_id", "cutoff", "inactivity", "churned"])
    ('inactivity',)
    """
    return tuple(name for name in columns if name not in {*KEYS, *OUTCOMES})


def feature_groups(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Gather features by what they tell: recency, frequency, spend, one per event log.

    Features of one group often stand in for each other, so that importance is better
    asked of the group than of each.

    Examples
    --------
    >>> feature_groups(["inactivity", "purchases", "purchases_trend"])
    {'recency': ('inactivity',), 'frequency': ('purchases', 'purchases_trend')}
    """
    groups: dict[str, tuple[str, ...]] = {}
    for name in feature_columns(columns):
        stem = name.split("_", maxsplit=1)[0]
        group = _GROUPS.get(stem, name.rsplit("_", maxsplit=1)[0])
        groups[group] = (*groups.get(group, ()), name)
    return groups
