"""Fitting the effects of covariates on purchases and dropout."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import numpy as np
from scipy.special import expit

from ..._check import instance, one_of, typed
from ...errors import InvalidValueError
from ...fits.effects import EffectFit, fit_effects
from ...kernels.base.cells import Cells, group
from ...kernels.purchases.covariate_objective import (
    ByGroup,
    by_pattern,
    objective_with_covariates,
)
from ...kernels.purchases.likelihood_rows import beta_geometric_rows
from ...kernels.purchases.pareto_rows import pareto_rows
from ...kernels.purchases.starting_sample import thinned
from ...typing import HISTORY, FloatArray, HistoryColumns, IntArray, IntoFrame
from .covariate_columns import covariate_names, covariate_rules, require_distinct
from .fitted_effects import (
    Scaled,
    chosen_penalty,
    fitted_effects,
    require_settled,
    scaled,
)
from .fitting import MANY, fit_histories, purchase_cells
from .purchase_covariates import FAMILIES, Family, PurchaseCovariates, shifts_of

__all__ = ["fit_purchase_covariates"]

_FEW = 8  # kinds of customers that are always worth a sum of their own
_SHARE = 64  # cells for which one more sum costs as much as their rows
_NEAR = 1e-4  # the slope at which the chance of a sample outweighs another pass
_ROWS: dict[str, Callable[..., ByGroup]] = {
    "bg_nbd": partial(beta_geometric_rows, first_toss=0),
    "mbg_nbd": partial(beta_geometric_rows, first_toss=1),
    "pareto_nbd": pareto_rows,
}


@typed
def fit_purchase_covariates(
    customers: IntoFrame,
    *,
    family: Family = "bg_nbd",
    covariate_cols: str | Sequence[str] = (),
    dropout_covariate_cols: str | Sequence[str] = (),
    penalty: float | Literal["marginal"] = 0.0,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> PurchaseCovariates:
    """Fit a purchase model with covariates by maximum likelihood.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it, with columns of covariates
        that were known when the customer first bought.
    family
        The plain model: ``"bg_nbd"``, ``"mbg_nbd"`` or ``"pareto_nbd"``.
    covariate_cols
        Covariates of the purchase rate: numbers. Make columns of 0 and 1 of words.
    dropout_covariate_cols
        Covariates of the dropout: of the mean probability of leaving after a purchase
        (BG/NBD, MBG/NBD) or of the death rate (Pareto/NBD).
    penalty
        Draws the effects that predictions use towards 0: one over the variance of a
        normal prior of the effect of one standard deviation. ``"marginal"`` chooses it
        by marginal likelihood, so that segments and channels borrow strength from all.
        Estimates, standard errors and the test are those without a penalty.
    columns
        The names of the columns of the history.
    weight_col
        How many customers a row stands for; None for one each.
    time_unit
        The unit of ``recency`` and ``T``, kept with the model.

    Returns
    -------
    PurchaseCovariates
        The baseline, the effects with their errors, and a likelihood-ratio test.

    Raises
    ------
    InvalidTypeError
        If a covariate is not a number.
    InvalidValueError
        If no covariate is named, or one is missing, constant, or determined by others.
    NotEnoughDataError
        If there are fewer than two customers, or none came back.
    ConvergenceError
        If no optimum was found; the error carries the fit reached.

    Warns
    -----
    IdentifiabilityWarning
        If the data leave an effect all but free.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit import rfm_summary
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... ).assign(log_first=lambda c: np.log1p(c["first_amount"]))
    >>> model = fit_purchase_covariates(
    ...     customers, covariate_cols=["log_first"], time_unit="week"
    ... )
    >>> effect = model.effects[0]
    >>> round(effect.estimate, 2), round(effect.standard_error, 2)
    (0.47, 0.07)
    """
    one_of("family", family, tuple(FAMILIES))
    named = instance("columns", columns, HistoryColumns)
    rate_cols = covariate_names("covariate_cols", covariate_cols)
    dropout_cols = covariate_names("dropout_covariate_cols", dropout_covariate_cols)
    every = tuple(dict.fromkeys((*rate_cols, *dropout_cols)))
    if not every:
        raise InvalidValueError(
            subject="argument 'covariate_cols'",
            found="no columns",
            remedy="Name a covariate, or fit the plain model.",
        )
    model = FAMILIES[family]
    histories = purchase_cells(
        model,
        customers,
        columns=named,
        weight_col=weight_col,
        more=every,
        more_rules=covariate_rules(every),
    )
    plain = fit_histories(
        model.formulas, group(histories.columns[:3], histories.weights), penalty=0.0
    )
    kinds = _kinds(histories)
    table = np.stack(kinds.columns, axis=1)
    require_distinct(table, kinds.weights, every)
    covariates = scaled(every, table, kinds.weights)
    on = {"purchase rate": rate_cols, "dropout": dropout_cols}
    at = [covariates.places(cols) for cols in on.values()]
    search = partial(
        _search,
        family,
        covariates,
        at,
        held=[model.formulas.names.index(name) for name in plain.boundary],
    )
    effects = len(rate_cols) + len(dropout_cols)
    start = np.concatenate([np.log(plain.estimates), np.zeros(effects)])
    if histories.size >= MANY:
        # A sample finds all but the last digits at a fraction of the cost of each pass.
        some = thinned(histories, MANY // 4)
        near = search(some, _kinds(some), start=start, penalty=0.0, tolerance=_NEAR)
        if near.converged and near.covariance is not None:
            start = near.point
    found = search(histories, kinds, start=start, penalty=chosen_penalty(penalty))
    known = fitted_effects(
        found,
        plain,
        covariates,
        on=on,
    )
    fit = PurchaseCovariates(
        family=family,
        baseline=_baseline(family, found.penalised[:4], *known.at_zero),
        effects=known.effects,
        test=known.test,
        penalty=known.penalty,
        n_customers=float(histories.weights.sum()),
        n_cells=histories.size,
        time_unit=time_unit,
    )
    require_settled(fit, known.effects, found, plain, covariates)
    return fit


def _kinds(histories: Cells) -> Cells:
    return group(histories.columns[3:], histories.weights, inverse=True)


def _search(
    family: str,
    covariates: Scaled,
    at: Sequence[Sequence[int]],
    histories: Cells,
    kinds: Cells,
    *,
    start: FloatArray,
    penalty: float | None,
    held: Sequence[int],
    tolerance: float = 1e-8,
) -> EffectFit:
    """Climb to the optimum over log-parameters and effects."""
    by_group, spread_over = _by_group(family, histories, kinds)
    rows = covariates.of(np.stack(kinds.columns, axis=1))[spread_over]
    shifts = shifts_of(family, *(rows[:, list(places)] for places in at))
    return fit_effects(
        objective_with_covariates(by_group, shifts),
        start,
        parameters=4,
        customers=float(histories.weights.sum()),
        penalty=penalty,
        held=held,
        tolerance=tolerance,
    )


def _by_group(family: str, histories: Cells, kinds: Cells) -> tuple[ByGroup, IntArray]:
    """Sum over the customers of a kind where they are many, else go row by row."""
    assert kinds.inverse is not None  # noqa: S101 - asked for by the caller
    x, t_x, T = histories.columns[:3]
    weights = histories.weights
    if kinds.size > max(_FEW, histories.size // _SHARE):
        return _ROWS[family](x, t_x, T, weights), kinds.inverse
    objective = FAMILIES[family].formulas.kernel.objective
    order = np.argsort(kinds.inverse, kind="stable")
    ends = np.cumsum(np.bincount(kinds.inverse, minlength=kinds.size))
    objectives = [
        objective(x[rows], t_x[rows], T[rows], weights[rows])
        for rows in np.split(order, ends[:-1])
    ]
    return by_pattern(objectives), np.arange(kinds.size)


def _baseline(
    family: str, logs: FloatArray, rate: float, dropout: float
) -> tuple[float, ...]:
    """Move the parameters from the mean of the covariates to where all are 0."""
    moved = logs.copy()
    moved[1] += rate
    if family == "pareto_nbd":
        moved[3] += dropout
        return tuple(np.exp(moved).tolist())
    first, alpha, a, b = np.exp(moved).tolist()
    chance = float(np.log(a / b)) - dropout
    if dropout == 0:
        return first, alpha, a, b
    return first, alpha, (a + b) * float(expit(chance)), (a + b) * float(expit(-chance))
