"""Likelihoods whose parameters move with covariates, from likelihoods whose do not.

A model has a few log-parameters. Covariates shift one of them linearly (the pace of
purchases or of death, the scale of spend), or the mean chance to leave on its logit.
Customers of equal covariates are a *group*: given the derivatives of the likelihood of
each group on its log-parameters, those on the base parameters and the coefficients
follow by the chain rule. A group may be one customer, or a hundred thousand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.special import expit

from ...typing import FloatArray, IntArray
from ..base.newton import Derivatives, Objective, out_of_reach
from ..base.special import log1p_exp

__all__ = ["ByGroup", "Shifts", "by_pattern", "objective_with_covariates"]

# Maps log-parameters (groups, m) to the total, slopes (groups, m) and (groups, m, m).
ByGroup: TypeAlias = Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shifts:
    """Which log-parameters covariates move, and the covariates of each group.

    Attributes
    ----------
    size
        Number of log-parameters without covariates.
    linear
        Position of a log-parameter, and the columns that, times their coefficients,
        are added to it.
    logit
        Positions of ``a`` and ``b``, and the columns that are added to the logit of
        ``a / (a + b)``, while ``a + b`` stays; or None.

    Notes
    -----
    Coefficients follow the log-parameters, in the order of ``linear`` and then
    ``logit``.
    """

    size: int
    linear: Sequence[tuple[int, FloatArray]] = ()
    logit: tuple[int, int, FloatArray] | None = None

    @property
    def width(self) -> int:
        """Number of log-parameters and coefficients together."""
        tables = [x for _, x in self.linear]
        if self.logit is not None:
            tables.append(self.logit[2])
        return self.size + sum(int(x.shape[1]) for x in tables)

    def parameters(self, point: FloatArray) -> FloatArray:
        """Return the log-parameters of each group: (groups, size)."""
        found = np.tile(point[: self.size], (self.groups, 1))
        at = self.size
        for position, x in self.linear:
            # With no effect nothing is added, not even a rounding.
            found[:, position] += x @ point[at : at + x.shape[1]]
            at += x.shape[1]
        if self.logit is not None:
            first, second, x = self.logit
            base = point[first] - point[second]
            moved = base + x @ point[at:]
            found[:, first] += (moved - base) - (log1p_exp(moved) - log1p_exp(base))
            found[:, second] -= log1p_exp(moved) - log1p_exp(base)
        return found

    @property
    def groups(self) -> int:
        """Number of groups of equal covariates."""
        table = self.linear[0][1] if self.logit is None else self.logit[2]
        return int(table.shape[0])


def by_pattern(objectives: Sequence[Objective]) -> ByGroup:
    """Ask each group's own summed likelihood: few groups of many customers."""

    def derivatives(points: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        found = [of(point) for of, point in zip(objectives, points, strict=True)]
        return (
            float(sum(value for value, _, _ in found)),
            np.stack([slope for _, slope, _ in found]),
            np.stack([bend for _, _, bend in found]),
        )

    return derivatives


def objective_with_covariates(by_group: ByGroup, shifts: Shifts) -> Objective:
    """Return the total log-likelihood, differentiated by parameters and effects."""

    def derivatives(point: FloatArray) -> Derivatives:
        points = shifts.parameters(point)
        # Along an effect that the data leave open the search would run on for ever.
        if nowhere := out_of_reach(shifts.width, points):
            return nowhere
        value, slopes, bends = by_group(points)
        slope, bend = np.zeros(shifts.width), np.zeros((shifts.width, shifts.width))
        designs = _designs(shifts, point)
        for i, (places, design) in enumerate(designs):
            slope[places] += design.T @ slopes[:, i]
            for j, (others, other) in enumerate(designs):
                bend[np.ix_(places, others)] += design.T @ (
                    bends[:, i, j, None] * other
                )
        if shifts.logit is not None:
            bend += _logit_curvature(shifts, point, slopes)
        return value, slope, bend

    return derivatives


def _designs(shifts: Shifts, point: FloatArray) -> list[tuple[IntArray, FloatArray]]:
    """Differentiate each log-parameter: where it depends, and how, by group."""
    groups = shifts.groups
    one = np.ones((groups, 1))
    designs = [(np.array([i]), one) for i in range(shifts.size)]
    at = shifts.size
    for position, x in shifts.linear:
        places, known = designs[position]
        more = np.arange(at, at + x.shape[1])
        designs[position] = (
            np.concatenate([places, more]),
            np.concatenate([known, x], axis=1),
        )
        at += x.shape[1]
    if shifts.logit is not None:
        first, second, x = shifts.logit
        places = np.array([first, second, *range(at, at + x.shape[1])])
        base, moved = _leaving(shifts, point)
        size = np.concatenate([[base, 1.0 - base], np.zeros(x.shape[1])])
        pull = np.concatenate([one, -one, x], axis=1)
        designs[first] = places, size + (1.0 - moved)[:, None] * pull
        designs[second] = places, size - moved[:, None] * pull
    return designs


def _leaving(shifts: Shifts, point: FloatArray) -> tuple[float, FloatArray]:
    """Return the mean chance to leave without and with the covariates."""
    assert shifts.logit is not None  # noqa: S101 - asked by who knows
    first, second, x = shifts.logit
    base = point[first] - point[second]
    effects = point[shifts.width - x.shape[1] :]
    return float(expit(base)), expit(base + x @ effects)


def _logit_curvature(
    shifts: Shifts, point: FloatArray, slopes: FloatArray
) -> FloatArray:
    """Sum the slopes times the second derivatives of ``log a`` and ``log b``."""
    assert shifts.logit is not None  # noqa: S101 - asked by who knows
    first, second, x = shifts.logit
    base, moved = _leaving(shifts, point)
    total = slopes[:, first] + slopes[:, second]
    bend = np.zeros((shifts.width, shifts.width))
    effects = np.arange(shifts.width - x.shape[1], shifts.width)
    places = np.array([first, second, *effects])
    one = np.ones((x.shape[0], 1))
    pull = np.concatenate([one, -one, x], axis=1)
    weight = total * moved * (1.0 - moved)
    bend[np.ix_(places, places)] -= pull.T @ (weight[:, None] * pull)
    size = float(total.sum()) * base * (1.0 - base)
    both = np.array([first, second])
    bend[np.ix_(both, both)] += size * np.array([[1.0, -1.0], [-1.0, 1.0]])
    return bend
