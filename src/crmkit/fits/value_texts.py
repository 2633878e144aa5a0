"""How a value of a result is written for a reader, judged by its field and its type."""

import dataclasses
import math
import re
import typing
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeGuard

import numpy as np

__all__ = [
    "EndsOfInterval",
    "is_interval",
    "is_number",
    "short_repr",
    "text_of",
    "words_of",
]

_SHARE = re.compile(
    r"(^|_)(share|level|probability|coverage|(accept|response|retention|churn)_rate)"
    r"(_|$)"
)
_CAPITALS = re.compile(r"\b(aic|auc|bic|clv\d?|csat|ces|nps|rfm|roi)\b")
_FEW = 4  # entries of a tuple that a line shows
_LONG = 200  # characters after which a repr leaves out the rest of its fields
_TEXT = 60


class EndsOfInterval(Protocol):
    """The fields of an ``Interval``, which itself is built on this module."""

    lower: float
    upper: float
    level: float


def is_interval(value: object) -> TypeGuard[EndsOfInterval]:
    """Tell an interval by its fields."""
    return all(hasattr(value, end) for end in ("lower", "upper", "level"))


def words_of(name: str) -> str:
    """Return the name of a field, a property or a class as words.

    Examples
    --------
    >>> words_of("n_customers"), words_of("WhalePeak"), words_of("aic")
    ('customers', 'whale peak', 'AIC')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).lower()
    plain = spaced.removeprefix("n ").replace("p value", "p-value")
    plain = plain.replace("r squared", "R-squared")
    return _CAPITALS.sub(lambda found: found[0].upper(), plain)


def is_number(value: object) -> bool:
    """Tell a number, which a table aligns at the right, from all else."""
    number = isinstance(value, int | float | np.integer | np.floating)
    return (number and not isinstance(value, bool)) or is_interval(value)


def text_of(name: str, value: object) -> str:
    """Return a value as its reader wants it: 1,234 customers, 12.5%, 3.1 to 5.3.

    Examples
    --------
    >>> text_of("n_customers", 1234.0), text_of("share_targeted", 0.125)
    ('1,234', '12.5%')
    >>> text_of("p_value", 1e-9), text_of("profit", -1234567.8)
    ('below 0.001', '-1,234,568')
    """
    if value is None:
        return "unknown"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if is_number(value):
        return _of_number(name, value)
    if isinstance(value, list | tuple):
        return _several(name, value)
    if isinstance(value, str) or dataclasses.is_dataclass(value):
        return _cut(value if isinstance(value, str) else repr(value))
    return _of_others(value)


def _of_number(name: str, value: object) -> str:
    if is_interval(value):
        # With an end beyond 1, of which no percentage is shown, neither end has one.
        if _SHARE.search(name) and not max(-value.lower, value.upper) <= 1:
            name = ""
        return f"{text_of(name, value.lower)} to {text_of(name, value.upper)}"
    if isinstance(value, float | np.floating):
        return _number(name, float(value))
    return f"{value:,}"


def _number(name: str, value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if name == "p_value" and value < 1e-3:
        return "below 0.001"
    if _SHARE.search(name) and abs(value) <= 1:
        return f"{100 * value:.3g}%"
    if name.startswith("n_"):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.1f}"
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e15 else f"{value:.4g}"


def _several(name: str, values: Sequence[object]) -> str:
    shown = [text_of(name, value) for value in values[:_FEW]]
    more = len(values) - _FEW
    return ", ".join([*shown, f"and {more:,} more"] if more > 0 else shown) or "none"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TEXT else f"{line[: _TEXT - 3]}..."


def _of_others(value: object) -> str:
    """Describe a frame or an array by its size; all else by its class."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and all(isinstance(each, int) for each in shape):
        unit = "table" if hasattr(value, "columns") else "array"
        return f"{unit} of {' x '.join(f'{each:,}' for each in shape)}"
    return type(value).__name__


def short_repr(value: object) -> str:
    """Return a result as one line of code: fields that differ from their defaults.

    Long tuples and nested results are abbreviated, and numbers have six digits.
    """
    head, parts = f"{type(value).__name__}(", ""
    for name, entry in _told(value):
        part = f"{', ' if parts else ''}{name}={_code(entry)}"
        if len(head) + len(parts) + len(part) > _LONG:
            return f"{head}{parts}, ...)"
        parts += part
    return f"{head}{parts})"


def _told(value: object) -> Iterator[tuple[str, object]]:
    for field in dataclasses.fields(typing.cast("typing.Any", value)):
        entry = getattr(value, field.name)
        known = type(entry) is type(field.default) and not hasattr(entry, "shape")
        if field.repr and not (known and entry == field.default):
            yield field.name, entry


def _code(value: object) -> str:
    if isinstance(value, float):
        return repr(float(f"{value:.6g}"))
    if isinstance(value, str):
        return repr(_cut(value))
    if isinstance(value, tuple):
        shown = [_code(entry) for entry in value[:_FEW]]
        if len(value) > _FEW:
            shown.append(f"... {len(value):,} in all")
        return f"({', '.join(shown)}{',' if len(value) == 1 else ''})"
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if dataclasses.is_dataclass(value):
        kept = is_interval(value)
        return short_repr(value) if kept else f"{type(value).__name__}(...)"
    return f"<{_of_others(value)}>"
