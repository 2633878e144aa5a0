"""The sums of cohorts by age, as squares of numbers: a row per cohort that began."""

from dataclasses import dataclass

import numpy as np

from ...kernels.base.intervals import mean_limits
from ...kernels.groups import cohorts
from ...typing import BoolArray, FloatArray
from .active_periods import ActivePeriods

__all__ = ["CohortCells", "cohort_cells", "per_customer"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CohortCells:
    """What cohorts do at each age: cohorts down, ages across.

    Attributes
    ----------
    starts
        Day number of the first day of each cohort.
    active
        How many buy.
    revenue, squares
        What they spend, and the squares of what each customer spends.
    revenue_so_far, squares_so_far
        The same of all they have spent until the end of that age.
    lived
        Whether the cohort has lived through that age.
    """

    starts: np.ndarray
    active: FloatArray
    revenue: FloatArray
    squares: FloatArray
    revenue_so_far: FloatArray
    squares_so_far: FloatArray
    lived: BoolArray


def cohort_cells(seen: ActivePeriods) -> CohortCells:
    """Arrange the sums of a log by cohort and age."""
    sums = seen.cohorts()

    def arranged(weight: FloatArray) -> FloatArray:
        return cohorts.triangle(sums.first, sums.now, weight, seen.count)

    active, revenue = arranged(sums.customers), arranged(sums.amount)
    someone = active[:, 0] > 0
    revenue = revenue[someone]
    return CohortCells(
        starts=seen.starts[someone],
        active=active[someone],
        revenue=revenue,
        squares=arranged(sums.squares)[someone],
        revenue_so_far=np.cumsum(revenue, axis=1),
        squares_so_far=np.cumsum(arranged(sums.climbs)[someone], axis=1),
        lived=cohorts.observable(seen.count, seen.complete)[someone],
    )


def per_customer(
    name: str,
    total: FloatArray,
    squares: FloatArray,
    customers: FloatArray,
    *,
    level: float,
    signed: bool,
) -> dict[str, np.ndarray]:
    """Name the mean over all customers and its limits."""
    lower, upper = mean_limits(total, squares, customers, level=level, signed=signed)
    return {
        name: total / customers,
        f"{name}_lower": lower,
        f"{name}_upper": upper,
    }
