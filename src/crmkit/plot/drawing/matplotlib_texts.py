"""Texts at marks: beside each, and where it can be, not on one another."""

import numpy as np
from matplotlib.axes import Axes

from ..._chart import Layer
from ...typing import FloatArray
from .palette import INK

__all__ = ["SIZE", "inches", "spread", "write_texts"]

SIZE = 9.0
_MOST = 60  # more texts than that are no longer read
_OFFSET = {
    "above": (0, 5, "center", "bottom"),
    "below": (0, -5, "center", "top"),
    "left": (-5, 0, "right", "center"),
    "right": (5, 0, "left", "center"),
    "centre": (0, 0, "center", "center"),
}
_FREE = ("above", "right", "left", "below")
Box = tuple[float, float, float, float]


def inches(axes: Axes) -> tuple[float, float]:
    """Return the width and the height that axes will have, about."""
    dpi = axes.figure.dpi
    # A figure that lays itself out leaves less at its edges than it begins with.
    more = 1.13 if axes.figure.get_layout_engine() is not None else 1.0
    return more * axes.bbox.width / dpi, more * axes.bbox.height / dpi


def write_texts(
    axes: Axes,
    each: Layer,
    *,
    shift: FloatArray | None = None,
    base: FloatArray | None = None,
) -> None:
    """Write the texts of a layer beside its marks; those of bars beyond their ends."""
    if not each.texts or len(each.texts) > _MOST:
        return
    move = np.zeros_like(each.x) if shift is None else shift
    across = each.kind == "barh"
    x, y = (each.x, each.y + move) if across else (each.x + move, each.y)
    places = _beyond(each, base) if base is not None else _places(axes, each, x, y)
    # On a pale bar white could not be read.
    inside = each.place == "centre" and each.tone != "soft"
    for at, text in enumerate(each.texts):
        right, up, ha, va = _OFFSET[places[at]]
        if text and np.isfinite(x[at]) and np.isfinite(y[at]):
            axes.annotate(
                text,
                (x[at], y[at]),
                xytext=(right, up),
                textcoords="offset points",
                ha=ha,
                va=va,
                fontsize=SIZE,
                color="white" if inside else INK,
                parse_math=False,
                annotation_clip=False,
                zorder=4,
            )


def _beyond(each: Layer, base: FloatArray) -> list[str]:
    if each.place == "centre":
        return ["centre"] * each.x.size
    ends = each.x if each.kind == "barh" else each.y
    out, back = ("right", "left") if each.kind == "barh" else ("above", "below")
    return [
        out if end >= start else back for end, start in zip(ends, base, strict=True)
    ]


def _places(axes: Axes, each: Layer, x: FloatArray, y: FloatArray) -> list[str]:
    """Choose a free side for each text of points; other marks have theirs."""
    if each.place != "auto" or each.kind != "points":
        return ["above" if each.place == "auto" else each.place] * x.size
    axes.autoscale_view()
    at = axes.transData.transform(np.column_stack([x, y]))
    scale = axes.figure.dpi / 72
    taken: list[Box] = [(px - 4, py - 4, px + 4, py + 4) for px, py in at]
    chosen = []
    for (px, py), text in zip(at, each.texts, strict=True):
        boxes = {side: _box(px, py, text, side, scale) for side in _FREE}
        best = min(_FREE, key=lambda side: _overlap(boxes[side], taken, axes))
        taken.append(boxes[best])
        chosen.append(best)
    return chosen


def _box(x: float, y: float, text: str, side: str, scale: float) -> Box:
    wide, high = 0.56 * SIZE * scale * len(text), 1.2 * SIZE * scale
    right, up, ha, va = _OFFSET[side]
    left = x + right * scale - {"center": wide / 2, "right": wide, "left": 0.0}[ha]
    low = y + up * scale - {"center": high / 2, "top": high, "bottom": 0.0}[va]
    return left, low, left + wide, low + high


def _overlap(box: Box, taken: list[Box], axes: Axes) -> float:
    """Return how much of a box is taken, or lies outside the axes."""
    left, low, right, high = box
    frame = axes.bbox
    outside = max(right - frame.x1, 0.0) + max(frame.x0 - left, 0.0)
    shared = sum(
        max(min(right, other[2]) - max(left, other[0]), 0.0)
        * max(min(high, other[3]) - max(low, other[1]), 0.0)
        for other in taken
    )
    return float(shared + outside * (high - low))


def spread(places: FloatArray, gap: float) -> FloatArray:
    """Move places apart until neighbours are ``gap`` apart, each as little as it can.

    Examples
    --------
    >>> spread(np.array([0.0, 1.0, 9.0]), 3.0).tolist()
    [-1.0, 2.0, 9.0]
    """
    order = np.argsort(places, kind="stable")
    blocks = [[places[at], 1] for at in order]  # the mean place of texts that touch
    at = 0
    while at < len(blocks) - 1:
        (first, n), (second, m) = blocks[at], blocks[at + 1]
        if second - first < gap * (n + m) / 2:
            blocks[at : at + 2] = [[(first * n + second * m) / (n + m), n + m]]
            at = max(at - 1, 0)
        else:
            at += 1
    moved = [
        middle + gap * (k - (n - 1) / 2) for middle, n in blocks for k in range(int(n))
    ]
    result = np.empty_like(places)
    result[order] = moved
    return result
