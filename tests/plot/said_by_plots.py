"""Read what a drawn plot says: its finding and its notes."""

from collections.abc import Callable
from typing import Any

import pandas as pd

__all__ = ["Columns", "drawn", "notes", "said"]

Columns = dict[str, Any]


def said(axes: Any) -> str:
    """Return the finding in one line."""
    return " ".join(axes.get_title(loc="left").split())


def notes(axes: Any) -> list[str]:
    """Return the texts beside the marks."""
    return [text.get_text() for text in axes.texts]


def drawn(make: Callable[..., Any], columns: Columns, **options: Any) -> Any:
    """Draw columns with a title that is their finding."""
    return make(pd.DataFrame(columns), title="finding", **options)
