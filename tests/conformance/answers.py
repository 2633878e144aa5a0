"""Judge an accepted answer: its numbers are numbers, and its document keeps it."""

import dataclasses
import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from valid_calls import Call

# Answers that may lack a number where the valid call had one: why.
UNKNOWN: dict[str, str] = {
    "crmkit.clv.GammaGamma.log_likelihood: the answer": "the limit of an amount of 0",
    "crmkit.clv.GammaGamma.with_log_likelihood: log_likelihood": "as above",
    **{
        f"crmkit.clv.{model}.{method}": "infinite where the purchase may never come"
        for model in ("BgNbd", "MbgNbd", "ParetoNbd", "BgBb")
        for method in (
            "time_to_next_purchase: the answer",
            "with_time_to_next_purchase: time_to_next_purchase",
        )
    },
}


def lost_numbers(call: Call, given: Any, answer: Any) -> str | None:
    """Name what is NaN or infinite now, and was finite in the answer to a valid call.

    A column that the caller passed in comes back as it was: that says nothing.
    """
    passed = set(getattr(given, "columns", ()))
    for value in call.arguments.values():
        passed |= set(getattr(value, "columns", ()))
    before = dict(_numbers(call.answer, passed, ""))
    now = dict(_numbers(answer, passed, ""))
    lost = [
        name
        for name, values in now.items()
        if name in before
        and np.isfinite(before[name]).all()
        and not np.isfinite(values).all()
        and not _known(call.callee.name, name)
    ]
    return ", ".join(lost) or None


def _known(function: str, where: str) -> bool:
    last = where.rsplit(".", 1)[-1]
    return any(key in UNKNOWN for key in (last, where, f"{function}: {last}"))


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
