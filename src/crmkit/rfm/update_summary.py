"""Yesterday's summary and today's transactions make today's summary."""

from typing import Any, Literal, cast

from .._check import one_of
from .._dates import date_of
from .._frames import (
    Frame,
    Rule,
    collect,
    is_lazy,
    matched_ids,
    native,
    number_rules,
    nw,
    period_start,
    read,
    refuse,
    require_dates,
    require_numbers,
    require_one_row_each,
    row_count,
    run_once,
    time_zone,
    unsound,
    with_day_numbers,
)
from ..errors import InvalidTypeError, InvalidValueError
from ..typing import Day, Grain, IntoFrameT, Refunds, TimeUnit
from . import update_in_memory
from .open_log import REFUNDS, LogColumns, TransactionLog, read_log
from .rfm_summary import summary_of_log

__all__ = ["update_summary"]

_NUMBERS = (
    "frequency",
    "recency",
    "T",
    "monetary_value",
    "first_amount",
    "total_amount",
)
_DATES = ("first_date", "last_date")
_SUMMARY = (*_NUMBERS[:4], *_DATES, *_NUMBERS[4:])
_NEW = "_crmkit_new_"
_FIRST, _LAST = "_crmkit_first", "_crmkit_last"
_FIRST_NEW, _LAST_NEW = "_crmkit_first_new", "_crmkit_last_new"
_DAY, _PERIOD, _SALE = "_crmkit_day", "_crmkit_period", "_crmkit_sale"
_MOST = 2.0**53  # purchases: a float above it may be off by one
_TOLERANCE = 1e-6  # days: what writing T to a file may cost


def update_summary(
    summary: IntoFrameT,
    *,
    transactions: IntoFrameT,
    previous_period_end: Day,
    observation_period_end: Day,
    grain: Grain = "day",
    time_unit: TimeUnit = "day",
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Bring a summary up to a later end, from the new transactions alone.

    The result equals :func:`rfm_summary` of all transactions, old and new, up to the
    new end. The old ones are not read: a daily job reads the transactions of the day.

    The new transactions are those after the previous end. Customers who are not in the
    summary may have older ones, such as the customers of a second shop: theirs must
    then be all of them.

    Parameters
    ----------
    summary
        What :func:`rfm_summary` returned for the previous end, or this function. Of its
        columns, the nine of a summary are read and returned.
    transactions
        The new rows, in a frame of the same library. A lazy frame stays lazy.
    previous_period_end, observation_period_end
        The last day of the summary, and the last day observed now, both inclusive.
    grain, time_unit, refunds, customer_id_col, date_col, amount_col
        As they were given to :func:`rfm_summary`.

    Returns
    -------
    A summary of the same library, sorted by customer (a lazy frame is not sorted, and
    is kept in its engine as :func:`rfm_summary` keeps one).

    Raises
    ------
    InvalidValueError
        If a customer of the summary has a new row on or before the previous end, or a
        refund that may belong to a purchase before it: any refund with
        ``refunds="cancel"``, and with ``"net"`` one before the first new purchase. If
        the summary was made with another end, grain or unit.
    InvalidTypeError
        If the two frames are of two libraries, or their ids of two kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann", "cat"],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-20", "2024-02-05",
    ...                             "2024-02-07"]),
    ...     "amount": [10.0, 15.0, 40.0, 25.0],
    ... })
    >>> january = ck.rfm_summary(log, observation_period_end="2024-01-31")
    >>> february = ck.update_summary(
    ...     january,
    ...     transactions=log[log["date"] > "2024-01-31"],
    ...     previous_period_end="2024-01-31",
    ...     observation_period_end="2024-02-29",
    ... )
    >>> february[["customer_id", "frequency", "recency", "T", "monetary_value"]]
      customer_id  frequency  recency     T  monetary_value
    0         ann          1     35.0  59.0            40.0
    1         bob          0      0.0  40.0             0.0
    2         cat          0      0.0  22.0             0.0
    """
    one_of("refunds", refunds, REFUNDS)
    columns = LogColumns(customer_id_col, date_col, amount_col)
    log = read_log(transactions, columns, observation_period_end, grain, time_unit)
    before = log.until(previous_period_end, "previous_period_end")
    _refuse_earlier_end(before, log)
    known = _known(summary, before)
    _refuse_two_kinds(known, log)
    log.refuse(refunds)
    _refuse_old_rows(known, before, log)
    if refunds in ("net", "cancel"):
        _refuse_old_refunds(known, log, refunds)
    added = summary_of_log(log, refunds)
    return native(_together(known, added, log), summary)


def _refuse_earlier_end(before: TransactionLog, log: TransactionLog) -> None:
    if log.window.end_day < before.window.end_day:
        raise InvalidValueError(
            subject="argument 'observation_period_end'",
            found=f"{date_of(log.window.end_day)}, before the previous end",
            remedy="Pass the same day as previous_period_end, or a later one.",
        )


def _known(summary: object, before: TransactionLog) -> Frame:
    """Check the summary: its columns, a row for each customer, and its clock."""
    name = before.customer_id
    frame = read(summary, (name, *_SUMMARY))
    require_numbers(frame, _NUMBERS)
    holes: list[Rule] = []
    for column in _DATES:
        frame, missing = require_dates(frame, column)
        _refuse_zone(frame, column)
        holes += missing
    if isinstance(frame, nw.DataFrame):
        # Days are read as numbers next: a missing one would not be missing there.
        refuse(frame, holes, id_col=name)
    frame = with_day_numbers(frame, {"first_date": _FIRST, "last_date": _LAST})
    _refuse_numbers(frame, holes, before)
    require_one_row_each(frame, name)
    return frame.select(name, *_SUMMARY, _FIRST, _LAST)


def _refuse_numbers(frame: Frame, holes: list[Rule], before: TransactionLog) -> None:
    """Refuse holes, infinite numbers and another clock: in one pass where all is well.

    Which rule is broken is asked afterwards, of a summary that breaks one.
    """
    window = before.window
    age = nw.col("T") * window.unit_days - (window.end_period - nw.col(_FIRST))
    gap = nw.col("recency") * window.unit_days - (nw.col(_LAST) - nw.col(_FIRST))
    clock = Rule(
        column="T",
        broken=(age.abs() > _TOLERANCE) | (gap.abs() > _TOLERANCE),
        found="time that does not follow from the dates of the customer",
        remedy="Pass the end, the grain and the time_unit that the summary was made "
        "with.",
    )
    count = nw.col("frequency").cast(nw.Float64)
    uncounted = Rule(
        column="frequency",
        broken=(count < 0) | (count > _MOST) | (count != count.floor()),
        found=f"value that is not a whole number from 0 to {_MOST:,.0f}",
        remedy="Correct or drop these rows.",
    )
    broken = [rule.broken for rule in (*holes, clock, uncounted)]
    broken += [unsound(frame, column) for column in _NUMBERS]
    asked = {f"rule_{at}": each.any() for at, each in enumerate(broken)}
    answers = collect(frame.select(**asked))
    if any(answers[column].item() for column in asked):
        rules = [rule for column in _NUMBERS for rule in number_rules(frame, column)]
        refuse(frame, [*holes, *rules, clock, uncounted], id_col=before.customer_id)


def _refuse_zone(frame: Frame, column: str) -> None:
    zone = time_zone(frame, column)
    # Every instant of Spark has a zone, that of the session: its days are the dates.
    engine = frame.implementation
    if zone is not None and not (engine.is_pyspark() or engine.is_pyspark_connect()):
        raise InvalidTypeError(
            subject=f"column {column!r}",
            expected="days without a time zone, as rfm_summary writes them",
            got=f"the time zone {zone}",
            remedy="Convert the column to plain dates first.",
        )


def _refuse_two_kinds(known: Frame, log: TransactionLog) -> None:
    """Refuse frames that cannot be joined."""
    if is_lazy(known) != is_lazy(log.frame):
        raise InvalidTypeError(
            subject="the transactions",
            expected="a frame like the summary, lazy or in memory",
            got=type(log.frame.to_native()).__name__,
            remedy="Convert both frames to one library.",
        )
    matched_ids(known, log.frame, log.customer_id)


def _refuse_old_rows(known: Frame, before: TransactionLog, log: TransactionLog) -> None:
    day = period_start(log.date, "day")
    rows = log.frame.select(log.customer_id, day.alias(_DAY))
    early = rows.filter(nw.col(_DAY) <= before.window.end_day)
    _refuse_of_known(
        known,
        early,
        log,
        column=log.date,
        found="date on or before the previous end, of a customer in the summary",
        remedy="Pass only later rows, or summarise all transactions again.",
    )


def _refuse_old_refunds(known: Frame, log: TransactionLog, refunds: Refunds) -> None:
    """Refuse refunds that may belong to a purchase whose row is gone."""
    refund = nw.col(log.amount) < 0
    rows = log.frame.select(
        nw.col(log.customer_id),
        period_start(log.date, "day").alias(_DAY),
        period_start(log.date, log.window.grain).alias(_PERIOD),
        nw.when(refund).then(1).otherwise(0).alias(_SALE),
    ).filter(nw.col(_DAY) <= log.window.end_day)
    refunded = rows.filter(nw.col(_SALE) == 1)
    if refunds == "net":
        sold = rows.filter(nw.col(_SALE) == 0).group_by(log.customer_id)
        first = sold.agg(nw.col(_PERIOD).min().alias(_NEW))
        dated = _joined(refunded, first, log.customer_id, "left")
        refunded = dated.filter(
            nw.col(_NEW).is_null() | (nw.col(_PERIOD) < nw.col(_NEW))
        )
    _refuse_of_known(
        known,
        refunded,
        log,
        column=log.amount,
        found="refund that may belong to a purchase before the previous end",
        remedy="Summarise all transactions again.",
    )


def _refuse_of_known(
    known: Frame, rows: Frame, log: TransactionLog, *, column: str, **words: str
) -> None:
    """Refuse rows of customers who are in the summary."""
    name = log.customer_id
    # As a rule there are none, which costs less to see than all customers to read.
    if not row_count(rows):
        return
    ids, asked = matched_ids(known.select(name), rows.select(name), name)
    wrong = _joined(asked, ids, name, "semi")
    count = row_count(wrong)
    if count:
        first = collect(wrong.head(1))[name].to_list()[0]
        raise InvalidValueError(
            subject=f"column {column!r}",
            count=count,
            total=row_count(log.frame),
            first=f"customer {first!r}",
            **words,
        )


def _joined(left: Frame, right: Frame, on: str, how: Literal["left", "semi"]) -> Frame:
    # Both are eager or both lazy, which the type of a frame does not say.
    return cast("Frame", cast("Any", left).join(right, on=on, how=how))


def _together(known: Frame, added: Frame, log: TransactionLog) -> Frame:
    """Join the old histories and the new ones, and add the newcomers."""
    name = log.customer_id
    if isinstance(known, nw.DataFrame) and isinstance(added, nw.DataFrame):
        return update_in_memory.together(known, added, name, log.window)
    known, added = matched_ids(known, added, name)
    types = added.collect_schema()
    # Day numbers before the join: a customer who did not come has none afterwards.
    days = {"first_date": _FIRST_NEW, "last_date": _LAST_NEW}
    columns = (name, *_SUMMARY)
    renamed = with_day_numbers(added, days).rename(
        {column: f"{_NEW}{column}" for column in columns}
    )
    # One join reads both once. The new summary lies in memory, and DuckDB takes seconds
    # to plan a query that names such rows twice.
    both = cast("Any", known).join(
        renamed, how="full", left_on=name, right_on=f"{_NEW}{name}"
    )
    was = ~nw.col("frequency").is_null()
    # Of two files one may write days, the other instants: they are one column now.
    every = _brought_up(both, log).select(
        nw.when(was)
        .then(nw.col(column).cast(types[column]))
        .otherwise(nw.col(f"{_NEW}{column}"))
        .alias(column)
        for column in columns
    )
    return run_once(cast("Any", every))


def _brought_up(joined: Frame, log: TransactionLog) -> Frame:
    def new(column: str) -> nw.Expr:
        return nw.col(f"{_NEW}{column}")

    window = log.window
    came = ~new("frequency").is_null()
    first, last = nw.col(_FIRST), nw.col(_LAST)
    # The previous end may lie inside a period: its occasion then goes on.
    same = came & (last == nw.col(_FIRST_NEW))
    only = nw.col("frequency") == 0
    count = nw.col("frequency") + new("frequency").fill_null(0)
    repeats = count + nw.when(came & ~same).then(1).otherwise(0)
    old = nw.col("monetary_value") * nw.col("frequency")
    later = new("monetary_value") * new("frequency")
    added = nw.when(same & only).then(later).otherwise(new("total_amount"))
    spent = old + added.fill_null(0.0)
    more = nw.when(same & only).then(new("first_amount")).otherwise(0.0)
    ended = nw.when(came).then(nw.col(_LAST_NEW)).otherwise(last)
    return joined.with_columns(
        repeats.cast(nw.Int64).alias("frequency"),
        ((ended - first).cast(nw.Float64) / window.unit_days).alias("recency"),
        ((window.end_period - first).cast(nw.Float64) / window.unit_days).alias("T"),
        nw.when(repeats > 0)
        .then(spent / repeats.cast(nw.Float64))
        .otherwise(0.0)
        .alias("monetary_value"),
        nw.when(came)
        .then(new("last_date"))
        .otherwise(nw.col("last_date"))
        .alias("last_date"),
        (nw.col("first_amount") + more).alias("first_amount"),
        (nw.col("total_amount") + new("total_amount").fill_null(0.0)).alias(
            "total_amount"
        ),
    )
