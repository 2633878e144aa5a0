"""Mean risk and churn rate in bins: whether predicted probabilities come true."""

import numpy as np

from ..._check import MOST_REPEATS, whole
from ..._frames import native, table
from ...typing import FloatArray, IntArray, IntoDataFrameT
from .scored_outcomes import read_scored

__all__ = ["calibration_curve", "equal_bins"]


def calibration_curve(
    customers: IntoDataFrameT,
    *,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    bins: int = 10,
) -> IntoDataFrameT:
    """Summarise mean risk and churn rate in bins of equal size.

    Parameters
    ----------
    customers
        One row per customer, none of which the model has learned from.
    risk_col
        The predicted probability of leaving, from 0 to 1.
    churned_col
        Whether the customer left: true and false, or 1 and 0.
    bins
        The largest number of bins; equal risks stay together.

    Returns
    -------
    DataFrame
        ``n_customers``, ``mean_risk`` and ``churn_rate`` per bin, lowest risks first.

    Raises
    ------
    NotEnoughDataError
        If all customers left, or all stayed.

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {"churn_risk": [0.2, 0.2, 0.8, 0.8], "churned": [0, 1, 1, 1]}
    ... )
    >>> calibration_curve(judged, bins=2)
       n_customers  mean_risk  churn_rate
    0            2        0.2         0.5
    1            2        0.8         1.0
    """
    scored = read_scored(customers, risk_col=risk_col, churned_col=churned_col)
    group = equal_bins(
        scored.risk, whole("bins", bins, at_least=1, at_most=MOST_REPEATS)
    )
    n = np.bincount(group)
    used = n > 0
    columns = {
        "n_customers": n[used],
        "mean_risk": np.bincount(group, scored.risk)[used] / n[used],
        "churn_rate": np.bincount(group, scored.churned)[used] / n[used],
    }
    return native(table(scored.frame, columns), customers)


def equal_bins(p: FloatArray, bins: int = 10) -> IntArray:
    """Return the bin of each risk, from the lowest on; equal risks share one."""
    ordered = np.sort(p)
    below = np.searchsorted(ordered, p, side="left")
    return np.asarray(below * bins // p.size, dtype=np.int64)
