"""The net promoter score of a survey with weights or repeated answers."""

import math
from dataclasses import dataclass

import numpy as np

from ..._check import whole
from ..._frames import read_eager
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.survey import design_weights as kernel
from ...typing import IntoDataFrame
from ..reading.customer_clusters import clusters_of
from ..reading.survey_weights import weights_of
from ..student_interval import student_interval
from .bands import Bands
from .net_answers import net_answers

__all__ = ["WeightedNps", "weighted_nps"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class WeightedNps(JsonResult):
    """A weighted net promoter score with its standard error.

    Attributes
    ----------
    score, standard_error
        In points. The error accounts for weights, repeated answers of one customer and
        the size of the population.
    n_responses, missing
        Number of answers, and of rows without one.
    n_effective
        Effective sample size: the number of equally weighted answers with the same
        precision (Kish 1965).
    n_clusters
        Number of customers, or of answers where no customer was named.
    population_size
        Number of all customers; None if it is large.
    """

    score: float
    standard_error: float
    n_responses: int
    missing: int
    n_effective: float
    n_clusters: int
    population_size: int | None = None

    @property
    def weighting_effect(self) -> float:
        """Factor by which unequal weights inflate the variance."""
        return self.n_responses / self.n_effective

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the confidence interval of the score, in points (Student's t)."""
        return student_interval(
            self.score,
            self.standard_error,
            self.n_clusters - 1,
            level,
            bounds=(-100.0, 100.0),
        )


def weighted_nps(
    responses: IntoDataFrame,
    *,
    weight_col: str | None = None,
    customer_id_col: str | None = None,
    score_col: str = "score",
    bands: str | Bands = "standard",
    population_size: int | None = None,
) -> WeightedNps:
    """Measure the net promoter score with survey weights or repeated answers.

    Parameters
    ----------
    responses
        One row per answer.
    weight_col
        Number of customers that each answer represents, above 0; None for equal
        weights. ``with_raked_weight`` makes weights from known margins.
    customer_id_col
        The customer of each answer; answers of one customer are correlated. None if no
        customer answered twice.
    score_col, bands
        As in ``nps``. Missing answers are counted and left out.
    population_size
        Number of all customers. The error shrinks with the share of them who answered,
        and is 0 if all of them did.

    Returns
    -------
    WeightedNps
        The score, its linearised standard error and the effective sample size.

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
    >>> survey = weighted_nps(answers, weight_col="weight")
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
            remedy="Collect more responses.",
        )
    variance = kernel.linearised_variance(s, w, cluster)
    unseen = _unseen(clusters, population_size)
    return WeightedNps(
        score=100 * kernel.weighted_mean(s, w),
        standard_error=100 * math.sqrt(variance * unseen),
        n_responses=int(s.size),
        missing=int((~answered).sum()),
        n_effective=kernel.effective_size(w),
        n_clusters=clusters,
        population_size=population_size,
    )


def _unseen(clusters: int, population_size: int | None) -> float:
    if population_size is None:
        return 1.0
    N = whole("population_size", population_size, at_least=1)
    if clusters > N:
        raise InvalidValueError(
            subject="argument 'population_size'",
            found=f"{N} customers, of whom {clusters} answered",
            remedy="Count all customers who could have been asked.",
        )
    return 1 - clusters / N
