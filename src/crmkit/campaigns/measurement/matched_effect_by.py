"""What a programme that customers chose to join changed, by matched comparison."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from scipy.special import stdtr, stdtrit

from ..._check import fraction, names_given, typed
from ..._frames import (
    EagerFrame,
    flag_rules,
    native,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_numbers,
    require_present,
    table,
)
from ...errors import NotEnoughDataError
from ...kernels.campaigns.matched_change import MatchedChange, matched_change
from ...satisfaction.reading.answer_groups import answer_groups
from ...typing import FloatArray, IntArray, IntoDataFrameT
from .sums_by_group import groups_of, refuse_lost_groups

__all__ = ["matched_effect_by"]

_COUNTS = ("n_members", "n_matched", "n_comparison")


@typed
def matched_effect_by(
    customers: IntoDataFrameT,
    *,
    match_cols: Sequence[str],
    by: str | Sequence[str] | None = None,
    member_col: str = "member",
    after_col: str = "after",
    before_col: str | None = None,
    earlier_col: str | None = None,
    cost_col: str | None = None,
    level: float = 0.95,
) -> IntoDataFrameT:
    """Estimate what a programme changed for its members, against customers alike.

    Customers who join a loyalty programme, or who call the service, are not drawn at
    random. Each member is compared with the customers who are not members and have the
    same values in ``match_cols``: the change of the one minus the mean change of the
    others (matched difference in differences).

    Parameters
    ----------
    customers
        One row per customer.
    match_cols
        What members and the customers they are compared with have in common: segment,
        region, or a band of an amount. Values are compared exactly.
    by
        The column or columns that make groups of *members*, such as the tier or the
        band of trips a year; all others are compared with each of them.
    member_col
        Whether the customer joined: true and false, or 1 and 0.
    after_col, before_col
        The outcome after members joined, and the same outcome before: profit before the
        cost of the programme, trips, or a satisfaction score. Without ``before_col``
        the outcomes afterwards are compared, as for retention.
    earlier_col
        The outcome of a still earlier period. With it, the same comparison is made from
        that period to ``before_col``, when no customer was a member: an effect there
        shows that members were on another path.
    cost_col
        What the programme spent on the member: rewards and administration. With it, the
        effect counts as profit.
    level
        The confidence level of the intervals.

    Returns
    -------
    DataFrame
        One row per group: ``n_members``, ``n_matched`` who have a customer to be
        compared with, ``n_comparison`` such customers; ``member_change``,
        ``comparison_change``; ``effect`` per matched member with ``_lower``, ``_upper``
        and ``p_value``; ``earlier_effect`` with its limits (with ``earlier_col``);
        ``cost``, ``profit`` of the matched members after cost with its limits, and
        ``return_on_investment`` (with ``cost_col``); ``comparison``, which is always
        ``"observational"``.

    Raises
    ------
    InvalidValueError
        If a value is missing, or a cost is negative.
    NotEnoughDataError
        If no member has a customer to be compared with.

    See Also
    --------
    incremental_profit : The effect of a campaign with a random control group.

    Notes
    -----
    It is the effect of the programme only if members would have changed like the others
    of their stratum. No data prove that, so the result is called observational.
    Do not match on bands of ``before_col``: customers of an extreme band return to
    their mean whether they joined or not. Match on bands of an earlier period.

    References
    ----------
    Heckman, Ichimura and Todd (1997), "Matching as an econometric evaluation
    estimator"; Daw and Hatfield (2018), "Matching and regression to the mean in
    difference-in-differences analysis".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> customers = pd.DataFrame({
    ...     "member": [1, 1, 0, 0, 1, 0, 0], "region": ["n"] * 4 + ["s"] * 3,
    ...     "before": [10, 12, 10, 12, 30, 31, 29],
    ...     "after": [15, 16, 11, 13, 30, 28, 26],
    ... })
    >>> found = campaigns.matched_effect_by(
    ...     customers, match_cols=["region"], before_col="before"
    ... )
    >>> found[["n_matched", "member_change", "comparison_change", "effect"]]
       n_matched  member_change  comparison_change  effect
    0          3            3.0          -0.333333   3.333
    """
    inside = fraction("level", level)
    groups, strata = groups_of(by), names_given("match_cols", match_cols)
    more = (before_col, earlier_col, cost_col)
    amounts = [after_col, *(name for name in more if name is not None)]
    frame = read_eager(customers, [*groups, *strata, member_col, *amounts])
    _refuse(frame, [*groups, *strata], member_col, amounts, cost_col)
    member = numbers(frame, member_col) > 0
    stratum = answer_groups(frame, strata)[1]
    keys, group = _groups_of_members(frame, groups, member)
    measure = partial(
        matched_change,
        member=member,
        stratum=stratum,
        group=group,
        n_groups=1 if keys is None else len(keys),
    )
    before = np.zeros(member.size)
    if before_col is not None:
        before = numbers(frame, before_col)
    change = numbers(frame, after_col) - before
    found = measure(change)
    if not found.matched.any():
        raise NotEnoughDataError(
            needed="a member with a customer alike who is not a member",
            got="none",
            remedy="Name fewer match_cols, or coarser ones.",
        )
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        **({} if keys is None else {name: keys[name] for name in groups}),
        "n_members": np.bincount(group[member], minlength=found.matched.size),
        "n_matched": found.matched.astype(np.int64),
        "n_comparison": found.comparison.astype(np.int64),
    }
    floats = {
        "member_change": found.own,
        "comparison_change": found.other,
        **_limits("effect", found, inside),
        "p_value": _p_value(found),
    }
    if earlier_col is not None:
        past = measure(before - numbers(frame, earlier_col))
        floats |= _limits("earlier_effect", past, inside)
    if cost_col is not None:
        spent = np.where(member, numbers(frame, cost_col), 0.0)
        net = measure(change - spent)
        floats |= _profit(net, found, inside)
    refuse_lost_groups(groups, (*_COUNTS, *floats, "comparison"))
    made = table(frame, {**columns, **floats})
    known = [nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in floats]
    kind = nw.lit("observational").alias("comparison")
    return native(made.with_columns(*known, kind), customers)


def _groups_of_members(
    frame: EagerFrame, groups: list[str], member: np.ndarray
) -> tuple[EagerFrame | None, IntArray]:
    """Give each member the number of its group; other customers have none."""
    codes = np.zeros(member.size, dtype=np.int64)
    if not groups or not member.any():
        return None, codes
    keys, codes[member] = answer_groups(frame.filter(member.tolist()), groups)
    return keys, codes


def _refuse(
    frame: EagerFrame,
    names: list[str],
    member_col: str,
    amounts: list[str],
    cost_col: str | None,
) -> None:
    require_present(frame, *names)
    require_numbers(frame, amounts)
    rules = flag_rules(frame, member_col)
    for name in amounts:
        rules += number_rules(frame, name)
    if cost_col is not None:
        rules += number_rules(frame, cost_col, sign="nonnegative")
    refuse(frame, rules)


def _limits(
    name: str, found: MatchedChange, level: float, *, times: FloatArray | float = 1.0
) -> dict[str, FloatArray]:
    half = stdtrit(found.freedom, 0.5 + level / 2) * np.sqrt(found.variance)
    return {
        name: found.effect * times,
        f"{name}_lower": (found.effect - half) * times,
        f"{name}_upper": (found.effect + half) * times,
    }


def _p_value(found: MatchedChange) -> FloatArray:
    known = found.variance > 0
    error = np.sqrt(np.where(known, found.variance, 1.0))
    p = 2 * stdtr(found.freedom, -np.abs(found.effect) / error)
    return np.where(known, p, np.nan)


def _profit(
    net: MatchedChange, gross: MatchedChange, level: float
) -> dict[str, FloatArray]:
    # The cost of a member varies with what she does, so both are measured together.
    cost = (gross.own - net.own) * gross.matched
    with np.errstate(divide="ignore", invalid="ignore"):
        returned = np.where(cost > 0, net.effect * net.matched / cost, np.nan)
    return {
        "cost": cost,
        **_limits("profit", net, level, times=net.matched),
        "return_on_investment": returned,
    }
