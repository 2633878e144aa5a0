"""Loyalty: what customers do beside what they feel, and traits of attachment."""

from collections.abc import Mapping
from typing import Final

from ..._check import number
from ..._frames import Frame, native, number_rules, nw, read, refuse, require_numbers
from ...errors import InvalidTypeError, InvalidValueError
from ...typing import IntoFrameT

__all__ = ["LOYALTY_TYPES", "with_e_type", "with_loyalty_type"]

LOYALTY_TYPES: Final = ("true", "latent", "spurious", "none")


def with_loyalty_type(
    customers: IntoFrameT,
    *,
    behaviour_from: float,
    attitude_from: float,
    behaviour_col: str = "share_of_wallet",
    attitude_col: str = "attitude",
    output_col: str = "loyalty_type",
) -> IntoFrameT:
    """Add the type of loyalty: behaviour and attitude, each high or low.

    ``true``: buys and feels attached; ``latent``: attached, but does not buy much
    (something is in the way: find out what); ``spurious``: buys without attachment
    (out of habit, or for want of another: the first to go); ``none``: neither.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame stays lazy.
    behaviour_from, attitude_from
        From which value on a customer counts as high, in the unit of the column.
    behaviour_col
        Repeat patronage: share of wallet, frequency, or another number.
    attitude_col
        Relative attitude, from a survey: attachment, preference, or a score.
    output_col
        The column to write.

    Returns
    -------
    The same rows with one more column.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite: customers who did not answer have no type.

    References
    ----------
    Dick & Basu (1994), Customer loyalty: toward an integrated conceptual framework.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "share_of_wallet": [0.9, 0.1, 0.9, 0.1], "attitude": [9, 9, 3, 3],
    ... })
    >>> ck.segments.with_loyalty_type(
    ...     customers, behaviour_from=0.5, attitude_from=7
    ... )["loyalty_type"].to_list()
    ['true', 'latent', 'spurious', 'none']
    """
    acts = number("behaviour_from", behaviour_from)
    feels = number("attitude_from", attitude_from)
    opened = _opened(customers, [behaviour_col, attitude_col])
    buys = nw.col(behaviour_col) >= acts
    likes = nw.col(attitude_col) >= feels
    bought = nw.when(likes).then(nw.lit("true")).otherwise(nw.lit("spurious"))
    not_bought = nw.when(likes).then(nw.lit("latent")).otherwise(nw.lit("none"))
    kind = nw.when(buys).then(bought).otherwise(not_bought)
    return native(opened.with_columns(kind.alias(output_col)), customers)


def with_e_type(
    customers: IntoFrameT,
    *,
    traits: Mapping[str, float],
    count_col: str = "e_traits",
    output_col: str = "e_type",
) -> IntoFrameT:
    """Add how many traits of a devoted customer each one shows, and who shows all.

    The "E type" of the loyalty literature stays, buys again, is attached, trusts, does
    not mind the price, and prefers this firm. Each trait is a column and the value
    from which on it holds, from behaviour or from a survey.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame stays lazy.
    traits
        Column name to bar, such as ``{"T": 104, "frequency": 6, "attachment": 4,
        "trust": 4, "full_price_share": 0.7, "share_of_wallet": 0.5}``.
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
            expected="a dict of columns and bars",
            got=repr(traits),
            remedy="Pass each column with its bar, such as {'frequency': 6}.",
        )
    if not traits:
        raise InvalidValueError(
            subject="argument 'traits'",
            found="no traits",
            remedy="Pass at least one column and its bar.",
        )
    bars = {name: number("traits", bar) for name, bar in traits.items()}
    opened = _opened(customers, list(bars))
    shown = nw.lit(0)
    for name, bar in bars.items():
        shown = shown + (nw.col(name) >= bar).cast(nw.Int64)
    counted = opened.with_columns(shown.alias(count_col))
    every = (nw.col(count_col) == len(bars)).alias(output_col)
    return native(counted.with_columns(every), customers)


def _opened(customers: object, columns: list[str]) -> Frame:
    opened = read(customers, columns)
    require_numbers(opened, columns)
    refuse(opened, [rule for name in columns for rule in number_rules(opened, name)])
    return opened
