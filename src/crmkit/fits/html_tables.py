"""Tables in HTML for notebooks: escaped, with numbers aligned at the right."""

from collections.abc import Sequence
from html import escape
from typing import TypeAlias

__all__ = ["Cell", "html_table", "paragraph"]

# The text of a cell, and whether it is a number.
Cell: TypeAlias = tuple[str, bool]


def paragraph(text: str) -> str:
    """Return a text, line by line, as an HTML paragraph."""
    return f"<p>{'<br>'.join(escape(line) for line in text.splitlines())}</p>"


def html_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Return a table; without headings the first cell of a row is its heading.

    Examples
    --------
    >>> html_table((), [[("name", False), ("<b>", False)]])
    '<table><tbody><tr><th style="text-align:left">name</th><td
    style="text-align:left">&lt;b&gt;</td></tr></tbody></table>'
    """
    sides = [_side(number) for _, number in rows[0]] if rows else []
    head = "".join(
        f'<th style="{side}">{escape(heading)}</th>'
        for heading, side in zip(headings, sides, strict=False)
    )
    body = "".join(
        f"<tr>{''.join(_cells(row, heading=not headings))}</tr>" for row in rows
    )
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f"<table>{top}<tbody>{body}</tbody></table>"


def _cells(row: Sequence[Cell], *, heading: bool) -> list[str]:
    tags = ["th" if heading and at == 0 else "td" for at in range(len(row))]
    return [
        f'<{tag} style="{_side(number)}">{escape(text)}</{tag}>'
        for tag, (text, number) in zip(tags, row, strict=True)
    ]


def _side(number: bool) -> str:  # noqa: FBT001 - half of a cell, not a switch
    return "text-align:right" if number else "text-align:left"
