"""Satisfaction and effort on a scale: how many are in the top boxes, and the mean."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, one_of, whole
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.base import intervals
from ...typing import FloatArray, IntoFrame
from ..answers import Answers, Fractions, OutOfRange, Scale, tally

__all__ = [
    "BOX_METHODS",
    "DIRECTIONS",
    "BoxMethod",
    "Direction",
    "Rating",
    "box_limits",
    "ces",
    "csat",
    "require_boxes",
]

BoxMethod: TypeAlias = Literal["wilson", "clopper_pearson"]
Direction: TypeAlias = Literal["higher_is_better", "lower_is_better"]
BOX_METHODS: tuple[BoxMethod, ...] = ("wilson", "clopper_pearson")
DIRECTIONS: tuple[Direction, ...] = ("higher_is_better", "lower_is_better")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Rating:
    """How often each point of a scale was chosen, and what follows.

    Attributes
    ----------
    lowest
        The lowest point of the scale.
    counts
        How many chose each point, from the lowest up.
    boxes
        How many of the best points count as satisfied.
    direction
        Which end is the better one.
    missing, dropped
        Rows without an answer; answers outside the scale left out on request.

    Examples
    --------
    >>> rating = Rating(lowest=1, counts=(8, 20, 30, 25, 17), boxes=2)
    >>> rating.share, rating.mean
    (0.42, 3.23)
    >>> rating.interval()
    (0.328, 0.518)
    >>> rating.mean_interval()
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
        if self.n == 0:
            raise NotEnoughDataError(
                needed="at least 1 answer",
                got=f"0 ({self.missing} missing, {self.dropped} outside the scale)",
                remedy="A rating by nobody does not exist.",
            )

    @property
    def n(self) -> int:
        """Number of answers that count."""
        return sum(self.counts)

    @property
    def satisfied(self) -> int:
        """How many chose one of the best points."""
        if self.direction == "higher_is_better":
            return sum(self.counts[-self.boxes :])
        return sum(self.counts[: self.boxes])

    @property
    def share(self) -> float:
        """Share of the answers in the best points (top box), 0 to 1."""
        return self.satisfied / self.n

    @property
    def mean(self) -> float:
        """Mean answer, on the scale of the question."""
        return float(self._points @ np.array(self.counts)) / self.n

    @property
    def standard_deviation(self) -> float | None:
        """Of the answers, divisor n - 1; None for a single answer."""
        if self.n < 2:
            return None
        squares = float((self._points - self.mean) ** 2 @ np.array(self.counts))
        return math.sqrt(squares / (self.n - 1))

    @property
    def _points(self) -> FloatArray:
        return self.lowest + np.arange(len(self.counts), dtype=np.float64)

    def interval(
        self, *, level: float = 0.95, method: BoxMethod = "wilson"
    ) -> tuple[float, float]:
        """Return the range of true shares these answers leave possible.

        Parameters
        ----------
        level
            How often such ranges hold the truth.
        method
            ``"wilson"`` (1927) is right on average; ``"clopper_pearson"`` (1934) is
            never too narrow, and so usually too wide.

        Returns
        -------
        tuple of float
            Its ends, 0 to 1.
        """
        lower, upper = box_limits(
            np.array(self.satisfied), np.array(self.n), level=level, method=method
        )
        return float(lower), float(upper)

    def mean_interval(self, *, level: float = 0.95) -> tuple[float, float]:
        """Return the range of true means these answers leave possible (Student's t).

        Raises
        ------
        NotEnoughDataError
            If there is a single answer.
        """
        fraction("level", level)
        deviation = self.standard_deviation
        if deviation is None:
            raise NotEnoughDataError(
                needed="2 answers", got="1", remedy="Collect more answers."
            )
        t = float(stdtrit(self.n - 1, 0.5 + level / 2))
        half = t * deviation / math.sqrt(self.n)
        return self.mean - half, self.mean + half

    def to_dict(self) -> dict[str, object]:
        """Return the counts as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Rating":
        """Build the counts from their JSON document."""
        return from_document(cls, document)

    def __str__(self) -> str:
        """Say the share as a sentence."""
        lower, upper = self.interval()
        return (
            f"{self.share:.1%} satisfied (95 % {lower:.1%} to {upper:.1%}), mean "
            f"{self.mean:.2f}: {self.n} answers, {self.missing} missing"
        )


def csat(
    responses: IntoFrame,
    *,
    score_col: str = "score",
    scale: tuple[int, int] = (1, 5),
    boxes: int = 2,
    count_col: str | None = None,
    fractions: Fractions = "error",
    out_of_range: OutOfRange = "error",
) -> Rating:
    """Measure customer satisfaction: the share in the top boxes, and the mean.

    Parameters
    ----------
    responses
        One row per answer, or per distinct answer with ``count_col``.
    score_col
        The answers, higher is better. Missing ones are counted and left out.
    scale
        Lowest and highest point.
    boxes
        How many of the highest points count as satisfied.
    count_col, fractions, out_of_range
        As in ``nps``.

    Returns
    -------
    Rating
        Counts by point, share, mean and their intervals.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale or not whole.
    NotEnoughDataError
        If nobody answered.

    Examples
    --------
    >>> import pandas as pd
    >>> print(csat(pd.DataFrame({"score": [5, 4, 4, 2, None]})))
    75.0% satisfied (95 % 30.1% to 95.4%), mean 3.75: 4 answers, 1 missing
    """
    return _rating(
        responses,
        score_col=score_col,
        count_col=count_col,
        boxes=boxes,
        direction="higher_is_better",
        scale=Scale(
            low=scale[0],
            high=scale[1],
            fractions=fractions,
            out_of_range=out_of_range,
        ),
    )


def ces(
    responses: IntoFrame,
    *,
    direction: Direction,
    score_col: str = "score",
    scale: tuple[int, int] = (1, 7),
    boxes: int = 3,
    count_col: str | None = None,
    fractions: Fractions = "error",
    out_of_range: OutOfRange = "error",
) -> Rating:
    """Measure customer effort: how many found it easy, and the mean.

    Parameters
    ----------
    responses
        One row per answer, or per distinct answer with ``count_col``.
    direction
        ``"higher_is_better"`` for "the company made it easy", agree 1 to 7;
        ``"lower_is_better"`` for "how much effort did it take?" (Dixon, Freeman and
        Toman 2010). There is no default: the two are in use, and mixing them up turns
        the result around.
    score_col, scale, boxes, count_col, fractions, out_of_range
        As in :func:`csat`.

    Returns
    -------
    Rating
        ``share`` is the share of those who found it easy, whatever the direction;
        ``mean`` is on the scale of the question.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale or not whole.
    NotEnoughDataError
        If nobody answered.

    Examples
    --------
    >>> import pandas as pd
    >>> effort = pd.DataFrame({"score": [1, 2, 2, 6]})
    >>> ces(effort, direction="lower_is_better").share
    0.75
    """
    return _rating(
        responses,
        score_col=score_col,
        count_col=count_col,
        boxes=boxes,
        direction=direction,
        scale=Scale(
            low=scale[0],
            high=scale[1],
            fractions=fractions,
            out_of_range=out_of_range,
        ),
    )


def box_limits(
    satisfied: FloatArray, n: FloatArray, *, level: float, method: BoxMethod
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the interval of each share."""
    one_of("method", method, BOX_METHODS)
    fraction("level", level)
    if method == "wilson":
        return intervals.wilson(satisfied, n, level=level)
    return intervals.clopper_pearson(satisfied, n, level=level)


def require_boxes(boxes: int, *, points: int) -> int:
    """Return ``boxes``: at least one point, and not the whole scale."""
    if whole("boxes", boxes, at_least=1) >= points:
        raise InvalidValueError(
            subject="argument 'boxes'",
            found=f"{boxes} of a scale of {points} points",
            remedy="Leave at least one point for the others.",
        )
    return boxes


def _rating(
    responses: object,
    *,
    score_col: str,
    count_col: str | None,
    boxes: int,
    direction: Direction,
    scale: Scale,
) -> Rating:
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
