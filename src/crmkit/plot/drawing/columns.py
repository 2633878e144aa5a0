"""What plots read of a frame: names, periods, intervals."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import numpy as np

from ..._chart import Layer, layer
from ..._check import HUGE
from ..._frames import (
    EagerFrame,
    Rule,
    collect,
    column_types,
    day_numbers,
    missing,
    number_rules,
    numbers,
    nw,
    probability_rules,
    read_eager,
    refuse,
    require_dates,
    require_groups,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...typing import FloatArray

__all__ = [
    "amounts_in",
    "arms_of",
    "band_of",
    "days_in",
    "groups_in",
    "interval_in",
    "names_in",
    "read_drawn",
    "words",
]

Ends = tuple[FloatArray, FloatArray]

MOST_PLACES = 5_000  # of a table that is drawn cell by cell


def read_drawn(
    frame: object,
    columns: Sequence[str],
    *,
    known: Sequence[str] = (),
    dates: Sequence[str] = (),
    endless: Sequence[str] = (),
    probabilities: Sequence[str] = (),
    places: Sequence[str] = (),
) -> EagerFrame:
    """Open a table to draw: with rows, groups of one kind, numbers that fit an axis.

    A number may be missing where a summary could not tell it, but not a count, and not
    a column that is ``known``, and neither may a text; one of ``probabilities`` is from
    0 to 1, one of ``places`` a whole number that counts them, and the end of a class
    may be infinite if it is ``endless``.
    """
    opened = read_eager(frame, columns)
    for column in dates:
        dated, rules = require_dates(opened, column)
        refuse(dated, rules)
        opened = collect(dated)
    if not len(opened):
        raise NotEnoughDataError(
            needed="a table with rows", got="an empty one", remedy="Pass more data."
        )
    sure = {*known, *places}
    counts = [name for name in columns if name in sure or name.startswith("n_")]
    types = column_types(opened, columns)
    other = [name for name, dtype in types.items() if dtype.is_numeric()]
    require_numbers(opened, [*counts, *endless, *probabilities, *other])
    rules = [_place_rule(column) for column in places]
    for column, dtype in types.items():
        if dtype.is_numeric() and column not in endless:
            rules_of = probability_rules if column in probabilities else number_rules
            hole, *others = rules_of(opened, column)
            rules += [hole, *others] if column in counts else others
        elif not dtype.is_numeric() and column not in dates:
            require_groups(opened, [column])
            rules.append(_name_rule(opened, column))
    refuse(opened, rules)
    return opened


def _place_rule(column: str) -> Rule:
    value = nw.col(column)
    return Rule(
        column=column,
        broken=(value < 0) | (value > MOST_PLACES) | (value != value.floor()),
        found="value that is not a place",
        remedy=f"Pass whole numbers from 0 to {MOST_PLACES:,}.",
    )


def _name_rule(frame: EagerFrame, column: str) -> Rule:
    return Rule(
        column=column,
        broken=missing(frame, column),
        found="missing name",
        remedy="Name every group, or drop these rows.",
    )


def words(text: object) -> str:
    """Return a name of the code as words: ``keep_up`` is "keep up"."""
    return str(text).replace("_", " ")


def names_in(frame: EagerFrame, column: str) -> tuple[str, ...]:
    """Return each cell as text: the first of a month as that month, a day as a day."""
    values = frame[column].to_list()
    if not values or not all(isinstance(value, dt.date) for value in values):
        return tuple(map(str, values))
    firsts = all(value.day == 1 for value in values)
    years = firsts and all(value.month == 1 for value in values) and len(values) > 1
    form = "%Y" if years else "%b %Y" if firsts else "%Y-%m-%d"
    return tuple(value.strftime(form) for value in values)


def groups_in(frame: EagerFrame, column: str) -> list[str]:
    """Return the names of the groups in order; refuse a table without any."""
    groups = list(dict.fromkeys(names_in(frame, column)))
    if not groups:
        raise NotEnoughDataError(
            needed="a table with rows", got="an empty one", remedy="Pass more data."
        )
    return groups


def interval_in(frame: EagerFrame, column: str) -> Ends | None:
    """Return the interval of a column; None if the frame has none."""
    lower, upper = f"{column}_lower", f"{column}_upper"
    if not {lower, upper} <= set(frame.columns):
        return None
    return numbers(frame, lower), numbers(frame, upper)


def amounts_in(
    frame: EagerFrame, *columns: str, sign: Literal["any", "nonnegative"] = "any"
) -> list[FloatArray]:
    """Return columns of amounts; refuse holes and what is too large for an axis."""
    rules: list[Rule] = []
    require_numbers(frame, columns)
    for name in columns:
        rules += number_rules(frame, name, sign=sign)
        rules.append(
            Rule(
                column=name,
                broken=nw.col(name).abs() > HUGE,
                found=f"value beyond {HUGE:g}",
                remedy="Pass amounts that an axis can show.",
            )
        )
    refuse(frame, rules)
    return [numbers(frame, name) for name in columns]


def band_of(x: FloatArray, ends: Ends | None, *, name: str = "") -> tuple[Layer, ...]:
    """Return the band between the ends of an interval; nothing where there is none."""
    if ends is None:
        return ()
    known = np.isfinite(ends[0]) & np.isfinite(ends[1])
    lower, upper = ends[0][known], ends[1][known]
    return (layer("band", x[known], lower, y_end=upper, name=name),)


def arms_of(at: FloatArray, ends: Ends | None) -> tuple[Layer, ...]:
    """Return the lines across of intervals; nothing if there are none."""
    if ends is None:
        return ()
    return (layer("arms", ends[0], at, x_end=ends[1], y_end=at),)


def days_in(frame: EagerFrame, column: str) -> FloatArray:
    """Return dates as days since 1970-01-01, which is how a scale of dates counts."""
    return day_numbers(frame, column).astype(np.float64)
