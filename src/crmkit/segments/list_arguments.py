"""Arguments that are no numbers: lists, names of columns, frames to be joined."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from .._frames import Frame, nw
from ..errors import InvalidTypeError, InvalidValueError

__all__ = ["listed", "named_once", "require_same_ids"]

_Member = TypeVar("_Member")


def listed(argument: str, members: Iterable[_Member]) -> tuple[_Member, ...]:
    """Return the members of a list; one member alone, or a text, is no list."""
    if isinstance(members, str) or not isinstance(members, Iterable):
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="a list",
            got=repr(members),
            remedy="Pass a list, of a single member too.",
        )
    return tuple(members)


def named_once(argument: str, names: Sequence[str]) -> list[str]:
    """Return the names of columns, each once; one name alone is no list of letters."""
    given = [names] if isinstance(names, str) else list(listed(argument, names))
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice or not given:
        raise InvalidValueError(
            subject=f"argument {argument!r}",
            found=f"a column named twice: {twice[0]!r}" if twice else "no columns",
            remedy="Name each column once, and at least one.",
        )
    return given


def require_same_ids(first: Frame, second: Frame, column: str) -> None:
    """Refuse two frames that cannot find each other's customers."""
    libraries = first.implementation.value, second.implementation.value
    if libraries[0] != libraries[1]:
        raise InvalidTypeError(
            subject="the second frame",
            expected=f"a frame of {libraries[0]}, as the first is",
            got=f"a frame of {libraries[1]}",
            remedy="Convert both frames to one library.",
        )
    kinds = [_kind(frame.collect_schema()[column]) for frame in (first, second)]
    if kinds[0] != kinds[1]:
        raise InvalidTypeError(
            subject=f"column {column!r} of the second frame",
            expected=f"ids that are {kinds[0]}, as in the first",
            got=kinds[1],
            remedy="Convert the ids of both frames to one type.",
        )


def _kind(dtype: nw.dtypes.DType) -> str:
    if dtype.is_numeric():
        return "numbers"
    if dtype in (nw.String, nw.Categorical, nw.Enum, nw.Object):
        return "text"
    return str(dtype)
