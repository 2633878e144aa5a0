"""What winning a customer costs compared with keeping one."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction
from ..._frames import collect, number_rules, numbers, read, refuse, require_numbers
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...typing import IntoFrame

__all__ = ["AcquisitionVsRetention", "acquisition_vs_retention"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class AcquisitionVsRetention(JsonResult):
    """The cost of a customer won, divided by that of a customer kept.

    Attributes
    ----------
    ratio
        How many times as much it costs to win a customer as to keep one.
    cost_per_won, cost_per_kept
        The two costs.
    n_periods
        The periods compared.
    standard_error
        The standard error of the logarithm of the ratio, by leaving out one period at a
        time; None with one period.
    """

    ratio: float
    cost_per_won: float
    cost_per_kept: float
    n_periods: int
    standard_error: float | None = None

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the interval of the ratio, by the variation between periods."""
        inside = fraction("level", level)
        if self.standard_error is None:
            raise NotEnoughDataError(
                needed="2 periods or more for an interval",
                got="1",
                remedy="Pass one row per period.",
            )
        t = float(stdtrit(self.n_periods - 1, 0.5 + inside / 2))
        reach = float(np.exp(t * self.standard_error))
        return Interval(
            lower=self.ratio / reach, upper=self.ratio * reach, level=inside
        )


def acquisition_vs_retention(
    periods: IntoFrame,
    *,
    acquisition_cost_col: str = "acquisition_cost",
    n_won_col: str = "n_won",
    retention_cost_col: str = "retention_cost",
    n_kept_col: str = "n_kept",
) -> AcquisitionVsRetention:
    """Measure how many times as much it costs to win a customer as to keep one.

    "Five to ten times" is often said. It depends on who counts as kept: use the
    customers whom the spending kept and who would have left without it, as a control
    group shows them (``n_added`` of ``lift_by`` with the customers who stayed).
    Dividing by all customers who stayed makes keeping look almost free.

    Parameters
    ----------
    periods
        One row per period. A lazy frame is collected.
    acquisition_cost_col, n_won_col
        What was spent on winning customers, and how many came.
    retention_cost_col, n_kept_col
        What was spent on keeping customers, and how many this kept.

    Returns
    -------
    AcquisitionVsRetention
        The ratio; ``interval`` gives its limits.

    Raises
    ------
    InvalidValueError
        If a value is missing or negative.
    NotEnoughDataError
        If nothing was spent, or no one was won or kept.

    Examples
    --------
    >>> import pandas as pd
    >>> quarters = pd.DataFrame({
    ...     "acquisition_cost": [900.0, 1000.0, 1100.0], "n_won": [18, 21, 21],
    ...     "retention_cost": [300.0, 300.0, 320.0], "n_kept": [30, 28, 34],
    ... })
    >>> found = acquisition_vs_retention(quarters)
    >>> round(found.cost_per_won), round(found.cost_per_kept), round(found.ratio, 2)
    (50, 10, 5.0)
    >>> lower, upper = found.interval()
    >>> round(lower, 2), round(upper, 2)
    (3.74, 6.69)
    """
    columns = [acquisition_cost_col, n_won_col, retention_cost_col, n_kept_col]
    frame = collect(read(periods, columns))
    require_numbers(frame, columns)
    refuse(
        frame,
        [
            rule
            for name in columns
            for rule in number_rules(frame, name, sign="nonnegative")
        ],
    )
    values = np.column_stack([numbers(frame, name) for name in columns])
    totals = values.sum(axis=0)
    n = values.shape[0]
    # One period less must leave something of each, or there is no ratio to compare.
    left = totals - values
    if not np.all(totals > 0) or (n > 1 and not np.all(left > 0)):
        raise NotEnoughDataError(
            needed="spending, customers won and customers kept in 2 periods or more",
            got="none, or in one period only",
            remedy="Pass more periods, or longer ones.",
        )
    error = None
    if n > 1:
        logs = np.log(left) @ np.array([1, -1, -1, 1])
        error = float(np.sqrt((n - 1) / n * np.sum((logs - logs.mean()) ** 2)))
    won, kept = float(totals[0] / totals[1]), float(totals[2] / totals[3])
    return AcquisitionVsRetention(
        ratio=won / kept,
        cost_per_won=won,
        cost_per_kept=kept,
        n_periods=n,
        standard_error=error,
    )
