"""Draw with SVG that needs no script: as wide as its place, with text of one size.

Places along the width are shares of it, from 0 to 1, and become percentages; places
along the height are pixels. So bars and labels follow the width of the page, while text
keeps its size on a phone. Curves are stretched, but not the width of their strokes.
Colours are classes of the style sheet, so a drawing follows light, dark and print.
"""

import math
from collections.abc import Callable, Sequence
from html import escape

__all__ = ["FOOT", "HEIGHT", "TOP", "Drawing", "nice_ticks"]

HEIGHT = 250
TOP, FOOT = 22.0, 24.0  # room for the highest label, and for the names below

_SPAN = 1000  # units along the width of a curve


class Drawing:
    """An SVG under construction."""

    def __init__(self, *, height: float, label: str) -> None:
        self._kind = "chart"
        self._height = height
        self._label = label
        self._parts: list[str] = []

    def bar(
        self,
        x: float,
        width: float,
        *,
        top: float,
        bottom: float,
        kind: str,
        title: str = "",
    ) -> None:
        """Draw a bar, with a text that appears when it is pointed at."""
        high = max(bottom - top, 0.0)
        told = f"<title>{escape(title)}</title>" if title else ""
        self._parts.append(
            f'<rect class="{kind}" x="{_share(x)}" y="{top:.1f}" '
            f'width="{_share(width)}" height="{high:.1f}">{told}</rect>'
        )

    def dot(self, x: float, y: float, *, kind: str, title: str, r: float = 4) -> None:
        """Draw a point."""
        self._parts.append(
            f'<circle class="{kind}" cx="{_share(x)}" cy="{y:.1f}" r="{r:g}">'
            f"<title>{escape(title)}</title></circle>"
        )

    def rule(self, y: float, *, kind: str = "grid") -> None:
        """Draw a line over the whole width."""
        self._parts.append(
            f'<line class="{kind}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        )

    def upright(self, x: float, *, top: float, bottom: float, kind: str) -> None:
        """Draw a line from top to bottom."""
        at = _share(x)
        self._parts.append(
            f'<line class="{kind}" x1="{at}" x2="{at}" y1="{top:.1f}" '
            f'y2="{bottom:.1f}"/>'
        )

    def text(
        self, x: float, y: float, words: str, *, kind: str = "tick", at: str = "start"
    ) -> None:
        """Write a text whose start, middle or end is at a place."""
        self._parts.append(
            f'<text class="{kind}" x="{_share(x)}" y="{y:.1f}" '
            f'text-anchor="{at}">{escape(words)}</text>'
        )

    def curve(self, points: Sequence[tuple[float, float]], *, kind: str) -> None:
        """Draw a line through points."""
        self._path("M" + "L".join(_place(x, y) for x, y in points), kind)

    def area(
        self,
        upper: Sequence[tuple[float, float]],
        lower: Sequence[tuple[float, float]],
        *,
        kind: str,
    ) -> None:
        """Fill what is between two lines."""
        around = (*upper, *reversed(lower))
        self._path("M" + "L".join(_place(x, y) for x, y in around) + "Z", kind)

    def grid(
        self,
        ticks: Sequence[float],
        place: Callable[[float], float],
        write: Callable[[float], str],
    ) -> None:
        """Draw the lines of an upward axis, each with its value to its left."""
        self._kind = "chart axis"  # the style sheet leaves room for the values
        for tick in ticks:
            y = place(tick)
            self.rule(y, kind="base" if tick == 0 else "grid")
            self._parts.append(
                f'<text class="tick" x="-8" y="{y + 4:.1f}" text-anchor="end">'
                f"{escape(write(tick))}</text>"
            )

    def svg(self) -> str:
        """Return the finished drawing."""
        return (
            f'<svg class="{self._kind}" role="img" width="100%" '
            f'height="{self._height:g}" aria-label="{escape(self._label)}">'
            f"{''.join(self._parts)}</svg>"
        )

    def _path(self, path: str, kind: str) -> None:
        self._parts.append(
            f'<svg width="100%" height="{self._height:g}" preserveAspectRatio="none" '
            f'viewBox="0 0 {_SPAN} {self._height:g}">'
            f'<path class="{kind}" d="{path}" vector-effect="non-scaling-stroke"/>'
            "</svg>"
        )


def nice_ticks(largest: float, *, count: int = 4) -> list[float]:
    """Return round numbers from 0 to just above the largest value."""
    if not (largest > 0 and math.isfinite(largest)):
        return [0.0, 1.0]
    rough = largest / count
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * m for m in (1, 2, 2.5, 5, 10) if unit * m >= rough * (1 - 1e-9))
    n = math.ceil(largest / step * (1 - 1e-9))
    return [step * at for at in range(n + 1)]


def _share(value: float) -> str:
    return f"{100 * value:.2f}%"


def _place(x: float, y: float) -> str:
    return f"{_SPAN * x:.0f} {y:.1f}"
