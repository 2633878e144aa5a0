"""Which columns of a snapshot are keys, which are features and which are outcomes."""

from collections.abc import Sequence

from .._frames import read
from ..typing import IntoFrame

__all__ = [
    "KEYS",
    "OUTCOMES",
    "feature_columns",
    "feature_groups",
    "groups_of",
    "known_names",
]

KEYS = ("customer_id", "cutoff", "label_start", "label_end", "fold")
OUTCOMES = ("churned", "event_observed", "future_purchases", "future_amount")

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
# What an event log is told by, after its name.
_PARTS = ("count", "recent", "inactivity", "mean", "last")


def feature_columns(snapshots: IntoFrame) -> tuple[str, ...]:
    """Return the columns that a model may learn from, in their order.

    Everything but the keys and the outcomes of ``make_snapshots``.

    Examples
    --------
    >>> import pandas as pd
    >>> snapshots = pd.DataFrame(
    ...     columns=["customer_id", "cutoff", "inactivity", "churned"]
    ... )
    >>> feature_columns(snapshots)
    ('inactivity',)
    """
    return known_names(read(snapshots, ()).collect_schema().names())


def feature_groups(snapshots: IntoFrame) -> dict[str, tuple[str, ...]]:
    """Gather features by what they tell: recency, frequency, spend, one per event log.

    Features of one group often stand in for each other, so that importance is better
    asked of the group than of each. A column that the caller added is its own group.

    Examples
    --------
    >>> import pandas as pd
    >>> snapshots = pd.DataFrame(columns=["inactivity", "purchases", "purchases_trend"])
    >>> feature_groups(snapshots)
    {'recency': ('inactivity',), 'frequency': ('purchases', 'purchases_trend')}
    """
    return groups_of(feature_columns(snapshots))


def known_names(columns: Sequence[str]) -> tuple[str, ...]:
    """Leave out the keys and the outcomes."""
    return tuple(name for name in columns if name not in {*KEYS, *OUTCOMES})


def groups_of(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Gather names by what they tell."""
    groups: dict[str, tuple[str, ...]] = {}
    for name in names:
        stem = name.split("_", maxsplit=1)[0]
        log, _, part = name.rpartition("_")
        group = _GROUPS.get(stem, log if log and part in _PARTS else name)
        groups[group] = (*groups.get(group, ()), name)
    return groups
