"""Two dates, one base: who moved between tiers, as counts, a table, a column."""

from collections.abc import Sequence

import numpy as np

from ..._check import fraction
from ..._frames import (
    Frame,
    Rule,
    collect,
    id_rules,
    native,
    numbers,
    nw,
    read,
    refuse,
    require_ids,
    row_count,
)
from ...errors import InvalidValueError
from ...kernels.base.intervals import wilson
from ...typing import IntoFrame, IntoFrameT
from ..concentration.holdings import put_beside, require_present
from ..list_arguments import listed, require_same_ids
from .migration import Migration
from .tier_labels import require_labels

__all__ = ["fit_migration", "migration_table", "with_tier_change"]

_FROM, _TO, _COUNT = "crmkit_from", "crmkit_to", "crmkit_count"


def fit_migration(
    before: IntoFrame,
    after: IntoFrame,
    *,
    tiers: Sequence[str],
    customer_id_col: str = "customer_id",
    tier_col: str = "value_tier",
) -> Migration:
    """Count who moved from which tier to which between two dates.

    Give both frames their tiers by the same frozen cuts: with cuts refitted at each
    date, the table shows the cuts move and not the customers.

    Parameters
    ----------
    before, after
        One row per customer, with a tier; lazy frames of one engine are counted
        there.
    tiers
        The names, the best first.
    customer_id_col, tier_col
        The columns to read, in both frames.

    Returns
    -------
    The counts, with what follows from them: shares, the long run, value to come.

    Raises
    ------
    InvalidValueError
        If a customer is there twice, or a tier missing or not among ``tiers``.
    InvalidTypeError
        If the frames are of two libraries, or their ids of two kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> spring = pd.DataFrame({"customer_id": [1, 2, 3], "value_tier": ["A", "B", "B"]})
    >>> autumn = pd.DataFrame({"customer_id": [1, 2, 4], "value_tier": ["B", "B", "A"]})
    >>> ck.segments.fit_migration(spring, autumn, tiers=("A", "B"))
    Migration(tiers=('A', 'B'), moved=((0.0, 1.0), (0.0, 1.0)),
              gone=(0.0, 1.0), new=(1.0, 0.0))
    """
    names = require_labels("tiers", tiers, len(listed("tiers", tiers)))
    first = _opened(before, customer_id_col, tier_col, names).select(
        customer_id_col, nw.col(tier_col).cast(nw.String).alias(_FROM)
    )
    second = _opened(after, customer_id_col, tier_col, names).select(
        customer_id_col, nw.col(tier_col).cast(nw.String).alias(_TO)
    )
    require_same_ids(first, second, customer_id_col)
    both = _joined(first, second, customer_id_col)
    moved = _counted(both, (_FROM, _TO), names)
    had, has = _counted(first, (_FROM,), names), _counted(second, (_TO,), names)
    return Migration(
        tiers=names,
        moved=tuple(tuple(row) for row in moved.tolist()),
        gone=tuple((had - moved.sum(axis=1)).tolist()),
        new=tuple((has - moved.sum(axis=0)).tolist()),
    )


def migration_table(
    before: IntoFrameT,
    after: IntoFrameT,
    *,
    tiers: Sequence[str],
    level: float = 0.95,
    customer_id_col: str = "customer_id",
    tier_col: str = "value_tier",
) -> IntoFrameT:
    """Lay out who moved from which tier to which, with intervals of the shares.

    Parameters
    ----------
    before, after, tiers, customer_id_col, tier_col
        As for :func:`fit_migration`.
    level
        The level of the Wilson intervals.

    Returns
    -------
    A row per tier before and tier after (or ``"gone"``) in the caller's library, with
    ``from_tier``, ``to_tier``, ``customers``, and of the tier's customers before
    ``share``, ``share_lower``, ``share_upper`` (missing where there were none).

    Raises
    ------
    InvalidValueError
        If a customer is there twice, or a tier missing or not among ``tiers``.
    InvalidTypeError
        If the frames are of two libraries, or their ids of two kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> spring = pd.DataFrame({"customer_id": [1, 2, 3], "value_tier": ["A", "B", "B"]})
    >>> autumn = pd.DataFrame({"customer_id": [1, 2, 4], "value_tier": ["B", "B", "A"]})
    >>> moves = ck.segments.migration_table(spring, autumn, tiers=("A", "B"))
    >>> moves[["from_tier", "to_tier", "customers", "share"]].tail(3)
      from_tier to_tier  customers  share
    3         B       A          0    0.0
    4         B       B          1    0.5
    5         B    gone          1    0.5
    """
    fraction("level", level)
    found = fit_migration(
        before, after, tiers=tiers, customer_id_col=customer_id_col, tier_col=tier_col
    )
    n = len(found.tiers)
    counted = np.column_stack([np.array(found.moved), np.array(found.gone)]).ravel()
    of = np.repeat(np.array(found.before), n + 1)
    known = of > 0
    size = np.where(known, of, 1.0)
    lower, upper = wilson(counted, size, level=level)
    columns: dict[str, np.ndarray] = {
        "from_tier": np.repeat(np.array(found.tiers), n + 1),
        "to_tier": np.tile(np.array([*found.tiers, "gone"]), n),
        "customers": counted.astype(np.int64),
        "share": np.where(known, counted / size, np.nan),
        "share_lower": np.where(known, lower, np.nan),
        "share_upper": np.where(known, upper, np.nan),
    }
    shares = ["share", "share_lower", "share_upper"]
    opened = read(before, ())
    return native(put_beside(opened, columns, holes=shares), before)


def with_tier_change(
    customers: IntoFrameT,
    *,
    tiers: Sequence[str],
    before_col: str = "previous_tier",
    after_col: str = "value_tier",
    output_col: str = "tier_change",
) -> IntoFrameT:
    """Add whether each customer moved up, moved down, stayed, came or went.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame stays lazy.
    tiers
        The names, the best first.
    before_col, after_col
        The tier at either date; a customer not there at a date has none.
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
    names = require_labels("tiers", tiers, len(listed("tiers", tiers)))
    opened = read(customers, [before_col, after_col])
    was, now = nw.col(before_col), nw.col(after_col)
    absent = Rule(
        column=after_col,
        broken=was.is_null() & now.is_null(),
        found=f"customer without {before_col!r} and {after_col!r}",
        remedy="Leave these rows out.",
    )
    refuse(opened, [_known(before_col, names), _known(after_col, names), absent])
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


def _opened(
    frame: object, customer_id_col: str, tier_col: str, names: tuple[str, ...]
) -> Frame:
    opened = read(frame, [customer_id_col, tier_col])
    require_ids(opened, customer_id_col)
    refuse(opened, id_rules(opened, customer_id_col))
    require_present(opened, tier_col)
    refuse(opened, [_known(tier_col, names)], id_col=customer_id_col)
    _refuse_twice(opened, customer_id_col)
    return opened


def _known(column: str, names: tuple[str, ...]) -> Rule:
    tier = nw.col(column)
    return Rule(
        column=column,
        broken=~tier.is_in(list(names)) & ~tier.is_null(),
        found=f"tier that is none of {list(names)}",
        remedy="Name all tiers, the best first.",
    )


def _refuse_twice(frame: Frame, customer_id_col: str) -> None:
    counted = frame.select(customer_id_col, nw.lit(1).alias(_COUNT)).group_by(
        customer_id_col
    )
    twice = counted.agg(nw.col(_COUNT).sum()).filter(nw.col(_COUNT) > 1)
    count = row_count(twice)
    if count:
        first = collect(twice.head(1))[customer_id_col].to_list()[0]
        raise InvalidValueError(
            subject=f"column {customer_id_col!r}",
            found="customer with more than one row",
            count=count,
            total=row_count(frame),
            first=f"customer {first!r}",
            remedy="Pass one row per customer.",
        )


def _joined(first: Frame, second: Frame, customer_id_col: str) -> Frame:
    if isinstance(first, nw.LazyFrame) and isinstance(second, nw.LazyFrame):
        return first.join(second, on=customer_id_col, how="inner")
    return collect(first).join(collect(second), on=customer_id_col, how="inner")


def _counted(
    frame: Frame, columns: tuple[str, ...], names: tuple[str, ...]
) -> np.ndarray:
    """Count rows by one or two tiers, as a table in the order of the names."""
    found = collect(frame.group_by(*columns).agg(nw.len().alias(_COUNT)))
    place = tuple(
        np.array([names.index(name) for name in found[column].to_list()], dtype=int)
        for column in columns
    )
    table = np.zeros((len(names),) * len(columns))
    table[place] = numbers(found, _COUNT)
    return table
