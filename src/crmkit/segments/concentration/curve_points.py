"""Points of a curve of accumulated value, and their limits from resampling."""

import numpy as np

from ..._check import MOST_REPEATS, whole
from ...errors import InvalidValueError
from ...kernels.groups import lorenz
from ...typing import FloatArray, IntArray, Progress
from .holdings import Holdings
from .resampled_limits import resampled_limits

__all__ = ["curve_limits", "curve_points"]


def curve_points(held: Holdings, points: int | None) -> tuple[FloatArray, FloatArray]:
    """Return customers and value accumulated from the top, at equal steps or each."""
    if points is None:
        return lorenz.curve(*lorenz.tie_groups(held.value, held.weight))
    counted, value = lorenz.curve(held.value, held.weight)
    shares = _steps(points)
    return shares * counted[-1], lorenz.top_value(counted, value, shares)


def curve_limits(
    held: Holdings,
    points: int | None,
    *,
    rng: np.random.Generator | None,
    n_resamples: int,
    level: float,
    progress: Progress | None = None,
) -> FloatArray | None:
    """Return lower and upper limits of the amount and of its share, row by row."""
    if rng is not None and points is None:
        raise InvalidValueError(
            subject="argument 'points'",
            found="None, together with rng",
            remedy="Pass points=100: limits are taken at fixed shares of customers.",
        )
    units, sizes = (held, held.value.size) if rng is None else held.drawn_units()
    shares = _steps(points or 1)

    read = lorenz.top_of_draws(units.value, units.weight, shares)

    def resampled(times: IntArray) -> FloatArray:
        top, peak = read(times)
        # What is gained on the way up and lost on the way down.
        gross = 2 * peak - top[-1]
        total = top[-1] if lorenz.is_gain(top[-1], gross) else np.nan
        return np.stack([top, top / total])

    limits = resampled_limits(
        resampled,
        units=sizes,
        rng=rng,
        n_resamples=n_resamples,
        level=level,
        progress=progress,
    )
    return None if limits is None else np.stack(limits)


def _steps(points: int) -> FloatArray:
    steps = whole("points", points, at_least=1, at_most=MOST_REPEATS)
    return np.asarray(np.arange(steps + 1) / steps)
