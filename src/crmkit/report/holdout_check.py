"""A forecast made in the past of the log, laid beside what then happened."""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from .._dates import EPOCH
from .._frames import EagerFrame, numbers, read_eager
from ..errors import CrmkitError
from ..kernels.base.cells import group
from ..rfm.calibration_holdout_summary import calibration_holdout_summary
from ..rfm.transaction_report import TransactionReport
from ..typing import FloatArray, HistoryColumns, IntArray, IntoDataFrame, PurchaseModel
from .findings import Decile, Holdout, Week
from .kept_rows import bought
from .models import fit_purchases, fit_spend
from .purchases import PurchaseLog
from .question import Question
from .spend_to_value import SPEND_TO_VALUE, with_spend_to_value

__all__ = ["Checked", "checked"]

_HISTORY = ("frequency", "recency", "T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The check of a forecast; or the sentence that says why there is none."""

    holdout: Holdout | None = None
    refused: str | None = None


def checked(
    transactions: IntoDataFrame,
    rows: PurchaseLog,
    log: TransactionReport,
    question: Question,
) -> Checked:
    """Forecast the last part of the log from the first, where that can carry a fit."""
    end = question.observation_period_end
    cut = _cut(log.first_date or end, end, horizon_days=7 * question.horizon_weeks)
    try:
        return Checked(holdout=_held_out(transactions, rows, cut, question))
    except CrmkitError as reason:
        return Checked(
            refused="The first part of this log could not carry a forecast of the "
            f"rest, so the figures on this page are unchecked. The reason: {reason}"
        )


def _cut(first: dt.date, last: dt.date, *, horizon_days: float) -> dt.date:
    """Return the last day of calibration: hold back the horizon, at most a half."""
    half = (last - first).days / 2
    return last - dt.timedelta(days=math.ceil(min(half, horizon_days)))


def _held_out(
    transactions: IntoDataFrame, rows: PurchaseLog, cut: dt.date, question: Question
) -> Holdout:
    end = question.observation_period_end
    known = transactions
    if question.refunds == "net":
        known = bought(
            transactions, question=question, end_day=(cut - EPOCH).days
        ).transactions
    summary = calibration_holdout_summary(
        known,
        calibration_period_end=cut,
        observation_period_end=end,
        time_unit="week",
        refunds=question.refunds,
        customer_id_col=question.customer_id_col,
        date_col=question.date_col,
        amount_col=question.amount_col,
    )
    customers = with_spend_to_value(summary)
    purchases = fit_purchases(customers)
    spend = fit_spend(customers)
    weeks = (end - cut).days / 7
    forecast = purchases.with_expected_purchases(customers, horizon=weeks)
    valued = spend.with_expected_spend(
        forecast, columns=HistoryColumns(monetary_value=SPEND_TO_VALUE)
    )
    table = read_eager(valued, ())
    predicted = numbers(table, "expected_purchases")
    amounts = predicted * numbers(table, "expected_spend")
    actual = numbers(table, "holdout_total_amount")
    best = np.argsort(-amounts, kind="stable")
    cut_day = (cut - EPOCH).days
    return Holdout(
        calibration_period_end=cut,
        weeks=weeks,
        customers=len(table),
        predicted_purchases=float(predicted.sum()),
        actual_purchases=int(numbers(table, "holdout_frequency").sum()),
        predicted_amount=float(amounts.sum()),
        actual_amount=float(actual.sum()),
        by_week=_by_week(
            _ahead(table, purchases, weeks), rows.purchases_after(cut_day) - cut_day
        ),
        by_decile=_by_decile(amounts[best], actual[best]),
        amount_of_best_fifth=float(actual[best[: round(best.size / 5)]].sum()),
    )


def _ahead(table: EagerFrame, purchases: PurchaseModel, weeks: float) -> list[float]:
    """Add up the purchases forecast until each week."""
    cells = group([numbers(table, name) for name in _HISTORY])
    return [
        float(
            cells.weights @ purchases.expected_purchases(*cells.columns, horizon=week)
        )
        for week in range(int(weeks) + 1)
    ]


def _by_week(ahead: list[float], days_after: IntArray) -> tuple[Week, ...]:
    return tuple(
        Week(
            week=week,
            predicted=predicted,
            actual=int(np.count_nonzero(days_after <= 7 * week)),
        )
        for week, predicted in enumerate(ahead)
    )


def _by_decile(predicted: FloatArray, actual: FloatArray) -> tuple[Decile, ...]:
    parts = zip(np.array_split(predicted, 10), np.array_split(actual, 10), strict=True)
    return tuple(
        Decile(
            rank=rank,
            customers=expected.size,
            predicted_amount=float(expected.sum()),
            actual_amount=float(happened.sum()),
        )
        for rank, (expected, happened) in enumerate(parts, start=1)
    )
