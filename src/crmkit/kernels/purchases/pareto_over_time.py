"""The Pareto/NBD whose rates move with covariates that change over time.

Bachmann, Meierer and Näf (2021), "The role of time-varying contextual factors in latent
attrition models for customer base analysis", Marketing Science 40. While active, a
customer buys at ``lambda exp(g'z(t))`` and leaves at ``mu exp(d'z(t))``; ``lambda`` and
``mu`` are gamma distributed as in the plain model.

With ``A(t)`` and ``B(t)``, the integrals of the two multipliers, the likelihood is the
product of the multipliers of the purchases, times ``Gamma(r+x)/Gamma(r) alpha^r``,
times ``(alpha+A(T))^-(r+x) (beta/(beta+B(T)))^s`` for a customer who is still there,
plus the integral over the time ``t`` of leaving, from the last purchase to ``T``, of
``(alpha+A(t))^-(r+x) s beta^s B'(t) (beta+B(t))^-(s+1)``.
"""

import numpy as np

from ...typing import FloatArray
from ..base.newton import Derivatives, Objective, out_of_reach
from ..base.special import digamma_difference, log_gamma_ratio
from . import pareto_future
from .covariate_paths import BentTime, PathHistories
from .leaving_times import At, Fates, both_times, fates_of, log_sum
from .rising_factorials import trigamma

__all__ = [
    "discounted_expected_purchases",
    "log_likelihood",
    "objective",
    "probability_alive",
]

_BLOCK = 2**12  # periods of histories handled at once


def log_likelihood(
    histories: PathHistories,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
    effects: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Return the log-likelihood of each history, but for the purchases' multipliers.

    The multipliers of the purchases add the effects times ``bought`` over all.
    """
    at = At(r=r, alpha=alpha, s=s, beta=beta, rate=effects[0], dropout=effects[1])
    result = np.empty(histories.frequency.size)
    for some in _blocks(histories):
        part = histories.rows(some)
        fates = fates_of(part, *both_times(part, at), at)
        result[some] = log_sum(fates, part.frequency.size)[0] + _shared(part, at)
    return result


def probability_alive(
    histories: PathHistories,
    *,
    r: float,
    alpha: float,
    s: float,
    beta: float,
    effects: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Return the probability that each customer is active at the end of observation."""
    at = At(r=r, alpha=alpha, s=s, beta=beta, rate=effects[0], dropout=effects[1])
    result = np.empty(histories.frequency.size)
    for some in _blocks(histories):
        part = histories.rows(some)
        fates = fates_of(part, *both_times(part, at), at)
        shares = log_sum(fates, part.frequency.size)[1]
        result[some] = shares[fates.leaves == 0]
    return result


def discounted_expected_purchases(
    histories: PathHistories,
    ahead: FloatArray,
    coming: tuple[FloatArray, FloatArray],
    *,
    log_rate: float,
    r: float,
    alpha: float,
    s: float,
    beta: float,
    effects: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Return the purchases to expect after the end of observation, discounted.

    Parameters
    ----------
    histories
        What was observed.
    ahead
        Time of each coming period, by path and period.
    coming
        Covariates of the rate and of the dropout, by path and coming period.
    log_rate
        A purchase after a time ``t`` counts ``exp(-log_rate t)``; 0 counts them all.
    r, alpha, s, beta, effects
        The parameters.
    """
    at = At(r=r, alpha=alpha, s=s, beta=beta, rate=effects[0], dropout=effects[1])
    given = {"r": r, "alpha": alpha, "s": s, "beta": beta}
    alive = probability_alive(histories, **given, effects=effects)
    purchase, death = _ends(histories, at)
    paces = [
        np.exp(table @ effect) for table, effect in zip(coming, effects, strict=True)
    ]
    scale, passed, total = death, np.zeros(death.size), np.zeros(death.size)
    for period in np.flatnonzero(ahead.any(axis=0)).tolist():
        length = ahead[histories.path, period]
        pace, leaving = (table[histories.path, period] for table in paces)
        # Over a period of one pace it is the plain model, of a scale at that pace.
        time = pareto_future.discounted_time_alive(
            length, log_rate, s=s, B=scale / leaving
        )
        stayed = np.exp(s * (np.log(death) - np.log(scale)))
        total += np.exp(-log_rate * passed) * pace * stayed * time
        scale, passed = scale + leaving * length, passed + length
    return np.asarray(alive * (r + histories.frequency) / purchase * total)


def _ends(histories: PathHistories, at: At) -> tuple[FloatArray, FloatArray]:
    """Return ``alpha + A`` and ``beta + B`` at the end of observation."""
    ends = np.empty((2, histories.frequency.size))
    for some in _blocks(histories):
        purchase, death = both_times(histories.rows(some), at)
        ends[:, some] = at.alpha + purchase.end, at.beta + death.end
    return ends[0], ends[1]


def objective(histories: PathHistories) -> Objective:
    """Prepare the weighted total log-likelihood with its derivatives.

    Its point is ``log(r, alpha, s, beta)``, the effects on the rate, and those on the
    dropout.
    """
    split = 4 + histories.rate.shape[2]

    def derivatives(point: FloatArray) -> Derivatives:
        moved = histories.rate @ point[4:split], histories.dropout @ point[split:]
        if nowhere := out_of_reach(point.size, point[:4], *moved):
            return nowhere
        r, alpha, s, beta = np.exp(point[:4]).tolist()
        at = At(
            r=r,
            alpha=alpha,
            s=s,
            beta=beta,
            rate=point[4:split],
            dropout=point[split:],
        )
        value = float(histories.bought @ at.rate)
        slope, bend = np.zeros(point.size), np.zeros((point.size, point.size))
        slope[4:split] = histories.bought
        for some in _blocks(histories):
            more = _block_terms(histories.rows(some), at)
            value, slope, bend = value + more[0], slope + more[1], bend + more[2]
        return value, slope, bend

    return derivatives


def _block_terms(part: PathHistories, at: At) -> Derivatives:
    purchase, death = both_times(part, at)
    fates = fates_of(part, purchase, death, at)
    log_total, shares = log_sum(fates, part.frequency.size)
    weights = part.weights
    value = float(weights @ (log_total + _shared(part, at)))
    of_rate, of_death = (
        _slope_at(fates, bent, table[part.path], scale)
        for bent, table, scale in (
            (purchase, part.rate, at.alpha),
            (death, part.dropout, at.beta),
        )
    )
    k = at.r + part.frequency[fates.cell]
    n_rate, n_death = of_rate.shape[1], of_death.shape[1]
    slopes = np.empty((fates.cell.size, 2 + n_rate + n_death))
    log_death = np.log(fates.death)
    power = at.s + fates.leaves
    of_r, of_s = 0, 1 + n_rate
    rates, deaths = slice(1, of_s), slice(of_s + 1, None)
    slopes[:, of_r] = -at.r * np.log(fates.purchase)
    slopes[:, rates] = -(k / fates.purchase)[:, None] * of_rate
    slopes[:, of_s] = fates.leaves + at.s * (np.log(at.beta) - log_death)
    slopes[:, deaths] = -(power / fates.death)[:, None] * of_death
    slopes[:, of_s + 1] += at.s
    last = part.dropout[part.path[fates.cell], np.minimum(fates.period, _last(part))]
    slopes[:, of_s + 2 :] += fates.leaves[:, None] * last
    mass = shares * weights[fates.cell]
    slope = mass @ slopes
    means = np.stack(
        [
            np.bincount(fates.cell, shares * column, part.frequency.size)
            for column in slopes.T
        ],
        axis=1,
    )
    bend = (slopes * mass[:, None]).T @ slopes - (means * weights[:, None]).T @ means
    for whole, bent, table, along, scale, factor, shape, first in (
        (fates.purchase, purchase, part.rate, of_rate, at.alpha, k, at.r, of_r),
        (fates.death, death, part.dropout, of_death, at.beta, power, at.s, of_s),
    ):
        own = slice(first + 1, first + 1 + along.shape[1])
        pull = mass * factor / whole
        bend[own, own] += (along * (pull / whole)[:, None]).T @ along
        bend[first + 1, first + 1] -= scale * float(pull.sum())
        bend[first + 2 : own.stop, first + 2 : own.stop] -= _curved(
            part, fates, bent, table, pull
        )
        mixed = -shape * (mass / whole) @ along
        if first == of_s:
            mixed[0] += at.s * float(mass.sum())
        bend[first, own] += mixed
        bend[own, first] += mixed
    bend[of_r, of_r] += slope[of_r]
    bend[of_s, of_s] += slope[of_s] - float(mass @ fates.leaves)
    return _placed(value, slope, bend, part, at)


def _placed(
    value: float, slope: FloatArray, bend: FloatArray, part: PathHistories, at: At
) -> Derivatives:
    """Put the parameters first, and add what does not depend on the time of leaving."""
    n_rate, n_death = at.rate.size, at.dropout.size
    order = np.array([
        0, 1, 2 + n_rate, 3 + n_rate, *range(2, 2 + n_rate),
        *range(4 + n_rate, 4 + n_rate + n_death),
    ])  # fmt: skip
    slope, bend = slope[order], bend[np.ix_(order, order)]
    x, weights = part.frequency, part.weights
    total = float(weights.sum())
    rise = float(weights @ digamma_difference(at.r, x))
    curve = float(weights @ (trigamma(at.r + x) - trigamma(np.full(x.shape, at.r))))
    slope[0] += at.r * (rise + total * np.log(at.alpha))
    slope[1] += at.r * total
    bend[0, 0] += at.r * (rise + total * np.log(at.alpha)) + at.r**2 * curve
    bend[0, 1] += at.r * total
    bend[1, 0] += at.r * total
    return value, slope, bend


def _shared(part: PathHistories, at: At) -> FloatArray:
    return np.asarray(log_gamma_ratio(at.r, part.frequency))


def _last(part: PathHistories) -> int:
    return int(part.after.shape[1]) - 1


def _slope_at(
    fates: Fates, bent: BentTime, table: FloatArray, scale: float
) -> FloatArray:
    """Differentiate ``alpha + A`` at each node on ``log alpha`` and the effects."""
    inside = np.minimum(fates.period, bent.pace.shape[1] - 1)
    grown = bent.pace[fates.cell, inside] * fates.since
    slope = np.empty((fates.cell.size, 1 + table.shape[2]))
    slope[:, 0] = scale
    slope[:, 1:] = bent.begin_slope[fates.cell, fates.period]
    slope[:, 1:] += grown[:, None] * table[fates.cell, inside]
    return slope


def _curved(
    part: PathHistories,
    fates: Fates,
    bent: BentTime,
    table: FloatArray,
    pull: FloatArray,
) -> FloatArray:
    """Sum over nodes a factor times the second derivatives of bent time.

    They are sums over periods of time times pace times covariate times covariate, so
    what is summed by period first needs no table of them at the nodes.
    """
    size, periods = part.after.shape
    shape = (size, periods + 1)
    # One more than there are periods, for the end of each history.
    pieces = fates.cell * (periods + 1) + fates.period
    by_begin = np.bincount(pieces, pull, size * (periods + 1)).reshape(shape)
    by_since = np.bincount(pieces, pull * fates.since, size * (periods + 1)).reshape(
        shape
    )
    # A period counts in full in each node of a later one, and before the last purchase
    # in all.
    later = np.cumsum(by_begin[:, ::-1], axis=1)[:, ::-1]
    time = (
        part.before * later[:, :1] + part.after * later[:, 1:] + by_since[:, :-1]
    ) * bent.pace
    of_path = np.zeros(table.shape[:2])
    np.add.at(of_path, part.path, time)
    return np.asarray(np.einsum("pm,pmi,pmj->ij", of_path, table, table))


def _blocks(histories: PathHistories) -> list[slice]:
    size = max(_BLOCK // max(histories.after.shape[1], 1), 1)
    return [slice(at, at + size) for at in range(0, histories.frequency.size, size)]
