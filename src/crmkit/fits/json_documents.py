"""Frozen values as JSON documents and back, to the last bit and without running code.

A document holds numbers, texts, flags, lists and nested documents. Reading one refuses
unknown keys, missing keys, other schema versions, and values that a field cannot hold.
"""

import dataclasses
from collections.abc import Mapping
from math import isfinite
from typing import Self, TypeVar, cast, final, get_args, get_origin

from ..errors import InvalidTypeError, InvalidValueError, shown
from .field_rules import FieldRule, allows_none, field_types

__all__ = ["SCHEMA", "JsonResult", "from_document", "to_document"]

SCHEMA = 1

_Value = TypeVar("_Value")


class JsonResult:
    """A frozen value with a JSON document: no state, and no method to override."""

    __slots__ = ()

    @final
    def to_dict(self) -> dict[str, object]:
        """Return the value as a JSON document: a dict that ``json.dumps`` writes."""
        return to_document(self)

    @final
    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> Self:
        """Build the value from its JSON document, to the last bit."""
        return from_document(cls, document)


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
        If a number is NaN or infinite, which JSON cannot hold.

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
        What ``to_document`` returned, or what ``json.loads`` made of it. A field that
        may be None and has no key is None.

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
        raise InvalidTypeError(
            subject=f"the document of a {kind.__name__}",
            expected="a mapping",
            got=f"{type(document).__name__} {shown(document)}",
            remedy="Pass a document as it was written.",
        )
    _require_heading(kind, document)
    fields = field_types(cast("type", kind))
    _require_keys(kind, document, fields)
    # What is None is left out of a document, so an absent key is None whatever the
    # default of the field: reading returns the value that was written.
    values = {
        name: FieldRule(kind.__name__, name).read(hint, _read(hint, document.get(name)))
        for name, hint in fields.items()
        if name in document or allows_none(hint)
    }
    return kind(**values)


def _require_heading(kind: type, document: Mapping[str, object]) -> None:
    for key, expected in (("kind", kind.__name__), ("schema", SCHEMA)):
        found = document.get(key)
        if type(found) is not type(expected) or found != expected:
            raise InvalidValueError(
                subject=f"key {key!r} of the document",
                found=f"{shown(found)} instead of {expected!r}",
                remedy="Read it with the class and the version that wrote it.",
            )


def _require_keys(
    kind: type, document: Mapping[str, object], fields: Mapping[str, object]
) -> None:
    unknown = [key for key in document if key not in {"kind", "schema", *fields}]
    required = [
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and not allows_none(fields[field.name])
    ]
    absent = [name for name in required if name not in document]
    if not unknown and not absent:
        return
    found = f"unknown key {shown(unknown[0])}" if unknown else f"no key {absent[0]!r}"
    raise InvalidValueError(
        subject=f"the document of a {kind.__name__}",
        found=found,
        remedy=f"Its keys are {['kind', 'schema', *fields]}.",
    )


def _written(name: str, value: object) -> object:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        if isinstance(value, float) and not isfinite(value):
            raise InvalidValueError(
                subject=f"field {name!r}",
                found=f"invalid value {value!r}",
                remedy="JSON holds finite numbers only; what is unknown is None.",
            )
        return value
    if isinstance(value, tuple):
        return [_written(name, entry) for entry in value]
    return to_document(value)


def _read(hint: object, value: object) -> object:
    """Build the results inside a document; everything else is read by its rule."""
    if isinstance(value, Mapping):
        within = [each for each in (hint, *get_args(hint)) if isinstance(each, type)]
        results = [each for each in within if dataclasses.is_dataclass(each)]
        return from_document(results[0], value) if results else value
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_read(get_args(hint)[0], entry) for entry in value)
    return value
