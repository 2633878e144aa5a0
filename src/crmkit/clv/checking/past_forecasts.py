"""Forecasts made at past cutoffs, each compared with what came."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from functools import partial
from math import log
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..._check import ProvenHistory, day_count, listed
from ..._dates import date_of
from ..._frames import EagerFrame, numbers, read_eager
from ...errors import ConvergenceError, InvalidValueError, NotEnoughDataError
from ...fits import told
from ...snapshots.transaction_columns import TransactionColumns
from ...typing import (
    HISTORY,
    Day,
    FloatArray,
    IntArray,
    IntoDataFrame,
    Progress,
    PurchaseModel,
    SpendModel,
)
from ..uncertainty.forecast_part import groups_of
from ..uncertainty.model_error import ModelError, PastError
from ..value.fitted_unit import unit_of
from ..value.opened_customers import proved
from .backtest import Summary
from .backtest_cutoffs import Cutoffs, cutoff_days, log_span
from .right_model_variance import (
    amount_variance,
    expected_worth,
    purchases_parameter_variance,
    spread_of,
)

__all__ = ["PurchaseFit", "SpendFit", "learned_error"]

_YOUNGEST = 91  # days of log before the first cutoff chosen here
_APART = 28  # days between the cutoffs chosen here
_MOST_GROUPS = 1_000  # each is forecast again at every cutoff and span


class _Purchases(PurchaseModel, Protocol):
    """Expects purchases, and says how far chance moves them."""

    def variance_of_purchases(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, *, horizon: float
    ) -> FloatArray: ...


PurchaseFit: TypeAlias = Callable[[IntoDataFrame], _Purchases]
SpendFit: TypeAlias = Callable[[IntoDataFrame], SpendModel]


def learned_error(
    transactions: IntoDataFrame,
    *,
    purchases: PurchaseFit,
    spend: SpendFit | None,
    cutoffs: Cutoffs | None,
    lead_days: Iterable[int],
    observation_period_end: Day | None,
    summary: Summary,
    by: tuple[str, ...],
    columns: TransactionColumns,
    progress: Progress | None,
) -> ModelError:
    """Fit at each cutoff, and compare totals, and those of groups, with what came."""
    leads = sorted(
        {
            day_count("lead_days", days, at_least=1)
            for days in listed("lead_days", lead_days)
        }
    )
    if not leads:
        raise InvalidValueError(
            subject="argument 'lead_days'",
            found="an empty list",
            remedy="Pass at least one span ahead: [28, 91].",
        )
    first, newest, last = log_span(
        transactions, end=observation_period_end, date_col=columns.date
    )
    chosen = cutoffs is None
    # After the last purchase no cutoff has news, however far ahead the end lies.
    latest = min(last - leads[0], newest)
    known = (
        list(range(latest, first + _YOUNGEST - 1, -_APART))[::-1]
        if cutoffs is None
        else cutoff_days(
            transactions,
            cutoffs,
            days=leads[0],
            end=observation_period_end,
            date_col=columns.date,
        )
    )
    split = partial(
        summary,
        transactions,
        customer_id_col=columns.customer_id,
        date_col=columns.date,
        amount_col=columns.amount,
    )
    errors: list[PastError] = []
    unit: str | None = None
    skipped = 0
    for day in told(known, progress):
        try:
            origin = _fitted(split, day, leads[0], purchases, spend)
        except (NotEnoughDataError, ConvergenceError):
            if not chosen:
                raise
            # Too young a log is why there is a default; it needs no error here.
            skipped += 1
            continue
        unit = unit_of(origin.purchases)
        for lead in leads:
            if day + lead <= last:
                errors += _past_errors(origin, split, day, lead, by)
    return ModelError(errors=tuple(errors), time_unit=unit, n_skipped=skipped, by=by)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Origin:
    """The models as they would have been fitted at one cutoff."""

    purchases: _Purchases
    spend: SpendModel | None


def _fitted(
    split: Summary,
    day: int,
    lead: int,
    purchases: PurchaseFit,
    spend: SpendFit | None,
) -> _Origin:
    customers = _split(split, day, lead)
    model = purchases(customers)
    return _Origin(purchases=model, spend=None if spend is None else spend(customers))


def _split(split: Summary, day: int, lead: int) -> IntoDataFrame:
    customers: IntoDataFrame = split(
        calibration_period_end=date_of(day), observation_period_end=date_of(day + lead)
    )
    return customers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Compared:
    """What was forecast of each customer, and what came.

    Attributes
    ----------
    came, paid
        Purchases and money in the span ahead.
    expected, variance
        Of the purchases.
    worth, within, between
        The expected amount, the variance of single amounts, and that of a customer's
        own mean; 0 without a model of spend.
    """

    history: ProvenHistory
    frequency: FloatArray
    amounts: FloatArray
    came: FloatArray
    paid: FloatArray
    expected: FloatArray
    variance: FloatArray
    worth: FloatArray
    within: FloatArray
    between: FloatArray

    def rows(self, kept: IntArray) -> "_Compared":
        """Return some of the customers."""
        columns = {
            field.name: getattr(self, field.name)[kept]
            for field in fields(self)
            if field.name != "history"
        }
        return _Compared(history=self.history.rows(kept), **columns)


def _past_errors(
    origin: _Origin, split: Summary, day: int, lead: int, by: tuple[str, ...]
) -> list[PastError]:
    """Return the error of the total, and of each group."""
    customers = _split(split, day, lead)
    frame = read_eager(customers, by)
    span = float(numbers(frame, "holdout_T")[0])
    every = _compared(origin, frame, span)
    start = PastError(
        cutoff=date_of(day).isoformat(),
        lead_days=lead,
        horizon=span,
        purchases=None,
        value=None,
    )
    labels, groups = groups_of(customers, by)
    if len(labels) > _MOST_GROUPS:
        raise InvalidValueError(
            subject="argument 'by'",
            found=f"{len(labels):,} groups",
            remedy=f"Name a column of at most {_MOST_GROUPS:,} segments: totals of a "
            "few customers say nothing about the error of a model.",
        )
    parts = [((), every), *zip(labels, map(every.rows, groups or ()), strict=True)]
    return [
        replace(_missed(origin, compared, start), group=label)
        for label, compared in parts
    ]


def _compared(origin: _Origin, frame: EagerFrame, span: float) -> _Compared:
    history = proved(frame, HISTORY)
    model, money = origin.purchases, origin.spend
    expected = model.expected_purchases(*history, horizon=span)
    nothing = np.zeros(expected.size)
    paid_so_far = np.asarray(history.frequency), nothing
    paid, worth, within, between = nothing, nothing, nothing, nothing
    if money is not None:
        paid_so_far = paid_so_far[0], numbers(frame, "monetary_value")
        paid = numbers(frame, "holdout_total_amount")
        worth = expected_worth(money, *paid_so_far)
        within, between = amount_variance(money, *paid_so_far)
    return _Compared(
        history=history,
        frequency=paid_so_far[0],
        amounts=paid_so_far[1],
        came=numbers(frame, "holdout_frequency"),
        paid=paid,
        expected=expected,
        variance=model.variance_of_purchases(*history, horizon=span),
        worth=worth,
        within=within,
        between=between,
    )


def _missed(origin: _Origin, compared: _Compared, start: PastError) -> PastError:
    """Return the logarithms of actual over forecast, and what chance does to them."""
    model, money, span = origin.purchases, origin.spend, start.horizon
    expected, variance = compared.expected, compared.variance
    worth = compared.worth
    unsure = purchases_parameter_variance(
        model, compared.history, None if money is None else worth, horizon=span
    )
    error = replace(
        start,
        purchases=_log_ratio(float(compared.came.sum()), float(expected.sum())),
        purchases_chance=_chance(variance, expected) + float(unsure[0]),
    )
    if money is None:
        return error
    square = variance + expected**2
    scatter = variance * worth**2 + expected * compared.within
    scatter += square * compared.between

    def log_value(one: SpendModel) -> FloatArray:
        each = expected_worth(one, compared.frequency, compared.amounts)
        return np.array([log(max(float(expected @ each), 1e-300))])

    spread = float(spread_of(money, log_value)[0])
    return replace(
        error,
        value=_log_ratio(float(compared.paid.sum()), float(expected @ worth)),
        value_chance=_chance(scatter, expected * worth) + float(unsure[1]) + spread,
    )


def _log_ratio(actual: float, forecast: float) -> float | None:
    return log(actual / forecast) if actual > 0 and forecast > 0 else None


def _chance(variance: FloatArray, expected: FloatArray) -> float:
    # The delta method: the variance of a logarithm is the squared relative error.
    total = float(expected.sum())
    return float(variance.sum()) / total**2 if total > 0 else 0.0
