"""The purchase model of the report: compared on the weeks held back, then chosen.

This is the only place that names the models. Where the log is too short to hold
anything back, BG/NBD is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from ...clv import (
    BgNbd,
    MbgNbd,
    ParetoNbd,
    fit_bg_nbd,
    fit_mbg_nbd,
    fit_pareto_nbd,
    heterogeneity,
    spend_independence,
)
from ...errors import ConvergenceError, CrmkitError, NotEnoughDataError
from ...typing import IntoDataFrame
from ..question import ModelName
from .compared_models import ComparedModels, compared_models
from .found_values import Models
from .held_back import HeldBack

__all__ = [
    "MODELS",
    "MOST_REFITTED",
    "SAMPLE_SEED",
    "ChosenModel",
    "PurchaseFit",
    "choose_model",
    "fit_named",
]

PurchaseFit: TypeAlias = BgNbd | MbgNbd | ParetoNbd

_FITS: dict[str, tuple[str, Callable[..., PurchaseFit]]] = {
    "bg_nbd": ("BG/NBD", fit_bg_nbd),
    "mbg_nbd": ("MBG/NBD", fit_mbg_nbd),
    "pareto_nbd": ("Pareto/NBD", fit_pareto_nbd),
}
MODELS = tuple(_FITS)
# Customers that models are compared on and past forecasts made from. Of 10,000 with a
# purchase each, chance moves a total by about 2%, where models miss by 10% and more.
MOST_REFITTED = 10_000
SAMPLE_SEED = 1
# One over the variance of a normal prior on the logarithms: worth about one customer.
_LIGHT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenModel:
    """The chosen model: its name in code, and how the choice was made."""

    key: str
    models: Models
    early: PurchaseFit | None = None  # its fit to the part before the weeks held back

    def fit_early(self, customers: IntoDataFrame) -> PurchaseFit:
        """Return the fit that the comparison made of the early part, or make it."""
        return self.fit(customers) if self.early is None else self.early

    def fit(self, customers: IntoDataFrame) -> PurchaseFit:
        """Fit the chosen model to one row per customer, in weeks."""
        return fit_named(self.key, customers)


def fit_named(key: str, customers: IntoDataFrame) -> PurchaseFit:
    """Fit a model in weeks; where the likelihood has no maximum, with a light penalty.

    The report of the fit says which it was. Where all customers buy alike, or there
    are very few, the parameters grow without limit; a penalty holds them, and hardly
    moves the fit of a large base.

    Raises
    ------
    NotEnoughDataError
        If even the penalty leaves no maximum.
    """
    fit = partial(_FITS[key][1], customers, time_unit="week")
    try:
        return fit()
    except ConvergenceError:
        pass
    try:
        return fit(penalty=_LIGHT)
    except ConvergenceError:
        raise NotEnoughDataError(
            needed="customers who differ in how often they buy",
            got="a log to which no model could be fitted",
            remedy="Pass a longer log, or one with more customers.",
        ) from None


def choose_model(
    asked: ModelName,
    customers: IntoDataFrame,
    early: HeldBack,
    like: IntoDataFrame,
) -> ChosenModel:
    """Choose the model that gave what happened in the weeks held back most chance.

    Parameters
    ----------
    asked
        The model asked for; ``"auto"`` to choose.
    customers
        One row per customer, up to the end.
    early
        The log, or some customers of it, up to an earlier day, with what came after.
    like
        A frame of the library to use.
    """
    tried: ComparedModels[PurchaseFit] = compared_models(
        {_FITS[key][0]: partial(fit_named, key) for key in MODELS}, early, like
    )
    key: str
    reason: Literal["best", "asked", "only"]
    if asked != "auto":
        key, reason = asked, "asked"
    elif tried.best is not None:
        key = next(each for each in MODELS if _FITS[each][0] == tried.best)
        able = [line for line in tried.lines if line.log_score is not None]
        reason = "best" if len(able) > 1 else "only"
    else:
        key, reason = MODELS[0], "only"
    spend = _spend(customers)
    differ = heterogeneity(customers)
    return ChosenModel(
        key=key,
        early=tried.fitted.get(_FITS[key][0]),
        models=Models(
            chosen=_FITS[key][0],
            reason=reason,
            compared=tried.lines,
            n_compared=tried.n_customers,
            spend_correlation=spend[0],
            spend_p_value=spend[1],
            signal_share=differ.signal_share,
            differ=differ.found(),
        ),
    )


def _spend(customers: IntoDataFrame) -> tuple[float | None, float | None]:
    try:
        found = spend_independence(customers)
    except CrmkitError:
        return None, None
    return found.rank_correlation, found.p_value
