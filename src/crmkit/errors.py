"""The ways crmkit refuses, and the few things it warns of.

Every error is one sentence that can be pasted into a ticket: what, which rule, how
many, the first example, the remedy. The facts stay on the error as attributes.
"""

import re

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

# Columns that nobody has in a file of their own: who asks for one wants to know.
_MADE_BY = {
    "rfm_summary": ("frequency", "recency", "T", "monetary_value", "total_amount"),
    "with_probability_alive of a fitted model": ("probability_alive",),
    "clv.with_clv": ("clv",),
    "segments.with_value_tier": ("value_tier",),
    "segments.with_rfm_scores": ("r_score", "f_score", "m_score", "rfm_cell"),
}


class CrmkitError(Exception):
    """Anything crmkit refuses to do; catch this to catch all of them."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with the facts, whatever the constructor takes."""
        return (_revived, (type(self), self.message, self.__dict__))


def _revived(
    kind: type[CrmkitError], message: str, facts: dict[str, object]
) -> CrmkitError:
    error = kind.__new__(kind, message)
    error.__dict__.update(facts)
    return error


_AFTER_THE_NOUN = re.compile(
    r" (?:above|after|among|at|before|below|beyond|by|dated|for|from|in|larger|not|of|"
    r"other|outside|than|that|to|whose|with|without)\b"
)


def _counted(count: int, noun: str) -> str:
    """Say "1 missing value", "3 missing values" or "2 values above T"."""
    if count == 1:
        return f"1 {noun}"
    rest = _AFTER_THE_NOUN.search(noun)
    end = rest.start() if rest else len(noun)
    said = noun[end:].replace(" that is ", " that are ", 1)
    return f"{count} {noun[:end]}s{said}"


def _letters(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _makers(names: list[str]) -> str:
    made = {
        maker: [name for name in names if name in columns]
        for maker, columns in _MADE_BY.items()
    }
    return "".join(
        f" {maker} makes {', '.join(map(repr, found))}."
        for maker, found in made.items()
        if found
    )


class MissingColumnError(CrmkitError, LookupError):
    """A column the function reads is not in the frame.

    Attributes
    ----------
    missing, columns
        The names asked for and not found, and the names the frame has.
    """

    def __init__(self, missing: list[str], columns: list[str]) -> None:
        self.missing = list(dict.fromkeys(missing))
        self.columns = columns
        near = {
            name: column
            for name in self.missing
            for column in columns
            if _letters(column) == _letters(name)
        }
        hint = "".join(f" Did you mean {near[n]!r} for {n!r}?" for n in near)
        hint += _makers([name for name in self.missing if name not in near])
        super().__init__(
            f"missing column(s) {self.missing}; the frame has {columns}.{hint} "
            "Rename them, or pass the matching *_col argument."
        )


class InvalidValueError(CrmkitError, ValueError):
    """A value breaks a rule.

    Attributes
    ----------
    subject
        What was looked at: ``"column 'amount'"`` or ``"argument 'horizon'"``.
    found
        What was found there, in the singular: ``"missing value"``.
    count, total
        How many of how many rows; None for a single argument.
    first
        The first example, as a reader would look it up.
    remedy
        What to do about it, a whole sentence.
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
        what = found if count is None else _counted(count, found)
        where = "" if total is None else f" in {_counted(total, 'row')}"
        example = "" if first is None else f" (first: {first})"
        super().__init__(f"{subject}: {what}{where}{example}. {remedy}")


class InvalidTypeError(CrmkitError, TypeError):
    """Something is of a kind the function cannot read.

    Attributes
    ----------
    subject
        What was looked at: ``"column 'date'"`` or ``"argument 'transactions'"``.
    expected, got
        The kind that is read, and the kind that came.
    remedy
        What to do about it, a whole sentence.
    """

    def __init__(self, *, subject: str, expected: str, got: str, remedy: str) -> None:
        self.subject = subject
        self.expected = expected
        self.got = got
        self.remedy = remedy
        super().__init__(f"{subject}: expected {expected}, got {got}. {remedy}")


class NotEnoughDataError(CrmkitError, ValueError):
    """The data cannot carry what is asked of them.

    Attributes
    ----------
    needed, got
        What the task needs, and what there is.
    remedy
        What to do about it, a whole sentence.
    """

    def __init__(self, *, needed: str, got: str, remedy: str) -> None:
        self.needed = needed
        self.got = got
        self.remedy = remedy
        super().__init__(f"needs {needed}, got {got}. {remedy}")


class ConvergenceError(CrmkitError, RuntimeError):
    """A fit stopped before its optimum.

    Attributes
    ----------
    fit
        The fit it reached, with its report, to look at and not to use.
    """

    def __init__(self, message: str, *, fit: object) -> None:
        self.fit = fit
        super().__init__(message)


class MissingExtraError(CrmkitError, ImportError):
    """A package of an optional extra is not installed.

    Attributes
    ----------
    package, extra
        The package looked for, and the extra of crmkit that brings it; None where
        none does, because the package asks for libraries that crmkit cannot go with.
    """

    def __init__(self, *, package: str, extra: str | None) -> None:
        self.package = package
        self.extra = extra
        what = f"--no-deps {package}" if extra is None else f"'crmkit[{extra}]'"
        super().__init__(
            f"{package} is not installed. Install it with: pip install {what}."
        )


class CrmkitWarning(UserWarning):
    """Anything worth knowing about a number that is still right."""


class UnitWarning(CrmkitWarning):
    """An argument is plausible only in another unit: a percentage, or a yearly rate."""


class IdentifiabilityWarning(CrmkitWarning):
    """The data leave a parameter all but free: a boundary or a flat likelihood."""


class SelectionWarning(CrmkitWarning):
    """The customers seem to be a selection, such as those who came back only."""
