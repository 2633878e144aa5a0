"""Read a table of a DuckDB file or of a PostgreSQL server, never writing to either."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from ...errors import MissingExtraError
from ..bounded_text import cut
from .log_source import LogSource
from .text_source import refuse_source, refused_source

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["duckdb_source", "is_postgres", "postgres_source"]

_PREVIEW = 25
_LONGEST_REASON = 200
_TABLES = (
    "SELECT table_schema, table_name FROM information_schema.tables "
    "WHERE table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY 1, 2"
)


def is_postgres(place: str) -> bool:
    """Tell the address of a PostgreSQL server from the path of a file."""
    return place.startswith(("postgresql://", "postgres://"))


def duckdb_source(path: str, table: str | None) -> LogSource:
    """Open a table of a DuckDB file; without a name, its only one."""
    duckdb = _module("duckdb")
    try:
        connection = duckdb.connect(path, read_only=True)
        tables = connection.execute(_TABLES).fetchall()
        chosen = _table(path, tables, table, plain="main")
        first = connection.execute(f"SELECT * FROM {chosen} LIMIT {_PREVIEW}")  # noqa: S608 - a quoted name of the catalogue
        names = tuple(each[0] for each in first.description)
        preview = _as_text(first.fetchall())
    except duckdb.Error as error:
        _refuse(path, "a DuckDB file", error)
    return LogSource(
        name=path,
        names=names,
        preview=preview,
        read=partial(_read_duckdb, connection, chosen),
    )


def postgres_source(address: str, table: str | None) -> LogSource:
    """Open a table of a PostgreSQL server; without a name, the only one of its user."""
    psycopg = _module("psycopg")
    shown = _without_password(address)
    try:
        connection = psycopg.connect(address)
        connection.read_only = True
        tables = connection.execute(_TABLES).fetchall()
        chosen = _table(shown, tables, table, plain="public")
        first = connection.execute(f"SELECT * FROM {chosen} LIMIT {_PREVIEW}")  # noqa: S608 - a quoted name of the catalogue
        names = tuple(each.name for each in first.description or ())
        preview = _as_text(first.fetchall())
    except psycopg.Error as error:
        _refuse(shown, "a PostgreSQL server", error)
    return LogSource(
        name=shown,
        names=names,
        preview=preview,
        read=partial(_read_postgres, connection, chosen),
    )


def _read_duckdb(
    connection: Any,  # noqa: ANN401 - duckdb is optional
    table: str,
    columns: Sequence[str],
    bad_rows: list[str],  # noqa: ARG001 - a table has none
) -> "pa.Table":
    asked = ", ".join(_quoted(name) for name in columns)
    found: pa.Table = connection.sql(
        f"SELECT {asked} FROM {table}"  # noqa: S608 - quoted names
    ).to_arrow_table()
    return found


def _read_postgres(
    connection: Any,  # noqa: ANN401 - psycopg is optional
    table: str,
    columns: Sequence[str],
    bad_rows: list[str],  # noqa: ARG001 - a table has none
) -> "pa.Table":
    arrow = import_module("pyarrow")
    asked = ", ".join(_quoted(name) for name in columns)
    parts: list[pa.Table] = []
    # A cursor of the server: the answer is fetched in parts, never whole.
    with connection.cursor(name="crmkit") as cursor:
        cursor.execute(f"SELECT {asked} FROM {table}")  # noqa: S608 - quoted names
        while rows := cursor.fetchmany(100_000):
            cells = zip(*rows, strict=True)
            parts.append(arrow.table(dict(zip(columns, map(list, cells), strict=True))))
    connection.close()
    if not parts:
        return arrow.table({name: arrow.array([], arrow.string()) for name in columns})
    return arrow.concat_tables(parts, promote_options="permissive")


def _table(
    name: str, tables: list[tuple[str, str]], asked: str | None, *, plain: str
) -> str:
    shown = [
        table if schema == plain else f"{schema}.{table}" for schema, table in tables
    ]
    if asked is None and len(tables) == 1:
        return ".".join(_quoted(part) for part in tables[0])
    if asked in shown:
        return ".".join(_quoted(part) for part in tables[shown.index(asked)])
    raise refused_source(
        name,
        f"no table {asked!r}" if asked else f"{len(tables)} tables",
        f"Its tables are {shown[:20]}: name one with --table."
        if shown
        else "Pass a database that holds a table.",
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as_text(rows: list[tuple[object, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple("" if cell is None else str(cell) for cell in row) for row in rows
    )


def _without_password(address: str) -> str:
    before, _, after = address.partition("://")
    server = after.rpartition("@")[2]
    return f"{before}://{server}"


def _module(name: str) -> Any:  # noqa: ANN401 - an optional package
    try:
        return import_module(name)
    except ImportError:
        raise MissingExtraError(package=name, extra="engines") from None


def _refuse(name: str, what: str, error: Exception) -> NoReturn:
    reason = cut(" ".join(str(error).split()), _LONGEST_REASON)
    refuse_source(name, f"not readable as {what} ({reason})", "Check the address.")
