"""The probability of leaving in each period, by tenure and covariates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ..._check import (
    MOST_REPEATS,
    fraction,
    listed,
    nonnegative_array,
    one_of,
    typed,
    whole,
)
from ..._frames import (
    EagerFrame,
    Rule,
    flag_rules,
    group_rows,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_numbers,
)
from ...errors import ConvergenceError, InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.base import binary_regression as kernel
from ...kernels.base.intervals import normal_quantile
from ...typing import FloatArray, IntArray, IntoDataFrame, IntoFrame, Link
from .hazard_fitting import PersonPeriods, maximised

__all__ = ["DiscreteHazard", "fit_discrete_hazard"]

Baseline = Literal["saturated", "constant", "logarithmic"]
_BASELINES = ("saturated", "constant", "logarithmic")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class DiscreteHazard(JsonResult):
    """A discrete-time hazard: the probability of leaving in a period reached.

    Attributes
    ----------
    link
        ``"logit"``, or ``"cloglog"``, whose coefficients are those of a proportional
        hazard in continuous time, grouped into periods.
    baseline
        How the hazard moves with tenure: one level per period (``"saturated"``), one
        for all (``"constant"``), or a line in log(period) (``"logarithmic"``).
    last_period
        The last period seen, or the one from which periods share a level.
    covariates
        The columns that change the hazard, besides tenure.
    names, coefficients, standard_errors
        The terms on the scale of the link; a model built by hand has no errors.
    log_likelihood, n_rows, n_events, iterations
        Facts of the fit; None for a model built by hand.
    """

    link: Link
    baseline: Baseline
    last_period: int
    covariates: tuple[str, ...]
    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...] | None = None
    log_likelihood: float | None = None
    n_rows: int | None = None
    n_events: int | None = None
    iterations: int | None = None

    def interval(self, name: str, *, level: float = 0.95) -> Interval:
        """Return the Wald interval of one coefficient."""
        if self.standard_errors is None:
            raise NotEnoughDataError(
                needed="standard errors",
                got="a model built by hand",
                remedy="Fit the model to data.",
            )
        one_of("name", name, self.names)
        at = self.names.index(name)
        inside, mean = fraction("level", level), self.coefficients[at]
        half = normal_quantile(inside) * self.standard_errors[at]
        return Interval(lower=mean - half, upper=mean + half, level=inside)

    def hazard_table(self, customers: IntoFrame, periods: ArrayLike) -> FloatArray:
        """Return the hazard: a row per customer, a column per period.

        Beyond ``last_period`` a saturated baseline keeps its last level.
        """
        frame = read_eager(customers, self.covariates)
        refuse(frame, _known(frame, self.covariates))
        asked = np.atleast_1d(nonnegative_array("periods", periods))
        wrong = asked[(asked < 1) | (asked != np.floor(asked))]
        if wrong.size:
            raise InvalidValueError(
                subject="argument 'periods'",
                found=f"period {float(wrong[0])!r}",
                remedy="Count whole periods from 1.",
            )
        x = _covariates(frame, self.covariates)
        k = len(self.coefficients) - len(self.covariates)
        coefficients = np.array(self.coefficients)
        of_tenure = _tenure(asked, self.baseline, self.last_period) @ coefficients[:k]
        of_customer = x @ coefficients[k:]
        return kernel.hazard(of_customer[:, None] + of_tenure, link=self.link)

    def survival_table(self, customers: IntoFrame, times: ArrayLike) -> FloatArray:
        """Return S(t), the product of 1 - hazard, at whole numbers of periods."""
        asked = nonnegative_array("times", times)
        if np.any(asked != np.floor(asked)):
            raise InvalidValueError(
                subject="argument 'times'",
                found="time that is not a whole number of periods",
                remedy="Pass the ends of periods.",
            )
        last = whole("times", asked.max(initial=0.0), at_most=MOST_REPEATS)
        kept = 1 - self.hazard_table(customers, np.arange(1.0, last + 1))
        curve = np.cumprod(np.hstack([np.ones((kept.shape[0], 1)), kept]), axis=1)
        return np.asarray(curve[:, asked.astype(np.int64)], dtype=np.float64)


@typed
def fit_discrete_hazard(
    periods: IntoDataFrame,
    *,
    covariate_cols: Sequence[str] = (),
    link: Link = "logit",
    baseline: Baseline = "saturated",
    pooled_from: int | None = None,
    period_col: str = "period",
    event_col: str = "event",
    weight_col: str | None = None,
    cluster_col: str | None = None,
) -> DiscreteHazard:
    """Fit the probability of leaving in each period.

    Parameters
    ----------
    periods
        Rows of ``person_periods``.
    covariate_cols
        Columns of numbers or booleans, each known at the start of its period.
    link
        ``"logit"``, or ``"cloglog"`` for proportional hazards in continuous time.
    baseline
        How the hazard changes with tenure: one level per period (``"saturated"``), one
        for all (``"constant"``), or a line in log(period) (``"logarithmic"``).
    pooled_from
        Periods from this one on share one level of the saturated baseline, because late
        periods have few customers.
    period_col, event_col
        The period, from 1, and whether the customer left in it.
    weight_col
        The number of customers that a row represents.
    cluster_col
        The customer, where a customer has several spells: standard errors then allow
        for rows that belong together (sandwich).

    Returns
    -------
    DiscreteHazard
        The maximum-likelihood fit.

    Raises
    ------
    NotEnoughDataError
        If no customer left, or none left in some period of a saturated baseline.
    ConvergenceError
        If a covariate separates leavers and stayers perfectly, or is a combination of
        others.

    Notes
    -----
    Without covariates the saturated model is the life table, and its survival that of
    Kaplan and Meier on whole numbers.

    References
    ----------
    Allison (1982), "Discrete-time methods for the analysis of event histories";
    Prentice and Gloeckler (1978) for the complementary log-log link.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.churn import person_periods
    >>> spells = pd.DataFrame(
    ...     {"duration": [1, 1, 2, 2, 2, 2], "event_observed": [1, 1, 1, 0, 0, 0]}
    ... )
    >>> model = spells.pipe(person_periods).pipe(fit_discrete_hazard)
    >>> model.hazard_table(spells[:1], [1, 2]).round(4)
    array([[0.3333, 0.25  ]])
    """
    one_of("link", link, ("logit", "cloglog"))
    one_of("baseline", baseline, _BASELINES)
    names = tuple(listed("covariate_cols", covariate_cols))
    frame = _read(periods, names, period_col, event_col, (weight_col, cluster_col))
    period, y = numbers(frame, period_col), numbers(frame, event_col)
    last = int(period.max())
    if pooled_from is not None:
        last = min(last, whole("pooled_from", pooled_from, at_least=1))
    weight = (
        numbers(frame, weight_col)
        if weight_col
        else np.broadcast_to(np.float64(1.0), y.shape)
    )
    rows = PersonPeriods(
        # More levels than rows cannot all be occupied: the first gap is refused.
        level=_level(period, baseline, min(last, y.size + 1)),
        x=np.hstack([_slope(period, baseline), _covariates(frame, names)]),
        y=y,
        weight=weight,
    )
    _require_events(rows, baseline)
    cluster = group_rows(frame, cluster_col).codes if cluster_col else None
    found, errors = maximised(rows, link, cluster)
    fit = DiscreteHazard(
        link=link,
        baseline=baseline,
        last_period=last,
        covariates=names,
        names=(*_terms(baseline, last), *names),
        coefficients=tuple(found.parameters.tolist()),
        standard_errors=tuple(errors.tolist()),
        log_likelihood=found.value,
        n_rows=int(y.size),
        n_events=int((y * weight).sum()),
        iterations=found.iterations,
    )
    if not found.converged:
        message = (
            f"the hazard has no single best fit ({found.iterations} iterations). A "
            "covariate may separate leavers from stayers perfectly, or be a "
            "combination of others: leave it out."
        )
        raise ConvergenceError(message, fit=fit)
    return fit


def _read(
    periods: IntoDataFrame,
    covariates: tuple[str, ...],
    period_col: str,
    event_col: str,
    optional: tuple[str | None, str | None],
) -> EagerFrame:
    weight_col, cluster_col = optional
    measured = [period_col, *([weight_col] if weight_col else [])]
    grouped = [cluster_col] if cluster_col else []
    frame = read_eager(periods, [*measured, *covariates, event_col, *grouped])
    require_numbers(frame, measured)
    rules = number_rules(frame, period_col, sign="positive")
    if frame.schema[period_col].is_float():
        rules.append(_whole_rule(period_col))
    if weight_col:
        rules += number_rules(frame, weight_col, sign="nonnegative")
    rules += _known(frame, covariates)
    refuse(frame, [*rules, *flag_rules(frame, event_col)])
    if not len(frame):
        raise NotEnoughDataError(
            needed="person-periods", got="0 rows", remedy="Pass a frame with rows."
        )
    return frame


def _whole_rule(column: str) -> Rule:
    return Rule(
        column=column,
        broken=nw.col(column) != nw.col(column).floor(),
        found="value that is not whole",
        remedy="Count whole periods from 1, as person_periods does.",
    )


def _known(frame: EagerFrame, covariates: Sequence[str]) -> list[Rule]:
    """List the rules of covariates: numbers or booleans, none missing."""
    flags = [name for name in covariates if frame.schema[name] == nw.Boolean]
    others = [name for name in covariates if name not in flags]
    require_numbers(frame, others)
    rules = [rule for name in flags for rule in flag_rules(frame, name)]
    return rules + [rule for name in others for rule in number_rules(frame, name)]


def _tenure(period: FloatArray, baseline: Baseline, last: int) -> FloatArray:
    """Return the columns of tenure alone, as the terms are listed."""
    level = _level(period, baseline, last)
    own = level[:, None] == np.arange(last if baseline == "saturated" else 1)
    return np.hstack([own.astype(np.float64), _slope(period, baseline)])


def _level(period: FloatArray, baseline: Baseline, last: int) -> IntArray:
    if baseline == "saturated":
        return np.minimum(period, float(last)).astype(np.int64) - 1
    return np.zeros(period.size, dtype=np.int64)


def _slope(period: FloatArray, baseline: Baseline) -> FloatArray:
    if baseline == "logarithmic":
        return np.log(period)[:, None]
    return np.zeros((period.size, 0))


def _terms(baseline: Baseline, last: int) -> tuple[str, ...]:
    if baseline == "saturated":
        return tuple(f"period {number}" for number in range(1, last + 1))
    return ("level", "log(period)") if baseline == "logarithmic" else ("level",)


def _covariates(frame: EagerFrame, names: Sequence[str]) -> FloatArray:
    if not names:
        return np.zeros((len(frame), 0))
    return np.column_stack([numbers(frame, name) for name in names])


def _require_events(rows: PersonPeriods, baseline: Baseline) -> None:
    if not float(rows.y @ rows.weight) > 0:
        raise NotEnoughDataError(
            needed="customers who left", got="0", remedy="Observe for longer."
        )
    if baseline == "saturated":
        period = _one_sided(rows)
        if period is not None:
            raise NotEnoughDataError(
                needed="customers who left, and some who stayed, in every period",
                got=f"only one kind in period {period}",
                remedy="Pool late periods (pooled_from), or choose another baseline.",
            )


def _one_sided(rows: PersonPeriods) -> int | None:
    """Return the first period in which no customer left, or none stayed."""
    there = np.flatnonzero(np.bincount(rows.level))
    lost = np.bincount(rows.level, rows.y * rows.weight)[there]
    stayed = np.bincount(rows.level, (1 - rows.y) * rows.weight)[there]
    # A period without customers ends the run of 0, 1, 2, ... before it.
    wrong = (there != np.arange(there.size)) | (lost == 0) | (stayed == 0)
    at = int(np.argmax(wrong))
    if not wrong[at]:
        return None
    return min(at, int(there[at])) + 1
