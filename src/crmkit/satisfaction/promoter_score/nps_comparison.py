"""Several groups at once: whether scores differ, whether answers do, which pairs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import chdtrc

from ..._check import fraction, one_of
from ..._frames import numbers
from ...errors import NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.base import intervals
from ...kernels.survey import contingency
from ...kernels.survey import nps as kernel
from ...typing import FloatArray, IntoFrame
from ..answers import Fractions, OutOfRange
from .bands import Bands
from .nps_by import group_counts
from .nps_difference import ADDED, DifferenceMethod, difference

__all__ = ["Correction", "GroupDifference", "NpsComparison", "nps_comparison"]

Correction: TypeAlias = Literal["holm", "false_discovery", "bonferroni", "none"]
_CORRECTIONS: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "holm": intervals.holm,
    "false_discovery": intervals.benjamini_hochberg,
    "bonferroni": intervals.bonferroni,
    "none": lambda p: p,
}
_FEW = 5.0  # the expected count below which chi-squared is not to be trusted
_ENUMERABLE = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class GroupDifference:
    """One pair of groups.

    Attributes
    ----------
    first, second
        The groups; ``difference`` is the first's score less the second's, in points.
    lower, upper
        The interval of the difference, for this pair by itself.
    p_value, adjusted_p_value
        For this pair by itself, and corrected for the number of pairs looked at.
    """

    first: str
    second: str
    difference: float
    lower: float
    upper: float
    p_value: float
    adjusted_p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class NpsComparison:
    """What the answers of several groups say about each other.

    Attributes
    ----------
    groups, scores, sizes
        The groups in ascending order, their scores in points, their answers.
    statistic, degrees_of_freedom, p_value
        Do all groups share one score? Chi-squared by inverse-variance weights.
    distribution_p_value, distribution_test
        Do all groups share one mix of promoters, passives and detractors? Scores can be
        equal while mixes differ. ``"chi_squared"``, or ``"exact"`` for two groups of
        few.
    pairs
        Every pair of groups.
    """

    groups: tuple[str, ...]
    scores: tuple[float, ...]
    sizes: tuple[int, ...]
    statistic: float
    degrees_of_freedom: int
    p_value: float
    distribution_p_value: float
    distribution_test: Literal["chi_squared", "exact"]
    pairs: tuple[GroupDifference, ...]

    def __str__(self) -> str:
        """Say the scores and whether they differ as a sentence."""
        scores = ", ".join(
            f"{group} {score:+.1f} (n = {size:,})"
            for group, score, size in zip(
                self.groups, self.scores, self.sizes, strict=True
            )
        )
        return f"NPS {scores}; all equal: p = {self.p_value:.3g}"

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "NpsComparison":
        """Build the comparison from its JSON document."""
        return from_document(cls, document)


def nps_comparison(
    responses: IntoFrame,
    *,
    by: str,
    score_col: str = "score",
    bands: str | Bands = "standard",
    count_col: str | None = None,
    fractions: Fractions = "error",
    out_of_range: OutOfRange = "error",
    method: DifferenceMethod = "adjusted_wald",
    correction: Correction = "holm",
    level: float = 0.95,
) -> NpsComparison:
    """Compare the scores of two or more groups of different respondents.

    Parameters
    ----------
    responses
        One row per answer, or per distinct answer and group with ``count_col``.
    by
        The column that makes the groups.
    score_col, bands, count_col, fractions, out_of_range
        As in ``nps``.
    method
        ``"adjusted_wald"`` adds three answers to each group; ``"wald"`` adds none.
    correction
        For looking at several pairs: ``"holm"`` (any false alarm at all),
        ``"false_discovery"`` (share of false alarms, Benjamini and Hochberg 1995),
        ``"bonferroni"`` or ``"none"``.
    level
        Of the pairs' intervals.

    Returns
    -------
    NpsComparison
        The overall test, the test of the whole distribution, and all pairs.

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
    _, kept = group_counts(
        responses,
        columns=(by,),
        score_col=score_col,
        bands=bands,
        count_col=count_col,
        fractions=fractions,
        out_of_range=out_of_range,
    )
    counts = np.stack(
        [numbers(kept, name) for name in ("promoters", "passives", "detractors")],
        axis=1,
    )
    names = [str(name) for name in kept[by].to_list()]
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
        level=fraction("level", level),
    )


def _compared(
    names: tuple[str, ...],
    counts: FloatArray,
    *,
    method: DifferenceMethod,
    correction: Correction,
    level: float,
) -> NpsComparison:
    added = counts + ADDED[method] * np.array([0.25, 0.5, 0.25])
    spread = kernel.sampling_variance(*added.T)
    pairs = _pairs(names, counts, method=method, correction=correction, level=level)
    if not spread.all():
        raise NotEnoughDataError(
            needed="answers of more than one band in each group",
            got="a group that all answered in one band",
            remedy="Use method='adjusted_wald', which adds three answers to each.",
        )
    statistic, _ = kernel.homogeneity(kernel.net_share(*added.T), spread)
    distribution_p, test = _distribution(counts)
    return NpsComparison(
        groups=names,
        scores=tuple((100 * kernel.net_share(*counts.T)).tolist()),
        sizes=tuple(counts.sum(axis=1).astype(int).tolist()),
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
    level: float,
) -> tuple[GroupDifference, ...]:
    chosen = list(combinations(range(len(names)), 2))
    gaps = [difference(counts[a], counts[b], method=method) for a, b in chosen]
    adjusted = _CORRECTIONS[correction](np.array([gap.p_value for gap in gaps]))
    return tuple(
        GroupDifference(
            first=names[a],
            second=names[b],
            difference=gap.difference,
            lower=gap.interval(level=level)[0],
            upper=gap.interval(level=level)[1],
            p_value=gap.p_value,
            adjusted_p_value=corrected,
        )
        for (a, b), gap, corrected in zip(chosen, gaps, adjusted.tolist(), strict=True)
    )
