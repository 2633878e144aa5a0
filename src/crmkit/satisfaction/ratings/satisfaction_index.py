"""One satisfaction index of several questions, as national indices are built."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from ..._check import names_given, one_of, typed
from ..._frames import native, read_eager, with_arrays
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.survey import reliability
from ...typing import FloatArray, IntoDataFrame, IntoDataFrameT
from ..reading.questions import (
    Range,
    complete_rows,
    in_content_order,
    items,
    require_range,
)
from ..student_interval import student_interval

__all__ = ["SatisfactionIndex", "fit_satisfaction_index"]

ItemWeights: TypeAlias = Literal["equal", "first_component"] | Mapping[str, float]
_NAMED: tuple[Literal["equal", "first_component"], ...] = ("equal", "first_component")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SatisfactionIndex(JsonResult):
    """A satisfaction index: weights of the questions, and the mean index.

    Attributes
    ----------
    item_cols, weights, means
        The questions, their weights (which sum to 1) and their mean answers.
    lowest, highest
        The ends of the scale of every question.
    standard_error
        Standard error of the score; None for an index made by hand.
    alpha
        Cronbach's alpha: above 0.7 the questions are usually taken to measure one
        thing; None for a single question or questions that do not vary.
    n_responses, incomplete
        Number of respondents who answered all questions, and of others, left out.

    Examples
    --------
    >>> index = SatisfactionIndex(
    ...     item_cols=("overall", "expectancy", "ideal"), weights=(1/3, 1/3, 1/3),
    ...     means=(8.0, 7.5, 7.0), lowest=1, highest=10,
    ... )
    >>> index.score
    72.22
    """

    item_cols: tuple[str, ...]
    weights: tuple[float, ...]
    means: tuple[float, ...]
    lowest: float
    highest: float
    standard_error: float | None = None
    alpha: float | None = None
    n_responses: int = 0
    incomplete: int = 0

    @property
    def score(self) -> float:
        """Mean index, from 0 (all answers lowest) to 100."""
        mean = sum(w * x for w, x in zip(self.weights, self.means, strict=True))
        return 100 * (mean - self.lowest) / (self.highest - self.lowest)

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the confidence interval of the score (Student's t).

        Raises
        ------
        NotEnoughDataError
            If the index has no standard error.
        """
        if self.standard_error is None:
            raise NotEnoughDataError(
                needed="an index with a standard error",
                got="an index made by hand",
                remedy="Use fit_satisfaction_index.",
            )
        return student_interval(
            self.score,
            self.standard_error,
            self.n_responses - 1,
            level,
            bounds=(0.0, 100.0),
        )

    @typed
    def with_satisfaction_index(
        self, responses: IntoDataFrameT, *, output_col: str = "satisfaction_index"
    ) -> IntoDataFrameT:
        """Add the index of each respondent, computed with these weights.

        Parameters
        ----------
        responses
            One row per respondent with the questions; the index of a respondent who
            left one out is missing.
        output_col
            The column to add, 0 to 100.

        Returns
        -------
        The same frame with one more column.
        """
        frame = read_eager(responses, self.item_cols)
        X = items(frame, self.item_cols, (self.lowest, self.highest))
        return native(with_arrays(frame, {output_col: _index_of(self, X)}), responses)


def _index_of(found: SatisfactionIndex, answers: FloatArray) -> FloatArray:
    """Return the index of each row of an array of answers."""
    scaled = (answers - found.lowest) / (found.highest - found.lowest)
    index: FloatArray = 100 * scaled @ np.array(found.weights)
    return index


@typed
def fit_satisfaction_index(
    responses: IntoDataFrame,
    *,
    item_cols: Sequence[str],
    scale: Range = (1, 10),
    weights: ItemWeights = "equal",
) -> SatisfactionIndex:
    """Build an index from 0 to 100 from several questions with the same scale.

    The usual three questions ask for overall satisfaction, performance compared with
    expectations, and distance from the ideal (Fornell et al. 1996). The weights of the
    American index are not published; here they are equal, estimated or given.

    Parameters
    ----------
    responses
        One row per respondent. Rows with a missing answer are counted and left out.
    item_cols
        The questions, all on one scale.
    scale
        Lowest and highest answer.
    weights
        ``"equal"``, ``"first_component"`` (loadings of the first principal component),
        or a weight for each question.

    Returns
    -------
    SatisfactionIndex
        Weights, score, standard error and reliability.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale, a weight is negative or missing, or the items
        have no first component.
    NotEnoughDataError
        If fewer than two respondents answered all questions.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "overall": [9, 8, 4, 10], "expectancy": [8, 8, 5, 9], "ideal": [8, 7, 3, 9],
    ... })
    >>> index = fit_satisfaction_index(
    ...     answers, item_cols=["overall", "expectancy", "ideal"]
    ... )
    >>> index.score, index.alpha
    (70.4, 0.98)
    """
    columns = tuple(names_given("item_cols", item_cols))
    low, high = require_range(scale)
    X = items(read_eager(responses, columns), columns, (low, high))
    kept = complete_rows(X, at_least=2)
    # Sums of floats depend on their order: the index must not depend on the rows.
    X = in_content_order(X[kept])
    means = tuple(X.mean(axis=0).tolist())
    index = SatisfactionIndex(
        item_cols=columns,
        weights=_weights(weights, columns, X),
        means=means,
        lowest=low,
        highest=high,
        alpha=_alpha(X),
        n_responses=len(X),
        incomplete=int((~kept).sum()),
    )
    spread = float(_index_of(index, X).std(ddof=1))
    return replace(index, standard_error=spread / math.sqrt(len(X)))


def _alpha(X: FloatArray) -> float | None:
    # Alpha compares items with their sum: it needs two, and a sum that varies.
    if X.shape[1] < 2 or X.sum(axis=1).std() == 0:
        return None
    return reliability.cronbach_alpha(X)


def _weights(
    weights: ItemWeights, columns: tuple[str, ...], X: FloatArray
) -> tuple[float, ...]:
    if isinstance(weights, str):
        one_of("weights", weights, _NAMED)
        if weights == "first_component":
            return _first_component(columns, X)
        return tuple([1 / len(columns)] * len(columns))
    if set(weights) != set(columns):
        raise InvalidValueError(
            subject="argument 'weights'",
            found=f"weights of {sorted(weights)} for the items {sorted(columns)}",
            remedy="Pass one weight for each item.",
        )
    given = np.array([weights[name] for name in columns], dtype=np.float64)
    if not (given >= 0).all() or not np.isfinite(given).all() or given.sum() == 0:
        raise InvalidValueError(
            subject="argument 'weights'",
            found="a weight that is negative or not finite, or all of them 0",
            remedy="Pass weights of 0 or more; they are scaled to sum to 1.",
        )
    return tuple((given / given.sum()).tolist())


def _first_component(columns: tuple[str, ...], X: FloatArray) -> tuple[float, ...]:
    spread = X.std(axis=0).tolist()
    flat = [name for name, one in zip(columns, spread, strict=True) if not one]
    if flat or len(columns) < 2:
        raise InvalidValueError(
            subject=f"column {flat[0]!r}" if flat else "argument 'item_cols'",
            found="all answers equal" if flat else "only one item",
            remedy="Use weights='equal'.",
        )
    loadings = reliability.first_component(X)
    if loadings is None:
        raise InvalidValueError(
            subject="argument 'item_cols'",
            found="items without a common component that explains the most",
            remedy="Use weights='equal'.",
        )
    if (loadings < 0).any():
        against = columns[int(np.argmin(loadings))]
        raise InvalidValueError(
            subject=f"column {against!r}",
            found="an item that correlates negatively with the others",
            remedy="Reverse-code the item, or leave it out.",
        )
    return tuple(loadings.tolist())
