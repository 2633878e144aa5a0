"""The difference of two net promoter scores, with its interval and p-value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..._check import fraction, one_of
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.base.intervals import normal_quantile, two_sided_p
from ...kernels.survey import nps as kernel
from ...typing import FloatArray

__all__ = ["ADDED", "DifferenceMethod", "NpsDifference", "difference"]

DifferenceMethod: TypeAlias = Literal["adjusted_wald", "wald"]
ADDED: Mapping[str, float] = {"adjusted_wald": 3.0, "wald": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class NpsDifference(JsonResult):
    """The first score minus the second, of different respondents.

    Attributes
    ----------
    difference
        First score minus second, in points, from -200 to 200.
    centre
        The centre of the interval: the difference after the method added its answers.
    standard_error
        Standard error of ``centre``, in points.
    p_value
        Two-sided p-value of equal scores.

    Examples
    --------
    >>> from crmkit.satisfaction import Nps
    >>> ours = Nps(promoters=50, passives=30, detractors=20)
    >>> theirs = Nps(promoters=35, passives=35, detractors=30)
    >>> gap = ours.minus(theirs)
    >>> gap.difference, gap.p_value
    (25.0, 0.028)
    >>> gap.interval().lower, gap.interval().upper
    (2.66, 45.89)
    """

    difference: float
    centre: float
    standard_error: float
    p_value: float

    @property
    def z(self) -> float:
        """Distance of ``centre`` from 0, in standard errors."""
        return self.centre / self.standard_error

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the confidence interval of the difference, in points."""
        half = normal_quantile(fraction("level", level)) * self.standard_error
        return Interval(
            lower=max(-200.0, self.centre - half),
            upper=min(200.0, self.centre + half),
            level=level,
        )


def difference(
    first: FloatArray, second: FloatArray, *, method: DifferenceMethod
) -> NpsDifference:
    """Compare two samples, each given as promoters, passives and detractors."""
    one_of("method", method, tuple(ADDED))
    plain, _ = kernel.difference(first, second, added=0)
    centre, spread = kernel.difference(first, second, added=ADDED[method])
    if spread == 0:
        raise NotEnoughDataError(
            needed="answers in more than one band of one of the samples",
            got="samples that each answered in a single band",
            remedy="Use method='adjusted_wald', which adds three answers to each.",
        )
    error = np.sqrt(spread)
    return NpsDifference(
        difference=100 * plain,
        centre=100 * centre,
        standard_error=100 * float(error),
        p_value=float(two_sided_p(centre / error)),
    )
