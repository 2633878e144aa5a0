"""The methods that divide R-squared among the drivers of an outcome, by name."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np

from ...errors import NotEnoughDataError
from ...kernels.survey import driver_weights
from ...typing import FloatArray
from .logistic_driver_weights import johnson_logistic, shapley_logistic

__all__ = ["Divide", "DriverMethod", "DriverModel", "driver_weights_of"]

DriverMethod: TypeAlias = Literal["shapley", "johnson", "pratt"]
DriverModel: TypeAlias = Literal["linear", "logistic"]
Divide: TypeAlias = Callable[[FloatArray, FloatArray, Sequence[int]], FloatArray]


def driver_weights_of(method: DriverMethod, model: DriverModel) -> Divide:
    """Return the function of data, weights and group sizes that divides R-squared."""
    if model == "logistic":
        return shapley_logistic if method == "shapley" else johnson_logistic
    return {"shapley": _shapley, "johnson": _johnson, "pratt": _pratt}[method]


def _shapley(data: FloatArray, w: FloatArray, sizes: Sequence[int]) -> FloatArray:
    R = driver_weights.correlations(data, w)
    return driver_weights.shapley(driver_weights.subset_r_squared(R, sizes))


def _johnson(data: FloatArray, w: FloatArray, sizes: Sequence[int]) -> FloatArray:
    each = driver_weights.johnson(driver_weights.correlations(data, w))
    return _by_group(each, sizes)


def _pratt(data: FloatArray, w: FloatArray, sizes: Sequence[int]) -> FloatArray:
    R = driver_weights.correlations(data, w)
    if np.linalg.cond(R[:-1, :-1]) > 1 / np.finfo(float).eps:
        raise NotEnoughDataError(
            needed="drivers that are not combinations of one another",
            got="a driver that others determine",
            remedy="Leave it out, or use method='shapley'.",
        )
    return _by_group(driver_weights.pratt(R), sizes)


def _by_group(each: FloatArray, sizes: Sequence[int]) -> FloatArray:
    return np.add.reduceat(each, np.cumsum([0, *sizes[:-1]]))
