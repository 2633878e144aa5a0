"""What each campaign added, from its contacts and the log of purchases."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..._dates import date_of
from ..._frames import (
    collect,
    day_numbers,
    flag_rules,
    id_rules,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_dates,
    require_ids,
    require_numbers,
    result_table,
)
from ...errors import CrmkitError, InvalidValueError
from ...typing import BoolArray, FloatArray, IntArray, IntoDataFrame
from ..intake.prepare import PreparedLog
from ..question import Question

if TYPE_CHECKING:  # without contacts, what campaigns need is not loaded
    from ...campaigns import IncrementalProfit

__all__ = ["CampaignResult", "campaign_results"]

_WEEKS = 4  # customers are followed so long after a contact, if the log covers it
_WHO, _NAME, _DAY, _TREATED, _COST = (
    "customer_id",
    "campaign",
    "date",
    "treated",
    "cost",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignResult:
    """What came after a campaign, in the group contacted and in the control group.

    Attributes
    ----------
    name, start
        Its name, and the day of its first contact.
    days
        How long each customer was followed.
    n_treated, n_control
        Customers assigned to each group.
    bought_treated, bought_control
        The share of each group who bought in that time; None without a control group.
    cost
        What the contacts cost.
    added
        The profit that the campaign added, by intention to treat; None where it cannot
        be told.
    refused
        Why it cannot be told.
    """

    name: str
    start: dt.date
    days: int
    n_treated: int
    n_control: int
    bought_treated: float | None = None
    bought_control: float | None = None
    cost: float = 0.0
    added: "IncrementalProfit | None" = None
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Contacts:
    """The rows of the campaigns: whose (-1 if not in the log), when, in which group."""

    name: Sequence[str]
    customer: IntArray
    day: IntArray
    treated: BoolArray
    cost: FloatArray


def campaign_results(
    campaigns: IntoDataFrame, log: PreparedLog, *, question: Question
) -> tuple[CampaignResult, ...]:
    """Compare what treated and control customers brought after each campaign.

    Parameters
    ----------
    campaigns
        One row per customer and campaign: ``customer_id``, ``campaign``, ``date`` of
        the contact, ``treated`` (0 for the control group) and, if known, ``cost``.
    log
        The purchases.
    question
        The margin, and the end of the log.

    Returns
    -------
    tuple of CampaignResult
        In the order of their starts; empty without contacts.

    Raises
    ------
    InvalidValueError
        If a value is missing, a customer is twice in a campaign, or no customer of a
        campaign is in the log.
    """
    # Of a table without rows the types say nothing: there is no campaign so far.
    if not len(read_eager(campaigns, (_WHO, _NAME, _DAY, _TREATED))):
        return ()
    contacts = _read(campaigns, log)
    names = np.asarray(contacts.name)
    found = [
        _result(name, np.flatnonzero(names == name), contacts, log, question)
        for name in dict.fromkeys(contacts.name)
    ]
    return tuple(sorted(found, key=lambda each: (each.start, each.name)))


def _read(campaigns: IntoDataFrame, log: PreparedLog) -> _Contacts:
    opened = read_eager(campaigns, (_WHO, _NAME, _DAY, _TREATED))
    frame, rules = require_dates(opened, _DAY)
    require_ids(frame, _WHO)
    has_cost = _COST in frame.columns
    rules = [*rules, *id_rules(frame, _WHO), *id_rules(frame, _NAME)]
    rules += flag_rules(frame, _TREATED)
    if has_cost:
        require_numbers(frame, [_COST])
        rules += number_rules(frame, _COST, sign="nonnegative")
    refuse(frame, rules)
    contacts = read_eager(frame, ())
    names = [str(each) for each in contacts[_NAME].to_list()]
    # Ids are compared as they are written: a file may hold as text what a frame holds
    # as whole numbers.
    ids = [str(each) for each in contacts[_WHO].to_list()]
    _refuse_repeats(ids, names)
    places = {str(each): at for at, each in enumerate(log.groups.ids.to_list())}
    customer = np.array([places.get(each, -1) for each in ids], dtype=np.int64)
    if ids and not np.any(customer >= 0):
        raise InvalidValueError(
            subject=f"column {_WHO!r} of the campaigns",
            found="no customer of the log",
            first=repr(ids[0]),
            remedy="Write ids as in the log.",
        )
    treated = numbers(contacts, _TREATED) > 0
    cost = numbers(contacts, _COST) if has_cost else np.zeros(len(ids))
    return _Contacts(
        name=names,
        customer=customer,
        day=day_numbers(contacts, _DAY),
        treated=treated,
        # Whoever was not contacted cost nothing.
        cost=np.where(treated, cost, 0.0),
    )


def _refuse_repeats(ids: Sequence[str], names: Sequence[str]) -> None:
    seen: set[tuple[str, str]] = set()
    for row, pair in enumerate(zip(ids, names, strict=True)):
        if pair in seen:
            raise InvalidValueError(
                subject=f"column {_WHO!r} of the campaigns",
                found=f"customer twice in campaign {pair[1]!r}",
                first=f"{pair[0]!r} in row {row}",
                remedy="Keep one row per customer and campaign.",
            )
        seen.add(pair)


def _result(
    name: str,
    rows: IntArray,
    contacts: _Contacts,
    log: PreparedLog,
    question: Question,
) -> CampaignResult:
    day, treated = contacts.day[rows], contacts.treated[rows]
    days = min(7 * _WEEKS, question.end_day - int(day.max()))
    known = CampaignResult(
        name=name,
        start=date_of(int(day.min())),
        days=max(days, 0),
        n_treated=int(treated.sum()),
        n_control=int((~treated).sum()),
        cost=float(contacts.cost[rows].sum()),
    )
    if days < 1:
        return replace(known, refused="it ended when the log does")
    spent = _spent(contacts.customer[rows], day, days, log)
    known = replace(
        known,
        bought_treated=_share(spent > 0, treated),
        bought_control=_share(spent > 0, ~treated),
    )
    if not known.n_control:
        return replace(known, refused="it has no control group")
    columns = {
        "treated": treated,
        "profit": question.margin * spent,
        "cost": contacts.cost[rows],
    }
    from ...campaigns import incremental_profit  # noqa: PLC0415 - slow to import

    try:
        added = incremental_profit(
            collect(result_table(log.frame, columns)).to_native(), cost_col="cost"
        )
    except CrmkitError as reason:
        return replace(known, refused=str(reason))
    return replace(known, added=added)


def _spent(
    customer: IntArray, day: IntArray, days: int, log: PreparedLog
) -> FloatArray:
    """Add up what each contact spent on the days after it; 0 outside the log."""
    inside = customer >= 0
    start = np.full(log.groups.count, np.iinfo(np.int64).max // 2)
    start[customer[inside]] = day[inside]
    since = log.day - start[log.groups.codes]
    counted = (since > 0) & (since <= days)
    if log.refunds == "drop":
        counted &= log.amount >= 0
    sums = np.bincount(
        log.groups.codes[counted], log.amount[counted], minlength=log.groups.count
    )
    spent = np.zeros(customer.size)
    spent[inside] = sums[customer[inside]]
    return spent


def _share(bought: BoolArray, group: BoolArray) -> float | None:
    return float(bought[group].mean()) if group.any() else None
