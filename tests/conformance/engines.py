"""Which functions promise to work on lazy frames, and what each engine answers.

The promise is a sentence of the docstring that speaks of a lazy frame. A function is
called as its own example calls it, with the frames converted.
"""

import inspect
import math
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from valid_calls import Call, Callee, callees, valid_call

Build = Callable[[pd.DataFrame], Any]

_PROMISE = re.compile(
    r"lazy frames? (?:stays?|is (?:counted|summed|not sorted)|are counted|too)"
    r"|of a lazy frame, (?:only )?(?:the distinct|two columns)|lazy if it was lazy",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Answer:
    """What an engine made of a call: an answer, or a refusal in one sentence."""

    value: Any = None
    refusal: str | None = None


def promising() -> dict[str, Callee]:
    """Find every public function whose docstring promises something of lazy frames."""
    found = {}
    for name, callee in callees().items():
        text = " ".join((inspect.getdoc(callee.function) or "").split())
        if _PROMISE.search(text):
            found[name] = callee
    return found


def call_of(name: str) -> Call:
    call = valid_call(callees()[name])
    assert call is not None
    return call


# Engines that need a server, by the fixture that makes their frames.
OUTSIDE = {
    "spark_frame": "Spark",
    "postgres_frame": "PostgreSQL (Ibis)",
    "ibis_frame": "DuckDB (Ibis)",
}

# What an engine cannot do is refused in one sentence.
REFUSED: dict[tuple[str, str], str] = {}


def outcome(name: str, build: Build) -> str:
    """Return "yes", or "refused" for a refusal in a sentence; another answer fails."""
    call = call_of(name)
    found = asked(call, build)
    if found.refusal is not None:
        assert "\n" not in found.refusal
        return "refused"
    assert close(asked(call, lambda frame: frame).value, found.value), found.value
    return "yes"


def asked(call: Call, build: Build) -> Answer:
    """Run a call with its pandas frames in another library."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            given = {
                name: build(value) if isinstance(value, pd.DataFrame) else value
                for name, value in call.arguments.items()
            }
            return Answer(value=_here(Call(call.callee, given).run()))
    except Exception as error:
        if type(error).__module__ != "crmkit.errors":
            raise
        return Answer(refusal=str(error))


def _here(value: Any) -> Any:
    """Bring whatever an engine answers into memory."""
    if isinstance(value, tuple):
        return tuple(map(_here, value))
    frame = nw.from_native(value, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return _plain(frame.to_pandas()) if isinstance(frame, nw.DataFrame) else value


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Reduce columns to floats, text and days; rows to a canonical order."""
    plain = pd.DataFrame({name: _column(table[name]) for name in table})
    order = plain.map(_rounded).astype(str).sort_values(list(plain.columns)).index
    return plain.loc[order].reset_index(drop=True)


def _column(column: pd.Series) -> list[Any]:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return list(column.astype(object).map(_number))
    if pd.api.types.is_datetime64_any_dtype(column):
        return list(column.dt.strftime("%Y-%m-%d"))
    return [_cell(each) for each in column]


def _cell(each: Any) -> Any:
    if isinstance(each, list | np.ndarray):
        return str([_rounded(one) for one in each])
    if each is None or (isinstance(each, float) and math.isnan(each)):
        return None
    return _number(each) if isinstance(each, int | float) else str(each)[:10]


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _rounded(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def close(one: Any, other: Any) -> bool:  # noqa: PLR0911 - one return per kind
    """Tell whether two answers are the same but for the last digits."""
    if isinstance(one, pd.DataFrame):
        if not isinstance(other, pd.DataFrame) or list(one) != list(other):
            return False
        return all(close(one[name].tolist(), other[name].tolist()) for name in one)
    if is_dataclass(one):
        names = [each.name for each in fields(one)]
        return type(one) is type(other) and all(
            close(getattr(one, name), getattr(other, name)) for name in names
        )
    if isinstance(one, np.ndarray):
        return close(one.tolist(), np.asarray(other).tolist())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, Mapping):
        return close(list(one.items()), list(other.items()))
    if isinstance(one, float) and isinstance(other, float | int):
        both_missing = math.isnan(one) and math.isnan(other)
        return both_missing or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)
