"""Fitting a BG/BB model to a frame of customers."""

from ...kernels.purchases import bg_bb
from ...typing import FloatArray, IntoFrame
from .bg_bb import BgBb
from .fitting import approved, fetch_histories, fit_histories
from .opportunities import opportunity_rules

__all__ = ["fit_bg_bb"]

_NAMES = ("alpha", "beta", "gamma", "delta")


def fit_bg_bb(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> BgBb:
    """Fit a BG/BB model by maximum likelihood.

    Parameters
    ----------
    customers
        One row per customer, or one per distinct history with ``weight_col``;
        ``T`` counts opportunities, ``recency`` numbers the last one used. From a log:
        ``rfm_summary`` with the same ``grain`` and ``time_unit``, then round both, for
        calendar months and years are not all as long as the mean one.
    penalty
        Pulls the logarithms of the parameters towards 0: one over the variance of a
        normal prior. It does not depend on the number of customers. 0 is maximum
        likelihood; 1 tames a small sample.
    frequency_col, recency_col, T_col
        The columns read.
    weight_col
        How many customers a row stands for; None for one each.
    time_unit
        A label of what an opportunity is, kept for printing.

    Returns
    -------
    BgBb
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
    >>> from crmkit.datasets import load_donations
    >>> model = fit_bg_bb(load_donations(), weight_col="weight")
    >>> model.alpha, model.beta, model.gamma, model.delta
    (1.2035, 0.7497, 0.6568, 2.784)
    """
    histories = fetch_histories(
        customers,
        (frequency_col, recency_col, T_col),
        weight_col=weight_col,
        rules=opportunity_rules,
    )
    report = fit_histories(
        histories,
        bg_bb.objective,
        _start,
        _NAMES,
        timed=(),
        penalty=penalty,
    )
    alpha, beta, gamma, delta = report.estimates
    fit = BgBb(
        alpha=alpha,
        beta=beta,
        gamma=gamma,
        delta=delta,
        report=report,
        time_unit=time_unit,
    )
    return approved(fit, report)


def _start(x: FloatArray, T: FloatArray, weights: FloatArray) -> FloatArray:
    """Start where every data set does: there is no unit of time to follow."""
    del x, T, weights
    return bg_bb.start_values()
