"""How few customers a plan of cells is learned from and checked on."""

import numpy as np
import pytest

from crmkit.campaigns.targeting import celled_plan
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.kernels.campaigns.arm_cells import ArmCells


def _counted(n: list[list[float]]) -> ArmCells:
    counts = np.array(n)
    return ArmCells(counts, np.zeros(counts.shape), np.ones(counts.shape))


@pytest.mark.parametrize("planned", [1.0, 7.0])
@pytest.mark.parametrize(
    ("n", "fewest"),
    [([2.0, 2.0, 0.0], None), ([2.0, 1.0, 9.0], 1), ([1.0, 2.0, 9.0], 1)],
)
def test_a_planned_arm_and_its_control_have_two_customers_to_check_on(
    n: list[float], fewest: int | None, planned: float
) -> None:
    # Of the second cell nothing is planned, so that it needs no customers.
    held_out = _counted([n, [0.0, 0.0, 0.0]])
    plan = np.array([[0.0, planned, 0.0], [0.0, 0.0, 0.0]])
    if fewest is None:
        celled_plan._require_checked(held_out, plan)
        return
    with pytest.raises(NotEnoughDataError, match=f"{fewest} in a cell"):
        celled_plan._require_checked(held_out, plan)


def test_each_arm_of_a_pilot_has_two_customers_in_all_of_its_cells() -> None:
    celled_plan._require_seen(_counted([[1.0, 0.0], [1.0, 2.0]]), ["none", "mail"])
    with pytest.raises(InvalidValueError, match="arm 'mail' with fewer than 2"):
        celled_plan._require_seen(_counted([[5.0, 1.0], [1.0, 0.0]]), ["none", "mail"])
