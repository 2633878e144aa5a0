"""Sums of a smooth sequence of terms, however many: numbers of terms, and weights."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.gauss_legendre import gauss_legendre

__all__ = ["TermBlock", "blocks_of_terms"]

_BLOCK = 1 << 17
_NODES = 16
_PANEL = 0.75
_SPREADS = 3.0  # of a bulk that one panel may hold
# Gregory's end correction: what a sum has over half its first term and an integral.
_GREGORY = (
    -1 / 12,
    1 / 24,
    -19 / 720,
    3 / 160,
    -863 / 60480,
    275 / 24192,
    -33953 / 3628800,
    8183 / 1036800,
)


class TermBlock(NamedTuple):
    """Rows, and the terms their sums are made of: (rows, terms) or (1, terms)."""

    rows: IntArray
    number: FloatArray
    weight: FloatArray


def blocks_of_terms(
    last: FloatArray, spread: FloatArray, *, first: int, one_by_one: int
) -> Iterator[TermBlock]:
    """Say which terms to add, and with what weight, to sum over all ``m >= first``.

    Parameters
    ----------
    last
        The last term that matters, of each row.
    spread
        The relative width of the fall of the terms.
    first
        Number of the first term.
    one_by_one
        Up to here each term is added. Beyond it the terms are taken to be smooth: an
        integral in the logarithm of ``m``, with Gregory's correction of eighth order.
    """
    count = np.minimum(np.ceil(last), one_by_one).astype(np.int64) - first + 1
    order = np.argsort(count, kind="stable")
    ordered = count[order]
    at = 0
    while at < order.size:
        # All rows of a block take the most of it: it spans a factor of 1.25.
        limit = int(ordered[at] * 1.25) + 8
        end = int(np.searchsorted(ordered, limit, side="right"))
        end = min(end, at + max(_BLOCK // limit, 1))
        terms = np.arange(first, first + ordered[end - 1], dtype=np.float64)[None, :]
        yield TermBlock(order[at:end], terms, np.ones_like(terms))
        at = end
    beyond = np.flatnonzero(last > one_by_one)
    for start in range(0, beyond.size, 64):
        rows = beyond[start : start + 64]
        yield _rest(rows, last[rows], spread[rows], one_by_one + 1.0)


def _rest(
    rows: IntArray, last: FloatArray, spread: FloatArray, start: float
) -> TermBlock:
    ends = np.zeros(len(_GREGORY) + 1)
    ends[0] = 0.5
    for order, weight in enumerate(_GREGORY, start=1):
        # The difference of this order, as weights of the terms it is made of.
        ends[: order + 1] += weight * np.diff(np.eye(order + 1), n=order, axis=0)[0]
    span = np.log(np.maximum(last, 2.0 * start) / start)
    width = np.minimum(_PANEL, _SPREADS * spread)
    panels = int(np.ceil(np.max(span / width)))
    nodes, weights = (np.array(part) for part in gauss_legendre(_NODES))
    place = ((np.arange(panels)[:, None] + 0.5 * (nodes + 1.0)) / panels).ravel()
    m = start * np.exp(span[:, None] * place)
    share = np.tile(0.5 * weights / panels, panels) * span[:, None] * m
    first = np.broadcast_to(start + np.arange(ends.size), (rows.size, ends.size))
    return TermBlock(
        rows,
        np.concatenate([first, m], axis=1, dtype=np.float64),
        np.concatenate([np.broadcast_to(ends, first.shape), share], axis=1),
    )
