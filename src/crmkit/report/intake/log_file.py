"""Read a transaction log from a CSV or Parquet file, without guessing.

Every column of a CSV is read as text. Ids stay text, so ``00042`` keeps its zeros;
dates and amounts are parsed by one stated format, and other text is refused.
"""

import codecs
import csv
from collections.abc import Sequence
from importlib import import_module
from io import BytesIO, TextIOWrapper
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TextIO

from ...errors import InvalidValueError, MissingExtraError
from ..bounded_text import cut
from .csv_format import CsvFormat
from .csv_values import read_amounts, read_dates
from .line_numbers import with_line_number

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["at_line", "read_log"]

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DELIMITERS = ",;\t|"
_ENDS = (b"\n", b"\r")
_LONGEST_HEADER = 1_000_000  # characters
_SHOWN_NAMES = 20
_LONGEST_REASON = 200


def read_log(
    path: Path, columns: tuple[str, str, str], csv_format: CsvFormat
) -> "pa.Table":
    """Read who, when and how much from a CSV or Parquet file.

    Raises
    ------
    InvalidValueError
        If there is no such file or column, or text, dates or amounts do not have the
        stated format.
    MissingExtraError
        If pyarrow is not installed.
    """
    try:
        if not path.is_file():
            found = "a folder, not a file" if path.is_dir() else "no such file"
            raise _refused(path, found, "Pass the path of a CSV or Parquet file.")
        if _is_parquet(path):
            return _from_parquet(path, columns)
        return _from_csv(path, columns, csv_format)
    except OSError as error:  # no permission, a name that is too long
        reason = error.strerror or str(error)
        remedy = "Pass the path of a file that you may read."
        raise _refused(path, f"not readable ({reason})", remedy) from None


def _from_parquet(path: Path, columns: tuple[str, str, str]) -> "pa.Table":
    arrow = _arrow()
    parquet = import_module("pyarrow.parquet")
    try:
        _require_columns(path, columns, parquet.read_schema(path).names)
        return parquet.read_table(path, columns=list(columns))
    except (arrow.ArrowInvalid, OSError) as error:
        raise _unreadable(path, "Parquet", error) from None


def _from_csv(
    path: Path, columns: tuple[str, str, str], csv_format: CsvFormat
) -> "pa.Table":
    _require_columns_early(path, columns, csv_format.encoding)
    content = _as_utf8(path, csv_format.encoding)
    names, delimiter = _header(path, _lines(content))
    _require_columns(path, columns, names)
    table = _table(path, content, delimiter, columns)
    if not len(table):
        raise _refused(path, "a header and no rows", "Pass a file with rows.")
    _, date, amount = columns
    try:
        read = (
            table[columns[0]],
            read_dates(date, table[date], csv_format.date_format),
            read_amounts(amount, table[amount], csv_format),
        )
    except InvalidValueError as error:
        text = content.decode("utf-8")
        raise with_line_number(error, text, delimiter, rows=None) from None
    return _arrow().table(dict(zip(columns, read, strict=True)))


def at_line(
    error: InvalidValueError,
    path: Path,
    csv_format: CsvFormat,
    *,
    rows: list[int] | None,
) -> InvalidValueError:
    """Return a refusal of rows from ``read_log`` with the line of the file."""
    if _is_parquet(path):
        return error
    content = _as_utf8(path, csv_format.encoding)
    delimiter = _header(path, _lines(content))[1]
    return with_line_number(error, content.decode("utf-8"), delimiter, rows=rows)


def _require_columns_early(
    path: Path, columns: Sequence[str], encoding: str | None
) -> None:
    """Refuse wrong names from the header alone, before the whole file is read."""
    with path.open("rb") as file:
        marked = _marked(file.read(len(codecs.BOM_UTF8)))
    try:
        with path.open(
            encoding=encoding or marked or "utf-8", errors="replace", newline=""
        ) as lines:
            names = _header(path, lines)[0]
    except InvalidValueError:
        raise
    except (LookupError, ValueError):
        return  # The whole text will be refused, with its line.
    if not any("\N{REPLACEMENT CHARACTER}" in name for name in names):
        _require_columns(path, columns, names)


def _lines(content: bytes) -> TextIO:
    """Read UTF-8 line by line, whichever of the three line ends it has."""
    return TextIOWrapper(BytesIO(content), encoding="utf-8", newline="")


def _header(path: Path, lines: TextIO) -> tuple[list[str], str]:
    """Read the names of the columns, and the delimiter that is between them."""
    first = lines.readline(_LONGEST_HEADER)
    try:
        delimiter = max(_DELIMITERS, key=first.count)
        # A name in quotes may hold a line break: the header goes on.
        rows = csv.reader(chain([first], lines), delimiter=delimiter)
        return next(rows, []), delimiter
    except csv.Error:
        raise _refused(
            path,
            "a first line that cannot be a header (a name or line is too long)",
            "Pass a CSV whose first line holds the names of the columns.",
        ) from None


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in {".parquet", ".pq"}


def _marked(start: bytes) -> str | None:
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)


def _as_utf8(path: Path, encoding: str | None) -> bytes:
    """Read the whole file in its own or the stated encoding, as UTF-8."""
    content = path.read_bytes()
    chosen = encoding or _marked(content) or "utf-8"
    try:
        text = content.decode(chosen)
        # The text was only a check if the bytes are UTF-8 already: no second copy.
        return content if chosen == "utf-8" else text.encode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = len(before.splitlines()) + (not before or before.endswith(_ENDS))
        raise _refused(
            path,
            f"line {line} is not {chosen} text (byte {content[error.start]:#04x})",
            "Pass --encoding, such as cp1252 for many Excel exports.",
        ) from None
    except (LookupError, ValueError):
        # Codecs that are not for text, or that only some texts have, end here too.
        raise InvalidValueError(
            subject="option '--encoding'",
            found=f"no such text encoding {chosen!r}",
            remedy="Pass a name such as cp1252, latin-1 or utf-16.",
        ) from None


def _table(
    path: Path, content: bytes, delimiter: str, columns: Sequence[str]
) -> "pa.Table":
    arrow, reader = _arrow(), import_module("pyarrow.csv")
    try:
        return reader.read_csv(
            BytesIO(content),
            parse_options=reader.ParseOptions(
                delimiter=delimiter, newlines_in_values=True
            ),
            convert_options=reader.ConvertOptions(
                column_types=dict.fromkeys(columns, arrow.string()),
                include_columns=list(columns),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except arrow.ArrowInvalid as error:
        raise _unreadable(path, "CSV", error) from None


def _require_columns(path: Path, wanted: Sequence[str], names: Sequence[str]) -> None:
    absent = [name for name in wanted if name not in names]
    if absent:
        raise _refused(
            path,
            f"no column {', '.join(map(repr, absent))}",
            f"Its columns are {_listed(names)}: name them with --customer-id, --date "
            "and --amount.",
        )
    twice = [name for name in wanted if list(names).count(name) > 1]
    if twice:
        raise _refused(
            path, f"two columns {twice[0]!r}", "Rename or remove one of them."
        )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(cut(name)) for name in names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return f"[{shown}]" + (f" and {more} more" if more > 0 else "")


def _arrow() -> ModuleType:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise MissingExtraError(package="pyarrow", extra="report") from None


def _unreadable(path: Path, kind: str, error: Exception) -> InvalidValueError:
    reason = cut(" ".join(str(error).split()), _LONGEST_REASON)
    return _refused(
        path, f"not readable as {kind} ({reason})", "Pass a CSV or Parquet file."
    )


def _refused(path: Path, found: str, remedy: str) -> InvalidValueError:
    return InvalidValueError(subject=f"file {str(path)!r}", found=found, remedy=remedy)
