"""Whether the same customers responded more to one campaign than to another."""

from dataclasses import dataclass

import numpy as np

from ..._check import fraction
from ..._frames import collect, flag_rules, numbers, nw, read, refuse
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.base.intervals import normal_quantile
from ...kernels.campaigns.mcnemar import exact_p
from ...typing import IntoFrame

__all__ = ["ResponseChange", "response_change"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ResponseChange(JsonResult):
    """The change of the response rate of the same customers, with McNemar's test.

    Attributes
    ----------
    change
        The response rate of the second campaign minus that of the first.
    n_customers
        Customers who were contacted in both campaigns.
    n_gained, n_lost
        Customers who responded to the second only, and to the first only.
    p_value
        The exact two-sided p-value of no change.
    """

    change: float
    n_customers: int
    n_gained: int
    n_lost: int
    p_value: float

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the interval of the change: Agresti and Min (2005), paired counts."""
        # Half a customer more in each of the four cells keeps it right near 0 and 1.
        n = self.n_customers + 2
        gained, lost = (self.n_gained + 0.5) / n, (self.n_lost + 0.5) / n
        middle = gained - lost
        half = normal_quantile(fraction("level", level)) * float(
            np.sqrt((gained + lost - middle**2) / n)
        )
        return Interval(
            lower=max(middle - half, -1.0), upper=min(middle + half, 1.0), level=level
        )


def response_change(
    customers: IntoFrame, *, first_col: str, second_col: str
) -> ResponseChange:
    """Measure whether the same customers responded more to a second campaign.

    Two rates of the same customers are not independent, so an ordinary comparison of
    two rates is wrong. Only customers who changed their answer tell the two apart.

    Parameters
    ----------
    customers
        One row per customer who was contacted in both campaigns. A lazy frame is
        counted in its engine.
    first_col, second_col
        Whether the customer responded to each: true and false, or 1 and 0.

    Returns
    -------
    ResponseChange
        The change with its exact test; ``interval`` gives its limits.

    Raises
    ------
    InvalidValueError
        If an answer is missing, or neither 0 nor 1.
    NotEnoughDataError
        If there are no customers.

    References
    ----------
    McNemar (1947), "Note on the sampling error of the difference between correlated
    proportions or percentages"; Agresti and Min (2005), "Simple improved confidence
    intervals for comparing matched proportions".

    Examples
    --------
    >>> import pandas as pd
    >>> both = pd.DataFrame({
    ...     "spring": [1] * 8 + [0] * 40,
    ...     "autumn": [1] * 5 + [0] * 3 + [1] * 16 + [0] * 24,
    ... })
    >>> found = response_change(both, first_col="spring", second_col="autumn")
    >>> round(found.change, 3), found.n_gained, found.n_lost, round(found.p_value, 4)
    (0.271, 16, 3, 0.0044)
    """
    opened = read(customers, [first_col, second_col])
    both = (first_col, second_col)
    refuse(opened, [rule for name in both for rule in flag_rules(opened, name)])
    first, second = (nw.col(name).cast(nw.Float64) for name in both)
    rows = opened.select(
        (second * (1 - first)).alias("gained"), (first * (1 - second)).alias("lost")
    )
    counted = collect(
        rows.select(nw.len().alias("n"), nw.col("gained").sum(), nw.col("lost").sum())
    )
    n, gained, lost = (float(numbers(counted, name)[0]) for name in counted.columns)
    if not n:
        raise NotEnoughDataError(
            needed="1 customer or more", got="0", remedy="Pass the customers of both."
        )
    return ResponseChange(
        change=(gained - lost) / n,
        n_customers=int(n),
        n_gained=int(gained),
        n_lost=int(lost),
        p_value=float(exact_p(np.asarray(gained), np.asarray(lost))),
    )
