"""Dates and amounts written as text, read by one stated format or refused."""

import datetime as dt
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import InvalidValueError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Written", "read_amounts", "read_dates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How a CSV was written, where it cannot be seen from the file.

    Attributes
    ----------
    encoding
        The text encoding, if it is not UTF-8.
    date_format
        As ``strptime`` reads it, such as ``%d.%m.%Y``; None for ISO dates.
    decimal, thousands
        The marks inside amounts: before the decimals, and between the thousands.
    """

    encoding: str | None = None
    date_format: str | None = None
    decimal: str = "."
    thousands: str = ""


def read_dates(
    column: str, texts: "pa.ChunkedArray", date_format: str | None
) -> "pa.ChunkedArray":
    """Read text as instants without a zone; an empty cell stays a hole."""
    if date_format is not None:
        return _by_format(column, texts, date_format)
    arrow = import_module("pyarrow")
    try:
        return texts.cast(arrow.timestamp("us"))
    except arrow.ArrowInvalid:
        return arrow.chunked_array([_iso_or_refuse(column, texts.to_pylist())])


def read_amounts(
    column: str, texts: "pa.ChunkedArray", written: Written
) -> "pa.ChunkedArray":
    """Read text as numbers; an empty cell stays a hole."""
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    plain = compute.utf8_trim_whitespace(texts)
    for mark, put in ((written.thousands, ""), (written.decimal, ".")):
        if mark and mark != put:
            plain = compute.replace_substring(plain, mark, put)
    try:
        return plain.cast(arrow.float64())
    except arrow.ArrowInvalid:
        raise _refused_amounts(column, texts.to_pylist(), plain.to_pylist()) from None


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
            remedy=f"They do not fit {date_format}: pass another --date-format.",
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
    column: str, texts: list[str | None], plain: list[str | None]
) -> InvalidValueError:
    return _refused(
        column,
        texts,
        [not _is_number(text) for text in plain],
        found="unreadable amount",
        remedy="Write amounts like 1234.50, or pass --decimal and --thousands.",
    )


def _is_number(text: str | None) -> bool:
    try:
        float(text or 0)
    except ValueError:
        return False
    return "_" not in (text or "")  # 1_000 is Python, not an amount


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
