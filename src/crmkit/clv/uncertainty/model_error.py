"""The error of a model's totals, learned from forecasts made in the past."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..._check import (
    MOST_REPEATS,
    one_of,
    positive,
    random_source,
    time_span,
    typed,
    whole,
)
from ...fits import JsonResult, checked
from ...typing import FloatArray

__all__ = ["ErrorScale", "ErrorTotal", "ModelError", "PastError"]

ErrorTotal: TypeAlias = Literal["purchases", "value"]

_TOTALS: tuple[ErrorTotal, ...] = ("purchases", "value")
# Measured in benchmarks/forecast_coverage.py: the smallest at which each
# total of the real logs stays in its 95% range in at least 90% of the cutoffs.
_DEFAULT_SCALE = 0.12
_DEFAULT_WEIGHT = 4.0
_SAME = 1 + 1e-9  # two spans that differ by rounding are one


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
class ErrorScale:
    """How far a total may miss beyond what its model says.

    Attributes
    ----------
    scale
        The scale of the logarithm of actual over forecast: 0.1 is about 10%.
    degrees_of_freedom
        Of its Student distribution: few past forecasts leave heavy tails.
    n_cutoffs
        How many past cutoffs it rests on.
    n_windows
        How many of their spans ahead do not overlap: so many independent errors it
        counts as, though neighbouring spans may still share a shock.
    """

    scale: float
    degrees_of_freedom: float
    n_cutoffs: int
    n_windows: int

    @typed
    def sample(self, n_draws: int, *, rng: np.random.Generator) -> FloatArray:
        """Draw factors by which actual totals exceed forecasts.

        Parameters
        ----------
        n_draws
            How many factors.
        rng
            The source of randomness.
        """
        n_draws = whole("n_draws", n_draws, at_most=MOST_REPEATS)
        drawn = random_source(rng).standard_t(self.degrees_of_freedom, n_draws)
        # exp(700) is the largest a float holds; a heavy tail can go beyond it.
        return np.exp(np.clip(self.scale * drawn, -700.0, 700.0))


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
    time_unit
        The unit of ``horizon``; None where it is not known.
    n_skipped
        How many cutoffs had too little data for a fit.
    by
        The columns of groups that have errors too, in ``errors``; empty for none.

    Notes
    -----
    With ``n`` spans that do not overlap and the mean ``m`` of the squared errors less
    what chance explains, the squared scale is ``(w d**2 + n m) / (w + n)``, where ``d``
    is ``default_scale`` and ``w`` is ``default_weight``; the Student distribution has
    ``w + n`` degrees of freedom. Errors are taken about 0, so that a model that always
    misses to one side gets a wide range. Errors of all spans up to the one asked for
    count; where only longer spans were tried, those of the shortest. Beyond the longest
    span tried, the scale grows with the square root of the span.

    A group's scale is drawn towards that of a typical group by the same rule, with what
    the errors of all groups amount to, or the scale of the total if that is larger, in
    place of ``default_scale``: a group of few past errors has that of a typical one.

    Examples
    --------
    >>> ModelError().at(horizon=26.0)
    ErrorScale(scale=0.12, degrees_of_freedom=4.0, n_cutoffs=0, n_windows=0)
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
    default_scale: float = _DEFAULT_SCALE
    default_weight: float = _DEFAULT_WEIGHT
    time_unit: str | None = None
    n_skipped: int = 0
    by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a default that is not a positive number."""
        positive("default_scale", self.default_scale)
        positive("default_weight", self.default_weight)

    @typed
    def at(
        self,
        *,
        horizon: float,
        total: ErrorTotal = "purchases",
        group: str | tuple[str, ...] = (),
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
        """
        one_of("total", total, _TOTALS)
        span = time_span("horizon", horizon)
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
        """Average past errors with the scale that is assumed before any is seen."""
        known = [error for error in errors if _error(error, total) is not None]
        used = _up_to(span, known)
        windows = _apart(used)
        squares = [
            float(_error(error, total) or 0.0) ** 2 - _chance(error, total)
            for error in used
        ]
        # Chance can explain more than was seen: an error is then not to be told from 0.
        mean = max(float(np.mean(squares)), 0.0) if squares else 0.0
        if used:
            longest = max(error.horizon for error in known)
            mean *= max(span / longest, 1.0)
        weight = self.default_weight
        squared = (weight * centre**2 + windows * mean) / (weight + windows)
        return ErrorScale(
            scale=float(np.sqrt(squared)),
            degrees_of_freedom=weight + windows,
            n_cutoffs=len({error.cutoff for error in used}),
            n_windows=windows,
        )

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


def _up_to(span: float, known: list[PastError]) -> list[PastError]:
    """Return the errors of spans up to the one asked for, else of the shortest."""
    if not known:
        return []
    shortest = min(error.horizon for error in known)
    most = max(span, shortest) * _SAME
    return [error for error in known if error.horizon <= most]


def _apart(errors: Iterable[PastError]) -> int:
    """Count the most spans that do not overlap: earliest end first."""
    spans = sorted(_days(error)[::-1] for error in errors)
    count, last = 0, dt.date.min.toordinal()
    for end, start in spans:
        if start >= last:
            count, last = count + 1, end
    return count


def _days(error: PastError) -> tuple[int, int]:
    start = dt.date.fromisoformat(error.cutoff).toordinal()
    return start, start + error.lead_days


def _leads(errors: Iterable[PastError]) -> list[int]:
    return sorted({error.lead_days for error in errors})


def _row(days: int, errors: Iterable[PastError]) -> str:
    same = [error for error in errors if error.lead_days == days]
    typical = [_typical([_error(error, total) for error in same]) for total in _TOTALS]
    name = f"{days:,} days"
    return (
        f"{name:<10}  {typical[0]:>9}  {typical[1]:>5}  {len(same):>7}"
        f"  {_apart(same):>5}"
    )


def _typical(errors: list[float | None]) -> str:
    known = [error for error in errors if error is not None]
    if not known:
        return "n/a"
    return f"{float(np.sqrt(np.mean(np.square(known)))):.1%}"
