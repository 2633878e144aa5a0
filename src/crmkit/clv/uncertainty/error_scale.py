"""How far a total may miss beyond what its model says, from past misses."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..._check import MOST_REPEATS, random_source, typed, whole
from ...fits import checked
from ...typing import FloatArray

__all__ = [
    "DEFAULT_SCALE",
    "DEFAULT_WEIGHT",
    "ErrorScale",
    "PastMiss",
    "error_scale",
    "spans_apart",
]

# Measured in benchmarks/forecast_coverage.py and benchmarks/parts_ahead.py: the
# smallest at which each total and part of the real logs stays in its 95% range in at
# least 90% of the cases.
DEFAULT_SCALE = 0.12
DEFAULT_WEIGHT = 4.0
_QUARTER = 91  # days: forecasts made within a quarter share its season and its shocks
_SAME = 1 + 1e-9  # two spans that differ by rounding are one


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ErrorScale:
    """How far a total may miss beyond what its model says.

    Attributes
    ----------
    scale
        The scale of the logarithm of actual over forecast: 0.1 is about 10%. That of a
        part of the value ahead is the scale of its error over its size.
    degrees_of_freedom
        Of its Student distribution: few past forecasts leave heavy tails.
    n_cutoffs
        How many past cutoffs it rests on.
    n_windows
        How many of their spans ahead lie apart: they do not overlap, and start at least
        91 days after one another. So many independent errors it counts as.
    unseen
        The share of the span ahead whose time of year the log has not seen before.
    """

    scale: float
    degrees_of_freedom: float
    n_cutoffs: int
    n_windows: int
    unseen: float = 0.0

    @typed
    def sample(self, n_draws: int, *, rng: np.random.Generator) -> FloatArray:
        """Draw factors by which actual totals exceed forecasts.

        Parameters
        ----------
        n_draws
            How many factors.
        rng
            The source of randomness.
        """
        n_draws = whole("n_draws", n_draws, at_most=MOST_REPEATS)
        drawn = random_source(rng).standard_t(self.degrees_of_freedom, n_draws)
        # exp(700) is the largest a float holds; a heavy tail can go beyond it.
        return np.exp(np.clip(self.scale * drawn, -700.0, 700.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMiss:
    """By how much a past forecast missed.

    Attributes
    ----------
    cutoff, lead_days
        The last day known then, and how many days ahead was looked.
    span
        The same in the unit of the span asked for.
    square
        The squared relative error, less what a right model would miss.
    """

    cutoff: str
    lead_days: int
    span: float
    square: float


def error_scale(
    known: Sequence[PastMiss], *, span: float, centre: float, weight: float
) -> ErrorScale:
    """Average past errors with the scale that is assumed before any is seen.

    ``centre`` is that scale, and ``weight`` how many past errors it counts as.
    """
    used = _up_to(span, known)
    windows = spans_apart(used)
    # Chance can explain more than was seen: an error is then not to be told from 0.
    mean = max(float(np.mean([each.square for each in used])), 0.0) if used else 0.0
    if used:
        longest = max(each.span for each in known)
        mean *= max(span / longest, 1.0)
    squared = (weight * centre**2 + windows * mean) / (weight + windows)
    return ErrorScale(
        scale=float(np.sqrt(squared)),
        degrees_of_freedom=weight + windows,
        n_cutoffs=len({each.cutoff for each in used}),
        n_windows=windows,
    )


def spans_apart(known: Iterable[PastMiss]) -> int:
    """Count the most spans that lie apart: earliest end first.

    They do not overlap, and begin at least a quarter of a year after one another.
    """
    spans = sorted(_days(each)[::-1] for each in known)
    count, free = 0, dt.date.min.toordinal()
    for end, start in spans:
        if start >= free:
            count, free = count + 1, max(end, start + _QUARTER)
    return count


def _up_to(span: float, known: Sequence[PastMiss]) -> list[PastMiss]:
    """Return the errors of spans up to the one asked for, else of the shortest."""
    if not known:
        return []
    most = max(span, min(each.span for each in known)) * _SAME
    return [each for each in known if each.span <= most]


def _days(past: PastMiss) -> tuple[int, int]:
    start = dt.date.fromisoformat(past.cutoff).toordinal()
    return start, start + past.lead_days
