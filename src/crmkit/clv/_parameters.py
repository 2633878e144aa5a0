"""Parameters of a frozen model: positive numbers, by their published names."""

from collections.abc import Sequence

from .._check import positive
from ..errors import InvalidValueError

__all__ = ["check_parameters", "parameters_of"]

_SMALLEST, _LARGEST = 1e-100, 1e100  # their squares, and ratios, are still numbers


def check_parameters(model: object, names: Sequence[str]) -> None:
    """Refuse a parameter that is no positive number, and keep the rest as floats.

    Nothing observed is described by one outside 1e-100 to 1e100, and much overflows.
    """
    for name in names:
        value = positive(name, getattr(model, name))
        if not _SMALLEST <= value <= _LARGEST:
            raise InvalidValueError(
                subject=f"argument {name!r}",
                found=f"invalid value {value!r}",
                remedy=f"Pass a parameter from {_SMALLEST:g} to {_LARGEST:g}.",
            )
        # The one moment a frozen value may be set: while it is being made.
        object.__setattr__(model, name, value)


def parameters_of(model: object, names: Sequence[str]) -> dict[str, float]:
    """Return the parameters by name, in the published order."""
    return {name: getattr(model, name) for name in names}
