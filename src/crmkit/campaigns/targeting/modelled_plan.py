"""A list by the gains that a model expects, judged on customers held out."""

from collections.abc import Sequence

import numpy as np

from ..._frames import (
    EagerFrame,
    Rule,
    group_rows,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_numbers,
    require_present,
)
from ...errors import NotEnoughDataError
from ...kernels.campaigns.policy_value import gain_per_customer, mean_with_variance
from ...typing import BoolArray, FloatArray, IntArray, IntoDataFrame
from .arm_choice import ArmLimits, PlannedArms, chosen_arms

__all__ = ["modelled_plan"]


def modelled_plan(
    customers: IntoDataFrame,
    check_on: IntoDataFrame,
    *,
    arms: Sequence[object],
    gain_cols: list[str],
    costs: FloatArray,
    limits: ArmLimits,
    arm_col: str,
    profit_col: str,
) -> PlannedArms:
    """Plan by columns of expected gains; ``arms`` and ``costs`` begin with the control.

    The list of ``customers`` has no outcome yet. So the same rule, with limits in
    proportion, makes a list of ``check_on``, whose arms were drawn at random: those
    drawn to what the rule would have given them show what it earns.
    """
    base = read_eager(customers, gain_cols)
    checked = read_eager(check_on, [arm_col, profit_col, *gain_cols])
    for frame in (base, checked):
        _refuse(frame, gain_cols)
    require_present(checked, arm_col)
    _refuse(checked, [profit_col])
    gains = _gains(base, gain_cols) - costs
    planned, total, gap = chosen_arms(gains, costs, arms[1:], limits)
    drawn = _drawn(checked, arms, arm_col)
    known = drawn >= 0  # other arms of a pilot are left out
    drawn = drawn[known]
    _require_drawn(drawn, arms)
    share = drawn.size / max(planned.size, 1)
    expected = (_gains(checked, gain_cols) - costs)[known]
    policy, _, _ = chosen_arms(expected, costs, arms[1:], limits.times(share))
    outcome = numbers(checked, profit_col)[known]
    none = np.zeros(drawn.size, dtype=np.int64)
    gain, variance = mean_with_variance(
        gain_per_customer(outcome - costs[drawn], drawn, policy, none)
    )
    n = np.bincount(planned, minlength=len(arms))
    promise = (gains + costs)[np.arange(planned.size), planned]
    order = np.argsort(promise)  # sums in rising order, as in the kernels
    promised = np.bincount(planned[order], promise[order], minlength=len(arms))
    return PlannedArms(
        customers=base,
        arm=planned,
        expected=gains[np.arange(planned.size), planned],
        planned_profit=total,
        gap=gap,
        profit=gain * planned.size,
        variance=variance * planned.size**2,
        assessment={
            "arm": np.asarray(arms[1:], dtype=object),
            "expected_effect": np.where(n > 0, promised / np.maximum(n, 1), np.nan)[1:],
            "held_out_effect": np.array(
                [_effect(outcome, drawn, policy, at) for at in range(1, len(arms))]
            ),
            "n_planned": n[1:].astype(np.int64),
        },
    )


def _refuse(frame: EagerFrame, columns: list[str]) -> None:
    require_numbers(frame, columns)
    rules: list[Rule] = []
    for name in columns:
        rules += number_rules(frame, name)
    refuse(frame, rules)


def _gains(frame: EagerFrame, columns: list[str]) -> FloatArray:
    """Return the gain of each arm for each customer: of the control it is 0."""
    return np.column_stack(
        [np.zeros(len(frame)), *(numbers(frame, name) for name in columns)]
    )


def _drawn(frame: EagerFrame, arms: Sequence[object], arm_col: str) -> IntArray:
    groups = group_rows(frame, arm_col)
    number = {arm: code for code, arm in enumerate(arms)}
    known = [number.get(arm, -1) for arm in groups.ids.to_list()]
    return np.asarray(known, dtype=np.int64)[groups.codes]


def _require_drawn(drawn: IntArray, arms: Sequence[object]) -> None:
    n = np.bincount(drawn, minlength=len(arms))
    if n.min() < 2:
        raise NotEnoughDataError(
            needed="2 customers or more of each arm to check on",
            got=f"{int(n.min())} of arm {arms[int(n.argmin())]!r}",
            remedy="Pass a campaign whose arms are those of 'arm_costs' and a control.",
        )


def _effect(outcome: FloatArray, drawn: IntArray, policy: IntArray, arm: int) -> float:
    """Return the effect on the customers for whom the rule chose the arm."""
    chosen: BoolArray = policy == arm
    groups = [np.sort(outcome[chosen & (drawn == which)]) for which in (arm, 0)]
    if min(group.size for group in groups) == 0:
        return float("nan")
    return float(groups[0].mean() - groups[1].mean())
