"""The line of a CSV that holds a row, so that the user finds it in an editor."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

from ...errors import InvalidValueError

__all__ = ["line_of_row", "with_line_number"]

_ROW = re.compile(r"row (\d+)")


def line_of_row(text: str, delimiter: str, row: int) -> int:
    """Return the first line of a row, counted past the header and empty lines."""
    starts = _starts(text, delimiter)
    next(starts, None)
    return next((line for at, line in enumerate(starts) if at == row), row + 2)


def _starts(text: str, delimiter: str) -> Iterator[int]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for record in reader:
            if record:
                yield line
            line = reader.line_num + 1
    except csv.Error:  # a cell beyond the limit of the csv module
        return


def with_line_number(
    error: InvalidValueError, text: str, delimiter: str, *, rows: list[int] | None
) -> InvalidValueError:
    """Return the refusal with a line number in place of its row number.

    ``rows`` are the rows that were kept, if some were left out.
    """
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
