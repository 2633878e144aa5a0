"""The totals of one group of customers, with intervals from its futures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..._frames import group_rows, read_eager
from ...fits import Interval, checked
from ...typing import FloatArray, IntArray, IntoDataFrame
from ..components.result_rows import without_holes
from .drawn_ends import interval_of_draws
from .model_error import ErrorTotal, ModelError
from .ranges import drawn_factors

__all__ = ["ForecastPart", "error_factors", "groups_of", "part_of"]

_ERRORS: tuple[ErrorTotal, ErrorTotal] = ("purchases", "value")
_REPEATS = 20  # errors drawn for each future: cheap, and ends that scatter less


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ForecastPart:
    """The totals to expect of one group of customers, each with its interval.

    Attributes
    ----------
    group
        The values of the columns in ``by``.
    n_customers
        How many customers.
    purchases, active, value
        The purchases to expect of them, how many of them will buy, and the value.
    resampled_purchases, resampled_active, resampled_value
        The intervals from the draws, with the error of the model.
    """

    group: tuple[str, ...]
    n_customers: int
    purchases: float
    active: float
    value: float
    resampled_purchases: Interval
    resampled_active: Interval
    resampled_value: Interval


def groups_of(
    customers: IntoDataFrame, names: Sequence[str]
) -> tuple[list[tuple[str, ...]], list[IntArray] | None]:
    """Return the values of each group, in rising order, and its rows.

    A customer without a group is refused: a group of the nameless would mix all kinds.
    """
    if not names:
        return [], None
    frame = read_eager(customers, names)
    grouped = [group_rows(without_holes(frame, name), name) for name in names]
    codes = np.stack([group.codes for group in grouped], axis=1)
    found, place = np.unique(codes, axis=0, return_inverse=True)
    ids = [group.ids.to_list() for group in grouped]
    labels = [
        tuple(str(values[code]) for values, code in zip(ids, row, strict=True))
        for row in found.tolist()
    ]
    order = np.argsort(place.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(place.ravel(), minlength=len(labels)))
    return labels, np.split(order, ends[:-1])


def error_factors(
    error: ModelError | None,
    count: int,
    *,
    horizon: float,
    rng: np.random.Generator,
    group: tuple[str, ...] = (),
    unseen: float = 0.0,
) -> tuple[FloatArray, FloatArray] | None:
    """Draw what the models miss in purchases and in money, for each future."""
    n_draws = count * _REPEATS
    drawn = [
        drawn_factors(
            error,
            n_draws,
            horizon=horizon,
            total=total,
            rng=rng,
            group=group,
            unseen=unseen,
        )
        for total in _ERRORS
    ]
    bought, paid = drawn
    return None if bought is None or paid is None else (bought, paid)


def part_of(
    group: tuple[str, ...],
    n_customers: int,
    totals: FloatArray,
    *,
    level: float,
    factors: tuple[FloatArray, FloatArray] | None,
) -> ForecastPart:
    """Return the totals of a group, with intervals that contain the error."""
    ends = [interval_of_draws(total, level) for total in totals]
    if factors is not None:
        times, money = factors
        bought, active, value = np.repeat(totals, _REPEATS, axis=1)
        wider = [
            interval_of_draws(bought * times, level),
            # More customers than there are cannot buy.
            interval_of_draws(np.minimum(active * times, n_customers), level),
            interval_of_draws(value * money, level),
        ]
        ends = [_hull(one, other) for one, other in zip(ends, wider, strict=True)]
    bought_mean, active_mean, value_mean = totals.mean(axis=1).tolist()
    return ForecastPart(
        group=group,
        n_customers=n_customers,
        purchases=bought_mean,
        active=active_mean,
        value=value_mean,
        resampled_purchases=ends[0],
        resampled_active=ends[1],
        resampled_value=ends[2],
    )


def _hull(one: Interval, other: Interval) -> Interval:
    # Draws scatter: an error that is all but 0 must not narrow what chance alone spans.
    return Interval(
        lower=min(one.lower, other.lower),
        upper=max(one.upper, other.upper),
        level=one.level,
    )
