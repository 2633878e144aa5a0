"""The line of a text file that holds a row, so that the user finds it in an editor."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from .file_layout import SPACES

__all__ = ["line_of_record", "record_of_row"]


def record_of_row(row: int, left_out: Sequence[int]) -> int:
    """Return the record of a row, where some records, in order, made no row."""
    record = row
    for each in left_out:
        if each > record:
            break
        record += 1
    return record


def line_of_record(lines: Iterable[str], delimiter: str, record: int) -> int:
    """Return the first line of a record, counted from 0 and past empty lines."""
    starts = _starts(lines, delimiter)
    return next((line for at, line in enumerate(starts) if at == record), record + 1)


def _starts(lines: Iterable[str], delimiter: str) -> Iterator[int]:
    if delimiter == SPACES:
        yield from (at for at, line in enumerate(lines, start=1) if line.strip())
        return
    reader = csv.reader(lines, delimiter=delimiter)
    line = 1
    try:
        for record in reader:
            if record:
                yield line
            line = reader.line_num + 1
    except csv.Error:  # a cell beyond the limit of the csv module
        return
