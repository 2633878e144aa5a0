"""The share of churners found in the top of a ranking."""

import numpy as np

from ..._check import MOST_REPEATS, whole
from ..._frames import native, table
from ...kernels.base import ranking
from ...typing import IntoDataFrameT
from .scored_outcomes import read_scored

__all__ = ["gain_curve"]


def gain_curve(
    customers: IntoDataFrameT,
    *,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    points: int = 10,
) -> IntoDataFrameT:
    """Summarise the share of churners found in each share of the ranking (gain, lift).

    Parameters
    ----------
    customers
        One row per customer, none of which the model has learned from.
    risk_col
        The score that ranks customers, higher first, on any scale.
    churned_col
        Whether the customer left: true and false, or 1 and 0.
    points
        The number of equal shares of the customers to show.

    Returns
    -------
    DataFrame
        ``share_targeted``, ``share_captured`` (the gain) and ``lift``, their ratio.
        Where a cut separates equal scores, their churners are spread evenly.

    Raises
    ------
    NotEnoughDataError
        If all customers left, or all stayed.

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame({"churn_risk": [3, 2, 1, 0], "churned": [1, 1, 0, 0]})
    >>> gain_curve(judged, points=4)
       share_targeted  share_captured      lift
    0            0.25             0.5  2.000000
    1            0.50             1.0  2.000000
    2            0.75             1.0  1.333333
    3            1.00             1.0  1.000000
    """
    scored = read_scored(
        customers, risk_col=risk_col, churned_col=churned_col, probability=False
    )
    _, (count, captured) = ranking.blocks(
        scored.risk, np.ones(scored.risk.size), scored.churned
    )
    number = whole("points", points, at_least=1, at_most=MOST_REPEATS)
    share = np.arange(1, number + 1) / number
    gain = ranking.gain_at(share, count, captured)
    columns = {"share_targeted": share, "share_captured": gain, "lift": gain / share}
    return native(table(scored.frame, columns), customers)
