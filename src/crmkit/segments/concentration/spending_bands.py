"""Bands of spending with fixed bounds, and what the customers in each bring in."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

import numpy as np

from ..._check import listed, names_given, number
from ..._frames import native, read_numbers, result_table
from ...errors import InvalidValueError
from ...typing import IntoFrameT
from .group_sums import group_sums, share_columns

__all__ = ["spending_bands"]


def spending_bands(
    customers: IntoFrameT,
    *,
    bounds: Sequence[float],
    spend_col: str = "revenue",
    value_cols: Sequence[str] = ("revenue", "profit"),
    weight_col: str | None = None,
) -> IntoFrameT:
    """Sort customers into bands of spending with fixed bounds, and sum each band.

    Parameters
    ----------
    customers
        One row per customer. A lazy frame is summed in its engine.
    bounds
        Where one band ends and the next begins, ascending: ``(25, 50, 100)`` makes
        four bands. A customer who spends exactly 25 is in the band that begins there.
    spend_col
        The spending to sort into bands.
    value_cols
        The columns to add up.
    weight_col
        How many customers a row stands for; each row counts once without it.

    Returns
    -------
    A row per band in the caller's library, the lowest first, with ``from_spend``
    and ``to_spend`` (missing at the open ends), ``n_customers``, ``customer_share``,
    and for each column its sum, its ``_share`` and its ``_cumulative_share``. Shares
    are missing if the total is not above zero.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, a weight is not above zero, or the bounds do
        not ascend.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "revenue": [10.0, 25.0, 200.0], "profit": [-3.0, 1.0, 40.0],
    ... })
    >>> bands = ck.segments.spending_bands(customers, bounds=(25, 100))
    >>> bands[["from_spend", "to_spend", "n_customers", "profit"]]
       from_spend  to_spend  n_customers  profit
    0         NaN      25.0            1    -3.0
    1        25.0     100.0            1     1.0
    2       100.0       NaN            1    40.0
    """
    edges = _ascending(bounds)
    summed = names_given("value_cols", value_cols)
    opened = read_numbers(customers, [spend_col, *summed], weight_col=weight_col)
    counted, down = group_sums(
        opened, spend_col, edges[::-1], summed, weight_col=weight_col
    )
    up = {name: sums[::-1] for name, sums in down.items()}
    shares, holes = share_columns(counted[::-1], up)
    columns = {
        "from_spend": np.array([np.nan, *edges]),
        "to_spend": np.array([*edges, np.nan]),
        **shares,
    }
    open_ends = ["from_spend", "to_spend"]
    return native(result_table(opened, columns, holes=[*open_ends, *holes]), customers)


def _ascending(bounds: Sequence[float]) -> list[float]:
    edges = [number("bounds", bound) for bound in listed("bounds", bounds)]
    rising = all(low < high for low, high in pairwise(edges))
    if not edges or not rising or not all(isfinite(edge) for edge in edges):
        raise InvalidValueError(
            subject="argument 'bounds'",
            found=f"bounds {tuple(bounds)!r}",
            remedy="Pass finite amounts that ascend, such as (25, 50, 100).",
        )
    return edges
