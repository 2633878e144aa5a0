"""A randomised campaign, read and checked: scores, groups and outcomes."""

from dataclasses import dataclass

import numpy as np

from ..._frames import (
    EagerFrame,
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

_EXACT = 2.0**53
_SHORT = 2.0**30  # below half of what 32 bits hold: drawn customers may be more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RandomisedOutcomes:
    """Customers from the highest score down, and where blocks of equal scores end.

    ``frame`` is the open frame that they came from, in its own order.
    """

    frame: EagerFrame
    score: FloatArray
    treated: FloatArray
    outcome: FloatArray
    ends: IntArray

    def room(self) -> "Room":
        """Return memory for ``sums``, to be used for one resample after another."""
        # Sums of whole numbers take a quarter of the time of sums of floats, and of
        # short ones an eighth.
        most = max(float(np.abs(self.outcome).max()), 1.0) * self.outcome.size
        whole = bool(np.all(self.outcome == np.rint(self.outcome)))
        kind: type[np.number] = np.float64
        if whole and most < _EXACT:
            kind = np.int32 if most < _SHORT else np.int64
        n = self.score.size
        return Room(
            treated=self.treated.astype(kind),
            outcome=self.outcome.astype(kind),
            parts=np.empty((4, n), kind),
            running=np.zeros((4, n + 1), kind),
            found=np.zeros((4, self.ends.size + 1)),
        )

    def sums(
        self, times: FloatArray | IntArray, room: "Room | None" = None
    ) -> FloatArray:
        """Return treated, control, and the outcomes of each, above each cut.

        In memory that the next call with the same room overwrites.
        """
        room = room or self.room()
        t, c, added, kept = room.parts
        np.multiply(times, room.treated, out=t, casting="unsafe")
        np.subtract(times, t, out=c, casting="unsafe")
        np.multiply(t, room.outcome, out=added)
        np.multiply(c, room.outcome, out=kept)
        for part, running in zip(room.parts, room.running, strict=True):
            np.cumsum(part, out=running[1:])
        if self.ends.size < self.score.size:
            room.found[:, 1:] = room.running[:, self.ends + 1]
        else:
            room.found[:] = room.running
        return room.found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Room:
    """Columns in the type in which they are added up, and memory for their sums."""

    treated: np.ndarray
    outcome: np.ndarray
    parts: np.ndarray
    running: np.ndarray
    found: FloatArray


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
    # Equal scores are sorted by what else is known of a row: whoever draws rows by
    # their place then draws the same customers, whatever the order of the frame.
    order = np.lexsort((outcome, treated, score))[::-1]
    score = score[order]
    return RandomisedOutcomes(
        frame=frame,
        score=score,
        treated=np.asarray(treated[order]),
        outcome=np.asarray(outcome[order]),
        ends=ranking.ends_of_blocks(score),
    )
