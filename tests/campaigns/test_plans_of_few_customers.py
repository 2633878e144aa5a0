"""How few customers a plan of cells is learned from and checked on."""

import numpy as np
import pandas as pd
import pytest

from crmkit.campaigns import campaign_plan, select_targets
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


def test_a_cell_of_which_nothing_is_planned_needs_no_customers_to_check_on() -> None:
    def cell(name: str, mailed: list[float], left: list[float]) -> pd.DataFrame:
        arms = ["mail"] * len(mailed) + ["none"] * len(left)
        return pd.DataFrame({"at": name, "arm": arms, "profit": mailed + left})

    rich = cell("rich", [9.0, 10, 11, 10], [1.0, 2, 1, 2])
    pilot = pd.concat([rich, cell("poor", [1.0, 2, 1, 2], [9.0, 10, 11, 10])])
    plan = campaign_plan(
        pd.DataFrame({"at": ["rich", "poor", "rich"]}),
        pilot=pilot,
        check_on=pd.concat([rich, cell("poor", [1.0], [9.0])]),
        by="at",
        control="none",
        arm_costs={"mail": 1.0},
    )
    assert plan.customers["planned_arm"].tolist() == ["mail", "none", "mail"]
    assert plan.profit == pytest.approx(2 * (10 - 1.5 - 1), rel=1e-12, abs=0)


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3])
def test_the_gap_of_a_list_is_its_share_of_the_bound_in_any_unit(unit: float) -> None:
    base = pd.DataFrame(
        {
            "customer_id": [1, 2],
            "expected_profit": [0.25 * unit, 0.3 * unit],
            "cost": [2.0, 3.0],
        }
    )
    plan = select_targets(base, budget=3, method="greedy")
    # The first and a third of the second would bring 0.35; one of them is chosen.
    assert plan.bound == pytest.approx(0.35 * unit, rel=1e-9, abs=0)
    assert plan.profit in (0.25 * unit, 0.3 * unit)
    assert plan.gap == pytest.approx(1 - plan.profit / plan.bound, rel=1e-9, abs=0)
    none = select_targets(base.assign(expected_profit=-1.0), budget=3, method="greedy")
    assert (none.profit, none.bound, none.gap) == (0, 0, 0)
