"""Whom to win back, to protect, and to lead to a second order; and the best customers.

A customer is in one list at most. The lists are the values of the column ``action``.
"""

from dataclasses import dataclass

import numpy as np

from ..._frames import EagerFrame, native, nw
from ...typing import BoolArray, IntArray, IntoDataFrameT
from .action_list import ActionList
from .customer_labels import Labels
from .scored_customers import ScoredCustomers

__all__ = [
    "ACTIONS",
    "SHOWN",
    "Chosen",
    "action_lists",
    "choose_customers",
    "first_customers",
]

ACTIONS = ("win_back", "protect", "second_order")
SHOWN = 500  # customers of each list that the page holds
_LEFT, _SURE = 0.5, 0.8
_YEAR = 366  # after a longer silence, hardly anyone can be won back
_RECENT = 0.9  # quantile of the time that repeat customers took to a second order


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chosen:
    """The customers of each list, the most promising first, and the number in its rule.

    ``action`` is the name of the list of each customer, or an empty text.
    """

    rows: dict[str, IntArray]
    limits: dict[str, float]
    action: Labels


def choose_customers(scores: ScoredCustomers, tiers: Labels) -> Chosen:
    """Choose the customers of the three lists.

    - ``win_back``: repeat customers who have probably left (under 50%), whose last
      purchase is at most a year ago, and who would be worth as much as a customer of
      the first tier if they came back; by what they would be worth in addition.
    - ``protect``: customers of the first tier whose activity is in doubt (50% to 80%);
      by value at risk.
    - ``second_order``: customers who bought once, not longer ago than it took 90% of
      repeat customers to buy again; by expected value. Where there is none, those of
      all but the last tier.
    """
    alive, repeats = scores.probability_alive, scores.repeats
    first = tiers.have(tiers.names[0]) if tiers.names else np.zeros(0, dtype=np.bool_)
    floor = float(scores.clv[first].min(initial=np.inf))
    window = _second_order_window(scores)
    once = ~repeats & (scores.clv > 0)
    recent = once & (scores.silent_days <= window)
    if not recent.any() and once.any():
        # All bought once long ago: the likeliest of them, outside the last tier.
        recent, window = once & ~tiers.have(tiers.names[-1]), np.inf
    members = {
        "win_back": repeats
        & (alive < _LEFT)
        & (scores.clv_if_active >= floor)
        & (scores.silent_days <= _YEAR),
        "protect": repeats & first & (alive >= _LEFT) & (alive < _SURE),
        "second_order": recent,
    }
    ranks = {
        "win_back": scores.value_at_risk,
        "protect": scores.value_at_risk,
        "second_order": scores.clv,
    }
    action = np.zeros(alive.size, dtype=np.int64)
    rows: dict[str, IntArray] = {}
    for place, (name, own) in enumerate(members.items(), start=1):
        action[own] = place
        found = np.flatnonzero(own)
        rows[name] = found[np.argsort(-ranks[name][found], kind="stable")]
    limits = {"win_back": floor, "protect": _SURE, "second_order": window}
    named = Labels(names=("", *members), code=action)
    return Chosen(rows=rows, limits=limits, action=named)


def action_lists(
    table: EagerFrame, scores: ScoredCustomers, chosen: Chosen, *, like: IntoDataFrameT
) -> tuple[ActionList[IntoDataFrameT], ...]:
    """Describe the three lists, with the first 500 customers of each."""
    return tuple(
        ActionList(
            name=name,
            n_customers=int(rows.size),
            past_amount=float(scores.total_amount[rows].sum()),
            value=float(scores.clv[rows].sum()),
            value_at_risk=float(scores.value_at_risk[rows].sum()),
            limit=float(chosen.limits[name]),
            customers=first_customers(table, rows, like=like),
        )
        for name, rows in chosen.rows.items()
    )


def first_customers(
    table: EagerFrame, rows: IntArray, *, like: IntoDataFrameT
) -> IntoDataFrameT:
    """Return the first 500 of some rows of the table, in the library of ``like``."""
    found: EagerFrame = table[rows[:SHOWN].tolist()]
    return native(nw.maybe_reset_index(found), like)


def _second_order_window(scores: ScoredCustomers) -> float:
    """Return the days in which most repeat customers had bought again.

    The mean gap between a customer's purchases stands for the gap to the second, which
    the summary does not hold.
    """
    again: BoolArray = scores.repeats
    if not again.any():
        return float(scores.silent_days.max(initial=0.0))
    gaps = 7 * scores.recency[again] / scores.frequency[again]
    return float(np.ceil(np.quantile(gaps, _RECENT)))
