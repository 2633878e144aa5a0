"""The choice of highest profit under limits: branch and bound on linear relaxations.

Customers with equal rows are one class, and a class has one whole number per row: how
many of its customers get that row. So equal customers are one decision and not all the
orders of them. The relaxation to real numbers bounds a branch from above (Land and
Doig 1960); rounded down and filled up it is a choice within the limits.
"""

import heapq
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["exact_choice"]

_WHOLE = 1e-6  # how far from a whole number the linear solver may leave one
_COUNTED = 2.0**53  # units above it are not counted exactly
_NEAR = 300  # rows looked at for an exchange


class _Problem(NamedTuple):
    """Classes of equal customers, and the rows that each may get."""

    profit: FloatArray
    use: FloatArray  # a row per row of a class, a column per limit
    limits: FloatArray
    owner: IntArray  # the class of a row
    size: FloatArray  # the customers of a class
    places: list[IntArray]  # of each class: customers by rows, numbers of candidates


class _Branch(NamedTuple):
    """How often each row is taken at least and at most, and the best real numbers."""

    low: FloatArray
    high: FloatArray
    times: FloatArray
    bound: float
    prices: FloatArray  # of the limits


def exact_choice(
    profit: FloatArray,
    use: "csr_array",
    limits: FloatArray,
    starts: IntArray,
    *,
    incumbent: BoolArray,
    gap: float,
    most_branches: int,
) -> tuple[BoolArray, float]:
    """Return the candidates chosen, and a bound on the profit of any choice.

    ``use`` has a row per candidate and a column per limit; the candidates of one
    customer are together and begin at ``starts``. ``incumbent`` is a choice within the
    limits. The search ends at a relative ``gap``, or after ``most_branches``.
    """
    problem = _classes(profit, use.toarray(), limits, starts)
    best = np.concatenate([incumbent[rows].sum(axis=0) for rows in problem.places])
    best = best.astype(np.float64)
    none = np.zeros(best.size)
    root = _relaxed(problem, none, problem.size[problem.owner])
    if root is None:
        return incumbent, np.inf
    best = _better(problem, best, root)
    root = _reachable(problem, root, float(problem.profit @ best))
    number = count()  # of equal bounds, the first to come is the first to go
    waiting = [(-root.bound, next(number), root)]
    for _ in range(most_branches):
        enough = float(problem.profit @ best) * (1 + gap)
        if not waiting or -waiting[0][0] <= enough:
            break
        for branch in _halves(problem, heapq.heappop(waiting)[2]):
            best = _better(problem, best, branch)
            heapq.heappush(waiting, (-branch.bound, next(number), branch))
    chosen = np.zeros(profit.size, dtype=bool)
    cuts = np.cumsum([rows.shape[1] for rows in problem.places])[:-1]
    for rows, times in zip(problem.places, np.split(best, cuts), strict=True):
        column = np.repeat(np.arange(times.size), times.astype(np.int64))
        chosen[rows[np.arange(column.size), column]] = True
    return chosen, -waiting[0][0] if waiting else float(problem.profit @ best)


def _classes(
    profit: FloatArray, use: FloatArray, limits: FloatArray, starts: IntArray
) -> _Problem:
    both = np.column_stack([profit, use])
    kind = np.unique(both, axis=0, return_inverse=True)[1].reshape(-1)
    members: dict[bytes, list[IntArray]] = {}
    for start, end in pairwise([*starts.tolist(), profit.size]):
        rows = np.arange(start, end)
        members.setdefault(kind[start:end].tobytes(), []).append(rows)
    places = [np.stack(rows) for rows in members.values()]
    first = np.concatenate([rows[0] for rows in places])
    return _Problem(
        profit=profit[first],
        use=use[first],
        limits=_rounded(use[first], limits),
        owner=np.repeat(np.arange(len(places)), [rows.shape[1] for rows in places]),
        size=np.array([rows.shape[0] for rows in places], dtype=np.float64),
        places=places,
    )


def _rounded(use: FloatArray, limits: FloatArray) -> FloatArray:
    """Round limits down to what whole units can use: 7.5 contacts are 7."""
    found = limits.copy()
    for at, limit in enumerate(limits):
        for parts in (1, 100):  # whole units, or cents
            units = use[:, at] * parts
            whole = np.rint(units)
            if np.all(np.abs(units - whole) <= 1e-9 * whole) and whole.max() < _COUNTED:
                step = int(np.gcd.reduce(whole.astype(np.int64))) or 1
                most = np.floor(limit * parts / step * (1 + 1e-12)) * step / parts
                # A sum of cents may be a digit above what they are.
                found[at] = min(limit, most * (1 + 1e-12))
                break
    return found


def _relaxed(problem: _Problem, low: FloatArray, high: FloatArray) -> _Branch | None:
    """Solve a branch with real numbers; None if no numbers are within its limits."""
    # Both take longer to import than all of crmkit.
    from scipy.optimize import linprog  # noqa: PLC0415 - slow to import
    from scipy.sparse import csr_array, vstack  # noqa: PLC0415 - slow to import

    # What cannot change needs no solver, and nearly all of a large list cannot.
    free = np.flatnonzero(low < high)
    room = problem.limits - low @ problem.use
    left = problem.size - np.bincount(problem.owner, low, minlength=problem.size.size)
    if np.any(room < 0) or np.any(left < 0):
        return None
    fixed = float(problem.profit @ low)
    if not free.size:
        return _Branch(low, high, low, fixed, np.zeros(room.size))
    classes, owner = np.unique(problem.owner[free], return_inverse=True)
    one_each = csr_array(
        (np.ones(free.size), (owner.reshape(-1), np.arange(free.size))),
        shape=(classes.size, free.size),
    )
    # The solver's tolerances are absolute: in these units all numbers are near 1.
    scale, unit = float(problem.profit.max()), np.maximum(problem.limits, 1e-300)
    both: Any = vstack([csr_array((problem.use[free] / unit).T), one_each])
    span: Any = np.column_stack([np.zeros(free.size), (high - low)[free]])
    found: Any = linprog(
        -problem.profit[free] / scale,
        A_ub=both,
        b_ub=np.concatenate([room / unit, left[classes]]),
        bounds=span,
        method="highs",
    )
    if found.x is None:
        return None
    times = low.copy()
    times[free] += np.asarray(found.x, dtype=np.float64)
    prices = -np.asarray(found.ineqlin.marginals)[: room.size] * scale / unit
    return _Branch(low, high, times, fixed - float(found.fun) * scale, prices)


def _better(problem: _Problem, best: FloatArray, branch: _Branch) -> FloatArray:
    """Return the better of a choice and a branch rounded down and filled up."""
    times = np.floor(branch.times + _WHOLE)
    room = problem.limits - times @ problem.use
    if np.any(room < 0):  # a number was a little below the whole one
        times = np.floor(np.maximum(branch.times - _WHOLE, branch.low))
        room = problem.limits - times @ problem.use
    left = problem.size - np.bincount(problem.owner, times, minlength=problem.size.size)
    worth = problem.profit - problem.use @ branch.prices
    while _filled(problem, worth, times, room, left) or _exchanged(
        problem, worth, times, room, left
    ):
        pass
    within = np.all(times @ problem.use <= problem.limits)
    return times if within and problem.profit @ times > problem.profit @ best else best


def _filled(
    problem: _Problem,
    worth: FloatArray,
    times: FloatArray,
    room: FloatArray,
    left: FloatArray,
) -> bool:
    """Take the best row that fits, as often as it does; change the arrays in place."""
    fits = (left[problem.owner] > 0) & np.all(problem.use <= room, axis=1)
    rows = np.flatnonzero(fits)
    if not rows.size:
        return False
    row = rows[np.argmax(worth[rows])]
    used = problem.use[row] > 0
    most = np.floor(room[used] / problem.use[row][used]).min(initial=np.inf)
    more = max(min(float(left[problem.owner[row]]), float(most)), 1.0)
    times[row] += more
    room -= more * problem.use[row]
    left[problem.owner[row]] -= more
    return True


def _exchanged(
    problem: _Problem,
    worth: FloatArray,
    times: FloatArray,
    room: FloatArray,
    left: FloatArray,
) -> bool:
    """Replace one row by the one that adds most profit, in place, if one does."""
    # Only rows whose profit is near what they use of the limits can be in doubt.
    near = np.argsort(np.abs(worth), kind="stable")[:_NEAR]
    out = near[times[near] > 0]
    if not out.size:
        return False
    gain = problem.profit[near][:, None] - problem.profit[out]
    more = problem.use[near][:, None] - problem.use[out]
    same = problem.owner[near][:, None] == problem.owner[out]
    fits = np.all(more <= room, axis=2) & (
        same | (left[problem.owner[near]] > 0)[:, None]
    )
    gain = np.where(fits, gain, 0.0)
    best = np.unravel_index(np.argmax(gain), gain.shape)
    if gain[best] <= 1e-12 * float(problem.profit.max()):
        return False
    added, dropped = near[best[0]], out[best[1]]
    times[added] += 1
    times[dropped] -= 1
    room -= problem.use[added] - problem.use[dropped]
    left[problem.owner[added]] -= 1
    left[problem.owner[dropped]] += 1
    return True


def _reachable(problem: _Problem, root: _Branch, value: float) -> _Branch:
    """Narrow how often each row is taken to what a choice above ``value`` allows."""
    prices = np.maximum(root.prices, 0.0)
    worth = problem.profit - problem.use @ prices
    start = np.flatnonzero(np.diff(problem.owner, prepend=-1))
    best = np.maximum(np.maximum.reduceat(worth, start), 0.0)
    spare = float(prices @ problem.limits + best @ problem.size) - value
    # Each customer with another row than the best one lowers the bound by the loss.
    loss = best[problem.owner] - worth
    high = np.minimum(root.high, _at_most(spare, loss))
    # And each with none of the rows, or with another one, leaves the best one.
    first = np.zeros(loss.size, dtype=bool)
    first[
        [
            part[np.argmin(loss[part])]
            for part in np.split(np.arange(loss.size), start[1:])
        ]
    ] = True
    other = np.minimum(best, np.minimum.reduceat(np.where(first, np.inf, loss), start))[
        problem.owner
    ]
    sure = problem.size[problem.owner] - _at_most(spare, other)
    low = np.where(first & (loss <= 0), np.maximum(sure, 0.0), 0.0)
    return root._replace(low=low, high=np.maximum(high, low))


def _at_most(spare: float, loss: FloatArray) -> FloatArray:
    times = np.floor(spare * (1 + 1e-9) / np.maximum(loss, 1e-300) + 1e-9)
    return np.where(loss > 0, times, np.inf)


def _halves(problem: _Problem, branch: _Branch) -> list[_Branch]:
    """Divide a branch at the number that is farthest from a whole one."""
    whole = np.rint(branch.times)
    far = np.abs(branch.times - whole)
    row = int(np.argmax(far))
    cut = np.floor(branch.times[row])
    if far[row] <= _WHOLE:
        open_ = np.flatnonzero(branch.low < branch.high)
        if not open_.size or np.all(whole @ problem.use <= problem.limits):
            return []
        # A digit above a limit: one row is too many, and others may be within it.
        row = int(open_[np.argmax((whole - branch.low)[open_])])
        cut = np.maximum(whole[row] - 1, branch.low[row])
    less, more = branch.high.copy(), branch.low.copy()
    less[row], more[row] = cut, cut + 1
    parts = (
        _relaxed(problem, branch.low, less),
        _relaxed(problem, more, branch.high),
    )
    # A branch is never better than what it is a part of, whatever the solver's digits.
    return [
        part._replace(bound=min(part.bound, branch.bound))
        for part in parts
        if part is not None
    ]
