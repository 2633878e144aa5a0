"""Learn the error of a model's totals from forecasts made in the past."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from math import log
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..._check import ProvenHistory, day_count, listed, names_given, typed
from ..._dates import date_of
from ..._frames import EagerFrame, numbers, read_eager
from ...errors import ConvergenceError, InvalidValueError, NotEnoughDataError
from ...fits import told
from ...rfm.calibration_holdout_summary import calibration_holdout_summary
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
    by: str | Sequence[str] | None = None,
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
    by
        Columns of groups, such as a segment, that have errors of their own; None for
        the totals alone. ``summary`` has to return them: the groups as they were at
        each cutoff. ``forecast`` with the same ``by`` uses them.
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
    names = tuple(() if by is None else names_given("by", by))
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
                errors += _past_errors(origin, split, day, lead, names)
    return ModelError(errors=tuple(errors), time_unit=unit, n_skipped=skipped, by=names)


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
    worth = None if money is None else compared.worth
    unsure = purchases_parameter_variance(model, compared.history, worth, horizon=span)
    error = replace(
        start,
        purchases=_log_ratio(float(compared.came.sum()), float(expected.sum())),
        purchases_chance=_chance(variance, expected) + float(unsure[0]),
    )
    if money is None or worth is None:
        return error
    square = variance + expected**2
    scatter = variance * worth**2 + expected * compared.within
    scatter += square * compared.between

    def log_value(one: SpendModel) -> FloatArray:
        each = expected_worth(one, compared.frequency, compared.amounts)
        return np.full(1, log(max(float(expected @ each), 1e-300)))

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
