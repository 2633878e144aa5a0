"""The unit of time of a fit, held against the unit of what it is used on."""

from ..errors import InvalidValueError

__all__ = ["require_unit"]


def require_unit(model: object, time_unit: str | None) -> None:
    """Refuse a model that was fitted in another unit of time than the stated one.

    Parameters
    ----------
    model
        A fitted model; its unit is the field ``time_unit``, unknown where it is None or
        absent.
    time_unit
        The unit of the data or the question; None where it is unknown.

    Raises
    ------
    InvalidValueError
        If both units are known and differ: nothing is converted, so the answer would
        be wrong by the ratio of the two.

    Examples
    --------
    >>> from crmkit.clv import BgNbd
    >>> weekly = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259, time_unit="week")
    >>> require_unit(weekly, "week")
    >>> require_unit(weekly, None)
    """
    fitted = getattr(model, "time_unit", None)
    if fitted is None or time_unit is None or fitted == time_unit:
        return
    raise InvalidValueError(
        subject="argument 'time_unit'",
        found=f"{time_unit!r}, but the {type(model).__name__} is in {fitted!r}",
        remedy=f"Pass time_unit={fitted!r}, or fit the model in {time_unit!r}.",
    )
