"""From answers to customers: whose they are, and which one counts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import whole
from ..._dates import day_number
from ..._frames import (
    EagerFrame,
    Frame,
    collect,
    day_numbers,
    epoch_day,
    group_rows,
    id_rules,
    native,
    nw,
    read,
    refuse,
    require_dates,
    require_ids,
    time_zone,
)
from ...errors import InvalidTypeError
from ...fits import checked, from_document, to_document
from ...typing import Day, IntArray, IntoFrame, IntoFrameT

__all__ = ["MatchReport", "latest_responses", "match_respondents"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class MatchReport:
    """Whether those who answered are customers, and how many customers answered.

    Attributes
    ----------
    responses, respondents
        Answers, and distinct ids among them.
    matched, unmatched
        Respondents who are among the customers, and who are not.
    responses_unmatched
        Answers of the latter: a join would lose them.
    customers, silent
        All customers, and those without an answer.
    first_unmatched
        One id that matches nobody, None when all do.
    """

    responses: int
    respondents: int
    matched: int
    unmatched: int
    responses_unmatched: int
    customers: int
    silent: int
    first_unmatched: str | None = None

    @property
    def response_rate(self) -> float:
        """Share of the customers who answered, 0 to 1."""
        return self.matched / self.customers if self.customers else 0.0

    def to_dict(self) -> dict[str, object]:
        """Return the report as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "MatchReport":
        """Build the report from its JSON document."""
        return from_document(cls, document)


def match_respondents(
    responses: IntoFrame, *, customers: IntoFrame, customer_id_col: str = "customer_id"
) -> MatchReport:
    """Count whose answers belong to a customer, before a join drops some silently.

    Parameters
    ----------
    responses
        One row per answer.
    customers
        One row per customer, in the same library.
    customer_id_col
        The id column of both.

    Returns
    -------
    MatchReport
        Matched, unmatched and silent, with an example.

    Raises
    ------
    InvalidValueError
        If an id is missing or blank.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"customer_id": ["a", "a", "x"], "score": [9, 3, 7]})
    >>> base = pd.DataFrame({"customer_id": ["a", "b"]})
    >>> report = match_respondents(answers, customers=base)
    >>> report.matched, report.unmatched, report.silent, report.first_unmatched
    (1, 1, 1, "'x'")
    """
    answered = _ids(responses, customer_id_col)
    known = _ids(customers, customer_id_col)
    _require_one_kind(answered, known, customer_id_col)
    answers = answered[customer_id_col].to_list()
    respondents = set(answers)
    base = set(known[customer_id_col].to_list())
    lost = respondents - base
    first = next((repr(one) for one in answers if one in lost), None)
    return MatchReport(
        responses=len(answers),
        respondents=len(respondents),
        matched=len(respondents & base),
        unmatched=len(lost),
        responses_unmatched=sum(one in lost for one in answers),
        customers=len(base),
        silent=len(base - respondents),
        first_unmatched=first,
    )


def _ids(frame: IntoFrame, customer_id_col: str) -> EagerFrame:
    opened = read(frame, (customer_id_col,))
    require_ids(opened, customer_id_col)
    refuse(opened, id_rules(opened, customer_id_col))
    return collect(opened.select(customer_id_col))


def _require_one_kind(first: EagerFrame, second: EagerFrame, column: str) -> None:
    kinds = [frame[column].dtype.is_numeric() for frame in (first, second)]
    if len(first) and len(second) and kinds[0] != kinds[1]:
        raise InvalidTypeError(
            subject=f"column {column!r}",
            expected="ids of one type in both frames",
            got=f"{first[column].dtype} and {second[column].dtype}",
            remedy="Convert one of them: 1 and '1' are different ids.",
        )


def latest_responses(
    responses: IntoFrameT,
    *,
    as_of: Day,
    window_days: int | None = None,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
) -> IntoFrameT:
    """Keep each customer's latest answer, perhaps only if it is recent.

    Parameters
    ----------
    responses
        One row per answer.
    as_of
        The last day that counts, inclusive: what came later is not known yet.
    window_days
        How many days up to ``as_of`` an answer stays valid; None: for ever.
    customer_id_col, date_col
        Who answered, and when.

    Returns
    -------
    The rows that count, all columns kept: one per customer, of answers on one day the
    one that stands last. Sorted by customer; a lazy frame stays lazy and unsorted, and
    keeps all answers of a customer's last day, for an engine knows no last row.

    Raises
    ------
    InvalidValueError
        If an id or a date is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-03-01", "2023-06-01"]),
    ...     "score": [3, 9, 10],
    ... })
    >>> latest_responses(answers, as_of="2024-03-31", window_days=90)
      customer_id       date  score
    1           a 2024-03-01      9
    """
    opened = read(responses, (customer_id_col, date_col))
    require_ids(opened, customer_id_col)
    frame, dates = require_dates(opened, date_col)
    refuse(frame, [*id_rules(frame, customer_id_col), *dates], id_col=customer_id_col)
    end = day_number("as_of", as_of, zone=time_zone(frame, date_col))
    start = None if window_days is None else end - whole("window_days", window_days)
    if isinstance(frame, nw.LazyFrame):
        kept: Frame = _latest_in_engine(frame, customer_id_col, date_col, start, end)
    else:
        rows = _latest_rows(frame, customer_id_col, date_col, start, end)
        # The caller's own rows: dates read from text stay text.
        kept = collect(opened)[rows]
    return native(kept, responses)


def _latest_rows(
    frame: EagerFrame, customer_id_col: str, date_col: str, start: int | None, end: int
) -> IntArray:
    day = day_numbers(frame, date_col)
    inside = np.flatnonzero((day <= end) & (start is None or day > start))
    code = group_rows(frame, customer_id_col).codes[inside]
    order = np.lexsort((inside, day[inside], code))
    last = np.append(np.diff(code[order]) != 0, inside.size > 0)[: inside.size]
    rows: IntArray = inside[order][last]
    return rows


def _latest_in_engine(
    frame: Frame, customer_id_col: str, date_col: str, start: int | None, end: int
) -> Frame:
    dated = frame.with_columns(epoch_day(date_col).alias("crmkit_day"))
    kept = dated.filter(nw.col("crmkit_day") <= end)
    if start is not None:
        kept = kept.filter(nw.col("crmkit_day") > start)
    last = nw.col("crmkit_day").max().over(customer_id_col).alias("crmkit_last")
    latest = kept.with_columns(last).filter(
        nw.col("crmkit_day") == nw.col("crmkit_last")
    )
    return latest.drop("crmkit_day", "crmkit_last")
