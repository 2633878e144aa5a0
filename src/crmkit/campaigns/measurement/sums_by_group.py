"""Rows counted and summed by group, in the engine where they are stored."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..._check import names_given
from ..._frames import (
    EagerFrame,
    Frame,
    collect,
    native,
    nw,
    require_present,
    result_table,
    with_group_values,
)
from ...errors import InvalidValueError
from ...typing import IntoFrameT

__all__ = [
    "N_ROWS",
    "centred",
    "groups_of",
    "refuse_lost_groups",
    "summary_by_group",
    "sums_by_group",
]

N_ROWS = "crmkit_rows"
_MEAN = "crmkit_mean_of_"


def groups_of(by: str | Sequence[str] | None) -> list[str]:
    """Return the columns of the groups; none for a summary of all rows."""
    return [] if by is None else names_given("by", by)


def refuse_lost_groups(groups: Sequence[str], columns: Iterable[str]) -> None:
    """Refuse groups whose column a column of the result would overwrite."""
    lost = set(columns).intersection(groups)
    if lost:
        raise InvalidValueError(
            subject="argument 'by'",
            found=f"column {min(lost)!r}, which is called like one of the result",
            remedy="Rename it first.",
        )


def sums_by_group(
    frame: Frame, groups: Sequence[str], sums: Mapping[str, nw.Expr]
) -> EagerFrame:
    """Count the rows of each group and add up expressions, sorted by group."""
    if groups:
        require_present(frame, *groups)
    # Engines add up plain columns only: the expressions come before the groups.
    values = [value.cast(nw.Float64).alias(name) for name, value in sums.items()]
    totals = [nw.len().alias(N_ROWS), *(nw.col(name).sum() for name in sums)]
    # A frame without any column loses its rows, so one constant is always there.
    rows = frame.select(*groups, *(values or [nw.lit(1).alias("crmkit_one")]))
    if not groups:
        return collect(rows.select(*totals))
    return collect(rows.group_by(*groups).agg(*totals)).sort(*groups)


def centred(
    frame: Frame, groups: Sequence[str], values: Mapping[str, nw.Expr]
) -> Frame:
    """Add columns of values less their mean in each group.

    Their squares add up to the spread. The sum of squares of the values themselves,
    less the square of the mean, loses the spread of amounts that are large beside it.
    """
    # The means come first: engines take no window inside of a sum of a group.
    valued = frame.with_columns(**values)
    means = {f"{_MEAN}{name}": nw.col(name).mean() for name in values}
    beside = (
        with_group_values(valued, groups, means)
        if groups
        else valued.with_columns(**means)
    )
    away = {name: nw.col(name) - nw.col(f"{_MEAN}{name}") for name in values}
    return beside.with_columns(**away).drop(*means)


def summary_by_group(
    frame: Frame,
    like: IntoFrameT,
    summed: EagerFrame,
    groups: Sequence[str],
    columns: Mapping[str, np.ndarray],
) -> IntoFrameT:
    """Make the summary: the groups, then columns whose NaN becomes a missing value."""
    refuse_lost_groups(groups, columns)
    named: dict[str, np.ndarray | nw.Series[Any]] = {
        name: summed[name] for name in groups
    }
    holes = [name for name, values in columns.items() if values.dtype.kind == "f"]
    return native(result_table(frame, {**named, **columns}, holes=holes), like)
