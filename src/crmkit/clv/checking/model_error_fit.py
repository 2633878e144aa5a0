"""Learn the error of a model's totals from forecasts made in the past."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from math import log
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..._check import day_count, listed, typed
from ..._dates import date_of
from ..._frames import numbers, read_eager
from ...errors import ConvergenceError, InvalidValueError, NotEnoughDataError
from ...fits import told
from ...rfm.calibration_holdout_summary import calibration_holdout_summary
from ...typing import (
    HISTORY,
    Day,
    FloatArray,
    IntoDataFrame,
    Progress,
    PurchaseModel,
    SpendModel,
)
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

__all__ = ["fit_model_error"]

_YOUNGEST = 91  # days of log before the first cutoff chosen here
_APART = 28  # days between the cutoffs chosen here


class _Purchases(PurchaseModel, Protocol):
    """Expects purchases, and says how far chance moves them."""

    def variance_of_purchases(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, *, horizon: float
    ) -> FloatArray: ...


PurchaseFit: TypeAlias = Callable[[IntoDataFrame], _Purchases]
SpendFit: TypeAlias = Callable[[IntoDataFrame], SpendModel]


@typed
def fit_model_error(
    transactions: IntoDataFrame,
    *,
    purchases: PurchaseFit,
    spend: SpendFit | None = None,
    cutoffs: Cutoffs | None = None,
    lead_days: Iterable[int] = (28, 56, 91, 182, 273, 364),
    observation_period_end: Day | None = None,
    summary: Summary = calibration_holdout_summary,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
    progress: Progress | None = None,
) -> ModelError:
    """Learn how far totals miss, from forecasts made at past cutoffs.

    At each cutoff the models are fitted to what was known, and their totals compared
    with what came in each span ahead that the log still covers. ``forecast`` takes the
    result and widens its intervals by it.

    Parameters
    ----------
    transactions
        One row per purchase, in memory.
    purchases, spend
        How to fit each: ``fit_bg_nbd``, ``fit_gamma_gamma``. A ``functools.partial``
        carries options. Without ``spend`` only errors of purchases are learned.
    cutoffs
        The last days to fit to. None takes one every 28 days, the first after 91 days
        of log, and leaves out those with too little data for a fit.
    lead_days
        The spans ahead to compare, in days. One that runs past the data is left out.
    observation_period_end
        The last day seen, inclusive; None for the last date in the log.
    summary
        How the log becomes one row per customer, as for ``backtest``. Give it the
        ``time_unit`` of the model that will forecast.
    customer_id_col, date_col, amount_col
        The columns read.
    progress
        Is called with the number of cutoffs done and of all; None for silence.

    Returns
    -------
    ModelError
        One error per cutoff and span ahead, and the scale they amount to.

    Raises
    ------
    InvalidValueError
        If a cutoff lies before any purchase or leaves no span ahead inside the data.
    NotEnoughDataError
        If the log is empty, or a cutoff that was named has too little data for a fit.

    See Also
    --------
    backtest : bias, ranking and calibration of several models at such cutoffs.

    Examples
    --------
    >>> from functools import partial
    >>> from crmkit import calibration_holdout_summary
    >>> from crmkit.clv import fit_bg_nbd, fit_gamma_gamma
    >>> from crmkit.datasets import load_cdnow_sample
    >>> log = load_cdnow_sample()
    >>> error = fit_model_error(
    ...     log[log["amount"] > 0], purchases=fit_bg_nbd, spend=fit_gamma_gamma,
    ...     lead_days=[28, 91, 182], observation_period_end="1997-12-31",
    ...     summary=partial(calibration_holdout_summary, time_unit="week"),
    ... )
    >>> print(error)
    span ahead  purchases  money  cutoffs  apart
    28 days         14.5%  17.4%        9      9
    91 days         14.6%  17.1%        6      2
    182 days        19.7%  23.4%        3      1
    default 12% with the weight of 4 past errors
    """
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
    first, last = log_span(transactions, end=observation_period_end, date_col=date_col)
    chosen = cutoffs is None
    known = (
        list(range(last - leads[0], first + _YOUNGEST - 1, -_APART))[::-1]
        if cutoffs is None
        else cutoff_days(
            transactions,
            cutoffs,
            days=leads[0],
            end=observation_period_end,
            date_col=date_col,
        )
    )
    split = partial(
        summary,
        transactions,
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
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
        errors += [
            _past_error(origin, split, day, lead)
            for lead in leads
            if day + lead <= last
        ]
    return ModelError(errors=tuple(errors), time_unit=unit, n_skipped=skipped)


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


def _past_error(origin: _Origin, split: Summary, day: int, lead: int) -> PastError:
    frame = read_eager(_split(split, day, lead), ())
    history = proved(frame, HISTORY)
    span = float(numbers(frame, "holdout_T")[0])
    model, money = origin.purchases, origin.spend
    expected = model.expected_purchases(*history, horizon=span)
    variance = model.variance_of_purchases(*history, horizon=span)
    came = float(numbers(frame, "holdout_frequency").sum())
    error = PastError(
        cutoff=date_of(day).isoformat(),
        lead_days=lead,
        horizon=span,
        purchases=_log_ratio(came, float(expected.sum())),
        value=None,
        purchases_chance=_chance(variance, expected),
    )
    if money is None:
        unsure = purchases_parameter_variance(model, history, None, horizon=span)
        return _less_sure(error, float(unsure[0]))
    paid_so_far = (np.asarray(history.frequency), numbers(frame, "monetary_value"))
    worth = expected_worth(money, *paid_so_far)
    unsure = purchases_parameter_variance(model, history, worth, horizon=span)
    paid = float(numbers(frame, "holdout_total_amount").sum())
    within, between = amount_variance(money, *paid_so_far)
    square = variance + expected**2
    scatter = variance * worth**2 + expected * within + square * between

    def log_value(one: SpendModel) -> FloatArray:
        total = float(expected @ expected_worth(one, *paid_so_far))
        return np.full(1, log(max(total, 1e-300)))

    return replace(
        _less_sure(error, float(unsure[0])),
        value=_log_ratio(paid, float(expected @ worth)),
        value_chance=_chance(scatter, expected * worth)
        + float(unsure[1])
        + float(spread_of(money, log_value)[0]),
    )


def _less_sure(error: PastError, variance: float) -> PastError:
    return replace(error, purchases_chance=error.purchases_chance + variance)


def _log_ratio(actual: float, forecast: float) -> float | None:
    return log(actual / forecast) if actual > 0 and forecast > 0 else None


def _chance(variance: FloatArray, expected: FloatArray) -> float:
    # The delta method: the variance of a logarithm is the squared relative error.
    total = float(expected.sum())
    return float(variance.sum()) / total**2 if total > 0 else 0.0
