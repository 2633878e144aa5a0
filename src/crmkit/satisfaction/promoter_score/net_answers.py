"""Each answer as 1, 0 or -1; the net promoter score is their mean."""

import numpy as np

from ..._frames import EagerFrame, numbers, refuse, require_numbers
from ...typing import FloatArray
from ..reading.tally import Scale, scale_rules
from .bands import Bands, bands_of

__all__ = ["net_answers"]


def net_answers(
    frame: EagerFrame, *, score_col: str, bands: str | Bands, id_col: str | None
) -> FloatArray:
    """Return 1 for each promoter, 0 for each passive, -1 for each detractor.

    A missing answer is NaN.
    """
    require_numbers(frame, (score_col,))
    chosen = bands_of(bands)
    low, high = chosen.scale
    rules = scale_rules(frame, score_col, Scale(low=low, high=high))
    refuse(frame, rules, id_col=id_col)
    value = numbers(frame, score_col)
    net = (value >= chosen.promoters[0]) * 1.0 - (value <= chosen.detractors[1])
    return np.where(np.isnan(value), np.nan, net)
