"""What winning a customer costs compared with keeping one."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, nonnegative, one_of
from ..._frames import collect, number_rules, numbers, read, refuse, require_numbers
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...typing import FloatArray, IntoFrame

__all__ = ["AcquisitionVsRetention", "acquisition_vs_retention"]

# A line has two parameters, and one period is left out at a time.
_FEWEST: Final = 4
_LEAST: Final = 1e-12  # of the spending: periods that differ less spent the same


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
    next_unit_won, next_unit_kept
        What the next unit of money earns if it is spent on winning customers, and on
        keeping them: the value of the customers that it wins or keeps. None without the
        value of a customer, or where spending hardly differs between the periods.
    next_unit_error
        The standard error of the first less the second, by leaving out one period at a
        time.
    """

    ratio: float
    cost_per_won: float
    cost_per_kept: float
    n_periods: int
    standard_error: float | None = None
    next_unit_won: float | None = None
    next_unit_kept: float | None = None
    next_unit_error: float | None = None

    def interval(
        self, *, level: float = 0.95, of: Literal["ratio", "next_unit"] = "ratio"
    ) -> Interval:
        """Return the interval of the ratio, by the variation between periods.

        ``of="next_unit"`` is the interval of what the next unit of money earns more if
        it is spent on winning than on keeping. Above 0, winning is the better use;
        below 0, keeping; an interval that holds 0 does not show which.
        """
        inside = fraction("level", level)
        if one_of("of", of, ("ratio", "next_unit")) == "next_unit":
            return self._of_the_next_unit(inside)
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

    def _of_the_next_unit(self, level: float) -> Interval:
        won, kept, error = self.next_unit_won, self.next_unit_kept, self.next_unit_error
        if won is None or kept is None or error is None:
            raise NotEnoughDataError(
                needed=f"values of a customer, and {_FEWEST} periods of other spending",
                got="fewer",
                remedy="Pass value_per_won and value_per_kept, and more periods.",
            )
        half = float(stdtrit(self.n_periods - 2, 0.5 + level / 2)) * error
        return Interval(lower=won - kept - half, upper=won - kept + half, level=level)


def acquisition_vs_retention(
    periods: IntoFrame,
    *,
    acquisition_cost_col: str = "acquisition_cost",
    n_won_col: str = "n_won",
    retention_cost_col: str = "retention_cost",
    n_kept_col: str = "n_kept",
    value_per_won: float | None = None,
    value_per_kept: float | None = None,
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
    value_per_won, value_per_kept
        What a customer won is worth, before the cost of winning; and what a customer
        kept is worth from then on. With both, the result says what the next unit of
        money earns in each use.

    Returns
    -------
    AcquisitionVsRetention
        The ratio; ``interval`` gives its limits.

    Raises
    ------
    InvalidValueError
        If a value is missing or negative, or only one value of a customer is given.
    NotEnoughDataError
        If nothing was spent, or no one was won or kept.

    Notes
    -----
    The ratio compares means. Where to put the *next* unit of money depends on the
    margin: how many more customers came in periods of more spending (the slope of a
    straight line), times what one is worth. Both budgets follow season and expectation,
    so the slopes describe these periods. An experiment is needed for a cause.

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
    values = _values(value_per_won, value_per_kept)
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
    table = np.column_stack([numbers(frame, name) for name in columns])
    totals = table.sum(axis=0)
    n = table.shape[0]
    # One period less must leave something of each, or there is no ratio to compare.
    left = totals - table
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
    next_won, next_kept, next_error = _next_units(table, values)
    return AcquisitionVsRetention(
        ratio=won / kept,
        cost_per_won=won,
        cost_per_kept=kept,
        n_periods=n,
        standard_error=error,
        next_unit_won=next_won,
        next_unit_kept=next_kept,
        next_unit_error=next_error,
    )


def _values(won: float | None, kept: float | None) -> tuple[float, float] | None:
    if won is None and kept is None:
        return None
    if won is None or kept is None:
        raise InvalidValueError(
            subject="arguments 'value_per_won' and 'value_per_kept'",
            found="one of the two",
            remedy="Pass both values, or neither.",
        )
    return nonnegative("value_per_won", won), nonnegative("value_per_kept", kept)


def _next_units(
    table: FloatArray, values: tuple[float, float] | None
) -> tuple[float | None, float | None, float | None]:
    """Return what the next unit earns in both uses, and the error of the difference."""
    n = table.shape[0]
    if values is None or n < _FEWEST:
        return None, None, None
    earned, without = [], []
    for at, value in zip((0, 2), values, strict=True):
        size = float(table[:, at].max())
        x, y = table[:, at] / size, table[:, at + 1]
        x_off, y_off = x - x.mean(), y - y.mean()
        # Sums of squares of the other periods about their own means.
        fewer = n / (n - 1)
        squares = x_off @ x_off - fewer * x_off**2
        if squares.min() <= n * _LEAST**2:
            return None, None, None
        products = x_off @ y_off - fewer * x_off * y_off
        earned.append(float(x_off @ y_off / (x_off @ x_off)) / size * value)
        without.append(products / squares / size * value)
    difference = without[0] - without[1]
    error = np.sqrt((n - 1) / n * np.sum((difference - difference.mean()) ** 2))
    return earned[0], earned[1], float(error)
