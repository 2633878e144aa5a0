"""Repeat purchases as they came and as models expect them, period by period."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ..._check import day_count, instance, models_named, typed
from ..._dates import day_number
from ..._frames import collect, group_rows, native, read_eager, table
from ...errors import InvalidValueError, NotEnoughDataError
from ...rfm.open_log import LogColumns, TransactionLog, open_log
from ...rfm.summary_in_memory import occasions_between
from ...snapshots.transaction_columns import TRANSACTIONS, TransactionColumns
from ...typing import Day, FloatArray, Grain, IntArray, IntoFrameT, Refunds, TimeUnit
from ..value.fitted_unit import unit_of

__all__ = ["tracking"]

_MOST_PERIODS = 5_000


class _Newcomers(Protocol):
    """Expects the repeat purchases of a new customer by an age."""

    def expected_purchases_new_customer(self, t: ArrayLike) -> FloatArray: ...


@typed
def tracking(
    transactions: IntoFrameT,
    *,
    models: Mapping[str, _Newcomers],
    observation_period_end: Day,
    calibration_period_end: Day | None = None,
    step_days: int = 7,
    grain: Grain = "day",
    time_unit: TimeUnit = "day",
    refunds: Refunds = "error",
    columns: TransactionColumns = TRANSACTIONS,
) -> IntoFrameT:
    """Track expected and actual repeat purchases, by period and cumulatively.

    What a model expects is the sum, over customers, of the repeat purchases of a new
    customer of that age: it knows when each first bought and nothing else of them. The
    two curves drift apart where a season, a campaign or a trend moves all customers.

    Parameters
    ----------
    transactions
        One row per purchase, in memory.
    models
        Fitted purchase models by name.
    observation_period_end
        The last day seen, inclusive. Periods are counted back from it, so that only the
        earliest may be short.
    calibration_period_end
        Only customers first seen by this day are tracked, as the models know no other;
        None tracks all.
    step_days
        The length of a period.
    grain, refunds
        What makes one occasion and what a negative amount means, as in ``rfm_summary``.
    time_unit
        The unit of ``T`` that the models were fitted in.
    columns
        The names of the columns of customer, date and amount.

    Returns
    -------
    frame
        One row per model and period: ``model``, ``period_end``, ``actual``,
        ``expected``, ``cumulative_actual``, ``cumulative_expected``.

    Raises
    ------
    InvalidValueError
        If a model was fitted in another unit of time, ``models`` is empty, or there are
        more than 5,000 periods.
    NotEnoughDataError
        If no customer had bought by then.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting your customers the easy way: an alternative
    to the Pareto/NBD model", Marketing Science 24, figures 2 and 3.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.clv import fit_bg_nbd
    >>> from crmkit.datasets import load_cdnow_sample
    >>> log = load_cdnow_sample()
    >>> customers = ck.rfm_summary(
    ...     log, observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> tracked = tracking(
    ...     log, models={"BG/NBD": fit_bg_nbd(customers)}, time_unit="week",
    ...     observation_period_end="1998-06-30", step_days=91,
    ... )
    >>> names = ["actual", "expected", "cumulative_actual", "cumulative_expected"]
    >>> tracked[names].round(0)
       actual  expected  cumulative_actual  cumulative_expected
    0     828     709.0                828                709.0
    1     918    1018.0               1746               1727.0
    2     711     767.0               2457               2494.0
    3     726     634.0               3183               3128.0
    4     661     547.0               3844               3675.0
    5     495     486.0               4339               4161.0
    """
    _require_models(models, time_unit)
    named = instance("columns", columns, TransactionColumns)
    log = open_log(
        read_eager(transactions, ()),
        LogColumns(named.customer_id, named.date, named.amount),
        observation_period_end,
        grain,
        time_unit,
        refunds=refunds,
    )
    frame = collect(log.frame)
    known = (
        log.window.end_day
        if calibration_period_end is None
        else day_number("calibration_period_end", calibration_period_end, zone=None)
    )
    first, repeats = _purchases(log, refunds, known)
    days = day_count("step_days", step_days, at_least=1)
    periods = (log.window.end_day - int(first.min())) // days + 1
    # Periods times ages: an end far in the future would fill the memory.
    if periods > _MOST_PERIODS:
        raise InvalidValueError(
            subject="argument 'observation_period_end'",
            found=f"{periods:,} periods of {days:,} days since the first purchase",
            remedy="Pass the last day that the log covers, or a larger step_days: at "
            f"most {_MOST_PERIODS:,} periods are counted.",
        )
    ends = log.window.end_day - days * np.arange(periods)[::-1]
    came = np.searchsorted(np.sort(repeats), log.window.period(ends), side="right")
    ages = np.maximum(log.window.period(ends)[:, None] - np.unique(first), 0)
    weights = np.unique(first, return_counts=True)[1]
    expected = {
        name: model.expected_purchases_new_customer(log.window.length(ages)) @ weights
        for name, model in models.items()
    }
    cumulative = np.concatenate(list(expected.values()))
    names = len(expected)
    return native(
        table(
            frame,
            {
                "model": np.repeat(np.array(list(expected), dtype=object), periods),
                "period_end": np.tile(ends.astype("datetime64[D]"), names),
                "actual": np.tile(np.diff(came, prepend=0), names),
                "expected": np.concatenate(
                    [np.diff(each, prepend=0.0) for each in expected.values()]
                ),
                "cumulative_actual": np.tile(came, names),
                "cumulative_expected": cumulative,
            },
        ),
        transactions,
    )


def _require_models(models: Mapping[str, _Newcomers], time_unit: TimeUnit) -> None:
    models_named(models, "expected_purchases_new_customer")
    for name, model in models.items():
        unit = unit_of(model)
        if unit is not None and unit != time_unit:
            raise InvalidValueError(
                subject="argument 'time_unit'",
                found=f"{time_unit!r}, beside the model {name!r} fitted in {unit!r}",
                remedy=f"Pass time_unit={unit!r}.",
            )


def _purchases(
    log: TransactionLog, refunds: Refunds, known: int
) -> tuple[IntArray, IntArray]:
    """Return the first day of each customer tracked, and the days of repeat ones."""
    frame = collect(log.frame)
    found = occasions_between(log, frame, group_rows(frame, log.customer_id), refunds)
    new = np.diff(found.customer, prepend=-1) != 0
    since = found.day[new][np.cumsum(new) - 1]
    kept = since <= known
    if not kept.any():
        raise NotEnoughDataError(
            needed="customers to track",
            got="none who had bought by then",
            remedy="Choose a later end.",
        )
    return found.day[new & kept], found.day[kept & ~new]
