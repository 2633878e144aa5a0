"""A chart as tidy data: layers of marks on two scales, and the finding it shows.

A plot describes what to draw and no program that draws: matplotlib draws it in a
notebook, and Vega-Lite on a page.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .typing import FloatArray

__all__ = ["Below", "Chart", "Kind", "Layer", "Place", "Scale", "Tone", "Unit", "layer"]

Kind: TypeAlias = Literal[
    "line", "steps", "band", "step_band", "bars", "barh", "points", "arms", "texts",
    "cells",
    "corners",
]  # fmt: skip
# What a colour says: which series, or good, bad, a total, or a line to compare with.
Tone: TypeAlias = Literal["series", "reference", "good", "bad", "total", "soft"]
Unit: TypeAlias = Literal["number", "count", "share", "money", "signed", "date"]
Place: TypeAlias = Literal["auto", "above", "below", "left", "right", "centre"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One axis.

    Attributes
    ----------
    title
        What the axis shows, with its unit.
    unit
        How its numbers are written; dates are days since 1970-01-01.
    names
        The categories in order; positions are then 0, 1, 2, ...
    lower, upper
        Ends that hold whatever the data are, such as 0 and 1 of a share.
    currency
        The sign before amounts of money.
    log, hidden
        Whether the axis is logarithmic, and whether it is left out.
    """

    title: str = ""
    unit: Unit = "number"
    names: tuple[str, ...] = ()
    lower: float | None = None
    upper: float | None = None
    currency: str = ""
    log: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """Marks of one kind.

    Attributes
    ----------
    kind
        The mark. ``arms`` are lines from ``(x, y)`` to ``(x_end, y_end)``; ``cells``
        are those of a heat map, coloured by ``value``; ``corners`` are names of the
        quarters of a map.
    x, y, x_end, y_end
        Where the marks are, and where they end; a bar ends at its base.
    value
        The number behind the colour of a cell.
    tone
        The colour of all marks, or one for each mark.
    name
        The series that the marks belong to; series have colours of their own.
    stack
        Bars of one stack share a place; others are side by side.
    texts, place
        What is written at each mark, and where: by default beyond the end of a bar,
        above other marks, and beside points where there is room.
    dash, dots
        Whether a line is dashed, and whether it has points; a dashed bar is a forecast.
    hints
        What a page says of each mark that is pointed at.
    """

    kind: Kind
    x: FloatArray
    y: FloatArray
    x_end: FloatArray | None = None
    y_end: FloatArray | None = None
    value: FloatArray | None = None
    tone: Tone | tuple[Tone, ...] = "series"
    name: str = ""
    stack: str = ""
    texts: tuple[str, ...] = ()
    place: Place = "auto"
    dash: bool = False
    dots: bool = False
    hints: tuple[str, ...] = ()


def layer(
    kind: Kind,
    x: ArrayLike,
    y: ArrayLike,
    *,
    x_end: ArrayLike | None = None,
    y_end: ArrayLike | None = None,
    value: ArrayLike | None = None,
    tone: Tone | tuple[Tone, ...] = "series",
    name: str = "",
    stack: str | None = None,
    texts: tuple[str, ...] = (),
    place: Place = "auto",
    dash: bool = False,
    dots: bool = False,
    hints: tuple[str, ...] = (),
) -> Layer:
    """Build a layer from anything like arrays, of one length or single numbers."""
    first, second = np.broadcast_arrays(_floats(x), _floats(y))
    return Layer(
        kind=kind,
        x=first,
        y=second,
        x_end=_ends(x_end, first),
        y_end=_ends(y_end, first),
        value=None if value is None else _floats(value),
        tone=tone,
        name=name,
        stack=name if stack is None else stack,
        texts=texts,
        place=place,
        dash=dash,
        dots=dots,
        hints=hints,
    )


def _floats(values: ArrayLike) -> FloatArray:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))


def _ends(values: ArrayLike | None, like: FloatArray) -> FloatArray | None:
    return None if values is None else np.broadcast_to(_floats(values), like.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """A row of texts below the horizontal axis, such as the customers at risk.

    Attributes
    ----------
    title, name
        Of all such rows, and of the series that this one belongs to.
    x, texts
        Where the texts are, and the texts.
    """

    title: str
    name: str
    x: tuple[float, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """Layers on two scales, with the finding that they show.

    Attributes
    ----------
    layers
        Drawn in order, the first at the back.
    x, y
        The two axes.
    finding, note
        What the chart shows in one sentence, and what it rests on, such as how many
        customers.
    height
        Of a new figure, in inches; a list of names needs more.
    below
        Rows of texts below the horizontal axis.
    unnamed
        Whether the series are named by texts of the chart, and need no other names.
    """

    layers: tuple[Layer, ...]
    x: Scale
    y: Scale
    finding: str = ""
    note: str = ""
    height: float = 4.0
    below: tuple[Below, ...] = ()
    unnamed: bool = False

    def called(self, label: str | None) -> "Chart":
        """Return the chart with the name of its series, or before several names."""
        if label is None:
            return self
        names = {each.name for each in self.layers if each.tone == "series"}
        single = len(names) <= 1

        def named(each: Layer) -> Layer:
            if each.tone != "series" or not (each.name or single):
                return each
            name = label if single else f"{label}: {each.name}"
            return replace(each, name=name, stack=name if each.stack else "")

        below = tuple(
            replace(row, name=label if single else f"{label}: {row.name}".rstrip(": "))
            for row in self.below
        )
        return replace(self, layers=tuple(map(named, self.layers)), below=below)
