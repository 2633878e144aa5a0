"""A rating: how often each point of a scale was chosen, top-box share and mean."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..._check import fraction, one_of, whole
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.base import intervals
from ...typing import FloatArray
from ..reading.tally import Answers, Scale, tally
from ..student_interval import student_interval

__all__ = [
    "BOX_METHODS",
    "DIRECTIONS",
    "BoxMethod",
    "Direction",
    "Rating",
    "box_limits",
    "rating_of",
    "require_boxes",
]

BoxMethod: TypeAlias = Literal["wilson", "clopper_pearson"]
Direction: TypeAlias = Literal["higher_is_better", "lower_is_better"]
BOX_METHODS: tuple[BoxMethod, ...] = ("wilson", "clopper_pearson")
DIRECTIONS: tuple[Direction, ...] = ("higher_is_better", "lower_is_better")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Rating(JsonResult):
    """How often each point of a scale was chosen, with top-box share and mean.

    Attributes
    ----------
    lowest
        The lowest point of the scale.
    counts
        Number of answers at each point, from the lowest up.
    boxes
        How many of the best points count as satisfied.
    direction
        Which end of the scale is better.
    missing, dropped
        Rows without an answer, and answers outside the scale left out on request.

    Examples
    --------
    >>> rating = Rating(lowest=1, counts=(8, 20, 30, 25, 17), boxes=2)
    >>> rating.share, rating.mean
    (0.42, 3.23)
    >>> lower, upper = rating.interval()
    >>> lower, upper
    (0.328, 0.518)
    >>> lower, upper = rating.interval(of="mean")
    >>> lower, upper
    (2.99, 3.47)
    """

    lowest: int
    counts: tuple[int, ...]
    boxes: int
    direction: Direction = "higher_is_better"
    missing: int = 0
    dropped: int = 0

    def __post_init__(self) -> None:
        one_of("direction", self.direction, DIRECTIONS)
        for count in (*self.counts, self.missing, self.dropped):
            whole("counts", count)
        require_boxes(self.boxes, points=len(self.counts))
        if self.n_responses == 0:
            raise NotEnoughDataError(
                needed="at least 1 answer",
                got=f"0 ({self.missing} missing, {self.dropped} outside the scale)",
                remedy="Pass at least one response.",
            )

    @property
    def n_responses(self) -> int:
        """Number of answers in the rating."""
        return sum(self.counts)

    @property
    def satisfied(self) -> int:
        """Number of answers at one of the best points."""
        if self.direction == "higher_is_better":
            return sum(self.counts[-self.boxes :])
        return sum(self.counts[: self.boxes])

    @property
    def share(self) -> float:
        """Top-box share: share of the answers at the best points, 0 to 1."""
        return self.satisfied / self.n_responses

    @property
    def mean(self) -> float:
        """Mean answer, on the scale of the question."""
        return float(self._points @ np.array(self.counts)) / self.n_responses

    @property
    def standard_deviation(self) -> float | None:
        """Standard deviation of the answers, divisor n - 1; None for one answer."""
        if self.n_responses < 2:
            return None
        squares = float((self._points - self.mean) ** 2 @ np.array(self.counts))
        return math.sqrt(squares / (self.n_responses - 1))

    @property
    def _points(self) -> FloatArray:
        return self.lowest + np.arange(len(self.counts), dtype=np.float64)

    def interval(
        self,
        *,
        of: Literal["share", "mean"] = "share",
        level: float = 0.95,
        method: BoxMethod = "wilson",
    ) -> Interval:
        """Return the confidence interval of the top-box share, or of the mean.

        Parameters
        ----------
        of
            ``"share"``, or ``"mean"`` (Student's t).
        level
            The confidence level.
        method
            For the share: ``"wilson"`` (1927) has the right coverage on average;
            ``"clopper_pearson"`` (1934) never covers too rarely, and is usually too
            wide.

        Returns
        -------
        Interval
            Lower and upper end, in the unit of the share or the mean.

        Raises
        ------
        NotEnoughDataError
            If the mean rests on a single answer.
        """
        if one_of("of", of, ("share", "mean")) == "share":
            lower, upper = box_limits(
                np.array(self.satisfied),
                np.array(self.n_responses),
                level=level,
                method=method,
            )
            return Interval(lower=float(lower), upper=float(upper), level=level)
        deviation = self.standard_deviation
        if deviation is None:
            raise NotEnoughDataError(
                needed="2 answers", got="1", remedy="Collect more answers."
            )
        return student_interval(
            self.mean,
            deviation / math.sqrt(self.n_responses),
            self.n_responses - 1,
            level,
        )

    def __str__(self) -> str:
        """Write the share and the mean as a sentence."""
        lower, upper = self.interval()
        return (
            f"{self.share:.1%} satisfied (95% {lower:.1%} to {upper:.1%}), mean "
            f"{self.mean:.2f}: {self.n_responses} answers, {self.missing} missing"
        )


def box_limits(
    satisfied: FloatArray, n: FloatArray, *, level: float, method: BoxMethod
) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper ends of the intervals of many shares."""
    one_of("method", method, BOX_METHODS)
    fraction("level", level)
    if method == "wilson":
        return intervals.wilson(satisfied, n, level=level)
    return intervals.clopper_pearson(satisfied, n, level=level)


def require_boxes(boxes: int, *, points: int) -> int:
    """Return ``boxes``: at least one point, and fewer than the whole scale."""
    if whole("boxes", boxes, at_least=1) >= points:
        raise InvalidValueError(
            subject="argument 'boxes'",
            found=f"{boxes} boxes on a scale of {points} points",
            remedy="Leave at least one point outside the top boxes.",
        )
    return boxes


def rating_of(
    responses: object,
    *,
    score_col: str,
    count_col: str | None,
    boxes: int,
    direction: Direction,
    scale: Scale,
) -> Rating:
    """Open the answers and count them by point of the scale."""
    _, answers = tally(
        responses, score_col=score_col, count_col=count_col, by=(), scale=scale
    )
    return Rating(
        lowest=scale.low,
        counts=_by_point(answers, scale),
        boxes=boxes,
        direction=direction,
        missing=round(answers.count[np.isnan(answers.value)].sum()),
        dropped=round(answers.count[answers.dropped].sum()),
    )


def _by_point(answers: Answers, scale: Scale) -> tuple[int, ...]:
    kept = ~np.isnan(answers.value) & ~answers.dropped
    place = (answers.value[kept] - scale.low).astype(np.int64)
    summed = np.bincount(
        place, answers.count[kept], minlength=scale.high - scale.low + 1
    )
    return tuple(round(count) for count in summed.tolist())
