"""What to improve first: importance against performance, penalties, rewards."""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction
from ..._frames import native, read_eager, table
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.base import regression
from ...typing import FloatArray, IntoDataFrameT
from ..answers import column_names
from ..item_columns import Range, complete_rows, items, require_range
from .driver_weights import NOTHING, DriverMethod, driver_weights_of

__all__ = ["importance_performance", "penalty_reward"]

_QUADRANTS = np.array(
    [["low_priority", "possible_overkill"], ["concentrate_here", "keep_up"]]
)
_KINDS = np.array([["neutral", "delighter"], ["must_be", "hybrid"]])


def importance_performance(
    responses: IntoDataFrameT,
    *,
    driver_cols: Sequence[str],
    outcome_col: str,
    scale: Range,
    method: DriverMethod = "shapley",
) -> IntoDataFrameT:
    """Set what each driver is worth against how well it is done.

    The matrix of Martilla and James (1977), importance derived rather than asked.

    Parameters
    ----------
    responses
        One row per customer. Rows with a hole are left out.
    driver_cols, outcome_col
        The rated drivers and what they drive.
    scale
        The ends of the drivers' scale.
    method
        How importance is derived: as in ``fit_driver_weights``.

    Returns
    -------
    The same library's frame, one row per driver: ``driver``, ``importance`` (share of
    what is explained), ``performance`` (mean, 0 to 100 of the scale), ``gap`` (relative
    importance less relative performance, both with mean 1: above 0 deserves more than
    it gets) and ``quadrant``, cut at the means: ``"concentrate_here"``, ``"keep_up"``,
    ``"low_priority"`` or ``"possible_overkill"``.

    Raises
    ------
    NotEnoughDataError
        If too few rows are complete, or nothing is explained.

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
    >>> rows[["driver", "quadrant"]].to_numpy().tolist()
    [['speed', 'concentrate_here'], ['looks', 'possible_overkill']]
    """
    columns = column_names("driver_cols", driver_cols)
    low, high = require_range(scale)
    frame = read_eager(responses, (*columns, outcome_col))
    values = np.column_stack(
        [items(frame, columns, (low, high)), items(frame, (outcome_col,), None)]
    )
    data = values[complete_rows(values, at_least=len(columns) + 2)]
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
    relative = performance / max(float(performance.mean()), np.finfo(float).tiny)
    rows = {
        "driver": np.array(columns),
        "importance": importance,
        "performance": performance,
        "gap": importance * len(columns) - relative,
        "quadrant": quadrant,
    }
    return native(table(frame, rows), responses)


def penalty_reward(
    responses: IntoDataFrameT,
    *,
    driver_cols: Sequence[str],
    outcome_col: str,
    low_at_most: float,
    high_at_least: float,
    level: float = 0.95,
) -> IntoDataFrameT:
    """Find what annoys when it is bad, and what delights when it is good (Brandt 1987).

    The outcome is explained by two switches per driver: rated low, and rated high. The
    penalty is what a low rating changes, the reward what a high one adds, both against
    a rating in between and with the other drivers held.

    Parameters
    ----------
    responses
        One row per customer. Rows with a hole are left out.
    driver_cols, outcome_col
        The rated drivers and what they drive.
    low_at_most, high_at_least
        Ratings up to the first are low, from the second on high.
    level
        What a penalty or reward must pass, by its robust error, to count.

    Returns
    -------
    The same library's frame, one row per driver: ``driver``, ``penalty`` and ``reward``
    in units of the outcome with ``penalty_error`` and ``reward_error``, and ``kind``:
    ``"must_be"`` (only the penalty counts), ``"delighter"`` (only the reward),
    ``"hybrid"`` (both) or ``"neutral"``.

    Raises
    ------
    NotEnoughDataError
        If a driver is never rated low, in between or high, or they overlap too much.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(4)
    >>> safe, smile = rng.integers(1, 6, size=(2, 600))
    >>> answers = pd.DataFrame({
    ...     "safe": safe, "smile": smile,
    ...     "overall": 5 - 2 * (safe <= 2) + (smile >= 4) + rng.normal(0, 1, 600),
    ... })
    >>> rows = penalty_reward(
    ...     answers, driver_cols=["safe", "smile"], outcome_col="overall",
    ...     low_at_most=2, high_at_least=4,
    ... )
    >>> rows[["driver", "kind"]].to_numpy().tolist()
    [['safe', 'must_be'], ['smile', 'delighter']]
    """
    columns = column_names("driver_cols", driver_cols)
    frame = read_eager(responses, (*columns, outcome_col))
    values = items(frame, (*columns, outcome_col), None)
    data = values[complete_rows(values, at_least=2 * len(columns) + 2)]
    low, high = data[:, :-1] <= low_at_most, data[:, :-1] >= high_at_least
    b, errors = _switched(columns, low, high, data[:, -1])
    k = len(columns)
    t = float(stdtrit(len(data) - 2 * k - 1, 0.5 + fraction("level", level) / 2))
    hurts = -b[:k] > t * errors[:k]
    pleases = b[k:] > t * errors[k:]
    rows = {
        "driver": np.array(columns),
        "penalty": b[:k],
        "reward": b[k:],
        "penalty_error": errors[:k],
        "reward_error": errors[k:],
        "kind": _KINDS[hurts.astype(int), pleases.astype(int)],
    }
    return native(table(frame, rows), responses)


def _switched(
    columns: Sequence[str], low: np.ndarray, high: np.ndarray, y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    if (low & high).any():
        raise InvalidValueError(
            subject="argument 'high_at_least'",
            found="ratings that are low and high at once",
            remedy="Choose it above 'low_at_most'.",
        )
    X = np.column_stack([np.ones_like(y), low, high]).astype(np.float64)
    fit = regression.least_squares(X, y, np.ones_like(y))
    if fit.singular:
        raise NotEnoughDataError(
            needed=f"low, middle and high ratings of each of {list(columns)}, apart "
            "from one another",
            got="ratings in which one switch follows from others",
            remedy="Move the limits, or leave a driver out.",
        )
    covariance = regression.clustered_covariance(
        X, np.ones_like(y), np.arange(y.size), fit
    )
    return fit.coefficients[1:], np.sqrt(np.diag(covariance))[1:]
