"""Net promoter scores of several groups: one test of all, and every pair."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import chdtrc

from ..._check import names_given, one_of
from ..._frames import numbers
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.base import intervals
from ...kernels.survey import contingency
from ...kernels.survey import nps as kernel
from ...typing import FloatArray, IntoFrame
from ..reading.tally import Fractions, OutOfRange
from .bands import Bands
from .counted_bands import Counting
from .nps_by import group_counts
from .nps_difference import ADDED, DifferenceMethod, NpsDifference, difference

__all__ = ["Correction", "GroupDifference", "NpsComparison", "nps_comparison"]

Correction: TypeAlias = Literal["holm", "false_discovery", "bonferroni", "none"]
_CORRECTIONS: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "holm": intervals.holm,
    "false_discovery": intervals.benjamini_hochberg,
    "bonferroni": intervals.bonferroni,
    "none": lambda p: p,
}
_FEW = 5.0  # below this expected count the chi-squared distribution is inaccurate
_ENUMERABLE = 4_000_000  # tables; beyond it the exact test takes seconds


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class GroupDifference:
    """The difference of one pair of groups.

    Attributes
    ----------
    first, second
        The two groups.
    nps_difference
        The score of the first minus the score of the second, for this pair alone.
    adjusted_p_value
        The p-value, corrected for the number of pairs that are compared.
    """

    first: str
    second: str
    nps_difference: NpsDifference
    adjusted_p_value: float

    @property
    def difference(self) -> float:
        """Score of the first group minus score of the second, in points."""
        return self.nps_difference.difference

    @property
    def p_value(self) -> float:
        """Two-sided p-value of this pair, before any correction."""
        return self.nps_difference.p_value

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the confidence interval of this difference, in points."""
        return self.nps_difference.interval(level=level)


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class NpsComparison(JsonResult):
    """The net promoter scores of several groups, compared.

    Attributes
    ----------
    groups, scores, n_responses
        The groups in ascending order, their scores in points, their numbers of answers.
    statistic, degrees_of_freedom, p_value
        Test that all groups have the same score: chi-squared with inverse-variance
        weights.
    distribution_p_value, distribution_test
        Test that all groups have the same shares of promoters, passives and detractors;
        scores can be equal while the shares differ. ``"chi_squared"``, or ``"exact"``
        for two small groups.
    pairs
        Every pair of groups.
    """

    groups: tuple[str, ...]
    scores: tuple[float, ...]
    n_responses: tuple[int, ...]
    statistic: float
    degrees_of_freedom: int
    p_value: float
    distribution_p_value: float
    distribution_test: Literal["chi_squared", "exact"]
    pairs: tuple[GroupDifference, ...]

    def __str__(self) -> str:
        """Write the scores and the p-value of their equality as a sentence."""
        scores = ", ".join(
            f"{group} {score:+.1f} (n = {size:,})"
            for group, score, size in zip(
                self.groups, self.scores, self.n_responses, strict=True
            )
        )
        return f"NPS {scores}; all equal: p = {self.p_value:.3g}"


def nps_comparison(
    responses: IntoFrame,
    *,
    by: str | Sequence[str],
    score_col: str = "score",
    bands: str | Bands = "standard",
    count_col: str | None = None,
    fractions: Fractions = "error",
    out_of_range: OutOfRange = "error",
    method: DifferenceMethod = "adjusted_wald",
    correction: Correction = "holm",
) -> NpsComparison:
    """Compare the scores of two or more groups of different respondents.

    Parameters
    ----------
    responses
        One row per answer, or per distinct answer and group with ``count_col``.
    by
        The column or columns that make the groups.
    score_col, bands, count_col, fractions, out_of_range
        As in ``nps``.
    method
        ``"adjusted_wald"`` adds three answers to each group; ``"wald"`` adds none.
    correction
        How the p-values of the pairs are corrected for multiple comparisons:
        ``"holm"`` or ``"bonferroni"`` (the chance of any false positive),
        ``"false_discovery"`` (the share of false positives, Benjamini and Hochberg
        1995) or ``"none"``.

    Returns
    -------
    NpsComparison
        The test of all scores, the test of the distributions, and all pairs.

    Raises
    ------
    NotEnoughDataError
        If fewer than two groups have answers.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "plan": ["basic"] * 3 + ["plus"] * 3,
    ...     "score": [10, 8, 3, 10, 8, 3],
    ...     "count": [35, 35, 30, 50, 30, 20],
    ... })
    >>> result = nps_comparison(answers, by="plan", count_col="count")
    >>> result.scores, result.p_value, result.distribution_p_value
    ((5.0, 30.0), 0.028, 0.081)
    >>> pair = result.pairs[0]
    >>> pair.first, pair.second, pair.difference, pair.adjusted_p_value
    ('basic', 'plus', -25.0, 0.028)
    >>> print(result)
    NPS basic +5.0 (n = 100), plus +30.0 (n = 100); all equal: p = 0.028
    """
    one_of("correction", correction, tuple(_CORRECTIONS))
    one_of("method", method, tuple(ADDED))
    columns = names_given("by", by)
    counting = Counting(score_col, bands, count_col, fractions, out_of_range)
    _, kept = group_counts(responses, columns, counting)
    counts = np.stack(
        [numbers(kept, name) for name in ("promoters", "passives", "detractors")],
        axis=1,
    )
    labels = zip(*(kept[column].to_list() for column in columns), strict=True)
    names = [", ".join(map(str, label)) for label in labels]
    answered = counts.sum(axis=1) > 0
    if np.count_nonzero(answered) < 2:
        raise NotEnoughDataError(
            needed="2 groups with answers",
            got=f"{np.count_nonzero(answered)}",
            remedy="Choose another column for 'by', or use nps.",
        )
    names = [name for name, some in zip(names, answered, strict=True) if some]
    return _compared(
        tuple(names),
        counts[answered],
        method=method,
        correction=correction,
    )


def _compared(
    names: tuple[str, ...],
    counts: FloatArray,
    *,
    method: DifferenceMethod,
    correction: Correction,
) -> NpsComparison:
    added = counts + ADDED[method] * np.array([0.25, 0.5, 0.25])
    spread = kernel.sampling_variance(*added.T)
    pairs = _pairs(names, counts, method=method, correction=correction)
    if not spread.all():
        raise NotEnoughDataError(
            needed="answers in more than one band of each group",
            got="a group that answered in a single band",
            remedy="Use method='adjusted_wald', which adds three answers to each.",
        )
    statistic, _ = kernel.homogeneity(kernel.net_share(*added.T), spread)
    distribution_p, test = _distribution(counts)
    return NpsComparison(
        groups=names,
        scores=tuple((100 * kernel.net_share(*counts.T)).tolist()),
        n_responses=tuple(counts.sum(axis=1).astype(int).tolist()),
        statistic=statistic,
        degrees_of_freedom=len(names) - 1,
        p_value=float(chdtrc(len(names) - 1, statistic)),
        distribution_p_value=distribution_p,
        distribution_test=test,
        pairs=pairs,
    )


def _distribution(
    counts: FloatArray,
) -> tuple[float, Literal["chi_squared", "exact"]]:
    statistic, degrees, smallest = contingency.pearson(counts)
    if degrees == 0:
        return 1.0, "exact"
    column = counts.sum(axis=0)
    tables = (column[0] + 1) * (column[1] + 1)
    if len(counts) == 2 and smallest < _FEW and tables <= _ENUMERABLE:
        return contingency.exact_two_rows(counts), "exact"
    return float(chdtrc(degrees, statistic)), "chi_squared"


def _pairs(
    names: tuple[str, ...],
    counts: FloatArray,
    *,
    method: DifferenceMethod,
    correction: Correction,
) -> tuple[GroupDifference, ...]:
    chosen = list(combinations(range(len(names)), 2))
    gaps = [difference(counts[a], counts[b], method=method) for a, b in chosen]
    adjusted = _CORRECTIONS[correction](np.array([gap.p_value for gap in gaps]))
    return tuple(
        GroupDifference(
            first=names[a],
            second=names[b],
            nps_difference=gap,
            adjusted_p_value=corrected,
        )
        for (a, b), gap, corrected in zip(chosen, gaps, adjusted.tolist(), strict=True)
    )
