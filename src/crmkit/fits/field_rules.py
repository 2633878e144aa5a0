"""What a field of a result may hold: one rule per kind of field, read from its type.

The rules hold for values that crmkit makes, for values that are built by hand, and for
documents that are read from JSON, because all three go through the constructor.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Final, TypeVar

import numpy as np

from ..errors import InvalidTypeError, InvalidValueError
from ..errors import shown as cut
from .shown_results import shown

__all__ = ["FieldRule", "allows_none", "checked", "field_types", "read_fields"]

_Class = TypeVar("_Class", bound=type)

_SHARE: Final = (0.0, 1.0)
_COUNT: Final = (0.0, math.inf)
# The one place where a name tells more than the type: all other floats are only finite.
_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "level": _SHARE,
    "p_value": _SHARE,
    "probability": _SHARE,
    "response_rate": _SHARE,
    "standard_error": _COUNT,
}
# An end that was not observed, such as that of a median life, is infinite.
_INFINITE: Final = {("Interval", "lower"), ("Interval", "upper")}
_NAMES: Final = {float: "a number", int: "a whole number", str: "a text"}


def checked(kind: _Class) -> _Class:
    """Refuse impossible fields whenever a value of this class is built.

    Apply it below ``@dataclass``. The type of a field says what it may hold: a finite
    number, a whole number, a text, a flag, an option of a ``Literal``, a tuple of
    these, another result, or None. A class adds what holds between its fields in its
    own ``__post_init__``, which runs afterwards. The class is ``shown`` as well.
    """
    own: Callable[[object], None] | None = kind.__dict__.get("__post_init__")

    def __post_init__(self: object) -> None:  # noqa: N807 - dataclasses call it so
        read_fields(self)
        if own is not None:
            own(self)

    setattr(kind, "__post_init__", __post_init__)  # noqa: B010 - a class is any type
    return shown(kind)


def read_fields(value: object) -> None:
    """Refuse impossible fields of a value that is being built."""
    for name, hint in field_types(typing.cast("type", type(value))).items():
        given = getattr(value, name)
        read = FieldRule(type(value).__name__, name).read(hint, given)
        # NumPy's numbers become Python's, so that equal values have equal JSON.
        if read is not given:
            object.__setattr__(value, name, read)


@cache
def field_types(kind: type) -> dict[str, object]:
    """Return the type of each field; looked up once, as annotations may be texts."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def allows_none(hint: object) -> bool:
    """Return whether a field may be unknown."""
    return types.NoneType in typing.get_args(hint)


@dataclasses.dataclass(frozen=True, slots=True)
class FieldRule:
    """A field, named for the sentence that refuses its value."""

    kind: str
    field: str

    def read(self, hint: object, value: object) -> object:
        """Return a value of this type, or refuse it."""
        if hint is float or hint is int:
            return self._number(hint, value)
        if allows_none(hint):
            return None if value is None else self.read(_known(hint), value)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is types.UnionType:
            return self._one_of_types(arguments, value)
        if origin is tuple:
            return self._tuple(arguments, value)
        if origin is typing.Literal:
            return self._option(arguments, value)
        if isinstance(hint, type) and not isinstance(value, hint):
            raise self._wrong_type(value, expected=_name(hint))
        return value  # a type with parameters of its own: nothing to read from it

    def _one_of_types(self, hints: tuple[object, ...], value: object) -> object:
        """Read the value by the first type that takes it."""
        for hint in hints:
            with suppress(InvalidTypeError):
                return self.read(hint, value)
        names = [_name(hint) for hint in hints]
        raise self._wrong_type(value, expected=" or ".join(names))

    def _number(self, hint: type, value: object) -> float:
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole and (hint is int or not isinstance(value, float | np.floating)):
            raise self._wrong_type(value, expected=_NAMES[hint])
        try:
            number = float(typing.cast("float", value))
        except OverflowError:
            number = math.inf
        low, high = self._range()
        known = math.isfinite(number) or (
            math.isinf(number) and (self.kind, self.field) in _INFINITE
        )
        if not known or not low <= number <= high:
            raise self._invalid(value, _remedy(low, high))
        return int(typing.cast("int", value)) if hint is int else number

    def _range(self) -> tuple[float, float]:
        if self.field.startswith("n_"):
            return _COUNT
        return _RANGES.get(self.field, (-math.inf, math.inf))

    def _tuple(self, arguments: tuple[object, ...], value: object) -> object:
        if not isinstance(value, list | tuple):
            raise self._wrong_type(value, expected="a tuple or a list")
        if arguments == (float, Ellipsis) and self._known_floats(value):
            return value if isinstance(value, tuple) else tuple(value)
        if arguments[-1] is Ellipsis:
            arguments = (arguments[0],) * len(value)
        if len(arguments) != len(value):
            expected = f"a tuple or a list of {len(arguments)}"
            raise self._wrong_type(value, expected=expected)
        entries = tuple(map(self.read, arguments, value))
        same = isinstance(value, tuple) and all(map(_is, entries, value))
        return value if same else entries

    def _known_floats(self, value: Sequence[object]) -> bool:
        """Tell at a glance that no entry breaks a rule: a curve may have millions."""
        if not set(map(type, value)) <= {float} or not value:
            return False
        entries = np.array(value)
        low, high = self._range()
        # A NaN makes both ends NaN, and every comparison with NaN is false.
        least, most = float(entries.min()), float(entries.max())
        return -math.inf < least >= low and most <= high and most < math.inf

    def _option(self, options: tuple[object, ...], value: object) -> object:
        # By type too: True equals 1, and an array has no truth value.
        if not any(type(value) is type(each) and value == each for each in options):
            named = ", ".join(map(repr, options))
            raise self._invalid(value, f"Choose one of {named}.")
        return value

    def _invalid(self, value: object, remedy: str) -> InvalidValueError:
        return InvalidValueError(
            subject=f"field {self.field!r} of a {self.kind}",
            found=f"invalid value {cut(value)}",
            remedy=remedy,
        )

    def _wrong_type(self, value: object, *, expected: str) -> InvalidTypeError:
        return InvalidTypeError(
            subject=f"field {self.field!r} of a {self.kind}",
            expected=expected,
            got=f"{type(value).__name__} {cut(value)}",
            remedy="Pass a value of that type.",
        )


def _name(hint: object) -> str:
    if isinstance(hint, type):
        return _NAMES.get(hint, f"a {hint.__name__}")
    return str(hint)


def _known(hint: object) -> object:
    known = [each for each in typing.get_args(hint) if each is not types.NoneType]
    # A union of several types is left to the classes in it.
    return known[0] if len(known) == 1 else object


def _remedy(low: float, high: float) -> str:
    if high < math.inf:
        return f"Pass a number from {low:g} to {high:g}."
    if low > -math.inf:
        return f"Pass a finite number of {low:g} or more."
    return "Pass a finite number, or None where the field allows it."


def _is(first: object, second: object) -> bool:
    return first is second
