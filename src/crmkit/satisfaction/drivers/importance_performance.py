"""Importance and performance of each driver: what to improve first."""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from ..._check import names_given, typed
from ..._frames import native, read_eager, table
from ...errors import NotEnoughDataError
from ...kernels.survey import driver_weights as kernel
from ...typing import FloatArray, IntArray, IntoDataFrameT
from ..reading.questions import (
    Range,
    complete_rows,
    in_content_order,
    items,
    require_range,
)
from .driver_weights import NOTHING
from .weight_methods import DriverMethod, driver_weights_of

__all__ = ["importance_performance"]

_QUADRANTS = np.array(
    [["low_priority", "possible_overkill"], ["concentrate_here", "keep_up"]]
)
_DIRECTIONS = np.array(["negative", "none", "positive"])
_LEVEL = 0.95  # a correlation that passes zero at this level has a direction


@typed
def importance_performance(
    responses: IntoDataFrameT,
    *,
    driver_cols: Sequence[str],
    outcome_col: str,
    scale: Range,
    method: DriverMethod = "shapley",
) -> IntoDataFrameT:
    """Compare the importance of each driver with its performance.

    The matrix of Martilla and James (1977), with importance derived from the data
    instead of asked for. Importance has no sign, so the direction of each driver is
    reported too: a driver that lowers the outcome is ``"reversed"``, never something to
    keep up.

    Parameters
    ----------
    responses
        One row per customer. Rows with a missing answer are left out.
    driver_cols, outcome_col
        The rated drivers and the outcome.
    scale
        Lowest and highest answer of the drivers; others are refused, so that a 0 for
        "not applicable" does not become the worst mark.
    method
        How importance is derived, as in ``fit_driver_weights``.

    Returns
    -------
    A frame of the same library, one row per driver: ``driver``, ``importance`` (share
    of R-squared), ``direction`` (``"positive"``, ``"negative"`` or ``"none"``, by the
    correlation with the outcome where it differs from 0 at the 95% level),
    ``performance`` (mean, 0 to 100 of the scale), ``gap`` (relative importance minus
    relative performance, each with mean 1: above 0, performance lags behind importance)
    and ``quadrant``, cut at the means: ``"concentrate_here"``, ``"keep_up"``,
    ``"low_priority"``, ``"possible_overkill"``, or ``"reversed"`` where the direction
    is negative.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale.
    NotEnoughDataError
        If too few rows are complete, or the drivers explain nothing.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> speed, looks = rng.integers(1, 6, 300), rng.integers(4, 11, 300)
    >>> answers = pd.DataFrame({
    ...     "speed": speed, "looks": looks,
    ...     "overall": speed + 0.2 * looks + rng.normal(0, 1, 300),
    ... })
    >>> rows = importance_performance(
    ...     answers, driver_cols=["speed", "looks"], outcome_col="overall",
    ...     scale=(1, 10),
    ... )
    >>> rows[["driver", "direction", "quadrant"]]
      driver direction           quadrant
    0  speed  positive   concentrate_here
    1  looks  positive  possible_overkill
    """
    columns = names_given("driver_cols", driver_cols)
    low, high = require_range(scale)
    frame = read_eager(responses, (*columns, outcome_col))
    values = np.column_stack(
        [items(frame, columns, (low, high)), items(frame, (outcome_col,), None)]
    )
    data = values[complete_rows(values, at_least=len(columns) + 2)]
    data = in_content_order(data)
    divide = driver_weights_of(method, "linear")
    weights = divide(data, np.ones(len(data)), [1] * len(columns))
    if weights.sum() <= NOTHING:
        raise NotEnoughDataError(
            needed="drivers that explain something of the outcome",
            got="an R-squared of 0",
            remedy="Choose other drivers.",
        )
    importance = weights / weights.sum()
    performance = 100 * (data[:, :-1].mean(axis=0) - low) / (high - low)
    quadrant = _QUADRANTS[
        (importance >= importance.mean()).astype(int),
        (performance >= performance.mean()).astype(int),
    ]
    direction = _directions(kernel.correlations(data, np.ones(len(data))), len(data))
    relative = performance / max(float(performance.mean()), np.finfo(float).tiny)
    rows = {
        "driver": np.array(columns),
        "importance": importance,
        "direction": _DIRECTIONS[1 + direction],
        "performance": performance,
        "gap": importance * len(columns) - relative,
        "quadrant": np.where(direction < 0, "reversed", quadrant),
    }
    return native(table(frame, rows), responses)


def _directions(R: FloatArray, n: int) -> IntArray:
    """Return -1, 0 or 1: the sign of each correlation with the outcome, if significant.

    Weights have no sign. The correlation has one, and is not turned around by the
    other drivers as a regression coefficient can be.
    """
    r = R[:-1, -1]
    t = float(stdtrit(n - 2, 0.5 + _LEVEL / 2))
    critical = t / np.sqrt(n - 2 + t**2)
    return np.where(np.abs(r) > critical, np.sign(r), 0.0).astype(np.int64)
