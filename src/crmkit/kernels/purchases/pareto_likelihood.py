"""The Pareto/NBD log-likelihood of many customers, with its derivatives."""

from collections.abc import Callable

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.cells import group, mostly_distinct
from ..base.newton import Derivatives, Objective
from ..base.special import Numbers
from .nbd_terms import nbd_terms, waiting_terms
from .pareto_dropout_integral import PAIRS, Race, race
from .pareto_wide import (
    Parameters,
    Rows,
    common_rows,
    shares,
    symmetric,
    zero_terms,
)

__all__ = ["heights", "objective"]

_COMMON = 96  # rows of one frequency for which a series costs less than they do
_BLOCK = (
    8192  # rows that stay in the cache; below the size at which BLAS spawns threads
)


def objective(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> Objective:
    """Prepare the weighted total log-likelihood with its derivatives.

    Notes
    -----
    The log-likelihood is that of the NBD, the chance not to die before ``T`` of the
    death process alone, and ``log(1 + odds to be dead)``; the odds of each row come
    from two rows of one table of races, see ``pareto_dropout_integral``.
    """
    without_dropout = nbd_terms(frequency, T, weights)
    if mostly_distinct(T):
        tenures, having_left = (T, weights), _in_series(frequency, recency, T, weights)
    else:
        cells = group((T,), weights)
        tenures = cells.columns[0], cells.weights
        having_left = _in_table(frequency, recency, T, weights)

    def derivatives(log_parameters: FloatArray) -> Derivatives:
        r, alpha, s, beta = np.exp(log_parameters).tolist()
        return _added(
            _padded(without_dropout(r, alpha), at=0),
            _padded(waiting_terms(*tenures, s, beta), at=2),
            having_left(Parameters(r=r, alpha=alpha, s=s, beta=beta)),
        )

    return derivatives


def _in_table(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> Callable[[Parameters], Derivatives]:
    """Sum ``log D`` of customers who share their purchases and times, by a table."""
    x, u, at_last, at_end = _race_rows(frequency, recency, T)

    def terms(at: Parameters) -> Derivatives:
        given = {"r": at.r, "alpha": at.alpha, "s": at.s, "beta": at.beta}
        table, height = race(x, u, **given), heights(x, u, **given)
        return _odds_terms(table, height, at_last, at_end, weights)

    return terms


def _in_series(
    frequency: FloatArray, recency: FloatArray, T: FloatArray, weights: FloatArray
) -> Callable[[Parameters], Derivatives]:
    """Sum ``log D`` of customers who share no times, by one series per frequency."""
    x, t_x = frequency, recency
    if np.any(x[1:] < x[:-1]):  # cells are in order already, and stay views
        order = np.argsort(x, kind="stable")
        x, t_x, T, weights = (row[order] for row in (x, t_x, T, weights))
    ends = np.flatnonzero(np.diff(x, append=np.inf)) + 1
    starts = [0, *ends[:-1].tolist()]
    never, common, rare = slice(0), [], np.zeros(x.size, np.bool_)
    for rows in map(slice, starts, ends.tolist()):
        count = float(x[rows.start])
        if count == 0:
            never = rows
        elif rows.stop - rows.start >= _COMMON:
            common.append(Rows(count, t_x[rows], T[rows], weights[rows]))
        else:
            rare[rows] = True
    few = _in_table(x[rare], t_x[rare], T[rare], weights[rare])

    def terms(at: Parameters) -> Derivatives:
        waiting = zero_terms(T[never], weights[never], at)
        return _added(waiting, common_rows(common, at), few(at))

    return terms


def _added(*parts: Derivatives) -> Derivatives:
    value, slope, bend = parts[0]
    for more in parts[1:]:
        value, slope, bend = value + more[0], slope + more[1], bend + more[2]
    return value, slope, bend


def _race_rows(
    frequency: FloatArray, recency: FloatArray, T: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """List the distinct pairs of purchases and time, and each row's two."""
    pairs = group(
        (np.concatenate([frequency, frequency]), np.concatenate([recency, T])),
        inverse=True,
    )
    assert pairs.inverse is not None  # noqa: S101 - asked for in the line above
    x, u = pairs.columns
    return x, u, pairs.inverse[: T.size], pairs.inverse[T.size :]


def heights(
    x: FloatArray, u: FloatArray, *, r: float, alpha: Numbers, s: float, beta: Numbers
) -> Race:
    """Return ``k log(alpha + u) + s log(beta + u)`` with its derivatives."""
    k = r + x
    log_A, log_B = np.log(alpha + u), np.log(beta + u)
    of_alpha, of_beta = alpha / (alpha + u), beta / (beta + u)
    slope = np.stack([r * log_A, k * of_alpha, s * log_B, s * of_beta], axis=1)
    bend = np.zeros((x.size, len(PAIRS)))
    bend[:, PAIRS.index((0, 0))] = r * log_A
    bend[:, PAIRS.index((0, 1))] = r * of_alpha
    bend[:, PAIRS.index((1, 1))] = k * of_alpha * (1.0 - of_alpha)
    bend[:, PAIRS.index((2, 2))] = s * log_B
    bend[:, PAIRS.index((2, 3))] = s * of_beta
    bend[:, PAIRS.index((3, 3))] = s * of_beta * (1.0 - of_beta)
    return Race(k * log_A + s * log_B, slope, bend)


def _odds_terms(
    table: Race,
    height: Race,
    at_last: IntArray,
    at_end: IntArray,
    weights: FloatArray,
) -> Derivatives:
    """Sum ``log D`` with ``D = 1 - H(x, T) + exp(E) H(x, t_x)``."""
    rest = table.log_chance - height.log_chance
    rest_slope = table.slope - height.slope
    mass_died, mass_missing = np.empty(weights.shape), np.empty(weights.shape)
    value, slope, bend = 0.0, np.zeros(4), np.zeros((4, 4))
    for at in range(0, weights.size, _BLOCK):
        block = slice(at, at + _BLOCK)
        last, end, weight = at_last[block], at_end[block], weights[block]
        log_total, died, missing = shares(
            height.log_chance[end] + rest[last], table.log_chance[end]
        )
        died_slope = height.slope[end] + rest_slope[last]
        g = died[:, None] * died_slope - missing[:, None] * table.slope[end]
        mass_died[block], mass_missing[block] = weight * died, weight * missing
        value += float(weight @ log_total)
        slope += weight @ g
        bend += (died_slope * mass_died[block, None]).T @ died_slope
        bend -= (g * weight[:, None]).T @ g
    # What depends on one row of the table only is summed by rows of the table.
    rows = table.log_chance.size
    by_last = np.bincount(at_last, mass_died, rows)
    by_end = np.bincount(at_end, mass_died, rows)
    by_missing = np.bincount(at_end, mass_missing, rows)
    curved = (by_last - by_missing) @ table.bend + (by_end - by_last) @ height.bend
    bend -= (table.slope * by_missing[:, None]).T @ table.slope
    return value, slope, bend + symmetric(curved)


def _padded(derivatives: Derivatives, *, at: int) -> Derivatives:
    """Place the derivatives on two of four log-parameters."""
    value, two, two_by_two = derivatives
    slope, bend = np.zeros(4), np.zeros((4, 4))
    slope[at : at + 2] = two
    bend[at : at + 2, at : at + 2] = two_by_two
    return value, slope, bend
