"""Rules and models of targeting compared on a campaign that was drawn at random."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._check import fraction, label, names_given, typed
from ..._frames import (
    EagerFrame,
    group_rows,
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
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.base.intervals import normal_quantile, two_sided_p
from ...kernels.campaigns.policy_value import gain_per_customer, mean_with_variance
from ...typing import IntArray, IntoDataFrameT

__all__ = ["policy_profit"]


@typed
def policy_profit(
    customers: IntoDataFrameT,
    *,
    policy_cols: Sequence[str],
    control: object,
    arm_col: str = "arm",
    profit_col: str = "profit",
    level: float = 0.95,
) -> IntoDataFrameT:
    """Compare what several rules of targeting would have earned.

    Each policy says which arm each customer should get: the rule of the marketing
    department, the list of a model, the same offer to all. None of them had to be
    carried out: customers who happened to be drawn to the arm that a policy would have
    chosen show what it earns.

    Parameters
    ----------
    customers
        One row per customer of a campaign whose arms were drawn at random, with the
        same shares for all, and *not* used to learn any of the policies.
    policy_cols
        One column per policy: the arm it chooses for the customer, or ``control`` for
        no treatment. The others are compared with the first.
    control
        The value of these columns that means no treatment.
    arm_col
        The arm to which the customer was drawn.
    profit_col
        The profit of the customer afterwards, after the cost of the treatment.
    level
        The confidence level of the intervals.

    Returns
    -------
    DataFrame
        One row per policy, in the order given: ``policy``; ``share_treated``;
        ``profit`` per customer, treated or not, above that of treating none, with
        ``_lower`` and ``_upper``; ``difference`` from the first policy with limits, and
        its ``p_value`` (missing for the first).

    Raises
    ------
    InvalidValueError
        If a value is missing, or a policy chooses an arm to which no customer was
        drawn.
    NotEnoughDataError
        If there are fewer than two customers, or none in the control arm.

    See Also
    --------
    held_out_profit : The profit of a retention offer without a random control group.

    Notes
    -----
    Profit is weighted by the inverse share of the arm (Horvitz and Thompson). The
    intervals hold for customers drawn from the same base, at normal approximation.

    References
    ----------
    Horvitz and Thompson (1952), "A generalization of sampling without replacement from
    a finite universe"; Zhao, Fang and Simchi-Levi (2017), "Uplift modeling with
    multiple treatments and general response types".

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> rng = np.random.default_rng(3)
    >>> young, mailed = rng.random(8000) < 0.5, rng.random(8000) < 0.5
    >>> campaign = pd.DataFrame({
    ...     "arm": np.where(mailed, "mail", "none"),
    ...     "profit": rng.normal(10, 2, 8000) + mailed * np.where(young, 2.0, -1.0),
    ...     "all": "mail", "model": np.where(young, "mail", "none"),
    ... })
    >>> found = campaigns.policy_profit(
    ...     campaign, policy_cols=["all", "model"], control="none"
    ... )
    >>> found[["policy", "share_treated", "profit", "difference"]].round(1)
      policy  share_treated  profit  difference
    0    all            1.0     0.5         NaN
    1  model            0.5     1.0         0.5
    """
    inside = fraction("level", level)
    policies = names_given("policy_cols", policy_cols)
    frame = read_eager(customers, [arm_col, profit_col, *policies])
    require_present(frame, arm_col, *policies)
    require_numbers(frame, [profit_col])
    refuse(frame, number_rules(frame, profit_col))
    outcome = numbers(frame, profit_col)
    arm, chosen, none = _codes(frame, arm_col, policies, label("control", control))
    untreated = np.full(arm.size, none)
    rows = []
    for policy in chosen:
        gain, spread = mean_with_variance(
            gain_per_customer(outcome, arm, policy, untreated)
        )
        more, noise = mean_with_variance(
            gain_per_customer(outcome, arm, policy, chosen[0])
        )
        treated = float(np.mean(policy != none))
        rows.append((treated, gain, spread, more, noise))
    share, profit, spread_, difference, noise_ = np.array(rows).T
    z = normal_quantile(inside)
    # Policies are compared with the first, which is not compared with itself.
    known = np.arange(len(policies)) > 0
    # Without noise a difference is certain, and policies that are the same have none.
    certain = np.where(difference != 0, np.inf, 0.0)
    errors = np.divide(difference, np.sqrt(noise_), out=certain, where=noise_ > 0)
    compared = {
        "difference": difference,
        "difference_lower": difference - z * np.sqrt(noise_),
        "difference_upper": difference + z * np.sqrt(noise_),
        "p_value": two_sided_p(errors),
    }
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        "policy": np.asarray(policies, dtype=object),
        "share_treated": share,
        "profit": profit,
        "profit_lower": profit - z * np.sqrt(spread_),
        "profit_upper": profit + z * np.sqrt(spread_),
        **{name: np.where(known, each, np.nan) for name, each in compared.items()},
    }
    made = table(frame, columns)
    holes = [nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in compared]
    return native(made.with_columns(*holes), customers)


def _codes(
    frame: EagerFrame, arm_col: str, policies: list[str], control: object
) -> tuple[IntArray, list[IntArray], int]:
    """Return the arms drawn, those of the policies and the control, as numbers."""
    groups = group_rows(frame, arm_col)
    number = {arm: code for code, arm in enumerate(groups.ids.to_list())}
    if control not in number or len(frame) < 2:
        raise NotEnoughDataError(
            needed=f"2 customers or more, some of them in the control arm {control!r}",
            got=f"{len(frame)} customers in arms {list(number)[:5]}",
            remedy="Pass a campaign with a random control group.",
        )
    chosen = []
    for policy in policies:
        named = group_rows(frame, policy)
        codes = [number.get(arm, -1) for arm in named.ids.to_list()]
        unknown = [
            arm
            for arm, code in zip(named.ids.to_list(), codes, strict=True)
            if code < 0
        ]
        if unknown:
            raise InvalidValueError(
                subject=f"column {policy!r}",
                found=f"arm {unknown[0]!r}, to which no customer was drawn",
                remedy=f"Choose among the arms {list(number)[:5]}.",
            )
        chosen.append(np.asarray(codes, dtype=np.int64)[named.codes])
    return groups.codes, chosen, number[control]
