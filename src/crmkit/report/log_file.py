"""Read a user's CSV or Parquet: what is written is read, and nothing is guessed.

Every column of a CSV comes in as text. Ids stay text, so ``00042`` keeps its zeros;
dates and amounts are parsed by one stated format, and what does not fit is refused.
"""

import codecs
import csv
from collections.abc import Sequence
from importlib import import_module
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ..errors import InvalidValueError, MissingExtraError
from .file_lines import told_by_line
from .text_columns import Written, read_amounts, read_dates

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["at_line", "read_log"]

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DELIMITERS = ",;\t|"


def read_log(path: Path, columns: tuple[str, str, str], written: Written) -> "pa.Table":
    """Read who, when and how much from a CSV or Parquet file.

    Raises
    ------
    InvalidValueError
        If there is no such file or column, or its text, dates or amounts are not as
        said.
    MissingExtraError
        If pyarrow is not installed.
    """
    if not path.is_file():
        found = "a folder, not a file" if path.is_dir() else "no such file"
        raise _refused(path, found, "Pass the path of a CSV or Parquet file.")
    if _is_parquet(path):
        return _from_parquet(path, columns)
    return _from_csv(path, columns, written)


def _from_parquet(path: Path, columns: tuple[str, str, str]) -> "pa.Table":
    arrow = _arrow()
    parquet = import_module("pyarrow.parquet")
    try:
        _require_columns(path, columns, parquet.read_schema(path).names)
        return parquet.read_table(path, columns=list(columns))
    except (arrow.ArrowInvalid, OSError) as error:
        raise _unreadable(path, "Parquet", error) from None


def _from_csv(
    path: Path, columns: tuple[str, str, str], written: Written
) -> "pa.Table":
    _require_early(path, columns, written.encoding)
    content = _as_utf8(path, written.encoding)
    first_line = content[: content.find(b"\n")] if b"\n" in content else content
    header = first_line.decode("utf-8").rstrip("\r")
    delimiter = _delimiter(header)
    _require_columns(path, columns, _names(header))
    table = _table(path, content, delimiter, columns)
    if not len(table):
        raise _refused(path, "a header and no rows", "Pass a file with rows.")
    _, date, amount = columns
    try:
        read = (
            table[columns[0]],
            read_dates(date, table[date], written.date_format),
            read_amounts(amount, table[amount], written),
        )
    except InvalidValueError as error:
        text = content.decode("utf-8")
        raise told_by_line(error, text, delimiter, rows=None) from None
    return _arrow().table(dict(zip(columns, read, strict=True)))


def at_line(
    error: InvalidValueError, path: Path, written: Written, *, rows: list[int] | None
) -> InvalidValueError:
    """Say a refusal of the rows read by ``read_log`` with the line of the file."""
    if _is_parquet(path):
        return error
    text = _as_utf8(path, written.encoding).decode("utf-8")
    delimiter = _delimiter(text.partition("\n")[0])
    return told_by_line(error, text, delimiter, rows=rows)


def _require_early(path: Path, columns: Sequence[str], encoding: str | None) -> None:
    """Refuse wrong names before all is read, where the first line says them."""
    with path.open("rb") as file:
        start = file.read(len(codecs.BOM_UTF8))
    marked = next((e for mark, e in _MARKS.items() if start.startswith(mark)), None)
    try:
        with path.open(
            encoding=encoding or marked or "utf-8", errors="replace", newline=""
        ) as file:
            header = file.readline().rstrip("\r\n")
    except (LookupError, UnicodeError):
        return  # The whole text will be refused, with its line.
    if "\N{REPLACEMENT CHARACTER}" not in header:
        _require_columns(path, columns, _names(header))


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _names(header: str) -> list[str]:
    return next(csv.reader([header], delimiter=_delimiter(header)), [])


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in {".parquet", ".pq"}


def _as_utf8(path: Path, encoding: str | None) -> bytes:
    """Read the whole file, written as it says or is said to be, as UTF-8."""
    content = path.read_bytes()
    marked = next((e for mark, e in _MARKS.items() if content.startswith(mark)), None)
    chosen = encoding or marked or "utf-8"
    try:
        text = content.decode(chosen)
    except LookupError:
        raise InvalidValueError(
            subject="option '--encoding'",
            found=f"no such encoding {encoding!r}",
            remedy="Pass a name such as cp1252, latin-1 or utf-16.",
        ) from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(
            path,
            f"line {line} is not {chosen} text (byte {content[error.start]:#04x})",
            "Pass --encoding, such as cp1252 for many Excel exports.",
        ) from None
    # The text was only a check where the bytes are UTF-8 already: no second copy.
    return content if chosen == "utf-8" else text.encode("utf-8")


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
            f"Its columns are {list(names)}: name them with --customer-id, --date "
            "and --amount.",
        )
    twice = [name for name in wanted if list(names).count(name) > 1]
    if twice:
        raise _refused(
            path, f"two columns {twice[0]!r}", "Rename or remove one of them."
        )


def _arrow() -> ModuleType:
    try:
        return import_module("pyarrow")
    except ImportError:
        raise MissingExtraError(package="pyarrow", extra="report") from None


def _unreadable(path: Path, kind: str, error: Exception) -> InvalidValueError:
    reason = " ".join(str(error).split())
    return _refused(
        path, f"not readable as {kind} ({reason})", "Pass a CSV or Parquet file."
    )


def _refused(path: Path, found: str, remedy: str) -> InvalidValueError:
    return InvalidValueError(subject=f"file {str(path)!r}", found=found, remedy=remedy)
