"""Fit the two models of the report, with a light penalty where a fit needs one."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ...clv import BgNbd, GammaGamma, fit_bg_nbd, fit_gamma_gamma
from ...errors import ConvergenceError, NotEnoughDataError
from ...typing import IntoDataFrame

__all__ = ["fit_purchases", "fit_spend"]

_Fit = TypeVar("_Fit")

# One over the variance of a normal prior on the logarithms: worth about one customer.
_LIGHT = 1.0


def fit_purchases(customers: IntoDataFrame) -> BgNbd:
    """Fit BG/NBD in weeks; where the likelihood has no maximum, with a light penalty.

    The report of the fit says which it was. Where all customers buy alike, or there
    are very few, the parameters grow without limit; a penalty holds them, and hardly
    moves the fit of a large base.
    """
    fit = partial(fit_bg_nbd, customers, time_unit="week")
    return _fitted(fit, "how often they buy")


def fit_spend(customers: IntoDataFrame) -> GammaGamma:
    """Fit Gamma-Gamma to customers with a mean spend above zero.

    A light penalty holds the fit where the likelihood has no maximum.
    """
    fit = partial(fit_gamma_gamma, customers, nonpositive="drop")
    return _fitted(fit, "how much they spend")


def _fitted(fit: Callable[..., _Fit], what: str) -> _Fit:
    try:
        return fit()
    except ConvergenceError:
        pass
    try:
        return fit(penalty=_LIGHT)
    except ConvergenceError:
        raise NotEnoughDataError(
            needed=f"customers who differ in {what}",
            got="a log to which no model could be fitted",
            remedy="Pass a longer log, or one with more customers.",
        ) from None
