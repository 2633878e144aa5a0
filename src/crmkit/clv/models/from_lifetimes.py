"""Parameters from and to lifetimes, by name: that package is never imported."""

from collections.abc import Sequence

from ...errors import InvalidTypeError, NotEnoughDataError

__all__ = ["lifetimes_parameters"]


def lifetimes_parameters(
    fitter: object, names: Sequence[str], *, kind: str | None
) -> dict[str, float]:
    """Read the parameters of a fitted lifetimes model of the class ``kind``.

    A ``kind`` of None stands for a model that lifetimes does not have.
    """
    found = type(fitter).__name__
    if found != kind:
        raise InvalidTypeError(
            subject="argument 'fitter'",
            expected="no fitter" if kind is None else f"a {kind} of lifetimes",
            got=found,
            remedy="lifetimes has no such model: fit it with crmkit."
            if kind is None
            else "Use the class of crmkit for that model.",
        )
    fitted = getattr(fitter, "params_", None)
    if fitted is None:
        raise NotEnoughDataError(
            needed="a fitted model",
            got=f"a {kind} that was not fitted",
            remedy="Call its fit method first.",
        )
    return {name: float(fitted[name]) for name in names}
