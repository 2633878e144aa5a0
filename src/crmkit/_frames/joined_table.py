"""A small table of ours, put beside the caller's data in the caller's engine."""

from collections.abc import Mapping
from typing import Any, cast

import narwhals.stable.v2 as nw
import numpy as np

from .conversion import Frame, table

__all__ = ["beside"]


def beside(frame: Frame, columns: Mapping[str, "np.ndarray | nw.Series[Any]"]) -> Any:
    """Make a table the frame can be joined to: same library, same connection."""
    small = table(frame, columns)
    if isinstance(frame, nw.DataFrame):
        return small
    implementation = frame.implementation
    if implementation.is_polars():
        return small.lazy()
    return nw.from_native(
        _uploaded(frame.to_native(), small.to_native(), implementation)
    )


def _uploaded(engine: Any, arrow: Any, implementation: nw.Implementation) -> Any:
    if implementation.is_duckdb():
        return _duckdb(engine, arrow)
    if implementation.is_ibis():
        import ibis  # noqa: PLC0415 - only an Ibis user has it

        return ibis.memtable(arrow)
    if implementation.is_pyspark() or implementation.is_pyspark_connect():
        return engine.sparkSession.createDataFrame(arrow)
    backend = cast("Any", implementation)
    return nw.from_arrow(arrow, backend=backend).lazy().to_native()


def _duckdb(relation: Any, arrow: Any) -> Any:
    # On the relation's own connection, whichever that is.
    crmkit_table = arrow  # noqa: F841 - DuckDB finds the table by this name
    return relation.query("crmkit_rows", "select * from crmkit_table")
