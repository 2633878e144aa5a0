"""Segment names for combinations of RFM scores."""

from typing import Final

from ..._arguments import one_of
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
from ..._typed import typed
from ...typing import IntoFrameT, Missing
from .rfm_segment_table import RfmSegment, RfmSegments

__all__ = ["RFM_SEGMENTS", "with_rfm_segment"]

# The table in common use, on recency and frequency; as printed in many places.
RFM_SEGMENTS: Final = RfmSegments(
    rules=(
        RfmSegment(
            name="champions",
            recency=(5, 5),
            frequency=(4, 5),
            action="reward, ask to recommend",
        ),
        RfmSegment(
            name="loyal",
            recency=(3, 4),
            frequency=(4, 5),
            action="offer more of the range",
        ),
        RfmSegment(
            name="potential loyal",
            recency=(4, 5),
            frequency=(2, 3),
            action="invite to the programme",
        ),
        RfmSegment(
            name="new", recency=(5, 5), frequency=(1, 1), action="welcome, second order"
        ),
        RfmSegment(
            name="promising",
            recency=(4, 4),
            frequency=(1, 1),
            action="remind of what they bought",
        ),
        RfmSegment(
            name="need attention",
            recency=(3, 3),
            frequency=(3, 3),
            action="a limited offer",
        ),
        RfmSegment(
            name="about to sleep",
            recency=(3, 3),
            frequency=(1, 2),
            action="say what is new",
        ),
        RfmSegment(
            name="cannot lose",
            recency=(1, 2),
            frequency=(5, 5),
            action="call in person",
        ),
        RfmSegment(
            name="at risk", recency=(1, 2), frequency=(3, 4), action="win back now"
        ),
        RfmSegment(
            name="hibernating",
            recency=(1, 2),
            frequency=(1, 2),
            action="spend little",
        ),
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
