"""Fitting a Pareto/NBD model to a frame of customers."""

from ...kernels.purchases import pareto_nbd
from ...typing import IntoFrame
from .fitting import approved, fetch_histories, fit_histories
from .pareto_nbd import ParetoNbd

__all__ = ["fit_pareto_nbd"]

_NAMES = ("r", "alpha", "s", "beta")


def fit_pareto_nbd(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> ParetoNbd:
    """Fit a Pareto/NBD model by maximum likelihood.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it, or one per distinct history
        with ``weight_col``.
    penalty
        Pulls the logarithms of the parameters towards 0 (``r``, ``s``) and towards the
        mean ``T`` (``alpha``, ``beta``): one over the variance of a normal prior. It
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
    ParetoNbd
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
    >>> model = fit_pareto_nbd(customers, time_unit="week")
    >>> model.r, model.alpha, model.s, model.beta
    (0.5533, 10.58, 0.6062, 11.67)
    """
    histories = fetch_histories(
        customers, (frequency_col, recency_col, T_col), weight_col=weight_col
    )
    report = fit_histories(
        histories,
        pareto_nbd.objective,
        pareto_nbd.start_values,
        _NAMES,
        timed=("alpha", "beta"),
        penalty=penalty,
    )
    r, alpha, s, beta = report.estimates
    fit = ParetoNbd(
        r=r, alpha=alpha, s=s, beta=beta, report=report, time_unit=time_unit
    )
    return approved(fit, report)
