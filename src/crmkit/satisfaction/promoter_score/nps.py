"""The net promoter score of a survey, from three counts, with its interval."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..._check import fraction, one_of, typed, whole
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.survey import nps as kernel
from ...kernels.survey import nps_dirichlet, nps_intervals
from ...typing import FloatArray, IntoFrame
from ..reading.tally import Fractions, OutOfRange
from .bands import BANDS, Bands, bands_of
from .counted_bands import Counting, counted_bands
from .nonresponse_bounds import NonresponseBounds, nonresponse_bounds
from .nps_difference import DifferenceMethod, NpsDifference, difference

__all__ = ["METHODS", "IntervalMethod", "Nps", "limits", "nps"]

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
class Nps(JsonResult):
    """A net promoter score: three counts, and what follows from them.

    Attributes
    ----------
    promoters, passives, detractors
        Number of answers in each band.
    missing
        Rows without an answer; they do not enter the score.
    dropped
        Answers outside the scale, left out on request.
    bands
        The answers that make a promoter, a passive and a detractor.

    Examples
    --------
    >>> survey = Nps(promoters=50, passives=30, detractors=20)
    >>> survey.score
    30.0
    >>> survey.standard_error
    7.81
    >>> lower, upper = survey.interval()
    >>> lower, upper
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
        if self.n_responses == 0:
            raise NotEnoughDataError(
                needed="at least 1 answer",
                got=f"0 ({self.missing} missing, {self.dropped} outside the scale)",
                remedy="Pass at least one response.",
            )

    @property
    def n_responses(self) -> int:
        """Number of answers in the score."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float:
        """Share of promoters minus share of detractors, from -100 to 100."""
        return 100 * (self.promoters - self.detractors) / self.n_responses

    @property
    def promoter_share(self) -> float:
        """Share of promoters among the answers, 0 to 1."""
        return self.promoters / self.n_responses

    @property
    def passive_share(self) -> float:
        """Share of passives among the answers, 0 to 1."""
        return self.passives / self.n_responses

    @property
    def detractor_share(self) -> float:
        """Share of detractors among the answers, 0 to 1."""
        return self.detractors / self.n_responses

    @property
    def variance(self) -> float:
        """Variance of one answer, counted as -1, 0 or 1; at most 1."""
        return float(kernel.variance(*self.counts))

    @property
    def standard_error(self) -> float:
        """Standard error of the score, in points."""
        return 100 * math.sqrt(self.variance / self.n_responses)

    @property
    def counts(self) -> FloatArray:
        """The numbers of promoters, passives and detractors as an array."""
        parts = (self.promoters, self.passives, self.detractors)
        return np.array(parts, dtype=np.float64)

    def interval(
        self, *, level: float = 0.95, method: IntervalMethod = "score"
    ) -> Interval:
        """Return the confidence interval of the score, in points.

        Parameters
        ----------
        level
            The confidence level, between 0 and 1.
        method
            ``"score"`` covers best near -100 and 100 (Tango 1998); ``"adjusted_wald"``
            adds three answers first (Rocks 2016); ``"wald"`` is the textbook interval,
            too narrow for few answers; ``"goodman"`` (1965) covers all contrasts of the
            three shares simultaneously; ``"bootstrap"`` is the percentile bootstrap,
            computed exactly over all resamples, so it needs no seed; ``"dirichlet"`` is
            the Bayesian interval under Jeffreys' prior of half an answer per band.

        Returns
        -------
        Interval
            Lower and upper end, never outside -100 to 100.

        Raises
        ------
        InvalidValueError
            If the method is unknown, or the level is not between 0 and 1.

        Examples
        --------
        >>> happy = Nps(promoters=10, passives=0, detractors=0)
        >>> happy.interval().lower, happy.interval(method="wald").lower
        (44.49, 100.0)
        """
        lower, upper = limits(*self.counts, level=level, method=method)
        return Interval(lower=float(lower), upper=float(upper), level=level)

    @typed
    def minus(
        self, other: "Nps", *, method: DifferenceMethod = "adjusted_wald"
    ) -> NpsDifference:
        """Return this score minus the score of other respondents.

        Parameters
        ----------
        other
            The score to subtract. Its respondents must be different people; for the
            same people see ``paired_nps_difference``.
        method
            ``"adjusted_wald"`` adds three answers to each sample first;
            ``"wald"`` adds none.

        Returns
        -------
        NpsDifference
            The signed difference with its interval and p-value.

        Raises
        ------
        InvalidValueError
            If the two scores use different bands.
        """
        if other.bands != self.bands:
            raise InvalidValueError(
                subject="argument 'other'",
                found="a score with other bands",
                remedy="Count both surveys with the same bands.",
            )
        return difference(self.counts, other.counts, method=method)

    def nonresponse_bounds(self, *, n_invited: int) -> NonresponseBounds:
        """Bound the score of all invited customers, including those who did not answer.

        Parameters
        ----------
        n_invited
            How many customers were asked.

        Returns
        -------
        NonresponseBounds
            The response rate, and the score if all who did not answer were detractors,
            promoters or passives.

        Raises
        ------
        InvalidValueError
            If more customers answered than were asked.
        """
        return nonresponse_bounds(*self.counts, n_invited=n_invited)

    def __str__(self) -> str:
        """Write the score and its interval as a sentence."""
        lower, upper = self.interval()
        return (
            f"NPS {self.score:+.1f} (95% {lower:+.1f} to {upper:+.1f}): "
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
) -> Nps:
    """Measure the net promoter score of a survey.

    The score is the share of promoters minus the share of detractors among the answers
    to "how likely are you to recommend us?" (Reichheld 2003), from -100 to 100.

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
        or your own :class:`Bands`. Choose the bands of the scale in your questionnaire:
        answers from 1 to 5 also lie on the scale from 0 to 10, where the standard bands
        make all of them detractors.
    count_col
        How many customers gave this answer, for a table that is already counted.
    fractions
        How an answer such as 8.5 counts: ``"error"``, ``"down"`` or ``"nearest"``.
    out_of_range
        ``"error"`` refuses an answer outside the scale; ``"drop"`` leaves it out and
        counts it.

    Returns
    -------
    Nps
        Counts, score, standard error and intervals, unrounded.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale, not whole, or infinite.
    NotEnoughDataError
        If all answers are missing.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"score": [10, 9, 9, 8, 7, 3, None]})
    >>> survey = nps(answers)
    >>> survey.score, survey.n_responses, survey.missing
    (33.3, 6, 1)
    >>> print(survey)
    NPS +33.3 (95% -31.1 to +75.4): 3 promoters, 2 passives, 1 detractors, 1 missing

    Five answers on a scale from 1 to 5, with the wrong and with the right bands:

    >>> five = pd.DataFrame({"score": [5, 5, 4, 4, 2]})
    >>> nps(five).score, nps(five, bands="five_point").score
    (-100.0, 20.0)
    """
    counting = Counting(score_col, bands, count_col, fractions, out_of_range)
    _, _, counts = counted_bands(responses, (), counting)
    promoters, passives, detractors, absent, dropped = (
        round(float(entry.sum())) for entry in counts
    )
    return Nps(
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        missing=absent,
        dropped=dropped,
        bands=bands_of(bands),
    )


def limits(
    P: FloatArray,
    M: FloatArray,
    D: FloatArray,
    *,
    level: float,
    method: IntervalMethod,
) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper ends of the intervals of many scores, in points."""
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
