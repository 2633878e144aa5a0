"""Covariates that change over time, and how they bend the time of a customer.

Covariates are constant within a period. They multiply a rate by ``exp(effect' z)``, so
the integral of a rate over time is a sum of one term per period: time at another pace.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = ["BentTime", "PathHistories", "bent_time"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PathHistories:
    """Distinct histories, each with its path of covariates.

    Attributes
    ----------
    frequency, weights
        Repeat purchases, and customers.
    path
        For each history, the row of its path.
    before, after
        Time of each period up to the last purchase, and from there to the end of
        observation: one row per history, one column per period of a path.
    rate, dropout
        Covariates of the purchase rate and of the dropout, by path and period.
    bought
        Sum of the covariates of the rate over all repeat purchases of all customers.
    """

    frequency: FloatArray
    weights: FloatArray
    path: IntArray
    before: FloatArray
    after: FloatArray
    rate: FloatArray
    dropout: FloatArray
    bought: FloatArray

    def rows(self, some: slice) -> "PathHistories":
        """Return some of the histories."""
        return PathHistories(
            frequency=self.frequency[some],
            weights=self.weights[some],
            path=self.path[some],
            before=self.before[some],
            after=self.after[some],
            rate=self.rate,
            dropout=self.dropout,
            bought=self.bought,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BentTime:
    """Time at the pace of covariates since the first purchase.

    Attributes
    ----------
    pace
        By history and period.
    begin
        At the begin of each period, or at the last purchase where that is later; one
        more column for the end of observation.
    begin_slope
        Its derivatives on the effects, along a third axis.
    """

    pace: FloatArray
    begin: FloatArray
    begin_slope: FloatArray

    @property
    def end(self) -> FloatArray:
        """At the end of observation."""
        return np.asarray(self.begin[:, -1])

    @property
    def end_slope(self) -> FloatArray:
        """The derivatives of the end on the effects."""
        return np.asarray(self.begin_slope[:, -1])


def bent_time(
    histories: PathHistories, covariates: FloatArray, effects: FloatArray
) -> BentTime:
    """Measure the time of each history at the pace of its covariates.

    Parameters
    ----------
    histories
        Histories and their periods.
    covariates
        Either covariates of the histories, by path and period.
    effects
        One per covariate.
    """
    pace = np.exp(covariates @ effects)[histories.path]
    table = covariates[histories.path]
    before, after = pace * histories.before, pace * histories.after
    # Sums within one history: those of other histories would leave their rounding.
    slopes = [
        _cumulated(before * table[:, :, at], after * table[:, :, at])
        for at in range(effects.size)
    ]
    shape = (*after.shape[:1], after.shape[1] + 1, 0)
    return BentTime(
        pace=pace,
        begin=_cumulated(before, after),
        begin_slope=np.stack(slopes, axis=2) if slopes else np.empty(shape),
    )


def _cumulated(before: FloatArray, after: FloatArray) -> FloatArray:
    steps = np.concatenate([before.sum(axis=1, keepdims=True), after], axis=1)
    return np.asarray(np.cumsum(steps, axis=1))
