"""Open a log wherever it is kept, by what its name says it is."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import MissingExtraError
from ..bounded_text import cut
from .csv_format import CsvFormat
from .database_source import duckdb_source, is_postgres, postgres_source
from .log_source import LogSource
from .text_source import refuse_place, refuse_source, refused_source, text_source
from .workbook import workbook_source

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["open_source"]

_PLAIN = CsvFormat()
_WORKBOOKS = {".xlsx", ".xlsm"}


def open_source(
    place: str | Path | bytes, *, table: str | None = None, csv: CsvFormat = _PLAIN
) -> LogSource:
    """Open a file, an address or the bytes of a text.

    Raises
    ------
    InvalidValueError
        If there is no such source, or it cannot be read at all.
    MissingExtraError
        If the package that reads such a source is not installed.
    """
    if not _has_arrow():
        raise MissingExtraError(package="pyarrow", extra="report")
    if isinstance(place, bytes):
        return text_source("standard input", place, csv)
    if isinstance(place, str) and is_postgres(place):
        return postgres_source(place, table)
    path = Path(place)
    try:
        if not path.is_file():
            refuse_place(path)
        return _opened(path, table, csv)
    except (OSError, EOFError) as error:  # no permission, broken compression
        reason = getattr(error, "strerror", None) or str(error)
        remedy = "Pass the path of a file that you may read."
        if isinstance(error, EOFError):  # the archive ends before its last byte
            remedy = "The file is cut off: copy or download it again."
        raise refused_source(
            str(path), f"not readable ({cut(reason, 200)})", remedy
        ) from None


def _opened(path: Path, table: str | None, csv: CsvFormat) -> LogSource:
    kind = path.suffix.lower()
    if kind in {".parquet", ".pq"}:
        return _parquet(path)
    if kind in _WORKBOOKS:
        return workbook_source(path, table, csv)
    if kind == ".xls":
        refuse_source(str(path), "an old Excel workbook", "Save it as .xlsx or as CSV.")
    if kind in {".duckdb", ".ddb", ".db"}:
        return duckdb_source(str(path), table)
    return text_source(str(path), path, csv)


def _parquet(path: Path) -> LogSource:
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    try:
        names = tuple(parquet.read_schema(path).names)
        start = next(parquet.ParquetFile(path).iter_batches(batch_size=25), None)
    except (arrow.ArrowInvalid, OSError) as error:
        reason = cut(" ".join(str(error).split()), 200)
        refuse_source(
            str(path), f"not readable as Parquet ({reason})", "Pass another file."
        )
    preview = () if start is None else _preview(start)
    return LogSource(
        name=str(path),
        names=names,
        preview=preview,
        read=partial(_read_parquet, path),
    )


def _read_parquet(
    path: Path,
    columns: Sequence[str],
    bad_rows: list[str],  # noqa: ARG001 - a table has none
) -> "pa.Table":
    parquet = import_module("pyarrow.parquet")
    # Texts come as they are kept in the file: each once, with a number in each row.
    return parquet.read_table(
        path, columns=list(columns), read_dictionary=list(columns)
    )


def _preview(batch: "pa.RecordBatch") -> tuple[tuple[str, ...], ...]:
    """Return rows as text, also dates that Python cannot hold."""
    arrow = import_module("pyarrow")
    cells = []
    for column in batch.columns:
        try:
            cells.append(column.cast(arrow.string()).to_pylist())
        except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError):
            cells.append([""] * len(column))
    return tuple(tuple(each or "" for each in row) for row in zip(*cells, strict=True))


def _has_arrow() -> bool:
    try:
        import_module("pyarrow")
    except ImportError:
        return False
    return True
