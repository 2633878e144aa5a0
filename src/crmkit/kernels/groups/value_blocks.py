"""Blocks of neighbouring values: what a resample of very many customers is made of."""

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["value_blocks"]

_MANY = 2**16  # customers from which blocks are worth their making
_BLOCKS = 2**13
_SINGLE = 2**11  # highest and lowest values that stay by themselves
_LEFT_OUT = 1e-4  # of the variance, at the most


def value_blocks(x: FloatArray) -> tuple[FloatArray, IntArray] | None:
    """Return the mean and the size of blocks of values that are all but alike.

    Parameters
    ----------
    x
        Values in descending order, one per customer.

    Returns
    -------
    tuple of array, or None
        A resample of the customers draws from each block a multinomial count. What it
        misses is the variance within blocks: at most a ten-thousandth of the whole.
        None where the customers are few, or no blocks keep that bound.

    Notes
    -----
    The highest and the lowest 2,048 values stay single, where values lie far apart, and
    no block holds both gains and losses.
    """
    n = x.size
    if n < _MANY:
        return None
    inner = np.linspace(_SINGLE, n - _SINGLE, _BLOCKS + 1).astype(np.int64)
    signs = np.array([np.count_nonzero(x > 0), np.count_nonzero(x >= 0)])
    singles = np.arange(_SINGLE)
    starts = np.unique(
        np.concatenate([singles, inner[:-1], n - _SINGLE + singles, signs[signs < n]])
    )
    size = np.diff(starts, append=n)
    # A power of two changes no digit, and keeps the squares below from overflowing.
    scale = 2.0 ** int(np.frexp(np.max(np.abs(x[[0, -1]])))[1])
    near = x / scale
    mean = np.add.reduceat(near, starts) / size
    within = float(np.sum(np.square(near - np.repeat(mean, size))))
    if within > _LEFT_OUT * float(np.sum(np.square(near - near.mean()))):
        return None
    return mean * scale, size
