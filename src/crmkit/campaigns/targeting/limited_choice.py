"""Rows of highest total profit under limits, at most one of each customer."""

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

from ...errors import NotEnoughDataError
from ...kernels.campaigns.target_prices import greedy_choice, relaxation
from ...typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["LimitedChoice", "Method", "limited_choice"]

_MOST_EXACT = 20_000  # rows that the exact method takes
_GAP = 1e-6  # relative gap at which the exact method stops
# Unless the optimum is asked for, the last digits are not worth a search of minutes.
_QUICK_GAP, _NODES = 1e-4, 50

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
    use = csr_array(used[rows])
    if exact:
        inside, bound, price = _exact(
            profit[rows], use, limits, starts, quick=method == "auto"
        )
    else:
        inside, bound, price = _greedy(profit[rows], use, limits, starts)
    selected = np.zeros(profit.size, dtype=bool)
    selected[rows[inside]] = True
    earned = float(profit[selected].sum())
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
        bound = float(np.maximum.reduceat(profit, starts).sum())
    else:
        bound, prices = relaxation(profit, use, limits, starts)
    chosen = greedy_choice(profit, use, limits, starts, prices)
    return chosen, bound, float(prices[0]) if prices.size else None


def _exact(
    profit: FloatArray,
    use: "csr_array",
    limits: FloatArray,
    starts: IntArray,
    *,
    quick: bool,
) -> _Solved:
    # Both take longer to import than all of crmkit.
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import csr_array, vstack  # noqa: PLC0415

    if not profit.size:
        return np.zeros(0, dtype=bool), 0.0, None
    size = np.diff(starts, append=profit.size)
    one_each = csr_array(
        (np.ones(profit.size), np.arange(profit.size), np.append(starts, profit.size)),
        shape=(starts.size, profit.size),
    )[size > 1]
    most = np.concatenate([limits, np.ones(one_each.shape[0])])
    scale = float(profit.max())
    found: Any = milp(
        -profit / scale,
        integrality=np.ones(profit.size, dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(vstack([use.T, one_each]), -np.inf, most)
        if most.size
        else (),
        options={"mip_rel_gap": _QUICK_GAP, "node_limit": _NODES}
        if quick
        else {"mip_rel_gap": _GAP},
    )
    if found.status == 0 and found.x is not None:
        chosen = np.asarray(found.x, dtype=np.float64) > 0.5
        return chosen, -float(found.mip_dual_bound or 0.0) * scale, None
    # Stopped early: the ranking may be the better choice, or the only one.
    ranked, bound, _ = _greedy(profit, use, limits, starts)
    if found.x is None:
        return ranked, bound, None
    chosen = np.asarray(found.x, dtype=np.float64) > 0.5
    best = max(chosen, ranked, key=lambda rows: float(profit[rows].sum()))
    return best, min(bound, -float(found.mip_dual_bound) * scale), None
