"""Arguments that functions of `clv` share, checked before anything is computed."""

from collections.abc import Collection
from math import ceil, isinf

from ..._check import fraction, number, whole
from ...errors import InvalidTypeError, InvalidValueError

__all__ = ["finite_margin", "interval_draws", "new_columns"]


def finite_margin(margin: float) -> float:
    """Return the share of an amount that is profit: any finite number."""
    share = number("margin", margin)
    if isinf(share):
        raise InvalidValueError(
            subject="argument 'margin'",
            found=f"invalid value {share!r}",
            remedy="Pass a finite share, such as 0.3 for 30%.",
        )
    return share


def interval_draws(draws: int, level: float) -> tuple[int, float]:
    """Return how many draws, and which share of them lies beyond either end.

    What comes is one more draw, so it falls beyond either end of ``n`` of them once in
    ``n + 1`` times: with fewer draws no interval is as wide as its level says.
    """
    count = whole("draws", draws, at_least=1)
    tail = (1 - fraction("level", level)) / 2
    needed = ceil(1 / tail - 1 - 1e-9)
    if count < needed:
        raise InvalidValueError(
            subject="argument 'draws'",
            found=f"{count}, too few for an interval of level {level:g}",
            remedy=f"Pass draws={needed} or more.",
        )
    return count, tail


def new_columns(names: Collection[object], *, read: Collection[str]) -> None:
    """Refuse a new column whose name is not text, or is that of a column read."""
    for name in names:
        if not isinstance(name, str):
            raise InvalidTypeError(
                subject="the name of the new column",
                expected="a text",
                got=repr(name),
                remedy="Pass output_col as a str.",
            )
        if name in read:
            raise InvalidValueError(
                subject="the name of the new column",
                found=f"{name!r}, a column that is read",
                remedy="Choose another name: inputs stay as they are.",
            )
