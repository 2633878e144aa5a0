"""Points issued, redeemed, expired and outstanding, by period, partner or tier."""

from collections.abc import Sequence

import numpy as np

from ..._check import typed
from ..._frames import number_rules, numbers, nw, read, refuse, require_numbers
from ...typing import IntoFrameT
from ..measurement.sums_by_group import groups_of, summary_by_group, sums_by_group

__all__ = ["points_by"]


@typed
def points_by(
    movements: IntoFrameT,
    *,
    by: str | Sequence[str] | None = None,
    issued_col: str = "issued",
    redeemed_col: str = "redeemed",
    expired_col: str | None = None,
) -> IntoFrameT:
    """Summarise points issued, redeemed and outstanding, by partner, tier or period.

    Parameters
    ----------
    movements
        One row per movement of points, in numbers of points of 0 or more. A lazy frame
        is counted in its engine.
    by
        The column or columns that make a group: the partner where points are earned or
        spent, the tier, the period, or the cohort in which points were issued.
    issued_col, redeemed_col, expired_col
        The points issued, redeemed and expired by the movement.

    Returns
    -------
    DataFrame
        One row per group, sorted by group (a lazy frame is not sorted): ``issued``,
        ``redeemed``, ``expired``; ``outstanding``, the first minus the others;
        ``redemption_rate`` and ``breakage_rate``, the shares of the issued points that
        were redeemed and that expired so far. Both are missing where none were issued.

    Raises
    ------
    InvalidValueError
        If a number of points is missing or negative, or a group is missing.

    Notes
    -----
    Points issued in one group may be redeemed in another: by period or partner,
    ``outstanding`` is a change, which may be negative. Over all groups it is the
    balance.

    See Also
    --------
    redemption_by_cohort : The redemption still to come.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> movements = pd.DataFrame({
    ...     "partner": ["air", "air", "hotel"],
    ...     "issued": [500, 300, 100], "redeemed": [0, 200, 60],
    ... })
    >>> campaigns.points_by(movements, by="partner")[
    ...     ["partner", "issued", "redeemed", "outstanding", "redemption_rate"]
    ... ]
      partner  issued  redeemed  outstanding  redemption_rate
    0     air   800.0     200.0        600.0             0.25
    1   hotel   100.0      60.0         40.0             0.60
    """
    groups = groups_of(by)
    columns = [
        issued_col,
        redeemed_col,
        *([expired_col] if expired_col is not None else []),
    ]
    opened = read(movements, [*groups, *columns])
    require_numbers(opened, columns)
    refuse(
        opened,
        [
            rule
            for name in columns
            for rule in number_rules(opened, name, sign="nonnegative")
        ],
    )
    names = [f"crmkit_{at}" for at in range(len(columns))]
    sums = {as_: nw.col(name) for as_, name in zip(names, columns, strict=True)}
    summed = sums_by_group(opened, groups, sums)
    issued, redeemed, *rest = (numbers(summed, name) for name in names)
    expired = rest[0] if rest else np.zeros(issued.size)
    base = np.where(issued > 0, issued, np.nan)
    with np.errstate(over="ignore"):  # of next to no points, which are as good as none
        rates = np.array([redeemed / base, expired / base])
    redeemed_rate, expired_rate = np.where(np.isfinite(rates), rates, np.nan)
    found = {
        "issued": issued,
        "redeemed": redeemed,
        "expired": expired,
        "outstanding": issued - redeemed - expired,
        "redemption_rate": redeemed_rate,
        "breakage_rate": expired_rate,
    }
    return summary_by_group(opened, movements, summed, groups, found)
