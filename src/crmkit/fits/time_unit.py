"""The unit and the length of time of a fit, held against what it is used on."""

import warnings

from .._check import level_of_caller
from ..errors import InvalidValueError, UnitWarning
from ..typing import FloatArray

__all__ = ["require_unit", "within_time_of_fit"]

# A month beside a week is 4.3 times as long, a week beside a day 7 times; a model that
# is used this long after its fit has other reasons for a warning.
_MOST_TIMES = 4.0


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


def within_time_of_fit(model: object, T: FloatArray) -> None:
    """Warn where customers were observed many times as long as those of the fit.

    Parameters
    ----------
    model
        A fitted model; its ``report`` knows the longest time observed. One without it
        passes.
    T
        The time that each customer was observed.

    Warns
    -----
    UnitWarning
        If the longest ``T`` is more than 4 times that of the fit, as days are beside
        weeks, and weeks beside months.

    Examples
    --------
    >>> import warnings
    >>> import numpy as np
    >>> import crmkit as ck
    >>> customers = ck.rfm_summary(
    ...     ck.datasets.load_cdnow_sample(),
    ...     observation_period_end="1997-09-30", time_unit="week",
    ... )
    >>> weekly = ck.clv.fit_bg_nbd(customers, time_unit="week")
    >>> within_time_of_fit(weekly, np.array([78.0]))
    >>> with warnings.catch_warnings(record=True) as found:
    ...     warnings.simplefilter("always")
    ...     within_time_of_fit(weekly, np.array([272.0]))
    >>> print(found[0].message)
    column 'T': value up to 272, but the fit knows up to 38.857 weeks. Pass T in the
    unit of the fit, or fit again: so far ahead the model extrapolates.
    """
    report = getattr(model, "report", None)
    longest = getattr(report, "longest_observation", None)
    if longest is None or T.size == 0 or T.max() <= _MOST_TIMES * longest:
        return
    unit = getattr(model, "time_unit", None)
    warnings.warn(
        f"column 'T': value up to {T.max():.5g}, but the fit knows up to "
        f"{longest:.5g}{f' {unit}s' if unit else ''}. Pass T in the unit of the fit, "
        "or fit again: so far ahead the model extrapolates.",
        UnitWarning,
        stacklevel=level_of_caller(),
    )
