"""Loyalty over satisfaction: what each answer, or each group, went on to do."""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction
from ..._frames import (
    group_rows,
    id_rules,
    native,
    nw,
    read_eager,
    refuse,
    require_ids,
    table,
    with_arrays,
)
from ...kernels.base import intervals
from ...kernels.survey import share_ratios
from ...typing import FloatArray, IntArray, IntoDataFrameT
from ..answers import column_names
from ..item_columns import complete_rows, items, require_flag

__all__ = ["loyalty_curve", "outcomes_by"]

_ZONES = np.array(["detraction", "indifference", "advocacy"])


def loyalty_curve(
    responses: IntoDataFrameT,
    *,
    score_col: str = "score",
    outcome_col: str = "repurchased",
    level: float = 0.95,
) -> IntoDataFrameT:
    """Measure for each answer how many went on to do something, and find the zones.

    Satisfaction seldom buys loyalty at a constant price: there is a zone where
    customers are lost, one where little changes, and one where they stay and recommend
    (Jones and Sasser 1995). The zones are read from the data: below or above the share
    of all customers by more than chance, or neither.

    Parameters
    ----------
    responses
        One row per customer with answer and outcome: see ``with_outcomes``.
    score_col, outcome_col
        The answer, and 1 or 0. Rows with a hole are left out.
    level
        Of the intervals.

    Returns
    -------
    The same library's frame, one row per answer given, in ascending order: the score,
    ``n``, ``events``, ``share`` with ``lower`` and ``upper`` (Wilson), ``rising`` (the
    closest curve that never falls) and ``zone``: ``"detraction"``, ``"indifference"``
    or ``"advocacy"``.

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
        "n": n.astype(np.int64),
        "events": events.astype(np.int64),
        "share": events / n,
        "lower": lower,
        "upper": upper,
        "rising": share_ratios.isotonic(events / n, n),
        "zone": _ZONES[1 + (lower > overall).astype(int) - (upper < overall)],
    }
    return native(table(frame, rows), responses)


def outcomes_by(
    responses: IntoDataFrameT,
    *,
    by: str,
    outcome_cols: Sequence[str],
    level: float = 0.95,
) -> IntoDataFrameT:
    """Measure the mean of each outcome or part of value in each group.

    Parameters
    ----------
    responses
        One row per customer, with a group (``with_nps_group``) and outcomes
        (``with_outcomes``), parts of value (``clv1`` to ``clv6``) or both.
    by
        The column that makes the groups.
    outcome_cols
        Columns of 0 and 1 (shares, with Wilson intervals) or of amounts (means, with
        Student's). Customers with a hole in one are left out of that one.
    level
        Of the intervals.

    Returns
    -------
    The same library's frame, one row per group and outcome, sorted by both: the group,
    ``outcome``, ``n``, ``mean``, ``lower`` and ``upper`` (missing where one customer of
    an amount gives none).

    Raises
    ------
    InvalidValueError
        If a group is missing, or an outcome infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> after = pd.DataFrame({
    ...     "nps_group": ["promoter"] * 3 + ["detractor"] * 3,
    ...     "repurchased": [1, 1, 0, 0, 0, 1], "spend": [30.0, 50, 0, 0, 0, 10],
    ... })
    >>> outcomes_by(after, by="nps_group", outcome_cols=["repurchased", "spend"])[
    ...     ["nps_group", "outcome", "mean"]
    ... ]
       nps_group      outcome   mean
    0  detractor  repurchased   0.33
    1  detractor        spend   3.33
    2   promoter  repurchased   0.67
    3   promoter        spend  26.67
    """
    fraction("level", level)
    columns = column_names("outcome_cols", outcome_cols)
    frame = read_eager(responses, (by, *columns))
    require_ids(frame, by)
    refuse(frame, id_rules(frame, by))
    groups = group_rows(frame, by)
    values = items(frame, columns, None)
    cells = [_means(column, groups.codes, groups.count, level) for column in values.T]
    # One block per outcome becomes one block per group.
    stacked = np.stack(cells, axis=1).reshape(-1, 4)
    repeated = np.repeat(np.arange(groups.count), len(columns))
    rows = table(
        frame,
        {by: groups.ids[repeated], "outcome": np.tile(columns, groups.count)},
    )
    n, mean, lower, upper = stacked.T
    measured = {"n": n.astype(np.int64), "mean": mean, "lower": lower, "upper": upper}
    known = [
        nw.when(~nw.col(name).is_nan()).then(nw.col(name))
        for name in ("mean", "lower", "upper")
    ]
    return native(with_arrays(rows, measured).with_columns(*known), responses)


def _means(value: FloatArray, codes: IntArray, groups: int, level: float) -> FloatArray:
    """Return n, mean and its limits, one row per group."""
    held = ~np.isnan(value)
    x, code = value[held], codes[held]
    n = np.bincount(code, minlength=groups).astype(np.float64)
    some = np.where(n > 0, n, np.nan)
    mean = np.bincount(code, x, minlength=groups) / some
    if np.isin(x, (0.0, 1.0)).all():
        lower, upper = intervals.wilson(
            mean * some, np.where(n > 0, n, 1.0), level=level
        )
        return np.stack([n, mean, lower, upper], axis=1)
    squares = np.bincount(code, (x - mean[code]) ** 2, minlength=groups)
    free = np.where(n > 1, n - 1, np.nan)
    half = stdtrit(free, 0.5 + level / 2) * np.sqrt(squares / free / some)
    return np.stack([n, mean, mean - half, mean + half], axis=1)
