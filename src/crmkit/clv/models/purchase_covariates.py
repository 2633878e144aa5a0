"""Purchase models whose rate and dropout move with covariates of the customer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

import numpy as np

from ..._check import instance, typed
from ..._frames import Frame, Rule, with_scores
from ...errors import InvalidValueError
from ...fits import JsonResult, checked
from ...kernels.purchases.covariate_objective import Shifts
from ...typing import HISTORY, FloatArray, HistoryColumns, IntoFrameT
from .bg_nbd import BgNbd
from .covariate_columns import covariate_rules
from .covariate_effects import CovariateEffect, CovariateTest
from .covariate_scores import scored_by_kind
from .histories import history_rules
from .mbg_nbd import MbgNbd
from .model_arguments import new_columns
from .pareto_nbd import ParetoNbd

__all__ = ["FAMILIES", "Family", "PurchaseCovariates", "shifts_of"]

Family: TypeAlias = Literal["bg_nbd", "mbg_nbd", "pareto_nbd"]
Model: TypeAlias = BgNbd | MbgNbd | ParetoNbd

FAMILIES: dict[str, type[BgNbd] | type[MbgNbd] | type[ParetoNbd]] = {
    "bg_nbd": BgNbd,
    "mbg_nbd": MbgNbd,
    "pareto_nbd": ParetoNbd,
}


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PurchaseCovariates(JsonResult):
    """A purchase model in which covariates move the purchase rate and the dropout.

    Covariates multiply a customer's purchase rate by ``exp(effect * value)``. In the
    BG/NBD and the MBG/NBD they move the mean probability of leaving after a purchase on
    its logit, and leave ``a + b`` as it is; in the Pareto/NBD they multiply the death
    rate. For customers of given covariates it is the plain model, with parameters of
    their own: see ``model_for``.

    Attributes
    ----------
    family
        ``"bg_nbd"``, ``"mbg_nbd"`` or ``"pareto_nbd"``.
    baseline
        The parameters of customers whose covariates are all 0, in the order of the
        model.
    effects
        One per covariate and part of the model.
    test
        The likelihood-ratio test of all effects together.
    penalty
        One over the variance of the effects, per standard deviation of the covariate.
    n_customers, n_cells
        Customers, and distinct rows of history and covariates among them.
    time_unit
        The unit of ``T``, where it is known.

    References
    ----------
    Fader and Hardie (2007), "Incorporating time-invariant covariates into the
    Pareto/NBD and BG/NBD models", brucehardie.com note 019.

    Examples
    --------
    >>> web = CovariateEffect(
    ...     covariate="web", on="purchase rate", estimate=0.5, standard_error=0.1,
    ...     shrunk=0.5,
    ... )
    >>> model = PurchaseCovariates(
    ...     family="bg_nbd", baseline=(0.24, 4.4, 0.8, 2.4), effects=(web,)
    ... )
    >>> round(model.model_for({"web": 1}).alpha, 3)
    2.669
    """

    family: Family
    baseline: tuple[float, ...]
    effects: tuple[CovariateEffect, ...]
    test: CovariateTest | None = None
    penalty: float = 0.0
    n_customers: float | None = None
    n_cells: int | None = None
    time_unit: str | None = None

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns that scoring reads beside the history, each once."""
        return tuple(dict.fromkeys(effect.covariate for effect in self.effects))

    @typed
    def model_for(self, covariates: Mapping[str, float]) -> Model:
        """Return the plain model of customers with these covariates."""
        missing = [name for name in self.covariates if name not in covariates]
        if missing or len(covariates) > len(self.covariates):
            unknown = [name for name in covariates if name not in self.covariates]
            raise InvalidValueError(
                subject="argument 'covariates'",
                found=f"no {missing[0]!r}" if missing else f"unknown {unknown[0]!r}",
                remedy=f"Give a value of each of {', '.join(self.covariates)}.",
            )
        row = np.array([[float(covariates[name]) for name in self.covariates]])
        return self._models_of(row)[0]

    @typed
    def with_probability_alive(
        self,
        customers: IntoFrameT,
        *,
        elapsed: float = 0.0,
        columns: HistoryColumns = HISTORY,
        output_col: str = "probability_alive",
    ) -> IntoFrameT:
        """Add the probability that each customer is active, ``elapsed`` after ``T``."""

        def score(model: Model, *history: FloatArray) -> FloatArray:
            return model.probability_alive(*history, elapsed=elapsed)

        return self._with(customers, columns, output_col, score)

    @typed
    def with_expected_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        start: float = 0.0,
        columns: HistoryColumns = HISTORY,
        output_col: str = "expected_purchases",
    ) -> IntoFrameT:
        """Add the expected purchases in ``(T + start, T + start + horizon]``."""

        def score(model: Model, *history: FloatArray) -> FloatArray:
            return model.expected_purchases(*history, horizon=horizon, start=start)

        return self._with(customers, columns, output_col, score)

    @typed
    def with_discounted_expected_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        discount_rate: float,
        columns: HistoryColumns = HISTORY,
        output_col: str = "discounted_expected_purchases",
    ) -> IntoFrameT:
        """Add the expected purchases in ``(T, T + horizon]``, discounted to ``T``."""

        def score(model: Model, *history: FloatArray) -> FloatArray:
            return model.discounted_expected_purchases(
                *history, horizon=horizon, discount_rate=discount_rate
            )

        return self._with(customers, columns, output_col, score)

    @typed
    def with_variance_of_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        columns: HistoryColumns = HISTORY,
        output_col: str = "variance_of_purchases",
    ) -> IntoFrameT:
        """Add the variance of the number of purchases in ``(T, T + horizon]``."""

        def score(model: Model, *history: FloatArray) -> FloatArray:
            return model.variance_of_purchases(*history, horizon=horizon)

        return self._with(customers, columns, output_col, score)

    @typed
    def with_log_likelihood(
        self,
        customers: IntoFrameT,
        *,
        columns: HistoryColumns = HISTORY,
        output_col: str = "log_likelihood",
    ) -> IntoFrameT:
        """Add the log-likelihood of each history, in the unit of ``T``."""

        def score(model: Model, *history: FloatArray) -> FloatArray:
            return model.log_likelihood(*history)

        return self._with(customers, columns, output_col, score)

    def _models_of(self, table: FloatArray) -> list[Model]:
        """Return the plain model of each row of a table of covariates.

        Parameters
        ----------
        table
            One column per name of ``covariates``, in that order.
        """
        model = FAMILIES[self.family]
        place = {name: at for at, name in enumerate(self.covariates)}
        parts = [
            [effect for effect in self.effects if effect.on == on]
            for on in ("purchase rate", "dropout")
        ]
        rate, dropout = (
            table[:, [place[effect.covariate] for effect in part]] for part in parts
        )
        shifts = shifts_of(self.family, rate, dropout)
        # Part by part, as the shifts are: effects made by hand come in any order.
        moved = [effect.shrunk for part in parts for effect in part]
        point = np.concatenate([np.log(self.baseline), moved])
        return [
            model(
                **dict(zip(model.formulas.names, row, strict=True)),
                time_unit=self.time_unit,
            )
            for row in np.exp(shifts.parameters(point)).tolist()
        ]

    def _with(
        self,
        customers: IntoFrameT,
        columns: HistoryColumns,
        output_col: str,
        score: Callable[..., FloatArray],
    ) -> IntoFrameT:
        named = instance("columns", columns, HistoryColumns)
        keys = (*named.history, *self.covariates)
        new_columns([output_col], read=keys)
        history, numeric = (
            history_rules(named.history),
            covariate_rules(self.covariates),
        )

        def rules(frame: Frame) -> list[Rule]:
            return [*numeric(frame), *history(frame)]

        return with_scores(
            customers,
            keys,
            {output_col: partial(self._scored, score)},
            rules=rules,
            id_col=named.customer_id,
        )

    def _scored(
        self, score: Callable[..., FloatArray], *columns: FloatArray
    ) -> FloatArray:
        return scored_by_kind(score, self._models_of, columns[:3], columns[3:])


def shifts_of(family: str, rate: FloatArray, dropout: FloatArray) -> Shifts:
    """Say which parameters the covariates of the rate and the dropout move."""
    # A rate twice as high is a scale half as long.
    if family == "pareto_nbd":
        return Shifts(size=4, linear=[(1, -rate), (3, -dropout)])
    return Shifts(size=4, linear=[(1, -rate)], logit=(2, 3, dropout))
