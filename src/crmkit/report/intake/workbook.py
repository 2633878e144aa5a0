"""Read a sheet of an Excel workbook as rows of text."""

import csv
import datetime as dt
import io
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from ...errors import MissingExtraError
from .csv_format import CsvFormat
from .log_source import LogSource
from .text_source import refuse_source, text_source

__all__ = ["workbook_source"]


def workbook_source(path: Path, sheet: str | None, csv_format: CsvFormat) -> LogSource:
    """Open a sheet of a workbook; without a name, the only one that has rows.

    Raises
    ------
    InvalidValueError
        If it is not a workbook, or which sheet is meant is not known.
    MissingExtraError
        If openpyxl is not installed.
    """
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        raise MissingExtraError(package="openpyxl", extra="report") from None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (
        ValueError,
        KeyError,
        OSError,
        import_module("zipfile").BadZipFile,
    ) as error:
        refuse_source(
            str(path),
            f"not readable as a workbook ({type(error).__name__})",
            "Save it as .xlsx or as CSV.",
        )
    try:
        text = _as_csv(_sheet(book, path, sheet))
    finally:
        book.close()
    # A line of the text is a row of the sheet, so messages name the row there.
    stated = replace(csv_format, delimiter=",", encoding="utf-8")
    return text_source(str(path), text.encode(), stated)


def _sheet(book: Any, path: Path, name: str | None) -> Any:  # noqa: ANN401 - no types
    if name is not None:
        if name in book.sheetnames:
            return book[name]
        refuse_source(
            str(path),
            f"no sheet {name!r}",
            f"Its sheets are {book.sheetnames[:20]}: name one with --table.",
        )
    filled = [each for each in book.worksheets if (each.max_row or 2) > 1]
    if len(filled) > 1:
        titles = [each.title for each in filled[:20]]
        refuse_source(
            str(path),
            f"{len(filled)} sheets with rows",
            f"Name one of {titles} with --table.",
        )
    return filled[0] if filled else book.worksheets[0]


def _as_csv(sheet: Any) -> str:  # noqa: ANN401 - openpyxl publishes no types
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for row in sheet.iter_rows(values_only=True):
        writer.writerow([_written(value) for value in row])
    return text.getvalue()


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        day = value.time() == dt.time()
        return value.date().isoformat() if day else value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).splitlines())
