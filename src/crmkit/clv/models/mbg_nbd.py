"""MBG/NBD: as BG/NBD, but a customer may leave at the very first purchase."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from ...fits import FitReport, shown
from ...kernels.purchases.beta_geometric import mbg_nbd
from ...typing import HISTORY, HistoryColumns, IntoFrame
from .fitting import fit_purchases
from .futures import coin_futures
from .purchase_formulas import PurchaseFormulas
from .purchase_methods import PurchaseMethods

__all__ = ["MbgNbd", "fit_mbg_nbd"]


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class MbgNbd(PurchaseMethods):
    """An MBG/NBD model of repeat purchases, fitted or built from known parameters.

    While active, each customer buys at their own constant average rate. After each
    purchase, the first one included, the customer may leave for good, with their own
    constant probability. So a one-time buyer may have left already, where the BG/NBD
    takes all of them to be active.

    Attributes
    ----------
    r, alpha
        Shape of the gamma distribution of rates, and its scale in the unit of ``T``.
        The mean rate is ``r / alpha``.
    a, b
        The beta distribution of the probability of leaving after a purchase. Its mean
        is ``a / (a + b)``.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        The unit of ``T``, where it is known. It converts nothing.

    References
    ----------
    Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of
    models for customer base analysis", International Journal of Research in Marketing
    24. Hoppe and Wagner (2007), "Customer base analysis: the case for a central variant
    of the Betageometric/NBD model", Marketing Journal of Research and Management 3.

    Examples
    --------
    >>> model = MbgNbd(r=0.5248, alpha=6.1831, a=0.8914, b=1.614, time_unit="week")
    >>> model.probability_alive([26, 0], [30.857, 0.0], [31, 39]).round(3)
    array([0.965, 0.389])
    >>> model.expected_purchases([26, 0], [30.857, 0.0], [31, 39], horizon=52).round(2)
    array([24. ,  0.2])
    """

    formulas: ClassVar[PurchaseFormulas] = PurchaseFormulas(
        names=("r", "alpha", "a", "b"),
        kernel=mbg_nbd,
        log_probability_alive_after=mbg_nbd.log_probability_alive_after,
        futures=partial(coin_futures, stayed=1),
        lifetimes="ModifiedBetaGeoFitter",
    )

    r: float
    alpha: float
    a: float
    b: float
    report: FitReport | None = None
    time_unit: str | None = None


def fit_mbg_nbd(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> MbgNbd:
    """Fit an MBG/NBD model by maximum likelihood.

    The arguments, errors and warnings are those of ``fit_bg_nbd``. ``penalty`` pulls
    the logarithms of the parameters towards 0 (``r``, ``a``, ``b``) and towards the
    mean ``T`` (``alpha``).

    Examples
    --------
    >>> from crmkit import rfm_summary
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> model = fit_mbg_nbd(customers, time_unit="week")
    >>> model.r, model.alpha, model.a, model.b
    (0.5248, 6.183, 0.8914, 1.614)
    """
    return fit_purchases(
        MbgNbd,
        customers,
        penalty=penalty,
        columns=columns,
        weight_col=weight_col,
        time_unit=time_unit,
    )
