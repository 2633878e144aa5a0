"""One index of several satisfaction questions, as national indices are built."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, one_of
from ..._frames import native, read_eager, with_arrays
from ...errors import InvalidValueError
from ...fits import checked, from_document, to_document
from ...kernels.survey import reliability
from ...typing import FloatArray, IntoDataFrame, IntoDataFrameT
from ..answers import column_names
from ..item_columns import Range, complete_rows, items, require_range

__all__ = ["SatisfactionIndex", "fit_satisfaction_index"]

ItemWeights: TypeAlias = Literal["equal", "first_component"] | Mapping[str, float]
_NAMED: tuple[Literal["equal", "first_component"], ...] = ("equal", "first_component")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SatisfactionIndex:
    """Weights of the items, and the index they give.

    Attributes
    ----------
    item_cols, weights, means
        The questions, what each counts (summing to 1), and its mean answer.
    lowest, highest
        The ends of the scale of every question.
    score, standard_error
        Mean index from 0 (everybody lowest) to 100, and its standard error; the error
        is None for an index put together by hand.
    alpha
        Cronbach's reliability: above 0.7 the items may be taken for one thing; None for
        a single item or items that do not vary.
    n, incomplete
        Respondents who answered all items, and others, left out.

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
    n: int = 0
    incomplete: int = 0

    @property
    def score(self) -> float:
        """Mean index, 0 to 100."""
        mean = sum(w * x for w, x in zip(self.weights, self.means, strict=True))
        return 100 * (mean - self.lowest) / (self.highest - self.lowest)

    def interval(self, *, level: float = 0.95) -> tuple[float, float] | None:
        """Return the range of true scores (Student's t); None without an error."""
        fraction("level", level)
        if self.standard_error is None:
            return None
        half = float(stdtrit(self.n - 1, 0.5 + level / 2)) * self.standard_error
        return max(0.0, self.score - half), min(100.0, self.score + half)

    def with_satisfaction_index(
        self, responses: IntoDataFrameT, *, output_col: str = "satisfaction_index"
    ) -> IntoDataFrameT:
        """Add each respondent's own index, with these weights.

        Parameters
        ----------
        responses
            One row per respondent with the items; who left one out has no index.
        output_col
            The column to add, 0 to 100.

        Returns
        -------
        The same frame with one more column.
        """
        frame = read_eager(responses, self.item_cols)
        X = items(frame, self.item_cols, (self.lowest, self.highest))
        return native(with_arrays(frame, {output_col: self.of(X)}), responses)

    def of(self, answers: FloatArray) -> FloatArray:
        """Return the index of each row of answers, items side by side."""
        scaled = (answers - self.lowest) / (self.highest - self.lowest)
        index: FloatArray = 100 * scaled @ np.array(self.weights)
        return index

    def to_dict(self) -> dict[str, object]:
        """Return the index as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "SatisfactionIndex":
        """Build the index from its JSON document."""
        return from_document(cls, document)


def fit_satisfaction_index(
    responses: IntoDataFrame,
    *,
    item_cols: Sequence[str],
    scale: Range = (1, 10),
    weights: ItemWeights = "equal",
) -> SatisfactionIndex:
    """Build an index from 0 to 100 out of several questions of one scale.

    The usual three are overall satisfaction, performance against expectations, and
    distance from the ideal (Fornell et al. 1996). The American index uses weights of
    its own that are not published: this one says what it does instead.

    Parameters
    ----------
    responses
        One row per respondent. Who left an item out is counted and left out.
    item_cols
        The questions, all on one scale.
    scale
        Its ends.
    weights
        ``"equal"``, ``"first_component"`` (what the items have most in common), or what
        each item counts.

    Returns
    -------
    SatisfactionIndex
        Weights, score, error and reliability.

    Raises
    ------
    InvalidValueError
        If an answer is outside the scale, or a weight is negative or absent.
    NotEnoughDataError
        If fewer than two respondents answered all items.

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
    columns = column_names("item_cols", item_cols)
    low, high = require_range(scale)
    X = items(read_eager(responses, columns), columns, (low, high))
    kept = complete_rows(X, at_least=2)
    X = X[kept]
    means = tuple(X.mean(axis=0).tolist())
    index = SatisfactionIndex(
        item_cols=columns,
        weights=_weights(weights, columns, X),
        means=means,
        lowest=low,
        highest=high,
        alpha=_alpha(X),
        n=len(X),
        incomplete=int((~kept).sum()),
    )
    spread = float(index.of(X).std(ddof=1))
    return replace(index, standard_error=spread / math.sqrt(len(X)))


def _alpha(X: FloatArray) -> float | None:
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
            found=f"items {sorted(weights)} instead of {sorted(columns)}",
            remedy="Give each item its weight.",
        )
    given = np.array([weights[name] for name in columns], dtype=np.float64)
    if not (given >= 0).all() or not np.isfinite(given).all() or given.sum() == 0:
        raise InvalidValueError(
            subject="argument 'weights'",
            found="a weight that is negative or not finite, or all of them 0",
            remedy="Weights are 0 or more; they are scaled to sum to 1.",
        )
    return tuple((given / given.sum()).tolist())


def _first_component(columns: tuple[str, ...], X: FloatArray) -> tuple[float, ...]:
    spread = X.std(axis=0).tolist()
    flat = [name for name, one in zip(columns, spread, strict=True) if not one]
    if flat or len(columns) < 2:
        raise InvalidValueError(
            subject=f"column {flat[0]!r}" if flat else "argument 'item_cols'",
            found="all answers equal" if flat else "a single item",
            remedy="Use weights='equal'.",
        )
    loadings = reliability.first_component(X)
    if (loadings < 0).any():
        against = columns[int(np.argmin(loadings))]
        raise InvalidValueError(
            subject=f"column {against!r}",
            found="an item that runs against the others",
            remedy="Turn its scale around, or leave it out.",
        )
    return tuple(loadings.tolist())
