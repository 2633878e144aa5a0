"""A row of a CSV as the line of the file it stands on, where an editor finds it."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

from ..errors import InvalidValueError

__all__ = ["line_of_row", "told_by_line"]

_ROW = re.compile(r"row (\d+)")


def line_of_row(text: str, delimiter: str, row: int) -> int:
    """Return the first line of a row; the header has none, empty lines are no rows."""
    starts = _starts(text, delimiter)
    next(starts, None)
    return next((line for at, line in enumerate(starts) if at == row), row + 2)


def _starts(text: str, delimiter: str) -> Iterator[int]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    for record in reader:
        if record:
            yield line
        line = reader.line_num + 1


def told_by_line(
    error: InvalidValueError, text: str, delimiter: str, *, rows: list[int] | None
) -> InvalidValueError:
    """Say the same refusal with its line; ``rows`` are those left, if not all are."""
    found = _ROW.match(error.first or "")
    if error.first is None or found is None:
        return error
    row = int(found[1])
    line = line_of_row(text, delimiter, row if rows is None else rows[row])
    return InvalidValueError(
        subject=error.subject,
        found=error.found,
        count=error.count,
        total=error.total,
        first=f"line {line}{error.first[found.end() :]}",
        remedy=error.remedy,
    )
