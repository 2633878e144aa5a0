"""Response, conversion and cost of contacts, by any columns."""

from collections.abc import Sequence

import numpy as np

from ..._check import HUGE, fraction, nonnegative, positive, typed
from ..._frames import (
    Frame,
    flag_rules,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError
from ...kernels.base.intervals import wilson
from ...typing import FloatArray, IntoFrameT
from .sums_by_group import N_ROWS, groups_of, summary_by_group, sums_by_group

__all__ = ["response_by"]

_RESPONDED, _WON, _COST = "crmkit_responded", "crmkit_won", "crmkit_cost"


@typed
def response_by(
    contacts: IntoFrameT,
    *,
    by: str | Sequence[str],
    responded_col: str = "responded",
    won_col: str | None = None,
    cost_col: str | None = None,
    cost_per_contact: float | None = None,
    margin_per_response: float | None = None,
    level: float = 0.95,
) -> IntoFrameT:
    """Summarise response, conversion and cost by channel, segment or any columns.

    Response describes who answered. It does not say how many would have bought without
    the contact: compare with a control group by ``lift_by`` for that.

    Parameters
    ----------
    contacts
        One row per contact. A lazy frame is counted in its engine.
    by
        The column or columns that make a group: channel, campaign, region, period.
    responded_col
        Whether the contact led to a response (a lead): true and false, or 1 and 0.
    won_col
        Whether the response led to a sale. A sale without a response is refused.
    cost_col, cost_per_contact
        What each contact cost: a column, or one number for all contacts.
    margin_per_response
        The margin of one response before the cost of the contact. With it, and a cost,
        each group is compared with its break-even response rate.
    level
        The confidence level of the Wilson intervals.

    Returns
    -------
    DataFrame
        One row per group, sorted by group (a lazy frame is not sorted):

        - ``n_contacts``, ``n_responses`` and ``response_rate``;
        - with ``won_col``, ``n_won`` and ``conversion_rate``, the share of the
          responses that led to a sale;
        - with a cost, ``cost``, ``cost_per_contact``, ``cost_per_response`` and, with
          ``won_col``, ``cost_per_won`` (missing where there is none to divide by);
        - with a margin, ``break_even_rate``, ``profit_per_contact`` and ``verdict``:
          ``"contact"`` where the whole interval of the response rate is above
          break-even, ``"skip"`` where it is below, ``"test more"`` otherwise.

        Rates have an interval in ``_lower`` and ``_upper``.

    Raises
    ------
    InvalidValueError
        If a group or a flag is missing, a flag is neither 0 nor 1, a cost is negative,
        a sale has no response, both costs are passed, or a margin without a cost.

    See Also
    --------
    lift_by : Response compared with a control group.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical
    inference"; Hughes (1994), Strategic Database Marketing: the break-even rate.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> mailing = pd.DataFrame({
    ...     "channel": ["mail"] * 100 + ["web"] * 100,
    ...     "responded": [1] * 12 + [0] * 88 + [0] * 100,
    ... })
    >>> found = campaigns.response_by(
    ...     mailing, by="channel", cost_per_contact=1.0, margin_per_response=20.0
    ... )
    >>> found[["channel", "response_rate", "cost_per_response", "verdict"]]
      channel  response_rate  cost_per_response  verdict
    0    mail           0.12           8.333333  contact
    1     web           0.00                NaN     skip
    """
    groups = groups_of(by)
    inside = fraction("level", level)
    _require_one_cost(cost_col, cost_per_contact, margin_per_response)
    flags = [responded_col, *([] if won_col is None else [won_col])]
    costs = [] if cost_col is None else [cost_col]
    opened = read(contacts, [*groups, *flags, *costs])
    _refuse_contacts(opened, flags, costs)
    sums = {_RESPONDED: nw.col(responded_col)}
    if won_col:
        both = nw.col(won_col).cast(nw.Float64) * nw.col(responded_col).cast(nw.Float64)
        sums |= {_WON: nw.col(won_col), "crmkit_both": both}
    if cost_col:
        sums[_COST] = nw.col(cost_col)
    summed = sums_by_group(opened, groups, sums)
    n, k = numbers(summed, N_ROWS), numbers(summed, _RESPONDED)
    columns: dict[str, np.ndarray] = {"n_contacts": n.astype(np.int64)}
    columns |= _counted("n_responses", "response_rate", k, n, inside)
    won = None
    if won_col:
        won = numbers(summed, _WON)
        _require_responses(won_col, won, numbers(summed, "crmkit_both"))
        columns |= _counted("n_won", "conversion_rate", won, k, inside)
    if cost_col or cost_per_contact is not None:
        each = nonnegative("cost_per_contact", cost_per_contact or 0.0, at_most=HUGE)
        cost = numbers(summed, _COST) if cost_col else n * each
        columns |= _costs(cost, n, k, won)
    if margin_per_response is not None:
        margin = positive("margin_per_response", margin_per_response)
        columns |= _verdict(columns, margin)
    return summary_by_group(opened, contacts, summed, groups, columns)


def _counted(
    count: str, rate: str, found: FloatArray, of: FloatArray, level: float
) -> dict[str, np.ndarray]:
    """Return a count, its share of another count, and the share's interval."""
    some = of > 0
    base = np.where(some, of, 1.0)
    lower, upper = wilson(found, base, level=level)
    shares = {rate: found / base, f"{rate}_lower": lower, f"{rate}_upper": upper}
    known = {name: np.where(some, share, np.nan) for name, share in shares.items()}
    return {count: found.astype(np.int64), **known}


def _costs(
    cost: FloatArray, n: FloatArray, k: FloatArray, won: FloatArray | None
) -> dict[str, np.ndarray]:
    over = {"cost_per_contact": n, "cost_per_response": k}
    if won is not None:
        over["cost_per_won"] = won
    return {
        "cost": cost,
        **{
            name: np.where(of > 0, cost / np.where(of > 0, of, 1.0), np.nan)
            for name, of in over.items()
        },
    }


def _verdict(columns: dict[str, np.ndarray], margin: float) -> dict[str, np.ndarray]:
    with np.errstate(over="ignore"):  # a margin of next to nothing never pays
        even = columns["cost_per_contact"] / margin
    above = columns["response_rate_lower"] > even
    below = columns["response_rate_upper"] < even
    return {
        "break_even_rate": even,
        "profit_per_contact": columns["response_rate"] * margin
        - columns["cost_per_contact"],
        "verdict": np.select([above, below], ["contact", "skip"], "test more"),
    }


def _require_one_cost(
    cost_col: str | None, each: float | None, margin: float | None
) -> None:
    if cost_col and each is not None:
        found, remedy = "two costs", "Pass cost_col or cost_per_contact, not both."
    elif margin is not None and not cost_col and each is None:
        found, remedy = (
            "a margin without a cost",
            "Pass a cost of the contacts as well.",
        )
    else:
        return
    subject = "arguments 'cost_col', 'cost_per_contact' and 'margin_per_response'"
    raise InvalidValueError(subject=subject, found=found, remedy=remedy)


def _refuse_contacts(frame: Frame, flags: list[str], costs: list[str]) -> None:
    require_numbers(frame, costs)
    rules = [rule for name in flags for rule in flag_rules(frame, name)]
    for name in costs:
        rules += number_rules(frame, name, sign="nonnegative")
    refuse(frame, rules)


def _require_responses(won_col: str, won: FloatArray, both: FloatArray) -> None:
    # A sum of each group is enough to see it, and needs no second look at the rows.
    short = int((won - both).sum())
    if short:
        raise InvalidValueError(
            subject=f"column {won_col!r}",
            found=f"{short} sales of contacts that did not respond",
            remedy="Count a sale as a response as well.",
        )
