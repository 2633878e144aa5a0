"""The end of observation, the grain of an occasion and the ruler of time."""

from dataclasses import dataclass

import numpy as np

from .._check import one_of
from .._dates import day_number
from ..kernels.log.calendar import DAYS_PER_UNIT, last_day_of_period, period_start
from ..typing import Day, FloatArray, Grain, IntArray, TimeUnit

__all__ = ["Window", "open_window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which rows are seen, what makes one occasion, and how time is measured."""

    end_day: int
    grain: Grain
    unit_days: float

    @property
    def end_period(self) -> int:
        """First day of the period that holds the end."""
        return int(period_start(np.array([self.end_day]), self.grain)[0])

    @property
    def ends_its_period(self) -> bool:
        """Whether the end is the last day of its period."""
        return self.end_day == last_day_of_period(self.end_day, self.grain)

    def period(self, days: IntArray) -> IntArray:
        """Move each day to the first day of its period."""
        return period_start(days, self.grain)

    def length(self, days: IntArray) -> FloatArray:
        """Measure a number of days with the ruler."""
        return days / self.unit_days


def open_window(
    end: Day, *, argument: str, grain: Grain, time_unit: TimeUnit, zone: str | None
) -> Window:
    """Check the three choices and put them together."""
    return Window(
        end_day=day_number(argument, end, zone=zone),
        grain=one_of("grain", grain, tuple(DAYS_PER_UNIT)),
        unit_days=DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))],
    )
