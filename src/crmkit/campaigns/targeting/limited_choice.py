"""Rows of highest total profit under limits, at most one of each customer."""

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from ...errors import NotEnoughDataError
from ...kernels.campaigns.exact_choice import exact_choice
from ...kernels.campaigns.target_prices import greedy_choice, relaxation
from ...typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["LimitedChoice", "Method", "limited_choice"]

_MOST_EXACT = 20_000  # rows that the exact method takes
# Where the exact method stops: at a relative gap, or after so many branches.
_GAP, _MOST_BRANCHES = 1e-6, 500
# Unless the optimum is asked for, the last digits are not worth a search of minutes.
_QUICK_GAP, _QUICK = 1e-4, 100

Method: TypeAlias = Literal["auto", "greedy", "exact"]


class LimitedChoice(NamedTuple):
    """Which rows, their profit, its bound and gap, and the price of the first limit."""

    selected: BoolArray
    profit: float
    bound: float
    gap: float
    price: float | None


def limited_choice(
    profit: FloatArray,
    *,
    owner: IntArray,
    used: FloatArray,
    limits: FloatArray,
    method: Method,
) -> LimitedChoice:
    """Choose rows; ``used`` has a row per candidate and a column per limit."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - a tenth of a second at import

    # Rows that lose money, or exceed a limit alone, are never selected: no decision.
    rows = np.flatnonzero((profit > 0) & np.all(used <= limits, axis=1))
    rows = rows[np.argsort(owner[rows], kind="stable")]
    exact = method == "exact" or (method == "auto" and rows.size <= 2_000)
    if exact and rows.size > _MOST_EXACT:
        raise NotEnoughDataError(
            needed=f"at most {_MOST_EXACT:,} rows with a positive profit",
            got=f"{rows.size:,}",
            remedy='Pass method="greedy", which has a proven gap.',
        )
    starts = np.flatnonzero(np.diff(owner[rows], prepend=-1))
    # A limit that all rows together keep has no price and decides nothing.
    tight = used[rows].sum(axis=0) > limits
    use, narrow = csr_array(used[rows][:, tight]), limits[tight]
    inside, bound, price = _greedy(profit[rows], use, narrow, starts)
    if exact:
        price = None  # a price of a limit ranks rows, and here none are ranked
    elif limits.size and not tight[0]:
        price = 0.0
    if exact and rows.size and narrow.size:
        quick = method == "auto"
        inside, lower_bound = exact_choice(
            profit[rows],
            use,
            narrow,
            starts,
            incumbent=inside,
            gap=_QUICK_GAP if quick else _GAP,
            most_branches=_QUICK if quick else _MOST_BRANCHES,
        )
        bound = min(bound, lower_bound)
    selected = np.zeros(profit.size, dtype=bool)
    selected[rows[inside]] = True
    # In rising order: the order of the rows leaves no trace in the last bit.
    earned = float(np.sort(profit[selected]).sum())
    bound = max(bound, earned)
    gap = (bound - earned) / bound if bound > 0 else 0.0
    return LimitedChoice(selected, earned, bound, gap, price)


_Solved = tuple[BoolArray, float, float | None]


def _greedy(
    profit: FloatArray, use: "csr_array", limits: FloatArray, starts: IntArray
) -> _Solved:
    if not profit.size:
        return np.zeros(0, dtype=bool), 0.0, None
    if not limits.size:
        prices, bound = np.zeros(0), np.inf
        bound = float(np.sort(np.maximum.reduceat(profit, starts)).sum())
    else:
        bound, prices = relaxation(profit, use, limits, starts)
    chosen = greedy_choice(profit, use, limits, starts, prices)
    return chosen, bound, float(prices[0]) if prices.size else None
