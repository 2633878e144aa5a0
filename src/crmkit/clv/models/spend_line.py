"""Expected spend as a line in the mean amount: two numbers for each frequency.

Where the expected spend is a line, an engine computes it from a few distinct
frequencies. The mean amounts, which are nearly as many as the customers, stay there.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ...typing import FloatArray

__all__ = ["Spend", "spend_line"]

Spend: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]

# Beside such an amount the level of the line is below the last digit.
_FAR = 1e60


def spend_line(
    expected: Spend,
) -> tuple[Callable[[FloatArray], FloatArray], Callable[[FloatArray], FloatArray]]:
    """Return the level and the slope of expected spend, as functions of frequency."""

    def level(frequency: FloatArray) -> FloatArray:
        return expected(frequency, np.zeros(frequency.size))

    def slope(frequency: FloatArray) -> FloatArray:
        seen = frequency > 0
        rise = expected(frequency, np.where(seen, _FAR, 0.0)) / _FAR
        return np.where(seen, rise, 0.0)

    return level, slope
