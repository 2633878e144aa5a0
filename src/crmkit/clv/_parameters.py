"""Parameters of a frozen model: positive numbers, by their published names."""

from collections.abc import Sequence

from .._check import positive

__all__ = ["check_parameters", "parameters_of"]


def check_parameters(model: object, names: Sequence[str]) -> None:
    """Refuse a parameter that is no positive number, and keep the rest as floats."""
    for name in names:
        # The one moment a frozen value may be set: while it is being made.
        object.__setattr__(model, name, positive(name, getattr(model, name)))


def parameters_of(model: object, names: Sequence[str]) -> dict[str, float]:
    """Return the parameters by name, in the published order."""
    return {name: getattr(model, name) for name in names}
