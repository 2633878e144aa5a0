"""How a file is written, as far as the options say; the rest is read from the file."""

import re
from dataclasses import dataclass

from ...errors import InvalidValueError
from .amount_marks import AmountMarks

__all__ = ["CsvFormat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFormat:
    """How a file was written, where the file itself is not to be asked.

    Attributes
    ----------
    encoding
        The text encoding; None for UTF-8, or what the first bytes say, or cp1252.
    delimiter
        The mark between cells; None for the one that splits the lines alike.
    header_line
        The line that holds the names of the columns, 0 if none does; None to find it.
    date_format
        As ``strptime`` reads it, such as ``%d.%m.%Y``; None for the one that fits.
    decimal, thousands
        The marks inside amounts: before the decimals, and between the thousands. None
        for those that fit every amount.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    date_format: str | None = None
    decimal: str | None = None
    thousands: str | None = None

    def __post_init__(self) -> None:
        """Refuse marks and formats that cannot be read."""
        if self.marks is not None:
            self._require_marks(self.marks)
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise InvalidValueError(
                subject="option '--delimiter'",
                found=f"text {self.delimiter!r} that is not one character",
                remedy="Pass one character, such as ';' or a tab ($'\\t').",
            )
        if self.header_line is not None and self.header_line < 0:
            raise InvalidValueError(
                subject="option '--header-line'",
                found=f"value below 0, {self.header_line}",
                remedy="Count lines from 1; 0 means that no line holds names.",
            )
        if self.date_format is not None and "%" not in self.date_format:
            raise InvalidValueError(
                subject="option '--date-format'",
                found=f"text {self.date_format!r} without a % sign",
                remedy=f"Write it as strptime reads it: {_percent(self.date_format)}.",
            )

    @property
    def marks(self) -> AmountMarks | None:
        """The marks that were stated; None if neither was."""
        if self.decimal is None and self.thousands is None:
            return None
        decimal = "." if self.decimal is None else self.decimal
        return AmountMarks(decimal, self.thousands or "")

    def _require_marks(self, marks: AmountMarks) -> None:
        for option, mark in (
            ("decimal", marks.decimal),
            ("thousands", marks.thousands),
        ):
            if not _MARK.fullmatch(mark) and (mark or option == "decimal"):
                raise InvalidValueError(
                    subject=f"option '--{option}'",
                    found=f"text {mark!r} that is not one mark",
                    remedy="Pass one character, such as a point or a comma.",
                )
        if marks.decimal == marks.thousands:
            raise InvalidValueError(
                subject="options '--decimal' and '--thousands'",
                found=f"one mark {marks.decimal!r} for both",
                remedy="Pass two different marks.",
            )


_MARK = re.compile(r"[^0-9A-Za-z_+\-]")


def _percent(letters: str) -> str:
    """Turn ``dd.mm.yyyy`` into ``%d.%m.%Y``, also for other words."""
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
