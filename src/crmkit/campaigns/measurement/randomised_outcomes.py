"""A randomised campaign, read and checked: scores, groups and outcomes."""

from dataclasses import dataclass

import numpy as np

from ..._frames import (
    flag_rules,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_numbers,
)
from ...churn.classifier.scored_outcomes import refuse_overflow
from ...errors import NotEnoughDataError
from ...kernels.base import ranking
from ...typing import FloatArray, IntArray, IntoDataFrame

__all__ = ["RandomisedOutcomes", "read_randomised"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RandomisedOutcomes:
    """Customers from the highest score down, and where blocks of equal scores end."""

    score: FloatArray
    treated: FloatArray
    outcome: FloatArray
    ends: IntArray

    def sums(
        self, times: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return treated, control, and the outcomes of each, above each cut."""
        t, c = times * self.treated, times * (1 - self.treated)
        parts = (t, c, t * self.outcome, c * self.outcome)
        n, m, gained, kept = (ranking.sums_at(part, self.ends) for part in parts)
        return n, m, gained, kept


def read_randomised(
    customers: IntoDataFrame,
    *,
    uplift_col: str,
    treated_col: str,
    outcome_col: str,
    binary: bool = False,
) -> RandomisedOutcomes:
    """Read scores, groups and outcomes; both groups must have customers."""
    frame = read_eager(customers, (uplift_col, treated_col, outcome_col))
    require_numbers(frame, [uplift_col])
    rules = [*number_rules(frame, uplift_col), *flag_rules(frame, treated_col)]
    # Money is an outcome of uplift, but only 0 and 1 can be multiplied by a value.
    if frame.schema[outcome_col].is_numeric() and not binary:
        rules += number_rules(frame, outcome_col)
    else:
        rules += flag_rules(frame, outcome_col)
    refuse(frame, rules)
    treated = numbers(frame, treated_col)
    if not 0 < treated.sum() < treated.size:
        raise NotEnoughDataError(
            needed="treated customers and a control group",
            got=f"{int(treated.sum())} treated of {treated.size}",
            remedy="Pass both groups of a randomised campaign.",
        )
    outcome = numbers(frame, outcome_col)
    refuse_overflow(outcome, outcome_col)
    score = numbers(frame, uplift_col)
    order, ends = ranking.block_ends(score)
    return RandomisedOutcomes(
        score=score[order],
        treated=np.asarray(treated[order]),
        outcome=np.asarray(outcome[order]),
        ends=ends,
    )
