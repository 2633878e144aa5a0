"""Whether each customer moved up or down a tier, stayed, joined or left."""

from collections.abc import Sequence

from ..._check import typed
from ..._frames import Rule, native, nw, read, refuse
from ...typing import IntoFrameT
from .tier_labels import known_tier, require_labels

__all__ = ["with_tier_change"]


@typed
def with_tier_change(
    customers: IntoFrameT,
    *,
    tiers: Sequence[str],
    before_col: str = "previous_tier",
    after_col: str = "value_tier",
    output_col: str = "tier_change",
) -> IntoFrameT:
    """Add whether each customer moved up, moved down, stayed, joined or left.

    Parameters
    ----------
    customers
        One row per customer. A lazy frame stays lazy.
    tiers
        The names of the tiers, the best first.
    before_col, after_col
        The tier at each date; missing for a customer who was absent at that date.
    output_col
        The column to write: ``"up"``, ``"down"``, ``"same"``, ``"new"`` or ``"gone"``.

    Returns
    -------
    The same rows with one more column.

    Raises
    ------
    InvalidValueError
        If a tier is not among ``tiers``, or a customer has none at either date.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "previous_tier": ["B", "A", None], "value_tier": ["A", "A", "B"],
    ... })
    >>> found = ck.segments.with_tier_change(customers, tiers=("A", "B"))
    >>> found["tier_change"].to_list()
    ['up', 'same', 'new']
    """
    names = require_labels("tiers", tiers)
    opened = read(customers, [before_col, after_col])
    was, now = (nw.col(name).cast(nw.String) for name in (before_col, after_col))
    known = [
        known_tier(opened, name, names, remedy="Name all tiers, the best first.")
        for name in (before_col, after_col)
    ]
    absent = Rule(
        column=after_col,
        broken=was.is_null() & now.is_null(),
        found=f"customer without {before_col!r} and {after_col!r}",
        remedy="Leave these rows out.",
    )
    refuse(opened, [*known, absent])
    rise = _rank(was, names) - _rank(now, names)
    change = nw.when(rise > 0).then(nw.lit("up")).otherwise(nw.lit("same"))
    change = nw.when(rise < 0).then(nw.lit("down")).otherwise(change)
    change = nw.when(was.is_null()).then(nw.lit("new")).otherwise(change)
    change = nw.when(now.is_null()).then(nw.lit("gone")).otherwise(change)
    return native(opened.with_columns(change.alias(output_col)), customers)


def _rank(tier: nw.Expr, names: tuple[str, ...]) -> nw.Expr:
    rank = nw.lit(len(names))
    for at, name in reversed(list(enumerate(names))):
        rank = nw.when(tier == name).then(nw.lit(at)).otherwise(rank)
    return rank
