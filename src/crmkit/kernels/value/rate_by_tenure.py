"""How a rate changes from a customer's first purchase to the next ones.

Comparing all first orders with all tenth orders would compare different customers: only
the loyal have a tenth. So each step is measured on those who took it, as links of a
chain (the chain-ladder of reserving), and the links are multiplied.
"""

import numpy as np

from ...typing import FloatArray, IntArray
from .component_identity import totals

__all__ = ["learning_path", "mean_ahead", "stages", "turns"]

_LEAST = 30  # customers on a link, below which the path is flat from there on
_SURE = 2.0  # errors by which a link must differ from 1 to count
_INSTANT = 1e-3


def turns(customer: IntArray) -> IntArray:
    """Return the place of each row among its customer's, from 0; they are adjacent."""
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    size = np.diff(starts, append=customer.size)
    return np.arange(customer.size) - np.repeat(starts, size)


def learning_path(
    customer: IntArray, turn: IntArray, amount: FloatArray, base: FloatArray
) -> FloatArray:
    """Return the rate amount / base at each turn, relative to the first.

    Rows are ordered by customer and turn. Turns are taken together as 0, 1, 2-3, 4-7
    and so on, because a chain of a hundred links would mostly add up their noise. A
    link compares each customer's rate in two neighbouring stages (Mantel and Haenszel
    1959). After the last turn returned, the path is flat.
    """
    stage = stages(turn)
    size = int(stage.max(initial=0)) + 1
    cell, at = np.unique(customer * size + stage, return_inverse=True)
    taken, held = (totals(at, each, cell.size) for each in (amount, base))
    # A customer's stages stand in neighbouring cells, without a gap.
    after = np.flatnonzero((cell[1:] == cell[:-1] + 1) & (cell[1:] % size > 0)) + 1
    both = (held[after] > 0) & (held[after - 1] > 0)
    after = after[both]
    link_of = cell[after] % size
    weight = held[after] * held[after - 1] / (held[after] + held[after - 1])
    later, earlier = taken[after] / held[after], taken[after - 1] / held[after - 1]
    now = totals(link_of, weight * later, size)[1:]
    was = totals(link_of, weight * earlier, size)[1:]
    pairs = np.bincount(link_of, minlength=size)[1:]
    sound = (pairs >= _LEAST) & (now > 0) & (was > 0)
    last = sound.size if sound.all() else int(np.argmin(sound))
    link = now[:last] / was[:last]
    ratio = np.concatenate([[1.0], link, np.ones(size - 1 - last)])
    missed = totals(link_of, (weight * (later - ratio[link_of] * earlier)) ** 2, size)
    doubt = missed[1 : last + 1] / was[:last] ** 2
    # A link counts as far as it is larger than twice its error (a garrote): one error
    # lets a third of all links count where nothing changes, and their noise adds up.
    moved = (link - 1) ** 2
    belief = np.divide(
        np.maximum(moved - _SURE**2 * doubt, 0.0),
        moved,
        out=np.zeros(last),
        where=moved > 0,
    )
    levels = np.concatenate([[1.0], np.cumprod(link**belief)])
    rows = np.bincount(stage, minlength=size)
    centre = (totals(stage, turn.astype(np.float64), size) / rows)[: last + 1]
    path: FloatArray = np.interp(np.arange(np.ceil(centre[-1]) + 1), centre, levels)
    return path


def stages(turn: IntArray) -> IntArray:
    """Take turns together in stages of doubling length: 0, 1, 2-3, 4-7, ..."""
    return np.frexp(turn.astype(np.float64))[1].astype(np.int64)


def mean_ahead(path: FloatArray, turn: FloatArray, span: FloatArray) -> FloatArray:
    """Return the mean of the path over the ``span`` turns that begin with ``turn``."""
    until = np.concatenate([[0.0], np.cumsum(path)])
    grid = np.arange(until.size, dtype=np.float64)

    def area(end: FloatArray) -> FloatArray:
        beyond = np.maximum(end - grid[-1], 0.0) * path[-1]
        whole: FloatArray = np.interp(end, grid, until) + beyond
        return whole

    width = np.maximum(span, _INSTANT)
    mean: FloatArray = (area(turn + width) - area(turn)) / width
    return mean
