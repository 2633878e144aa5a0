"""Checks of what is no frame: ledgers, references, models, and names of columns."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from ..._frames import nw
from ...errors import InvalidTypeError, InvalidValueError

__all__ = ["column_names", "instance", "labelled", "require_method"]

_Kind = TypeVar("_Kind")
_Column = TypeVar("_Column", bound="nw.Series[Any] | np.ndarray")


def instance(name: str, value: object, kind: type[_Kind]) -> _Kind:
    """Return ``value``: an instance of ``kind``."""
    if isinstance(value, kind):
        return value
    raise InvalidTypeError(
        subject=f"argument {name!r}",
        expected=f"an instance of {kind.__name__}",
        got=type(value).__name__,
        remedy=f"Make one with crmkit's {kind.__name__} first.",
    )


def require_method(name: str, value: object, method: str) -> None:
    """Refuse a model that cannot be asked."""
    if not callable(getattr(value, method, None)):
        raise InvalidTypeError(
            subject=f"argument {name!r}",
            expected=f"a model with the method {method!r}",
            got=type(value).__name__,
            remedy="Pass a fitted model.",
        )


def column_names(argument: str, value: object) -> list[str]:
    """Return one name or a sequence of names as a list, each once."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, Sequence) or not all(isinstance(n, str) for n in names):
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="the name of a column, or a list of names",
            got=repr(value),
            remedy="Pass names as text.",
        )
    if len(set(names)) < len(names):
        raise InvalidValueError(
            subject=f"argument {argument!r}",
            found=f"a column named twice in {names!r}",
            remedy="Name each column once.",
        )
    return list(names)


def labelled(
    labels: Mapping[str, _Column], values: Mapping[str, _Column]
) -> dict[str, _Column]:
    """Put labels before values; refuse a label that would be overwritten."""
    for name in labels:
        if name in values:
            raise InvalidValueError(
                subject=f"column {name!r}",
                found="a name that the result gives to a column of its own",
                remedy="Rename the column first.",
            )
    return {**labels, **values}
