"""What points cost, booked once: on the sale that issued them."""

from ..._check import fraction, nonnegative
from ..._frames import native, number_rules, nw, read_numbers, refuse
from ...typing import IntoFrameT

__all__ = ["with_points_cost"]


def with_points_cost(
    lines: IntoFrameT,
    *,
    cost_per_point: float,
    redemption_rate: float,
    issued_col: str = "issued",
    redeemed_col: str = "redeemed",
    paid_col: str = "paid_amount",
) -> IntoFrameT:
    """Add the cost of the points that a sale issues, and what was paid before points.

    Parameters
    ----------
    lines
        One row per sale or order line. A lazy frame stays lazy.
    cost_per_point
        What a redeemed point costs: the money that it replaces at the till, or the cost
        of the reward.
    redemption_rate
        The share of the points that will ever be redeemed, from 0 to 1
        (``redemption_by_cohort``).
    issued_col, redeemed_col
        The points that the sale issued, and those that were redeemed in it.
    paid_col
        What was paid in money, after the points that were redeemed.

    Returns
    -------
    DataFrame
        The same rows with ``points_cost``, the cost of the points issued; and
        ``paid_before_points``, the money paid plus what the redeemed points replaced.

    Raises
    ------
    InvalidValueError
        If a value is missing, a number of points is negative, or an argument is out of
        its range.

    See Also
    --------
    with_points_liability : What is still owed, for the books.

    Notes
    -----
    Points cost money when they are issued or when they are redeemed, not at both times.
    Here the cost belongs to the sale that issued them, because that sale is what they
    were given for. So a sale paid with points counts in full: use both columns
    together, or neither. A ledger takes them as ``Ledger(lines=made, service=made,
    paid_amount_col="paid_before_points", amount_col="points_cost")``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> lines = pd.DataFrame({
    ...     "paid_amount": [200.0, 90.0], "issued": [200, 90], "redeemed": [0, 1000],
    ... })
    >>> made = campaigns.with_points_cost(
    ...     lines, cost_per_point=0.01, redemption_rate=0.8
    ... )
    >>> made[["points_cost", "paid_before_points"]]
       points_cost  paid_before_points
    0         1.60               200.0
    1         0.72               100.0
    """
    cost = nonnegative("cost_per_point", cost_per_point)
    rate = fraction("redemption_rate", redemption_rate, closed=True)
    opened = read_numbers(lines, [issued_col, redeemed_col, paid_col])
    points = (issued_col, redeemed_col)
    refuse(
        opened,
        [
            rule
            for name in points
            for rule in number_rules(opened, name, sign="nonnegative")
        ],
    )
    issued, redeemed, paid = (
        nw.col(name).cast(nw.Float64) for name in (*points, paid_col)
    )
    made = opened.with_columns(
        points_cost=issued * (rate * cost), paid_before_points=paid + redeemed * cost
    )
    return native(made, lines)
