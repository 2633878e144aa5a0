"""Movement between tiers as a table, with intervals of the shares."""

from collections.abc import Sequence

import numpy as np

from ..._check import fraction
from ..._frames import native, read, result_table
from ...kernels.base.intervals import wilson
from ...typing import IntoFrameT
from .migration import counted_moves

__all__ = ["migration_table"]


def migration_table(
    before: IntoFrameT,
    after: IntoFrameT,
    *,
    tiers: Sequence[str],
    level: float = 0.95,
    customer_id_col: str = "customer_id",
    tier_col: str = "value_tier",
) -> IntoFrameT:
    """Tabulate the customers who moved between tiers, with intervals of their shares.

    Parameters
    ----------
    before, after
        One row per customer, with a tier. Lazy frames are counted in their engine.
    tiers
        The names of the tiers, the best first.
    level
        The level of the Wilson intervals.
    customer_id_col, tier_col
        The columns to read, in both frames.

    Returns
    -------
    A row per tier before and tier after (or ``"gone"``) in the caller's library, with
    ``from_tier``, ``to_tier``, ``n_customers``, and their ``share`` of the tier's
    customers before, with ``share_lower`` and ``share_upper`` (missing if the tier had
    no customers).

    Raises
    ------
    InvalidValueError
        If a customer has two rows, or a tier is missing or not among ``tiers``.
    InvalidTypeError
        If the frames belong to two libraries, or their ids are of two kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> spring = pd.DataFrame({"customer_id": [1, 2, 3], "value_tier": ["A", "B", "B"]})
    >>> autumn = pd.DataFrame({"customer_id": [1, 2, 4], "value_tier": ["B", "B", "A"]})
    >>> moves = ck.segments.migration_table(spring, autumn, tiers=("A", "B"))
    >>> moves[["from_tier", "to_tier", "n_customers", "share"]].tail(3)
      from_tier to_tier  n_customers  share
    3         B       A            0    0.0
    4         B       B            1    0.5
    5         B    gone            1    0.5
    """
    fraction("level", level)
    columns_read = (customer_id_col, tier_col)
    opened = read(before, columns_read)
    found = counted_moves(opened, read(after, columns_read), tiers, *columns_read)
    n = len(found.tiers)
    counted = np.column_stack([np.array(found.moved), np.array(found.gone)]).ravel()
    of = np.repeat(np.array(found.before), n + 1)
    known = of > 0
    size = np.where(known, of, 1.0)
    lower, upper = wilson(counted, size, level=level)
    columns: dict[str, np.ndarray] = {
        "from_tier": np.repeat(np.array(found.tiers), n + 1),
        "to_tier": np.tile(np.array([*found.tiers, "gone"]), n),
        "n_customers": counted.astype(np.int64),
        "share": np.where(known, counted / size, np.nan),
        "share_lower": np.where(known, lower, np.nan),
        "share_upper": np.where(known, upper, np.nan),
    }
    shares = ["share", "share_lower", "share_upper"]
    return native(result_table(opened, columns, holes=shares), before)
