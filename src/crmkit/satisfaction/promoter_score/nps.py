"""The net promoter score of a survey, with everything that follows from its counts."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..._check import fraction, one_of, whole
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.survey import nps as kernel
from ...kernels.survey import nps_dirichlet, nps_intervals
from ...typing import FloatArray, IntoFrame
from ..answers import Answers, Fractions, OutOfRange, Scale, tally
from .bands import BANDS, Bands, bands_of
from .nps_difference import DifferenceMethod, NpsDifference, difference
from .response_bounds import ResponseBounds, bounds

__all__ = ["METHODS", "NPS", "IntervalMethod", "band_counts", "limits", "nps"]

IntervalMethod: TypeAlias = Literal[
    "score", "adjusted_wald", "wald", "goodman", "bootstrap", "dirichlet"
]
METHODS: tuple[IntervalMethod, ...] = (
    "score",
    "adjusted_wald",
    "wald",
    "goodman",
    "bootstrap",
    "dirichlet",
)
_CLOSED = {
    "score": nps_intervals.score,
    "adjusted_wald": nps_intervals.adjusted_wald,
    "wald": nps_intervals.wald,
    "goodman": nps_intervals.goodman,
}


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class NPS:
    """Counts of a net promoter survey, and what follows from them.

    Attributes
    ----------
    promoters, passives, detractors
        How many answered in each band.
    missing
        Rows without an answer: not part of the score, but part of the story.
    dropped
        Answers outside the scale that were left out on request.
    bands
        Which answers made a promoter, a passive, a detractor.

    Examples
    --------
    >>> survey = NPS(promoters=50, passives=30, detractors=20)
    >>> survey.score
    30.0
    >>> survey.standard_error
    7.81
    >>> survey.interval()
    (13.96, 44.34)
    """

    promoters: int
    passives: int
    detractors: int
    missing: int = 0
    dropped: int = 0
    bands: Bands = BANDS["standard"]

    def __post_init__(self) -> None:
        for name in ("promoters", "passives", "detractors", "missing", "dropped"):
            whole(name, getattr(self, name))
        if self.n == 0:
            raise NotEnoughDataError(
                needed="at least 1 answer",
                got=f"0 ({self.missing} missing, {self.dropped} outside the scale)",
                remedy="A score of nobody does not exist.",
            )

    @property
    def n(self) -> int:
        """Number of answers that count."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float:
        """Share of promoters minus share of detractors, from -100 to 100."""
        return 100 * (self.promoters - self.detractors) / self.n

    @property
    def promoter_share(self) -> float:
        """Share of promoters among the answers, 0 to 1."""
        return self.promoters / self.n

    @property
    def passive_share(self) -> float:
        """Share of passives among the answers, 0 to 1."""
        return self.passives / self.n

    @property
    def detractor_share(self) -> float:
        """Share of detractors among the answers, 0 to 1."""
        return self.detractors / self.n

    @property
    def variance(self) -> float:
        """Variance of one answer that counts -1, 0 or 1; at most 1."""
        return float(kernel.variance(*self.counts))

    @property
    def standard_error(self) -> float:
        """Standard deviation of the score over repeated surveys, in points."""
        return 100 * math.sqrt(self.variance / self.n)

    @property
    def counts(self) -> FloatArray:
        """Promoters, passives, detractors, as kernels read them."""
        parts = (self.promoters, self.passives, self.detractors)
        return np.array(parts, dtype=np.float64)

    def interval(
        self, *, level: float = 0.95, method: IntervalMethod = "score"
    ) -> tuple[float, float]:
        """Return the range of scores these answers leave possible, in points.

        Parameters
        ----------
        level
            How often such ranges hold the truth, between 0 and 1.
        method
            ``"score"`` keeps its promise best near the ends (Tango 1998);
            ``"adjusted_wald"`` adds three answers first (Rocks 2016); ``"wald"`` is the
            textbook's and too narrow for few answers; ``"goodman"`` (1965) holds for
            all contrasts of the three shares at once; ``"bootstrap"`` is the percentile
            bootstrap with all resamples enumerated, no chance involved; ``"dirichlet"``
            is the Bayesian range under Jeffreys' prior of half an answer per band.

        Returns
        -------
        tuple of float
            Its ends, never outside -100 to 100.

        Raises
        ------
        InvalidValueError
            If there is no such method, or the level is not between 0 and 1.

        Examples
        --------
        >>> NPS(promoters=10, passives=0, detractors=0).interval()
        (44.49, 100.0)
        >>> NPS(promoters=10, passives=0, detractors=0).interval(method="wald")
        (100.0, 100.0)
        """
        lower, upper = limits(*self.counts, level=level, method=method)
        return float(lower), float(upper)

    def minus(
        self, other: "NPS", *, method: DifferenceMethod = "adjusted_wald"
    ) -> NpsDifference:
        """Compare with the score of other respondents, sign kept.

        Parameters
        ----------
        other
            The score to take off this one. Its respondents must not be the same people:
            for those see ``paired_nps``.
        method
            ``"adjusted_wald"`` adds three answers to each sample first;
            ``"wald"`` adds none.

        Returns
        -------
        NpsDifference
            Signed difference, interval and p-value.

        Raises
        ------
        InvalidValueError
            If the two scores were made by different bands.
        """
        if other.bands != self.bands:
            raise InvalidValueError(
                subject="argument 'other'",
                found="a score made by other bands",
                remedy="Count both surveys with the same bands.",
            )
        return difference(self.counts, other.counts, method=method)

    def response_bounds(self, *, invited: int) -> ResponseBounds:
        """Return what those who did not answer could make of the score.

        Parameters
        ----------
        invited
            How many were asked, at least as many as answered.

        Returns
        -------
        ResponseBounds
            Response rate, and the score were all silent customers detractors,
            promoters or passives.
        """
        return bounds(*self.counts, invited=whole("invited", invited))

    def to_dict(self) -> dict[str, object]:
        """Return the counts as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "NPS":
        """Build the counts from their JSON document."""
        return from_document(cls, document)

    def __str__(self) -> str:
        """Say the score as a sentence."""
        lower, upper = self.interval()
        return (
            f"NPS {self.score:+.1f} (95 % {lower:+.1f} to {upper:+.1f}): "
            f"{self.promoters} promoters, {self.passives} passives, "
            f"{self.detractors} detractors, {self.missing} missing"
        )


def nps(
    responses: IntoFrame,
    *,
    score_col: str = "score",
    bands: str | Bands = "standard",
    count_col: str | None = None,
    fractions: Fractions = "error",
    out_of_range: OutOfRange = "error",
) -> NPS:
    """Measure the net promoter score of a survey.

    The question is "how likely are you to recommend us?", and only that one: a score of
    any other 0-10 question is a number without the meaning (Reichheld 2003).

    Parameters
    ----------
    responses
        One row per answer, or one row per distinct answer with ``count_col``. A lazy
        frame is counted in its engine.
    score_col
        The answers, whole numbers. Missing ones are counted and left out.
    bands
        ``"standard"`` (0-6, 7-8, 9-10), ``"siebel"`` (0-4, 5-8, 9-10), ``"five_point"``
        (1-3, 4, 5), ``"five_point_net"`` (1-2, 3, 4-5), ``"seven_point"`` (1-4, 5, 6-7)
        or your own :class:`Bands`. Answers on another scale are not recognised: every
        answer from 1 to 5 is also one from 0 to 10, and by the standard bands a
        detractor. Name the bands of the scale that was printed.
    count_col
        How many gave this answer, for a table that is already counted.
    fractions
        What an answer such as 8.5 counts as: ``"error"``, ``"down"`` or ``"nearest"``.
    out_of_range
        What an answer outside the scale is: ``"error"``, or ``"drop"`` it and count.

    Returns
    -------
    NPS
        Counts, score, standard error and intervals, unrounded.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale, not whole, or infinite.
    NotEnoughDataError
        If nobody answered.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"score": [10, 9, 9, 8, 7, 3, None]})
    >>> survey = nps(answers)
    >>> survey.score, survey.n, survey.missing
    (33.3, 6, 1)
    >>> print(survey)
    NPS +33.3 (95 % -31.1 to +75.4): 3 promoters, 2 passives, 1 detractors, 1 missing

    The same five answers on a scale of 1 to 5, by the wrong bands and by the right:

    >>> five = pd.DataFrame({"score": [5, 5, 4, 4, 2]})
    >>> nps(five).score, nps(five, bands="five_point").score
    (-100.0, 20.0)
    """
    chosen = bands_of(bands)
    low, high = chosen.scale
    _, answers = tally(
        responses,
        score_col=score_col,
        count_col=count_col,
        by=(),
        scale=Scale(low=low, high=high, fractions=fractions, out_of_range=out_of_range),
    )
    totals = [float(entry.sum()) for entry in band_counts(answers, chosen)]
    promoters, passives, detractors, absent, dropped = map(_whole_count, totals)
    return NPS(
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        missing=absent,
        dropped=dropped,
        bands=chosen,
    )


def limits(
    P: FloatArray,
    M: FloatArray,
    D: FloatArray,
    *,
    level: float,
    method: IntervalMethod,
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the interval of each set of counts, in points."""
    one_of("method", method, METHODS)
    fraction("level", level)
    if method in _CLOSED:
        lower, upper = _CLOSED[method](P, M, D, level=level)
        return 100 * lower, 100 * upper
    one = _bootstrap if method == "bootstrap" else _dirichlet
    rows = np.stack([np.atleast_1d(P), np.atleast_1d(M), np.atleast_1d(D)], axis=1)
    ends = 100 * np.array([one(*row, level=level) for row in rows.tolist()])
    return ends[:, 0].reshape(np.shape(P)), ends[:, 1].reshape(np.shape(P))


def _bootstrap(P: float, M: float, D: float, *, level: float) -> tuple[float, float]:
    n = P + M + D
    return nps_intervals.exact_percentile(P / n, D / n, n=round(n), level=level)


def _dirichlet(P: float, M: float, D: float, *, level: float) -> tuple[float, float]:
    prior = {"a": P + 0.5, "b": M + 0.5, "c": D + 0.5}
    tail = (1 - level) / 2
    return (
        nps_dirichlet.quantile(tail, **prior),
        nps_dirichlet.quantile(1 - tail, **prior),
    )


def band_counts(answers: Answers, bands: Bands) -> list[FloatArray]:
    """Split each count: promoters, passives, detractors, missing, dropped."""
    value, kept = answers.value, ~answers.dropped
    inside = [
        (low <= value) & (value <= high) & kept
        for low, high in (bands.promoters, bands.passives, bands.detractors)
    ]
    holes = np.isnan(value)
    return [
        np.where(part, answers.count, 0.0) for part in (*inside, holes, answers.dropped)
    ]


def _whole_count(total: float) -> int:
    if total != round(total):
        raise InvalidValueError(
            subject="argument 'count_col'",
            found=f"counts that add up to {total!r}",
            remedy="Counts are whole; for survey weights use survey_nps.",
        )
    return round(total)
