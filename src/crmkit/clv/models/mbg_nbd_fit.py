"""Fitting an MBG/NBD model to a frame of customers."""

from ...kernels.purchases import mbg_nbd
from ...typing import IntoFrame
from .fitting import approved, fetch_histories, fit_histories
from .mbg_nbd import MbgNbd

__all__ = ["fit_mbg_nbd"]

_NAMES = ("r", "alpha", "a", "b")


def fit_mbg_nbd(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> MbgNbd:
    """Fit an MBG/NBD model by maximum likelihood.

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
    MbgNbd
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
    >>> model = fit_mbg_nbd(customers, time_unit="week")
    >>> model.r, model.alpha, model.a, model.b
    (0.5248, 6.183, 0.8914, 1.614)
    """
    histories = fetch_histories(
        customers, (frequency_col, recency_col, T_col), weight_col=weight_col
    )
    report = fit_histories(
        histories,
        mbg_nbd.objective,
        mbg_nbd.start_values,
        _NAMES,
        timed=("alpha",),
        penalty=penalty,
    )
    r, alpha, a, b = report.estimates
    fit = MbgNbd(r=r, alpha=alpha, a=a, b=b, report=report, time_unit=time_unit)
    return approved(fit, report)
