"""Judge an accepted answer: its numbers are numbers, and its document keeps it."""

import dataclasses
import inspect
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from valid_calls import Call

from crmkit import HistoryColumns

# Answers that may lack a number where the valid call had one: why.
UNKNOWN: dict[str, str] = {
    "crmkit.clv.GammaGamma.with_log_likelihood: log_likelihood is infinite": (
        "an amount of 0 after a repeat purchase, as log_likelihood says"
    ),
}
# What a docstring calls a value that is not there, or that has no bound.
_MISSING = re.compile(r"missing|NaN|unknown|None|empty", re.IGNORECASE)
_ENDLESS = re.compile(r"infinit|unbounded|no bound", re.IGNORECASE)


def column_names(given: Any) -> Any:
    """Return the names of the columns of a frame of any library; none of a number."""
    return getattr(given, "column_names", getattr(given, "columns", ()))


def lost_numbers(call: Call, given: Any, answer: Any) -> str | None:
    """Name what is NaN or infinite now, and was finite in the answer to a valid call.

    It is no fault where the docstring of the function, or of the class that it returns,
    speaks of missing or of infinite values. A column that the caller passed in comes
    back as it was: that says nothing.
    """
    passed = set(column_names(given))
    for value in call.arguments.values():
        columns = column_names(value)
        # A fit carries the names of its columns as one value.
        passed |= set() if isinstance(columns, HistoryColumns) else set(columns)
    before = dict(_numbers(call.answer, passed, ""))
    said = f"{inspect.getdoc(call.callee.function)} {inspect.getdoc(type(answer))}"
    lost = []
    for name, values in _numbers(answer, passed, ""):
        if name not in before or not np.isfinite(before[name]).all():
            continue
        if np.isnan(values).any() and not _MISSING.search(said):
            lost.append(f"{name} is NaN")
        if np.isinf(values).any() and not _ENDLESS.search(said):
            lost.append(f"{name} is infinite")
    return ", ".join(each for each in lost if not _known(call, each)) or None


def _known(call: Call, lost: str) -> bool:
    return f"{call.callee.name}: {lost}" in UNKNOWN


def _numbers(
    answer: Any, passed: set[Any], where: str
) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """List the numbers of an answer by the column, field or place that holds them."""
    if isinstance(answer, float | np.number):
        yield where or "the answer", np.array([float(answer)])
    elif isinstance(answer, np.ndarray):
        if answer.dtype.kind in "iuf":
            yield where or "the answer", answer.astype(float).ravel()
    elif isinstance(answer, pd.DataFrame):
        yield from _of_table(answer, passed, where)
    elif hasattr(answer, "to_pandas"):
        yield from _of_table(answer.to_pandas(), passed, where)
    elif dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        for each in dataclasses.fields(answer):
            held = getattr(answer, each.name)
            yield from _numbers(held, passed, f"{where}.{each.name}".lstrip("."))
    elif isinstance(answer, tuple | list):
        for place, each in enumerate(answer[:50]):
            yield from _numbers(each, passed, f"{where}[{place}]")


def _of_table(
    table: pd.DataFrame, passed: set[Any], where: str
) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    for name in table:
        column = table[name]
        if name in passed or not isinstance(column, pd.Series):
            continue
        if pd.api.types.is_numeric_dtype(column) and column.dtype.kind in "iuf":
            yield f"{where}{name}", column.to_numpy(float, na_value=math.nan)


def not_kept(answer: Any) -> str | None:
    """Say how the document of an answer fails to give it back, None where it does."""
    kind = type(answer)
    if not dataclasses.is_dataclass(kind) or not hasattr(kind, "from_dict"):
        return None
    try:
        text = json.dumps(answer.to_dict())
        again = kind.from_dict(json.loads(text))
    except Exception as error:  # noqa: BLE001 - whatever comes is looked for
        return f"its own document is refused: {error}"[:200]
    if json.dumps(again.to_dict()) != text:
        return "its document gives back another value"
    return None
