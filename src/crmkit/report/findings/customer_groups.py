"""RFM segments and life-cycle stages: the label of each customer, and the totals."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..._frames import EagerFrame, native, read_eager, with_arrays
from ...errors import CrmkitError
from ...segments import (
    LIFECYCLE_STAGES,
    RFM_SEGMENTS,
    lifecycle_summary,
    with_lifecycle_stage,
    with_rfm_scores,
    with_rfm_segment,
)
from ...typing import FloatArray, HistoryColumns, IntoDataFrame
from ..intake.prepare import PreparedLog
from ..question import Question
from .found_values import Group
from .scored_customers import ScoredCustomers

__all__ = ["STAGE_ACTIONS", "customer_groups", "lifecycle_stages", "rfm_segments"]

_WINDOWS = 4  # windows in the log, of at most a quarter each
_MOST_DAYS = 91
_LAPSE_DAYS = 365.0
_ROW = "_crmkit_row"
STAGE_ACTIONS: Mapping[str, str] = {
    "development": "lead them to the second order",
    "growth": "offer more of the range",
    "maturity": "reward, keep as they are",
    "decline": "ask why, before they leave",
    "termination": "win back those of value",
    "recovery": "welcome back",
}


def rfm_segments(summary: EagerFrame, like: IntoDataFrame, *, id_col: str) -> list[str]:
    """Return the RFM segment of each customer; empty where scores cannot be given."""
    columns = HistoryColumns(customer_id=id_col)
    try:
        scored = with_rfm_scores(native(summary, like), columns=columns)
        named = with_rfm_segment(scored)
    except CrmkitError:
        return [""] * len(summary)
    return [str(each) for each in read_eager(named, ())["rfm_segment"].to_list()]


def lifecycle_stages(
    log: PreparedLog,
    summary: EagerFrame,
    like: IntoDataFrame,
    probability_alive: FloatArray,
    *,
    question: Question,
) -> list[str]:
    """Return the life-cycle stage of each customer, by the fitted model's activity.

    ``probability_alive`` and the stages are in the order of ``summary``.
    """
    id_col = question.customer_id_col
    days = question.end_day - int(log.day.min(initial=question.end_day))
    window = max(min(_MOST_DAYS, days // _WINDOWS), 1)
    recent = read_eager(
        lifecycle_summary(
            native(log.frame, like),
            observation_period_end=question.observation_period_end,
            window_days=window,
            refunds=question.refunds,
            customer_id_col=question.customer_id_col,
            date_col=question.date_col,
            amount_col=question.amount_col,
        ),
        (),
    ).sort(id_col)
    # Engines sum groups in any order: both tables are sorted by id to meet.
    numbered = with_arrays(
        summary.select(id_col), {_ROW: np.arange(probability_alive.size)}
    )
    row = numbered.sort(id_col)[_ROW].to_numpy()
    scored = with_arrays(recent, {"probability_alive": probability_alive[row]})
    staged = with_lifecycle_stage(
        native(scored, like),
        lapse_days=_LAPSE_DAYS,
        window_days=window,
        probability_alive_col="probability_alive",
    )
    stages = np.empty(row.size, dtype=object)
    stages[row] = read_eager(staged, ())["lifecycle_stage"].to_list()
    return [str(each) for each in stages]


def customer_groups(
    labels: Sequence[str], scores: ScoredCustomers, *, of: str
) -> tuple[Group, ...]:
    """Add up each segment or stage that has customers, in its usual order."""
    if of == "segments":
        order: Mapping[str, str] = RFM_SEGMENTS.actions
    else:
        order = {name: STAGE_ACTIONS.get(name, "") for name in LIFECYCLE_STAGES}
    label = np.asarray(labels, dtype=np.str_)
    names = [name for name in order if (label == name).any()]
    return tuple(
        Group(
            name=name,
            action=order[name],
            n_customers=int(np.count_nonzero(label == name)),
            value=float(scores.clv[label == name].sum()),
            past_amount=float(scores.total_amount[label == name].sum()),
            median_days_since_last=float(np.median(scores.silent_days[label == name])),
        )
        for name in names
    )
