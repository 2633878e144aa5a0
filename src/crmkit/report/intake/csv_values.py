"""Dates and amounts of a CSV, read by one stated format or refused."""

import datetime as dt
from importlib import import_module
from typing import TYPE_CHECKING

from ...errors import InvalidValueError
from .csv_format import CsvFormat

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_amounts", "read_dates"]


def read_dates(
    column: str, texts: "pa.ChunkedArray", date_format: str | None
) -> "pa.ChunkedArray":
    """Read text as instants without a zone; an empty cell stays missing."""
    if date_format is not None:
        return _by_format(column, texts, date_format)
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    try:
        read = texts.cast(arrow.timestamp("us"))
    except arrow.ArrowInvalid:
        return arrow.chunked_array([_iso_or_refuse(column, texts.to_pylist())])
    # Arrow reads the years before 1 and after 9999, which no date of Python holds.
    year = compute.year(read)
    known = compute.and_(
        compute.greater_equal(year, dt.MINYEAR), compute.less_equal(year, dt.MAXYEAR)
    )
    if compute.all(known, min_count=0).as_py():
        return read
    return arrow.chunked_array([_iso_or_refuse(column, texts.to_pylist())])


def read_amounts(
    column: str, texts: "pa.ChunkedArray", csv_format: CsvFormat
) -> "pa.ChunkedArray":
    """Read text as numbers; an empty cell stays missing."""
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    trimmed = compute.utf8_trim_whitespace(texts)
    blank = compute.equal(compute.utf8_length(trimmed), 0)
    plain = compute.if_else(blank, arrow.scalar(None, arrow.string()), trimmed)
    fits = compute.match_substring_regex(plain, csv_format.amount)
    if not compute.all(fits, min_count=0).as_py():
        raise _refused_amounts(column, texts, compute.invert(fits), csv_format)
    for mark, put in ((csv_format.thousands, ""), (csv_format.decimal, ".")):
        if mark and mark != put:
            plain = compute.replace_substring(plain, mark, put)
    read = plain.cast(arrow.float64())
    finite = compute.is_finite(read)
    if not compute.all(finite, min_count=0).as_py():
        raise _refused_amounts(column, texts, compute.invert(finite), csv_format)
    return read


def _by_format(
    column: str, texts: "pa.ChunkedArray", date_format: str
) -> "pa.ChunkedArray":
    compute = import_module("pyarrow.compute")
    read = compute.strptime(texts, format=date_format, unit="s", error_is_null=True)
    wrong = compute.and_(compute.is_null(read), compute.is_valid(texts)).to_pylist()
    if any(wrong):
        raise _refused(
            column,
            texts.to_pylist(),
            wrong,
            found="unreadable date",
            remedy=f"They do not match {date_format}: pass another --date-format.",
        )
    return read


def _iso_or_refuse(column: str, texts: list[str | None]) -> "pa.Array":
    read = [_iso(text) for text in texts]
    wrong = [
        text is not None and day is None for text, day in zip(texts, read, strict=True)
    ]
    if any(wrong):
        raise _refused(
            column,
            texts,
            wrong,
            found="non-ISO date",
            remedy="Pass their format, such as --date-format %d.%m.%Y.",
        )
    arrow = import_module("pyarrow")
    return arrow.array(read, arrow.timestamp("us"))


def _iso(text: str | None) -> dt.datetime | None:
    try:
        instant = dt.datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return None if instant.tzinfo else instant


def _refused_amounts(
    column: str,
    texts: "pa.ChunkedArray",
    wrong: "pa.ChunkedArray",
    csv_format: CsvFormat,
) -> InvalidValueError:
    return _refused(
        column,
        texts.to_pylist(),
        [bool(at) for at in wrong.to_pylist()],
        found="unreadable amount",
        remedy=f"Write amounts like {csv_format.example}, or pass other marks with "
        "--decimal and --thousands.",
    )


def _refused(
    column: str,
    texts: list[str | None],
    wrong: list[bool],
    *,
    found: str,
    remedy: str,
) -> InvalidValueError:
    first = wrong.index(True) if any(wrong) else 0
    return InvalidValueError(
        subject=f"column {column!r}",
        found=found,
        count=sum(wrong),
        total=len(texts),
        first=f"row {first}, value {texts[first]!r}",
        remedy=remedy,
    )
