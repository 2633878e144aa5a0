"""Segment names for combinations of RFM scores."""

from typing import Final

from ..._check import one_of, typed
from ..._frames import (
    Frame,
    Rule,
    missing,
    native,
    number_rules,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...typing import IntoFrameT, Missing
from .rfm_segment_table import RfmSegment, RfmSegments

__all__ = ["RFM_SEGMENTS", "with_rfm_segment"]

# The table in common use: name, scores of recency and of frequency, and what to do.
_TABLE: Final[tuple[tuple[str, tuple[int, int], tuple[int, int], str], ...]] = (
    ("champions", (5, 5), (4, 5), "reward, ask to recommend"),
    ("loyal", (3, 4), (4, 5), "offer more of the range"),
    ("potential loyal", (4, 5), (2, 3), "invite to the programme"),
    ("new", (5, 5), (1, 1), "welcome, second order"),
    ("promising", (4, 4), (1, 1), "remind of what they bought"),
    ("need attention", (3, 3), (3, 3), "a limited offer"),
    ("about to sleep", (3, 3), (1, 2), "say what is new"),
    ("cannot lose", (1, 2), (5, 5), "call in person"),
    ("at risk", (1, 2), (3, 4), "win back now"),
    ("hibernating", (1, 2), (1, 2), "spend little"),
)
RFM_SEGMENTS: Final = RfmSegments(
    rules=tuple(
        RfmSegment(name=name, recency=recency, frequency=frequency, action=action)
        for name, recency, frequency, action in _TABLE
    )
)


@typed
def with_rfm_segment(
    customers: IntoFrameT,
    *,
    table: RfmSegments = RFM_SEGMENTS,
    r_score_col: str = "r_score",
    f_score_col: str = "f_score",
    m_score_col: str = "m_score",
    output_col: str = "rfm_segment",
    missing: Missing = "error",
) -> IntoFrameT:
    """Add the segment name of each customer's combination of scores.

    Parameters
    ----------
    customers
        One row per customer, with scores such as :func:`with_rfm_scores` adds. A lazy
        frame stays lazy.
    table
        The name of each combination. The default is the table in common use, on
        recency and frequency with five scores each; write your own as
        :class:`RfmSegments`.
    r_score_col, f_score_col, m_score_col
        The scores.
    output_col
        The column to write.
    missing
        ``"error"`` refuses missing scores; with ``"keep"``, customers without scores
        have no segment.

    Returns
    -------
    The same rows with one more column.

    Raises
    ------
    InvalidValueError
        If a score is missing, or is not a score of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> scored = pd.DataFrame({
    ...     "r_score": [5, 1, 1], "f_score": [5, 5, 1], "m_score": [5, 4, 1],
    ... })
    >>> ck.segments.with_rfm_segment(scored)["rfm_segment"].to_list()
    ['champions', 'cannot lose', 'hibernating']
    """
    one_of("missing", missing, ("error", "keep"))
    axes = (r_score_col, f_score_col, m_score_col)
    opened = read(customers, axes)
    require_numbers(opened, axes)
    refuse(opened, _score_rules(opened, axes, table.bins, missing))
    name = _named(table, axes)
    known = nw.when(~_any_hole(opened, axes)).then(name)
    return native(opened.with_columns(known.alias(output_col)), customers)


def _named(table: RfmSegments, axes: tuple[str, str, str]) -> nw.Expr:
    *first, last = table.rules
    name = nw.lit(last.name)
    for rule in reversed(first):
        name = nw.when(_inside(rule, axes)).then(nw.lit(rule.name)).otherwise(name)
    return name


def _inside(rule: RfmSegment, axes: tuple[str, str, str]) -> nw.Expr:
    recency, frequency, monetary = axes
    return (
        nw.col(recency).is_between(*rule.recency)
        & nw.col(frequency).is_between(*rule.frequency)
        & nw.col(monetary).is_between(*rule.monetary)
    )


def _any_hole(frame: Frame, axes: tuple[str, str, str]) -> nw.Expr:
    recency, frequency, monetary = axes
    return (
        missing(frame, recency) | missing(frame, frequency) | missing(frame, monetary)
    )


def _score_rules(
    frame: Frame, axes: tuple[str, str, str], bins: int, holes: Missing
) -> list[Rule]:
    rules = []
    for axis in axes:
        score = nw.col(axis)
        wrong = (score < 1) | (score > bins) | (score != score.round(0))
        if holes == "error":
            rules += number_rules(frame, axis)
        rules.append(
            Rule(
                column=axis,
                broken=wrong & ~missing(frame, axis),
                found=f"score outside 1-{bins}",
                remedy="Score with the number of bins that the table of segments has.",
            )
        )
    return rules
