"""The standard deviation of one answer, counted as -1, 0 or 1."""

from typing import Final

from ..._check import positive
from ...errors import InvalidValueError

__all__ = ["ADDED", "answer_deviation"]

ADDED: Final = 3  # answers that the adjusted Wald interval adds by itself


def answer_deviation(standard_deviation: float) -> float:
    """Return the standard deviation: above 0, and at most 1."""
    value = positive("standard_deviation", standard_deviation)
    if value > 1:
        raise InvalidValueError(
            subject="argument 'standard_deviation'",
            found=f"invalid value {standard_deviation!r}",
            remedy="Pass at most 1: one answer counts -1, 0 or 1.",
        )
    return value
