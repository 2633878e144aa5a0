"""Why the retention of a mixed base rises although nobody's does."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import whole
from ..._frames import (
    Rule,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...typing import FloatArray, IntoFrame

__all__ = ["AggregationBias", "aggregation_bias"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class AggregationBias:
    """The pooled retention of segments that each keep their customers at one rate.

    Attributes
    ----------
    retention
        The pooled rate at renewals 1, 2, ...: it rises, for the weaker segments shrink.
    sorting
        How much of each step up comes from the mix: all of it, since no segment's rate
        moves. The first entry is 0.
    expected_lifetime
        Periods to expect of a new customer, segment by segment: sum of share / churn.
    naive_lifetime
        What one over the pooled churn of the first renewal would say; too low.
    """

    retention: tuple[float, ...]
    sorting: tuple[float, ...]
    expected_lifetime: float | None
    naive_lifetime: float | None

    def to_dict(self) -> dict[str, object]:
        """Return the measure as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "AggregationBias":
        """Build the measure from its JSON document."""
        return from_document(cls, document)


def aggregation_bias(
    segments: IntoFrame,
    *,
    renewals: int,
    customers_col: str = "customers",
    retention_col: str = "retention",
) -> AggregationBias:
    """Measure what pooling segments of unequal retention does to the curve.

    Fader and Hardie (2010) show that a value computed from the pooled retention rate is
    biased downwards: customers who differ are worth more together than one average
    customer times their number.

    Parameters
    ----------
    segments
        One row per segment.
    renewals
        How many renewals to follow.
    customers_col, retention_col
        The size of the segment at the start, and the share it keeps at every renewal.

    Returns
    -------
    AggregationBias
        The pooled curve and both lifetimes; a lifetime that is endless is None.

    Raises
    ------
    InvalidValueError
        If a retention is no share, or a size is negative.

    Examples
    --------
    Two thirds of the customers stay at 90 %, one third at 60 %:

    >>> import pandas as pd
    >>> segments = pd.DataFrame({"customers": [2, 1], "retention": [0.9, 0.6]})
    >>> bias = aggregation_bias(segments, renewals=5)
    >>> [round(r, 4) for r in bias.retention]
    [0.8, 0.825, 0.8455, 0.8613, 0.873]
    >>> round(bias.expected_lifetime, 2), round(bias.naive_lifetime, 2)
    (7.5, 5.0)
    """
    columns = (customers_col, retention_col)
    frame = read_eager(segments, columns)
    require_numbers(frame, columns)
    above = Rule(
        column=retention_col,
        broken=nw.col(retention_col) > 1,
        found="value above 1",
        remedy="Pass the share kept, from 0 to 1.",
    )
    rules = [r for c in columns for r in number_rules(frame, c, sign="nonnegative")]
    refuse(frame, [*rules, above])
    size, kept = numbers(frame, customers_col), numbers(frame, retention_col)
    if not size.sum() > 0:
        raise NotEnoughDataError(
            needed="customers", got="0", remedy="Pass a segment with customers."
        )
    there = size > 0
    size, kept = size[there], kept[there]
    return _pooled(size / size.sum(), kept, whole("renewals", renewals, at_least=1))


def _pooled(share: FloatArray, kept: FloatArray, renewals: int) -> AggregationBias:
    alive = share * kept ** np.arange(renewals + 1)[:, None]
    total = alive.sum(axis=1)
    seen = total[:-1] > 0
    rates = (total[1:][seen] / total[:-1][seen]).tolist()
    endless = bool(np.any(kept == 1))
    lost = float(share @ (1 - kept))
    return AggregationBias(
        retention=tuple(rates),
        sorting=(0.0, *np.diff(rates).tolist()),
        expected_lifetime=None if endless else float(share @ (1 / (1 - kept))),
        naive_lifetime=1 / lost if lost > 0 else None,
    )
