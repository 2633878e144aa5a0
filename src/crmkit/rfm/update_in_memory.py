"""Bring a summary in memory up to date: only the customers who came are joined."""

from collections.abc import Mapping

import numpy as np

from .._frames import (
    EagerFrame,
    collect,
    day_numbers,
    matched_ids,
    numbers,
    nw,
    sorted_rows,
    table,
)
from ..typing import BoolArray, FloatArray, IntArray
from .observation_window import Window

__all__ = ["together"]

_AT, _ROW = "_crmkit_at", "_crmkit_row"


def together(
    known: EagerFrame, added: EagerFrame, column: str, window: Window
) -> EagerFrame:
    """Bring the histories of a summary up to the end, and add the newcomers.

    ``column`` holds the ids. The result is sorted by them.
    """
    before, after = map(collect, matched_ids(known, added, column))
    rows, places = _pairs(before, after, column)
    made = table(
        before,
        {
            column: before.get_column(column),
            **_brought_up(before, after, rows, places, window),
        },
    )
    new = np.ones(len(after), dtype=np.bool_)
    new[rows] = False
    if not new.any():
        return collect(sorted_rows(made, column))
    newcomers = after.filter(new.tolist()).select(*made.columns)
    return collect(sorted_rows(nw.concat([made, newcomers]), column))


def _pairs(
    before: EagerFrame, after: EagerFrame, column: str
) -> tuple[IntArray, IntArray]:
    """Find the customers of both: their rows in the new summary, and in the old."""
    old = before.select(column).with_row_index(_AT)
    new = after.select(column).with_row_index(_ROW)
    both = new.join(old, on=column, how="inner")
    rows, places = (both[name].to_numpy().astype(np.int64) for name in (_ROW, _AT))
    return rows, places


def _brought_up(
    before: EagerFrame,
    after: EagerFrame,
    rows: IntArray,
    places: IntArray,
    window: Window,
) -> Mapping[str, np.ndarray]:
    def new(name: str) -> FloatArray:
        return numbers(after, name)[rows]

    first = day_numbers(before, "first_date")
    last = day_numbers(before, "last_date").copy()
    count = numbers(before, "frequency").astype(np.int64)
    mean = numbers(before, "monetary_value").copy()
    first_amount = numbers(before, "first_amount").copy()
    total = numbers(before, "total_amount").copy()
    # The previous end may lie inside a period: its occasion then goes on.
    same: BoolArray = last[places] == day_numbers(after, "first_date")[rows]
    begun = same & (count[places] == 0)
    later = new("monetary_value") * new("frequency")
    spent = mean[places] * count[places]
    spent += np.where(begun, later, new("total_amount"))
    count[places] += new("frequency").astype(np.int64) + ~same
    repeats = count[places]
    # Who did not come keeps her mean to the last bit, as nothing was computed.
    mean[places] = np.where(repeats > 0, spent / np.maximum(repeats, 1), 0.0)
    first_amount[places] += np.where(begun, new("first_amount"), 0.0)
    total[places] += new("total_amount")
    last[places] = day_numbers(after, "last_date")[rows]
    return {
        "frequency": count,
        "recency": window.length(last - first),
        "T": window.length(window.end_period - first),
        "monetary_value": mean,
        "first_date": first.astype("datetime64[D]"),
        "last_date": last.astype("datetime64[D]"),
        "first_amount": first_amount,
        "total_amount": total,
    }
