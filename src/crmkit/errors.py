"""The errors and warnings of crmkit.

The message of an error fits into a ticket: the column or argument, the rule, the number
of rows, the first example and a remedy. The facts are also attributes of the error.
"""

from reprlib import Repr
from typing import Final

__all__ = [
    "ConvergenceError",
    "CrmkitError",
    "CrmkitWarning",
    "IdentifiabilityWarning",
    "InvalidTypeError",
    "InvalidValueError",
    "MissingColumnError",
    "MissingExtraError",
    "NotEnoughDataError",
    "SelectionWarning",
    "UnitWarning",
]

_SHOWN: Final = 80  # characters of a value: a cell of a file may hold megabytes
_SHORT: Final = Repr()  # stops at a few levels, where repr would exhaust the stack
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = _SHOWN


class CrmkitError(Exception):
    """Base class of all errors of crmkit."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the message and the attributes, whatever the constructor takes."""
        return (_revived, (type(self), self.message, self.__dict__))


def _revived(
    kind: type[CrmkitError], message: str, facts: dict[str, object]
) -> CrmkitError:
    error = kind.__new__(kind, message)
    error.__dict__.update(facts)
    return error


def shown(value: object) -> str:
    """Return ``value`` as code on one line, cut where it is too long for a sentence."""
    try:
        text = _SHORT.repr(value)
    except ValueError:  # Python writes no int of more than 4,300 digits
        text = f"a number of {type(value).__name__}"
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."


def _letters(name: str) -> str:
    return "".join(sign for sign in str(name).lower() if sign.isalnum())


class MissingColumnError(CrmkitError, LookupError):
    """A column that the function reads is missing from the frame.

    Attributes
    ----------
    missing, columns
        The names that were not found, and the names that the frame has.
    hint
        How to get the missing columns, in whole sentences; empty if the reader of the
        frame does not know.
    """

    def __init__(
        self, missing: list[str], columns: list[str], *, hint: str = ""
    ) -> None:
        self.missing = list(dict.fromkeys(missing))
        self.columns = columns
        near = {
            name: column
            for name in self.missing
            for column in columns
            if _letters(column) == _letters(name)
        }
        # The name of a near column says more than who could write another one.
        self.hint = hint if len(near) < len(self.missing) else ""
        asked = [f"Did you mean {near[name]!r} for {name!r}?" for name in near]
        noun = "column" if len(self.missing) == 1 else "columns"
        sentences = [
            f"missing {noun} {self.missing}; the frame has {columns}.",
            *asked,
            *([self.hint] if self.hint else []),
            "Rename them, or pass the matching *_col argument.",
        ]
        super().__init__(" ".join(sentences))


class InvalidValueError(CrmkitError, ValueError):
    """A value breaks a rule.

    Attributes
    ----------
    subject
        What was looked at: ``"column 'amount'"`` or ``"argument 'horizon'"``.
    found
        What was found there, in the singular: ``"missing value"``. The message never
        puts it into the plural: "missing value in 3 of 13 rows".
    count, total
        In how many of how many rows; None for a single argument.
    first
        The first example, as a reader would look it up.
    remedy
        What to do about it, as a whole sentence.
    """

    def __init__(
        self,
        *,
        subject: str,
        found: str,
        remedy: str,
        count: int | None = None,
        total: int | None = None,
        first: str | None = None,
    ) -> None:
        self.subject = subject
        self.found = found
        self.remedy = remedy
        self.count = count
        self.total = total
        self.first = first
        where = "" if count is None or total is None else f" in {count} of {total} rows"
        notes = [] if count is None or total is not None else [f"{count} in all"]
        notes += [] if first is None else [f"first: {first}"]
        beside = f" ({'; '.join(notes)})" if notes else ""
        super().__init__(f"{subject}: {found}{where}{beside}. {remedy}")


class InvalidTypeError(CrmkitError, TypeError):
    """A value has a type that the function cannot read.

    Attributes
    ----------
    subject
        What was looked at: ``"column 'date'"`` or ``"argument 'transactions'"``.
    expected, got
        The type that the function reads, and the type that it got.
    remedy
        What to do about it, as a whole sentence.
    """

    def __init__(self, *, subject: str, expected: str, got: str, remedy: str) -> None:
        self.subject = subject
        self.expected = expected
        self.got = got
        self.remedy = remedy
        super().__init__(f"{subject}: expected {expected}, got {got}. {remedy}")


class NotEnoughDataError(CrmkitError, ValueError):
    """The data are too few for the result that was asked for.

    Attributes
    ----------
    needed, got
        What the function needs, and what the data hold.
    remedy
        What to do about it, as a whole sentence.
    """

    def __init__(self, *, needed: str, got: str, remedy: str) -> None:
        self.needed = needed
        self.got = got
        self.remedy = remedy
        super().__init__(f"needs {needed}, got {got}. {remedy}")


class ConvergenceError(CrmkitError, RuntimeError):
    """A fit stopped before it reached the optimum.

    Attributes
    ----------
    fit
        The last state of the fit, with its report: for diagnosis, not for use.
    """

    def __init__(self, message: str, *, fit: object) -> None:
        self.fit = fit
        super().__init__(message)


class MissingExtraError(CrmkitError, ImportError):
    """A package of an optional extra is not installed.

    Attributes
    ----------
    package, extra
        The missing package, and the extra of crmkit that installs it; None if the
        package needs old libraries that crmkit cannot be installed with.
    """

    def __init__(self, *, package: str, extra: str | None) -> None:
        self.package = package
        self.extra = extra
        what = f"--no-deps {package}" if extra is None else f"'crmkit[{extra}]'"
        super().__init__(
            f"{package} is not installed. Install it with: pip install {what}."
        )


class CrmkitWarning(UserWarning):
    """Base class of all warnings of crmkit: the numbers are right, but read this."""


class UnitWarning(CrmkitWarning):
    """A value is plausible only in another unit: a percentage, a yearly rate, days."""


class IdentifiabilityWarning(CrmkitWarning):
    """A parameter is at its boundary, or the likelihood is flat in it."""


class SelectionWarning(CrmkitWarning):
    """The customers seem to be a selection, such as those who came back only."""
