"""What customers did after they answered: bought again, spent, left, recommended.

One contract keeps the order: answers up to and with ``as_of``, outcomes in the days
after it, and no outcome that the data cannot show yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..._check import whole
from ..._dates import day_number
from ..._frames import (
    Frame,
    Rule,
    collect,
    epoch_day,
    id_rules,
    is_lazy,
    native,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_dates,
    require_ids,
    require_numbers,
    time_zone,
    with_arrays,
)
from ...errors import InvalidTypeError, InvalidValueError
from ...typing import Day, IntoFrame, IntoFrameT

__all__ = ["with_outcomes"]

_ROW = "crmkit_row"
_DAY = "crmkit_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """The days after ``as_of`` whose events count."""

    customer_id_col: str
    date_col: str
    as_of: Day
    horizon_days: int


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
    referrer_id_col: str = "referrer_id",
) -> IntoFrameT:
    """Add to each customer's answer what the customer did in the days after ``as_of``.

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
        How many days after it count.
    observation_period_end
        The last day the outcomes are known, inclusive: at least ``as_of`` plus
        ``horizon_days``, for what is not seen yet is not a loss.
    departures
        Customers who left, with the day they did; None: no such record.
    referrals
        One row per customer brought in, with who recommended and when; None: no such
        record.
    customer_id_col, date_col, amount_col, referrer_id_col
        The columns of all these frames.

    Returns
    -------
    The same frame with ``repurchased`` (1 or 0), ``purchases`` (days with a purchase),
    ``spend`` and ``days_to_repurchase`` (``horizon_days`` where there was none); with
    departures also ``churned`` (1 or 0) and ``days_to_churn``; with referrals also
    ``referrals``. Lazy if it was lazy.

    Raises
    ------
    InvalidValueError
        If an answer is later than ``as_of``, the horizon passes the end of the data, a
        customer answers twice, or had left before.

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
    window = _Window(
        customer_id_col=customer_id_col,
        date_col=date_col,
        as_of=as_of,
        horizon_days=whole("horizon_days", horizon_days, at_least=1),
    )
    frame = _answers(responses, window)
    _require_seen(window, observation_period_end, zone=time_zone(frame, date_col))
    parts = [_purchases(transactions, window, amount_col)]
    if departures is not None:
        parts.append(_departures(departures, window))
    if referrals is not None:
        parts.append(_referrals(referrals, window, referrer_id_col))
    for part in parts:
        _require_one_kind(frame, part, customer_id_col)
    return native(_joined(frame, parts, window), responses)


def _answers(responses: object, window: _Window) -> Frame:
    frame = read(responses, (window.customer_id_col, window.date_col))
    require_ids(frame, window.customer_id_col)
    dated, rules = require_dates(frame, window.date_col)
    refuse(dated, [*id_rules(dated, window.customer_id_col), *rules])
    late = Rule(
        column=window.date_col,
        broken=epoch_day(window.date_col) > _last_day(dated, window),
        found="date after as_of",
        remedy="Take the answers known by then: latest_responses(as_of=...).",
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
            found="customer who answers more than once",
            first=repr(repeated[window.customer_id_col].to_list()[0]),
            remedy="Keep one answer each: latest_responses(as_of=...).",
        )
    return frame


def _require_seen(
    window: _Window, observation_period_end: Day, *, zone: str | None
) -> None:
    end = day_number("observation_period_end", observation_period_end, zone=zone)
    needed = day_number("as_of", window.as_of, zone=zone) + window.horizon_days
    if needed > end:
        raise InvalidValueError(
            subject="argument 'horizon_days'",
            found=f"a horizon that ends {needed - end} days after the data",
            remedy="Use an earlier as_of or a shorter horizon: what is not seen yet is "
            "not a loss.",
        )


def _last_day(frame: Frame, window: _Window) -> int:
    return day_number("as_of", window.as_of, zone=time_zone(frame, window.date_col))


def _events(frame: object, window: _Window, columns: Sequence[str]) -> Frame:
    """Open a frame of events, and date them from ``as_of``: 1 is the day after."""
    opened = read(frame, (window.customer_id_col, window.date_col, *columns))
    require_ids(opened, window.customer_id_col)
    dated, rules = require_dates(opened, window.date_col)
    refuse(dated, [*id_rules(dated, window.customer_id_col), *rules])
    day = epoch_day(window.date_col) - _last_day(dated, window)
    return dated.with_columns(day.alias(_DAY))


def _inside(events: Frame, window: _Window) -> Frame:
    return events.filter((nw.col(_DAY) > 0) & (nw.col(_DAY) <= window.horizon_days))


def _purchases(transactions: object, window: _Window, amount_col: str) -> Frame:
    events = _events(transactions, window, (amount_col,))
    require_numbers(events, (amount_col,))
    refuse(events, number_rules(events, amount_col), id_col=window.customer_id_col)
    amount = nw.col(amount_col).cast(nw.Float64).alias("crmkit_amount")
    daily = (
        _inside(events, window)
        .select(window.customer_id_col, _DAY, amount)
        .group_by(window.customer_id_col, _DAY)
        .agg(nw.col("crmkit_amount").sum())
    )
    return daily.group_by(window.customer_id_col).agg(
        nw.len().alias("purchases"),
        nw.col("crmkit_amount").sum().alias("spend"),
        nw.col(_DAY).min().alias("days_to_repurchase"),
    )


def _departures(departures: object, window: _Window) -> Frame:
    first = (
        _events(departures, window, ())
        .group_by(window.customer_id_col)
        .agg(nw.col(_DAY).min().alias("days_to_churn"))
    )
    return first.filter(nw.col("days_to_churn") <= window.horizon_days)


def _referrals(referrals: object, window: _Window, referrer_id_col: str) -> Frame:
    opened = read(referrals, (referrer_id_col, window.date_col))
    named = opened.select(
        nw.col(referrer_id_col).alias(window.customer_id_col), window.date_col
    )
    counted = _inside(_events(named.to_native(), window, ()), window)
    return counted.group_by(window.customer_id_col).agg(nw.len().alias("referrals"))


def _require_one_kind(frame: Frame, part: Frame, column: str) -> None:
    kinds = [one.collect_schema()[column] for one in (frame, part)]
    if kinds[0].is_numeric() != kinds[1].is_numeric():
        raise InvalidTypeError(
            subject=f"column {column!r}",
            expected="ids of one type in all frames",
            got=f"{kinds[0]} and {kinds[1]}",
            remedy="Convert one of them: 1 and '1' are different ids.",
        )


def _joined(frame: Frame, parts: Sequence[Frame], window: _Window) -> Frame:
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


def _with_parts(frame: Frame, parts: Sequence[Frame], window: _Window) -> Frame:
    joined: Frame = frame
    for part in parts:
        joined = joined.join(part, on=window.customer_id_col, how="left")  # type: ignore[arg-type] # one library, checked by the join itself
    return joined


def _finished(joined: Frame, added: Sequence[str], window: _Window) -> Frame:
    """Fill what did not happen: 0, or the whole horizon of waiting."""
    waited = {"days_to_repurchase", "days_to_churn"}
    flags = [
        (~nw.col(name).is_null()).cast(nw.Int64).alias(flag)
        for flag, name in _flags(added).items()
    ]
    filled = [
        nw.col(name).fill_null(window.horizon_days if name in waited else 0)
        for name in added
    ]
    return joined.with_columns(*flags).with_columns(*filled)


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
        remedy="Leave these answers out: they were no customers any more.",
    )
    refuse(rows, [gone])
