"""Frozen values as JSON documents and back, to the last bit and without running code.

A document holds numbers, words, None, lists and nested documents only. Reading one
refuses unknown keys, missing keys, other schema versions, and anything not finite.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from typing import TypeVar, cast

from ..errors import InvalidTypeError, InvalidValueError

__all__ = ["SCHEMA", "from_document", "to_document"]

SCHEMA = 1

_Value = TypeVar("_Value")


def to_document(value: object) -> dict[str, object]:
    """Turn a frozen dataclass into a dict that ``json.dumps`` writes exactly.

    Parameters
    ----------
    value
        An instance of a dataclass whose fields are floats, ints, strings, booleans,
        None, tuples of these, or dataclasses of the same kind.

    Returns
    -------
    dict
        The fields by name, with the name of the class (``"kind"``) and the version of
        the schema (``"schema"``). Fields that are None are left out.

    Raises
    ------
    InvalidValueError
        If a number is NaN or infinite: JSON has no word for it.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, slots=True, kw_only=True)
    ... class Share:
    ...     counted: int
    ...     value: float | None = None
    >>> to_document(Share(counted=12, value=0.25))
    {'kind': 'Share', 'schema': 1, 'counted': 12, 'value': 0.25}
    """
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        raise InvalidTypeError(
            subject="the value to write",
            expected="a result of crmkit",
            got=type(value).__name__,
            remedy="Pass a fit or a measure.",
        )
    fields = {
        field.name: _written(field.name, getattr(value, field.name))
        for field in dataclasses.fields(value)
    }
    known = {name: written for name, written in fields.items() if written is not None}
    return {"kind": type(value).__name__, "schema": SCHEMA, **known}


def from_document(kind: type[_Value], document: Mapping[str, object]) -> _Value:
    """Build a frozen dataclass from its document.

    Parameters
    ----------
    kind
        The class to build.
    document
        What ``to_document`` returned, or what ``json.loads`` made of it.

    Returns
    -------
    object
        A ``kind`` equal to the one written.

    Raises
    ------
    InvalidValueError
        If the document is of another class or schema, or has a key too many or too
        few, or a number that is not finite.
    InvalidTypeError
        If a value is of another type than the field.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, slots=True, kw_only=True)
    ... class Share:
    ...     counted: int
    ...     value: float | None = None
    >>> from_document(Share, to_document(Share(counted=12, value=0.25)))
    Share(counted=12, value=0.25)
    """
    if not isinstance(document, Mapping):
        raise _wrong_type(document, expected="a mapping")
    _require_heading(kind, document)
    fields = {field.name: field for field in dataclasses.fields(cast("type", kind))}
    _require_keys(kind, document, fields)
    hints = typing.get_type_hints(kind)
    values = {
        name: _read(name, hints[name], document[name])
        for name in fields
        if name in document
    }
    return kind(**values)


def _require_heading(kind: type, document: Mapping[str, object]) -> None:
    for key, expected in (("kind", kind.__name__), ("schema", SCHEMA)):
        if document.get(key) != expected:
            raise InvalidValueError(
                subject=f"key {key!r} of the document",
                found=f"{document.get(key)!r} instead of {expected!r}",
                remedy="Read it with the class and the version that wrote it.",
            )


def _require_keys(
    kind: type,
    document: Mapping[str, object],
    fields: Mapping[str, "dataclasses.Field[object]"],
) -> None:
    unknown = sorted(set(document) - set(fields) - {"kind", "schema"})
    absent = [n for n, f in fields.items() if n not in document and not _optional(f)]
    if not unknown and not absent:
        return
    found = f"unknown key {unknown[0]!r}" if unknown else f"no key {absent[0]!r}"
    raise InvalidValueError(
        subject=f"the document of a {kind.__name__}",
        found=found,
        remedy=f"Its keys are {['kind', 'schema', *fields]}.",
    )


def _optional(field: "dataclasses.Field[object]") -> bool:
    has_default = field.default is not dataclasses.MISSING
    return has_default or types.NoneType in typing.get_args(field.type)


def _written(name: str, value: object) -> object:
    if isinstance(value, bool | str | types.NoneType):
        return value
    if isinstance(value, int | float):
        return _finite(name, value)
    if isinstance(value, tuple):
        return [_written(name, entry) for entry in value]
    return to_document(value)


def _read(name: str, hint: object, value: object) -> object:
    if hint in (float, int, str, bool):
        return _read_plain(name, cast("type", hint), value)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return _read_tuple(name, arguments, value)
    if origin is typing.Literal:
        return _read_choice(name, arguments, value)
    if types.NoneType in arguments:
        known = next(each for each in arguments if each is not types.NoneType)
        return None if value is None else _read(name, known, value)
    return from_document(
        cast("type[object]", hint), cast("Mapping[str, object]", value)
    )


def _read_plain(name: str, hint: type, value: object) -> object:
    if hint is float:
        number = cast("float", _instance(name, value, int | float))
        return float(_finite(name, number))
    return _instance(name, value, hint)


def _read_tuple(
    name: str, arguments: tuple[object, ...], value: object
) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise _wrong_type(value, expected="a list", name=name)
    if arguments[-1] is Ellipsis:
        return tuple(_read(name, arguments[0], entry) for entry in value)
    if len(arguments) != len(value):
        raise _wrong_type(value, expected=f"a list of {len(arguments)}", name=name)
    return tuple(map(_read, [name] * len(value), arguments, value))


def _read_choice(name: str, options: tuple[object, ...], value: object) -> object:
    if value not in options:
        raise InvalidValueError(
            subject=f"key {name!r} of the document",
            found=f"no such option {value!r}",
            remedy=f"It is one of {', '.join(map(repr, options))}.",
        )
    return value


def _finite(name: str, value: float) -> float:
    if not math.isfinite(value):
        raise InvalidValueError(
            subject=f"key {name!r} of the document",
            found=f"invalid value {value!r}",
            remedy="Numbers of a document are finite; what is unknown is None.",
        )
    return value


def _instance(name: str, value: object, kind: "type | types.UnionType") -> float | str:
    wrong_bool = isinstance(value, bool) and kind is not bool
    if wrong_bool or not isinstance(value, kind):
        expected = getattr(kind, "__name__", str(kind))
        raise _wrong_type(value, expected=expected, name=name)
    return cast("float | str", value)


def _wrong_type(
    value: object, *, expected: str, name: str | None = None
) -> InvalidTypeError:
    return InvalidTypeError(
        subject="the document" if name is None else f"key {name!r} of the document",
        expected=expected,
        got=repr(value),
        remedy="Pass a document as it was written.",
    )
