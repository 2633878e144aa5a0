"""Dates as ISO 8601 writes them: 2024-01-31, with or without a time."""

import datetime as dt
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_iso"]


def read_iso(texts: "pa.Array") -> "pa.Array":
    """Read each text as an instant without a zone; None where it is not one."""
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    try:
        read = texts.cast(arrow.timestamp("us"))
    except arrow.ArrowInvalid:
        return _one_by_one(texts)
    # Arrow reads the years before 1 and after 9999, which no date of Python holds.
    year = compute.year(read)
    known = compute.and_(
        compute.greater_equal(year, dt.MINYEAR), compute.less_equal(year, dt.MAXYEAR)
    )
    if compute.all(known, min_count=0).as_py():
        return read
    return _one_by_one(texts)


def _one_by_one(texts: "pa.Array") -> "pa.Array":
    arrow = import_module("pyarrow")
    return arrow.array(
        [_instant(each) for each in texts.to_pylist()], arrow.timestamp("us")
    )


def _instant(text: str | None) -> dt.datetime | None:
    if text is None or not text[:4].isdigit():
        return None
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if instant.tzinfo else instant
