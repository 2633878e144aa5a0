"""BG/NBD: buying at a steady rate until, after some purchase, a customer leaves."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from ...fits import FitReport, shown
from ...kernels.purchases.beta_geometric import bg_nbd
from ...typing import HISTORY, HistoryColumns, IntoFrame
from .fitting import fit_purchases
from .futures import coin_futures
from .purchase_formulas import PurchaseFormulas
from .purchase_methods import PurchaseMethods

__all__ = ["BgNbd", "fit_bg_nbd"]


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class BgNbd(PurchaseMethods):
    """A BG/NBD model of repeat purchases, fitted or built from known parameters.

    While active, each customer buys at their own constant average rate. After each
    repeat purchase the customer may leave for good, with their own constant
    probability. Rates differ between customers by a gamma distribution, probabilities
    by a beta distribution. A customer who never came back has had no occasion to leave,
    so is active with probability 1.

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

    See Also
    --------
    MbgNbd : A customer may leave at the first purchase too.
    ParetoNbd : A customer may leave at any moment.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting your customers the easy way: an alternative
    to the Pareto/NBD model", Marketing Science 24.

    Examples
    --------
    >>> model = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259, time_unit="week")
    >>> model.probability_alive([26, 1], [30.857, 2.0], [31, 39]).round(3)
    array([0.969, 0.221])
    >>> model.expected_purchases([26, 1], [30.857, 2.0], [31, 39], horizon=52).round(2)
    array([25.76,  0.27])
    """

    formulas: ClassVar[PurchaseFormulas] = PurchaseFormulas(
        names=("r", "alpha", "a", "b"),
        kernel=bg_nbd,
        log_probability_alive_after=bg_nbd.log_probability_alive_after,
        futures=partial(coin_futures, stayed=0),
        lifetimes="BetaGeoFitter",
    )

    r: float
    alpha: float
    a: float
    b: float
    report: FitReport | None = None
    time_unit: str | None = None


def fit_bg_nbd(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> BgNbd:
    """Fit a BG/NBD model by maximum likelihood.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it, or one per distinct history
        with ``weight_col``. One-time buyers belong in it.
    penalty
        Pulls the logarithms of the parameters towards 0 (``r``, ``a``, ``b``) and
        towards the mean ``T`` (``alpha``): one over the variance of a normal prior. It
        depends neither on the unit of time nor on the number of customers. 0 is
        maximum likelihood; 1 steadies a small sample.
    columns
        The names of the columns read.
    weight_col
        How many customers a row stands for; None for one each.
    time_unit
        The unit of ``recency`` and ``T``, kept with the model. It converts nothing.

    Returns
    -------
    BgNbd
        The parameters, and a report of how they were found.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two customers, or none came back.
    InvalidValueError
        If a history is impossible or a value missing. If a weight is negative or
        missing, or all are zero.
    ConvergenceError
        If no optimum was found; the error carries the fit reached.

    Warns
    -----
    IdentifiabilityWarning
        If the data leave a parameter all but free.
    SelectionWarning
        If one-time buyers seem to have been left out.

    Examples
    --------
    >>> from crmkit import rfm_summary
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> print(fit_bg_nbd(customers).report)
    parameter  estimate  standard error      95% interval
    r          0.242595         0.01256  0.2192 to 0.2685
    alpha        4.4136          0.3782    3.731 to 5.221
    a          0.792922          0.1857    0.501 to 1.255
    b           2.42591          0.7054    1.372 to 4.289
    2,357 customers, 1,016 distinct histories, T up to 38.857
    log-likelihood -9,582.429, AIC 19,172.858, BIC 19,195.919
    converged in 4 iterations; The gradient is zero.
    """
    return fit_purchases(
        BgNbd,
        customers,
        penalty=penalty,
        columns=columns,
        weight_col=weight_col,
        time_unit=time_unit,
    )
