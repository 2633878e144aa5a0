"""Write the two files of the main job: the page and the customers' table."""

from importlib import import_module
from pathlib import Path
from typing import Literal

from .._frames import read_eager
from ..errors import InvalidValueError, MissingExtraError
from .findings import Findings
from .page import render_page

__all__ = ["Format", "write_report"]

Format = Literal["csv", "parquet"]


def write_report(
    findings: Findings[object], folder: Path, *, table_format: Format
) -> tuple[Path, Path]:
    """Write ``report.html`` and ``customers.csv`` (or Parquet) into a folder.

    The folder is made if it is not there; files of these names are replaced.

    Returns
    -------
    tuple of Path
        The page and the table.

    Raises
    ------
    InvalidValueError
        If the folder cannot be written to.
    MissingExtraError
        If a package of the extra ``report`` is not installed.
    """
    page, table = folder / "report.html", folder / f"customers.{table_format}"
    written = render_page(findings, table_name=table.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        page.write_text(written, encoding="utf-8")
        _write_table(findings.customers, table, table_format)
    except OSError as error:
        raise InvalidValueError(
            subject=f"folder {str(folder)!r}",
            found=f"not writable ({error.strerror or error})",
            remedy="Pass another folder with --out.",
        ) from None
    return page, table


def _write_table(customers: object, path: Path, table_format: Format) -> None:
    try:
        import_module("pyarrow")
    except ImportError:
        raise MissingExtraError(package="pyarrow", extra="report") from None
    table = read_eager(customers, ()).to_arrow()
    if table_format == "csv":
        import_module("pyarrow.csv").write_csv(table, path)
    else:
        import_module("pyarrow.parquet").write_table(table, path)
