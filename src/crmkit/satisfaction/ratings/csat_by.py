"""CSAT of each group: top-box share and mean."""

from collections.abc import Sequence

import numpy as np

from ..._arguments import names_given, one_of
from ..._frames import EagerFrame, beside, is_lazy, native, numbers, nw, with_arrays
from ..._typed import typed
from ...typing import BoolArray, IntoFrameT
from ..reading.tally import Answers, Fractions, OutOfRange, Scale, tally
from .rating import DIRECTIONS, Direction, box_limits, require_boxes

__all__ = ["csat_by"]

_SUMS = ("satisfied", "n_responses", "missing", "dropped", "total")
_DERIVED = ("share", "share_lower", "share_upper", "mean")


@typed
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
) -> IntoFrameT:
    """Measure customer satisfaction in each group: top-box share and mean.

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
        Which end of the scale is better: ``"lower_is_better"`` for some questions
        about effort.
    level
        Confidence level of the share's interval (Wilson 1927).

    Returns
    -------
    A frame of the same library, one row per group, sorted by group (a lazy frame is not
    sorted): the group columns, ``satisfied``, ``n_responses``, ``missing``,
    ``dropped``, ``share`` with ``share_lower`` and ``share_upper`` (0 to 1), and
    ``mean``. Share and mean of a group without answers are missing.

    Raises
    ------
    InvalidValueError
        If a group is missing, or an answer is refused as in ``csat``.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"plan": ["a", "a", "b"], "score": [5, 3, 4]})
    >>> csat_by(answers, by="plan")[["plan", "n_responses", "share", "mean"]]
      plan  n_responses  share  mean
    0    a            2    0.5   4.0
    1    b            1    1.0   4.0
    """
    columns = names_given("by", by)
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
    n = numbers(summed, "n_responses")
    some = np.where(n > 0, n, 1.0)
    satisfied = numbers(summed, "satisfied")
    lower, upper = box_limits(satisfied, some, level=level, method="wilson")
    derived = (satisfied / some, lower, upper, numbers(summed, "total") / some)
    rows = with_arrays(
        summed.select(*columns, *(nw.col(name).cast(nw.Int64) for name in _SUMS[:-1])),
        dict(zip(map(str, _DERIVED), derived, strict=True)),
    ).with_columns(
        *(nw.when(nw.col("n_responses") > 0).then(nw.col(name)) for name in _DERIVED)
    )
    if not is_lazy(frame):
        return native(rows, responses)
    return native(beside(frame, {name: rows[name] for name in rows.columns}), responses)


def _summed(answers: Answers, columns: Sequence[str], best: BoolArray) -> EagerFrame:
    absent = np.isnan(answers.value)
    kept = ~absent & ~answers.dropped
    count = answers.count
    parts = (
        np.where(kept & best, count, 0.0),
        np.where(kept, count, 0.0),
        np.where(absent, count, 0.0),
        np.where(answers.dropped, count, 0.0),
        np.where(kept, count * np.where(absent, 0.0, answers.value), 0.0),
    )
    named = with_arrays(answers.keys, dict(zip(map(str, _SUMS), parts, strict=True)))
    grouped = named.group_by(*columns).agg(*(nw.col(name).sum() for name in _SUMS))
    return grouped.sort(*columns)
