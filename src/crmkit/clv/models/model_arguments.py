"""Arguments that functions of `clv` share, checked before anything is computed."""

from collections.abc import Collection
from math import isinf

from ..._check import number
from ...errors import InvalidTypeError, InvalidValueError

__all__ = ["finite_margin", "new_columns"]


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
