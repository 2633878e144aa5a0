"""Refuse arguments that the annotation of a function does not admit.

A function whose checks look at the values alone ends in an error of NumPy or of Python
when it is given something else. ``@typed`` reads its annotations once, and refuses what
they do not admit before the function runs. What an annotation leaves open, such as an
array or a frame, is left to the checks that read it.
"""

import builtins
import inspect
import types
import typing
from collections import abc
from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from typing import Any, Final, ParamSpec, TypeVar

import numpy as np

from ..errors import InvalidTypeError, shown
from .arguments import able_to, function, one_of, random_source
from .numbers import number

__all__ = ["level_of_caller", "typed"]

_P = ParamSpec("_P")
_R = TypeVar("_R")

_LISTS: Final = (abc.Sequence, abc.Collection, abc.Iterable, list, set, frozenset)
# More entries than this are data, which the checks of their values look at once.
_FEW: Final = 1_000
_OURS: Final = f"{str(__package__).rpartition('.')[0]}."  # of a vendored copy too


@typing.runtime_checkable
class _Countable(typing.Protocol):
    def __len__(self) -> int: ...

    def __iter__(self) -> typing.Iterator[object]: ...


def typed(checked: Callable[_P, _R]) -> Callable[_P, _R]:
    """Refuse arguments of types that the annotations of a function do not admit.

    The rule of an argument is its annotation: a number, a text, an option of a
    ``Literal``, a list or mapping of these, a tuple of a fixed length, a function, a
    result of crmkit, or a model with the methods of a protocol.
    """
    # What inspect.signature says too, for a thousandth of its time at import.
    code = inspect.unwrap(checked).__code__
    names = code.co_varnames[: code.co_argcount]

    @wraps(checked)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        known = _annotations(checked)
        for name, given in (*zip(names, args, strict=False), *kwargs.items()):
            if name in known:
                _require(name, given, known[name])
        return checked(*args, **kwargs)

    return guarded


@cache
def _annotations(checked: Callable[..., Any]) -> Mapping[str, Any]:
    """Return the annotations that say something; at the first call, not at import."""
    # A name that only type checkers import, such as that of axes, stays open.
    there = {**vars(builtins), **inspect.unwrap(checked).__globals__}
    hints = typing.get_type_hints(checked, localns=_Known(there))
    # A variable that stands for a kind of model is held to that kind.
    bounds = {name: getattr(hint, "__bound__", hint) for name, hint in hints.items()}
    return {
        name: hint
        for name, hint in bounds.items()
        if name != "return" and not _is_open(hint)
    }


class _Known(dict[str, Any]):
    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - what is unknown
        return Any


def _is_open(hint: Any) -> bool:  # noqa: ANN401 - an annotation is anything
    """Return whether an annotation admits what cannot be told by its type."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_is_open(each) for each in typing.get_args(hint))
    if origin is not None:
        known = (tuple, typing.Literal, abc.Callable, abc.Mapping, dict, *_LISTS)
        return origin not in known
    if hint in (int, float, str, types.NoneType, np.random.Generator):
        return False
    ours = isinstance(hint, type) and hint.__module__.startswith(_OURS)
    return not ours


def _require(name: str, given: object, hint: Any) -> None:  # noqa: ANN401, C901, PLR0912 - one branch per kind of annotation
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        _require_one(name, given, typing.get_args(hint))
        return
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if _is_open(hint):
        return
    if hint in (int, float):
        number(name, given)
    elif hint is np.random.Generator:
        random_source(given)
    elif origin is typing.Literal:
        one_of(name, typing.cast("str", given), inside)
    elif origin is abc.Callable:
        function(name, given, remedy="Pass a function.")
    elif origin is tuple:
        _require_tuple(name, given, inside)
    elif origin in (abc.Mapping, dict):
        if not isinstance(given, Mapping):
            raise _refused(name, given, "a dictionary")
        if not _is_open(inside[1]):
            for value in list(given.values())[:_FEW]:
                _require(name, value, inside[1])
    elif origin in _LISTS:
        if isinstance(given, str | bytes | Mapping) or not _iterates(given):
            raise _refused(name, given, "a list")
        # An array of numbers is data; a list of models is looked at in any container.
        plain = isinstance(given, list | tuple) or inside[0] not in (int, float, str)
        if plain and isinstance(given, _Countable) and len(given) <= _FEW:
            for value in given:
                _require(name, value, inside[0])
    elif getattr(hint, "_is_protocol", False) and "__call__" in vars(hint):
        function(name, given, remedy="Pass a function.")
    elif getattr(hint, "_is_protocol", False):
        able_to(name, given, *_methods(hint))
        _require_fields(name, given, hint)
    elif not isinstance(given, hint):
        raise _refused(name, given, _described(hint))


def level_of_caller() -> int:
    """Return the ``stacklevel`` at which a warning names the caller of crmkit."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_OURS):
        frame, level = frame.f_back, level + 1
    return level


def _require_one(name: str, given: object, hints: tuple[Any, ...]) -> None:
    """Refuse what none of several annotations admits."""
    if any(_is_open(hint) for hint in hints):
        return
    if given is None and types.NoneType in hints:
        return
    known = [hint for hint in hints if hint is not types.NoneType]
    if len(known) == 1:
        _require(name, given, known[0])
        return
    options = [hint for hint in known if typing.get_origin(hint) is typing.Literal]
    if options and isinstance(given, str) and str not in known:
        one_of(name, given, typing.get_args(options[0]))
        return
    for hint in known:
        try:
            _require(name, given, hint)
        except (InvalidTypeError, ValueError):
            continue
        return
    raise _refused(name, given, " or ".join(dict.fromkeys(map(_described, known))))


def _require_tuple(name: str, given: object, inside: tuple[Any, ...]) -> None:
    if not isinstance(given, list | tuple):
        raise _refused(name, given, "a tuple")
    if inside[-1] is Ellipsis:
        inside = (inside[0],) * len(given)
    if len(given) != len(inside):
        raise _refused(name, given, f"a tuple of {len(inside)}")
    for value, hint in zip(given, inside, strict=True):
        _require(name, value, hint)


def _iterates(given: object) -> bool:
    """Return whether a list can be made of it; a class only looks as if it could."""
    return isinstance(given, Iterable) and not isinstance(given, type)


def _require_fields(name: str, given: object, protocol: type) -> None:
    # A class has what its instances have, but it is not a model.
    wanted = _members(protocol)
    absent = [n for n in wanted if isinstance(given, type) or not hasattr(given, n)]
    if absent:
        raise _refused(name, given, f"a model with {absent[0]!r}")


def _methods(protocol: type) -> list[str]:
    """Name the methods of a protocol; its properties are no functions of a model."""
    members = _members(protocol)
    return [name for name in members if inspect.isfunction(getattr(protocol, name))]


@cache
def _members(protocol: type) -> list[str]:
    """Name the methods and properties of a protocol, those of its bases too."""
    kinds = [kind for kind in protocol.__mro__ if getattr(kind, "_is_protocol", False)]
    return sorted(
        {
            name
            for kind in kinds
            for name, member in vars(kind).items()
            if isinstance(member, property) or callable(member)
            if not name.startswith("_")
        }
    )


def _described(hint: Any) -> str:  # noqa: ANN401 - an annotation is anything
    origin = typing.get_origin(hint)
    if origin is not None:
        described = {
            tuple: "a tuple",
            abc.Callable: "a function",
            abc.Mapping: "a dictionary",
            dict: "a dictionary",
            typing.Literal: "an option",
        }
        return described.get(origin, "a list")
    named = {str: "a text", int: "a number", float: "a number"}
    return named.get(hint, f"an instance of {hint.__name__}")


def _refused(name: str, given: object, expected: str) -> InvalidTypeError:
    return InvalidTypeError(
        subject=f"argument {name!r}",
        expected=expected,
        got=f"{type(given).__name__} {shown(given)}",
        remedy="Pass a value of that type.",
    )
