"""Why the retention of a mixed base rises although that of no segment does."""

from dataclasses import dataclass

import numpy as np

from ..._check import MOST_REPEATS, whole
from ..._frames import (
    number_rules,
    numbers,
    probability_rules,
    read_eager,
    refuse,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...fits import JsonResult, checked
from ...typing import FloatArray, IntoFrame

__all__ = ["AggregationBias", "aggregation_bias"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class AggregationBias(JsonResult):
    """The pooled retention of segments that each keep a constant share of customers.

    Attributes
    ----------
    retention
        The pooled rate at renewals 1, 2, ...: it rises, because the share of segments
        with low retention falls.
    sorting
        The part of each rise that comes from the mix: all of it, since the rate of each
        segment is constant. The first entry is 0.
    expected_lifetime
        The expected periods of a new customer, segment by segment: the sum of share /
        churn. None if a segment never loses a customer.
    naive_lifetime
        One over the pooled churn of the first renewal, which is too low. None if no
        customer is lost.
    """

    retention: tuple[float, ...]
    sorting: tuple[float, ...]
    expected_lifetime: float | None = None
    naive_lifetime: float | None = None


def aggregation_bias(
    segments: IntoFrame,
    *,
    renewals: int,
    n_customers_col: str = "n_customers",
    retention_col: str = "retention",
) -> AggregationBias:
    """Measure how pooling segments of unequal retention biases retention and lifetime.

    Fader and Hardie (2010) show that a value computed from the pooled retention rate is
    biased downwards: customers who differ are worth more together than one average
    customer times their number.

    Parameters
    ----------
    segments
        One row per segment.
    renewals
        The number of renewals to follow.
    n_customers_col, retention_col
        The customers of the segment at the start, and the share it keeps at every
        renewal.

    Returns
    -------
    AggregationBias
        The pooled curve and both lifetimes.

    Raises
    ------
    InvalidValueError
        If a retention is outside 0 to 1, or a number of customers is negative.

    Examples
    --------
    Two thirds of the customers stay at 90%, one third at 60%:

    >>> import pandas as pd
    >>> segments = pd.DataFrame({"n_customers": [2, 1], "retention": [0.9, 0.6]})
    >>> bias = aggregation_bias(segments, renewals=5)
    >>> [round(r, 4) for r in bias.retention]
    [0.8, 0.825, 0.8455, 0.8613, 0.873]
    >>> round(bias.expected_lifetime, 2), round(bias.naive_lifetime, 2)
    (7.5, 5.0)
    """
    columns = (n_customers_col, retention_col)
    frame = read_eager(segments, columns)
    require_numbers(frame, columns)
    counted = number_rules(frame, n_customers_col, sign="nonnegative")
    refuse(frame, [*counted, *probability_rules(frame, retention_col)])
    size, kept = numbers(frame, n_customers_col), numbers(frame, retention_col)
    if not size.sum() > 0:
        raise NotEnoughDataError(
            needed="customers", got="0", remedy="Pass a segment with customers."
        )
    there = size > 0
    size, kept = size[there], kept[there]
    return _pooled(
        size / size.sum(),
        kept,
        whole("renewals", renewals, at_least=1, at_most=MOST_REPEATS),
    )


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
