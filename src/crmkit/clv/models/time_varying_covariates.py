"""A Pareto/NBD whose rates move with covariates that change over time."""

from dataclasses import dataclass

import numpy as np

from ..._check import instance, one_of, rate, time_span, typed
from ..._dates import day_number
from ..._frames import (
    EagerFrame,
    collect,
    day_numbers,
    native,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_dates,
    require_numbers,
    with_arrays,
)
from ...fits import JsonResult, checked
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.purchases import pareto_over_time
from ...kernels.purchases.covariate_paths import PathHistories
from ...typing import (
    HISTORY,
    Day,
    FloatArray,
    HistoryColumns,
    IntArray,
    IntoDataFrame,
    IntoDataFrameT,
    TimeUnit,
)
from .covariate_columns import effect_factors
from .covariate_effects import CovariateEffect, CovariateTest
from .covariate_periods import CovariatePeriods, covariate_periods
from .histories import impossible, known_id
from .model_arguments import new_columns

__all__ = ["TimeVaryingCovariates", "path_histories"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class TimeVaryingCovariates(JsonResult):
    """A Pareto/NBD in which covariates of the day move purchases and dropout.

    A customer's purchase rate at a time is a constant of their own times ``exp(effect *
    value)``, and so is the rate of leaving, with the covariates of that time. Where
    they never change it is the Pareto/NBD of ``fit_purchase_covariates``, and without
    effects the plain one.

    Attributes
    ----------
    baseline
        ``r``, ``alpha``, ``s`` and ``beta`` while all covariates are 0.
    effects
        One per covariate and part of the model.
    test
        The likelihood-ratio test of all effects together.
    penalty
        One over the variance of the effects, per standard deviation of the covariate.
    n_customers, n_cells
        Customers, and distinct histories with their covariates among them.
    time_unit
        The unit of ``alpha``, ``beta``, horizons and rates.

    References
    ----------
    Bachmann, Meierer and Näf (2021), "The role of time-varying contextual factors in
    latent attrition models for customer base analysis", Marketing Science 40.

    Examples
    --------
    >>> import pandas as pd
    >>> promotion = CovariateEffect(
    ...     covariate="promotion", on="purchase rate", estimate=0.7,
    ...     standard_error=0.1, shrunk=0.7,
    ... )
    >>> model = TimeVaryingCovariates(
    ...     baseline=(0.55, 10.6, 0.6, 11.7), effects=(promotion,), time_unit="week"
    ... )
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann"], "frequency": [3],
    ...     "first_date": ["2024-01-01"], "last_date": ["2024-05-01"],
    ... })
    >>> months = pd.DataFrame({
    ...     "period_start": ["2024-01-01", "2024-07-01", "2024-08-01", "2025-01-01"],
    ...     "promotion": [0, 1, 0, 0],
    ... })
    >>> ahead = {"covariates": months, "observation_period_end": "2024-06-30"}
    >>> scored = model.with_expected_purchases(customers, horizon=4, **ahead)
    >>> scored["expected_purchases"].round(2).tolist()
    [0.59]
    >>> active = model.with_probability_alive(customers, **ahead)
    >>> active["probability_alive"].round(2).tolist()
    [0.78]
    >>> quiet = model.with_expected_purchases(
    ...     customers, horizon=4, **ahead | {"covariates": months.assign(promotion=0)}
    ... )
    >>> quiet["expected_purchases"].round(2).tolist()
    [0.29]
    """

    baseline: tuple[float, float, float, float]
    effects: tuple[CovariateEffect, ...]
    test: CovariateTest | None = None
    penalty: float = 0.0
    n_customers: float | None = None
    n_cells: int | None = None
    time_unit: TimeUnit = "day"

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns of covariates, each once."""
        return tuple(dict.fromkeys(effect.covariate for effect in self.effects))

    @typed
    def with_probability_alive(
        self,
        customers: IntoDataFrameT,
        *,
        covariates: IntoDataFrame,
        observation_period_end: Day,
        columns: HistoryColumns = HISTORY,
        first_date_col: str = "first_date",
        last_date_col: str = "last_date",
        period_start_col: str = "period_start",
        output_col: str = "probability_alive",
    ) -> IntoDataFrameT:
        """Add the probability that each customer is active at the end of observation.

        Parameters
        ----------
        customers
            A summary by ``rfm_summary`` with ``grain="day"``, in memory.
        covariates
            As for ``fit_time_varying_covariates``, for these customers.
        observation_period_end
            The last day seen, inclusive.
        columns
            The names of the columns of the id and the frequency.
        first_date_col, last_date_col
            The dates of the first and the last purchase.
        period_start_col
            The first day of each period of ``covariates``.
        output_col
            The new column.
        """
        end = day_number("observation_period_end", observation_period_end)
        opened, known, periods = self._opened(
            customers,
            covariates,
            columns,
            (first_date_col, last_date_col),
            period_start_col=period_start_col,
            output_col=output_col,
            until=end,
        )
        histories = path_histories(
            periods, known, end=end, unit=self._unit, parts=self._parts(periods)
        )
        alive = pareto_over_time.probability_alive(
            histories, **self._parameters, effects=self._sizes
        )
        return native(with_arrays(opened, {output_col: alive}), customers)

    @typed
    def with_expected_purchases(
        self,
        customers: IntoDataFrameT,
        *,
        covariates: IntoDataFrame,
        observation_period_end: Day,
        horizon: float,
        discount_rate: float = 0.0,
        columns: HistoryColumns = HISTORY,
        first_date_col: str = "first_date",
        last_date_col: str = "last_date",
        period_start_col: str = "period_start",
        output_col: str = "expected_purchases",
    ) -> IntoDataFrameT:
        """Add the purchases to expect after the end, under the covariates to come.

        Parameters
        ----------
        customers
            A summary by ``rfm_summary`` with ``grain="day"``, in memory.
        covariates
            As for ``fit_time_varying_covariates``, with the periods ahead too.
        observation_period_end
            The last day seen, inclusive.
        horizon
            How far ahead, in the unit of the model.
        discount_rate
            Effective rate per unit of time; 0 counts each purchase as one. Times what a
            customer spends, discounted purchases are the customer's lifetime value.
        columns
            The names of the columns of the id and the frequency.
        first_date_col, last_date_col
            The dates of the first and the last purchase.
        period_start_col
            The first day of each period of ``covariates``.
        output_col
            The new column.

        Raises
        ------
        InvalidValueError
            If the covariates do not reach to the end of the horizon.
        """
        span = time_span("horizon", horizon) * self._unit
        log_rate = float(np.log1p(rate("discount_rate", discount_rate)))
        end = day_number("observation_period_end", observation_period_end)
        opened, known, periods = self._opened(
            customers,
            covariates,
            columns,
            (first_date_col, last_date_col),
            period_start_col=period_start_col,
            output_col=output_col,
            until=end + int(np.ceil(span)),
        )
        parts = self._parts(periods)
        every = np.arange(periods.begin.shape[0])
        stop = np.full(every.size, end)
        ahead = periods.days(every, stop, stop + span) / self._unit
        found = pareto_over_time.discounted_expected_purchases(
            path_histories(periods, known, end=end, unit=self._unit, parts=parts),
            ahead,
            parts,
            log_rate=log_rate,
            **self._parameters,
            effects=self._sizes,
        )
        return native(with_arrays(opened, {output_col: found}), customers)

    @property
    def _unit(self) -> float:
        return DAYS_PER_UNIT[one_of("time_unit", self.time_unit, tuple(DAYS_PER_UNIT))]

    @property
    def _parameters(self) -> dict[str, float]:
        return dict(zip(("r", "alpha", "s", "beta"), self.baseline, strict=True))

    @property
    def _sizes(self) -> tuple[FloatArray, FloatArray]:
        return self._of("purchase rate")[1], self._of("dropout")[1]

    def _of(self, on: str) -> tuple[list[int], FloatArray]:
        place = {name: at for at, name in enumerate(self.covariates)}
        own = [effect for effect in self.effects if effect.on == on]
        return [place[effect.covariate] for effect in own], np.array(
            [effect.shrunk for effect in own]
        )

    def _parts(self, periods: CovariatePeriods) -> tuple[FloatArray, FloatArray]:
        rate_at, dropout_at = self._of("purchase rate")[0], self._of("dropout")[0]
        parts = periods.values[:, :, rate_at], periods.values[:, :, dropout_at]
        for part, effects in zip(parts, self._sizes, strict=True):
            effect_factors(part, effects)
        return parts

    def _opened(
        self,
        customers: IntoDataFrame,
        covariates: IntoDataFrame,
        columns: HistoryColumns,
        dates: tuple[str, str],
        *,
        period_start_col: str,
        output_col: str,
        until: int,
    ) -> tuple[EagerFrame, tuple[FloatArray, IntArray, IntArray], CovariatePeriods]:
        named = instance("columns", columns, HistoryColumns)
        read = (named.frequency, *dates)
        new_columns([output_col], read=read)
        opened = read_eager(customers, read)
        require_numbers(opened, [named.frequency])
        frame, rules = opened, number_rules(opened, named.frequency, sign="nonnegative")
        for column in dates:
            dated, more = require_dates(frame, column)
            frame, rules = collect(dated), [*rules, *more]
        first, last = (nw.col(column) for column in dates)
        id_col = known_id(frame, named.customer_id)
        refuse(frame, rules, id_col=id_col)
        refuse(
            frame,
            [impossible(dates[1], last < first, f"It may not precede {dates[0]}")],
            id_col=id_col,
        )
        periods = covariate_periods(
            covariates,
            frame,
            names=self.covariates,
            period_start_col=period_start_col,
            customer_id_col=named.customer_id,
        )
        begun = day_numbers(frame, dates[0])
        periods.require(begun, until, column=period_start_col)
        known = numbers(frame, named.frequency), begun, day_numbers(frame, dates[1])
        return opened, known, periods


def path_histories(
    periods: CovariatePeriods,
    known: tuple[FloatArray, IntArray, IntArray],
    *,
    end: int,
    unit: float,
    parts: tuple[FloatArray, FloatArray],
    path: IntArray | None = None,
    weights: FloatArray | None = None,
    bought: FloatArray | None = None,
) -> PathHistories:
    """Measure each history's time by the periods of its covariates.

    Parameters
    ----------
    periods
        The covariates over time.
    known
        Frequency, and days of the first and the last purchase.
    end, unit
        The last day seen, and the days of a unit of time.
    parts
        Covariates of the rate and of the dropout, by path and period.
    path, weights, bought
        Of distinct histories; None for one of each customer.
    """
    frequency, first, last = known
    of = periods.path if path is None else path
    return PathHistories(
        frequency=frequency,
        weights=np.ones(frequency.size) if weights is None else weights,
        path=of,
        before=periods.days(of, first, last) / unit,
        after=periods.days(of, last, np.full(last.size, end)) / unit,
        rate=parts[0],
        dropout=parts[1],
        bought=np.zeros(parts[0].shape[2]) if bought is None else bought,
    )
