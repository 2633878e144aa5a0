"""The error of the parts ahead, learned from parts that were predicted in the past."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..._check import one_of, positive
from ..._dates import day_number
from ...fits import JsonResult, checked
from ..uncertainty.error_scale import (
    DEFAULT_SCALE,
    DEFAULT_WEIGHT,
    ErrorScale,
    PastMiss,
    error_scale,
    spans_apart,
)
from .part_score import PartScore

__all__ = ["PART_ERROR", "PartModelError", "judged_by"]

_PARTS = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6", "clv")
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PartModelError(JsonResult):
    """The errors of parts predicted in the past, and the error to expect of the next.

    The intervals of the parts ahead hold if the models are right and nothing drifts. In
    real companies prices, habits and seasons move all customers together. The method
    ``intervals`` of :class:`ComponentDraws` adds an error of this size to each part.

    Attributes
    ----------
    errors
        What :func:`backtest_components` found, in ``scores``; of several horizons, if
        wanted. Without any, the default alone counts.
    default_scale
        The scale of an error, relative to the size of the part, before any is seen.
    default_weight
        How many past errors the default counts as, and the degrees of freedom where
        there are none.

    Notes
    -----
    The error of a part is what came less what was predicted, over the size of the part:
    the sum of what is expected of each customer, all taken as positive, since a sum of
    signed amounts can be near 0. The size of ``clv`` is the sum of those of its parts.
    With ``n`` spans apart (they do not overlap, and start at least 91 days after one
    another) and the mean ``m`` of the squared errors less the variance of the draws,
    the squared scale is ``(w d**2 + n m) / (w + n)``, where ``d`` is ``default_scale``
    and ``w`` is ``default_weight``; the Student distribution has ``w + n`` degrees of
    freedom. Errors of all spans up to the one asked for count, or those of the
    shortest; beyond the longest, the scale grows with the square root of the span. The
    errors of the parts move together as far as their sum missed by more than it would
    if they were independent.

    Examples
    --------
    >>> score = PartScore(
    ...     cutoff="2023-06-30", lead_days=91, part="clv2", n_customers=100,
    ...     predicted=95.0, came=115.0, past_share=80.0, total=300.0, size=100.0,
    ... )
    >>> PartModelError(errors=(score,)).at(part="clv2", lead_days=91)
    ErrorScale(scale=0.14, degrees_of_freedom=5.0, n_cutoffs=1, n_windows=1)
    >>> print(PartModelError())
    default 12% of a part's size with the weight of 4 past errors
    no past forecast was compared, so whether intervals hold is unknown
    """

    errors: tuple[PartScore, ...] = ()
    default_scale: float = DEFAULT_SCALE
    default_weight: float = DEFAULT_WEIGHT

    def __post_init__(self) -> None:
        """Refuse a default that is not a positive number."""
        positive("default_scale", self.default_scale)
        positive("default_weight", self.default_weight)

    def at(self, *, part: str, lead_days: float) -> ErrorScale:
        """Return the error to expect of a part, relative to its size.

        Parameters
        ----------
        part
            ``"clv1"`` to ``"clv6"``, or ``"clv"`` for their sum.
        lead_days
            How many days ahead.
        """
        one_of("part", part, _PARTS)
        return error_scale(
            _misses(score for score in self.errors if score.part == part),
            span=positive("lead_days", lead_days),
            centre=self.default_scale,
            weight=self.default_weight,
        )

    def __str__(self) -> str:
        """Show the typical past error of each part as a table."""
        rows = []
        for part in _PARTS:
            scores = [score for score in self.errors if score.part == part]
            known = _misses(scores)
            if not known:
                continue
            errors = [score.error / score.size for score in scores if _foreseen(score)]
            typical = float(np.sqrt(np.mean(np.square(errors))))
            days = max(score.lead_days for score in scores)
            scale = self.at(part=part, lead_days=days).scale
            cutoffs = len({miss.cutoff for miss in known})
            rows.append(
                f"{part:<4}  {typical:>10.1%}  {scale:>11.1%}  {cutoffs:>7}"
                f"  {spans_apart(known):>5}"
            )
        head = ["part  past error  model error  cutoffs  apart"] if rows else []
        default = (
            f"default {100 * self.default_scale:.3g}% of a part's size with the weight "
            f"of {self.default_weight:g} past errors"
        )
        unknown = "no past forecast was compared, so whether intervals hold is unknown"
        return "\n".join([*head, *rows, default, *([] if rows else [unknown])])


PART_ERROR = PartModelError()


def judged_by(scores: Iterable[PartScore], day: int) -> PartModelError:
    """Return the errors that could be seen by a day: of spans that had ended."""
    return PartModelError(
        errors=tuple(
            score
            for score in scores
            if day_number("cutoff", score.cutoff) + score.lead_days <= day
        )
    )


def _foreseen(score: PartScore) -> bool:
    # Of a part of size 0, but for rounding, nothing is known in proportion to that.
    return score.size > _ROUNDING * abs(score.total)


def _misses(scores: Iterable[PartScore]) -> list[PastMiss]:
    return [
        PastMiss(
            cutoff=score.cutoff,
            lead_days=score.lead_days,
            span=float(score.lead_days),
            square=(score.error**2 - score.chance) / score.size**2,
        )
        for score in scores
        if _foreseen(score)
    ]
