"""Pareto/NBD: buying at a steady rate until, at any moment, a customer leaves."""

from dataclasses import dataclass
from typing import ClassVar

from ...fits import FitReport, shown
from ...kernels.purchases import alive_later, pareto_nbd
from ...typing import HISTORY, HistoryColumns, IntoFrame
from .fitting import fit_purchases
from .futures import race_futures
from .purchase_formulas import PurchaseFormulas
from .purchase_methods import PurchaseMethods

__all__ = ["ParetoNbd", "fit_pareto_nbd"]


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class ParetoNbd(PurchaseMethods):
    """A Pareto/NBD model of repeat purchases, fitted or built from known parameters.

    While active, each customer buys at their own constant average rate, and may leave
    for good at any moment, at their own constant rate of leaving. Both rates differ
    between customers by gamma distributions.

    Attributes
    ----------
    r, alpha
        Shape of the gamma distribution of purchase rates, and its scale in the unit of
        ``T``. The mean rate is ``r / alpha``.
    s, beta
        Shape of the gamma distribution of rates of leaving, and its scale in the unit
        of ``T``. The mean rate is ``s / beta``.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        The unit of ``T``, where it is known. It converts nothing.

    References
    ----------
    Schmittlein, Morrison and Colombo (1987), "Counting your customers: who are they and
    what will they do next?", Management Science 33. Fader and Hardie (2005), "A note on
    deriving the Pareto/NBD model and related expressions", brucehardie.com note 009.

    Examples
    --------
    >>> model = ParetoNbd(r=0.5533, alpha=10.5776, s=0.6062, beta=11.6687)
    >>> model.probability_alive([26, 0], [30.857, 0.0], [31, 39]).round(4)
    array([0.9979, 0.2943])
    >>> model.expected_purchases([26, 0], [30.857, 0.0], [31, 39], horizon=52).round(2)
    array([25.46,  0.2])
    """

    formulas: ClassVar[PurchaseFormulas] = PurchaseFormulas(
        names=("r", "alpha", "s", "beta"),
        timed=("alpha", "beta"),
        kernel=pareto_nbd,
        log_probability_alive_after=alive_later.pareto_nbd,
        futures=race_futures,
        lifetimes="ParetoNBDFitter",
    )

    r: float
    alpha: float
    s: float
    beta: float
    report: FitReport | None = None
    time_unit: str | None = None


def fit_pareto_nbd(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> ParetoNbd:
    """Fit a Pareto/NBD model by maximum likelihood.

    The arguments, errors and warnings are those of ``fit_bg_nbd``. ``penalty`` pulls
    the logarithms of the parameters towards 0 (``r``, ``s``) and towards the mean
    ``T`` (``alpha``, ``beta``).

    Examples
    --------
    >>> from crmkit import rfm_summary
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> model = fit_pareto_nbd(customers, time_unit="week")
    >>> model.r, model.alpha, model.s, model.beta
    (0.5533, 10.58, 0.6062, 11.67)
    """
    return fit_purchases(
        ParetoNbd,
        customers,
        penalty=penalty,
        columns=columns,
        weight_col=weight_col,
        time_unit=time_unit,
    )
