"""The link from answers to outcomes: how much likelier satisfied customers act."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..._check import fraction, one_of, typed
from ..._frames import (
    Rule,
    missing,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.survey import share_ratios
from ...typing import IntoFrame
from ..reading.pair_counts import pair_counts

__all__ = ["OutcomeLink", "link_to_outcomes"]

Contrast: TypeAlias = Literal["relative_risk", "odds_ratio", "risk_difference"]
_CONTRASTS = {
    "relative_risk": share_ratios.relative_risk,
    "odds_ratio": share_ratios.odds_ratio,
    "risk_difference": share_ratios.risk_difference,
}


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class OutcomeLink(JsonResult):
    """The outcomes of satisfied customers compared with those of others.

    Attributes
    ----------
    satisfied, satisfied_events
        Number of satisfied customers, and of those among them with the outcome.
    others, other_events
        Number of customers they are compared with, and of those with the outcome.
    missing
        Rows without an answer or an outcome, left out.

    Examples
    --------
    >>> link = OutcomeLink(
    ...     satisfied=100, satisfied_events=60, others=200, other_events=20
    ... )
    >>> lower, upper = link.interval(of="relative_risk")
    >>> link.relative_risk, lower, upper
    (6.0, 3.85, 9.36)
    """

    satisfied: int
    satisfied_events: int
    others: int
    other_events: int
    missing: int = 0

    @property
    def satisfied_share(self) -> float:
        """Share of the satisfied customers with the outcome, 0 to 1."""
        return self.satisfied_events / self.satisfied

    @property
    def other_share(self) -> float:
        """Share of the other customers with the outcome, 0 to 1."""
        return self.other_events / self.others

    @property
    def relative_risk(self) -> float:
        """Ratio of the two shares: how many times likelier the outcome is."""
        return self._contrast("relative_risk", 0.95)[0]

    @property
    def odds_ratio(self) -> float:
        """Ratio of the odds.

        It is further from 1 than the relative risk: an odds ratio of 6 does not mean
        "six times likelier" unless the outcome is rare.
        """
        return self._contrast("odds_ratio", 0.95)[0]

    @property
    def risk_difference(self) -> float:
        """Difference of the two shares, which is always defined."""
        return self._contrast("risk_difference", 0.95)[0]

    def interval(self, *, of: Contrast, level: float = 0.95) -> Interval:
        """Return the confidence interval of one of the three comparisons.

        Parameters
        ----------
        of
            ``"relative_risk"`` (Katz 1978), ``"odds_ratio"`` (Woolf 1955) or
            ``"risk_difference"`` (Newcombe 1998).
        level
            The confidence level.

        Returns
        -------
        Interval
            Lower and upper end.

        Raises
        ------
        NotEnoughDataError
            If a ratio is undefined, because no customer of a group has the outcome (for
            the odds ratio: or all have it).
        """
        _, lower, upper = self._contrast(of, level)
        return Interval(lower=lower, upper=upper, level=level)

    def _contrast(self, of: Contrast, level: float) -> tuple[float, float, float]:
        formula = _CONTRASTS[one_of("of", of, tuple(_CONTRASTS))]
        none = not (self.satisfied_events and self.other_events)
        every = (
            self.satisfied_events == self.satisfied or self.other_events == self.others
        )
        undefined = {"relative_risk": none, "odds_ratio": none or every}
        if undefined.get(of, False):
            raise NotEnoughDataError(
                needed="customers with and without the outcome in both groups",
                got=f"{self.satisfied_events} of {self.satisfied} and "
                f"{self.other_events} of {self.others} with it",
                remedy="Use risk_difference, which is always defined.",
            )
        return formula(
            self.satisfied_events,
            self.satisfied,
            self.other_events,
            self.others,
            level=fraction("level", level),
        )


@typed
def link_to_outcomes(
    responses: IntoFrame,
    *,
    satisfied: tuple[float, float],
    others: tuple[float, float],
    score_col: str = "score",
    outcome_col: str = "repurchased",
) -> OutcomeLink:
    """Compare the later outcomes of satisfied customers with those of others.

    Are extremely satisfied customers really six times likelier to buy again (Jones and
    Sasser 1995)? The result is an association: customers who buy much anyway may also
    be more satisfied.

    Parameters
    ----------
    responses
        One row per customer with the answer and the outcome: see ``with_outcomes``. A
        lazy frame is counted in its engine.
    satisfied, others
        The two ranges of answers, both ends inclusive: (5, 5) and (4, 4) compare the
        extremely satisfied with the merely satisfied.
    score_col, outcome_col
        The answer, and 1 or 0 for the outcome.

    Returns
    -------
    OutcomeLink
        The counts, with relative risk, odds ratio, risk difference and their
        intervals.

    Raises
    ------
    InvalidValueError
        If the ranges overlap, or an outcome is not 0 or 1.
    NotEnoughDataError
        If one of the ranges has no answer.

    Examples
    --------
    >>> import pandas as pd
    >>> after = pd.DataFrame({
    ...     "score": [5, 5, 5, 4, 4, 4, 1], "repurchased": [1, 1, 0, 1, 0, 0, 0],
    ... })
    >>> link = link_to_outcomes(after, satisfied=(5, 5), others=(4, 4))
    >>> link.relative_risk
    2.0
    """
    if satisfied[0] <= others[1] and others[0] <= satisfied[1]:
        raise InvalidValueError(
            subject="arguments 'satisfied' and 'others'",
            found=f"overlapping ranges {satisfied} and {others}",
            remedy="Put each answer into at most one of the two.",
        )
    frame = read(responses, (score_col, outcome_col))
    require_numbers(frame, (score_col, outcome_col))
    absent = missing(frame, outcome_col)
    known = (nw.col(outcome_col) == 0) | (nw.col(outcome_col) == 1)
    refuse(
        frame,
        [
            Rule(
                column=outcome_col,
                broken=~absent & ~known,
                found="value other than 0 or 1",
                remedy="Code yes as 1 and no as 0.",
            )
        ],
    )
    _, score, outcome, count = pair_counts(frame, (score_col, outcome_col))
    held = ~np.isnan(score) & ~np.isnan(outcome)
    top = held & (score >= satisfied[0]) & (score <= satisfied[1])
    rest = held & (score >= others[0]) & (score <= others[1])
    if not (top.any() and rest.any()):
        raise NotEnoughDataError(
            needed="answers in both ranges",
            got=f"{round(count[top].sum())} and {round(count[rest].sum())}",
            remedy="Choose other ranges.",
        )
    return OutcomeLink(
        satisfied=round(count[top].sum()),
        satisfied_events=round(count[top & (outcome == 1)].sum()),
        others=round(count[rest].sum()),
        other_events=round(count[rest & (outcome == 1)].sum()),
        missing=round(count[~held].sum()),
    )
