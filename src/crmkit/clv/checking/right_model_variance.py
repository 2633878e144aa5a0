"""How far the totals of a right model miss: by chance, and by unsure parameters."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from ..._check import ProvenHistory, known_history
from ...fits import FitReport
from ...kernels.base.cells import group
from ...typing import FloatArray, PurchaseModel, SpendModel
from ..models.credibility_spend import CredibilitySpend
from ..models.gamma_gamma import GammaGamma
from ..uncertainty.parameter_draws import moved

__all__ = [
    "amount_variance",
    "expected_worth",
    "purchases_parameter_variance",
    "spread_of",
]

_Model = TypeVar("_Model")

_MOST_CELLS = 1_000


def purchases_parameter_variance(
    purchases: PurchaseModel,
    history: ProvenHistory,
    worth: FloatArray | None,
    *,
    horizon: float,
) -> FloatArray:
    """Return the variance of the logarithms of totals, by the purchase parameters.

    The first total is of purchases; with each customer's ``worth``, the second is of
    money. Both follow from one expectation per set of parameters.
    """
    cells = group(tuple(history), inverse=True)
    weights = cells.weights[None]
    if worth is not None and cells.inverse is not None:
        money = np.bincount(cells.inverse, worth, cells.size).astype(np.float64)
        weights = np.stack([cells.weights, money])
    # How a total moves is seen as well on every so-many-th cell: cells are sorted, so
    # each stretch of frequency, recency and age keeps its share.
    step = max(cells.size // _MOST_CELLS, 1)
    few = known_history(*(column[step // 2 :: step] for column in cells.columns))
    share = weights[:, step // 2 :: step]

    def log_totals(model: PurchaseModel) -> FloatArray:
        return _log(share @ model.expected_purchases(*few, horizon=horizon))

    return spread_of(purchases, log_totals)


def spread_of(model: _Model, log_totals: Callable[[_Model], FloatArray]) -> FloatArray:
    """Return the variance of logarithms over the parameters that a fit allows.

    Half the difference one standard error to either side of each principal axis: the
    delta method with a slope that sees the curve.
    """
    report: FitReport | None = getattr(model, "report", None)
    covariance = None if report is None else report.log_covariance
    # Of parameters that are all but free the covariance says nothing: leaving them out
    # errs on the side of a wider range.
    if report is None or covariance is None or report.weakly_identified:
        return np.zeros(2)
    size, axes = np.linalg.eigh(np.array(covariance))
    steps = (axes * np.sqrt(np.maximum(size, 0.0))).T
    up = np.stack([log_totals(moved(model, step)) for step in steps])  # type: ignore[type-var] # has parameters
    down = np.stack([log_totals(moved(model, -step)) for step in steps])  # type: ignore[type-var] # has parameters
    with np.errstate(invalid="ignore"):  # of two totals of 0 the logarithms are endless
        found = np.square((up - down) / 2).sum(axis=0)
    return np.where(np.isfinite(found), found, 0.0)


def expected_worth(
    spend: SpendModel, frequency: FloatArray, amounts: FloatArray
) -> FloatArray:
    """Return what each customer is expected to spend at a time.

    A model of positive amounts has none for a mean amount of 0 or less: it is then 0.
    """
    mean = np.where(frequency > 0, amounts, 0.0)
    paying = (frequency == 0) | (mean > 0)
    if isinstance(spend, CredibilitySpend) or paying.all():
        return spend.expected_spend(frequency, mean)
    worth = np.zeros(frequency.size)
    worth[paying] = spend.expected_spend(frequency[paying], mean[paying])
    return worth


def amount_variance(
    spend: SpendModel, frequency: FloatArray, amounts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the variance of single amounts, and of each customer's own mean.

    Both are 0 for a model of another kind, and where they are infinite.
    """
    nothing = np.zeros(frequency.size)
    if isinstance(spend, CredibilitySpend):
        unsure = spend.between * (1.0 - spend.credibility(frequency))
        return np.full(frequency.size, spend.within), np.asarray(unsure)
    if not isinstance(spend, GammaGamma):
        return nothing, nothing
    # Given the rate nu, an amount has mean p / nu and variance p / nu**2; nu is gamma.
    shape = spend.p * frequency + spend.q
    size = spend.v + np.where(frequency > 0, frequency * amounts, 0.0)
    finite = shape > 2
    least = np.where(finite, shape, 3.0)
    square = size**2 / ((least - 1.0) * (least - 2.0))
    within = np.where(finite, spend.p * square, 0.0)
    between = np.where(finite, spend.p**2 * square / (least - 1.0), 0.0)
    return within, between


def _log(totals: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(totals, 0.0)))
