"""Ticks of a logarithmic axis: few and round, wherever it is cut."""

import math

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator

from ...typing import FloatArray

__all__ = ["LogTicks"]

_FEWEST, _MOST = 3, 10
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


class LogTicks(LogLocator):
    """Ticks at 1, 2 and 5 of each decade, at powers of ten where those are too many.

    An axis that holds fewer than three of them has equal steps. `LogLocator` itself
    leaves an axis of many decades without a tick, or with too many, as the version of
    matplotlib has it.
    """

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Return the ticks from `vmin` to `vmax`, both above 0."""
        low, high = sorted((vmin, vmax))
        powers = np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        decades = np.power(10.0, powers)
        fine = _inside(np.outer(decades, (1.0, 2.0, 5.0)).ravel(), low, high)
        if len(fine) < _FEWEST:
            even = MaxNLocator(6, steps=_STEPS).tick_values(low, high)
            return _inside(np.asarray(even), low, high)
        if len(fine) <= _MOST:
            return fine
        step = math.ceil(len(_inside(decades, low, high)) / _MOST)
        return _inside(decades[powers % step == 0], low, high)


def _inside(ticks: FloatArray, low: float, high: float) -> list[float]:
    # A power of ten may be a digit off.
    slack = 1 + 1e-9
    return [float(at) for at in ticks if low <= at * slack and at <= high * slack]
