"""The traits of a devoted customer (the "E type"), counted for each customer."""

from collections.abc import Mapping

from ..._check import number, typed
from ..._frames import native, nw, read_numbers
from ...errors import InvalidTypeError, InvalidValueError
from ...typing import IntoFrameT

__all__ = ["with_e_type"]


@typed
def with_e_type(
    customers: IntoFrameT,
    *,
    traits: Mapping[str, float],
    count_col: str = "e_traits",
    output_col: str = "e_type",
) -> IntoFrameT:
    """Add how many traits of a devoted customer each customer shows, and who shows all.

    The "E type" of the loyalty literature stays, buys again, is attached, trusts, does
    not mind the price, and prefers this firm. Each trait is a column, from behaviour or
    from a survey, and the value from which it holds.

    Parameters
    ----------
    customers
        One row per customer. A lazy frame stays lazy.
    traits
        The lowest value at which each trait holds, by column, such as ``{"T": 104,
        "frequency": 6, "attachment": 4, "trust": 4, "full_price_share": 0.7,
        "share_of_wallet": 0.5}``.
    count_col, output_col
        The columns to write: how many traits hold, and whether all do.

    Returns
    -------
    The same rows with two more columns.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or there are no traits.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({"frequency": [9, 9], "trust": [5, 2]})
    >>> found = ck.segments.with_e_type(customers, traits={"frequency": 6, "trust": 4})
    >>> found[["e_traits", "e_type"]]
       e_traits  e_type
    0         2    True
    1         1   False
    """
    if not isinstance(traits, Mapping):
        raise InvalidTypeError(
            subject="argument 'traits'",
            expected="a dict of columns and lowest values",
            got=type(traits).__name__,
            remedy="Pass each column with its lowest value, such as {'frequency': 6}.",
        )
    if not traits:
        raise InvalidValueError(
            subject="argument 'traits'",
            found="no traits",
            remedy="Pass at least one column and its lowest value.",
        )
    bars = {name: number("traits", bar) for name, bar in traits.items()}
    opened = read_numbers(customers, list(bars))
    shown = nw.lit(0)
    for name, bar in bars.items():
        # PostgreSQL makes no number of a truth value.
        one = nw.when(nw.col(name) >= bar).then(1).otherwise(0)
        shown = shown + one.cast(nw.Int64)
    counted = opened.with_columns(shown.alias(count_col))
    every = (nw.col(count_col) == len(bars)).alias(output_col)
    return native(counted.with_columns(every), customers)
