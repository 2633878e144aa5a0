"""RFM segments and life-cycle stages: the label of each customer, and the totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..._frames import EagerFrame, native, numbers, read_eager, table, with_arrays
from ...errors import CrmkitError
from ...segments import (
    LIFECYCLE_STAGES,
    RFM_SEGMENTS,
    with_lifecycle_stage,
    with_rfm_scores,
    with_rfm_segment,
)
from ...segments.profiles.lifecycle_summary import summarised_in_memory
from ...typing import FloatArray, HistoryColumns, IntArray, IntoDataFrame
from ..intake.merged_log import MergedLog
from ..question import Question
from .customer_labels import Labels, labels_of
from .found_values import Group
from .scored_customers import ScoredCustomers

__all__ = [
    "SEGMENT",
    "STAGE",
    "STAGE_ACTIONS",
    "customer_groups",
    "lifecycle_stages",
    "recent_activity",
    "rfm_segments",
]

_WINDOWS = 4  # windows in the log, of at most a quarter each
_MOST_DAYS = 91
_LAPSE_DAYS = 365.0
_SCORES = ("r_score", "f_score", "m_score")
_SCORE_LIMIT = 10  # above each of them
SEGMENT, STAGE = "rfm_segment", "lifecycle_stage"
STAGE_ACTIONS: Mapping[str, str] = {
    "development": "lead them to the second order",
    "growth": "offer more of the range",
    "maturity": "reward, keep as they are",
    "decline": "ask why, before they leave",
    "termination": "win back those of value",
    "recovery": "welcome back",
}


def rfm_segments(
    summary: EagerFrame, like: IntoDataFrame, *, id_col: str
) -> Labels | None:
    """Return the RFM segments of the customers; None where scores cannot be given."""
    columns = HistoryColumns(customer_id=id_col)
    try:
        scored = read_eager(
            with_rfm_scores(native(summary, like), columns=columns), _SCORES
        )
        # A segment depends on the scores alone: each combination is named once.
        digits = _digits(scored)
        distinct = np.flatnonzero(np.bincount(digits))
        parts = np.unravel_index(distinct, (_SCORE_LIMIT,) * len(_SCORES))
        few = table(scored, dict(zip(_SCORES, parts, strict=True)))
        named = read_eager(with_rfm_segment(native(few, like)), (SEGMENT,))
    except CrmkitError:
        return None
    return labels_of(named, SEGMENT).of(np.searchsorted(distinct, digits))


def _digits(scored: EagerFrame) -> IntArray:
    """Write the scores of each customer as one number, a digit each."""
    digits = np.zeros(len(scored), dtype=np.int64)
    for name in _SCORES:
        digits *= _SCORE_LIMIT
        digits += numbers(scored, name).astype(np.int64)
    return digits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecentActivity:
    """What a life-cycle stage is read from, in the order of the summary.

    ``window_days`` is the length of the two last windows, which are compared.
    """

    customers: EagerFrame
    window_days: int


def recent_activity(log: MergedLog, *, question: Question) -> RecentActivity:
    """Read the last two windows of each customer from the days of a log."""
    days = question.end_day - log.first_day
    window = max(min(_MOST_DAYS, days // _WINDOWS), 1)
    # What lifecycle_summary does, with the log that was checked and merged before.
    recent = summarised_in_memory(
        log.log.log, log.by_day, log.log.groups, window_days=window
    )
    # The summary names the customers: of a large log, the ids are much memory.
    return RecentActivity(
        customers=recent.drop(question.customer_id_col), window_days=window
    )


def lifecycle_stages(
    recent: RecentActivity, like: IntoDataFrame, probability_alive: FloatArray
) -> EagerFrame:
    """Return the life-cycle stages of the customers, by the fitted model's activity.

    ``probability_alive`` and the stages are in the order of the summary.
    """
    scored = with_arrays(recent.customers, {"probability_alive": probability_alive})
    staged = with_lifecycle_stage(
        native(scored, like),
        lapse_days=_LAPSE_DAYS,
        window_days=recent.window_days,
        probability_alive_col="probability_alive",
    )
    return read_eager(staged, ()).select(STAGE)


def customer_groups(
    labels: Labels, scores: ScoredCustomers, *, of: Literal["segments", "stages"]
) -> tuple[Group, ...]:
    """Add up each segment or stage that has customers, in its usual order."""
    if of == "segments":
        order: Mapping[str, str] = RFM_SEGMENTS.actions
    else:
        order = {name: STAGE_ACTIONS.get(name, "") for name in LIFECYCLE_STAGES}
    return tuple(
        Group(
            name=name,
            action=order[name],
            n_customers=int(np.count_nonzero(own)),
            value=float(scores.clv[own].sum()),
            past_amount=float(scores.total_amount[own].sum()),
            median_days_since_last=float(np.median(scores.silent_days[own])),
        )
        for name, own in ((n, labels.have(n)) for n in order if n in labels.names)
    )
