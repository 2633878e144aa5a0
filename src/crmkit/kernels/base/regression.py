"""Weighted least squares, with standard errors that survive clusters.

White (1980) and Liang and Zeger (1986), with the usual small-sample factor
G / (G - 1) * (n - 1) / (n - k) for G clusters, n rows and k coefficients: each row its
own cluster gives the HC1 errors. A single row that decides a coefficient leaves no
residual, and so no robust error: of what few rows decide, ``careful_errors`` takes the
usual one where it is larger, as Angrist and Pischke (2009, section 8.1) advise.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray

__all__ = [
    "LeastSquares",
    "careful_errors",
    "clustered_covariance",
    "least_squares",
    "left_out_covariance",
]

_FEW = 30  # rows that decide a coefficient, or clusters of them
_DECIDES = 1e-9  # of the influence of a row on its own prediction that others leave
_COLLINEAR = 1e-10  # share of the longest column that is left of a dependent one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeastSquares:
    """The solution of a least squares problem.

    Attributes
    ----------
    coefficients
        One per column of the design.
    bread
        The inverse of X'WX.
    residual
        y less its prediction, per row.
    r_squared
        Share of the weighted variance of y about its mean that is explained.
    singular
        Whether a column is a combination of others: the rest is then not to be used.
    """

    coefficients: FloatArray
    bread: FloatArray
    residual: FloatArray
    r_squared: float
    singular: bool


def least_squares(X: FloatArray, y: FloatArray, weight: FloatArray) -> LeastSquares:
    """Minimise the weighted sum of squared residuals."""
    from scipy.linalg import solve_triangular  # noqa: PLC0415 - slow to import

    root = np.sqrt(weight)
    Q, R = np.linalg.qr(X * root[:, None])
    length = np.sqrt(weight @ X**2)
    singular = bool(np.any(np.abs(np.diag(R)) <= _COLLINEAR * length))
    safe = np.eye(len(R)) if singular else R
    coefficients = solve_triangular(safe, Q.T @ (root * y))
    inverse = solve_triangular(safe, np.eye(len(R)))
    residual = y - X @ coefficients
    total = weight @ (y - weight @ y / weight.sum()) ** 2
    explained = 1 - weight @ residual**2 / total if total > 0 else 0.0
    return LeastSquares(
        coefficients=coefficients,
        bread=inverse @ inverse.T,
        residual=residual,
        r_squared=float(explained),
        singular=singular,
    )


def clustered_covariance(
    X: FloatArray, weight: FloatArray, cluster: IntArray, fit: LeastSquares
) -> FloatArray:
    """Return the covariance of the coefficients when rows of one cluster depend."""
    n, k = X.shape
    pull = X * (weight * fit.residual)[:, None]
    groups = int(cluster.max()) + 1
    summed = np.stack(
        [np.bincount(cluster, column, minlength=groups) for column in pull.T]
    )
    factor = groups / (groups - 1) * (n - 1) / (n - k)
    # Squares of what each cluster moves: rounding makes no variance negative.
    moved = fit.bread @ summed
    covariance: FloatArray = factor * moved @ moved.T
    return covariance


def careful_errors(
    X: FloatArray, weight: FloatArray, cluster: IntArray, fit: LeastSquares
) -> FloatArray:
    """Return the robust standard errors: of what few rows decide, at least usual ones.

    The usual error takes the variance of all rows as equal. Rows that decide a
    coefficient are counted by their shares of its usual variance, as 1 / sum(share^2).
    """
    n, k = X.shape
    variance = weight @ fit.residual**2 / weight.sum() * n / (n - k)
    moved = fit.bread @ (X * weight[:, None]).T
    usual = variance * np.sum(moved**2, axis=1)
    robust = np.diag(clustered_covariance(X, weight, cluster, fit))
    parts = np.stack([np.bincount(cluster, one) for one in moved**2])
    few = parts.sum(axis=1) ** 2 < _FEW * np.sum(parts**2, axis=1)
    errors: FloatArray = np.sqrt(np.where(few, np.maximum(robust, usual), robust))
    return errors


def left_out_covariance(X: FloatArray, fit: LeastSquares) -> FloatArray:
    """Return the covariance by what each row misses once it is left out (HC3).

    MacKinnon and White (1985). For tests of several coefficients on few rows: the HC1
    covariance rejects far too often. A row without which a coefficient is unknown has
    the variance of all.
    """
    n, k = X.shape
    free = 1 - np.sum(X @ fit.bread * X, axis=1)
    known = free > _DECIDES
    squares = (fit.residual / np.where(known, free, 1.0)) ** 2
    usual = fit.residual @ fit.residual / (n - k)
    moved = fit.bread @ (X * np.sqrt(np.where(known, squares, usual))[:, None]).T
    covariance: FloatArray = moved @ moved.T
    return covariance
