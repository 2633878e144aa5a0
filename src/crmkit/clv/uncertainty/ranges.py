"""How ranges of what comes are drawn: their level, the futures, the model's error."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..._check import instance
from ...errors import InvalidValueError
from ...fits import checked, shown
from ...typing import FloatArray
from .drawn_ends import enough_draws
from .model_error import ErrorTotal, ModelError

__all__ = ["RANGES", "Ranges", "checked_ranges", "drawn_factors"]

_UNTRIED: Final = ModelError()


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
@shown
class Ranges:
    """How the range of what customers will buy and pay is drawn.

    Attributes
    ----------
    level
        The share of such ranges that hold what comes, between 0 and 1.
    n_draws
        How many futures to draw: at least 39 for a level of 0.95.
    model_error
        What past forecasts missed by, as ``fit_model_error`` learns it from the log.
        Left out, it is the default of ``ModelError()``. None takes the model as right,
        which real data seldom bear out.
    until
        Earlier times, in the unit of ``T``, until which ``forecast`` gives totals too,
        as for a fan of ranges. No other function reads them.

    Examples
    --------
    >>> Ranges(level=0.9).n_draws
    1000
    """

    level: float = 0.95
    n_draws: int = 1000
    model_error: ModelError | None = _UNTRIED
    until: tuple[float, ...] = ()


# The default of ``ranges=``.
RANGES: Final = Ranges()


def checked_ranges(
    ranges: Ranges, unit: str | None
) -> tuple[int, float, ModelError | None]:
    """Return how many futures, the tail beyond either end, and the model's error."""
    instance("ranges", ranges, Ranges)
    count, tail = enough_draws(ranges.n_draws, ranges.level)
    if ranges.model_error is None:
        return count, tail, None
    learned = instance("model_error", ranges.model_error, ModelError).time_unit
    if learned is not None and unit is not None and learned != unit:
        raise InvalidValueError(
            subject="argument 'model_error'",
            found=f"errors of spans in {learned!r}, beside a model in {unit!r}",
            remedy=f"Learn it with a summary whose time_unit is {unit!r}.",
        )
    return count, tail, ranges.model_error


def drawn_factors(
    error: ModelError | None,
    n_draws: int,
    *,
    horizon: float,
    total: ErrorTotal,
    rng: np.random.Generator,
    group: tuple[str, ...] = (),
    unseen: float = 0.0,
) -> FloatArray | None:
    """Draw by how much what comes exceeds a model, once for each future.

    All customers share the factor of a future: what a model misses, such as a season,
    moves them together.
    """
    if error is None:
        return None
    scale = error.at(horizon=horizon, total=total, group=group, unseen=unseen)
    return scale.sample(n_draws, rng=rng)
