"""The trend of the net promoter score over time, with its interval and p-value."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from ..._check import one_of
from ..._frames import (
    EagerFrame,
    collect,
    day_numbers,
    read_eager,
    refuse,
    require_dates,
)
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.base import regression
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...typing import IntArray, IntoDataFrame, TimeUnit
from ..reading.customer_clusters import clusters_of
from ..reading.survey_weights import weights_of
from ..student_interval import student_interval
from .bands import Bands
from .net_answers import net_answers

__all__ = ["NpsTrend", "nps_trend"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class NpsTrend(JsonResult):
    """The slope of the score over time.

    Attributes
    ----------
    slope
        Change of the score in points per ``time_unit``.
    standard_error
        Standard error of the slope, clustered by customer; where fewer than about 30
        of them decide, it is at least the usual one of least squares.
    time_unit
        The unit of time, a fixed number of days.
    n_responses, n_clusters, missing
        Number of answers, of customers (of answers, where no customer was named), and
        of rows without an answer.
    """

    slope: float
    standard_error: float
    time_unit: str
    n_responses: int
    n_clusters: int
    missing: int

    @property
    def p_value(self) -> float | None:
        """Two-sided p-value of a flat score; None if the standard error is 0."""
        if self.standard_error == 0:
            return None
        t = abs(self.slope) / self.standard_error
        return float(2 * stdtr(self.n_clusters - 1, -t))

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the confidence interval of the slope (Student's t)."""
        return student_interval(
            self.slope, self.standard_error, self.n_clusters - 1, level
        )


def nps_trend(
    responses: IntoDataFrame,
    *,
    time_unit: TimeUnit,
    customer_id_col: str | None = None,
    date_col: str = "date",
    score_col: str = "score",
    weight_col: str | None = None,
    bands: str | Bands = "standard",
) -> NpsTrend:
    """Fit a straight line to the score over time.

    Each answer counts -1, 0 or 1. The line is fitted to the answers themselves rather
    than to monthly scores, so that a month with few answers has little influence. Its
    standard error is clustered by customer (Liang and Zeger 1986), unless few customers
    decide and the usual one is larger: a single early answer leaves no clustered error.

    Parameters
    ----------
    responses
        One row per answer.
    time_unit
        Unit of the slope: ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or
        ``"year"``.
    customer_id_col
        The customer of each answer; None if no customer answered twice.
    date_col, score_col
        Date and answer. Rows without an answer are counted and left out.
    weight_col
        Survey weights, above zero.
    bands
        As in ``nps``.

    Returns
    -------
    NpsTrend
        The slope with its standard error, interval and p-value.

    Raises
    ------
    NotEnoughDataError
        If all answers have the same date, or fewer than three customers answered.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "date": pd.date_range("2024-01-01", periods=8, freq="7D"),
    ...     "score": [3, 8, 5, 8, 9, 7, 9, 10],
    ... })
    >>> trend = nps_trend(answers, time_unit="week")
    >>> trend.slope, trend.p_value
    (27.4, 0.013)
    """
    one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))
    columns = [date_col, score_col]
    columns += [name for name in (customer_id_col, weight_col) if name is not None]
    frame = read_eager(responses, columns)
    net = net_answers(frame, score_col=score_col, bands=bands, id_col=customer_id_col)
    answered = ~np.isnan(net)
    weight = weights_of(frame, weight_col)[answered]
    days = _days(frame, date_col)[answered]
    cluster = clusters_of(frame, customer_id_col, answered)
    known = net[answered]
    # Sums in the order of the values: that of the rows must move no digit.
    order = np.lexsort((cluster, weight, known, days))
    days, known, weight = days[order], known[order], weight[order]
    if customer_id_col is not None:  # else each row is one of its kind
        cluster = cluster[order]
    clusters = int(cluster.max(initial=-1)) + 1
    if clusters < 3 or np.ptp(days) == 0:
        raise NotEnoughDataError(
            needed="answers of 3 customers on 2 days",
            got=f"{clusters} customers on {np.unique(days).size} days",
            remedy="Collect more answers.",
        )
    time = (days - days.min()) / DAYS_PER_UNIT[time_unit]
    X = np.column_stack([np.ones_like(time), time - time.mean()])
    fit = regression.least_squares(X, 100 * known, weight)
    errors = regression.careful_errors(X, weight, cluster, fit)
    return NpsTrend(
        slope=float(fit.coefficients[1]),
        standard_error=float(errors[1]),
        time_unit=time_unit,
        n_responses=int(answered.sum()),
        n_clusters=clusters,
        missing=int((~answered).sum()),
    )


def _days(frame: EagerFrame, date_col: str) -> IntArray:
    dated, rules = require_dates(frame, date_col)
    refuse(dated, rules)
    return day_numbers(collect(dated), date_col)
