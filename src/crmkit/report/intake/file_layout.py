"""How a text file is laid out: its encoding, its delimiter, and where its names are."""

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass
from io import StringIO

from .date_formats import looks_like_a_date

__all__ = ["SPACES", "Layout", "encoding_of", "looks_like_a_number", "read_layout"]

SPACES = " "  # any run of spaces or tabs
_DELIMITERS = (",", ";", "\t", "|")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_RECORDS = 60
_NUMBER = re.compile(
    r"[-+(]?\s*(?:[^\w\s.,'()+\-]|[A-Z]{2,3})?\s*[-+]?[0-9][0-9.,' \u00a0\u202f]*"
    r"(?:[^\w\s.,'()+\-]|[A-Z]{2,3})?\)?-?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The layout of a text file.

    Attributes
    ----------
    delimiter
        The mark between cells; a space stands for any run of blanks.
    header_line
        The line that holds the names; 0 if no line does.
    first_line
        The line of the first row.
    n_records_before
        How many records, such as lines of a title, come before the names.
    names
        The names of the columns; ``column_1`` and so on where the file has none.
    preview
        The cells of the first rows.
    """

    delimiter: str
    header_line: int
    first_line: int
    n_records_before: int
    names: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]


def encoding_of(start: bytes) -> str | None:
    """Return the encoding that the first bytes give away; None if they do not."""
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return name
    odd, even = start[1:2000:2], start[0:2000:2]
    # Western text in UTF-16 has a zero in every second byte.
    if odd.count(0) > 0.4 * max(len(odd), 1):
        return "utf-16-le"
    return "utf-16-be" if even.count(0) > 0.4 * max(len(even), 1) else None


def read_layout(
    text: str, *, delimiter: str | None = None, header_line: int | None = None
) -> Layout:
    """Read the layout from the beginning of a file.

    Raises
    ------
    csv.Error
        If the text cannot be split into cells.
    """
    found = delimiter or _delimiter(text)
    records = _records(text, found)
    if header_line is not None:
        at = _record_at(records, header_line)
    else:
        at = _first_full(records)
    names: list[str] = records[at][1] if at < len(records) else []
    named = (
        not _is_a_row(names, [cells for _, cells in records[at + 1 : at + 4]])
        if header_line is None
        else header_line > 0
    )
    rows = records[at + named :]
    return Layout(
        delimiter=found,
        header_line=records[at][0] if named and records else 0,
        first_line=rows[0][0] if rows else 0,
        n_records_before=at,
        names=tuple(names if named else (f"column_{k + 1}" for k in range(len(names)))),
        preview=tuple(tuple(cells) for _, cells in rows),
    )


def looks_like_a_number(text: str) -> bool:
    """Tell an amount, with or without a currency, from other text."""
    return bool(_NUMBER.fullmatch(text.strip()))


def _delimiter(text: str) -> str:
    """Choose what splits most lines into one number of cells, then into the most."""
    best, chosen = (0.0, 0.0), ","
    for each in (*_DELIMITERS, SPACES):
        try:
            sizes = [len(cells) for _, cells in _records(text, each)]
        except csv.Error:
            if each == _DELIMITERS[0]:
                raise
            continue
        many = Counter(size for size in sizes if size > 1)
        if not many:
            continue
        size, count = max(many.items(), key=lambda item: (item[1], item[0]))
        # Blanks split words of any text: only where nothing else splits the lines.
        score = (count / len(sizes) * (0.5 if each == SPACES else 1.0), float(size))
        if score > best:
            best, chosen = score, each
    return chosen


def _records(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the first records that hold anything, each with its line."""
    if delimiter == SPACES:
        lines = text.splitlines()[: 4 * _RECORDS]
        return [
            (at + 1, line.split()) for at, line in enumerate(lines) if line.strip()
        ][:_RECORDS]
    found: list[tuple[int, list[str]]] = []
    line = 1
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((line, cells))
            line = reader.line_num + 1
            if len(found) >= _RECORDS:
                break
    except csv.Error:  # a cell beyond the limit of the csv module
        if len(found) < 2:
            raise
    return found


def _record_at(records: list[tuple[int, list[str]]], line: int) -> int:
    return next((at for at, (each, _) in enumerate(records) if each >= line), 0)


def _first_full(records: list[tuple[int, list[str]]]) -> int:
    """Return the first record that has the usual number of cells, none of them blank.

    What comes before it is a title.
    """
    if not records:
        return 0
    sizes = Counter(len(cells) for _, cells in records)
    usual = max(sizes.items(), key=lambda item: (item[1], item[0]))[0]
    if len(records[0][1]) >= usual and all(cell.strip() for cell in records[0][1]):
        return 0
    for at, (_, cells) in enumerate(records):
        full = sum(bool(cell.strip()) for cell in cells)
        if len(cells) == usual and full >= max(2, usual / 2):
            return at
    return 0


def _is_a_row(names: list[str], rows: list[list[str]]) -> bool:
    """Tell a row from a line of names: it holds a date, or numbers as the rows do."""
    cells = [cell.strip() for cell in names]
    if any(looks_like_a_date(cell) for cell in cells if cell):
        return True
    numbers = [at for at, cell in enumerate(cells) if looks_like_a_number(cell)]
    return len(numbers) >= max(2, len(cells) / 2) and bool(rows)
