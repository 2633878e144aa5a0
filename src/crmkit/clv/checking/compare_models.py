"""Compare models of the same customers, and test one within another."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Protocol

from numpy.typing import ArrayLike
from scipy.special import chdtrc

from ..._check import known_history, models_named, one_of, typed
from ..._frames import read, refuse
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.base.cells import Cells
from ...typing import HISTORY, FloatArray, HistoryColumns, IntoFrame
from ..models.bg_bb import BgBb
from ..models.fitting import fetch_cells
from ..models.histories import history_rules, known_id
from .holdout_error import HoldoutError, Predictor, holdout_error, holdout_rules

__all__ = ["LikelihoodRatio", "ModelComparison", "ModelScore", "compare_models"]

_HISTORY = 3
_PREDICTS = ("expected_purchases", "probability_of_n_purchases")


class _Comparable(Predictor, Protocol):
    @property
    def parameters(self) -> dict[str, float]: ...

    def log_likelihood(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray: ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ModelScore:
    """How well one model describes the customers.

    Attributes
    ----------
    name
        The name it was given.
    n_parameters
        How many parameters it has.
    log_likelihood
        The log-likelihood of all customers together.
    aic, bic
        Akaike's and Schwarz's information criteria; lower is better.
    holdout
        Its errors on the purchases that followed; None without a holdout.
    """

    name: str
    n_parameters: int
    log_likelihood: float
    aic: float
    bic: float
    holdout: HoldoutError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class LikelihoodRatio:
    """The likelihood-ratio test of the larger of two nested models.

    Attributes
    ----------
    statistic
        Twice the gain in log-likelihood.
    degrees_of_freedom
        How many parameters the larger model has more.
    p_value
        The chance of such a gain if the smaller model is true. Where the smaller model
        lies on the boundary of the larger, as NBD does in BG/NBD, it is too large.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float

    def __str__(self) -> str:
        """Show the test as a sentence."""
        noun = "degree" if self.degrees_of_freedom == 1 else "degrees"
        return (
            f"likelihood ratio {self.statistic:,.2f} on {self.degrees_of_freedom} "
            f"{noun} of freedom, p = {self.p_value:.2g}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ModelComparison(JsonResult):
    """Models of the same customers, the best by AIC first.

    Attributes
    ----------
    n_customers
        How many customers.
    scores
        One entry per model.
    """

    n_customers: float
    scores: tuple[ModelScore, ...]

    @property
    def weights(self) -> dict[str, float]:
        """Akaike weights: how the evidence is shared among the models, summing to 1."""
        best = self.scores[0].aic
        raw = {score.name: exp((best - score.aic) / 2) for score in self.scores}
        total = sum(raw.values())
        return {name: value / total for name, value in raw.items()}

    def likelihood_ratio(self, smaller: str, larger: str) -> LikelihoodRatio:
        """Test whether the data ask for the larger of two models.

        The smaller must be a special case of the larger, as NBD is of BG/NBD and of
        Pareto/NBD; crmkit does not check that it is.
        """
        one_of("smaller", smaller, [score.name for score in self.scores])
        one_of("larger", larger, [score.name for score in self.scores])
        by_name = {score.name: score for score in self.scores}
        few, many = by_name[smaller], by_name[larger]
        degrees = many.n_parameters - few.n_parameters
        # Equal numbers of parameters leave no degree of freedom to test.
        if degrees <= 0:
            raise InvalidValueError(
                subject="argument 'larger'",
                found=f"{many.n_parameters} parameters, against {few.n_parameters}",
                remedy="Name the model with more parameters as the larger.",
            )
        statistic = 2 * (many.log_likelihood - few.log_likelihood)
        return LikelihoodRatio(
            statistic=statistic,
            degrees_of_freedom=degrees,
            p_value=float(chdtrc(degrees, max(statistic, 0.0))),
        )

    def __str__(self) -> str:
        """Show the models as a table."""
        width = max(len(name) for name in ("model", *(s.name for s in self.scores)))
        head = f"{'model':<{width}}  parameters  log-likelihood           AIC  weight"
        if self.scores[0].holdout is not None:
            head += "    bias     MAE  log score"
        rows = [
            f"{score.name:<{width}}  {score.n_parameters:>10}"
            f"  {score.log_likelihood:>14,.3f}  {score.aic:>12,.3f}"
            f"  {self.weights[score.name]:>6.3f}{_shown(score.holdout)}"
            for score in self.scores
        ]
        return "\n".join([head, *rows])


@typed
def compare_models(
    customers: IntoFrame,
    *,
    models: Mapping[str, _Comparable],
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
    holdout_frequency_col: str | None = None,
    holdout_T_col: str = "holdout_T",
) -> ModelComparison:
    """Compare models of purchases by how likely they make the same customers.

    With a holdout, also by their errors on the purchases that followed.

    Parameters
    ----------
    customers
        The customers all models were fitted to.
    models
        The models by name. They must be of the same kind of data: those of continuous
        time are comparable with each other; ``BgBb`` is not comparable with them.
    columns
        The names of the columns read.
    weight_col
        How many customers a row counts for; None for one each.
    holdout_frequency_col
        Purchases after ``T``, as ``calibration_holdout_summary`` counts them in
        ``"holdout_frequency"``; None for no holdout.
    holdout_T_col
        How long the holdout lasted, in the unit of ``T``; read only with a holdout.

    Returns
    -------
    ModelComparison
        The models, the best by AIC first, each with its ``holdout`` error if one was
        named.

    Raises
    ------
    InvalidValueError
        If ``models`` is empty or mixes ``BgBb`` with models of continuous time, or a
        holdout count is not a whole number.
    InvalidTypeError
        If ``models`` is not a mapping, or a model in it has no likelihood.
    NotEnoughDataError
        If ``customers`` has no rows.

    Examples
    --------
    >>> from crmkit import calibration_holdout_summary
    >>> from crmkit.clv import fit_bg_nbd, fit_mbg_nbd, fit_nbd
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = calibration_holdout_summary(
    ...     load_cdnow_sample(), calibration_period_end="1997-09-30",
    ...     observation_period_end="1998-06-30", time_unit="week",
    ... )
    >>> models = {"BG/NBD": fit_bg_nbd(customers), "MBG/NBD": fit_mbg_nbd(customers),
    ...           "NBD": fit_nbd(customers)}
    >>> print(compare_models(customers, models=models))
    model    parameters  log-likelihood           AIC  weight
    MBG/NBD           4      -9,582.136    19,172.271   0.573
    BG/NBD            4      -9,582.429    19,172.858   0.427
    NBD               2      -9,763.658    19,531.315   0.000

    What they then did, in the 39 weeks after:

    >>> later = compare_models(
    ...     customers, models=models, holdout_frequency_col="holdout_frequency"
    ... )
    >>> print(later)
    model    parameters  log-likelihood         AIC  weight    bias    MAE  log score
    MBG/NBD           4      -9,582.136  19,172.271   0.573  -16.2%  0.765    -0.9821
    BG/NBD            4      -9,582.429  19,172.858   0.427  -12.1%  0.785    -0.9845
    NBD               2      -9,763.658  19,531.315   0.000  +55.7%  1.041    -1.0636
    """
    _require_comparable(models, () if holdout_frequency_col is None else _PREDICTS)
    later = (
        () if holdout_frequency_col is None else (holdout_frequency_col, holdout_T_col)
    )
    data = _fetch(customers, columns, later, weight_col)
    n = float(data.weights.sum())
    if not n:
        raise NotEnoughDataError(
            needed="customers to compare models by",
            got="none",
            remedy="Pass the customers the models were fitted to.",
        )
    scores = [_score(name, model, data, n) for name, model in models.items()]
    ordered = sorted(scores, key=lambda score: (score.aic, score.name))
    return ModelComparison(n_customers=n, scores=tuple(ordered))


def _fetch(
    customers: IntoFrame,
    columns: HistoryColumns,
    later: tuple[()] | tuple[str, str],
    weight_col: str | None,
) -> Cells:
    asked = (*columns.history, *later)
    frame = read(customers, asked if weight_col is None else (*asked, weight_col))
    rules = history_rules(columns.history)(frame)
    if later:
        rules += holdout_rules(frame, later)
    refuse(frame, rules, id_col=known_id(frame, columns.customer_id))
    return fetch_cells(frame, asked, weight_col=weight_col)


def _require_comparable(
    models: Mapping[str, _Comparable], predicts: tuple[str, ...]
) -> None:
    models_named(models, "log_likelihood", *predicts)
    counted = [name for name, model in models.items() if isinstance(model, BgBb)]
    if counted and len(counted) < len(models):
        raise InvalidValueError(
            subject="argument 'models'",
            found=f"BG/BB model {counted[0]!r} beside models of continuous time",
            remedy="Leave one kind out: probabilities and densities do not compare.",
        )


def _score(name: str, model: _Comparable, data: Cells, n: float) -> ModelScore:
    x, t_x, T = data.columns[:3]
    # The rules of the frame have proved it, once for all models.
    history = known_history(x, t_x, T)
    log_likelihood = float(data.weights @ model.log_likelihood(*history))
    parameters = len(model.parameters)
    return ModelScore(
        name=name,
        n_parameters=parameters,
        log_likelihood=log_likelihood,
        aic=2 * parameters - 2 * log_likelihood,
        bic=log(n) * parameters - 2 * log_likelihood,
        holdout=holdout_error(model, data) if len(data.columns) > _HISTORY else None,
    )


def _shown(error: HoldoutError | None) -> str:
    if error is None:
        return ""
    bias = "n/a" if error.bias is None else f"{error.bias:+.1%}"
    score = "n/a" if error.log_score is None else f"{error.log_score:.4f}"
    return f"  {bias:>6}  {error.mean_absolute_error:>6.3f}  {score:>9}"
