"""A forecast made from the first part of the log, compared with the rest."""

import datetime as dt
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..._dates import EPOCH
from ..._frames import EagerFrame, native, numbers
from ...errors import CrmkitError, CrmkitWarning
from ...typing import FloatArray, IntArray, IntoDataFrame
from ..question import Question
from .expected_sums import expected_sums
from .found_values import Decile, Holdout, Week
from .held_back import HeldBack, unchecked
from .purchase_models import PurchaseFit
from .spend_floor import expected_spend
from .spend_model import fit_spend

_POINTS = 13

__all__ = ["ForecastCheck", "check_forecast"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastCheck:
    """The check of a forecast, or the sentence that says why there is none."""

    holdout: Holdout | None = None
    refused: str | None = None


def check_forecast(
    early: HeldBack,
    bought_on: IntArray,
    like: IntoDataFrame,
    *,
    fit: Callable[[IntoDataFrame], PurchaseFit],
    question: Question,
) -> ForecastCheck:
    """Compare a forecast of the first part of the log with what came.

    ``bought_on`` holds the day of each purchase that came of customers known before.
    """
    if early.history is None:
        return ForecastCheck(refused=early.refused)
    try:
        # Warnings are for the fit to the whole log, which values the customers.
        with warnings.catch_warnings(action="ignore", category=CrmkitWarning):
            purchases = fit(native(early.history, like))
            end = question.observation_period_end
            held = _held_out(
                early.history,
                bought_on,
                like,
                span=(early.cut, end),
                purchases=purchases,
            )
        return ForecastCheck(holdout=held)
    except CrmkitError as reason:
        return ForecastCheck(refused=unchecked(reason))


def _held_out(
    history: EagerFrame,
    bought_on: IntArray,
    like: IntoDataFrame,
    *,
    span: tuple[dt.date, dt.date],
    purchases: PurchaseFit,
) -> Holdout:
    cut, end = span
    spend = fit_spend(native(history, like))
    weeks = (end - cut).days / 7
    frequency, recency, T, mean, actual = (
        numbers(history, name)
        for name in (
            "frequency",
            "recency",
            "T",
            "monetary_value",
            "holdout_total_amount",
        )
    )
    predicted = purchases.expected_purchases(frequency, recency, T, horizon=weeks)
    amounts = predicted * expected_spend(spend, frequency, mean)
    best = np.argsort(-amounts, kind="stable")
    shown = _shown(weeks)
    expected = expected_sums(purchases, (frequency, recency, T), None)
    return Holdout(
        calibration_period_end=cut,
        weeks=weeks,
        n_customers=len(history),
        predicted_purchases=float(predicted.sum()),
        actual_purchases=int(numbers(history, "holdout_frequency").sum()),
        predicted_amount=float(amounts.sum()),
        actual_amount=float(actual.sum()),
        by_week=_by_week(
            shown,
            expected.until(shown).tolist(),
            bought_on - (cut - EPOCH).days,
        ),
        by_decile=_by_decile(amounts[best], actual[best]),
        actual_amount_of_top_fifth=float(actual[best[: round(best.size / 5)]].sum()),
    )


def _shown(weeks: float) -> list[int]:
    """Return the weeks of the chart: all of a few, some of many, and the last."""
    last = int(weeks)
    step = max(1, last // _POINTS)
    return sorted({*range(0, last + 1, step), last})


def _by_week(
    weeks: list[int], ahead: list[float], days_after: IntArray
) -> tuple[Week, ...]:
    return tuple(
        Week(
            week=week,
            predicted=predicted,
            actual=int(np.count_nonzero(days_after <= 7 * week)),
        )
        for week, predicted in zip(weeks, ahead, strict=True)
    )


def _by_decile(predicted: FloatArray, actual: FloatArray) -> tuple[Decile, ...]:
    parts = zip(np.array_split(predicted, 10), np.array_split(actual, 10), strict=True)
    return tuple(
        Decile(
            rank=rank,
            n_customers=expected.size,
            predicted_amount=float(expected.sum()),
            actual_amount=float(happened.sum()),
        )
        for rank, (expected, happened) in enumerate(parts, start=1)
    )
