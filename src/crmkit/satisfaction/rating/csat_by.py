"""Top-box share and mean by group."""

from collections.abc import Sequence

import numpy as np

from ..._check import one_of
from ..._frames import EagerFrame, beside, is_lazy, native, numbers, nw, with_arrays
from ...typing import BoolArray, IntoFrameT
from ..answers import Answers, Fractions, OutOfRange, Scale, column_names, tally
from .csat import DIRECTIONS, BoxMethod, Direction, box_limits, require_boxes

__all__ = ["csat_by"]

_SUMS = ("satisfied", "n", "missing", "dropped", "total")
_DERIVED = ("share", "lower", "upper", "mean")


def csat_by(
    responses: IntoFrameT,
    *,
    by: str | Sequence[str],
    score_col: str = "score",
    scale: tuple[int, int] = (1, 5),
    boxes: int = 2,
    direction: Direction = "higher_is_better",
    count_col: str | None = None,
    fractions: Fractions = "error",
    out_of_range: OutOfRange = "error",
    level: float = 0.95,
    method: BoxMethod = "wilson",
) -> IntoFrameT:
    """Measure satisfaction in each group: top-box share with its interval, and mean.

    Parameters
    ----------
    responses
        One row per answer, or per distinct answer and group with ``count_col``. A lazy
        frame is counted in its engine.
    by
        The column or columns that make a group.
    score_col, scale, boxes, count_col, fractions, out_of_range
        As in ``csat``.
    direction
        Which end is the better one: ``"lower_is_better"`` for questions of effort.
    level, method
        As in ``Rating.interval``.

    Returns
    -------
    The same library's frame, one row per group, sorted by group (a lazy one is not):
    the group columns, ``satisfied``, ``n``, ``missing``, ``dropped``, ``share``,
    ``lower``, ``upper`` (0 to 1) and ``mean``. A group without answers has no share.

    Raises
    ------
    InvalidValueError
        If a group is missing, or an answer is refused as in ``csat``.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"plan": ["a", "a", "b"], "score": [5, 3, 4]})
    >>> csat_by(answers, by="plan")[["plan", "n", "share", "mean"]]
      plan  n  share  mean
    0    a  2    0.5   4.0
    1    b  1    1.0   4.0
    """
    columns = column_names("by", by)
    allowed = Scale(
        low=scale[0], high=scale[1], fractions=fractions, out_of_range=out_of_range
    )
    require_boxes(boxes, points=allowed.high - allowed.low + 1)
    one_of("direction", direction, DIRECTIONS)
    frame, answers = tally(
        responses, score_col=score_col, count_col=count_col, by=columns, scale=allowed
    )
    best = (
        answers.value > allowed.high - boxes
        if direction == "higher_is_better"
        else answers.value < allowed.low + boxes
    )
    summed = _summed(answers, columns, best)
    n = numbers(summed, "n")
    some = np.where(n > 0, n, 1.0)
    satisfied = numbers(summed, "satisfied")
    lower, upper = box_limits(satisfied, some, level=level, method=method)
    derived = (satisfied / some, lower, upper, numbers(summed, "total") / some)
    rows = with_arrays(
        summed.select(*columns, *(nw.col(name).cast(nw.Int64) for name in _SUMS[:-1])),
        dict(zip(map(str, _DERIVED), derived, strict=True)),
    ).with_columns(*(nw.when(nw.col("n") > 0).then(nw.col(name)) for name in _DERIVED))
    if not is_lazy(frame):
        return native(rows, responses)
    return native(beside(frame, {name: rows[name] for name in rows.columns}), responses)


def _summed(answers: Answers, columns: Sequence[str], best: BoolArray) -> EagerFrame:
    holes = np.isnan(answers.value)
    kept = ~holes & ~answers.dropped
    count = answers.count
    parts = (
        np.where(kept & best, count, 0.0),
        np.where(kept, count, 0.0),
        np.where(holes, count, 0.0),
        np.where(answers.dropped, count, 0.0),
        np.where(kept, count * np.where(holes, 0.0, answers.value), 0.0),
    )
    named = with_arrays(answers.keys, dict(zip(map(str, _SUMS), parts, strict=True)))
    grouped = named.group_by(*columns).agg(*(nw.col(name).sum() for name in _SUMS))
    return grouped.sort(*columns)
