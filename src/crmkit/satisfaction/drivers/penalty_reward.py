"""Penalty and reward of each driver: what annoys, and what delights."""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, names_given, typed
from ..._frames import native, read_eager, table
from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.base import regression
from ...typing import BoolArray, FloatArray, IntoDataFrameT
from ..reading.questions import (
    Range,
    complete_rows,
    in_content_order,
    items,
    require_range,
)

__all__ = ["penalty_reward"]

_KINDS = np.array([["neutral", "delighter"], ["must_be", "hybrid"]])
_DIRECTIONS = np.array([["none", "positive"], ["negative", "mixed"]])


@typed
def penalty_reward(
    responses: IntoDataFrameT,
    *,
    driver_cols: Sequence[str],
    outcome_col: str,
    scale: Range,
    low_at_most: float,
    high_at_least: float,
    level: float = 0.95,
) -> IntoDataFrameT:
    """Find drivers that annoy when they are bad, or delight when they are good.

    The outcome is regressed on two indicators per driver: rated low, and rated high
    (Brandt 1987). The penalty is the change with a low rating, the reward the change
    with a high one, both compared with a rating in between and with the other drivers
    held constant. A driver that raises the outcome when it is rated low, or lowers it
    when it is rated high, works in reverse.

    Parameters
    ----------
    responses
        One row per customer. Rows with a missing answer are left out.
    driver_cols, outcome_col
        The rated drivers and the outcome.
    scale
        Lowest and highest answer of the drivers; others are refused, so that a 0 for
        "not applicable" does not become a low rating.
    low_at_most, high_at_least
        Ratings up to ``low_at_most`` are low, those from ``high_at_least`` on high.
    level
        Confidence level at which a penalty or reward counts as different from 0, by its
        robust standard error, or the usual one where it is larger and fewer than about
        30 ratings decide: of a few that agree, the robust one is next to nothing.

    Returns
    -------
    A frame of the same library, one row per driver: ``driver``, ``penalty`` and
    ``reward`` in units of the outcome with ``penalty_error`` and ``reward_error``;
    ``direction``: ``"positive"`` (low ratings lower the outcome or high ratings raise
    it), ``"negative"`` (the reverse), ``"mixed"`` (one effect of each direction, as
    where the middle is best) or ``"none"``; and ``kind``: ``"must_be"`` (only low
    ratings matter), ``"delighter"`` (only high ratings), ``"hybrid"`` (both),
    ``"neutral"``, or ``"reversed"`` and ``"mixed"`` where the direction is negative or
    mixed.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale, or a rating would be both low and high.
    NotEnoughDataError
        If a driver is never rated low, in between or high, or the indicators are
        collinear.

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
    ...     scale=(1, 5), low_at_most=2, high_at_least=4,
    ... )
    >>> rows[["driver", "direction", "kind"]].to_numpy().tolist()
    [['safe', 'positive', 'must_be'], ['smile', 'positive', 'delighter']]
    """
    columns = names_given("driver_cols", driver_cols)
    frame = read_eager(responses, (*columns, outcome_col))
    ratings = items(frame, columns, require_range(scale))
    values = np.column_stack([ratings, items(frame, (outcome_col,), None)])
    data = values[complete_rows(values, at_least=2 * len(columns) + 2)]
    data = in_content_order(data)
    low, high = data[:, :-1] <= low_at_most, data[:, :-1] >= high_at_least
    b, errors = _switched(columns, low, high, data[:, -1])
    k = len(columns)
    t = float(stdtrit(len(data) - 2 * k - 1, 0.5 + fraction("level", level) / 2))
    # A low rating is a penalty as it lowers the outcome; the sign makes both effects
    # positive for a driver that works the usual way.
    usual, significant = np.append(-b[:k], b[k:]), np.abs(b) > t * errors
    with_it, against_it = significant & (usual > 0), significant & (usual < 0)
    direction = _DIRECTIONS[_either(against_it, k), _either(with_it, k)]
    kind = _KINDS[with_it[:k].astype(int), with_it[k:].astype(int)]
    for name, found in (("negative", "reversed"), ("mixed", "mixed")):
        kind = np.where(direction == name, found, kind)
    rows = {
        "driver": np.array(columns),
        "penalty": b[:k],
        "reward": b[k:],
        "penalty_error": errors[:k],
        "reward_error": errors[k:],
        "direction": direction,
        "kind": kind,
    }
    return native(table(frame, rows), responses)


def _either(effect: BoolArray, k: int) -> np.ndarray:
    return (effect[:k] | effect[k:]).astype(int)


def _switched(
    columns: Sequence[str], low: np.ndarray, high: np.ndarray, y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Regress the outcome on the indicators; return effects and their errors."""
    if (low & high).any():
        raise InvalidValueError(
            subject="argument 'high_at_least'",
            found="ratings that are both low and high",
            remedy="Choose a value above 'low_at_most'.",
        )
    X = np.column_stack([np.ones_like(y), low, high]).astype(np.float64)
    fit = regression.least_squares(X, y, np.ones_like(y))
    if fit.singular:
        raise NotEnoughDataError(
            needed=f"low, middle and high ratings of each of {list(columns)} that are "
            "not collinear",
            got="ratings in which one indicator determines another",
            remedy="Change low_at_most or high_at_least, or leave a driver out.",
        )
    errors = regression.careful_errors(X, np.ones_like(y), np.arange(y.size), fit)
    return fit.coefficients[1:], errors[1:]
