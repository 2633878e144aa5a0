"""How dates and amounts are written in a CSV, as the options say."""

import re
from dataclasses import dataclass

from ...errors import InvalidValueError

__all__ = ["CsvFormat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFormat:
    """How a CSV was written, where the file itself does not tell.

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
        """Refuse marks and formats that cannot be read."""
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
                    found=f"text {mark!r} that is not one mark",
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
