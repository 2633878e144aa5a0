"""How customers feel: scores with honest uncertainty, their drivers, their worth."""

from .bands import BANDS, Bands
from .groups import nps_by, with_nps_group
from .score import NPS, nps

__all__ = [
    "BANDS",
    "NPS",
    "Bands",
    "nps",
    "nps_by",
    "with_nps_group",
]
