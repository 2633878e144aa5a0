"""A score of answers that do not all count alike: weights, customers, populations."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from ..._check import fraction, whole
from ..._frames import (
    EagerFrame,
    group_rows,
    id_rules,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_ids,
    require_numbers,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.survey import design_weights as kernel
from ...typing import FloatArray, IntArray, IntoDataFrame
from .bands import Bands
from .net_scores import net_answers

__all__ = ["SurveyNps", "clusters_of", "survey_nps", "weights_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SurveyNps:
    """A weighted score and how sure it is.

    Attributes
    ----------
    score, standard_error
        In points; the error knows the weights, the customers and the population.
    n, missing
        Answers, and rows without one.
    n_effective
        As many equally weighted answers would say as much (Kish 1965).
    clusters
        Customers, or answers where no customer was named.
    population_size
        How many customers there are, None when many.
    """

    score: float
    standard_error: float
    n: int
    missing: int
    n_effective: float
    clusters: int
    population_size: int | None = None

    @property
    def weighting_effect(self) -> float:
        """How many times larger unequal weights make the variance."""
        return self.n / self.n_effective

    def interval(self, *, level: float = 0.95) -> tuple[float, float]:
        """Return the range of scores these answers leave possible (Student's t)."""
        fraction("level", level)
        half = float(stdtrit(self.clusters - 1, 0.5 + level / 2)) * self.standard_error
        return max(-100.0, self.score - half), min(100.0, self.score + half)

    def to_dict(self) -> dict[str, object]:
        """Return the score as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "SurveyNps":
        """Build the score from its JSON document."""
        return from_document(cls, document)


def survey_nps(
    responses: IntoDataFrame,
    *,
    weight_col: str | None = None,
    customer_id_col: str | None = None,
    score_col: str = "score",
    bands: str | Bands = "standard",
    population_size: int | None = None,
) -> SurveyNps:
    """Measure the score of a weighted survey, or of customers who answered repeatedly.

    Parameters
    ----------
    responses
        One row per answer.
    weight_col
        How many customers each answer stands for, above zero; None: one each. Weights
        to known margins come from ``with_raked_weight``.
    customer_id_col
        Who answered; their answers may go together. None: everybody answered once.
    score_col, bands
        As in ``nps``. Missing answers are counted and left out.
    population_size
        How many customers there are. The error shrinks by the share of them who
        answered, and is 0 when all did.

    Returns
    -------
    SurveyNps
        Score, linearised error and effective sample size.

    Raises
    ------
    NotEnoughDataError
        If fewer than two customers answered.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "score": [10, 9, 8, 3, 9, 7, 0, 10],
    ...     "weight": [1, 2, 1, 3, 1, 1, 1, 2],
    ... })
    >>> survey = survey_nps(answers, weight_col="weight")
    >>> survey.score, survey.standard_error, survey.n_effective
    (16.67, 40.44, 6.55)
    """
    columns = [score_col]
    columns += [name for name in (weight_col, customer_id_col) if name is not None]
    frame = read_eager(responses, columns)
    net = net_answers(frame, score_col=score_col, bands=bands, id_col=customer_id_col)
    answered = ~np.isnan(net)
    s, w = net[answered], weights_of(frame, weight_col)[answered]
    cluster = clusters_of(frame, customer_id_col, answered)
    clusters = int(cluster.max(initial=-1)) + 1
    if clusters < 2:
        raise NotEnoughDataError(
            needed="answers of 2 customers",
            got=str(clusters),
            remedy="Ask more customers.",
        )
    variance = kernel.linearised_variance(s, w, cluster)
    unseen = _unseen(clusters, population_size)
    return SurveyNps(
        score=100 * kernel.weighted_mean(s, w),
        standard_error=100 * math.sqrt(variance * unseen),
        n=int(s.size),
        missing=int((~answered).sum()),
        n_effective=kernel.effective_size(w),
        clusters=clusters,
        population_size=population_size,
    )


def weights_of(frame: EagerFrame, weight_col: str | None) -> FloatArray:
    """Read survey weights: one each where there is no column."""
    if weight_col is None:
        return np.ones(len(frame))
    require_numbers(frame, (weight_col,))
    refuse(frame, number_rules(frame, weight_col, sign="positive"))
    return numbers(frame, weight_col)


def clusters_of(
    frame: EagerFrame, customer_id_col: str | None, kept: np.ndarray
) -> IntArray:
    """Give each kept row the number of its customer, or its own where none is named."""
    if customer_id_col is None:
        return np.arange(int(kept.sum()))
    require_ids(frame, customer_id_col)
    refuse(frame, id_rules(frame, customer_id_col))
    codes = group_rows(frame, customer_id_col).codes[kept]
    return np.unique(codes, return_inverse=True)[1]


def _unseen(clusters: int, population_size: int | None) -> float:
    if population_size is None:
        return 1.0
    N = whole("population_size", population_size, at_least=1)
    if clusters > N:
        raise InvalidValueError(
            subject="argument 'population_size'",
            found=f"{N} customers, of whom {clusters} answered",
            remedy="Count everybody who could have been asked.",
        )
    return 1 - clusters / N
