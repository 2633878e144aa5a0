"""How often each answer of a survey was given, by group.

A score depends on a survey only through these counts, so one ``group_by`` reads it, in
memory or in the engine that holds the answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..._check import LONGEST, one_of
from ..._frames import (
    EagerFrame,
    Frame,
    Rule,
    collect,
    missing,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
    whole_rules,
)
from ...typing import BoolArray, FloatArray
from .answer_groups import with_plain_groups

__all__ = [
    "FRACTIONS",
    "OUT_OF_RANGE",
    "Answers",
    "Fractions",
    "OutOfRange",
    "Scale",
    "scale_rules",
    "tally",
]

Fractions: TypeAlias = Literal["error", "down", "nearest"]
OutOfRange: TypeAlias = Literal["error", "drop"]
FRACTIONS: tuple[Fractions, ...] = ("error", "down", "nearest")
OUT_OF_RANGE: tuple[OutOfRange, ...] = ("error", "drop")
_WEIGHTS = "Counts are whole numbers; survey weights are read by weighted_nps."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The answers that a question allows, and what happens to all others.

    Attributes
    ----------
    low, high
        The ends of the scale, both allowed.
    fractions
        How an answer between two whole numbers counts: as an error, as the number
        below, or as the nearest one (a half goes up).
    out_of_range
        Whether an answer outside the scale is an error, or is left out and counted.
    """

    low: int
    high: int
    fractions: Fractions = "error"
    out_of_range: OutOfRange = "error"

    def __post_init__(self) -> None:
        one_of("fractions", self.fractions, FRACTIONS)
        one_of("out_of_range", self.out_of_range, OUT_OF_RANGE)

    def whole(self, value: FloatArray) -> FloatArray:
        """Return the whole number that each answer counts as."""
        return np.floor(value + 0.5 if self.fractions == "nearest" else value)

    def inside(self, value: FloatArray) -> BoolArray:
        """Tell which values lie on the scale."""
        whole = self.whole(value)
        return np.asarray((self.low <= whole) & (whole <= self.high))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """How often each answer was given, by group where groups were asked for.

    Attributes
    ----------
    keys
        The group columns, one row for each entry of the arrays below.
    value, count
        A distinct answer (whole, or NaN where it is missing) and how often it came.
    dropped
        Whether this entry lies outside the scale and is left out.
    """

    keys: EagerFrame
    value: FloatArray
    count: FloatArray
    dropped: BoolArray


def tally(
    responses: object,
    *,
    score_col: str,
    count_col: str | None,
    by: Sequence[str],
    scale: Scale,
) -> tuple[Frame, Answers]:
    """Open the answers and count them by group and value, in one aggregate query."""
    used = [*by, score_col] if count_col is None else [*by, score_col, count_col]
    frame = with_plain_groups(read(responses, used), by)
    require_numbers(frame, (score_col,))
    if count_col is not None:
        require_numbers(frame, (count_col,))
        refuse(frame, whole_rules(frame, count_col, at_most=LONGEST, remedy=_WEIGHTS))
    for column in by:
        refuse(frame, [_no_group(frame, column)])
    counted = _counted(frame, score_col, count_col, by)
    value = numbers(counted, "crmkit_score")
    given = ~np.isnan(value)
    bad = given & ~scale.inside(value)
    if scale.out_of_range == "error" and bad.any():
        refuse(frame, scale_rules(frame, score_col, scale))
    if scale.fractions == "error" and (given & ~bad & (value != np.floor(value))).any():
        refuse(frame, scale_rules(frame, score_col, scale))
    answers = Answers(
        keys=counted.select(*by),
        value=np.where(given, scale.whole(value), np.nan),
        count=numbers(counted, "crmkit_count"),
        dropped=bad,
    )
    return frame, answers


def scale_rules(frame: Frame, score_col: str, scale: Scale) -> list[Rule]:
    """List the rules of an answer; a missing answer breaks none of them."""
    score = nw.col(score_col)
    given = ~missing(frame, score_col)
    low = scale.low - 0.5 if scale.fractions == "nearest" else float(scale.low)
    high = {"error": scale.high, "down": scale.high + 1, "nearest": scale.high + 0.5}
    top = float(high[scale.fractions])
    above = score > top if scale.fractions == "error" else score >= top
    rules = []
    if scale.out_of_range == "error":
        rules.append(
            Rule(
                column=score_col,
                broken=given & ((score < low) | above),
                found="out-of-scale answer",
                remedy=f"The scale is {scale.low} to {scale.high}: correct these "
                "answers, name the scale of the question (scale=(low, high), or bands "
                "for a net promoter score), or leave them out with "
                "out_of_range='drop'.",
            )
        )
    if scale.fractions == "error" and frame.collect_schema()[score_col].is_float():
        rules.append(
            Rule(
                column=score_col,
                broken=given & score.is_finite() & (score != score.floor()),
                found="fractional answer",
                remedy="Choose how to count them: fractions='down' or 'nearest'.",
            )
        )
    return rules


def _counted(
    frame: Frame, score_col: str, count_col: str | None, by: Sequence[str]
) -> EagerFrame:
    chosen = [nw.col(column) for column in by]
    score = nw.col(score_col).alias("crmkit_score")
    if count_col is None:
        grouped = frame.select(*chosen, score).group_by(*by, "crmkit_score")
        return collect(grouped.agg(nw.len().alias("crmkit_count")))
    count = nw.col(count_col).cast(nw.Float64).alias("crmkit_count")
    grouped = frame.select(*chosen, score, count).group_by(*by, "crmkit_score")
    return collect(grouped.agg(nw.col("crmkit_count").sum()))


def _no_group(frame: Frame, column: str) -> Rule:
    return Rule(
        column=column,
        broken=missing(frame, column),
        found="missing value",
        remedy="Drop these rows, or give them a group.",
    )
