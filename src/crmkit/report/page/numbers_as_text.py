"""Numbers as text for managers: rounded, grouped, with their unit."""

import datetime as dt
import math
from collections.abc import Sequence

__all__ = [
    "both",
    "count",
    "day",
    "dollars",
    "exact",
    "number",
    "off",
    "percent",
    "period",
    "plural",
    "short",
    "signed",
    "span",
]

_MINUS = "\N{MINUS SIGN}"
_GAP = "\N{NO-BREAK SPACE}"  # a number and its scale stay on one line
_SCALES = ((1e12, f"{_GAP}trillion"), (1e9, f"{_GAP}billion"), (1e6, f"{_GAP}million"))


def both(names: Sequence[str]) -> str:
    """Join names as a sentence does: ``A, B and C``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def count(value: float) -> str:
    """Write a count: 23570 is ``23,570``."""
    return f"{round(value):,}".replace("-", _MINUS)


def number(value: float) -> str:
    """Write an average: two decimals below 10, one below 100."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}".replace("-", _MINUS)


def percent(share: float) -> str:
    """Write a share: 0.1234 is ``12%``; below one in ten, with one digit more."""
    value = 100 * share
    if 0 < abs(value) < 0.05:
        return "under 0.1%"
    if 99.5 <= value < 100:
        return "over 99%"
    digits = 1 if 0 < abs(value) < 9.95 else 0
    return f"{value:.{digits}f}%".replace("-", _MINUS)


def signed(share: float) -> str:
    """Write a relative difference: -0.031 is ``3.1% below``."""
    if abs(share) < 0.0005:
        return "equal to"
    return f"{percent(abs(share))} {'above' if share > 0 else 'below'}"


def off(share: float) -> str:
    """Write the error of a forecast: -0.17 is ``17% too low``."""
    if abs(share) < 0.0005:
        return "exact"
    return f"{percent(abs(share))} too {'high' if share > 0 else 'low'}"


def dollars(amount: float, currency: str) -> str:
    """Write an amount: ``$2.50 million`` if large, to the cent if small."""
    sign = _MINUS if amount < 0 else ""
    size = abs(amount)
    for scale, word in _SCALES:
        if size >= scale:
            return f"{sign}{currency}{_three_digits(size / scale)}{word}"
    if 0.0001 <= size < 0.005:  # less would be written with an exponent
        return f"{sign}{currency}{size:.1g}"
    digits = 0 if size >= 1000 or size == 0 else 2
    return f"{sign}{currency}{size:,.{digits}f}"


def exact(amount: float, currency: str) -> str:
    """Write an amount for tables: ``$1,234,567``; to the cent if small."""
    sign = _MINUS if amount < 0 else ""
    digits = 0 if abs(amount) >= 1000 else 2
    return f"{sign}{currency}{abs(amount):,.{digits}f}"


def short(amount: float, currency: str) -> str:
    """Write an amount for an axis: ``$1.5M``, ``$20k``."""
    sign = _MINUS if amount < 0 else ""
    # Rounded before the scale is chosen: 999,999 is 1M, and not 1000k.
    size = float(f"{abs(amount):.3g}")
    for scale, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= scale:
            return f"{sign}{currency}{size / scale:.3g}{letter}"
    return f"{sign}{currency}{size:.3g}"


def day(date: dt.date) -> str:
    """Write a date: ``30 September 1997``."""
    return f"{date.day} {date:%B %Y}"


def plural(value: float, one: str, many: str | None = None) -> str:
    """Write a count with its noun: ``1 customer``, ``23,570 customers``."""
    return f"{count(value)} {one if round(value) == 1 else many or one + 's'}"


def period(start: dt.date, grain: str) -> str:
    """Name a period by its first day: ``Jan 1997``, ``Q1 1997``, ``1997``."""
    if grain == "year":
        return f"{start:%Y}"
    if grain == "quarter":
        return f"Q{(start.month + 2) // 3} {start:%Y}"
    return f"{start:%b %Y}"


def span(weeks: float) -> str:
    """Write a span of weeks: ``52 weeks``."""
    return f"{weeks:g} weeks" if weeks != round(weeks) else f"{count(weeks)} weeks"


def _three_digits(value: float) -> str:
    digits = max(0, 2 - math.floor(math.log10(value)))
    return f"{value:,.{digits}f}"
