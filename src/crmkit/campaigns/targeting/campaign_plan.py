"""Assess a pilot, plan the treatments, and end in a list with its expected profit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from ..._check import fraction, label, names_given, nonnegative, typed
from ..._frames import (
    EagerFrame,
    group_rows,
    native,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_ids,
    require_numbers,
    require_present,
    table,
    with_arrays,
)
from ...errors import InvalidTypeError, InvalidValueError, NotEnoughDataError
from ...fits import Interval, shown
from ...kernels.base.intervals import normal_quantile
from ...kernels.campaigns.arm_cells import (
    ArmCells,
    arm_cells,
    planned_gain,
    shrunk_effects,
)
from ...satisfaction.reading.answer_groups import answer_groups
from ...typing import FloatArray, IntArray, IntoDataFrameT
from .limited_choice import LimitedChoice, limited_choice

__all__ = ["CampaignPlan", "campaign_plan"]

FrameT_co = TypeVar("FrameT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
@shown
class CampaignPlan(Generic[FrameT_co]):
    """Who gets which treatment, and what that is expected to earn.

    Attributes
    ----------
    customers
        The rows passed, with ``planned_arm`` (the control for no treatment) and
        ``expected_profit`` of it, after cost, by the pilot.
    assessment
        One row per cell and treatment: the columns of ``by``, ``arm``; ``effect`` in
        the pilot before cost, ``shrunk_effect``, ``held_out_effect`` on the other
        customers, and ``n_planned``.
    n_selected, cost
        Customers with a treatment, and its cost.
    planned_profit
        The expected profit of the list by the pilot that it was planned on.
    profit
        The expected profit of the same list by customers that had no part in planning
        it.
    standard_error
        Its standard error; ``interval`` has the limits.
    gap
        How much more profit another list within the limits could have by the pilot, as
        a share: 0 is optimal.
    """

    customers: FrameT_co
    assessment: FrameT_co
    n_selected: int
    cost: float
    planned_profit: float
    profit: float
    standard_error: float
    gap: float

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the interval of the profit, at normal approximation."""
        half = normal_quantile(fraction("level", level)) * self.standard_error
        return Interval(lower=self.profit - half, upper=self.profit + half, level=level)


@typed
def campaign_plan(
    customers: IntoDataFrameT,
    *,
    pilot: IntoDataFrameT,
    check_on: IntoDataFrameT,
    by: str | Sequence[str],
    control: object,
    arm_costs: Mapping[str, float],
    budget: float | None = None,
    capacity: Mapping[str, float] | None = None,
    arm_col: str = "arm",
    profit_col: str = "profit",
) -> CampaignPlan[IntoDataFrameT]:
    """Plan a campaign from a pilot, and measure the plan on customers held out.

    Assess: the effect of each treatment in each cell of customers, drawn to its mean
    where the cell is small. Plan: the treatment of highest expected profit for each
    customer, within the limits. Execute: a list, whose expected profit is then measured
    on customers that had no part in choosing it.

    Parameters
    ----------
    customers
        One row per customer who can be contacted.
    pilot
        One row per customer of a campaign whose arms were drawn at random.
    check_on
        Other customers of such a campaign. Divide one pilot at random into two halves,
        or take a second one.
    by
        The column or columns that make the cells of customers, such as segment and
        channel; in all three frames.
    control
        The value of ``arm_col`` of the customers without treatment.
    arm_costs
        The treatments that may be planned, and the cost of one contact of each.
    budget, capacity
        The most that contacts may cost, and how many there may be of each arm; None
        for no limit.
    arm_col
        The arm to which a customer of ``pilot`` and ``check_on`` was drawn.
    profit_col
        The profit of the customer afterwards, before the cost of the contact.

    Returns
    -------
    CampaignPlan
        The list, the assessment, and the expected profit with its interval.

    Raises
    ------
    InvalidValueError
        If a value is missing, or a treatment or the control is in no row of the pilot.
    NotEnoughDataError
        If a cell that is planned has fewer than two customers of the treatment or the
        control in ``check_on``.

    See Also
    --------
    select_targets : The list of an expected profit that you bring.
    policy_profit : Several lists or rules compared on held-out profit.

    Notes
    -----
    The profit of the pilot is that of the effects that looked best in it, so it is too
    high on average even after shrinkage; that of ``check_on`` is not. It holds if the
    customers of the next campaign respond as those of the pilot did.

    References
    ----------
    DerSimonian and Laird (1986), "Meta-analysis in clinical trials".

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> rng = np.random.default_rng(5)
    >>> segment = rng.choice(["new", "old"], 6000)
    >>> arm = rng.choice(["none", "mail", "call"], 6000)
    >>> gain = {("new", "mail"): 3.0, ("new", "call"): 4.0, ("old", "call"): 9.0}
    >>> pilot = pd.DataFrame({"segment": segment, "arm": arm})
    >>> pilot["profit"] = rng.normal(20, 5, 6000) + [
    ...     gain.get(pair, 0.0) for pair in zip(segment, arm)
    ... ]
    >>> base = pd.DataFrame({"segment": ["new"] * 100 + ["old"] * 50})
    >>> plan = campaigns.campaign_plan(
    ...     base, pilot=pilot[:3000], check_on=pilot[3000:], by="segment",
    ...     control="none", arm_costs={"mail": 1.0, "call": 5.0}, budget=200,
    ... )
    >>> plan.customers.value_counts().sort_index().reset_index()[
    ...     ["segment", "planned_arm", "count"]
    ... ]
      segment planned_arm  count
    0     new        mail    100
    1     old        call     20
    2     old        none     30
    >>> lower, upper = plan.interval()
    >>> plan.cost, lower < 2 * 100 + 4 * 20 < upper
    (200.0, True)
    """
    cells = names_given("by", by)
    read = [arm_col, profit_col, *cells]
    base, learned, checked = (
        read_eager(frame, names)
        for frame, names in ((customers, cells), (pilot, read), (check_on, read))
    )
    for frame in (base, learned, checked):
        for name in cells:
            require_ids(frame, name)
    for frame in (learned, checked):
        require_present(frame, arm_col)
        require_numbers(frame, [profit_col])
        refuse(frame, number_rules(frame, profit_col))
    keys, (cell, *others) = _shared_cells([base, learned, checked], cells)
    arms = [label("control", control), *arm_costs]
    shape = (len(keys), len(arms))
    seen, held_out = (
        _measured(frame, code, arms, shape, arm_col, profit_col)
        for frame, code in zip((learned, checked), others, strict=True)
    )
    _require_arms(seen, arms)
    raw, shrunk = shrunk_effects(seen, 0)
    costs = np.array([0.0, *(nonnegative("arm_costs", c) for c in arm_costs.values())])
    found = _chosen(
        (shrunk - costs)[cell][:, 1:],
        costs[1:],
        list(arm_costs),
        budget=budget,
        capacity=capacity or {},
    )
    taken = found.selected.reshape(cell.size, len(arm_costs))
    arm = np.where(taken.any(axis=1), taken.argmax(axis=1) + 1, 0)
    place = np.bincount(cell * shape[1] + arm, minlength=shape[0] * shape[1])
    planned = place.reshape(shape).astype(np.float64)
    planned[:, 0] = 0.0
    _require_checked(held_out, planned)
    gain, variance = planned_gain(held_out, planned, 0)
    cost = float(planned.sum(axis=0) @ costs)
    names = np.asarray(arms, dtype=object)
    plan = {"planned_arm": names[arm], "expected_profit": (shrunk - costs)[cell, arm]}
    assessed: dict[str, np.ndarray | nw.Series[Any]] = {
        **{name: keys[name][_rows(shape)] for name in cells},
        "arm": np.tile(names[1:], shape[0]),
        "effect": raw[:, 1:].ravel(),
        "shrunk_effect": shrunk[:, 1:].ravel(),
        "held_out_effect": (held_out.mean - held_out.mean[:, [0]])[:, 1:].ravel(),
        "n_planned": planned[:, 1:].ravel().astype(np.int64),
    }
    return CampaignPlan(
        customers=native(with_arrays(base, plan), customers),
        assessment=native(table(base, assessed), customers),
        n_selected=int(planned.sum()),
        cost=cost,
        planned_profit=found.profit,
        profit=gain - cost,
        standard_error=float(np.sqrt(variance)),
        gap=found.gap,
    )


def _rows(shape: tuple[int, int]) -> IntArray:
    return np.repeat(np.arange(shape[0]), shape[1] - 1)


def _shared_cells(
    frames: list[EagerFrame], cells: list[str]
) -> tuple[EagerFrame, list[IntArray]]:
    """Give the cells of all frames the same numbers."""
    libraries = {frame.implementation for frame in frames}
    kinds = {tuple(frame.schema[name] for name in cells) for frame in frames}
    if len(libraries) > 1 or len(kinds) > 1:
        raise InvalidTypeError(
            subject=f"columns {cells} of the three frames",
            expected="one library and one type in all of them",
            got=f"{len(libraries)} libraries and {len(kinds)} lists of types",
            remedy="Convert the columns of all frames to one type.",
        )
    both = nw.concat([frame.select(*cells) for frame in frames], how="vertical")
    keys, codes = answer_groups(both, cells)
    ends = np.cumsum([len(frame) for frame in frames])
    return keys, np.split(codes, ends[:-1])


def _measured(  # noqa: PLR0917 - a frame, and what its columns are called
    frame: EagerFrame,
    cell: IntArray,
    arms: list[object],
    shape: tuple[int, int],
    arm_col: str,
    profit_col: str,
) -> ArmCells:
    """Measure arms that may be planned; other arms of a pilot are left out."""
    groups = group_rows(frame, arm_col)
    number = {arm: code for code, arm in enumerate(arms)}
    known = [number.get(arm, -1) for arm in groups.ids.to_list()]
    arm = np.asarray(known, dtype=np.int64)[groups.codes]
    rows = arm >= 0
    return arm_cells(numbers(frame, profit_col)[rows], cell[rows], arm[rows], shape)


def _require_arms(seen: ArmCells, arms: list[object]) -> None:
    few = [arm for arm, n in zip(arms, seen.n.sum(axis=0), strict=True) if n < 2]
    found = None
    if len(arms) < 2 or len(set(arms)) < len(arms):
        found = "no treatment, or the control among the treatments"
    elif few:
        found = f"arm {few[0]!r} with fewer than 2 customers in the pilot"
    if found:
        raise InvalidValueError(
            subject="arguments 'control' and 'arm_costs'",
            found=found,
            remedy="Name arms of the pilot, and at least one treatment.",
        )


def _chosen(
    profit: FloatArray,
    costs: FloatArray,
    arms: list[str],
    *,
    budget: float | None,
    capacity: Mapping[str, float],
) -> LimitedChoice:
    """Choose among one candidate per customer and arm."""
    n, n_arms = profit.shape
    used: list[FloatArray] = []
    limits: list[float] = []
    if budget is not None:
        used.append(np.tile(costs, n))
        limits.append(nonnegative("budget", budget))
    for name, room in capacity.items():
        if name not in arms:
            raise InvalidValueError(
                subject="argument 'capacity'",
                found=f"arm {name!r}, which has no cost",
                remedy="Name the arms as in 'arm_costs'.",
            )
        one = np.zeros(n_arms)
        one[arms.index(name)] = 1.0
        used.append(np.tile(one, n))
        limits.append(nonnegative("capacity", room))
    return limited_choice(
        profit.ravel(),
        owner=np.repeat(np.arange(n), n_arms),
        used=np.column_stack(used) if used else np.zeros((n * n_arms, 0)),
        limits=np.asarray(limits, dtype=np.float64),
        method="auto",
    )


def _require_checked(held_out: ArmCells, planned: FloatArray) -> None:
    few = np.where(planned > 0, held_out.n, np.inf)
    few = np.minimum(few, np.where(planned > 0, held_out.n[:, [0]], np.inf))
    if few.min(initial=np.inf) < 2:
        raise NotEnoughDataError(
            needed="2 customers of each planned treatment and its control to check on",
            got=f"{int(few.min())} in a cell",
            remedy="Pass more customers in 'check_on', or coarser cells.",
        )
