"""Run an engine's plan once, and keep its rows where it ran.

What an engine hands out is a plan: each step that reads it runs it again, from the log
on. A summary that is kept is read instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import narwhals.stable.v2 as nw

__all__ = ["kept_for_now", "run_once"]

# What fits easily beside the data of a notebook, at some 70 bytes a row.
_FEW = 1_000_000
_NAME = "crmkit_kept_"


def run_once(frame: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Run a plan and keep its rows where it ran, so that they never change again.

    Polars keeps them in memory, Spark in local checkpoints of its executors, Ibis in a
    temporary table: each until no frame reads them. DuckDB keeps up to a million rows
    in memory, until no relation reads them, and more of them in a temporary table of
    the connection, which respects its limit of memory: ``crmkit_kept_1`` and so on,
    until the connection is closed or the table dropped.
    """
    engine, implementation = frame.to_native(), frame.implementation
    kept: Any = engine
    if implementation.is_polars():
        kept = engine.collect(engine="streaming").lazy()
    elif implementation.is_duckdb():
        kept = _in_duckdb(engine)[0]
    elif implementation.is_ibis():
        kept = engine.cache()
    elif implementation.is_pyspark() or implementation.is_pyspark_connect():
        kept = engine.localCheckpoint()
    return cast("nw.LazyFrame[Any]", nw.from_native(kept))


@contextmanager
def kept_for_now(frame: "nw.LazyFrame[Any]") -> "Iterator[nw.LazyFrame[Any]]":
    """Keep the rows of a plan as ``run_once`` does, until the block ends."""
    if not frame.implementation.is_duckdb():
        yield run_once(frame)
        return
    engine = frame.to_native()
    kept, name = _in_duckdb(engine)
    try:
        yield cast("nw.LazyFrame[Any]", nw.from_native(kept))
    finally:
        if name is not None:
            engine.query("crmkit_rows", f"drop table {name}")


def _in_duckdb(relation: Any) -> tuple[Any, str | None]:
    """Keep the rows of a relation on its own connection, whichever that is.

    Returns the kept rows, and the name of their table where they are in one.
    """

    def run(query: str) -> Any:
        return relation.query("crmkit_rows", query)

    # The catalog of a connection names its tables: no count of ours could be right.
    known = run(
        "select coalesce(max(try_cast(substr(table_name, 13) as bigint)), 0) + 1 "  # noqa: S608 - the name is made here - no text but ours
        f"from duckdb_tables() where table_name like '{_NAME}%'"
    )
    name = f"{_NAME}{int(known.fetchall()[0][0])}"
    run(f"create temporary table {name} as select * from crmkit_rows")  # noqa: S608 - the name is made here
    table = run(f"select * from {name}")  # noqa: S608 - the name is made here - the name is ours
    if int(table.aggregate("count(*)").fetchall()[0][0]) > _FEW:
        return table, name
    held = table.materialize()
    run(f"drop table {name}")
    return held, None
