"""The chance to leave in each period, by tenure and by what is known of a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .._check import fraction, nonnegative_array, one_of, whole
from .._frames import (
    EagerFrame,
    Rule,
    group_rows,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_numbers,
)
from ..errors import ConvergenceError, InvalidValueError, NotEnoughDataError
from ..fits import from_document, to_document
from ..kernels import binary_regression as kernel
from ..kernels.intervals import normal_quantile
from ..kernels.newton import Derivatives, Optimum, maximise
from ..typing import FloatArray, IntArray, IntoDataFrame, IntoFrame
from .scored import flag_rules

__all__ = ["DiscreteHazard", "fit_discrete_hazard"]

Baseline = Literal["saturated", "constant", "logarithmic"]
_BASELINES = ("saturated", "constant", "logarithmic")
_FLAT = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscreteHazard:
    """A discrete-time hazard: the chance to leave in a period, having reached it.

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
        The columns that move the hazard besides tenure.
    names, coefficients, standard_errors
        The terms on the scale of the link; the errors are None for a model by hand.
    log_likelihood, rows, events, iterations
        Of the fit; None by hand.
    """

    link: kernel.Link
    baseline: Baseline
    last_period: int
    covariates: tuple[str, ...]
    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...] | None = None
    log_likelihood: float | None = None
    rows: int | None = None
    events: int | None = None
    iterations: int | None = None

    def interval(self, name: str, *, level: float = 0.95) -> tuple[float, float]:
        """Return the Wald interval of one coefficient."""
        if self.standard_errors is None:
            raise NotEnoughDataError(
                needed="standard errors",
                got="a model built by hand",
                remedy="Fit the model to data.",
            )
        one_of("name", name, self.names)
        at = self.names.index(name)
        half = normal_quantile(fraction("level", level)) * self.standard_errors[at]
        return self.coefficients[at] - half, self.coefficients[at] + half

    def hazard_table(self, customers: IntoFrame, periods: ArrayLike) -> FloatArray:
        """Return the chance to leave in each period: a row each, a column per period.

        Beyond ``last_period`` a saturated baseline keeps its last level.
        """
        frame = read_eager(customers, self.covariates)
        refuse(frame, _known(frame, self.covariates))
        asked = nonnegative_array("periods", periods)
        if np.any(asked < 1):
            raise InvalidValueError(
                subject="argument 'periods'",
                found=f"period {float(asked.min())!r}",
                remedy="Count periods from 1.",
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
                found="time that is no whole number of periods",
                remedy="Ask at the ends of periods.",
            )
        last = int(asked.max(initial=0.0))
        kept = 1 - self.hazard_table(customers, np.arange(1.0, last + 1))
        curve = np.cumprod(np.hstack([np.ones((kept.shape[0], 1)), kept]), axis=1)
        return np.asarray(curve[:, asked.astype(np.int64)], dtype=np.float64)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "DiscreteHazard":
        """Build the model from its JSON document."""
        return from_document(cls, document)


def fit_discrete_hazard(
    periods: IntoDataFrame,
    *,
    covariates: Sequence[str] = (),
    link: kernel.Link = "logit",
    baseline: Baseline = "saturated",
    pooled_from: int | None = None,
    period_col: str = "period",
    event_col: str = "event",
    weight_col: str | None = None,
    cluster_col: str | None = None,
) -> DiscreteHazard:
    """Fit the chance to leave in each period.

    Parameters
    ----------
    periods
        Rows of ``person_periods``.
    covariates
        Columns of numbers or booleans, each known at the start of its period.
    link
        ``"logit"`` or ``"cloglog"``.
    baseline
        See ``DiscreteHazard``.
    pooled_from
        Periods from this one on share one level of the saturated baseline: late
        periods hold few customers.
    period_col, event_col, weight_col
        The columns read.
    cluster_col
        Whose rows belong together when a customer has several spells: standard errors
        then allow for it (sandwich).

    Returns
    -------
    DiscreteHazard
        The maximum-likelihood fit.

    Raises
    ------
    NotEnoughDataError
        If nobody left, or nobody left in some period of a saturated baseline.
    ConvergenceError
        If a covariate tells leavers and stayers apart without an error, or says the
        same as others.

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
    names = tuple(covariates)
    frame = _read(periods, names, period_col, event_col, (weight_col, cluster_col))
    period, y = numbers(frame, period_col), numbers(frame, event_col)
    last = int(period.max())
    if pooled_from is not None:
        last = min(last, whole("pooled_from", pooled_from, at_least=1))
    weight = numbers(frame, weight_col) if weight_col else np.ones(y.size)
    _require_events(np.minimum(period, last), y * weight, weight, baseline)
    X = np.hstack([_tenure(period, baseline, last), _covariates(frame, names)])
    cluster = group_rows(frame, cluster_col).codes if cluster_col else None
    found, covariance = _maximised(X, y, weight, link, cluster)
    fit = DiscreteHazard(
        link=link,
        baseline=baseline,
        last_period=last,
        covariates=names,
        names=(*_terms(baseline, last), *names),
        coefficients=tuple(found.parameters.tolist()),
        standard_errors=tuple(np.sqrt(np.diag(covariance)).tolist()),
        log_likelihood=found.value,
        rows=int(y.size),
        events=int((y * weight).sum()),
        iterations=found.iterations,
    )
    if not found.converged:
        message = (
            f"the hazard has no single best fit ({found.iterations} iterations). A "
            "covariate may tell leavers from stayers without an error, or say the same "
            "as others: leave it out."
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
    rules = [rule for name in measured for rule in number_rules(frame, name)]
    rules += number_rules(frame, period_col, sign="positive")
    rules += _known(frame, covariates)
    refuse(frame, [*rules, *flag_rules(frame, event_col)])
    if not len(frame):
        raise NotEnoughDataError(
            needed="person-periods", got="0 rows", remedy="Pass a frame with rows."
        )
    return frame


def _known(frame: EagerFrame, covariates: Sequence[str]) -> list[Rule]:
    """List the rules of covariates: numbers or booleans, without a hole."""
    flags = [name for name in covariates if frame.schema[name] == nw.Boolean]
    others = [name for name in covariates if name not in flags]
    require_numbers(frame, others)
    rules = [rule for name in flags for rule in flag_rules(frame, name)]
    return rules + [rule for name in others for rule in number_rules(frame, name)]


def _maximised(
    X: FloatArray,
    y: FloatArray,
    weight: FloatArray,
    link: kernel.Link,
    cluster: IntArray | None,
) -> tuple[Optimum, FloatArray]:
    """Climb in units of each column's size: how it is measured does not matter."""
    size = np.sqrt(np.mean(X**2, axis=0))
    size[size == 0] = 1.0
    sums = partial(
        kernel.log_likelihood_sums, X / size, y, weight, offset=0.0, link=link
    )
    total = float(weight.sum())

    def mean(at: FloatArray) -> Derivatives:
        value, gradient, hessian = sums(coefficients=at)
        return value / total, gradient / total, hessian / total

    best = maximise(mean, np.zeros(X.shape[1]), tolerance=1e-10, max_iterations=200)
    value, _, hessian = sums(coefficients=best.parameters)
    # Where the likelihood is flat in some direction, no number can be told.
    known = np.linalg.eigvalsh(-hessian)[0] > _FLAT * total
    covariance = np.linalg.pinv(-hessian, hermitian=True)
    if cluster is not None:
        each = kernel.scores(
            X / size,
            y,
            weight,
            coefficients=best.parameters,
            link=link,
            cluster=cluster,
        )
        covariance = covariance @ (each.T @ each) @ covariance
    found = Optimum(
        parameters=best.parameters / size,
        value=value,
        gradient=best.gradient,
        hessian=best.hessian,
        iterations=best.iterations,
        converged=best.converged and bool(known),
        gradient_norm=best.gradient_norm,
        message=best.message,
    )
    return found, covariance / np.outer(size, size)


def _tenure(period: FloatArray, baseline: Baseline, last: int) -> FloatArray:
    if baseline == "saturated":
        level = np.minimum(period, last)
        own = level[:, None] == np.arange(1, last + 1)
        return np.asarray(own, dtype=np.float64)
    columns = [np.ones(period.size)]
    if baseline == "logarithmic":
        columns.append(np.log(period))
    return np.column_stack(columns)


def _terms(baseline: Baseline, last: int) -> tuple[str, ...]:
    if baseline == "saturated":
        return tuple(f"period {number}" for number in range(1, last + 1))
    return ("level", "log(period)") if baseline == "logarithmic" else ("level",)


def _covariates(frame: EagerFrame, names: Sequence[str]) -> FloatArray:
    if not names:
        return np.zeros((len(frame), 0))
    return np.column_stack([numbers(frame, name) for name in names])


def _require_events(
    level: FloatArray, lost: FloatArray, weight: FloatArray, baseline: Baseline
) -> None:
    by_level = np.bincount(level.astype(np.int64), lost)
    there = np.bincount(level.astype(np.int64), weight)
    empty = np.flatnonzero(by_level[1:] == 0) + 1
    all_lost = np.flatnonzero((there > 0) & (by_level == there))
    if not by_level.sum() > 0:
        raise NotEnoughDataError(
            needed="customers who left", got="0", remedy="Observe for longer."
        )
    if baseline == "saturated" and (empty.size or all_lost.size):
        period = int(np.concatenate((empty, all_lost)).min())
        raise NotEnoughDataError(
            needed="customers who left, and some who stayed, in every period",
            got=f"only one kind in period {period}",
            remedy="Pool late periods (pooled_from), or choose another baseline.",
        )
