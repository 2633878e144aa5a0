"""One-time buyers that a fit expects and its data do not hold."""

import warnings

import numpy as np

from ..._check import level_of_caller
from ...errors import SelectionWarning
from ...kernels.base.cells import Cells, group
from .purchase_methods import PurchaseMethods

__all__ = ["warn_of_missing_one_time_buyers"]

_FEW = 5.0  # expected one-time buyers: that none of fewer came is common
_CHANCE = 1e-4  # of seeing none: once in 10,000 honest data sets a false alarm


def warn_of_missing_one_time_buyers(
    model: PurchaseMethods, histories: Cells, *, frequency_col: str
) -> None:
    """Warn of data without one-time buyers where the fit expects several.

    Fitted to returning customers alone, a model of purchases overstates the rate of all
    customers, and nothing in its likelihood shows it: only the count of those who are
    not there does.
    """
    x, _, T = histories.columns
    if np.any(x == 0):
        return
    ages = group([T], histories.weights)
    none = np.asarray(
        model.probability_of_n_purchases_new_customer(0, ages.columns[0]), np.float64
    )
    expected = float(ages.weights @ none)
    # Their number is a sum of independent events, one for each customer.
    with np.errstate(divide="ignore"):
        chance = float(np.exp(ages.weights @ np.log1p(-none)))
    if expected < _FEW or chance > _CHANCE:
        return
    warnings.warn(
        f"column {frequency_col!r}: the fit expects {expected:,.1f} one-time buyers "
        f"among {float(histories.weights.sum()):,.15g} customers, and there are 0. "
        "Fit the model to all customers, those who bought once included: without them "
        "it overstates how often everyone else comes back.",
        SelectionWarning,
        stacklevel=level_of_caller(),
    )
