"""A page of HTML as lines of text, which a person can read and a test can compare."""

import re
from html.parser import HTMLParser

__all__ = ["page_as_text"]

_UNSHOWN = {"style", "script"}
_IN_LINE = {"b", "a", "i", "small", "span", "abbr", "code", "em", "strong", "th", "td"}
_MOST_ROWS, _FIRST, _LAST = 14, 4, 2
# What says nothing about the page: links to places in it, and how a chart is laid out.
_LEFT_OUT = {"preserveaspectratio", "vector-effect", "role", "scope", "href", "lang"}
_LEFT_OUT |= {"content", "charset"}
_OF_VERSION = re.compile(r"\b(crmkit|Python|narwhals|numpy|scipy) \d[\w.+-]*")


class _Lines(HTMLParser):
    """Write a line for each element; what is written inside a line stays in it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._silent = ""
        self._depth = 0
        self._rows: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or go on with one."""
        if tag in _UNSHOWN:
            self._silent = tag
        told = "".join(
            f" {name}={value}" if value else f" {name}"
            for name, value in attrs
            if name not in _LEFT_OUT
        )
        if tag == "tbody":
            self._end_line(f"<{tag}{told}>")
            self._rows = []
        elif tag in _IN_LINE:
            cell = " |" if tag in {"th", "td"} else ""
            self._add(f"{cell} <{tag}{told}>" if told or not cell else cell)
        else:
            self._end_line(f"<{tag}{told}>")

    def handle_endtag(self, tag: str) -> None:
        """End a table's body, or a part that is not shown."""
        if tag == self._silent:
            self._silent = ""
        if tag == "tbody" and self._rows is not None:
            rows, self._rows = self._rows, None
            if len(rows) > _MOST_ROWS:
                left = f"... {len(rows) - _FIRST - _LAST} rows more"
                rows = [*rows[:_FIRST], left, *rows[-_LAST:]]
            self.lines += rows

    def handle_data(self, data: str) -> None:
        """Add text to the line."""
        words = " ".join(data.split())
        if words and not self._silent:
            self._add(f" {words}")

    def _end_line(self, line: str) -> None:
        (self.lines if self._rows is None else self._rows).append(line)

    def _add(self, text: str) -> None:
        lines = self.lines if self._rows is None or not self._rows else self._rows
        if not lines:
            lines.append("")
        lines[-1] += text


def page_as_text(html: str) -> str:
    """Write a page as text: a line for each element, a table's row in one line.

    Style and script are left out, versions are masked, and of a long table the first
    and the last rows are written with their number.
    """
    parser = _Lines()
    parser.feed(html)
    parser.close()
    return _OF_VERSION.sub(r"\1 (version)", "\n".join(parser.lines))
