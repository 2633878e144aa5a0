"""Fit the spend model of the report, with a light penalty where a fit needs one."""

from ...clv import GammaGamma, fit_gamma_gamma
from ...errors import ConvergenceError, NotEnoughDataError
from ...typing import IntoDataFrame

__all__ = ["fit_spend"]

# One over the variance of a normal prior on the logarithms: worth about one customer.
_LIGHT = 1.0


def fit_spend(customers: IntoDataFrame) -> GammaGamma:
    """Fit Gamma-Gamma to customers with a mean spend above zero.

    A light penalty holds the fit where the likelihood has no maximum.

    Raises
    ------
    NotEnoughDataError
        If even the penalty leaves no maximum.
    """
    try:
        return fit_gamma_gamma(customers, nonpositive="drop")
    except ConvergenceError:
        pass
    try:
        return fit_gamma_gamma(customers, nonpositive="drop", penalty=_LIGHT)
    except ConvergenceError:
        raise NotEnoughDataError(
            needed="customers who differ in how much they spend",
            got="a log to which no model could be fitted",
            remedy="Pass a longer log, or one with more customers.",
        ) from None
