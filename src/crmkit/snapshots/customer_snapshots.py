"""Snapshots: one row per customer and cut-off, without data from after the cut-off."""

from collections.abc import Callable, Sequence

from .._check import day_count, typed
from .._dates import day_number, iso_text
from ..errors import InvalidValueError
from ..fits import told
from ..typing import Day, IntoDataFrameT, Progress, PurchaseModel
from .cutoff_days import cutoff_days
from .event_log import EventLog
from .snapshot_source import open_source, written
from .transaction_columns import TRANSACTIONS, TransactionColumns

__all__ = ["make_snapshots", "snapshot_features"]


@typed
def make_snapshots(
    transactions: IntoDataFrameT,
    *,
    cutoffs: Sequence[Day],
    horizon: int,
    observation_period_end: Day,
    buffer: int = 0,
    active_within: int | None = None,
    recent_window: int = 90,
    events: Sequence[EventLog] = (),
    fit_purchases: Callable[[IntoDataFrameT], PurchaseModel] | None = None,
    columns: TransactionColumns = TRANSACTIONS,
    progress: Progress | None = None,
) -> IntoDataFrameT:
    """Make labelled snapshots: features from before each cut-off, outcomes after it.

    Features use only rows dated, and known, before the cut-off. The label looks at the
    days from cut-off + buffer to cut-off + buffer + horizon. Adding rows dated after a
    label window changes nothing, and adding rows after a cut-off changes no feature.

    Parameters
    ----------
    transactions
        The log: one row per purchase, negative amounts for returns.
    cutoffs
        The first days *not* observed, one per snapshot.
    horizon
        Length of the label window, in days: a customer without a purchase in it has
        churned.
    observation_period_end
        The last day the log covers, inclusive. A window that reaches beyond it is
        refused: absence that was not observed is not churn. To score customers today,
        use ``snapshot_features``.
    buffer
        Days between cut-off and label window, to decide and to act.
    active_within
        Which customers to keep: those with a purchase in this number of days before
        the cut-off. None for all who ever bought.
    recent_window
        Days that count as recent in the features.
    events
        Further logs: see ``EventLog``.
    fit_purchases
        A fit such as ``clv.fit_bg_nbd``. It is fitted anew at each cut-off to the
        histories until then and adds ``probability_alive``.
    columns
        The names of the columns: customer, date and amount, and, where the log has
        them, category, discount and the day from which a row was known.
    progress
        Is called with the number of cut-offs done and of all; None for silence.

    Returns
    -------
    DataFrame
        ``customer_id``, ``cutoff``, ``label_start``, ``label_end`` (the first day after
        the window), the features, and the outcomes ``churned``, ``future_purchases``
        (days with one) and ``future_amount`` (net of returns). A customer appears once
        per cut-off: ``customer_id`` is the group key. Times are days, trends run from
        -1 to 1, shares from 0 up; an event a customer never had is null.

    Raises
    ------
    InvalidValueError
        If a label window is not observed to its end, or a row is broken.
    NotEnoughDataError
        If a cut-off has no eligible customer.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "a", "b", "a"],
    ...         "date": pd.to_datetime(
    ...             ["2024-01-05", "2024-02-04", "2024-02-10", "2024-03-20"]
    ...         ),
    ...         "amount": [10.0, 30.0, 20.0, 5.0],
    ...     }
    ... )
    >>> snapshots = make_snapshots(
    ...     log, cutoffs=["2024-03-01"], horizon=30, observation_period_end="2024-03-31"
    ... )
    >>> snapshots[["customer_id", "inactivity", "purchases", "churned"]]
      customer_id  inactivity  purchases  churned
    0           a        26.0        2.0    False
    1           b        20.0        1.0     True
    """
    ahead, delay = (
        day_count("horizon", horizon, at_least=1),
        day_count("buffer", buffer),
    )
    source = open_source(
        transactions,
        events=events,
        active_within=active_within,
        recent_window=recent_window,
        fit_purchases=fit_purchases,
        columns=columns,
    )
    zone = source.log.zone
    days = cutoff_days(cutoffs, zone=zone)
    end = day_number("observation_period_end", observation_period_end, zone=zone)
    _require_observed(days, delay + ahead, end)
    blocks = [source.labelled(day, delay, ahead) for day in told(days, progress)]
    return written(transactions, source, blocks)


@typed
def snapshot_features(
    transactions: IntoDataFrameT,
    *,
    cutoffs: Sequence[Day],
    active_within: int | None = None,
    recent_window: int = 90,
    events: Sequence[EventLog] = (),
    fit_purchases: Callable[[IntoDataFrameT], PurchaseModel] | None = None,
    columns: TransactionColumns = TRANSACTIONS,
    progress: Progress | None = None,
) -> IntoDataFrameT:
    """Make snapshots without labels, to score customers today.

    The parameters, features and errors are those of ``make_snapshots``; the columns of
    the label window are absent.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "b"],
    ...         "date": pd.to_datetime(["2024-02-04", "2024-02-10"]),
    ...         "amount": [10.0, 30.0],
    ...     }
    ... )
    >>> today = snapshot_features(log, cutoffs=["2024-03-01"], active_within=25)
    >>> today[["customer_id", "inactivity"]]
      customer_id  inactivity
    0           b        20.0
    """
    source = open_source(
        transactions,
        events=events,
        active_within=active_within,
        recent_window=recent_window,
        fit_purchases=fit_purchases,
        columns=columns,
    )
    days = cutoff_days(cutoffs, zone=source.log.zone)
    blocks = [source.features(day) for day in told(days, progress)]
    return written(transactions, source, blocks)


def _require_observed(days: list[int], reach: int, end: int) -> None:
    late = [int(day) for day in days if day + reach > end + 1]
    if late:
        raise InvalidValueError(
            subject=f"cut-off {iso_text(late[0])}",
            found=f"label window until {iso_text(late[0] + reach - 1)}, but the log "
            f"ends on {iso_text(end)}",
            remedy="Move the cut-off back, or shorten the horizon: what was not "
            "observed is not churn. To score customers today, use snapshot_features.",
        )
