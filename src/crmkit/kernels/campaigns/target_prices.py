"""Which contacts to choose under limits: prices of the limits, and a bound.

A choice of rows, at most one of each customer, that maximises total profit while what
it uses of each limit stays within it. Relaxing the limits by prices (Lagrange) splits
the problem into one decision per customer; the lowest relaxed value over all prices
bounds every choice from above. The prices come from cutting planes (Kelley 1960), and
rows ranked by profit minus the price of what they use are taken while they fit.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Relaxation", "greedy_choice", "relaxation"]

_CUTS = 200
_CLOSE = 1e-6  # relative distance of the bound from the lowest possible one


class Relaxation(NamedTuple):
    """The lowest bound found, and the prices of the limits that give it."""

    bound: float
    prices: FloatArray


def relaxation(
    profit: FloatArray, use: "csr_array", limits: FloatArray, starts: IntArray
) -> Relaxation:
    """Return the lowest bound over prices.

    ``use`` has a row per candidate and a column per limit; the rows of one customer
    are together and begin at ``starts``.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - a tenth of a second at import

    usual = np.maximum(np.asarray(abs(use).sum(axis=0)).ravel() / profit.size, 1e-300)
    # In units of what a row uses on average, all prices have the size of a profit.
    scaled = csr_array(use.multiply(1 / usual))
    room = limits / usual
    top = _dearest(profit, scaled)
    best = Relaxation(np.inf, np.zeros(room.size))
    slopes, levels = [], []
    prices = np.zeros(room.size)
    for _ in range(_CUTS):
        value, slope = _relaxed(profit, scaled, room, starts, prices)
        if value < best.bound:
            best = Relaxation(value, prices)
        slopes.append(slope)
        levels.append(value - slope @ prices)
        found = _lowest(np.array(slopes), np.array(levels), top, room.size)
        if found is None:  # beyond the digits of the solver: the bound so far holds
            break
        floor, prices = found
        if best.bound - floor <= _CLOSE * max(abs(best.bound), 1e-300):
            break
    return Relaxation(best.bound, best.prices / usual)


def _relaxed(
    profit: FloatArray,
    use: "csr_array",
    room: FloatArray,
    starts: IntArray,
    prices: FloatArray,
) -> tuple[float, FloatArray]:
    """Return the relaxed value at some prices, and its slope."""
    left = profit - use @ prices
    # One row of each customer at most, and none if every row costs more than it earns.
    best = np.maximum.reduceat(left, starts)
    paid = best > 0
    size = np.diff(starts, append=left.size)
    chosen = (left == np.repeat(best, size)) & np.repeat(paid, size)
    if chosen.sum() > paid.sum():
        # Equal rows of one customer: the first stands for all of them.
        at = np.flatnonzero(chosen)
        owner = np.repeat(np.arange(starts.size), size)[at]
        chosen[at[1:][owner[1:] == owner[:-1]]] = False
    used = use.T @ chosen.astype(np.float64)
    return float(room @ prices + best[paid].sum()), room - used


def _dearest(profit: FloatArray, use: "csr_array") -> FloatArray:
    """Return a price of each limit above which no row that uses it would be taken."""
    at = use.tocoo()
    most = np.zeros(use.shape[1])
    some = at.data > 0
    rows, columns = at.row, at.col
    np.maximum.at(
        most, columns[some], np.maximum(profit[rows[some]], 0) / at.data[some]
    )
    return most


def _lowest(
    slopes: FloatArray, levels: FloatArray, top: FloatArray, count: int
) -> tuple[float, FloatArray] | None:
    """Return the lowest point of the highest of all tangents, if there is one."""
    from scipy.optimize import linprog  # noqa: PLC0415 - slower to import than crmkit

    # The solver leaves out what is small beside 1: no unit of money may be.
    scale = max(float(np.abs(levels).max()), 1e-300)
    steep = np.abs(slopes).max(axis=0)
    steep = np.where(steep > 0, steep, 1.0)
    found = linprog(
        np.append(np.zeros(count), 1.0),
        A_ub=np.column_stack([slopes / steep, -np.ones(levels.size)]),
        b_ub=-levels / scale,
        bounds=[*((0.0, high) for high in top * steep / scale), (None, None)],
        method="highs",
    )
    if found.x is None:
        return None
    lowest = np.asarray(found.x, dtype=np.float64)
    return float(lowest[-1]) * scale, lowest[:-1] * scale / steep


def greedy_choice(
    profit: FloatArray,
    use: "csr_array",
    limits: FloatArray,
    starts: IntArray,
    prices: FloatArray,
) -> BoolArray:
    """Take rows from the best after prices down while each fits all limits."""
    left = profit - use @ prices
    order = np.flatnonzero(profit > 0)
    order = order[np.argsort(-left[order], kind="stable")]
    size = np.diff(starts, append=profit.size)
    owner = np.repeat(np.arange(starts.size), size)
    chosen = np.zeros(profit.size, dtype=bool)
    # Python lists: a million small steps are quicker there than in an array.
    room = limits.tolist()
    taken = bytearray(starts.size)
    first, column, amount = (
        part.tolist() for part in (use.indptr, use.indices, use.data)
    )
    owners = owner[order].tolist()
    for row, who in zip(order.tolist(), owners, strict=True):
        if taken[who]:
            continue
        span = range(first[row], first[row + 1])
        if all(amount[at] <= room[column[at]] for at in span):
            for at in span:
                room[column[at]] -= amount[at]
            taken[who] = 1
            chosen[row] = True
    return chosen
