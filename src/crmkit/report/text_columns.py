"""Dates and amounts written as text, read by one stated format or refused."""

import datetime as dt
import re
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

    def __post_init__(self) -> None:
        """Refuse marks and formats that cannot mean what they should."""
        self._require_marks()
        if self.date_format is not None and "%" not in self.date_format:
            raise InvalidValueError(
                subject="option '--date-format'",
                found=f"text {self.date_format!r} without a % sign",
                remedy=f"Write it as strptime reads it: {_percent(self.date_format)}.",
            )

    def _require_marks(self) -> None:
        for option, mark in (("decimal", self.decimal), ("thousands", self.thousands)):
            if not _MARK.fullmatch(mark) and (mark or option == "decimal"):
                raise InvalidValueError(
                    subject=f"option '--{option}'",
                    found=f"text {mark!r} that is no mark",
                    remedy="Pass one character, such as a point or a comma.",
                )
        if self.decimal == self.thousands:
            raise InvalidValueError(
                subject="options '--decimal' and '--thousands'",
                found=f"one mark {self.decimal!r} for both",
                remedy="Pass two different marks.",
            )

    @property
    def amount(self) -> str:
        """The pattern of an amount: each mark only where it means something."""
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(self.thousands)}[0-9]{{3}})+"
        whole = f"(?:{grouped}|[0-9]+)" if self.thousands else "[0-9]+"
        after = re.escape(self.decimal)
        return (
            rf"^[+-]?(?:{whole}(?:{after}[0-9]*)?|{after}[0-9]+)(?:[eE][+-]?[0-9]+)?$"
        )

    @property
    def example(self) -> str:
        """An amount as it would be written with these marks."""
        return f"1{self.thousands}234{self.decimal}50"


_MARK = re.compile(r"[^0-9A-Za-z_+\-]")


def _percent(letters: str) -> str:
    """Turn ``dd.mm.yyyy`` into ``%d.%m.%Y``; other words, show that."""
    if re.search(r"[^\W\d_ymdhsYMDHS]", letters):
        return "%d.%m.%Y"
    written = letters
    for runs, directive in _LETTERS:
        written = re.sub(runs, directive, written, flags=re.IGNORECASE)
    return written if "%" in written else "%d.%m.%Y"


_LETTERS = (
    ("(?<=:)m+", "%M"),
    ("y{3,}", "%Y"),
    ("(?<!%)y+", "%y"),
    ("(?<!%)m+", "%m"),
    ("(?<!%)d+", "%d"),
    ("(?<!%)h+", "%H"),
    ("(?<!%)s+", "%S"),
)


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
    trimmed = compute.utf8_trim_whitespace(texts)
    blank = compute.equal(compute.utf8_length(trimmed), 0)
    plain = compute.if_else(blank, arrow.scalar(None, arrow.string()), trimmed)
    fits = compute.match_substring_regex(plain, written.amount)
    if not compute.all(fits, min_count=0).as_py():
        raise _refused_amounts(column, texts, compute.invert(fits), written)
    for mark, put in ((written.thousands, ""), (written.decimal, ".")):
        if mark and mark != put:
            plain = compute.replace_substring(plain, mark, put)
    read = plain.cast(arrow.float64())
    finite = compute.is_finite(read)
    if not compute.all(finite, min_count=0).as_py():
        raise _refused_amounts(column, texts, compute.invert(finite), written)
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
    column: str, texts: "pa.ChunkedArray", wrong: "pa.ChunkedArray", written: Written
) -> InvalidValueError:
    return _refused(
        column,
        texts.to_pylist(),
        [bool(at) for at in wrong.to_pylist()],
        found="unreadable amount",
        remedy=f"Write amounts like {written.example}, or pass other marks with "
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
