"""Customers scored by the plain model of their covariates."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from ..._check import known_history
from ...kernels.base.cells import group
from ...typing import FloatArray

__all__ = ["covariates_of", "scored_by_kind", "scored_by_model"]

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
        part = tuple(column[rows] for column in history)
        # Three columns are a history, which the rules of the frame have proved.
        result[rows] = score(model, *(known_history(*part) if len(part) == 3 else part))
    return result


def covariates_of(model: object) -> tuple[str, ...]:
    """Return the columns of covariates that a model reads; none for a plain one."""
    names: tuple[str, ...] = getattr(model, "covariates", ())
    return names


def scored_by_model(
    model: object,
    score: Callable[..., FloatArray],
    history: Sequence[FloatArray],
    covariates: Sequence[FloatArray],
) -> FloatArray:
    """Score customers by a plain model, or by that of their covariates."""
    models = getattr(model, "_models_of", None)
    if models is None:
        return score(model, *history)
    return scored_by_kind(score, models, history, covariates)
