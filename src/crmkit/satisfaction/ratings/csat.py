"""CSAT: the share of customers in the top boxes of a satisfaction question."""

from ..._check import typed
from ...typing import IntoFrame
from ..reading.tally import Fractions, OutOfRange, Scale
from .rating import Rating, rating_of

__all__ = ["csat"]


@typed
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
    """Measure customer satisfaction: top-box share and mean.

    Parameters
    ----------
    responses
        One row per answer, or per distinct answer with ``count_col``.
    score_col
        The answers; higher is better. Missing answers are counted and left out.
    scale
        Lowest and highest point of the scale.
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
        If all answers are missing.

    Examples
    --------
    >>> import pandas as pd
    >>> print(csat(pd.DataFrame({"score": [5, 4, 4, 2, None]})))
    75.0% satisfied (95% 30.1% to 95.4%), mean 3.75: 4 answers, 1 missing
    """
    return rating_of(
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
