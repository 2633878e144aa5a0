"""Learn the errors of segments from forecasts made in the past."""

from collections.abc import Iterable, Sequence

from ..._check import instance, names_given, typed
from ...snapshots.transaction_columns import TRANSACTIONS, TransactionColumns
from ...typing import Day, IntoDataFrame, Progress
from ..uncertainty.model_error import ModelError
from .backtest import Summary
from .backtest_cutoffs import Cutoffs
from .past_forecasts import PurchaseFit, SpendFit, learned_error

__all__ = ["fit_model_error_by"]


@typed
def fit_model_error_by(
    transactions: IntoDataFrame,
    *,
    by: str | Sequence[str],
    summary: Summary,
    purchases: PurchaseFit,
    spend: SpendFit | None = None,
    cutoffs: Cutoffs | None = None,
    lead_days: Iterable[int] = (28, 56, 91, 182, 273, 364),
    observation_period_end: Day | None = None,
    columns: TransactionColumns = TRANSACTIONS,
    progress: Progress | None = None,
) -> ModelError:
    """Learn how far the totals of segments miss, from forecasts at past cutoffs.

    The models are fitted to all customers, as for ``forecast(by=)``, which takes the
    result and gives each segment the range of its own error.

    Parameters
    ----------
    transactions
        One row per purchase, in memory.
    by
        Columns of groups, such as a segment, that ``summary`` returns: the groups as
        they were at each cutoff, at most 1,000.
    summary
        How the log becomes one row per customer, as for ``backtest``, with the columns
        in ``by``: a function that adds them to ``calibration_holdout_summary``.
    purchases, spend
        How to fit each: ``fit_bg_nbd``, ``fit_gamma_gamma``. Without ``spend`` only
        errors of purchases are learned.
    cutoffs, lead_days, observation_period_end
        The last days to fit to, the spans ahead and the last day seen, as in
        ``fit_model_error``.
    columns
        The names of the columns of customer, date and amount.
    progress
        Is called with the number of cutoffs done and of all; None for silence.

    Returns
    -------
    ModelError
        The errors of the totals and of the groups. A group's scale is drawn towards
        that of a typical group.

    Raises
    ------
    InvalidValueError
        If a cutoff lies before any purchase or leaves no span ahead inside the data, or
        a customer has no group at one of them.
    MissingColumnError
        If ``summary`` does not return a column in ``by``.
    NotEnoughDataError
        If the log is empty, or a cutoff that was named has too little data for a fit.

    See Also
    --------
    fit_model_error : the errors of totals alone.

    Examples
    --------
    >>> from crmkit import calibration_holdout_summary
    >>> from crmkit.clv import fit_bg_nbd
    >>> from crmkit.datasets import load_cdnow_sample
    >>> def with_kind(*log, **given):
    ...     split = calibration_holdout_summary(*log, **given, time_unit="week")
    ...     return split.assign(kind=split["frequency"].clip(upper=1))
    >>> error = fit_model_error_by(
    ...     load_cdnow_sample(), by="kind", summary=with_kind, purchases=fit_bg_nbd,
    ...     cutoffs=["1997-06-30", "1997-09-30"], lead_days=[91],
    ... )
    >>> for kind, name in {"0": "bought once", "1": "came back"}.items():
    ...     print(f"{name}: {error.at(horizon=13.0, group=kind).scale:.1%}")
    bought once: 8.9%
    came back: 10.4%
    """
    return learned_error(
        transactions,
        purchases=purchases,
        spend=spend,
        cutoffs=cutoffs,
        lead_days=lead_days,
        observation_period_end=observation_period_end,
        summary=summary,
        by=tuple(names_given("by", by)),
        columns=instance("columns", columns, TransactionColumns),
        progress=progress,
    )
