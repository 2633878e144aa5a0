"""Why an overall rate changed: because segments changed, or because the mix did."""

import numpy as np

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
)
from ...errors import NotEnoughDataError
from ...kernels.groups import cohorts
from ...typing import FloatArray, IntoFrameT
from ..concentration.holdings import put_beside, require_present

__all__ = ["rate_change"]


def rate_change(
    before: IntoFrameT,
    after: IntoFrameT,
    *,
    segment_col: str = "segment",
    customers_col: str = "customers",
    events_col: str = "active",
) -> IntoFrameT:
    """Split the change of an overall rate into mix and rate, segment by segment.

    Retention can fall in every segment and rise overall, because the base has moved
    to better segments (Simpson's paradox). The two effects add up exactly to the
    change of the overall rate.

    Parameters
    ----------
    before, after
        A row per segment (or several; they are added up), at either time.
    segment_col
        The segment, cohort, tier or channel.
    customers_col, events_col
        How many customers, and how many of them did it: stayed, bought, answered.

    Returns
    -------
    A row per segment in the caller's library, sorted by it, with ``share_before``,
    ``share_after`` (of all customers), ``rate_before``, ``rate_after`` (missing where
    there was nobody), ``mix_effect`` and ``rate_effect``.

    Raises
    ------
    InvalidValueError
        If a number is missing or negative, or there are more events than customers.
    NotEnoughDataError
        If a side has no customers.

    Notes
    -----
    With shares w, rates r and their averages over the two times, ``rate_effect`` is
    the mean w times the change of r, ``mix_effect`` the change of w times the mean r
    less the mean overall rate. A segment absent on one side changes mix only.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> last = pd.DataFrame({
    ...     "segment": ["app", "web"], "customers": [100, 300], "active": [80, 120],
    ... })
    >>> this = pd.DataFrame({
    ...     "segment": ["app", "web"], "customers": [300, 100], "active": [231, 38],
    ... })
    >>> found = ck.segments.rate_change(last, this)
    >>> found[["segment", "rate_before", "rate_after", "mix_effect", "rate_effect"]]
      segment  rate_before  rate_after  mix_effect  rate_effect
    0     app          0.8        0.77      0.0994       -0.015
    1     web          0.4        0.38      0.0981       -0.010
    """
    columns = (segment_col, customers_col, events_col)
    first, second = _summed(before, columns), _summed(after, columns)
    names = sorted(set(first) | set(second), key=lambda name: (str(type(name)), name))
    n1, k1 = _aligned(first, names)
    n2, k2 = _aligned(second, names)
    w1, w2 = n1 / n1.sum(), n2 / n2.sum()
    r1, r2 = _rate(k1, n1), _rate(k2, n2)
    # Where a side is empty, its rate is that of the other: nothing changed there.
    rates = np.where(n1 > 0, r1, r2), np.where(n2 > 0, r2, r1)
    mix, rate = cohorts.mix_and_rate((w1, rates[0]), (w2, rates[1]))
    table: dict[str, np.ndarray] = {
        segment_col: np.array(names),
        "share_before": w1,
        "share_after": w2,
        "rate_before": r1,
        "rate_after": r2,
        "mix_effect": mix,
        "rate_effect": rate,
    }
    holes = ["rate_before", "rate_after"]
    return native(put_beside(read(before, ()), table, holes=holes), before)


def _summed(
    frame: object, columns: tuple[str, str, str]
) -> dict[object, tuple[float, float]]:
    segment, customers, events = columns
    opened = read(frame, columns)
    require_numbers(opened, [customers, events])
    require_present(opened, segment)
    refuse(opened, _rules(opened, customers, events))
    grouped = opened.select(*columns).group_by(segment)
    found = collect(grouped.agg(nw.col(customers).sum(), nw.col(events).sum()))
    n, k = numbers(found, customers), numbers(found, events)
    if not n.sum():
        raise NotEnoughDataError(
            needed="customers at both times",
            got="0 at one of them",
            remedy="Pass the segments of a base that has customers.",
        )
    pairs = zip(n.tolist(), k.tolist(), strict=True)
    return dict(zip(found[segment].to_list(), pairs, strict=True))


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
    sums: dict[object, tuple[float, float]], names: list[object]
) -> tuple[FloatArray, FloatArray]:
    pairs = np.array([sums.get(name, (0.0, 0.0)) for name in names])
    return pairs[:, 0], pairs[:, 1]


def _rate(events: FloatArray, customers: FloatArray) -> FloatArray:
    known = customers > 0
    return np.where(known, events / np.where(known, customers, 1.0), np.nan)
