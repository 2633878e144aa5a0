"""The gamma-gamma model of spend: each customer has their own mean amount.

Fader and Hardie (2013), "The Gamma-Gamma model of monetary value"; Fader, Hardie and
Lee (2005), "RFM and CLV: using iso-value curves", Journal of Marketing Research 42. The
amount of an occasion is gamma distributed with shape ``p`` and a rate of the customer's
own, which is gamma distributed with shape ``q`` and rate ``v``. Spend and frequency are
taken to be unrelated.

``frequency`` counts the occasions, ``monetary_value`` is their mean amount, above zero.
"""

import numpy as np
from scipy.special import gammaln

from ...typing import FloatArray
from ..base.cells import distinct, per_distinct
from ..base.newton import Derivatives, Objective
from ..base.special import digamma_difference, log_gamma_ratio
from .rising_factorials import trigamma

__all__ = [
    "expected_spend",
    "gradient",
    "log_likelihood",
    "mean_spend",
    "objective",
    "posterior_parameters",
    "sample_amounts",
    "sample_rates",
    "start_values",
    "variance_of_mean_spend",
]

_BLOCK = (
    8192  # rows that stay in the cache; below the size at which BLAS spawns threads
)

_LEAST_VARIANCE = 1e-6  # of logarithms: customers who all pay the same


def log_likelihood(
    frequency: FloatArray,
    monetary_value: FloatArray,
    *,
    p: float,
    q: float,
    v: float,
) -> FloatArray:
    """Return the log-likelihood of each customer's mean amount (equation 1a).

    Notes
    -----
    With ``m = monetary_value`` and ``x`` occasions, in an order that keeps the large
    terms apart: ``-log B(px, q) - q log(1 + xm/v) - px log(1 + v/(xm)) - log m``. With
    no occasion there is nothing to explain, and it is 0. At ``m = 0`` it is the limit,
    ``-log B(px, q) - px log(v/x) + (px - 1) log m``.
    """
    seen = frequency > 0
    nothing = seen & (monetary_value == 0)
    paid = seen & ~nothing
    x, m = np.where(seen, frequency, 1.0), np.where(paid, monetary_value, 1.0)
    total = x * m
    value = (
        per_distinct(lambda count: log_gamma_ratio(p * count, q), x)
        - gammaln(q)
        - q * np.log1p(total / v)
        - p * x * np.log1p(v / total)
        - np.log(m)
    )
    if np.any(nothing):
        value[nothing] = _limit_at_nothing(x[nothing], p=p, q=q, v=v)
    return np.where(seen, value, 0.0)


def _limit_at_nothing(x: FloatArray, *, p: float, q: float, v: float) -> FloatArray:
    shape = p * x
    limit = log_gamma_ratio(shape, q) - gammaln(q) - shape * np.log(v / x)
    # At a shape of 1 the density at 0 is a number, and (px - 1) log m would be NaN.
    return np.select([shape > 1, shape < 1], [-np.inf, np.inf], limit)


def gradient(
    frequency: FloatArray,
    monetary_value: FloatArray,
    *,
    p: float,
    q: float,
    v: float,
) -> FloatArray:
    """Return each customer's gradient on ``log(p, q, v)``, one row each."""
    seen = frequency > 0
    x = np.where(seen, frequency, 1.0)
    total = x * np.where(seen, monetary_value, 1.0)
    by_p = per_distinct(lambda count: digamma_difference(p * count, q), x)
    by_q = per_distinct(lambda count: digamma_difference(q, p * count), x)
    slopes = np.stack(
        [
            p * x * (by_p - np.log1p(v / total)),
            q * (by_q - np.log1p(total / v)),
            (q * total - p * x * v) / (v + total),
        ],
        axis=-1,
    )
    return np.where(seen[..., None], slopes, 0.0)


def objective(
    frequency: FloatArray, monetary_value: FloatArray, weights: FloatArray
) -> Objective:
    """Prepare the weighted log-likelihood and its derivatives on log-parameters.

    Notes
    -----
    Only ``log(v + x m)`` and its derivatives are needed per row; everything else is
    summed over the distinct frequencies, or does not change at all.
    """
    counts, place = distinct(frequency)
    masses = np.bincount(place, weights, counts.size).astype(np.float64)
    total = frequency * monetary_value
    rows = (total, weights, weights * frequency)
    fixed = -float(weights @ np.log(monetary_value))
    known = float(weights.sum()), float(rows[2] @ np.log(total))

    def derivatives(log_parameters: FloatArray) -> Derivatives:
        p, q, v = np.exp(log_parameters).tolist()
        sums = np.sum(
            [
                _row_sums(*(column[at : at + _BLOCK] for column in rows), v=v)
                for at in range(0, total.size, _BLOCK)
            ],
            axis=0,
        )
        by_count = _count_terms(counts, masses, p=p, q=q)
        by_row = _row_terms(sums, known, p=p, q=q, v=v)
        return (
            fixed + by_count[0] + by_row[0],
            by_count[1] + by_row[1],
            by_count[2] + by_row[2],
        )

    return derivatives


def start_values(
    frequency: FloatArray, monetary_value: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return log-parameters to start a fit from, in the currency of the data.

    Notes
    -----
    By moments of ``log m``, whose variance is ``trigamma(p x) + trigamma(q)``, nearly
    ``1 / (p x) + 1 / (q - 1/2)``: a line in ``1 / x``, through all customers.
    """
    share = weights / float(weights.sum())
    logs, once = np.log(monetary_value), 1.0 / frequency
    middle = float(share @ logs)
    squares = (logs - middle) ** 2
    off = once - float(share @ once)
    spread = float(share @ (off * off))
    least = 0.05 * float(share @ squares) + _LEAST_VARIANCE
    slope = float(share @ (off * squares)) / spread if spread > 0 else least
    level = float(share @ squares) - slope * float(share @ once)
    p, q = 1.0 / max(slope, least), 1.0 / max(level, least) + 0.5
    return np.array([np.log(p), np.log(q), middle + np.log(q / p)])


def mean_spend(*, p: float, q: float, v: float) -> float:
    """Return the mean amount over the population: infinite for ``q`` up to 1."""
    return p * v / (q - 1.0) if q > 1 else float("inf")


def expected_spend(
    frequency: FloatArray,
    monetary_value: FloatArray,
    *,
    p: float,
    q: float,
    v: float,
) -> FloatArray:
    """Return the expected mean amount of each customer's occasions (equation 5).

    Notes
    -----
    A mean of the customer's own mean and the population's, weighted by how much was
    seen. With no occasion it is the population's. It is infinite where ``p x + q``
    does not pass 1.
    """
    seen = np.where(frequency > 0, frequency * monetary_value, 0.0)
    return _or_infinite(p * (v + seen), p * frequency + (q - 1.0))


def variance_of_mean_spend(
    frequency: FloatArray,
    monetary_value: FloatArray,
    *,
    p: float,
    q: float,
    v: float,
) -> FloatArray:
    """Return the variance of each customer's own mean amount, given what was seen.

    It is infinite where ``p x + q`` does not pass 2.
    """
    expected = expected_spend(frequency, monetary_value, p=p, q=q, v=v)
    shape = p * frequency + (q - 2.0)
    finite = np.where(shape > 0, expected, 0.0)
    return _or_infinite(finite * finite, shape)


def posterior_parameters(
    frequency: FloatArray,
    monetary_value: FloatArray,
    *,
    p: float,
    q: float,
    v: float,
) -> tuple[FloatArray, FloatArray]:
    """Return shape and rate of the gamma distribution of each customer's rate.

    The customer's own mean amount is ``p`` divided by that rate.
    """
    seen = np.where(frequency > 0, frequency * monetary_value, 0.0)
    return p * frequency + q, v + seen


def sample_rates(
    frequency: FloatArray,
    monetary_value: FloatArray,
    rng: np.random.Generator,
    *,
    p: float,
    q: float,
    v: float,
) -> FloatArray:
    """Draw each customer's own rate, given what was seen; ``p / rate`` is its mean."""
    shape, scale = posterior_parameters(frequency, monetary_value, p=p, q=q, v=v)
    return rng.gamma(shape) / scale


def sample_amounts(
    occasions: FloatArray, rates: FloatArray, rng: np.random.Generator, *, p: float
) -> FloatArray:
    """Draw the total amount of each customer's ``occasions``."""
    return rng.gamma(p * occasions) / rates


def _count_terms(
    x: FloatArray, weights: FloatArray, *, p: float, q: float
) -> Derivatives:
    shape = p * x
    value = weights @ (log_gamma_ratio(shape, q) - gammaln(q))
    by_p = p * float((weights * x) @ digamma_difference(shape, q))
    by_q = q * float(weights @ digamma_difference(q, shape))
    both, alone = trigamma(shape + q), trigamma(shape)
    bend = np.zeros((3, 3))
    bend[0, 0] = p * p * float((weights * x * x) @ (both - alone)) + by_p
    bend[0, 1] = bend[1, 0] = p * q * float((weights * x) @ both)
    bend[1, 1] = q * q * float(weights @ (both - trigamma(q))) + by_q
    return float(value), np.array([by_p, by_q, 0.0]), bend


def _row_sums(
    total: FloatArray, weights: FloatArray, occasions: FloatArray, *, v: float
) -> tuple[float, ...]:
    """Sum ``log(v + t)``, ``u = v / (v + t)`` and ``u^2``, by weight and occasion."""
    all_in = total + v
    height = np.log(all_in)
    share = v / all_in
    square = share * share
    return tuple(
        float(mass @ part)
        for part in (height, share, square)
        for mass in (weights, occasions)
    )


def _row_terms(
    sums: FloatArray, known: tuple[float, float], *, p: float, q: float, v: float
) -> Derivatives:
    """Assemble ``-q log(1 + t / v) - p x log(1 + v / t)`` from its sums."""
    height, height_x, share, share_x, square, square_x = sums.tolist()
    weight, log_total = known
    by_q = height - weight * np.log(v)
    by_p = height_x - log_total
    by_v = q * (weight - share) - p * share_x
    spread = q * (share - square) + p * (share_x - square_x)
    slope = np.array([-p * by_p, -q * by_q, by_v])
    bend = np.array(
        [
            [-p * by_p, 0.0, -p * share_x],
            [0.0, -q * by_q, q * (weight - share)],
            [-p * share_x, q * (weight - share), -spread],
        ]
    )
    return -q * by_q - p * by_p, slope, bend


def _or_infinite(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    positive = denominator > 0
    ratio = numerator / np.where(positive, denominator, 1.0)
    return np.where(positive, ratio, np.inf)
