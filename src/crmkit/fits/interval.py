"""An interval: its two ends, and how often intervals of this kind hold the truth."""

from collections.abc import Iterator
from dataclasses import dataclass

from .._check import fraction
from ..errors import NotEnoughDataError
from .field_rules import checked
from .value_texts import text_of

__all__ = ["Interval", "resampled_interval_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Interval:
    """The range that a number lies in, at a stated level of confidence.

    Attributes
    ----------
    lower, upper
        The two ends, in the unit of the number itself.
    level
        The confidence level, such as .95.

    Examples
    --------
    >>> lower, upper = Interval(lower=12.0, upper=18.5, level=0.95)
    >>> upper - lower
    6.5
    """

    lower: float
    upper: float
    level: float

    def __iter__(self) -> Iterator[float]:
        """Unpack as ``lower, upper``."""
        yield self.lower
        yield self.upper

    def __str__(self) -> str:
        """Write the two ends and the level."""
        return f"{text_of('', self)} ({100 * self.level:.4g}%)"


def resampled_interval_of(
    found: Interval | None, level: float | None, *, remedy: str
) -> Interval:
    """Return the interval that resampling gave; refuse a level that it did not take.

    ``level`` None asks for the level that was resampled.
    """
    if found is None:
        raise NotEnoughDataError(
            needed="an interval from resampling",
            got="a value without one",
            remedy=remedy,
        )
    if level is not None and abs(fraction("level", level) - found.level) > 1e-12:
        raise NotEnoughDataError(
            needed=f"an interval of level {level:g}",
            got=f"one of level {found.level:g}",
            remedy=remedy,
        )
    return found
