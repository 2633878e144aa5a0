"""From feeling to doing: how much likelier the satisfied are to buy again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..._check import fraction
from ..._frames import (
    Rule,
    collect,
    missing,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.survey import share_ratios
from ...typing import IntoFrame

__all__ = ["Estimate", "OutcomeLink", "link_to_outcomes"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Estimate:
    """A number and the range the data leave possible."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class OutcomeLink:
    """Two groups of answers, and how many of each did something afterwards.

    Attributes
    ----------
    satisfied, satisfied_events
        Customers who answered in the range looked at, and those who did it.
    others, other_events
        Customers they are compared with, and those of them who did it.
    missing
        Rows without an answer or an outcome, left out.

    Examples
    --------
    >>> link = OutcomeLink(
    ...     satisfied=100, satisfied_events=60, others=200, other_events=20
    ... )
    >>> risk = link.relative_risk()
    >>> risk.value, risk.lower, risk.upper
    (6.0, 3.85, 9.36)
    """

    satisfied: int
    satisfied_events: int
    others: int
    other_events: int
    missing: int = 0

    @property
    def satisfied_share(self) -> float:
        """Share of the satisfied who did it, 0 to 1."""
        return self.satisfied_events / self.satisfied

    @property
    def other_share(self) -> float:
        """Share of the others who did it, 0 to 1."""
        return self.other_events / self.others

    def relative_risk(self, *, level: float = 0.95) -> Estimate:
        """Return how many times likelier the satisfied are to do it (Katz 1978).

        Raises
        ------
        NotEnoughDataError
            If nobody of one group did it.
        """
        if not (self.satisfied_events and self.other_events):
            raise _nobody(self)
        return _estimate(share_ratios.relative_risk, self, level)

    def odds_ratio(self, *, level: float = 0.95) -> Estimate:
        """Return the ratio of the odds (Woolf 1955).

        Odds ratios are further from 1 than the ratio of chances: a sixfold odds ratio
        is not "six times likelier" unless the outcome is rare.

        Raises
        ------
        NotEnoughDataError
            If nobody, or everybody, of one group did it.
        """
        all_of_one = (
            self.satisfied_events == self.satisfied or self.other_events == self.others
        )
        if not (self.satisfied_events and self.other_events) or all_of_one:
            raise _nobody(self)
        return _estimate(share_ratios.odds_ratio, self, level)

    def risk_difference(self, *, level: float = 0.95) -> Estimate:
        """Return the difference of the shares (Newcombe 1998); it always exists."""
        return _estimate(share_ratios.risk_difference, self, level)

    def to_dict(self) -> dict[str, object]:
        """Return the counts as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "OutcomeLink":
        """Build the counts from their JSON document."""
        return from_document(cls, document)


def link_to_outcomes(
    responses: IntoFrame,
    *,
    satisfied: tuple[float, float],
    others: tuple[float, float],
    score_col: str = "score",
    outcome_col: str = "repurchased",
) -> OutcomeLink:
    """Compare what the satisfied did afterwards with what others did.

    The answer to "extremely satisfied customers are six times likelier to buy again"
    (Jones and Sasser 1995): is it six, here, and how sure is that? It is an
    association: those who buy much anyway may also be happier.

    Parameters
    ----------
    responses
        One row per customer with the answer and the outcome: see ``with_outcomes``. A
        lazy frame is counted in its engine.
    satisfied, others
        The two ranges of answers, both ends inclusive: (5, 5) against (4, 4) is the
        "extremely" against the merely satisfied.
    score_col, outcome_col
        The answer, and 1 or 0 for the outcome.

    Returns
    -------
    OutcomeLink
        Counts, with ratio, odds ratio and difference and their intervals.

    Raises
    ------
    InvalidValueError
        If the ranges overlap, or an outcome is not 0 or 1.
    NotEnoughDataError
        If nobody answered in one of the ranges.

    Examples
    --------
    >>> import pandas as pd
    >>> after = pd.DataFrame({
    ...     "score": [5, 5, 5, 4, 4, 4, 1], "repurchased": [1, 1, 0, 1, 0, 0, 0],
    ... })
    >>> link = link_to_outcomes(after, satisfied=(5, 5), others=(4, 4))
    >>> link.relative_risk().value
    2.0
    """
    if satisfied[0] <= others[1] and others[0] <= satisfied[1]:
        raise InvalidValueError(
            subject="arguments 'satisfied' and 'others'",
            found=f"ranges {satisfied} and {others} that overlap",
            remedy="Put each answer into one of the two.",
        )
    frame = read(responses, (score_col, outcome_col))
    require_numbers(frame, (score_col, outcome_col))
    hole = missing(frame, outcome_col)
    known = (nw.col(outcome_col) == 0) | (nw.col(outcome_col) == 1)
    refuse(
        frame,
        [
            Rule(
                column=outcome_col,
                broken=~hole & ~known,
                found="value other than 0 and 1",
                remedy="Say 1 for who did it, 0 for who did not.",
            )
        ],
    )
    counted = collect(
        frame.select(
            nw.col(score_col).alias("crmkit_score"),
            nw.col(outcome_col).alias("crmkit_outcome"),
        )
        .group_by("crmkit_score", "crmkit_outcome")
        .agg(nw.len().alias("crmkit_count"))
    )
    score, outcome, count = (
        numbers(counted, f"crmkit_{name}") for name in ("score", "outcome", "count")
    )
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


class _Formula(Protocol):
    def __call__(
        self, a: float, n: float, b: float, m: float, *, level: float
    ) -> tuple[float, float, float]: ...


def _estimate(formula: _Formula, link: OutcomeLink, level: float) -> Estimate:
    value, lower, upper = formula(
        link.satisfied_events,
        link.satisfied,
        link.other_events,
        link.others,
        level=fraction("level", level),
    )
    return Estimate(value=value, lower=lower, upper=upper)


def _nobody(link: OutcomeLink) -> NotEnoughDataError:
    return NotEnoughDataError(
        needed="some who did it and some who did not, in both groups",
        got=f"{link.satisfied_events} of {link.satisfied} and {link.other_events} of "
        f"{link.others}",
        remedy="Use risk_difference, which always exists.",
    )
