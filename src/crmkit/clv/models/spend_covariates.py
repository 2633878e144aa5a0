"""Gamma-Gamma spend that moves with covariates of the customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..._check import instance, one_of, typed
from ..._frames import Frame, Rule, nw, read, refuse
from ...errors import InvalidValueError
from ...fits import JsonResult, checked, estimate
from ...fits.effects import fit_effects
from ...fits.estimation import Penalty
from ...kernels.base.cells import group
from ...kernels.purchases import gamma_gamma
from ...kernels.purchases.covariate_objective import (
    ByGroup,
    Shifts,
    by_pattern,
    objective_with_covariates,
)
from ...kernels.purchases.likelihood_rows import gamma_gamma_rows
from ...typing import (
    HISTORY,
    FloatArray,
    HistoryColumns,
    IntoFrame,
    IntoFrameT,
)
from .covariate_columns import (
    covariate_names,
    covariate_rules,
    effect_factors,
    require_distinct,
)
from .covariate_effects import CovariateEffect, CovariateTest
from .covariate_scores import scored_by_kind
from .fitted_effects import (
    chosen_penalty,
    fitted_effects,
    require_settled,
    scaled,
)
from .fitting import fetch_cells, require_customers
from .gamma_gamma import GammaGamma
from .histories import known_id
from .spend_columns import spending_rules, with_spend_score

__all__ = ["SpendCovariates", "fit_spend_covariates"]

_NAMES = ("p", "q", "v")
_MOST_SUMS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SpendCovariates(JsonResult):
    """A Gamma-Gamma model in which covariates multiply the mean amount.

    A customer's scale ``v``, and with it the mean amount, is multiplied by
    ``exp(effect * value)``. For customers of given covariates it is the plain model:
    see ``model_for``.

    Attributes
    ----------
    baseline
        ``p``, ``q`` and ``v`` of customers whose covariates are all 0.
    effects
        One per covariate.
    test
        The likelihood-ratio test of all effects together.
    penalty
        One over the variance of the effects, per standard deviation of the covariate.
    n_customers
        Customers with a repeat purchase that the model was fitted to.

    Examples
    --------
    >>> web = CovariateEffect(
    ...     covariate="web", on="spend", estimate=0.5, standard_error=0.1, shrunk=0.5
    ... )
    >>> model = SpendCovariates(baseline=(6.0, 4.0, 15.0), effects=(web,))
    >>> round(model.model_for({"web": 0}).expected_spend_new_customer(), 2)
    30.0
    >>> round(model.model_for({"web": 1}).expected_spend_new_customer(), 2)
    49.46
    """

    baseline: tuple[float, float, float]
    effects: tuple[CovariateEffect, ...]
    test: CovariateTest | None = None
    penalty: float = 0.0
    n_customers: float | None = None

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns that scoring reads beside frequency and amount."""
        return tuple(effect.covariate for effect in self.effects)

    @typed
    def model_for(self, covariates: Mapping[str, float]) -> GammaGamma:
        """Return the plain model of customers with these covariates."""
        if set(covariates) != set(self.covariates):
            raise InvalidValueError(
                subject="argument 'covariates'",
                found=f"values of {', '.join(map(str, covariates)) or 'none'}",
                remedy=f"Give a value of each of {', '.join(self.covariates)}.",
            )
        row = np.array([[float(covariates[name]) for name in self.covariates]])
        return self._models_of(row)[0]

    @typed
    def with_expected_spend(
        self,
        customers: IntoFrameT,
        *,
        columns: HistoryColumns = HISTORY,
        output_col: str = "expected_spend",
    ) -> IntoFrameT:
        """Add the expected mean amount of each customer's next purchases."""
        named = instance("columns", columns, HistoryColumns)
        numeric = covariate_rules(self.covariates)
        spending = spending_rules(named.spend, sign="nonnegative")

        def rules(frame: Frame) -> list[Rule]:
            return [*numeric(frame), *spending(frame)]

        return with_spend_score(
            customers,
            named.spend,
            {output_col: self._expected},
            rules=rules,
            more=self.covariates,
            id_col=named.customer_id,
        )

    def _models_of(self, table: FloatArray) -> list[GammaGamma]:
        """Return the plain model of each row of a table of covariates.

        Parameters
        ----------
        table
            One column per name of ``covariates``, in that order.
        """
        p, q, v = self.baseline
        effects = np.array([effect.shrunk for effect in self.effects])
        moved = effect_factors(table, effects)
        return [GammaGamma(p=p, q=q, v=v * factor) for factor in moved.tolist()]

    def _expected(self, *columns: FloatArray) -> FloatArray:
        return scored_by_kind(
            GammaGamma.expected_spend, self._models_of, columns[:2], columns[2:]
        )


@typed
def fit_spend_covariates(
    customers: IntoFrame,
    *,
    covariate_cols: str | Sequence[str],
    nonpositive: Literal["error", "drop"] = "error",
    penalty: float | Literal["marginal"] = 0.0,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
) -> SpendCovariates:
    """Fit a Gamma-Gamma model of spend with covariates by maximum likelihood.

    Customers without a repeat purchase have no repeat amount and are left out.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it, with columns of covariates.
    covariate_cols
        Covariates of the mean amount: numbers. Make columns of 0 and 1 of words.
    nonpositive
        What to do about repeat customers whose mean amount is 0 or less: ``"error"``
        refuses them, ``"drop"`` leaves them out.
    penalty
        Draws the effects that predictions use towards 0: one over the variance of a
        normal prior of the effect of one standard deviation; ``"marginal"`` chooses it
        by marginal likelihood.
    columns
        The names of the other columns read.
    weight_col
        How many customers a row stands for; None for one each.

    Returns
    -------
    SpendCovariates
        The baseline, the effects with their errors, and a likelihood-ratio test.

    Raises
    ------
    InvalidTypeError
        If a covariate is not a number.
    InvalidValueError
        If a covariate is missing, constant, or determined by others, or an amount is
        one that ``fit_gamma_gamma`` refuses.
    NotEnoughDataError
        If fewer than two customers came back.
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
    ...     load_cdnow_sample(), observation_period_end="1997-09-30"
    ... ).assign(log_first=lambda c: np.log1p(c["first_amount"]))
    >>> model = fit_spend_covariates(
    ...     customers, covariate_cols="log_first", nonpositive="drop"
    ... )
    >>> round(model.effects[0].estimate, 2), round(model.effects[0].standard_error, 2)
    (0.39, 0.03)
    """
    one_of("nonpositive", nonpositive, ("error", "drop"))
    named = instance("columns", columns, HistoryColumns)
    every = covariate_names("covariate_cols", covariate_cols)
    if not every:
        raise InvalidValueError(
            subject="argument 'covariate_cols'",
            found="no columns",
            remedy="Name a covariate, or use fit_gamma_gamma.",
        )
    weighing = () if weight_col is None else (weight_col,)
    frame = read(customers, (*named.spend, *every, *weighing))
    sign: Literal["any", "positive"] = "positive" if nonpositive == "error" else "any"
    rules = covariate_rules(every)(frame)
    rules += spending_rules(named.spend, sign=sign)(frame)
    refuse(frame, rules, id_col=known_id(frame, named.customer_id))
    back, paid = (nw.col(column) > 0 for column in named.spend)
    cells = fetch_cells(
        frame.filter(back & paid), (*named.spend, *every), weight_col=weight_col
    )
    customers_seen = float(cells.weights.sum())
    require_customers(
        customers_seen, who=f" who came back (column {named.frequency!r})"
    )
    x, amounts = cells.columns[:2]
    plain = estimate(
        gamma_gamma.objective(x, amounts, cells.weights),
        _NAMES,
        start=gamma_gamma.start_values(x, amounts, cells.weights),
        n_customers=customers_seen,
        n_cells=cells.size,
        penalty=Penalty(
            weight=0.0,
            centre=(0.0, 0.0, float(np.log(cells.weights @ amounts / customers_seen))),
        ),
    )
    kinds = group(cells.columns[2:], cells.weights, inverse=True)
    assert kinds.inverse is not None  # noqa: S101 - asked for in the line above
    table = np.stack(kinds.columns, axis=1)
    require_distinct(table, kinds.weights, every)
    covariates = scaled(every, table, kinds.weights)
    unit = covariates.table
    by_group: ByGroup = gamma_gamma_rows(x, amounts, cells.weights)
    if kinds.size <= _MOST_SUMS:
        of_kind = [np.flatnonzero(kinds.inverse == kind) for kind in range(kinds.size)]
        by_group = by_pattern(
            [
                gamma_gamma.objective(x[rows], amounts[rows], cells.weights[rows])
                for rows in of_kind
            ]
        )
    else:
        unit = unit[kinds.inverse]
    found = fit_effects(
        objective_with_covariates(by_group, Shifts(size=3, linear=[(2, unit)])),
        np.concatenate([np.log(plain.estimates), np.zeros(len(every))]),
        parameters=3,
        customers=customers_seen,
        penalty=chosen_penalty(penalty),
        # The scale stays free: with it the mean amount follows the covariates.
        held=[_NAMES.index(name) for name in plain.boundary if name != "v"],
    )
    p, q, v = np.exp(found.penalised[:3]).tolist()
    known = fitted_effects(found, plain, covariates, on={"spend": every})
    fit = SpendCovariates(
        baseline=(p, q, v * float(np.exp(-known.at_zero[0]))),
        effects=known.effects,
        test=known.test,
        penalty=known.penalty,
        n_customers=customers_seen,
    )
    require_settled(fit, known.effects, found, plain, covariates)
    return fit
