"""The mean of each outcome, or part of value, in each group."""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, names_given
from ..._frames import native, nw, read_eager, table, with_arrays
from ...kernels.base import intervals
from ...typing import FloatArray, IntArray, IntoDataFrameT
from ..reading.answer_groups import answer_groups
from ..reading.questions import items

__all__ = ["outcomes_by"]

_MEASURED = ("mean", "mean_lower", "mean_upper")


def outcomes_by(
    responses: IntoDataFrameT,
    *,
    by: str | Sequence[str],
    outcome_cols: Sequence[str],
    level: float = 0.95,
) -> IntoDataFrameT:
    """Measure the mean of each outcome, or part of value, in each group.

    Parameters
    ----------
    responses
        One row per customer, with a group (``with_nps_group``) and outcomes
        (``with_outcomes``), parts of value (``clv1`` to ``clv6``) or both.
    by
        The column or columns that make the groups.
    outcome_cols
        Columns of 0 and 1 (shares, with Wilson intervals) or of amounts (means, with
        Student's t). A customer without a value of one outcome is left out of that
        outcome only.
    level
        Confidence level of the intervals.

    Returns
    -------
    A frame of the same library, one row per group and outcome, sorted by group: the
    group columns, ``outcome``, ``n_customers``, ``mean``, ``mean_lower`` and
    ``mean_upper`` (missing for the amount of a single customer).

    Raises
    ------
    InvalidValueError
        If a group is missing, or an outcome is infinite.

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
    columns, outcomes = names_given("by", by), names_given("outcome_cols", outcome_cols)
    frame = read_eager(responses, (*columns, *outcomes))
    keys, codes = answer_groups(frame, columns)
    values = items(frame, outcomes, None)
    cells = [_means(column, codes, len(keys), level) for column in values.T]
    # One block per outcome becomes one block per group.
    n, *measured = np.stack(cells, axis=1).reshape(-1, 4).T
    repeated = np.repeat(np.arange(len(keys)), len(outcomes))
    named = table(frame, {column: keys[column][repeated] for column in columns})
    rows = with_arrays(
        named,
        {
            "outcome": np.tile(np.array(outcomes), len(keys)),
            "n_customers": n.astype(np.int64),
            **dict(zip(_MEASURED, measured, strict=True)),
        },
    )
    known = [nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in _MEASURED]
    return native(rows.with_columns(*known), responses)


def _means(value: FloatArray, codes: IntArray, groups: int, level: float) -> FloatArray:
    """Return n, the mean and the ends of its interval, one row per group."""
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
