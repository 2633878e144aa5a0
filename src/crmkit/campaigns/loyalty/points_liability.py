"""What a company still owes for points, under relative stand-alone prices."""

from ..._frames import Rule, native, nw, read_numbers, refuse
from ...typing import IntoFrameT

__all__ = ["with_points_liability"]


def with_points_liability(
    cohorts: IntoFrameT,
    *,
    paid_col: str = "paid_amount",
    goods_price_col: str = "goods_price",
    points_price_col: str = "points_price",
    redeemed_col: str = "redeemed",
    expected_col: str = "expected_redeemed",
) -> IntoFrameT:
    """Add the revenue deferred for points, the part earned so far and the liability.

    Parameters
    ----------
    cohorts
        One row per cohort of sales with points, or a single row for all of them. A lazy
        frame stays lazy.
    paid_col
        What customers paid for goods and points together.
    goods_price_col
        The stand-alone price of the goods.
    points_price_col
        The stand-alone price of the points: their number times the value of one, times
        the share expected to be redeemed when they were issued.
    redeemed_col
        The points redeemed so far.
    expected_col
        All points expected to be redeemed by the *current* estimate, those redeemed
        included (``redemption_by_cohort``).

    Returns
    -------
    DataFrame
        The same rows with ``points_deferred``, the share of the payment that belongs to
        the points; ``points_revenue``, the part of it earned by redemptions so far; and
        ``points_liability``, the rest. The first is always the sum of the other two.

    Raises
    ------
    InvalidValueError
        If a value is missing or negative, no price is above 0, or more points were
        redeemed than are expected.

    Notes
    -----
    The payment is divided once, by the prices when the points were issued. A new
    estimate of redemptions changes how fast the deferred part is earned, not its size.
    Revenue of one year is the difference of two dates.

    References
    ----------
    IFRS 15 B39-B43; ASC 606-10-55-353 (Example 52, customer loyalty programme).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> years = pd.DataFrame({
    ...     "paid_amount": 100_000.0, "goods_price": 100_000.0, "points_price": 9_500.0,
    ...     "redeemed": [4_500, 8_500], "expected_redeemed": [9_500, 9_700],
    ... })
    >>> found = campaigns.with_points_liability(years).round()
    >>> found[["points_deferred", "points_revenue", "points_liability"]]
       points_deferred  points_revenue  points_liability
    0           8676.0          4110.0            4566.0
    1           8676.0          7603.0            1073.0
    """
    columns = [paid_col, goods_price_col, points_price_col, redeemed_col, expected_col]
    opened = read_numbers(cohorts, columns)
    paid, goods, points, redeemed, expected = (
        nw.col(name).cast(nw.Float64) for name in columns
    )
    refuse(
        opened,
        [
            *(
                Rule(
                    column=name,
                    broken=nw.col(name) < 0,
                    found="negative value",
                    remedy="Correct or drop these rows.",
                )
                for name in columns
            ),
            Rule(
                column=points_price_col,
                broken=goods + points <= 0,
                found="row without any price",
                remedy="Pass the stand-alone price of goods and points.",
            ),
            Rule(
                column=redeemed_col,
                broken=redeemed > expected,
                found="value above the points expected to be redeemed",
                remedy=f"Raise the estimate in column {expected_col!r}.",
            ),
        ],
    )
    deferred = paid * points / (goods + points)
    # Without an expected redemption there is no performance left: all of it is earned.
    share = nw.when(expected > 0).then(redeemed / expected).otherwise(1.0)
    made = opened.with_columns(
        points_deferred=deferred, points_revenue=deferred * share
    ).with_columns(
        points_liability=nw.col("points_deferred") - nw.col("points_revenue")
    )
    return native(made, cohorts)
