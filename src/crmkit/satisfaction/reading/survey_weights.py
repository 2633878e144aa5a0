"""The weight of each answer: how many customers it represents."""

import numpy as np

from ..._frames import EagerFrame, number_rules, numbers, refuse, require_numbers
from ...typing import FloatArray

__all__ = ["weights_of"]


def weights_of(frame: EagerFrame, weight_col: str | None) -> FloatArray:
    """Read survey weights, all above 0; without a column every answer weighs 1."""
    if weight_col is None:
        return np.ones(len(frame))
    require_numbers(frame, (weight_col,))
    refuse(frame, number_rules(frame, weight_col, sign="positive"))
    return numbers(frame, weight_col)
