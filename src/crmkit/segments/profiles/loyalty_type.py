"""Types of loyalty: how customers behave, and how they feel."""

from typing import Final

from ..._check import number, typed
from ..._frames import native, nw, read_numbers
from ...typing import IntoFrameT

__all__ = ["LOYALTY_TYPES", "with_loyalty_type"]

LOYALTY_TYPES: Final = ("true", "latent", "spurious", "none")


@typed
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

    ``true``: buys and is attached; ``latent``: is attached, but buys little (find out
    what prevents it); ``spurious``: buys without attachment (out of habit, or for lack
    of an alternative; the first to leave); ``none``: neither.

    Parameters
    ----------
    customers
        One row per customer. A lazy frame stays lazy.
    behaviour_from, attitude_from
        The value from which a customer counts as high, in the unit of the column.
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
        If a value is missing or infinite. Leave out customers who did not answer.

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
    opened = read_numbers(customers, [behaviour_col, attitude_col])
    buys = nw.col(behaviour_col) >= acts
    likes = nw.col(attitude_col) >= feels
    bought = nw.when(likes).then(nw.lit("true")).otherwise(nw.lit("spurious"))
    not_bought = nw.when(likes).then(nw.lit("latent")).otherwise(nw.lit("none"))
    kind = nw.when(buys).then(bought).otherwise(not_bought)
    return native(opened.with_columns(kind.alias(output_col)), customers)
