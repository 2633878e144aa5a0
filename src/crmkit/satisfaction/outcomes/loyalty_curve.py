"""The loyalty curve: what customers did afterwards, for each answer."""

import numpy as np

from ..._check import fraction
from ..._frames import native, read_eager, table
from ...kernels.base import intervals
from ...kernels.survey import share_ratios
from ...typing import FloatArray, IntoDataFrameT
from ..reading.questions import complete_rows, items, require_flag

__all__ = ["loyalty_curve"]

_ZONES = np.array(["detraction", "indifference", "advocacy"])


def loyalty_curve(
    responses: IntoDataFrameT,
    *,
    score_col: str = "score",
    outcome_col: str = "repurchased",
    level: float = 0.95,
) -> IntoDataFrameT:
    """Measure the share of customers with an outcome, for each answer, and find zones.

    Loyalty does not grow evenly with satisfaction: in one zone customers are lost, in
    one little changes, and in one they stay and recommend (Jones and Sasser 1995). An
    answer belongs to the zone of detraction or advocacy if its interval lies below or
    above the share of all customers, otherwise to the zone of indifference.

    Parameters
    ----------
    responses
        One row per customer with answer and outcome: see ``with_outcomes``.
    score_col, outcome_col
        The answer, and 1 or 0 for the outcome. Rows with a missing value are left out.
    level
        Confidence level of the intervals.

    Returns
    -------
    A frame of the same library, one row per distinct answer, in ascending order: the
    score, ``n_customers``, ``events``, ``share`` with ``share_lower`` and
    ``share_upper`` (Wilson), ``rising`` (the closest curve that never falls) and
    ``zone``: ``"detraction"``, ``"indifference"`` or ``"advocacy"``.

    Raises
    ------
    InvalidValueError
        If an outcome is not 0 or 1.

    Examples
    --------
    >>> import pandas as pd
    >>> after = pd.DataFrame({
    ...     "score": [1] * 40 + [3] * 40 + [5] * 40,
    ...     "repurchased": [0] * 36 + [1] * 4 + [0, 1] * 20 + [1] * 36 + [0] * 4,
    ... })
    >>> loyalty_curve(after)[["score", "share", "zone"]]
       score  share          zone
    0    1.0    0.1    detraction
    1    3.0    0.5  indifference
    2    5.0    0.9      advocacy
    """
    fraction("level", level)
    frame = read_eager(responses, (score_col, outcome_col))
    values = items(frame, (score_col, outcome_col), None)
    score, outcome = values[complete_rows(values, at_least=1)].T
    require_flag(outcome_col, outcome)
    distinct, place = np.unique(score, return_inverse=True)
    n = np.bincount(place).astype(np.float64)
    events: FloatArray = np.bincount(place, outcome).astype(np.float64)
    lower, upper = intervals.wilson(events, n, level=level)
    overall = outcome.mean()
    rows = {
        score_col: distinct,
        "n_customers": n.astype(np.int64),
        "events": events.astype(np.int64),
        "share": events / n,
        "share_lower": lower,
        "share_upper": upper,
        "rising": share_ratios.isotonic(events / n, n),
        "zone": _ZONES[1 + (lower > overall).astype(int) - (upper < overall)],
    }
    return native(table(frame, rows), responses)
