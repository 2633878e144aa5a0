"""How a result shows itself: a short repr, a sentence for print, a table in HTML."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from .html_tables import html_table, paragraph
from .result_facts import facts_of, tables_of
from .value_texts import is_number, short_repr, text_of, words_of

__all__ = ["html_of", "sentence_of", "shown"]

_Class = TypeVar("_Class", bound=type)

_MOST_FACTS = 7
_MOST_TABLES = 2


def shown(kind: _Class) -> _Class:
    """Give a result class a short repr, a sentence and an HTML table.

    Apply it below ``@dataclass``; ``@checked`` does it already. What a class writes
    itself stays as it is.
    """
    # What only object knows how to say; a base of crmkit may say it better.
    silent = {
        name for name in _SHOWN if getattr(kind, name, None) is vars(object).get(name)
    }
    if "__repr__" not in silent:
        silent.discard("__str__")
    for name in silent:
        setattr(kind, name, _SHOWN[name])
    return kind


def sentence_of(result: object) -> str:
    """Return the facts of a result as one sentence.

    Examples
    --------
    >>> from crmkit.satisfaction import NonresponseBounds
    >>> bounds = NonresponseBounds(
    ...     n_invited=100, n_responses=40, lowest=-50.0, highest=70.0, all_passive=10.0
    ... )
    >>> sentence_of(bounds)  # doctest: +ELLIPSIS
    'Nonresponse bounds: 100 invited, 40 responses, lowest -50, highest 70, ...'
    """
    known = [
        _counted(value, label) if name.startswith("n_") else f"{label} {text}"
        for label, name, value in facts_of(result)
        if value is not None and (text := text_of(name, value)) != "none"
    ]
    tables = [
        f"{len(rows):,} rows of {text_of('', [each for each in names if each])}"
        for names, rows in tables_of(result)[:_MOST_TABLES]
    ]
    told = [*known[:_MOST_FACTS], *tables]
    title = words_of(type(result).__name__)
    return f"{title[:1].upper()}{title[1:]}: {', '.join(told) or 'nothing to tell'}"


def _counted(value: object, label: str) -> str:
    """Return a count with its noun: 1 customer lost, 2 customers lost."""
    if value == 1:
        label = re.sub(r"^(\w+[^s\W])s\b", r"\1", label)
    return f"{text_of('n_', value)} {label}"


def html_of(result: object) -> str:
    """Return the sentence of a result and all its facts as tables, escaped."""
    # A text of several lines is a table already, which HTML draws better.
    lines = str(result).splitlines()
    first = lines[0] if len(lines) == 1 else sentence_of(result)
    facts = [
        [(label, False), (text_of(name, value), is_number(value))]
        for label, name, value in facts_of(result)
    ]
    tables = [html_table((), facts)] if facts else []
    tables += [html_table(headings, rows) for headings, rows in tables_of(result)]
    return "".join([paragraph(first), *tables])


_SHOWN: Final[Mapping[str, Callable[[object], str]]] = {
    "__repr__": short_repr,
    "__str__": sentence_of,
    "_repr_html_": html_of,
}
