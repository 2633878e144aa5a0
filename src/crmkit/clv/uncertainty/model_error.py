"""The error of a model's totals, learned from forecasts made in the past."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from ..._check import fraction, nonnegative, one_of, positive, time_span, typed
from ...fits import JsonResult, checked
from .error_scale import (
    DEFAULT_SCALE,
    DEFAULT_WEIGHT,
    ErrorScale,
    PastMiss,
    error_scale,
    spans_apart,
)

__all__ = ["ErrorTotal", "ModelError", "PastError"]

ErrorTotal: TypeAlias = Literal["purchases", "value"]

_TOTALS: tuple[ErrorTotal, ...] = ("purchases", "value")
_UNSEEN_SCALE = 0.08  # the smallest at which simulated first seasons are held too


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PastError:
    """The error of one forecast that was made in the past.

    Attributes
    ----------
    cutoff
        The last day that the models were fitted to.
    lead_days
        How many days ahead the forecast looked.
    horizon
        The same span in the unit of ``T``.
    purchases, value
        The logarithm of actual over forecast, of the purchases and of the money of all
        customers known by then; None where one of the two is 0.
    purchases_chance, value_chance
        The variance of that logarithm that a right model would have by chance.
    group
        The values of the columns in ``by`` of the customers added up; empty for all.
    """

    cutoff: str
    lead_days: int
    horizon: float
    purchases: float | None
    value: float | None
    purchases_chance: float = 0.0
    value_chance: float = 0.0
    group: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ModelError(JsonResult):
    """The errors of past forecasts, and the error to expect of the next one.

    The intervals of a model hold if the model is right. On real data it is not:
    seasons, campaigns and shocks move all customers together. ``forecast`` multiplies
    each total it draws by an error drawn from here.

    Attributes
    ----------
    errors
        The errors of past forecasts. Without any, the default scale alone counts.
    default_scale
        The scale of the error of a total before any past forecast is seen.
    default_weight
        How many past errors the default counts as. It is also the degrees of freedom
        where there is no past forecast.
    unseen_scale
        The further error of a time of year that the log has not seen: a first season.
    time_unit
        The unit of ``horizon``; None where it is not known.
    n_skipped
        How many cutoffs had too little data for a fit.
    by
        The columns of groups that have errors too, in ``errors``; empty for none.

    Notes
    -----
    With ``n`` spans apart and the mean ``m`` of the squared errors less what chance
    explains, the squared scale is ``(w d**2 + n m) / (w + n) + u s**2``, where ``d`` is
    ``default_scale``, ``w`` is ``default_weight``, ``s`` is ``unseen_scale`` and ``u``
    is the share of the span ahead that lies less than a year after the log began: no
    past forecast can show a first season. The Student distribution has ``w + n``
    degrees of freedom. Spans are apart if they do not overlap and start at least 91
    days after one another. Errors are taken about 0, so that a model that always misses
    to one side gets a wide range. Errors of all spans up to the one asked for
    count; where only longer spans were tried, those of the shortest. Beyond the longest
    span tried, the scale grows with the square root of the span.

    A group's scale is drawn towards that of a typical group by the same rule, with what
    the errors of all groups amount to, or the scale of the total if that is larger, in
    place of ``default_scale``: a group of few past errors has that of a typical one.

    Examples
    --------
    >>> ModelError().at(horizon=26.0)
    ErrorScale(scale=0.12, degrees_of_freedom=4.0, n_cutoffs=0, n_windows=0)
    >>> ModelError().at(horizon=26.0, unseen=1.0).scale
    0.144
    >>> learned = ModelError(errors=(
    ...     PastError(cutoff="2024-03-31", lead_days=91, horizon=13.0,
    ...               purchases=0.2, value=0.25),
    ...     PastError(cutoff="2024-06-30", lead_days=91, horizon=13.0,
    ...               purchases=0.1, value=0.15),
    ... ))
    >>> learned.at(horizon=13.0).scale
    0.134
    >>> print(learned)
    span ahead  purchases  money  cutoffs  apart
    91 days         15.8%  20.6%        2      2
    default 12% with the weight of 4 past errors
    """

    errors: tuple[PastError, ...] = ()
    default_scale: float = DEFAULT_SCALE
    default_weight: float = DEFAULT_WEIGHT
    unseen_scale: float = _UNSEEN_SCALE
    time_unit: str | None = None
    n_skipped: int = 0
    by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a default that is not a positive number."""
        positive("default_scale", self.default_scale)
        positive("default_weight", self.default_weight)
        nonnegative("unseen_scale", self.unseen_scale)

    @typed
    def at(
        self,
        *,
        horizon: float,
        total: ErrorTotal = "purchases",
        group: str | tuple[str, ...] = (),
        unseen: float = 0.0,
    ) -> ErrorScale:
        """Return the error to expect of a total over a span ahead.

        Parameters
        ----------
        horizon
            The span ahead, in the unit of ``T``.
        total
            ``"purchases"``, or ``"value"`` for their money.
        group
            The value of the column in ``by``, or of several; empty for all customers. A
            group without past errors has that of a typical group.
        unseen
            The share of the span ahead that lies less than a year after the log began,
            as ``forecast`` works out from the oldest customer.
        """
        one_of("total", total, _TOTALS)
        share = fraction("unseen", unseen, closed=True)
        found = self._learned(time_span("horizon", horizon), total, group)
        squared = found.scale**2 + share * self.unseen_scale**2
        return replace(found, scale=float(np.sqrt(squared)), unseen=share)

    def _learned(
        self, span: float, total: ErrorTotal, group: str | tuple[str, ...]
    ) -> ErrorScale:
        """Return the error that past forecasts and the default amount to."""
        errors = [error for error in self.errors if not error.group]
        whole = self._scale(errors, span, total, self.default_scale)
        if not group:
            return whole
        every = [error for error in self.errors if error.group]
        typical = self._scale(every, span, total, self.default_scale)
        asked = (group,) if isinstance(group, str) else tuple(group)
        own = [error for error in every if error.group == asked]
        # Errors of groups cancel in the total: a typical group misses by no less.
        return self._scale(own, span, total, max(typical.scale, whole.scale))

    def _scale(
        self, errors: list[PastError], span: float, total: ErrorTotal, centre: float
    ) -> ErrorScale:
        """Return the scale of one total from the errors that are known of it."""
        known = [
            PastMiss(
                cutoff=error.cutoff,
                lead_days=error.lead_days,
                span=error.horizon,
                square=missed**2 - _chance(error, total),
            )
            for error in errors
            if (missed := _error(error, total)) is not None
        ]
        return error_scale(known, span=span, centre=centre, weight=self.default_weight)

    def __str__(self) -> str:
        """Show the typical past error of each span ahead as a table."""
        whole = [error for error in self.errors if not error.group]
        rows = [_row(days, whole) for days in _leads(whole)]
        head = ["span ahead  purchases  money  cutoffs  apart"] if rows else []
        default = (
            f"default {100 * self.default_scale:.3g}% with the weight of "
            f"{self.default_weight:g} past errors"
        )
        count = len({error.group for error in self.errors if error.group})
        groups = [f"{count} groups by {', '.join(self.by)} have errors too"]
        return "\n".join([*head, *rows, default, *(groups if self.by else [])])


def _error(error: PastError, total: ErrorTotal) -> float | None:
    return error.purchases if total == "purchases" else error.value


def _chance(error: PastError, total: ErrorTotal) -> float:
    return error.purchases_chance if total == "purchases" else error.value_chance


def _leads(errors: Iterable[PastError]) -> list[int]:
    return sorted({error.lead_days for error in errors})


def _row(days: int, errors: Iterable[PastError]) -> str:
    same = [error for error in errors if error.lead_days == days]
    typical = [_typical([_error(error, total) for error in same]) for total in _TOTALS]
    name = f"{days:,} days"
    return (
        f"{name:<10}  {typical[0]:>9}  {typical[1]:>5}  {len(same):>7}"
        f"  {_windows(same):>5}"
    )


def _windows(errors: Iterable[PastError]) -> int:
    spans = [
        PastMiss(
            cutoff=error.cutoff,
            lead_days=error.lead_days,
            span=error.horizon,
            square=0.0,
        )
        for error in errors
    ]
    return spans_apart(spans)


def _typical(errors: list[float | None]) -> str:
    known = [error for error in errors if error is not None]
    if not known:
        return "n/a"
    return f"{float(np.sqrt(np.mean(np.square(known)))):.1%}"
