"""Groups whose rows have an order: the value in the first row, without a window.

Each engine has an aggregate for it, under a name that narwhals does not know yet. The
window that says the same sorts every group, which costs more than counting it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import narwhals.stable.v2 as nw

__all__ = ["Totals", "total_groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What to compute of each group, by the name of the new column.

    Attributes
    ----------
    by
        The column that names the group.
    order
        The column that orders the rows of a group, without ties.
    count
        The number of rows.
    least, most
        The lowest and the highest value of ``order``.
    first
        A column, as it is in the first row of the group.
    sums
        Columns, added up.
    """

    by: str
    order: str
    count: str
    least: str
    most: str
    first: tuple[str, str]
    sums: Mapping[str, str]


def total_groups(
    frame: "nw.LazyFrame[Any]", asked: Totals
) -> "nw.LazyFrame[Any] | None":
    """Compute one row per group, in one aggregate; None in an engine without it."""
    implementation = frame.implementation
    if implementation.is_polars():
        made = _in_polars(frame.to_native(), asked)
    elif implementation.is_duckdb():
        made = _in_duckdb(frame.to_native(), asked)
    elif implementation.is_ibis():
        made = _in_ibis(frame.to_native(), asked)
    elif implementation.is_pyspark() or implementation.is_pyspark_connect():
        made = _in_spark(frame.to_native(), asked)
    else:
        return None
    return cast("nw.LazyFrame[Any]", nw.from_native(made))


def _in_polars(rows: Any, asked: Totals) -> Any:
    import polars as pl  # noqa: PLC0415 - only a Polars user has it

    name, value = asked.first
    order = pl.col(asked.order)
    return rows.group_by(asked.by).agg(
        pl.len().alias(asked.count),
        order.min().alias(asked.least),
        order.max().alias(asked.most),
        pl.col(value).sort_by(asked.order).first().alias(name),
        *(pl.col(column).sum().alias(sum_) for sum_, column in asked.sums.items()),
    )


def _in_duckdb(rows: Any, asked: Totals) -> Any:
    (name, value), order = asked.first, asked.order
    aggregates = [
        f'"{asked.by}"',
        f'count(*) as "{asked.count}"',
        f'min("{order}") as "{asked.least}"',
        f'max("{order}") as "{asked.most}"',
        f'arg_min("{value}", "{order}") as "{name}"',
        *(f'sum("{column}") as "{sum_}"' for sum_, column in asked.sums.items()),
    ]
    return rows.aggregate(", ".join(aggregates), f'"{asked.by}"')


def _in_ibis(rows: Any, asked: Totals) -> Any:
    name, value = asked.first
    order = rows[asked.order]
    aggregates = {
        asked.count: rows.count(),
        asked.least: order.min(),
        asked.most: order.max(),
        name: rows[value].argmin(order),
        **{sum_: rows[column].sum() for sum_, column in asked.sums.items()},
    }
    return rows.group_by(asked.by).aggregate(**aggregates)


def _in_spark(rows: Any, asked: Totals) -> Any:
    from pyspark.sql import functions  # noqa: PLC0415 - only a Spark user has it

    name, value = asked.first
    return rows.groupBy(asked.by).agg(
        functions.count(functions.lit(1)).alias(asked.count),
        functions.min(asked.order).alias(asked.least),
        functions.max(asked.order).alias(asked.most),
        functions.min_by(value, asked.order).alias(name),
        *(functions.sum(column).alias(sum_) for sum_, column in asked.sums.items()),
    )
