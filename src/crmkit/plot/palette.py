"""The colours of all plots, which also differ in lightness."""

__all__ = ["BLUE", "GREEN", "GREY", "LIGHT_BLUE", "LIGHT_GREY", "OCHRE", "RED", "SLATE"]

BLUE = "#2a78b5"
LIGHT_BLUE = "#9cc3e0"
RED = "#c2543a"
GREEN = "#3b8f5a"
OCHRE = "#bd7a1e"
SLATE = "#44546a"
GREY = "#8a8f98"
LIGHT_GREY = "#b9c4cf"
