"""The outcomes of each answer: repurchase, spend, departure and referrals.

One contract keeps causes before effects: answers up to and including ``as_of``,
outcomes in the days after it, and no outcome that the data cannot show yet.
"""

from collections.abc import Sequence

import numpy as np

from ..._check import day_count
from ..._dates import day_number
from ..._frames import (
    Frame,
    Rule,
    collect,
    column_types,
    epoch_day,
    id_rules,
    is_lazy,
    matched_ids,
    native,
    numbers,
    nw,
    read,
    refuse,
    require_dates,
    require_ids,
    time_zone,
    with_arrays,
)
from ...errors import InvalidTypeError, InvalidValueError
from ...typing import Day, IntoFrame, IntoFrameT
from .outcome_events import (
    OutcomeWindow,
    departures_in,
    last_day,
    purchases_in,
    referrals_in,
)

__all__ = ["with_outcomes"]

_ROW = "crmkit_row"


def with_outcomes(
    responses: IntoFrameT,
    *,
    transactions: IntoFrame,
    as_of: Day,
    horizon_days: int,
    observation_period_end: Day,
    departures: IntoFrame | None = None,
    referrals: IntoFrame | None = None,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Add what each customer did in the days after answering.

    Parameters
    ----------
    responses
        One row per customer: see ``latest_responses``. No answer may be later than
        ``as_of``.
    transactions
        One row per purchase, in the same library.
    as_of
        The last day of answers, inclusive.
    horizon_days
        Number of days after ``as_of`` in which outcomes count.
    observation_period_end
        The last day on which outcomes are known, inclusive: at least ``as_of`` plus
        ``horizon_days``, because a purchase that is not seen yet is not a lost one.
    departures
        One row per customer who left, with the date; None without such a record.
    referrals
        One row per customer brought in, with the date and in ``referrer_id`` the
        customer who recommended; None without such a record.
    customer_id_col, date_col, amount_col
        The columns of all these frames.

    Returns
    -------
    The same frame with ``repurchased`` (1 or 0), ``purchases`` (number of days with a
    purchase), ``spend`` and ``days_to_repurchase`` (``horizon_days`` where there was no
    purchase); with departures also ``churned`` (1 or 0) and ``days_to_churn``; with
    referrals also ``referrals``. A lazy frame stays lazy.

    Raises
    ------
    InvalidValueError
        If an answer is later than ``as_of``, the horizon passes the end of the data, a
        customer answers twice, or a customer had left by ``as_of``.
    InvalidTypeError
        If the frames belong to two libraries, or their ids have two types.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "customer_id": ["a", "b"], "score": [10, 4],
    ...     "date": pd.to_datetime(["2024-01-10", "2024-01-20"]),
    ... })
    >>> purchases = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b"], "amount": [20.0, 5.0, 30.0],
    ...     "date": pd.to_datetime(["2024-02-10", "2024-03-01", "2024-01-05"]),
    ... })
    >>> after = with_outcomes(
    ...     answers, transactions=purchases, as_of="2024-01-31", horizon_days=60,
    ...     observation_period_end="2024-03-31",
    ... )
    >>> after[["customer_id", "repurchased", "purchases", "spend"]]
      customer_id  repurchased  purchases  spend
    0           a            1          2   25.0
    1           b            0          0    0.0
    """
    window = OutcomeWindow(
        customer_id_col=customer_id_col,
        date_col=date_col,
        as_of=as_of,
        horizon_days=day_count("horizon_days", horizon_days, at_least=1),
    )
    frame = _answers(responses, window)
    _require_seen(window, observation_period_end, zone=time_zone(frame, date_col))
    parts: dict[str, Frame] = {
        "transactions": purchases_in(transactions, window, amount_col)
    }
    if departures is not None:
        parts["departures"] = departures_in(departures, window)
    if referrals is not None:
        parts["referrals"] = referrals_in(referrals, window)
    for name, part in parts.items():
        _require_joinable(frame, part, name, customer_id_col)
    return native(_joined(frame, list(parts.values()), window), responses)


def _require_joinable(frame: Frame, other: Frame, name: str, column: str) -> None:
    """Refuse frames of two libraries, and ids of two types: neither can be joined."""
    kinds = [_library(each) for each in (frame, other)]
    if kinds[0] != kinds[1]:
        raise InvalidTypeError(
            subject=f"argument {name!r}",
            expected=f"a {kinds[0]} frame, like the responses",
            got=f"a {kinds[1]} frame",
            remedy="Convert all frames to one library.",
        )
    ids = [each.collect_schema()[column] for each in (frame, other)]
    if ids[0].is_numeric() != ids[1].is_numeric():
        raise InvalidTypeError(
            subject=f"column {column!r}",
            expected="ids of one type in all frames",
            got=f"{ids[0]} and {ids[1]} in {name!r}",
            remedy="Convert one of them: 1 and '1' are different ids.",
        )


def _library(frame: Frame) -> str:
    return f"{'lazy ' if is_lazy(frame) else ''}{frame.implementation.value}"


def _answers(responses: object, window: OutcomeWindow) -> Frame:
    frame = read(responses, (window.customer_id_col, window.date_col))
    require_ids(frame, window.customer_id_col)
    dated, rules = require_dates(frame, window.date_col)
    refuse(dated, [*id_rules(dated, window.customer_id_col), *rules])
    late = Rule(
        column=window.date_col,
        broken=epoch_day(window.date_col) > last_day(dated, window),
        found="date after as_of",
        remedy="Keep the answers known by then: latest_responses(as_of=...).",
    )
    refuse(dated, [late], id_col=window.customer_id_col)
    repeated = collect(
        frame.select(window.customer_id_col)
        .group_by(window.customer_id_col)
        .agg(nw.len().alias(_ROW))
        .filter(nw.col(_ROW) > 1)
        .head(1)
    )
    if len(repeated):
        raise InvalidValueError(
            subject=f"column {window.customer_id_col!r}",
            found="customer with more than one answer",
            first=repr(repeated[window.customer_id_col].to_list()[0]),
            remedy="Keep one answer each: latest_responses(as_of=...).",
        )
    return frame


def _require_seen(
    window: OutcomeWindow, observation_period_end: Day, *, zone: str | None
) -> None:
    end = day_number("observation_period_end", observation_period_end, zone=zone)
    needed = day_number("as_of", window.as_of, zone=zone) + window.horizon_days
    if needed > end:
        raise InvalidValueError(
            subject="argument 'horizon_days'",
            found=f"a horizon that ends {needed - end} days after the data",
            remedy="Use an earlier as_of or a shorter horizon: what is not seen yet "
            "is not a loss.",
        )


def _joined(frame: Frame, parts: Sequence[Frame], window: OutcomeWindow) -> Frame:
    added = [
        name
        for part in parts
        for name in part.collect_schema().names()
        if name != window.customer_id_col
    ]
    if is_lazy(frame):
        stale = [name for name in added if name in frame.collect_schema().names()]
        lazy = _finished(_with_parts(frame.drop(*stale), parts, window), added, window)
        _require_staying(lazy, added)
        return lazy
    eager = collect(frame)
    ids = eager.select(window.customer_id_col).with_row_index(_ROW)
    done = _finished(_with_parts(ids, parts, window), added, window)
    rows = collect(done).sort(_ROW)
    _require_staying(rows, added)
    names = [*_flags(added), *added]
    arrays = {name: numbers(rows, name) for name in names}
    return with_arrays(
        eager,
        {
            name: values if name == "spend" else values.astype(np.int64)
            for name, values in arrays.items()
        },
    )


def _with_parts(frame: Frame, parts: Sequence[Frame], window: OutcomeWindow) -> Frame:
    """Put parts beside the answers; the ids keep the type that they came with."""
    name = window.customer_id_col
    was = column_types(frame, [name])[name]
    joined: Frame = frame
    for part in parts:
        answers, found = matched_ids(joined, part, name)
        joined = answers.join(found, on=name, how="left")  # type: ignore[arg-type] # one library, as matched_ids requires
    if column_types(joined, [name])[name] == was:
        return joined
    return joined.with_columns(nw.col(name).cast(was))


def _finished(joined: Frame, added: Sequence[str], window: OutcomeWindow) -> Frame:
    """Fill outcomes that did not happen: 0, or the whole horizon for a time."""
    waited = {"days_to_repurchase", "days_to_churn"}
    flags = [
        # PostgreSQL makes no number of a truth value.
        nw.when(~nw.col(name).is_null()).then(1).otherwise(0).cast(nw.Int64).alias(flag)
        for flag, name in _flags(added).items()
    ]
    filled = [
        nw.col(name).fill_null(window.horizon_days if name in waited else 0)
        for name in added
    ]
    finished = joined.with_columns(*flags).with_columns(*filled)
    names = finished.collect_schema().names()
    # As in memory: what happened, then how much of it.
    last = [*_flags(added), *added]
    return finished.select(*(name for name in names if name not in last), *last)


def _flags(added: Sequence[str]) -> dict[str, str]:
    known = {"repurchased": "days_to_repurchase", "churned": "days_to_churn"}
    return {flag: name for flag, name in known.items() if name in added}


def _require_staying(rows: Frame, added: Sequence[str]) -> None:
    if "days_to_churn" not in added:
        return
    gone = Rule(
        column="days_to_churn",
        broken=nw.col("days_to_churn") <= 0,
        found="customer who had left by as_of",
        remedy="Leave these answers out: they had stopped being customers.",
    )
    refuse(rows, [gone])
