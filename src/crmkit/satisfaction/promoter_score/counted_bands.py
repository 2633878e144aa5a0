"""Answers counted by band: promoters, passives, detractors, missing and dropped."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..._frames import Frame
from ...typing import FloatArray
from ..reading.tally import Answers, Fractions, OutOfRange, Scale, tally
from .bands import Bands, bands_of

__all__ = ["Counting", "counted_bands"]


class Counting(NamedTuple):
    """Which column holds the answers, and how each answer counts."""

    score_col: str
    bands: str | Bands
    count_col: str | None
    fractions: Fractions
    out_of_range: OutOfRange


def counted_bands(
    responses: object, by: Sequence[str], counting: Counting
) -> tuple[Frame, Answers, list[FloatArray]]:
    """Open the answers, and count the bands of each group and distinct answer."""
    chosen = bands_of(counting.bands)
    low, high = chosen.scale
    frame, answers = tally(
        responses,
        score_col=counting.score_col,
        count_col=counting.count_col,
        by=by,
        scale=Scale(
            low=low,
            high=high,
            fractions=counting.fractions,
            out_of_range=counting.out_of_range,
        ),
    )
    return frame, answers, _band_counts(answers, chosen)


def _band_counts(answers: Answers, bands: Bands) -> list[FloatArray]:
    """Split each count into promoters, passives, detractors, missing and dropped."""
    value, kept = answers.value, ~answers.dropped
    inside = [
        (low <= value) & (value <= high) & kept
        for low, high in (bands.promoters, bands.passives, bands.detractors)
    ]
    absent = np.isnan(value)
    return [
        np.where(part, answers.count, 0.0)
        for part in (*inside, absent, answers.dropped)
    ]
