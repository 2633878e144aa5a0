"""The line of a text file that holds a row, so that the user finds it in an editor."""

import csv
from collections.abc import Iterator
from io import StringIO

__all__ = ["line_of_record"]


def line_of_record(text: str, delimiter: str, record: int) -> int:
    """Return the first line of a record, counted from 0 and past empty lines."""
    starts = _starts(text, delimiter)
    return next((line for at, line in enumerate(starts) if at == record), record + 1)


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
