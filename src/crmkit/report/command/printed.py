"""Print the result of a command: a table as CSV, a value as text, or either as JSON."""

import datetime as dt
import json
import math
from importlib import import_module
from pathlib import Path

import typer

from ..._frames import read_eager
from ..output.atomic_files import write_file
from ..output.spreadsheet_text import with_safe_text

__all__ = ["print_json", "print_notes", "print_table"]


def print_json(document: object) -> None:
    """Print a document as JSON; what is not a number is null."""
    typer.echo(json.dumps(_plain(document), ensure_ascii=False, indent=2))


def print_table(table: object, *, out: Path | None, as_json: bool) -> None:
    """Print a table as CSV or JSON, or write it to a file of the kind of its name."""
    arrow = read_eager(table, ()).to_arrow()
    if out is not None:
        if out.suffix.lower() in {".parquet", ".pq"}:
            write = import_module("pyarrow.parquet").write_table
        else:
            write, arrow = import_module("pyarrow.csv").write_csv, with_safe_text(arrow)
        write_file(out, lambda file: write(arrow, file))
        typer.echo(f"{len(arrow):,} rows: {out}")
    elif as_json:
        print_json(arrow.to_pylist())
    else:
        stream = import_module("io").BytesIO()
        import_module("pyarrow.csv").write_csv(with_safe_text(arrow), stream)
        typer.echo(stream.getvalue().decode(), nl=False)


def print_notes(notes: tuple[str, ...], *, quiet: bool) -> None:
    """Print notes on stderr."""
    for note in () if quiet else notes:
        typer.echo(f"note: {note}", err=True)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value
