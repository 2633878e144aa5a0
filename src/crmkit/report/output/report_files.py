"""Write the page, the table of customers and the lists into a folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, Literal

from ..._frames import read_eager
from ...errors import InvalidValueError, MissingExtraError
from ..findings.findings import Findings
from ..page.html_page import render_page
from .atomic_files import Writer, replace_files
from .spreadsheet_text import with_safe_text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Format", "ReportFiles", "write_report"]

Format = Literal["auto", "csv", "parquet"]

_MOST_ROWS = 1_000_000  # a spreadsheet holds hardly more

_LISTS = {
    "win_back": "win-back",
    "protect": "protect",
    "second_order": "second-order",
}
_ORDER = {
    "win_back": "value_at_risk",
    "protect": "value_at_risk",
    "second_order": "clv",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiles:
    """The files of a report: the page, the table of all customers, and the lists."""

    page: Path
    table: Path
    lists: Mapping[str, Path]


def write_report(
    findings: Findings[object], folder: Path, *, table_format: Format
) -> ReportFiles:
    """Write ``report.html``, ``customers.csv`` and a file for each list.

    The folder is made if it is not there; files of these names are replaced once all
    are complete. A symbolic link in their place is refused, not followed. In a CSV, a
    text that a spreadsheet would take for a formula begins with an apostrophe.

    Parameters
    ----------
    findings
        What ``analyse`` found.
    folder
        Where to write.
    table_format
        ``"csv"`` or ``"parquet"``; ``"auto"`` is CSV up to a million customers, and
        Parquet above.

    Returns
    -------
    ReportFiles
        The paths.

    Raises
    ------
    InvalidValueError
        If the folder cannot be written to, or a file in it is a symbolic link.
    MissingExtraError
        If a package of the extra ``report`` is not installed.
    """
    kind = table_format
    if kind == "auto":
        kind = "csv" if findings.base.n_customers <= _MOST_ROWS else "parquet"
    page, table = folder / "report.html", folder / f"customers.{kind}"
    lists = {
        each.name: folder / f"{_LISTS[each.name]}.{kind}" for each in findings.lists
    }
    names = {name: path.name for name, path in lists.items()}
    # A file name can hold bytes that are no text: they become question marks.
    html = render_page(findings, files={**names, "customers": table.name})
    writers: dict[Path, Writer] = {
        page: partial(_write_all, content=html.encode("utf-8", "replace"))
    }
    rows = _table(findings.customers)
    if kind == "csv":
        rows = with_safe_text(rows)
    writers[table] = _table_writer(rows, kind)
    for name, path in lists.items():
        writers[path] = _table_writer(_of_list(rows, name), kind)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_files(writers)
    except OSError as error:
        raise InvalidValueError(
            subject=f"folder {str(folder)!r}",
            found=f"not writable ({error.strerror or error})",
            remedy="Pass another folder with --out.",
        ) from None
    return ReportFiles(page=page, table=table, lists=MappingProxyType(lists))


def _write_all(file: BinaryIO, content: bytes) -> None:
    file.write(content)


def _table(customers: object) -> "pa.Table":
    try:
        import_module("pyarrow")
    except ImportError:
        raise MissingExtraError(package="pyarrow", extra="report") from None
    return read_eager(customers, ()).to_arrow()


def _of_list(table: "pa.Table", name: str) -> "pa.Table":
    """Return the customers of one list, the most promising first."""
    compute = import_module("pyarrow.compute")
    own = table.filter(compute.equal(table["action"], name)).drop_columns(["action"])
    return own.sort_by([(_ORDER[name], "descending")])


def _table_writer(table: "pa.Table", table_format: Format) -> Writer:
    if table_format == "csv":
        write_csv = import_module("pyarrow.csv").write_csv
        return partial(write_csv, table)
    return partial(import_module("pyarrow.parquet").write_table, table)
