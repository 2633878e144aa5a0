"""Maximum likelihood of a discrete hazard, over distinct person-periods."""

from dataclasses import dataclass

import numpy as np

from ...kernels.base import binary_regression as kernel
from ...kernels.base.cells import group
from ...kernels.base.newton import Derivatives, Optimum, maximise
from ...typing import FloatArray, IntArray, Link

__all__ = ["PersonPeriods", "maximised"]

_FLAT = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonPeriods:
    """Person-periods as numbers: the level of tenure, and the columns that slope."""

    level: IntArray
    x: FloatArray
    y: FloatArray
    weight: FloatArray

    def cells(self) -> "PersonPeriods":
        """Add up rows that are alike: they have one likelihood."""
        columns = (self.level.astype(np.float64), *self.x.T, self.y)
        cells = group(columns, self.weight)
        level, *x, y = cells.columns
        return PersonPeriods(
            level=level.astype(np.int64),
            x=np.column_stack(x) if x else np.zeros((y.size, 0)),
            y=y,
            weight=cells.weights,
        )


def maximised(
    rows: PersonPeriods, link: Link, cluster: IntArray | None
) -> tuple[Optimum, FloatArray]:
    """Return the maximum-likelihood coefficients and their standard errors.

    Each column is divided by its size first, so that its unit does not matter.
    """
    cells = rows.cells()
    total = float(cells.weight.sum())
    share = np.bincount(cells.level, cells.weight) / total
    size = np.concatenate((np.sqrt(share), _sizes(cells.x, cells.weight / total)))
    size[size == 0] = 1.0
    unit = size[share.size :]
    x = cells.x / unit
    levels = np.where(np.arange(size.size) < share.size, size, 1.0)

    def sums(at: FloatArray) -> Derivatives:
        value, gradient, hessian = kernel.level_sums(
            cells.level, x, cells.y, cells.weight, coefficients=at / levels, link=link
        )
        return value, gradient / levels, hessian / np.outer(levels, levels)

    def mean(at: FloatArray) -> Derivatives:
        value, gradient, hessian = sums(at)
        return value / total, gradient / total, hessian / total

    best = maximise(mean, np.zeros(size.size), tolerance=1e-10, max_iterations=200)
    value, _, hessian = sums(best.parameters)
    # Where the likelihood is flat in some direction, no number can be told.
    known = np.linalg.eigvalsh(-hessian)[0] > _FLAT * total
    covariance = np.linalg.pinv(-hessian, hermitian=True)
    if cluster is not None:
        each = kernel.level_scores(
            rows.level,
            rows.x / unit,
            rows.y,
            rows.weight,
            coefficients=best.parameters / levels,
            link=link,
            cluster=cluster,
        )
        each = each / levels
        covariance = covariance @ (each.T @ each) @ covariance
    found = Optimum(
        parameters=best.parameters / size,
        value=value,
        gradient=best.gradient,
        hessian=best.hessian,
        iterations=best.iterations,
        converged=best.converged and bool(known),
        gradient_norm=best.gradient_norm,
        message=best.message,
    )
    return found, np.sqrt(np.diag(covariance)) / size


def _sizes(x: FloatArray, share: FloatArray) -> FloatArray:
    """Return the root mean square of each column, however large its numbers."""
    largest = np.abs(x).max(axis=0, initial=0.0)
    largest[largest == 0] = 1.0
    return np.asarray(largest * np.sqrt(share @ (x / largest) ** 2), dtype=np.float64)
