"""The change of an overall rate, split into change of mix and change of rates."""

from collections.abc import Sequence

import numpy as np

from ..._check import names_given
from ..._frames import (
    Frame,
    Rule,
    collect,
    native,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
    require_present,
    result_table,
)
from ...errors import NotEnoughDataError
from ...kernels.groups import cohorts
from ...typing import FloatArray, IntoFrameT

__all__ = ["rate_change"]

_Segment = tuple[object, ...]
_CUSTOMERS, _EVENTS = "crmkit_customers", "crmkit_events"


def rate_change(
    before: IntoFrameT,
    after: IntoFrameT,
    *,
    by: str | Sequence[str] = "segment",
    n_customers_col: str = "n_customers",
    events_col: str = "active",
) -> IntoFrameT:
    """Split the change of an overall rate into mix and rate, segment by segment.

    Retention can fall in every segment and rise overall, because the base has moved
    to better segments (Simpson's paradox). The two effects add up exactly to the
    change of the overall rate.

    Parameters
    ----------
    before, after
        One row per segment at each of the two times; several rows are added up.
    by
        The column, or columns, of segments, cohorts, tiers or channels.
    n_customers_col, events_col
        Number of customers, and how many of them stayed, bought or answered.

    Returns
    -------
    A row per segment in the caller's library, sorted by it, with ``share_before`` and
    ``share_after`` (of all customers), ``rate_before`` and ``rate_after`` (missing if
    the segment had no customers), ``mix_effect`` and ``rate_effect``.

    Raises
    ------
    InvalidValueError
        If a number is missing or negative, or there are more events than customers.
    NotEnoughDataError
        If there are no customers at one of the two times.

    Notes
    -----
    With shares w, rates r and their averages over the two times, ``rate_effect`` is
    the mean w times the change of r, and ``mix_effect`` the change of w times the
    difference between the mean r and the mean overall rate. A segment that is absent
    at one time changes the mix only.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> last = pd.DataFrame({
    ...     "segment": ["app", "web"], "n_customers": [100, 300], "active": [80, 120],
    ... })
    >>> this = pd.DataFrame({
    ...     "segment": ["app", "web"], "n_customers": [300, 100], "active": [231, 38],
    ... })
    >>> found = ck.segments.rate_change(last, this)
    >>> found[["segment", "rate_before", "rate_after", "mix_effect", "rate_effect"]]
      segment  rate_before  rate_after  mix_effect  rate_effect
    0     app          0.8        0.77      0.0994       -0.015
    1     web          0.4        0.38      0.0981       -0.010
    """
    groups = names_given("by", by)
    read_from = [*groups, n_customers_col, events_col]
    opened = read(before, read_from)
    first = _summed(opened, groups, n_customers_col, events_col)
    second = _summed(read(after, read_from), groups, n_customers_col, events_col)
    names = sorted(set(first) | set(second), key=_by_type)
    n1, k1 = _aligned(first, names)
    n2, k2 = _aligned(second, names)
    w1, w2 = n1 / n1.sum(), n2 / n2.sum()
    r1, r2 = _rate(k1, n1), _rate(k2, n2)
    # A segment that is absent at one time has no rate there: it changes the mix only.
    rates = np.where(n1 > 0, r1, r2), np.where(n2 > 0, r2, r1)
    mix, rate = cohorts.mix_and_rate((w1, rates[0]), (w2, rates[1]))
    table: dict[str, np.ndarray] = {
        name: np.array(values)
        for name, values in zip(groups, zip(*names, strict=True), strict=True)
    }
    table |= {
        "share_before": w1,
        "share_after": w2,
        "rate_before": r1,
        "rate_after": r2,
        "mix_effect": mix,
        "rate_effect": rate,
    }
    holes = ["rate_before", "rate_after"]
    return native(result_table(opened, table, holes=holes), before)


def _by_type(name: _Segment) -> list[tuple[str, object]]:
    # Texts and numbers do not compare: each kind is sorted on its own.
    return [(str(type(part)), part) for part in name]


def _summed(
    opened: Frame, groups: list[str], customers: str, events: str
) -> dict[_Segment, tuple[float, float]]:
    require_numbers(opened, [customers, events])
    require_present(opened, *groups)
    refuse(opened, _rules(opened, customers, events))
    # Under other names: one column may be given twice, and no frame holds it twice.
    named = {_CUSTOMERS: nw.col(customers), _EVENTS: nw.col(events)}
    grouped = opened.select(*groups, **named).group_by(*groups)
    found = collect(grouped.agg(nw.col(_CUSTOMERS).sum(), nw.col(_EVENTS).sum()))
    n, k = numbers(found, _CUSTOMERS), numbers(found, _EVENTS)
    if not n.sum():
        raise NotEnoughDataError(
            needed="customers at both times",
            got="0 at one of them",
            remedy="Pass segments that have customers at both times.",
        )
    segments = zip(*(found[name].to_list() for name in groups), strict=True)
    return dict(zip(segments, zip(n.tolist(), k.tolist(), strict=True), strict=True))


def _rules(frame: Frame, customers: str, events: str) -> list[Rule]:
    rules = [
        rule
        for column in (customers, events)
        for rule in number_rules(frame, column, sign="nonnegative")
    ]
    rules.append(
        Rule(
            column=events,
            broken=nw.col(events) > nw.col(customers),
            found=f"value above {customers!r}",
            remedy="Count each customer once.",
        )
    )
    return rules


def _aligned(
    sums: dict[_Segment, tuple[float, float]], names: list[_Segment]
) -> tuple[FloatArray, FloatArray]:
    pairs = np.array([sums.get(name, (0.0, 0.0)) for name in names])
    return pairs[:, 0], pairs[:, 1]


def _rate(events: FloatArray, customers: FloatArray) -> FloatArray:
    known = customers > 0
    return np.where(known, events / np.where(known, customers, 1.0), np.nan)
