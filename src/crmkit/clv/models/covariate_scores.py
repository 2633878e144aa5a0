"""Customers scored by the plain model of their covariates."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from ...kernels.base.cells import group
from ...typing import FloatArray

__all__ = ["scored_by_kind"]

_Model = TypeVar("_Model")


def scored_by_kind(
    score: Callable[..., FloatArray],
    models: Callable[[FloatArray], list[_Model]],
    history: Sequence[FloatArray],
    covariates: Sequence[FloatArray],
) -> FloatArray:
    """Score the customers of each set of covariates by their own model.

    Parameters
    ----------
    score
        Takes a model and the columns of its customers' history.
    models
        Makes a model for each row of a table of covariates.
    history, covariates
        Columns of all customers.
    """
    result = np.empty(history[0].size)
    if not result.size:
        return result
    kinds = group(covariates, inverse=True)
    assert kinds.inverse is not None  # noqa: S101 - asked for in the line above
    order = np.argsort(kinds.inverse, kind="stable")
    ends = np.cumsum(np.bincount(kinds.inverse, minlength=kinds.size))
    of_kinds = models(np.stack(kinds.columns, axis=1))
    for model, rows in zip(of_kinds, np.split(order, ends[:-1]), strict=True):
        result[rows] = score(model, *(column[rows] for column in history))
    return result
