"""Numbers as a reader expects them on an axis, beside a mark and in a title."""

import math

from ..._chart import Scale

__all__ = ["counted", "money", "percent", "tick_text"]

_SHORT = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def percent(share: float) -> str:
    """Return a share as a percentage, with a digit more where it is small.

    Examples
    --------
    >>> percent(0.8), percent(0.0213)
    ('80%', '2.1%')
    """
    digits = 0 if abs(share) >= 0.0995 or share == 0 else 1
    return f"{100 * share:.{digits}f}%"


def money(amount: float, currency: str = "") -> str:
    """Return an amount in short: three digits, and k, M or B for the rest.

    Examples
    --------
    >>> money(1234567, "$"), money(-52.3), money(1234, "$")
    ('$1.23M', '-52.3', '$1.23k')
    """
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    for unit, letter in _SHORT:
        # 999,500 would be 1000k.
        if size >= unit * 0.9995:
            return f"{sign}{currency}{_three_digits(size / unit)}{letter}"
    return f"{sign}{currency}{_three_digits(size)}"


def _three_digits(size: float) -> str:
    digits = max(0, 2 - math.floor(math.log10(size))) if size >= 1e-12 else 0
    text = f"{size:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(number: float, noun: str) -> str:
    """Return a number with its noun: 1 customer, 2,357 customers.

    Examples
    --------
    >>> counted(1, "customer"), counted(2357, "customer")
    ('1 customer', '2,357 customers')
    """
    return f"{number:,.0f} {noun}{'' if round(number) == 1 else 's'}"


def tick_text(scale: Scale, value: float) -> str:
    """Return a number as it is written on an axis."""
    if scale.unit == "share":
        return f"{100 * value:.10g}%"
    if scale.unit == "money":
        return money(value, scale.currency)
    if scale.unit == "signed":
        return f"{value:+,.10g}" if value else "0"
    return f"{value:,.10g}"
