"""What a result says: its single facts, and the tables among its fields."""

import dataclasses
import inspect
import typing
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from ..errors import CrmkitError
from .html_tables import Cell
from .value_texts import EndsOfInterval, is_interval, is_number, text_of, words_of

__all__ = ["Fact", "Rows", "facts_of", "tables_of"]

# The label of a fact, its name in the code, and its value.
Fact: TypeAlias = tuple[str, str, object]
Rows: TypeAlias = tuple[tuple[str, ...], list[list[Cell]]]

_MOST_ROWS = 10
# What this result does not define is not one of its facts.
_UNDEFINED = (CrmkitError, ArithmeticError, ValueError)
_PLAIN = (int, float, str, bool)


def facts_of(result: object) -> list[Fact]:
    """Return the single values of a result: fields, properties and its interval."""
    entries = [*_fields(result), *_properties(result)]
    told = [
        (_label(name, value), name, value)
        for name, value in entries
        if not _is_table(value)
    ]
    interval = _interval(result)
    if interval is not None:
        told.append((_label("resampled", interval), "interval", interval))
    return told


def tables_of(result: object) -> list[Rows]:
    """Return the tables of a result: lists of results, and tuples of one length."""
    columns: dict[int, dict[str, Sequence[object]]] = {}
    tables: list[Rows] = []
    for name, value in _fields(result):
        if not _is_table(value):
            continue
        entries = typing.cast("Sequence[object]", value)
        if dataclasses.is_dataclass(entries[0]):
            tables.append(_rows_of_results(entries))
        elif isinstance(entries[0], tuple):
            tables.append(_grid(name, typing.cast("Sequence[Sequence[object]]", value)))
        else:
            columns.setdefault(len(entries), {})[name] = entries
    return [_side_by_side(each) for each in columns.values()] + tables


def _fields(result: object) -> Iterator[tuple[str, object]]:
    for field in dataclasses.fields(typing.cast("typing.Any", result)):
        if field.repr:
            yield field.name, getattr(result, field.name)


def _properties(result: object) -> Iterator[tuple[str, object]]:
    for kind in reversed(type(result).__mro__):
        for name, member in vars(kind).items():
            if name.startswith("_") or not isinstance(member, property):
                continue
            try:
                value = getattr(result, name)
            except _UNDEFINED:
                continue
            if isinstance(value, _PLAIN) or is_interval(value):
                yield name, value


def _interval(result: object) -> EndsOfInterval | None:
    asked = getattr(result, "interval", None)
    if hasattr(result, "resampled") or not callable(asked):
        return None
    needed = [
        each
        for each in inspect.signature(asked).parameters.values()
        if each.default is each.empty
    ]
    try:
        found = None if needed else asked()
    except _UNDEFINED:
        return None
    return found if is_interval(found) else None


def _label(name: str, value: object) -> str:
    if not is_interval(value):
        return words_of(name)
    of = words_of(name.removeprefix("resampled").strip("_"))
    return f"{100 * value.level:.4g}% interval{f' of {of}' if of else ''}"


def _is_table(value: object) -> bool:
    if not isinstance(value, tuple) or not value:
        return False
    first, *_ = value
    return len(value) > 2 or dataclasses.is_dataclass(first)


def _rows_of_results(results: Sequence[object]) -> Rows:
    names = [name for name, value in _fields(results[0]) if not _is_table(value)]
    headings = tuple(words_of(name) for name in names)
    rows = [
        [_cell(name, getattr(result, name)) for name in names]
        for result in results[:_MOST_ROWS]
    ]
    return headings, _with_rest(rows, len(results), len(headings))


def _side_by_side(columns: dict[str, Sequence[object]]) -> Rows:
    count = len(next(iter(columns.values())))
    rows = [
        [_cell(name, values[at]) for name, values in columns.items()]
        for at in range(min(count, _MOST_ROWS))
    ]
    headings = tuple(words_of(name) for name in columns)
    return headings, _with_rest(rows, count, len(headings))


def _grid(name: str, matrix: Sequence[Sequence[object]]) -> Rows:
    widest = min(max(len(row) for row in matrix), _MOST_ROWS)
    rows = [
        [_cell(name, row[at]) if at < len(row) else ("", True) for at in range(widest)]
        for row in matrix[:_MOST_ROWS]
    ]
    headings = (words_of(name), *([""] * (widest - 1)))
    return headings, _with_rest(rows, len(matrix), widest)


def _with_rest(rows: list[list[Cell]], count: int, width: int) -> list[list[Cell]]:
    if count <= len(rows):
        return rows
    rest: list[Cell] = [(f"{count - len(rows):,} more rows", False)]
    return [*rows, rest + [("", False)] * (width - 1)]


def _cell(name: str, value: object) -> Cell:
    return text_of(name, value), is_number(value)
