"""The score by group, and the group of each respondent."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from ..._check import one_of
from ..._frames import (
    EagerFrame,
    Frame,
    Rule,
    beside,
    is_lazy,
    native,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
    with_arrays,
)
from ..._frames import missing as hole_of
from ...kernels.survey import nps as kernel
from ...typing import FloatArray, IntoFrameT
from ..answers import Fractions, OutOfRange, Scale, column_names, scale_rules, tally
from .bands import Bands, bands_of
from .nps import IntervalMethod, band_counts, limits

__all__ = ["group_counts", "nps_by", "with_nps_group"]

Missing: TypeAlias = Literal["error", "keep"]
MISSING: tuple[Missing, ...] = ("error", "keep")

_COUNTS = ("promoters", "passives", "detractors", "missing", "dropped")
_POINTS = ("score", "standard_error", "lower", "upper")


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
        frame is counted in its engine; only the counts leave it.
    by
        The column or columns that make a group.
    score_col, bands, count_col, fractions, out_of_range
        As in :func:`nps`.
    level, method
        As in :meth:`NPS.interval`.

    Returns
    -------
    The same library's frame, one row per group, sorted by group (a lazy one is not):
    the group columns, ``promoters``, ``passives``, ``detractors``, ``missing``,
    ``dropped``, ``n``, and in points ``score``, ``standard_error``, ``lower``,
    ``upper``. A group without an answer has no score.

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
    >>> nps_by(answers, by="plan")[["plan", "n", "score", "lower"]]
        plan  n  score  lower
    0  basic  3   0.0   -69.2
    1   plus  3  66.7   -26.9
    """
    columns = column_names("by", by)
    frame, summed = group_counts(
        responses,
        columns=columns,
        score_col=score_col,
        bands=bands,
        count_col=count_col,
        fractions=fractions,
        out_of_range=out_of_range,
    )
    rows = with_arrays(
        summed.select(*columns), _scored(summed, level=level, method=method)
    ).with_columns(*(nw.when(nw.col("n") > 0).then(nw.col(name)) for name in _POINTS))
    if not is_lazy(frame):
        return native(rows, responses)
    return native(beside(frame, {name: rows[name] for name in rows.columns}), responses)


def group_counts(
    responses: object,
    *,
    columns: Sequence[str],
    score_col: str,
    bands: str | Bands,
    count_col: str | None,
    fractions: Fractions,
    out_of_range: OutOfRange,
) -> tuple[Frame, EagerFrame]:
    """Open the answers and count the bands of each group, groups in ascending order."""
    chosen = bands_of(bands)
    low, high = chosen.scale
    frame, answers = tally(
        responses,
        score_col=score_col,
        count_col=count_col,
        by=columns,
        scale=Scale(low=low, high=high, fractions=fractions, out_of_range=out_of_range),
    )
    parts = band_counts(answers, chosen)
    named: dict[str, FloatArray] = dict(zip(_COUNTS, parts, strict=True))
    summed = with_arrays(answers.keys, named).group_by(*columns)
    return frame, summed.agg(*(nw.col(name).sum() for name in _COUNTS)).sort(*columns)


def _scored(
    summed: EagerFrame, *, level: float, method: IntervalMethod
) -> dict[str, np.ndarray]:
    P, M, D, absent, dropped = (numbers(summed, name) for name in _COUNTS)
    n = P + M + D
    # A group of nobody borrows one passive for the formulas; its row says nothing.
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
        for name, entry in zip((*_COUNTS, "n"), counts, strict=True)
    }
    return whole | dict(zip(_POINTS, points, strict=True))


def with_nps_group(
    responses: IntoFrameT,
    *,
    score_col: str = "score",
    bands: str | Bands = "standard",
    fractions: Fractions = "error",
    missing: Missing = "error",
    output_col: str = "nps_group",
) -> IntoFrameT:
    """Add to each answer whether it is a promoter's, a passive's or a detractor's.

    Parameters
    ----------
    responses
        One row per answer.
    score_col, bands, fractions
        As in :func:`nps`.
    missing
        What a row without an answer is: ``"error"``, or ``"keep"`` it without a group.
    output_col
        The column to add: ``"promoter"``, ``"passive"`` or ``"detractor"``.

    Returns
    -------
    The same frame with one more column, lazy if it was lazy.

    Raises
    ------
    InvalidValueError
        If an answer is missing, outside the scale, or not whole.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"score": [10, 8, 5]})
    >>> with_nps_group(answers, bands="siebel")["nps_group"].tolist()
    ['promoter', 'passive', 'passive']
    """
    one_of("missing", missing, MISSING)
    chosen = bands_of(bands)
    low, high = chosen.scale
    scale = Scale(low=low, high=high, fractions=fractions)
    frame = read(responses, (score_col,))
    require_numbers(frame, (score_col,))
    refuse(frame, _rules(frame, score_col, scale, missing))
    shift = 0.5 if fractions == "nearest" else 0.0
    score, hole = nw.col(score_col), hole_of(frame, score_col)
    group = (
        nw.when(score >= chosen.promoters[0] - shift)
        .then(nw.lit("promoter"))
        .otherwise(
            nw.when(score >= chosen.passives[0] - shift)
            .then(nw.lit("passive"))
            .otherwise(nw.lit("detractor"))
        )
    )
    return native(
        frame.with_columns(nw.when(~hole).then(group).alias(output_col)), responses
    )


def _rules(frame: Frame, score_col: str, scale: Scale, missing: Missing) -> list[Rule]:
    rules = scale_rules(frame, score_col, scale)
    if missing == "keep":
        return rules
    hole = Rule(
        column=score_col,
        broken=hole_of(frame, score_col),
        found="missing value",
        remedy="Drop these rows, or keep them without a group: missing='keep'.",
    )
    return [hole, *rules]
