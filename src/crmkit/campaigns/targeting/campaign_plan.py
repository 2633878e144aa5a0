"""Assess a pilot, plan the treatments, and end in a list with its expected profit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from ..._check import fraction, label, names_given, nonnegative, typed
from ..._frames import native, table, with_arrays
from ...errors import InvalidValueError
from ...fits import Interval, checked
from ...kernels.base.intervals import normal_quantile
from ...typing import IntoDataFrameT
from .arm_choice import ArmLimits
from .celled_plan import celled_plan
from .modelled_plan import modelled_plan

__all__ = ["CampaignPlan", "campaign_plan"]

FrameT_co = TypeVar("FrameT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
@checked
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
        customers, and ``n_planned``. By a model, one row per treatment:
        ``arm``; ``expected_effect``, the mean gain that the model expects of those who
        get it; ``held_out_effect``; ``n_planned``.
    n_selected, cost
        Customers with a treatment, and its cost.
    planned_profit
        The expected profit of the list by the pilot or the model that it was planned
        on.
    profit
        The expected profit of the same list by customers that had no part in planning
        it.
    standard_error
        Its standard error; ``interval`` has the limits.
    gap
        How much more profit another list within the limits could have by the same
        expectations, as a share: 0 is optimal. Its last digit may change with the order
        of the rows.
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
    pilot: IntoDataFrameT | None = None,
    check_on: IntoDataFrameT,
    by: str | Sequence[str] | None = None,
    control: object,
    arm_costs: Mapping[str, float],
    budget: float | None = None,
    capacity: Mapping[str, float] | None = None,
    arm_col: str = "arm",
    profit_col: str = "profit",
) -> CampaignPlan[IntoDataFrameT]:
    """Plan a campaign from a pilot or a model, and measure it on customers held out.

    Assess: the effect of each treatment in each cell of customers, drawn to its mean
    where the cell is small, or the gain that a model expects of each customer. Plan:
    the treatment of highest expected profit for each customer, within the limits.
    Execute: a list, whose expected profit is then measured on customers that had no
    part in choosing it.

    Parameters
    ----------
    customers
        One row per customer who can be contacted.
    pilot
        One row per customer of a campaign whose arms were drawn at random; with ``by``.
    check_on
        Other customers of such a campaign, of whom no model has learned. Divide one
        pilot at random into two halves, or take a second one.
    by
        The column or columns that make the cells of customers, such as segment and
        channel; in all three frames. Without ``pilot`` and ``by``, the columns
        ``<arm>_gain`` of ``customers`` and ``check_on``, one for each treatment, are
        the profit that it is expected to add, before its cost. Any model may write
        them: response probability times margin, or the difference of two predictions.
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
        If a value is missing, a treatment or the control is in no row of the pilot, or
        only one of ``pilot`` and ``by`` is passed.
    NotEnoughDataError
        If ``check_on`` has fewer than two customers of an arm, or of the treatment or
        the control in a cell that is planned.

    See Also
    --------
    select_targets : The list of an expected profit that you bring.
    policy_profit : Several lists or rules compared on held-out profit.

    Notes
    -----
    The profit of the pilot is that of the effects that looked best in it, so it is too
    high on average even after shrinkage; that of ``check_on`` is not. It holds if the
    customers of the next campaign respond as those of the pilot did.

    The list of a model is measured by its rule: with limits in proportion, it makes a
    list of ``check_on``, and those who happened to be drawn to what it would have given
    them show what it earns (Horvitz and Thompson). So no expectation of the model
    enters the profit held out.

    References
    ----------
    DerSimonian and Laird (1986), "Meta-analysis in clinical trials"; Horvitz and
    Thompson (1952), "A generalization of sampling without replacement from a finite
    universe".

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
    arms = [label("control", control), *arm_costs]
    _require_arms(arms)
    costs = np.array([0.0, *(nonnegative("arm_costs", c) for c in arm_costs.values())])
    limits = ArmLimits(budget, capacity or {})
    if pilot is None and by is None:
        found = modelled_plan(
            customers,
            check_on,
            arms=arms,
            gain_cols=[f"{arm}_gain" for arm in arm_costs],
            costs=costs,
            limits=limits,
            arm_col=arm_col,
            profit_col=profit_col,
        )
    elif pilot is not None and by is not None:
        found = celled_plan(
            (customers, pilot, check_on),
            names_given("by", by),
            arms=arms,
            costs=costs,
            limits=limits,
            arm_col=arm_col,
            profit_col=profit_col,
        )
    else:
        raise InvalidValueError(
            subject="arguments 'pilot' and 'by'",
            found="only one of them",
            remedy="Pass both, or neither for the '<arm>_gain' columns of a model.",
        )
    names = np.asarray(arms, dtype=object)
    plan = {"planned_arm": names[found.arm], "expected_profit": found.expected}
    return CampaignPlan(
        customers=native(with_arrays(found.customers, plan), customers),
        assessment=native(table(found.customers, found.assessment), customers),
        n_selected=int(np.count_nonzero(found.arm)),
        cost=float(costs[found.arm].sum()),
        planned_profit=found.planned_profit,
        profit=found.profit,
        standard_error=float(np.sqrt(found.variance)),
        gap=found.gap,
    )


def _require_arms(arms: list[object]) -> None:
    if len(arms) < 2 or len(set(arms)) < len(arms):
        raise InvalidValueError(
            subject="arguments 'control' and 'arm_costs'",
            found="no treatment, or the control among the treatments",
            remedy="Name arms of the pilot, and at least one treatment.",
        )
