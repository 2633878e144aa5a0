"""Write the page and the table of customers into a folder."""

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Literal

from ..._frames import read_eager
from ...errors import InvalidValueError, MissingExtraError
from ..findings.findings import Findings
from ..page.html_page import render_page
from .atomic_files import Writer, replace_files
from .spreadsheet_text import with_safe_text

__all__ = ["Format", "write_report"]

Format = Literal["csv", "parquet"]


def write_report(
    findings: Findings[object], folder: Path, *, table_format: Format
) -> tuple[Path, Path]:
    """Write ``report.html`` and ``customers.csv`` (or Parquet) into a folder.

    The folder is made if it is not there; files of these names are replaced once both
    are complete. A symbolic link in their place is refused, not followed. In the CSV, a
    text that a spreadsheet would take for a formula begins with an apostrophe.

    Returns
    -------
    tuple of Path
        The page and the table.

    Raises
    ------
    InvalidValueError
        If the folder cannot be written to, or a file in it is a symbolic link.
    MissingExtraError
        If a package of the extra ``report`` is not installed.
    """
    page, table = folder / "report.html", folder / f"customers.{table_format}"
    # A file name can hold bytes that are no text: they become question marks.
    html = render_page(findings, table_name=table.name).encode("utf-8", "replace")
    writers: dict[Path, Writer] = {
        page: lambda file: _write_all(file, html),
        table: _table_writer(findings.customers, table_format),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_files(writers)
    except OSError as error:
        raise InvalidValueError(
            subject=f"folder {str(folder)!r}",
            found=f"not writable ({error.strerror or error})",
            remedy="Pass another folder with --out.",
        ) from None
    return page, table


def _write_all(file: BinaryIO, content: bytes) -> None:
    file.write(content)


def _table_writer(customers: object, table_format: Format) -> Writer:
    try:
        import_module("pyarrow")
    except ImportError:
        raise MissingExtraError(package="pyarrow", extra="report") from None
    table = read_eager(customers, ()).to_arrow()
    if table_format == "csv":
        write_csv = import_module("pyarrow.csv").write_csv
        return partial(write_csv, with_safe_text(table))
    return partial(import_module("pyarrow.parquet").write_table, table)
