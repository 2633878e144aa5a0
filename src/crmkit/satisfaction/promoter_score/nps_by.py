"""The net promoter score of each group."""

from collections.abc import Sequence

import numpy as np

from ..._check import names_given
from ..._frames import (
    EagerFrame,
    Frame,
    beside,
    is_lazy,
    native,
    numbers,
    nw,
    with_arrays,
)
from ...kernels.survey import nps as kernel
from ...typing import FloatArray, IntoFrameT
from ..reading.tally import Fractions, OutOfRange
from .bands import Bands
from .counted_bands import Counting, counted_bands
from .nps import IntervalMethod, limits

__all__ = ["group_counts", "nps_by"]

_COUNTS = ("promoters", "passives", "detractors", "missing", "dropped")
_POINTS = ("nps", "standard_error", "nps_lower", "nps_upper")


def nps_by(
    responses: IntoFrameT,
    *,
    by: str | Sequence[str],
    score_col: str = "score",
    bands: str | Bands = "standard",
    count_col: str | None = None,
    fractions: Fractions = "error",
    out_of_range: OutOfRange = "error",
    level: float = 0.95,
    method: IntervalMethod = "score",
) -> IntoFrameT:
    """Measure the net promoter score of each group, with its interval.

    Parameters
    ----------
    responses
        One row per answer, or per distinct answer and group with ``count_col``. A lazy
        frame is counted in its engine, and only the counts leave it.
    by
        The column or columns that make a group.
    score_col, bands, count_col, fractions, out_of_range
        As in :func:`nps`.
    level, method
        Level and method of the intervals, as in :meth:`Nps.interval`.

    Returns
    -------
    A frame of the same library, one row per group, sorted by group (a lazy frame is not
    sorted): the group columns, ``promoters``, ``passives``, ``detractors``,
    ``missing``, ``dropped``, ``n_responses``, and in points ``nps``,
    ``standard_error``, ``nps_lower``, ``nps_upper``. The score of a group without
    answers is missing.

    Raises
    ------
    InvalidValueError
        If a group is missing, or an answer is refused as in :func:`nps`.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "plan": ["basic", "basic", "basic", "plus", "plus", "plus"],
    ...     "score": [10, 6, 7, 9, 10, 8],
    ... })
    >>> nps_by(answers, by="plan")[["plan", "n_responses", "nps", "nps_lower"]]
        plan  n_responses   nps  nps_lower
    0  basic            3   0.0      -69.2
    1   plus            3  66.7      -26.9
    """
    columns = names_given("by", by)
    counting = Counting(score_col, bands, count_col, fractions, out_of_range)
    frame, summed = group_counts(responses, columns, counting)
    rows = with_arrays(
        summed.select(*columns), _scored(summed, level=level, method=method)
    ).with_columns(
        *(nw.when(nw.col("n_responses") > 0).then(nw.col(name)) for name in _POINTS)
    )
    if not is_lazy(frame):
        return native(rows, responses)
    return native(beside(frame, {name: rows[name] for name in rows.columns}), responses)


def group_counts(
    responses: object, columns: Sequence[str], counting: Counting
) -> tuple[Frame, EagerFrame]:
    """Open the answers and count the bands of each group, in ascending order."""
    frame, answers, parts = counted_bands(responses, columns, counting)
    named: dict[str, FloatArray] = dict(zip(_COUNTS, parts, strict=True))
    summed = with_arrays(answers.keys, named).group_by(*columns)
    return frame, summed.agg(*(nw.col(name).sum() for name in _COUNTS)).sort(*columns)


def _scored(
    summed: EagerFrame, *, level: float, method: IntervalMethod
) -> dict[str, np.ndarray]:
    P, M, D, absent, dropped = (numbers(summed, name) for name in _COUNTS)
    n = P + M + D
    # An empty group borrows one passive so that the formulas are defined; its score
    # is made missing afterwards.
    M_some = np.where(n > 0, M, 1.0)
    lower, upper = limits(P, M_some, D, level=level, method=method)
    counts = (P, M, D, absent, dropped, n)
    points = (
        100 * kernel.net_share(P, M_some, D),
        100 * np.sqrt(kernel.sampling_variance(P, M_some, D)),
        lower,
        upper,
    )
    whole = {
        name: entry.astype(np.int64)
        for name, entry in zip((*_COUNTS, "n_responses"), counts, strict=True)
    }
    return whole | dict(zip(_POINTS, points, strict=True))
