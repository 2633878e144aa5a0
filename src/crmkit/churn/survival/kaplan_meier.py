"""How long customers stay, without a model: the Kaplan-Meier curve."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..._check import fraction, nonnegative_array, one_of, positive, typed
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked, resampled_interval_of
from ...kernels.survival import event_table as kernel
from ...typing import FloatArray, IntoFrame
from .spells import SpellColumns, Spells, read_spells

__all__ = ["SurvivalCurve", "curve_of", "fit_kaplan_meier"]

IntervalMethod: TypeAlias = Literal["log-log", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SurvivalCurve(JsonResult):
    """A Kaplan-Meier curve as plain numbers.

    Attributes
    ----------
    time
        The durations at which a customer left or was censored.
    at_risk, events
        The customers there just before each time, and those who left at it.
    survival, survival_lower, survival_upper
        The share still there just after each time, and its interval.
    level
        The confidence level of the intervals.
    """

    time: tuple[float, ...]
    at_risk: tuple[float, ...]
    events: tuple[float, ...]
    survival: tuple[float, ...]
    survival_lower: tuple[float, ...]
    survival_upper: tuple[float, ...]
    level: float

    @property
    def longest(self) -> float:
        """The longest duration observed; the curve ends there."""
        return self.time[-1]

    @property
    def median(self) -> float | None:
        """The first time by which half have left; None if that was not observed."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float | None:
        """Return the first time by which ``share`` have left; None if not observed."""
        inside = fraction("share", share)
        found = kernel.quantile(np.array(self.time), np.array(self.survival), inside)
        return found if np.isfinite(found) else None

    def interval(self, *, share: float = 0.5, level: float | None = None) -> Interval:
        """Return the interval of the time by which ``share`` have left.

        By default it is that of the median: from the first time at which the lower end
        of the survival curve reaches 1 - ``share`` to the first time at which its upper
        end does (Brookmeyer and Crowley 1982). An end that was not observed is
        infinite. Its level is that of the curve.
        """
        inside, time = fraction("share", share), np.array(self.time)
        found = Interval(
            lower=kernel.quantile(time, np.array(self.survival_lower), inside),
            upper=kernel.quantile(time, np.array(self.survival_upper), inside),
            level=self.level,
        )
        return resampled_interval_of(
            found, level, remedy="Fit the curve with that level=."
        )

    def survival_at(self, times: ArrayLike, *, age: float = 0.0) -> FloatArray:
        """Return the share still there ``times`` later, of those who reached ``age``.

        Times beyond the longest duration observed are refused: the curve ends there.
        """
        asked = age + nonnegative_array("times", times)
        if np.any(asked > self.longest):
            raise InvalidValueError(
                subject="argument 'times'",
                found=f"time {float(asked.max())!r} beyond {self.longest!r}",
                remedy="Stay within what was observed, or fit a model that projects.",
            )
        time, S = np.array(self.time), np.array(self.survival)
        reached = float(kernel.at_times(time, S, np.array([age]))[0])
        if reached == 0:
            raise NotEnoughDataError(
                needed=f"customers who reached age {age!r}",
                got="0",
                remedy="Choose an age that a customer reached.",
            )
        return kernel.at_times(time, S, asked) / reached

    def restricted_mean(self, *, until: float) -> tuple[float, float]:
        """Return the mean time as a customer up to ``until``, and its error."""
        limit = positive("until", until)
        if limit > self.longest:
            raise InvalidValueError(
                subject="argument 'until'",
                found=f"time {limit!r} beyond {self.longest!r}",
                remedy="Stop the mean within what was observed.",
            )
        table = kernel.EventTable(
            time=np.array(self.time),
            at_risk=np.array(self.at_risk),
            events=np.array(self.events),
            censored=np.zeros(len(self.time)),
        )
        return kernel.restricted_mean(table, until=limit)


@typed
def fit_kaplan_meier(
    spells: IntoFrame,
    *,
    duration_col: str = "duration",
    event_col: str = "event_observed",
    entry_col: str | None = None,
    weight_col: str | None = None,
    level: float = 0.95,
    interval_method: IntervalMethod = "log-log",
) -> SurvivalCurve:
    """Fit the share of customers still there after each time (Kaplan and Meier 1958).

    Customers who are still there count until the last day they were observed
    (censored). To leave them out, or to count them as lost, would both be wrong.

    Parameters
    ----------
    spells
        One row per customer.
    duration_col, event_col
        How long the customer was observed from the start, and whether the loss was
        seen (booleans, or 0 and 1).
    entry_col
        The age at which observation began, where that was later than the start. A
        customer counts as at risk after that age only.
    weight_col
        The number of customers that a row represents.
    level
        The confidence level of the intervals.
    interval_method
        ``"log-log"`` stays within 0 and 1; ``"plain"`` is Greenwood's, cut to 0 and 1.

    Returns
    -------
    SurvivalCurve
        The curve with its interval at every time.

    Raises
    ------
    InvalidValueError
        If a duration, event, entry or weight is impossible.
    NotEnoughDataError
        If, with delayed entry, all customers at risk left at one time while others were
        observed later: the curve would be 0 from then on.

    Examples
    --------
    >>> import pandas as pd
    >>> spells = pd.DataFrame(
    ...     {"duration": [2, 3, 3, 5, 8], "event_observed": [1, 1, 0, 1, 0]}
    ... )
    >>> curve = fit_kaplan_meier(spells)
    >>> [round(share, 2) for share in curve.survival]
    [0.8, 0.6, 0.3, 0.3]
    >>> curve.median, curve.restricted_mean(until=8)[0]
    (5.0, 4.9)
    """
    one_of("interval_method", interval_method, ("log-log", "plain"))
    inside = fraction("level", level)
    columns = SpellColumns(duration_col, event_col, entry_col, weight_col)
    rows, _ = read_spells(spells, columns)
    return curve_of(rows, level=inside, interval_method=interval_method)


def curve_of(
    rows: Spells, *, level: float, interval_method: IntervalMethod = "log-log"
) -> SurvivalCurve:
    """Return the curve of spells that have been checked."""
    table = kernel.event_table(rows.entry, rows.duration, rows.event, rows.weight)
    S, variance = kernel.survival(table), kernel.greenwood(table)
    _require_some_left(table, S)
    of = {"log-log": kernel.log_log_interval, "plain": kernel.plain_interval}
    lower, upper = of[interval_method](S, variance, level=level)
    return SurvivalCurve(
        time=tuple(table.time.tolist()),
        at_risk=tuple(table.at_risk.tolist()),
        events=tuple(table.events.tolist()),
        survival=tuple(S.tolist()),
        survival_lower=tuple(lower.tolist()),
        survival_upper=tuple(upper.tolist()),
        level=level,
    )


def _require_some_left(table: kernel.EventTable, S: FloatArray) -> None:
    """Refuse a curve that is 0 although customers were observed later.

    That happens under delayed entry only: few are at risk early, all of them leave, and
    nothing observed afterwards can raise the curve again.
    """
    gone = np.flatnonzero(S == 0)
    if gone.size and np.any(table.at_risk[gone[0] + 1 :] > 0):
        at = int(gone[0])
        raise NotEnoughDataError(
            needed=f"a customer who stays beyond {table.time[at]:g}, where customers "
            "who entered later are observed",
            got=f"{table.at_risk[at]:g} at risk, all of whom left",
            remedy=f"Leave out spells that end by {table.time[at]:g}: the curve is "
            "then that of customers who stayed so long.",
        )
