"""The marks inside amounts, and the ways in which a column of amounts can be read."""

import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "AmountMarks",
    "currencies",
    "fitting_marks",
    "read_by_marks",
    "without_sign",
]

_SAMPLE = 2_000
_NARROW, _NO_BREAK = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
# The currency before or after the number: a sign, or a code of two or three letters.
_BEFORE = r"^([-+]?)\s*(?:\p{Sc}|[A-Z]{2,3}\p{Sc}?)\s*([-+]?[0-9.,])"
_AFTER = r"([0-9.,])\s*(?:\p{Sc}|[A-Z]{2,3})$"
_SIGNED = re.compile(
    r"^[-+(]?\s*([^\w\s.,'()+\-]{1,2}|[A-Z]{2,3}[^\w\s.,'()+\-]?)\s*[-+]?[0-9.,]"
    r"|[0-9.,]\s*([^\w\s.,'()+\-]{1,2}|[A-Z]{2,3})\)?$"
)


@dataclass(frozen=True, slots=True)
class AmountMarks:
    """The mark before the decimals, and the one between the thousands."""

    decimal: str = "."
    thousands: str = ""

    @property
    def pattern(self) -> str:
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

    @property
    def options(self) -> tuple[str, ...]:
        """The options of the command that name these marks."""
        thousands = ("--thousands", self.thousands) if self.thousands else ()
        return ("--decimal", self.decimal, *thousands)


# In the order in which they are offered; a plain number fits the first.
_KNOWN = (
    AmountMarks(".", ""),
    AmountMarks(".", ","),
    AmountMarks(",", ""),
    AmountMarks(",", "."),
    AmountMarks(",", " "),
    AmountMarks(",", _NO_BREAK),
    AmountMarks(",", _NARROW),
    AmountMarks(".", " "),
    AmountMarks(".", "'"),
    AmountMarks(".", "\N{RIGHT SINGLE QUOTATION MARK}"),
)


def fitting_marks(texts: "pa.Array") -> tuple[AmountMarks, ...]:
    """Return the marks with which every text is a number, one for each reading."""
    left = [each for each in _KNOWN if _fits(texts[:_SAMPLE], each)]
    ways: list[tuple[AmountMarks, pa.Array]] = []
    for each in left:
        if not _fits(texts, each):
            continue
        read = read_by_marks(texts, each)
        if not any(read.equals(known) for _, known in ways):
            ways.append((each, read))
    return tuple(each for each, _ in ways)


def read_by_marks(texts: "pa.Array", marks: AmountMarks) -> "pa.Array":
    """Read each text as a finite number; None where it is not one."""
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    fits = compute.match_substring_regex(texts, marks.pattern)
    plain = compute.if_else(fits, texts, None)
    for mark, put in ((marks.thousands, ""), (marks.decimal, ".")):
        if mark and mark != put:
            plain = compute.replace_substring(plain, mark, put)
    read = plain.cast(arrow.float64())
    return compute.if_else(compute.is_finite(read), read, None)


def without_sign(texts: "pa.Array") -> "pa.Array":
    """Take currency signs off, and write a minus in front where it is written behind.

    ``(12.50)`` and ``12.50-`` are how accountants write -12.50.
    """
    compute = import_module("pyarrow.compute")
    plain = compute.utf8_trim_whitespace(texts)
    plain = compute.replace_substring(plain, "\N{MINUS SIGN}", "-")
    plain = compute.replace_substring_regex(plain, r"^\((.*)\)$", r"-\1")
    plain = compute.replace_substring_regex(plain, _BEFORE, r"\1\2")
    plain = compute.replace_substring_regex(plain, _AFTER, r"\1")
    return compute.replace_substring_regex(plain, r"^([0-9.,' ]+)-$", r"-\1")


def currencies(texts: "pa.Array") -> tuple[str, ...]:
    """Return the currency signs that are written beside amounts, most used first."""
    found: dict[str, int] = {}
    for text in texts[:_SAMPLE].to_pylist():
        match = _SIGNED.search((text or "").strip())
        if match:
            sign = match[1] or match[2]
            found[sign] = found.get(sign, 0) + 1
    return tuple(sorted(found, key=lambda sign: -found[sign]))


def _fits(texts: "pa.Array", marks: AmountMarks) -> bool:
    return bool(read_by_marks(texts, marks).null_count == texts.null_count)
