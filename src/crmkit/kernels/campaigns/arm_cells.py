"""Effects of several treatments in cells of customers, and their shrinkage.

Effects of small cells scatter, and the best of them are best by luck as well. They are
drawn to the mean effect of their treatment by what the scatter between cells leaves
unexplained (DerSimonian and Laird 1986).
"""

from typing import NamedTuple

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["ArmCells", "arm_cells", "planned_gain", "shrunk_effects"]


class ArmCells(NamedTuple):
    """Numbers, means and variances: a row per cell, a column per arm."""

    n: FloatArray
    mean: FloatArray
    variance: FloatArray


def arm_cells(
    outcome: FloatArray, cell: IntArray, arm: IntArray, shape: tuple[int, int]
) -> ArmCells:
    """Return the means of each cell and arm; NaN where there is no customer."""
    place = cell * shape[1] + arm
    # Sums in rising order: the order of the rows leaves no trace in the last bit.
    order = np.lexsort((outcome, place))
    place, outcome = place[order], outcome[order]
    size = shape[0] * shape[1]
    n = np.bincount(place, minlength=size).astype(np.float64)
    some = np.where(n > 0, n, np.nan)
    mean = np.bincount(place, outcome, minlength=size) / some
    squares = np.bincount(place, (outcome - mean[place]) ** 2, minlength=size)
    variance = squares / np.where(n > 1, n - 1, np.nan)
    return ArmCells(*(part.reshape(shape) for part in (n, mean, variance)))


def shrunk_effects(cells: ArmCells, control: int) -> tuple[FloatArray, FloatArray]:
    """Return effects as measured, and as drawn to the mean effect of their arm.

    A cell without customers of the arm has that mean. The column of the control is 0.
    """
    free = np.maximum(cells.n - 1, 0.0)
    squares = np.where(free > 0, cells.variance, 0.0) * free
    # One variance for each arm: that of a small cell alone would be luck itself.
    pooled = squares.sum(axis=0) / np.maximum(free.sum(axis=0), 1.0)
    error = pooled / np.where(cells.n > 0, cells.n, np.nan)
    raw = cells.mean - cells.mean[:, [control]]
    noise = error + error[:, [control]]
    shrunk = np.zeros(raw.shape)
    for arm in range(raw.shape[1]):
        if arm == control:
            raw[:, arm] = 0.0
            continue
        known = np.isfinite(raw[:, arm])
        e, v = raw[known, arm], noise[known, arm]
        largest = float(v.max(initial=0.0))
        if largest == 0:  # outcomes that do not vary leave nothing to be drawn
            shrunk[known, arm] = e
            shrunk[~known, arm] = e.mean() if e.size else 0.0
            continue
        weight = largest / v
        mean = float(weight @ e / weight.sum())
        lost = weight.sum() - (weight**2).sum() / weight.sum()
        more = float(weight @ (e - mean) ** 2) - (e.size - 1) * largest
        between = max(more / lost, 0.0) if lost > 0 else 0.0
        shrunk[:, arm] = mean
        shrunk[known, arm] = (between * e + v * mean) / (between + v)
    return raw, shrunk


def planned_gain(
    cells: ArmCells, planned: FloatArray, control: int
) -> tuple[float, float]:
    """Return what a plan of numbers of customers adds, and the variance of that.

    The mean of a cell's control group is taken off for each arm that is planned in it,
    so that its noise counts for all of them together.
    """
    weight = planned.copy()
    weight[:, control] = -planned.sum(axis=1) + planned[:, control]
    used = weight != 0
    gain = float((weight[used] * cells.mean[used]).sum())
    error = weight[used] ** 2 * cells.variance[used] / cells.n[used]
    return gain, float(error.sum())
