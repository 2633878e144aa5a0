"""Tests that rows of counts come from one distribution: Pearson's and the exact one."""

import numpy as np
from scipy.special import gammaln

from ...typing import FloatArray

__all__ = ["exact_two_rows", "pearson"]

_SAME = 1e-7  # two tables whose probabilities differ by less are equally likely


def pearson(table: FloatArray) -> tuple[float, int, float]:
    """Return chi-squared, its degrees of freedom, and the smallest expected count.

    Empty columns carry no information and are left out.
    """
    seen = table[:, table.sum(axis=0) > 0]
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
    statistic = float(((seen - expected) ** 2 / expected).sum())
    degrees = (seen.shape[0] - 1) * (seen.shape[1] - 1)
    return statistic, degrees, float(expected.min())


def exact_two_rows(table: FloatArray) -> float:
    """Return the share of 2 x 3 tables with these margins that are no likelier.

    Freeman and Halton (1951), every table enumerated.
    """
    first = table[0]
    column = table.sum(axis=0)
    a = np.arange(column[0] + 1)[:, None]
    b = np.arange(column[1] + 1)[None, :]
    c = first.sum() - a - b
    possible = (c >= 0) & (c <= column[2])
    log_p = (
        _log_choose(column[0], a)
        + _log_choose(column[1], b)
        + _log_choose(column[2], np.where(possible, c, 0))
    )
    log_p = np.where(possible, log_p - _log_choose(column.sum(), first.sum()), -np.inf)
    here = sum(_log_choose(n, k) for n, k in zip(column, first, strict=True))
    observed = float(here - _log_choose(column.sum(), first.sum()))
    return min(1.0, float(np.exp(log_p[log_p <= observed + _SAME]).sum()))


def _log_choose(n: FloatArray | float, k: FloatArray | float) -> FloatArray:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
