"""The first part of a log, summarised, with what came in the weeks held back."""

import datetime as dt
import math
from dataclasses import dataclass

from ..._dates import EPOCH
from ..._frames import EagerFrame
from ...errors import CrmkitError
from ..intake.merged_log import MergedLog
from ..intake.prepare import PreparedLog
from ..question import Question
from .spend_floor import with_spend_floor

__all__ = ["HeldBack", "cut_of", "held_back", "unchecked"]

# Of the columns of a split summary, what models are fitted to and checked against: of a
# large log, the rest is much memory.
_NEEDED = (
    "frequency",
    "recency",
    "T",
    "monetary_value",
    "holdout_frequency",
    "holdout_T",
    "holdout_total_amount",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldBack:
    """The first part of the log, summarised, with what came after it.

    ``history`` is None where the first part is too small, and ``refused`` says why.
    """

    cut: dt.date
    history: EagerFrame | None
    refused: str | None = None


def held_back(log: PreparedLog | MergedLog, *, question: Question) -> HeldBack:
    """Summarise the first part of the log, with what came after it."""
    cut = cut_of(log, question=question)
    try:
        split = log.split_summary((cut - EPOCH).days, _NEEDED)
        early = with_spend_floor(split)
    except CrmkitError as reason:
        return HeldBack(cut=cut, history=None, refused=unchecked(reason))
    return HeldBack(cut=cut, history=early)


def unchecked(reason: object) -> str:
    """Say that nothing confirms the figures, and why."""
    return (
        "The first part of this log is too small to forecast the rest, so the figures "
        f"on this page are unchecked. The reason: {reason}"
    )


def cut_of(log: PreparedLog | MergedLog, *, question: Question) -> dt.date:
    """Return the last day of the first part: hold back the horizon, at most a half."""
    end = question.observation_period_end
    first = log.facts.first_date or end
    return _cut(first, end, horizon_days=7 * question.horizon_weeks)


def _cut(first: dt.date, last: dt.date, *, horizon_days: float) -> dt.date:
    half = (last - first).days / 2
    return last - dt.timedelta(days=math.ceil(min(half, horizon_days)))
