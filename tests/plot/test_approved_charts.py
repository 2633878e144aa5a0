"""Every chart says what was looked at and approved, to the last mark and text.

The charts of small tables, of the example of each plot, and their documents lie in
``tests/plot/approved_charts.txt``; ``make api`` (or running this file) writes it anew
after a change that was meant: look at the pictures before you commit it.
"""

import contextlib
import doctest
import inspect
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chart_as_text import chart_lines, document_lines
from close_text import differences
from every_plot import NAMES, drawn
from matplotlib import pyplot as plt

from crmkit import plot
from crmkit.plot.drawing.axes_record import recorded

APPROVED = Path(__file__).with_name("approved_charts.txt")
_LEVEL = "=" * 8


def _parts(name: str) -> dict[str, str]:
    """Return a plot, the document of two on one axes, and the example, as text."""
    axes = drawn(name, title="finding")
    plain = _lines(axes)
    both = drawn(name, label="after", ax=drawn(name, label="before"))
    document = document_lines(plot.vega_lite(ax=both))
    example = _lines(_example(name))
    plt.close("all")
    return {
        f"{name}: of a small table": plain,
        f"{name}: two as a document": "\n".join(document),
        f"{name}: as its example": example,
    }


def _lines(axes: Any) -> str:
    return "\n".join(
        line for chart in recorded(axes).charts for line in chart_lines(chart)
    )


def _example(name: str) -> Any:
    """Return the axes of the example that documents a plot."""
    names: dict[str, Any] = {}
    text = inspect.getdoc(getattr(plot, name)) or ""
    for example in doctest.DocTestParser().get_examples(text):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(example.source, name, "single"), names)  # noqa: S102 - ours
    return names["ax"]


def _split(text: str) -> Iterator[tuple[str, str]]:
    for part in f"\n{text}".split(f"\n{_LEVEL} ")[1:]:
        name, _, rest = part.partition("\n")
        yield name, rest.rstrip("\n")


@pytest.fixture(scope="module")
def approved() -> dict[str, str]:
    return dict(_split(APPROVED.read_text("utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_as_approved(name: str, approved: dict[str, str]) -> None:
    now = _parts(name)
    told = [
        f"{part}\n" + "\n".join(found)
        for part, text in now.items()
        if (found := differences(text, approved[part], rounded=False))
    ]
    assert not told, "\n".join(["if it is meant: `make api`", *told])


def test_no_approved_chart_is_orphaned(approved: dict[str, str]) -> None:
    assert {part.partition(":")[0] for part in approved} == {*NAMES}


if __name__ == "__main__":
    APPROVED.write_text(
        "".join(
            f"{_LEVEL} {part}\n{text}\n"
            for name in NAMES
            for part, text in _parts(name).items()
        ),
        "utf-8",
    )
