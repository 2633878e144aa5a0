"""One arm for each customer, or none, under limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..._check import nonnegative
from ..._frames import EagerFrame, nw
from ...errors import InvalidValueError
from ...typing import FloatArray, IntArray
from .limited_choice import limited_choice

__all__ = ["ArmLimits", "PlannedArms", "chosen_arms"]


class PlannedArms(NamedTuple):
    """The arm of each customer, 0 for none, and what the list earns after cost."""

    customers: EagerFrame
    arm: IntArray
    expected: FloatArray  # by customer
    planned_profit: float
    gap: float
    profit: float  # held out
    variance: float
    assessment: dict[str, np.ndarray | nw.Series[Any]]


@dataclass(frozen=True, slots=True)
class ArmLimits:
    """The most that all contacts may cost, and the most of each arm there may be."""

    budget: float | None = None
    capacity: Mapping[str, float] = field(default_factory=dict)

    def times(self, share: float) -> "ArmLimits":
        """Return the limits of so many times as many customers."""
        return ArmLimits(
            None if self.budget is None else self.budget * share,
            {arm: most * share for arm, most in self.capacity.items()},
        )


def chosen_arms(
    profit: FloatArray, costs: FloatArray, arms: Sequence[object], limits: ArmLimits
) -> tuple[IntArray, float, float]:
    """Return the arm of each customer, their profit in all, and the gap.

    ``profit`` has a row per customer and a column per arm, and ``costs`` a number per
    arm; the first is that of no treatment, which ``arms`` does not name.
    """
    n, n_arms = profit.shape[0], len(arms)
    used: list[FloatArray] = []
    most: list[float] = []
    if limits.budget is not None:
        used.append(np.tile(costs[1:], n))
        most.append(nonnegative("budget", limits.budget))
    for name, room in limits.capacity.items():
        if name not in arms:
            raise InvalidValueError(
                subject="argument 'capacity'",
                found=f"arm {name!r}, which has no cost",
                remedy="Name the arms as in 'arm_costs'.",
            )
        one = np.zeros(n_arms)
        one[arms.index(name)] = 1.0
        used.append(np.tile(one, n))
        most.append(nonnegative("capacity", room))
    found = limited_choice(
        profit[:, 1:].ravel(),
        owner=np.repeat(np.arange(n), n_arms),
        used=np.column_stack(used) if used else np.zeros((n * n_arms, 0)),
        limits=np.asarray(most, dtype=np.float64),
        method="auto",
    )
    taken = found.selected.reshape(n, n_arms)
    arm = np.where(taken.any(axis=1), taken.argmax(axis=1) + 1, 0)
    return arm.astype(np.int64), found.profit, found.gap
