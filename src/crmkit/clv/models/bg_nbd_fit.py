"""Fitting a BG/NBD model to a frame of customers."""

from ...kernels.purchases import bg_nbd
from ...typing import IntoFrame
from .bg_nbd import BgNbd
from .fitting import approved, fetch_histories, fit_histories

__all__ = ["fit_bg_nbd"]

_NAMES = ("r", "alpha", "a", "b")


def fit_bg_nbd(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> BgNbd:
    """Fit a BG/NBD model by maximum likelihood.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it, or one per distinct history
        with ``weight_col``.
    penalty
        Pulls the logarithms of the parameters towards 0 (``r``, ``a``, ``b``) and
        towards the mean ``T`` (``alpha``): one over the variance of a normal prior. It
        depends neither on the unit of time nor on the number of customers. 0 is
        maximum likelihood; 1 tames a small sample.
    frequency_col, recency_col, T_col
        The columns read.
    weight_col
        How many customers a row stands for; None for one each.
    time_unit
        A label of the unit of ``recency`` and ``T``, kept for printing.

    Returns
    -------
    BgNbd
        The parameters, and a report of how they were found.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two customers, or none came back.
    InvalidValueError
        If a history is impossible or a value missing, or the weights are no weights.
    ConvergenceError
        If no optimum was found; the error carries the fit reached.

    Warns
    -----
    IdentifiabilityWarning
        If the data leave a parameter all but free.

    Examples
    --------
    >>> from crmkit import rfm_summary
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> print(fit_bg_nbd(customers).report)
    parameter  estimate  standard error    95 % interval
    r          0.242595         0.01256  0.2192 to 0.2685
    alpha        4.4136          0.3782    3.731 to 5.221
    a          0.792922          0.1857    0.501 to 1.255
    b           2.42591          0.7054    1.372 to 4.289
    2,357 customers, 1,016 distinct histories
    log-likelihood -9,582.429, AIC 19,172.858, BIC 19,195.919
    converged in 4 iterations; The gradient is zero.
    """
    histories = fetch_histories(
        customers, (frequency_col, recency_col, T_col), weight_col=weight_col
    )
    report = fit_histories(
        histories,
        bg_nbd.objective,
        bg_nbd.start_values,
        _NAMES,
        timed=("alpha",),
        penalty=penalty,
    )
    r, alpha, a, b = report.estimates
    fit = BgNbd(r=r, alpha=alpha, a=a, b=b, report=report, time_unit=time_unit)
    return approved(fit, report)
