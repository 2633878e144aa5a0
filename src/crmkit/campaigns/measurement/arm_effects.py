"""Several treatments compared with one control group."""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr, stdtrit

from ..._check import fraction, label, typed
from ..._frames import (
    flag_rules,
    native,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
    result_table,
)
from ...errors import InvalidValueError, NotEnoughDataError, shown
from ...kernels.base.intervals import holm
from ...satisfaction.reading.answer_groups import answer_groups
from ...typing import FloatArray, IntArray, IntoFrameT
from .sums_by_group import (
    N_ROWS,
    centred,
    groups_of,
    refuse_lost_groups,
    sums_by_group,
)

__all__ = ["arm_effects"]


@typed
def arm_effects(
    customers: IntoFrameT,
    *,
    control: object,
    by: str | Sequence[str] | None = None,
    arm_col: str = "arm",
    outcome_col: str = "profit",
    level: float = 0.95,
) -> IntoFrameT:
    """Compare the outcome of each of several treatments with the control group.

    Parameters
    ----------
    customers
        One row per customer assigned to an arm at random. A lazy frame is counted in
        its engine.
    control
        The value of ``arm_col`` that names the control group.
    by
        The column or columns that make groups of customers, such as the segment; None
        compares all customers at once.
    arm_col
        The arm: the offer, channel or message that the customer was assigned to.
    outcome_col
        What happened, where more is better: money after the cost of the treatment, or
        yes and no.
    level
        The confidence level of the intervals, each on its own.

    Returns
    -------
    DataFrame
        One row per group and treatment, sorted (a lazy frame is not sorted):
        ``n_customers``, ``mean_outcome``, ``effect`` (that mean minus the mean of the
        control group) with ``_lower`` and ``_upper`` (Welch), ``p_value``, and
        ``adjusted_p_value`` (Holm), which holds for all rows together.

    Raises
    ------
    InvalidValueError
        If a group has no row of the control arm, or a value is missing.
    NotEnoughDataError
        If an arm of a group has fewer than two customers, or there is no treatment.

    Notes
    -----
    The best of several arms looks better than it is, since it was chosen for looking
    good. Repeat it against control, or measure it on customers set aside.

    References
    ----------
    Welch (1947), "The generalization of Student's problem when several different
    population variances are involved"; Holm (1979), "A simple sequentially rejective
    multiple test procedure".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> customers = pd.DataFrame({
    ...     "arm": ["none"] * 4 + ["mail"] * 4 + ["call"] * 4,
    ...     "profit": [4, 5, 6, 5, 7, 8, 9, 8, 5, 4, 7, 6],
    ... })
    >>> found = campaigns.arm_effects(customers, control="none")
    >>> found[["arm", "effect", "effect_lower", "effect_upper"]].round(2)
        arm  effect  effect_lower  effect_upper
    0  call     0.5         -1.46          2.46
    1  mail     3.0          1.59          4.41
    """
    inside = fraction("level", level)
    groups, none = groups_of(by), label("control", control)
    opened = read(customers, [*groups, arm_col, outcome_col])
    if opened.collect_schema()[outcome_col] == nw.Boolean:
        refuse(opened, flag_rules(opened, outcome_col))
    else:
        require_numbers(opened, [outcome_col])
        refuse(opened, number_rules(opened, outcome_col))
    value = nw.col(outcome_col).cast(nw.Float64)
    cells = [*groups, arm_col]
    summed = sums_by_group(opened, cells, {"crmkit_sum": value})
    group = (
        answer_groups(summed, groups)[1]
        if groups
        else np.zeros(len(summed), dtype=np.int64)
    )
    arms = summed[arm_col].to_list()
    at = _control_rows(arms, none, group)
    n = numbers(summed, N_ROWS)
    if n.size <= at.size or n.min() < 2:
        raise NotEnoughDataError(
            needed="a control group and a treatment of 2 customers or more each",
            got=f"{n.size} arms, the smallest of {int(n.min())}",
            remedy="Drop or merge arms or groups that are too small.",
        )
    mean = numbers(summed, "crmkit_sum") / n
    away = centred(opened, cells, {"crmkit_away": value})
    spread = sums_by_group(away, cells, {"crmkit_squares": nw.col("crmkit_away") ** 2})
    error = numbers(spread, "crmkit_squares") / n / (n - 1)
    rest = np.ones(n.size, dtype=bool)
    rest[at] = False
    base = at[group[rest]]
    effect = mean[rest] - mean[base]
    half, p = _welch(effect, error[rest], n[rest], error[base], n[base], inside)
    columns = {
        "n_customers": n[rest].astype(np.int64),
        "mean_outcome": mean[rest],
        "effect": effect,
        "effect_lower": effect - half,
        "effect_upper": effect + half,
        "p_value": p,
        "adjusted_p_value": holm(p),
    }
    refuse_lost_groups(cells, columns)
    names = {name: summed[name].filter(rest.tolist()) for name in (*groups, arm_col)}
    return native(result_table(opened, {**names, **columns}), customers)


def _control_rows(arms: list[object], control: object, group: IntArray) -> IntArray:
    """Find the row of the control arm of each group."""
    row = np.full(int(group.max(initial=-1)) + 1, -1, dtype=np.int64)
    # An array has no truth value, and names no arm.
    single = np.ndim(control) == 0  # type: ignore[arg-type] # any value
    same = [place for place, arm in enumerate(arms) if single and arm == control]
    row[group[same]] = same
    if not same or row.min(initial=0) < 0:
        where = "row" if not same else "row of a group"
        raise InvalidValueError(
            subject="argument 'control'",
            found=f"arm {shown(control)}, which is in no {where}",
            remedy=f"Name one of {list(dict.fromkeys(arms))[:5]}, or merge groups.",
        )
    return row


def _welch(  # noqa: PLR0917 - two groups, each with its error and size
    effect: FloatArray,
    error: FloatArray,
    n: FloatArray,
    error2: FloatArray,
    n2: FloatArray,
    level: float,
) -> tuple[FloatArray, FloatArray]:
    """Return the reach of Welch's interval, and the two-sided p-value."""
    both = error + error2
    known = both > 0
    some = np.where(known, both, 1.0)
    parts = error**2 / (n - 1) + error2**2 / (n2 - 1)
    freedom = some**2 / np.where(known, parts, 1.0)
    half = stdtrit(freedom, 0.5 + level / 2) * np.sqrt(both)
    p = np.where(known, 2 * stdtr(freedom, -np.abs(effect) / np.sqrt(some)), 1.0)
    return np.asarray(half, dtype=np.float64), np.asarray(p, dtype=np.float64)
