"""Which function writes a column that no raw file has: the hint for a missing one.

The names are defaults. ``tests/test_seams.py`` runs the functions and compares them,
so that this table cannot go stale.
"""

from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["SUMMARY_COLUMNS", "WRITERS", "hint"]

SUMMARY_COLUMNS: Final = (
    "frequency",
    "recency",
    "T",
    "monetary_value",
    "first_date",
    "last_date",
    "first_amount",
    "total_amount",
)
WRITERS: Final[Mapping[str, tuple[str, ...]]] = {
    "rfm_summary": SUMMARY_COLUMNS,
    "with_probability_alive of a fitted model": ("probability_alive",),
    "clv.with_clv": ("clv",),
    "segments.with_value_tier": ("value_tier",),
    "segments.with_rfm_scores": ("r_score", "f_score", "m_score", "rfm_cell"),
}


def hint(missing: Iterable[str]) -> str:
    """Return a sentence per function that writes some of these columns."""
    asked = list(missing)
    found = {
        writer: [name for name in asked if name in columns]
        for writer, columns in WRITERS.items()
    }
    return " ".join(
        f"{writer} writes {', '.join(map(repr, names))}."
        for writer, names in found.items()
        if names
    )
