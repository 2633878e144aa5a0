"""The colours of all plots: told apart by lightness too, and by the colour-blind."""

from collections.abc import Mapping
from typing import Final

from ..._chart import Tone

__all__ = ["FEW_COLOURS", "GRID", "HEAT", "INK", "SERIES", "SOFT_INK", "TONES"]

# Blue, vermilion, green, purple, amber, slate: at least 3:1 against white.
SERIES: Final = ("#0b6fb3", "#d1550d", "#0f7f63", "#8b4a9c", "#a87400", "#44546a")
FEW_COLOURS: Final = len(SERIES)
TONES: Final[Mapping[Tone, str]] = {
    "series": SERIES[0],
    "reference": "#7b828c",
    "good": "#0b6fb3",
    "bad": "#d1550d",
    "total": "#44546a",
    "soft": "#b9c4cf",
}
# Of a heat map, from the least to the most.
HEAT: Final = ("#f2f6fa", "#9cc3e0", "#0b5c98")
INK: Final = "#22262b"
SOFT_INK: Final = "#5a626c"
GRID: Final = "#e4e8ec"
