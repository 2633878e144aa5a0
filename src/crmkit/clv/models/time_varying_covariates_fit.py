"""Fitting a Pareto/NBD with covariates that change over time."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ..._check import instance, one_of, typed
from ...errors import InvalidValueError
from ...fits.effects import fit_effects
from ...kernels.base.cells import Cells, group
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.purchases import pareto_over_time
from ...snapshots.transaction_columns import TRANSACTIONS, TransactionColumns
from ...typing import Day, FloatArray, IntoDataFrame, Refunds, TimeUnit
from .covariate_columns import covariate_names, require_distinct
from .covariate_periods import CovariatePeriods, covariate_periods
from .dated_purchases import dated_purchases
from .fitted_effects import (
    chosen_penalty,
    fitted_effects,
    require_settled,
    scaled,
)
from .fitting import fit_histories, require_customers
from .pareto_nbd import ParetoNbd
from .time_varying_covariates import TimeVaryingCovariates, path_histories

__all__ = ["fit_time_varying_covariates"]


@typed
def fit_time_varying_covariates(
    transactions: IntoDataFrame,
    *,
    covariates: IntoDataFrame,
    observation_period_end: Day,
    covariate_cols: str | Sequence[str] = (),
    dropout_covariate_cols: str | Sequence[str] = (),
    time_unit: TimeUnit = "day",
    penalty: float | Literal["marginal"] = 0.0,
    refunds: Refunds = "error",
    columns: TransactionColumns = TRANSACTIONS,
    period_start_col: str = "period_start",
) -> TimeVaryingCovariates:
    """Fit a Pareto/NBD with covariates that change over time, by maximum likelihood.

    Parameters
    ----------
    transactions
        One row per purchase, line or refund, in memory. Rows of a day are one purchase.
    covariates
        One row per period, which lasts until the next one begins: the first day in
        ``period_start_col``, and numbers such as a price, a promotion or the logarithm
        of a seasonal index. With a column of customer ids each customer has their own
        periods; without one they are those of all. The last period is taken to last as
        long as the longest, and a single one for ever.
    observation_period_end
        The last day seen, inclusive.
    covariate_cols
        Covariates of the purchase rate.
    dropout_covariate_cols
        Covariates of the rate of leaving.
    time_unit
        The unit of ``alpha`` and ``beta``, and of horizons.
    penalty
        Draws the effects that predictions use towards 0, as in
        ``fit_purchase_covariates``; ``"marginal"`` chooses it.
    refunds
        What to do about negative amounts, as in ``rfm_summary``.
    columns
        The names of the columns of customer, date and amount; the customer's is that of
        ``covariates`` too.
    period_start_col
        The column of ``covariates`` with the first day of each period.

    Returns
    -------
    TimeVaryingCovariates
        The baseline, the effects with their errors, and a likelihood-ratio test.

    Raises
    ------
    InvalidTypeError
        If a covariate is not a number.
    InvalidValueError
        If no covariate is named, or one is missing, constant, or determined by others;
        if the periods do not cover the log; if the log is one that ``rfm_summary``
        refuses.
    NotEnoughDataError
        If there are fewer than two customers, or none came back.
    ConvergenceError
        If no optimum was found; the error carries the fit reached.

    Warns
    -----
    IdentifiabilityWarning
        If the data leave an effect all but free.

    Notes
    -----
    A purchase has the covariates of its day. Customers with the same purchases, days
    and covariates are summed as one, so that covariates of all customers, such as a
    season, cost little more than the plain model.

    References
    ----------
    Bachmann, Meierer and Näf (2021), "The role of time-varying contextual factors in
    latent attrition models for customer base analysis", Marketing Science 40.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.datasets import load_cdnow_sample
    >>> months = pd.DataFrame({
    ...     "period_start": pd.date_range("1997-01-01", "1998-06-01", freq="MS"),
    ... }).assign(december=lambda frame: (frame["period_start"].dt.month == 12) * 1)
    >>> model = fit_time_varying_covariates(
    ...     load_cdnow_sample(), covariates=months, covariate_cols="december",
    ...     observation_period_end="1998-06-30", time_unit="week",
    ... )
    >>> effect = model.effects[0]
    >>> round(effect.estimate, 2), round(effect.standard_error, 2)
    (-0.00, 0.07)
    """
    named = instance("columns", columns, TransactionColumns)
    unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
    rate_cols = covariate_names("covariate_cols", covariate_cols)
    dropout_cols = covariate_names("dropout_covariate_cols", dropout_covariate_cols)
    every = tuple(dict.fromkeys((*rate_cols, *dropout_cols)))
    if not every:
        raise InvalidValueError(
            subject="argument 'covariate_cols'",
            found="no columns",
            remedy="Name a covariate, or fit the plain model.",
        )
    log = dated_purchases(
        transactions,
        observation_period_end=observation_period_end,
        refunds=refunds,
        customer_id_col=named.customer_id,
        date_col=named.date,
        amount_col=named.amount,
    )
    known = log.known
    require_customers(float(known.customer.size))
    owners = log.groups.ids[known.customer].to_frame()
    periods = covariate_periods(
        covariates,
        owners,
        names=every,
        period_start_col=period_start_col,
        customer_id_col=named.customer_id,
    )
    periods.require(known.first_day, log.end, column=period_start_col)
    # Customers without a purchase in the window have a number, and no history.
    place = np.empty(log.groups.count, np.int64)
    place[known.customer] = np.arange(known.customer.size)
    bought_by = place[log.occasions.customer[log.repeat]]
    bought = periods.at(periods.path[bought_by], log.occasions.day[log.repeat])
    dates = periods.path, known.count - 1, known.first_day, known.last_day
    cells = group([column.astype(np.float64) for column in dates])
    return _fitted(
        periods,
        cells,
        bought.sum(axis=0),
        rate_cols,
        dropout_cols,
        end=log.end,
        unit=unit,
        penalty=penalty,
        time_unit=time_unit,
    )


def _fitted(
    periods: CovariatePeriods,
    cells: Cells,
    bought: FloatArray,
    rate_cols: tuple[str, ...],
    dropout_cols: tuple[str, ...],
    *,
    end: int,
    unit: float,
    penalty: float | Literal["marginal"],
    time_unit: TimeUnit,
) -> TimeVaryingCovariates:
    """Fit the effects on covariates in standard deviations about their mean."""
    path, x, first, last = cells.columns
    days = first.astype(np.int64), last.astype(np.int64)
    recency, age = np.stack([last - first, end - first]) / unit
    plain = fit_histories(
        ParetoNbd.formulas, group([x, recency, age], cells.weights), penalty=0.0
    )
    every = tuple(dict.fromkeys((*rate_cols, *dropout_cols)))
    of = path.astype(np.int64)
    seen = periods.days(of, days[0], np.full(of.size, end))
    exposure = np.zeros(periods.values.shape[:2])
    np.add.at(exposure, of, seen * cells.weights[:, None])
    shown = exposure > 0
    table, weights = periods.values[shown], exposure[shown]
    require_distinct(table, weights, every, among="customers and periods")
    shown_values = scaled(every, table, weights)
    mean, spread = shown_values.mean, shown_values.spread
    values = shown_values.of(periods.values)
    at = [shown_values.places(cols) for cols in (rate_cols, dropout_cols)]
    repeats = float(cells.weights @ x)
    known = path_histories(
        periods,
        (x, *days),
        end=end,
        unit=unit,
        parts=(values[:, :, at[0]], values[:, :, at[1]]),
        path=of,
        weights=cells.weights,
        bought=((bought - repeats * mean) / spread)[at[0]],
    )
    found = fit_effects(
        pareto_over_time.objective(known),
        np.concatenate([np.log(plain.estimates), np.zeros(len(at[0]) + len(at[1]))]),
        parameters=4,
        customers=float(cells.weights.sum()),
        penalty=chosen_penalty(penalty),
        held=[plain.names.index(name) for name in plain.boundary],
    )
    effects = fitted_effects(
        found,
        plain,
        shown_values,
        on={"purchase rate": rate_cols, "dropout": dropout_cols},
    )
    logs = found.penalised[:4].copy()
    logs[[1, 3]] += effects.at_zero
    r, alpha, s, beta = np.exp(logs).tolist()
    fit = TimeVaryingCovariates(
        baseline=(r, alpha, s, beta),
        effects=effects.effects,
        test=effects.test,
        penalty=effects.penalty,
        n_customers=float(cells.weights.sum()),
        n_cells=cells.size,
        time_unit=time_unit,
    )
    require_settled(fit, effects.effects, found, plain, shown_values)
    return fit
