"""Rows that are hardly purchases of a customer: no id, a placeholder, a total line."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..._frames import (
    EagerFrame,
    distinct_ids,
    missing,
    nw,
    require_ids,
    table,
    with_arrays,
)
from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "DoubtfulRows",
    "doubtful_rows",
    "kept_rows",
    "sums_of_the_others",
    "with_totals",
]

_KEPT, _LOWER = "_crmkit_kept", "_crmkit_lower"

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
    if frame.collect_schema()[id_col] in (nw.String, nw.Categorical, nw.Enum):
        return _of_texts(frame, id_col, amount)
    without = _mask(frame, missing(frame, id_col))
    total = sums_of_the_others(amount)
    numbers = _crowded(frame, id_col, [int(each) for each in _NUMBERS])
    placeholder = numbers & ~total & ~without
    named = frame[id_col][np.flatnonzero(placeholder).tolist()].to_list()
    return DoubtfulRows(
        without_id=without & ~total,
        placeholder=placeholder,
        total=total,
        placeholders=_most_rows_first(Counter(str(each) for each in named)),
    )


def _of_texts(frame: EagerFrame, id_col: str, amount: FloatArray) -> DoubtfulRows:
    """Ask each distinct id once: there are fewer of them than rows."""
    codes, ids = distinct_ids(frame, id_col)
    lower = nw.col(id_col).str.strip_chars().str.to_lowercase()
    named = table(frame, {id_col: ids}).with_columns(lower.alias(_LOWER))
    text = nw.col(_LOWER)
    total = _of_rows(_mask(named, text.str.contains(_TOTAL)), codes)
    total |= sums_of_the_others(amount)
    blank = _mask(named, text == "")
    called = _mask(named, text.is_in(_PLACEHOLDERS))
    n_rows = np.bincount(codes + 1, minlength=len(ids) + 1)[1:]
    crowded = n_rows >= max(_MANY, _SHARE * codes.size)
    called |= _mask(named, nw.col(id_col).is_in(_NUMBERS)) & crowded
    placeholder = _of_rows(called & ~blank, codes) & ~total
    return DoubtfulRows(
        without_id=_of_rows(blank, codes, missing=True) & ~total,
        placeholder=placeholder,
        total=total,
        placeholders=_names(ids, codes[placeholder]),
    )


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


def _of_rows(marked: BoolArray, codes: IntArray, *, missing: bool = False) -> BoolArray:
    """Give each row the mark of its id; ``missing`` is that of rows without one."""
    # The number -1 of a missing id reads the last mark.
    return np.asarray(np.append(marked, missing)[codes], dtype=np.bool_)


def _names(ids: nw.Series[Any], codes: IntArray) -> tuple[str, ...]:
    """Name the ids of some rows, those of most rows first."""
    distinct, first, n_rows = np.unique(codes, return_index=True, return_counts=True)
    order = np.argsort(first)
    named = [str(each) for each in ids[distinct[order]].to_list()]
    return _most_rows_first(dict(zip(named, n_rows[order].tolist(), strict=True)))


def _most_rows_first(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda name: -counts[name]))


def _crowded(frame: EagerFrame, id_col: str, values: list[int]) -> BoolArray:
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
    # An infinite amount, which is refused later, is not the sum of the others.
    if amount.size < 4 or whole <= 0 or not np.isfinite(whole):
        return np.zeros(amount.size, dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(2 * amount - whole) <= _ROUNDING * whole)


def _mask(frame: EagerFrame, rule: nw.Expr) -> BoolArray:
    marked = frame.select(rule.fill_null(value=False).alias("marked"))["marked"]
    return np.asarray(marked.to_numpy().astype(np.bool_))
