"""Learn the error of a model's totals from forecasts made in the past."""

from collections.abc import Iterable

from ..._check import typed
from ...rfm.calibration_holdout_summary import calibration_holdout_summary
from ...snapshots.transaction_columns import TransactionColumns
from ...typing import Day, IntoDataFrame, Progress
from ..uncertainty.model_error import ModelError
from .backtest import Summary
from .backtest_cutoffs import Cutoffs
from .past_forecasts import PurchaseFit, SpendFit, learned_error

__all__ = ["fit_model_error"]


@typed
def fit_model_error(
    transactions: IntoDataFrame,
    *,
    purchases: PurchaseFit,
    spend: SpendFit | None = None,
    cutoffs: Cutoffs | None = None,
    lead_days: Iterable[int] = (28, 56, 91, 182, 273, 364),
    observation_period_end: Day | None = None,
    summary: Summary = calibration_holdout_summary,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
    progress: Progress | None = None,
) -> ModelError:
    """Learn how far totals miss, from forecasts made at past cutoffs.

    At each cutoff the models are fitted to what was known, and their totals compared
    with what came in each span ahead that the log still covers. ``forecast`` takes the
    result and widens its intervals by it.

    Parameters
    ----------
    transactions
        One row per purchase, in memory.
    purchases, spend
        How to fit each: ``fit_bg_nbd``, ``fit_gamma_gamma``. A ``functools.partial``
        carries options. Without ``spend`` only errors of purchases are learned.
    cutoffs
        The last days to fit to. None takes one every 28 days, the first after 91 days
        of log and none after its last purchase, and leaves out those with too little
        data for a fit.
    lead_days
        The spans ahead to compare, in days. One that runs past the data is left out.
    observation_period_end
        The last day seen, inclusive; None for the last date in the log.
    summary
        How the log becomes one row per customer, as for ``backtest``. Give it the
        ``time_unit`` of the model that will forecast; for a forecast with a season, one
        that returns ``recency``, ``T`` and ``holdout_T`` in operational time.
    customer_id_col, date_col, amount_col
        The columns read.
    progress
        Is called with the number of cutoffs done and of all; None for silence.

    Returns
    -------
    ModelError
        One error per cutoff and span ahead, and the scale they amount to.

    Raises
    ------
    InvalidValueError
        If a cutoff lies before any purchase or leaves no span ahead inside the data.
    NotEnoughDataError
        If the log is empty, or a cutoff that was named has too little data for a fit.

    See Also
    --------
    fit_model_error_by : the errors of segments too.
    backtest : bias, ranking and calibration of several models at such cutoffs.

    Examples
    --------
    >>> from functools import partial
    >>> from crmkit import calibration_holdout_summary
    >>> from crmkit.clv import fit_bg_nbd, fit_gamma_gamma
    >>> from crmkit.datasets import load_cdnow_sample
    >>> log = load_cdnow_sample()
    >>> error = fit_model_error(
    ...     log[log["amount"] > 0], purchases=fit_bg_nbd, spend=fit_gamma_gamma,
    ...     lead_days=[28, 91, 182], observation_period_end="1997-12-31",
    ...     summary=partial(calibration_holdout_summary, time_unit="week"),
    ... )
    >>> print(error)
    span ahead  purchases  money  cutoffs  apart
    28 days         14.5%  17.4%        9      3
    91 days         14.6%  17.1%        6      2
    182 days        19.7%  23.4%        3      1
    default 12% with the weight of 4 past errors
    """
    columns = TransactionColumns(
        customer_id=customer_id_col, date=date_col, amount=amount_col
    )
    return learned_error(
        transactions,
        purchases=purchases,
        spend=spend,
        cutoffs=cutoffs,
        lead_days=lead_days,
        observation_period_end=observation_period_end,
        summary=summary,
        by=(),
        columns=columns,
        progress=progress,
    )
