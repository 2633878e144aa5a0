"""Messages of bounded length, whatever the values in them."""

import re

from ..errors import CrmkitError, InvalidTypeError, InvalidValueError

__all__ = ["bounded_message", "cut"]

_VALUE = 80
_PART = 300
_MESSAGE = 2_000

# A value as repr writes it: quoted, with escapes.
_QUOTED = re.compile(r"""b?'(?:[^'\\]|\\.)*'|b?"(?:[^"\\]|\\.)*\"""", re.DOTALL)


def cut(text: str, most: int = _VALUE) -> str:
    """Return a text of at most ``most`` characters, an ellipsis for what is cut."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def bounded_message(error: CrmkitError) -> str:
    """Return the message of an error with each value cut to about 80 characters."""
    if isinstance(error, InvalidValueError):
        error = InvalidValueError(
            subject=_bounded(error.subject),
            found=_bounded(error.found),
            count=error.count,
            total=error.total,
            first=None if error.first is None else _bounded(error.first),
            remedy=error.remedy,
        )
    elif isinstance(error, InvalidTypeError):
        error = InvalidTypeError(
            subject=_bounded(error.subject),
            expected=error.expected,
            got=_bounded(error.got),
            remedy=error.remedy,
        )
    return cut(error.message, _MESSAGE)


def _bounded(part: str) -> str:
    return cut(_QUOTED.sub(_cut_value, part), _PART)


def _cut_value(found: re.Match[str]) -> str:
    value = found[0]
    return cut(value[:-1], _VALUE) + value[-1]
