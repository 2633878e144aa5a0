"""Rows that are hardly purchases of a customer: no id, a placeholder, a total line."""

from dataclasses import dataclass, replace

import numpy as np

from ..._frames import EagerFrame, missing, nw, require_ids, with_arrays
from ...typing import BoolArray, FloatArray

__all__ = [
    "DoubtfulRows",
    "doubtful_rows",
    "kept_rows",
    "sums_of_the_others",
    "with_totals",
]

_KEPT = "_crmkit_kept"

# What systems write where they know no customer.
_PLACEHOLDERS = (
    "(blank)", "blank", "null", "(null)", "none", "n/a", "#n/a", "na", "nan", "nil",
    "unknown", "unbekannt", "anonymous", "anonym", "guest", "gast", "undefined",
    "missing", "not available", "not set", "(not set)", "test", "-", "--", "?",
)  # fmt: skip
# A number may be a customer; one that holds a large part of the rows hardly is.
_NUMBERS = ("0", "-1", "00000", "99999", "999999")
_MANY, _SHARE = 20, 0.01
_TOTAL = (
    r"^(?:grand[ -]?total|sub[ -]?total|total|totals|sum|summe|gesamt|gesamtsumme|"
    r"insgesamt|overall|total general|合计|总计|合計|総計)\b[ :]*$"
)
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoubtfulRows:
    """Masks of rows, and the placeholders that were found, most rows first."""

    without_id: BoolArray
    placeholder: BoolArray
    total: BoolArray
    placeholders: tuple[str, ...]


def doubtful_rows(frame: EagerFrame, id_col: str, amount: FloatArray) -> DoubtfulRows:
    """Find the rows that are hardly purchases of a customer."""
    require_ids(frame, id_col)
    hole = missing(frame, id_col)
    is_text = frame.collect_schema()[id_col] == nw.String
    if not is_text:
        without = _mask(frame, hole)
        total = sums_of_the_others(amount)
        numbers = _crowded(frame, id_col, [int(each) for each in _NUMBERS])
        return _found(frame, id_col, without & ~total, numbers & ~total, total)
    text = nw.col(id_col).str.strip_chars().str.to_lowercase()
    total = _mask(frame, text.str.contains(_TOTAL)) | sums_of_the_others(amount)
    without = _mask(frame, hole | (text == ""))
    placeholder = _mask(frame, text.is_in(_PLACEHOLDERS))
    placeholder |= _crowded(frame, id_col, list(_NUMBERS))
    return _found(frame, id_col, without & ~total, placeholder & ~total, total)


def with_totals(found: DoubtfulRows, total: BoolArray) -> DoubtfulRows:
    """Mark more rows as total lines, which then are nothing else."""
    return replace(
        found,
        without_id=found.without_id & ~total,
        placeholder=found.placeholder & ~total,
        total=found.total | total,
    )


def kept_rows(frame: EagerFrame, kept: BoolArray) -> EagerFrame:
    """Keep the marked rows of a frame."""
    if kept.all():
        return frame
    return with_arrays(frame, {_KEPT: kept}).filter(nw.col(_KEPT)).drop(_KEPT)


def _found(
    frame: EagerFrame,
    id_col: str,
    without: BoolArray,
    placeholder: BoolArray,
    total: BoolArray,
) -> DoubtfulRows:
    rows = np.flatnonzero(placeholder)
    named = [str(each) for each in frame[id_col][rows.tolist()].to_list()]
    counts = {name: named.count(name) for name in dict.fromkeys(named[:10_000])}
    return DoubtfulRows(
        without_id=without,
        placeholder=placeholder & ~without,
        total=total,
        placeholders=tuple(sorted(counts, key=lambda name: -counts[name])),
    )


def _crowded(
    frame: EagerFrame, id_col: str, values: list[str] | list[int]
) -> BoolArray:
    """Mark the rows of each value that holds a large part of them."""
    if frame.collect_schema()[id_col].is_temporal():
        return np.zeros(len(frame), dtype=np.bool_)
    found = np.zeros(len(frame), dtype=np.bool_)
    for value in values:
        rows = _mask(frame, nw.col(id_col) == value)
        if np.count_nonzero(rows) >= max(_MANY, _SHARE * len(frame)):
            found |= rows
    return found


def sums_of_the_others(amount: FloatArray) -> BoolArray:
    """Mark a row whose amount is the sum of all others, as the last line may be."""
    whole = float(np.nansum(amount))
    if amount.size < 4 or whole <= 0:
        return np.zeros(amount.size, dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(2 * amount - whole) <= _ROUNDING * whole)


def _mask(frame: EagerFrame, rule: nw.Expr) -> BoolArray:
    marked = frame.select(rule.fill_null(value=False).alias("marked"))["marked"]
    return np.asarray(marked.to_numpy().astype(np.bool_))
