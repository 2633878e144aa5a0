"""The sums of cohorts by age: a row per cohort, a column per age."""

from dataclasses import dataclass

import numpy as np

from ...errors import NotEnoughDataError
from ...kernels.base.intervals import mean_limits
from ...kernels.groups import cohorts
from ...typing import BoolArray, FloatArray
from .active_periods import ActivePeriods

__all__ = ["CohortCells", "cohort_cells", "observed_ages", "per_customer"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CohortCells:
    """The activity and revenue of cohorts by age: a row per cohort, a column per age.

    Attributes
    ----------
    starts
        Day number of the first day of each cohort.
    active
        Number of customers who buy.
    revenue, squares
        What they spend, and the sum of squares of what each customer spends.
    revenue_so_far, squares_so_far
        What they have spent until the end of that age, and its sum of squares.
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


def observed_ages(cells: CohortCells) -> int:
    """Count the ages that at least one cohort has been observed to the end of."""
    ages = int(cells.lived.any(axis=0).sum())
    if not ages:
        raise NotEnoughDataError(
            needed="at least 1 period that has ended",
            got="0",
            remedy="Pass a later observation_period_end, or a finer grain.",
        )
    return ages


def per_customer(
    name: str,
    total: FloatArray,
    squares: FloatArray,
    customers: FloatArray,
    *,
    level: float,
    signed: bool,
) -> dict[str, np.ndarray]:
    """Name the mean over all customers of a cohort, and its limits."""
    lower, upper = mean_limits(total, squares, customers, level=level, signed=signed)
    return {
        name: total / customers,
        f"{name}_lower": lower,
        f"{name}_upper": upper,
    }
