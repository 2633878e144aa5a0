"""CES, the customer effort score: the share of customers who found it easy."""

from ..._check import typed
from ...typing import IntoFrame
from ..reading.tally import Fractions, OutOfRange, Scale
from .rating import Direction, Rating, rating_of

__all__ = ["ces"]


@typed
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
    """Measure customer effort: the share who found it easy, and the mean.

    Parameters
    ----------
    responses
        One row per answer, or per distinct answer with ``count_col``.
    direction
        ``"higher_is_better"`` for agreement with "the company made it easy";
        ``"lower_is_better"`` for "how much effort did it take?" (Dixon, Freeman and
        Toman 2010). The direction has no default, because both questions are in use and
        the wrong direction reverses the result.
    score_col, scale, boxes, count_col, fractions, out_of_range
        As in :func:`csat`.

    Returns
    -------
    Rating
        ``share`` is the share of customers who found it easy, in either direction;
        ``mean`` is on the scale of the question.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale or not whole.
    NotEnoughDataError
        If all answers are missing.

    Examples
    --------
    >>> import pandas as pd
    >>> effort = pd.DataFrame({"score": [1, 2, 2, 6]})
    >>> ces(effort, direction="lower_is_better").share
    0.75
    """
    return rating_of(
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
