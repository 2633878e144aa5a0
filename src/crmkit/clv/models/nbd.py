"""NBD: buying at a steady rate for ever, the baseline of models with dropout."""

from dataclasses import dataclass
from typing import ClassVar

from ...fits import FitReport, shown
from ...kernels.purchases import nbd
from ...typing import HISTORY, HistoryColumns, IntoFrame
from .fitting import fit_purchases
from .futures import steady_futures
from .purchase_formulas import PurchaseFormulas
from .purchase_methods import PurchaseMethods

__all__ = ["Nbd", "fit_nbd"]


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class Nbd(PurchaseMethods):
    """An NBD model of customers who never leave: a baseline rather than a forecast.

    Each customer buys at their own constant average rate for ever. There is no
    dropout, so ``probability_alive`` is always 1, ``posterior_mean_dropout`` is always
    0, and the expected purchases of an infinite horizon are infinite without a
    discount.

    Attributes
    ----------
    r, alpha
        Shape of the gamma distribution of rates, and its scale in the unit of ``T``.
        The mean rate is ``r / alpha``.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        The unit of ``T``, where it is known. It converts nothing.

    References
    ----------
    Ehrenberg (1959), "The pattern of consumer purchases", Applied Statistics 8.

    Examples
    --------
    >>> model = Nbd(r=0.385, alpha=12.072)
    >>> model.expected_purchases([2, 0], [30.0, 0.0], [38.9, 38.9], horizon=39).round(3)
    array([1.825, 0.295])
    """

    formulas: ClassVar[PurchaseFormulas] = PurchaseFormulas(
        names=("r", "alpha"),
        kernel=nbd,
        log_probability_alive_after=nbd.log_probability_alive_after,
        futures=steady_futures,
    )

    r: float
    alpha: float
    report: FitReport | None = None
    time_unit: str | None = None


def fit_nbd(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> Nbd:
    """Fit an NBD model by maximum likelihood.

    The arguments, errors and warnings are those of ``fit_bg_nbd``. ``penalty`` pulls
    the logarithms of the parameters towards 0 (``r``) and towards the mean ``T``
    (``alpha``).

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "frequency": [2, 0, 1, 5, 0], "recency": [30.0, 0, 5, 37, 0],
    ...     "T": [38.0, 38, 36, 38, 39],
    ... })
    >>> model = fit_nbd(customers)
    >>> model.r, model.alpha
    (1.0, 23.7)
    """
    return fit_purchases(
        Nbd,
        customers,
        penalty=penalty,
        columns=columns,
        weight_col=weight_col,
        time_unit=time_unit,
    )
