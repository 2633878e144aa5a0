"""What a rule of tiers would have done in past periods."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..._check import nonnegative, typed
from ..._frames import (
    EagerFrame,
    group_rows,
    id_rules,
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
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.base.distinct_numbers import distinct_numbers
from ...typing import FloatArray, IntArray, IntoDataFrameT

__all__ = ["tier_rule_outcomes"]


@typed
def tier_rule_outcomes(
    periods: IntoDataFrameT,
    *,
    qualify: Mapping[str, float],
    retain: Mapping[str, float] | None = None,
    reward_rates: Mapping[str, float] | None = None,
    activity_col: str = "n_trips",
    value_col: str | None = None,
    period_col: str = "period",
    customer_id_col: str = "customer_id",
) -> IntoDataFrameT:
    """Try a rule of tiers on past periods: who would have been in which tier.

    Call it with the present rule and with a new one, and compare. Customers behave
    differently under another rule, above all near its bars: this counts what would have
    happened without that.

    Parameters
    ----------
    periods
        One row per customer and period with activity.
    qualify
        The tiers from lowest to highest, and the activity of one period that each
        needs: ``{"silver": 14, "gold": 52}``.
    retain
        The activity that keeps the tier for another period, where it is lower than the
        one that wins it. A customer below it falls to the highest tier that the
        activity keeps or wins.
    reward_rates
        What the benefits of a tier cost per unit of activity, such as money per trip:
        ``{"silver": 1.0, "gold": 3.0}``. A tier that is not named has no benefits.
    activity_col
        What counts: trips, nights, points or money of the period.
    value_col
        What is added up for each tier in ``value``, such as margin; None adds up the
        activity.
    period_col
        The period; sorted values follow one another.
    customer_id_col
        The customer.

    Returns
    -------
    DataFrame
        One row per period and tier, lowest tier first, with ``"none"`` below it:
        ``n_customers`` with that status at the end of the period, ``n_entered`` and
        ``n_left`` since the period before, ``n_retained_only``, who keep a tier that
        they would not have won, and ``value`` of these customers in the period. With
        ``reward_rates`` also ``reward_cost`` and ``profit``, the value less that cost.
        A customer has no tier before the first period.

    Raises
    ------
    InvalidValueError
        If bars do not rise, a bar to retain is above the one to qualify, a reward has
        no bar, or a customer has two rows in a period.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> trips = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "bob"],
    ...     "period": [2023, 2024, 2023, 2024], "n_trips": [15, 12, 60, 20],
    ... })
    >>> found = campaigns.tier_rule_outcomes(
    ...     trips, qualify={"silver": 14, "gold": 52}, retain={"silver": 10}
    ... )
    >>> found[["period", "tier", "n_customers", "n_entered", "n_left"]]
       period    tier  n_customers  n_entered  n_left
    0    2023    none            0          0       2
    1    2023  silver            1          1       0
    2    2023    gold            1          1       0
    3    2024    none            0          0       0
    4    2024  silver            2          1       0
    5    2024    gold            0          0       1
    """
    names = ["none", *qualify]
    win, keep = _bars(qualify, retain or {})
    rates = _rates(reward_rates, qualify)
    values = [activity_col, *([] if value_col is None else [value_col])]
    frame = read_eager(periods, [customer_id_col, period_col, *values])
    _refuse(frame, customer_id_col, period_col, values)
    if len(frame) == 0:
        raise NotEnoughDataError(
            needed="at least 1 row", got="0", remedy="Pass the activity of customers."
        )
    who, when = group_rows(frame, customer_id_col), group_rows(frame, period_col)
    shape = (when.count, who.count)
    place = np.ravel_multi_index((when.codes, who.codes), shape)
    if distinct_numbers(place).size < place.size:
        raise InvalidValueError(
            subject=f"columns {customer_id_col!r} and {period_col!r}",
            found="a customer with two rows in a period",
            remedy="Add up the activity of each customer and period first.",
        )
    activity, value = np.zeros(shape), np.zeros(shape)
    activity.ravel()[place] = numbers(frame, activity_col)
    value.ravel()[place] = numbers(frame, values[-1])
    columns: dict[str, np.ndarray | nw.Series[Any]] = {
        period_col: when.ids[np.repeat(np.arange(when.count), len(names))],
        "tier": np.tile(np.asarray(names, dtype=object), when.count),
        **_counts(activity, value, win, keep, rates),
    }
    return native(table(frame, columns), periods)


def _counts(
    activity: FloatArray,
    value: FloatArray,
    win: FloatArray,
    keep: FloatArray,
    rates: FloatArray | None,
) -> dict[str, np.ndarray]:
    tiers = win.size + 1
    before = np.zeros(activity.shape[1], dtype=np.int64)
    rows: list[list[np.ndarray]] = []
    for done, worth in zip(activity, value, strict=True):
        won = np.searchsorted(win, done, side="right")
        # A tier is kept from the top down: gold that is lost may still keep silver.
        kept = np.zeros_like(won)
        for tier in range(1, tiers):
            kept = np.where((before >= tier) & (done >= keep[tier - 1]), tier, kept)
        now: IntArray = np.maximum(won, kept)
        moved = now != before
        rows.append(
            [
                np.bincount(now, minlength=tiers),
                np.bincount(now[moved], minlength=tiers),
                np.bincount(before[moved], minlength=tiers),
                np.bincount(now[now > won], minlength=tiers),
                np.bincount(now, worth, minlength=tiers),
                np.bincount(now, done, minlength=tiers),
            ]
        )
        before = now
    table_ = np.array(rows).reshape(-1, 6, tiers)
    found = table_.transpose(1, 0, 2).reshape(6, len(rows) * tiers)
    counts = ("n_customers", "n_entered", "n_left", "n_retained_only")
    columns = {
        **{name: found[at].astype(np.int64) for at, name in enumerate(counts)},
        "value": found[4],
    }
    if rates is not None:
        columns["reward_cost"] = np.tile(rates, len(rows)) * found[5]
        columns["profit"] = found[4] - columns["reward_cost"]
    return columns


def _rates(
    reward_rates: Mapping[str, float] | None, qualify: Mapping[str, float]
) -> FloatArray | None:
    """Return the reward of each tier, that of no tier first."""
    if reward_rates is None:
        return None
    unknown = sorted(set(reward_rates) - set(qualify))
    if unknown:
        raise InvalidValueError(
            subject="argument 'reward_rates'",
            found=f"a reward for {unknown[0]!r}, which no bar qualifies for",
            remedy="Name tiers as in 'qualify'.",
        )
    named = [reward_rates.get(name, 0.0) for name in qualify]
    return np.array([0.0, *(nonnegative("reward_rates", rate) for rate in named)])


def _bars(
    qualify: Mapping[str, float], retain: Mapping[str, float]
) -> tuple[FloatArray, FloatArray]:
    win = np.array([nonnegative("qualify", bar) for bar in qualify.values()])
    keep = np.array(
        [nonnegative("retain", retain.get(name, qualify[name])) for name in qualify]
    )
    unknown = sorted(set(retain) - set(qualify))
    found = None
    if not win.size or np.any(np.diff(win) <= 0):
        found = "bars that do not rise"
    elif unknown:
        found = f"a bar to retain {unknown[0]!r}, which no bar qualifies for"
    elif np.any(keep > win):
        found = "a bar to retain above the one to qualify"
    if found:
        raise InvalidValueError(
            subject="arguments 'qualify' and 'retain'",
            found=found,
            remedy="Name tiers from the lowest to the highest bar.",
        )
    return win, keep


def _refuse(
    frame: EagerFrame, customer_id_col: str, period_col: str, values: list[str]
) -> None:
    require_ids(frame, customer_id_col)
    require_present(frame, period_col)
    require_numbers(frame, values)
    rules = [*id_rules(frame, customer_id_col)]
    rules += number_rules(frame, values[0], sign="nonnegative")
    rules += [rule for name in values[1:] for rule in number_rules(frame, name)]
    refuse(frame, rules)
