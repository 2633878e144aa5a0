"""The range of the value ahead, from simulated futures and the errors of the past."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..._dates import date_of, day_number
from ..._frames import EagerFrame, native, nw, read_eager
from ...clv import (
    Forecast,
    GammaGamma,
    ModelError,
    Ranges,
    fit_model_error,
    forecast,
)
from ...errors import CrmkitError, CrmkitWarning, NotEnoughDataError
from ...fits import Interval
from ...typing import Day, FloatArray, IntoDataFrame
from ..intake.prepare import PreparedLog
from ..question import Question
from .found_values import FanPoint
from .purchase_models import ChosenModel, PurchaseFit
from .spend_floor import with_spend_floor
from .spend_model import fit_spend

__all__ = ["ValueRanges", "past_errors", "value_ranges"]

_DRAWS = 200
_SEED = 1
_MOST_DRAWN = 2_500  # customers whose futures are drawn one by one
_LEADS = (91, 182, 364)
_APART = 91
_MOST_CUTOFFS = 6
_YOUNGEST = 91
_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRanges:
    """The forecast of the value with its range, and the way there by quarters."""

    ahead: Forecast | None
    fan: tuple[FanPoint, ...]


def past_errors(
    sample: PreparedLog, like: IntoDataFrame, *, chosen: ChosenModel, question: Question
) -> ModelError | None:
    """Learn how far forecasts of the chosen models missed at past dates.

    Of a large base, a sample of the customers is forecast: the error of a model is
    common to all of them, and the chance that a sample adds is known and taken off.
    """
    first, last = int(sample.day.min(initial=question.end_day)), question.end_day
    leads = [lead for lead in _LEADS if lead <= 7 * question.horizon_weeks + 3]
    leads = leads or [int(7 * question.horizon_weeks)]
    days = range(last - leads[0], first + _YOUNGEST - 1, -_APART)[:_MOST_CUTOFFS]
    if not days:
        return None

    def split(
        _transactions: IntoDataFrame,
        *,
        calibration_period_end: Day,
        observation_period_end: Day,
        **_columns: str,
    ) -> IntoDataFrame:
        cut = day_number("calibration_period_end", calibration_period_end)
        end = day_number("observation_period_end", observation_period_end)
        return native(with_spend_floor(sample.until(end).split_summary(cut)), like)

    errors: list[ModelError] = []
    for day in reversed(days):
        try:
            # Warnings are for the fit to the whole log, which values the customers.
            with warnings.catch_warnings(action="ignore", category=CrmkitWarning):
                errors.append(
                    fit_model_error(
                        native(sample.frame, like),
                        purchases=chosen.fit,
                        spend=fit_spend,
                        cutoffs=[date_of(day)],
                        lead_days=leads,
                        observation_period_end=question.observation_period_end,
                        summary=split,
                        customer_id_col=question.customer_id_col,
                        date_col=question.date_col,
                        amount_col=question.amount_col,
                    )
                )
        except CrmkitError:
            continue  # too little data at that date
    found = tuple(error for each in errors for error in each.errors)
    return ModelError(errors=found, time_unit="week") if found else None


def value_ranges(
    history: EagerFrame,
    like: IntoDataFrame,
    *,
    purchases: PurchaseFit,
    spend: GammaGamma,
    errors: ModelError | None,
    question: Question,
    total: Callable[[list[float]], FloatArray],
    whole: float,
) -> ValueRanges:
    """Draw futures of the customers, or of a sample, and widen them by past errors.

    ``total`` gives the value of all customers until some weeks ahead, and ``whole``
    until the horizon. The fan scales the ends of the drawn ranges to it.
    """
    weeks = question.horizon_weeks
    spans = [weeks * part / _PARTS for part in range(1, _PARTS + 1)]
    ahead = _drawn(
        native(_sampled(history), like),
        purchases=purchases,
        spend=spend,
        errors=errors,
        question=question,
        spans=spans,
    )
    drawn: list[tuple[float, Interval] | None] = [None] * _PARTS
    if ahead is not None:
        drawn = [(part.value, part.resampled_value) for part in ahead.path]
        drawn.append((ahead.value, ahead.interval("value")))
    fan = [FanPoint(weeks=0.0, expected=0.0, lower=0.0, upper=0.0)]
    expectations = [*total(spans[:-1]).tolist(), whole]
    for span, part, expected in zip(spans, drawn, expectations, strict=True):
        ends = (None, None) if part is None else _ends(*part, expected)
        fan.append(
            FanPoint(weeks=span, expected=expected, lower=ends[0], upper=ends[1])
        )
    return ValueRanges(ahead=ahead, fan=tuple(fan))


def _drawn(
    customers: IntoDataFrame,
    *,
    purchases: PurchaseFit,
    spend: GammaGamma,
    errors: ModelError | None,
    question: Question,
    spans: list[float],
) -> Forecast | None:
    try:
        return forecast(
            customers,
            purchases=purchases,
            spend=spend,
            horizon=spans[-1],
            discount_rate=question.weekly_discount_rate,
            margin=question.margin,
            ranges=Ranges(
                n_draws=_DRAWS,
                until=tuple(spans[:-1]),
                model_error=ModelError(time_unit="week") if errors is None else errors,
            ),
            rng=np.random.default_rng(_SEED),
        )
    except NotEnoughDataError:
        # Parameters that the data hardly determine cannot be drawn.
        return None


def _ends(value: float, found: Interval, expected: float) -> tuple[float, float]:
    """Scale the range of the drawn customers to the expected value of all."""
    scale = expected / value if value > 0 else 0.0
    return found.lower * scale, found.upper * scale


def _sampled(history: EagerFrame) -> EagerFrame:
    # Without a mean spend above zero a customer is worth 0: the total stays the same.
    paying = (nw.col("frequency") == 0) | (nw.col("monetary_value") > 0)
    frame = read_eager(history, ()).filter(paying)
    if len(frame) <= _MOST_DRAWN:
        return frame
    rng = np.random.default_rng(_SEED)
    rows = np.sort(rng.choice(len(frame), _MOST_DRAWN, replace=False))
    drawn: EagerFrame = frame[rows.tolist()]
    return drawn
