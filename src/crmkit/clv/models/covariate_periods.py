"""Covariates that hold from one day to the next change, of all customers or of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..._dates import iso_text
from ..._frames import (
    EagerFrame,
    collect,
    column_names,
    day_numbers,
    group_rows,
    id_rules,
    matched_ids,
    numbers,
    nw,
    read_eager,
    refuse,
    require_dates,
    require_ids,
)
from ...errors import InvalidValueError
from ...typing import FloatArray, IntArray, IntoDataFrame
from .covariate_columns import covariate_rules

__all__ = ["CovariatePeriods", "covariate_periods"]

_ENDLESS = 2**40  # days: a day after all
_LAST = 2_932_896  # 9999-12-31, the last day that has a name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CovariatePeriods:
    """The covariates of every customer over time.

    Customers who share all periods and values share a path. Periods of length 0 fill
    the paths that have fewer.

    Attributes
    ----------
    path
        Of each customer, in the order of the frame they came in.
    begin
        Number of the day on which each period of a path begins, and the first day after
        the last one.
    values
        Covariates by path, period and column.
    """

    path: IntArray
    begin: IntArray
    values: FloatArray

    def days(
        self, path: IntArray, after: IntArray, until: IntArray | FloatArray
    ) -> FloatArray:
        """Return the days of each period after one day, up to and including another."""
        # A day's covariates hold over the time that ends with it, as a day's season.
        last, first = self.begin[path, 1:] - 1, self.begin[path, :-1] - 1
        inside = np.minimum(last, until[:, None]) - np.maximum(first, after[:, None])
        return np.asarray(np.maximum(inside, 0), np.float64)

    def at(self, path: IntArray, day: IntArray) -> FloatArray:
        """Return the covariates of a path on a day, one row for each pair."""
        size = self.begin.shape[1]
        low = int(self.begin.min())
        width = int(max(day.max(initial=low), self.begin[:, :-1].max()) - low) + 2
        starts = np.minimum(self.begin - low, width - 1)
        keys = (starts + width * np.arange(self.begin.shape[0])[:, None]).ravel()
        found = np.searchsorted(keys, (day - low) + width * path, side="right") - 1
        return np.asarray(self.values[path, np.minimum(found - size * path, size - 2)])

    def require(self, first: IntArray, end: int, *, column: str) -> None:
        """Refuse customers whose periods begin too late or end too early."""
        begin = self.begin[self.path]
        late = np.flatnonzero(begin[:, 0] > first + 1)
        if late.size:
            at = int(late[0])
            raise InvalidValueError(
                subject=f"column {column!r} of the covariates",
                found="customer whose first purchase lies before the first period",
                count=late.size,
                total=self.path.size,
                first=f"purchase of {iso_text(int(first[at]))}, first period of "
                f"{iso_text(int(begin[at, 0]))}",
                remedy="Add the earlier periods.",
            )
        early = np.flatnonzero(begin[:, -1] <= end)
        if early.size:
            known = int(begin[int(early[0]), -1]) - 1
            raise InvalidValueError(
                subject=f"column {column!r} of the covariates",
                found=f"customer whose periods end before {_named(end)}",
                count=early.size,
                total=self.path.size,
                first=f"periods until {iso_text(known)}",
                remedy="Add the later periods: the last one is taken to last as long "
                "as the longest before it.",
            )


def _named(day: int) -> str:
    return iso_text(day) if day <= _LAST else "the end of the horizon"


def covariate_periods(
    covariates: IntoDataFrame,
    customers: EagerFrame,
    *,
    names: Sequence[str],
    period_start_col: str,
    customer_id_col: str,
) -> CovariatePeriods:
    """Read covariates of periods: common ones, or of each customer by its id."""
    opened = read_eager(covariates, (period_start_col, *names))
    own = customer_id_col in column_names(opened)
    dated, rules = require_dates(opened, period_start_col)
    refuse(dated, [*rules, *covariate_rules(names)(dated)])
    frame = collect(dated)
    if not len(frame):
        raise InvalidValueError(
            subject="argument 'covariates'",
            found="a frame without rows",
            remedy="Pass one row for each period.",
        )
    who, of = _owners(frame, customers, customer_id_col if own else None)
    start = day_numbers(frame, period_start_col)
    order = np.lexsort((start, who))
    who, start = who[order], start[order]
    values = np.stack([numbers(frame, name)[order] for name in names], axis=1)
    _refuse_twice(who, start, column=period_start_col, own=own)
    return _paths(who, start, values, of)


def _owners(
    frame: EagerFrame, customers: EagerFrame, id_col: str | None
) -> tuple[IntArray, IntArray]:
    """Return the number of the owner of each row, and that of each customer."""
    if id_col is None:
        return np.zeros(len(frame), np.int64), np.zeros(len(customers), np.int64)
    require_ids(frame, id_col)
    refuse(frame, id_rules(frame, id_col))
    require_ids(customers, id_col)
    pair = matched_ids(customers, frame, id_col)
    ids = [collect(each).select(id_col) for each in pair]
    codes = group_rows(nw.concat(ids, how="vertical"), id_col).codes
    of, who = codes[: len(customers)], codes[len(customers) :]
    known = np.zeros(int(codes.max()) + 1, np.bool_)
    known[who] = True
    lost = np.flatnonzero(~known[of])
    if lost.size:
        name = customers[id_col][lost[:1]].to_list()[0]
        raise InvalidValueError(
            subject="argument 'covariates'",
            found="customer without a row",
            count=lost.size,
            total=len(customers),
            first=f"customer {name!r}",
            remedy="Add their periods.",
        )
    # Rows of others do no harm: they stay without a customer.
    rank = np.cumsum(known) - 1
    return rank[who], rank[of]


def _refuse_twice(who: IntArray, start: IntArray, *, column: str, own: bool) -> None:
    twice = np.flatnonzero((np.diff(who) == 0) & (np.diff(start) == 0))
    if twice.size:
        raise InvalidValueError(
            subject=f"column {column!r}",
            found="period that begins twice" + (" for one customer" if own else ""),
            count=twice.size,
            total=start.size,
            first=iso_text(int(start[twice[0]])),
            remedy="Keep one row for each period.",
        )


def _paths(
    who: IntArray, start: IntArray, values: FloatArray, of: IntArray
) -> CovariatePeriods:
    """Pack sorted rows into one path for each distinct course of covariates."""
    heads = np.flatnonzero(np.diff(who, prepend=-1))
    ends = np.append(heads[1:], who.size)
    close = np.full(heads.size, _ENDLESS, np.int64)
    gaps = np.where(np.diff(who) == 0, np.diff(start), 0)
    several = ends - heads > 1
    longest = np.maximum.reduceat(np.append(gaps, 0), heads)
    close[several] = start[ends[several] - 1] + longest[several]
    # Neighbouring periods of equal values are one.
    kept = np.ones(who.size, np.bool_)
    kept[1:] = (np.diff(who) != 0) | np.any(values[1:] != values[:-1], axis=1)
    who, start, values = who[kept], start[kept], values[kept]
    heads = np.flatnonzero(np.diff(who, prepend=-1))
    ends = np.append(heads[1:], who.size)
    found: dict[bytes, int] = {}
    path = np.empty(heads.size, np.int64)
    rows: list[int] = []
    for at, (head, end) in enumerate(zip(heads.tolist(), ends.tolist(), strict=True)):
        key = start[head:end].tobytes() + values[head:end].tobytes()
        path[at] = found.setdefault(key + close[at].tobytes(), len(rows))
        if path[at] == len(rows):
            rows.append(at)
    most = int((ends - heads)[rows].max())
    begin = np.repeat(close[rows][:, None], most + 1, axis=1)
    table = np.zeros((len(rows), most, values.shape[1]))
    for number, at in enumerate(rows):
        size = ends[at] - heads[at]
        begin[number, :size] = start[heads[at] : ends[at]]
        table[number, :size] = values[heads[at] : ends[at]]
        table[number, size:] = values[ends[at] - 1]
    return CovariatePeriods(path=path[of], begin=begin, values=table)
