"""The range in which an expectation lies, from the errors of the estimates."""

from collections.abc import Callable
from functools import partial
from statistics import NormalDist
from typing import Final, Literal, TypeAlias, TypeVar

import numpy as np
from scipy.special import expit, logit

from ..._arguments import one_of
from ..._check import fraction
from ..._typed import typed
from ...typing import HISTORY, FloatArray, HistoryColumns, IntoFrameT
from ..models.histories import Score, with_history_scores
from .parameter_draws import Fitted, log_covariance, moved, steady

__all__ = ["with_expectation_interval"]

Scale: TypeAlias = Literal["log", "logit"]

_Model = TypeVar("_Model", bound=Fitted)

_STEP = 1e-3  # of a logarithm: the error of a central difference is a millionth
_TINY = 1e-300
_ALMOST_ONE = 1 - 1e-16


@typed
def with_expectation_interval(
    customers: IntoFrameT,
    *,
    purchases: _Model,
    score: Callable[[_Model], Score],
    scale: Scale = "log",
    level: float = 0.95,
    output_col: str,
    columns: HistoryColumns = HISTORY,
) -> IntoFrameT:
    """Add an interval for an expectation or a probability of each customer.

    It contains the uncertainty of the parameters but not chance: the mean of many such
    customers lies in it. ``with_purchases_interval`` says what one customer will do.
    Nothing is drawn, and lazy frames stay lazy.

    Parameters
    ----------
    customers
        One row per customer.
    purchases
        A fitted model of purchases.
    score
        What to predict: takes a model, and returns an array method of it with the
        options filled in.
    scale
        ``"log"`` for positive quantities, ``"logit"`` for probabilities.
    level
        The share of such intervals that hold the truth, between 0 and 1.
    output_col
        The name of the quantity: ``<output_col>_lower`` and ``<output_col>_upper``
        are added.
    columns
        The names of the columns read.

    Returns
    -------
    frame
        The same rows with the two columns.

    Raises
    ------
    NotEnoughDataError
        If the model was built by hand, or its fit leaves parameters all but free.

    Notes
    -----
    The variance of the transformed score is ``g' V g``, with ``V`` the covariance of
    the log-parameters and ``g`` the score's slope in them, by central differences.

    Examples
    --------
    >>> from functools import partial
    >>> from crmkit import rfm_summary
    >>> from crmkit.clv import fit_bg_nbd
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> scored = with_expectation_interval(
    ...     customers.head(2), purchases=fit_bg_nbd(customers),
    ...     score=lambda model: partial(model.expected_purchases, horizon=39),
    ...     output_col="mean",
    ... )
    >>> scored[["customer_id", "mean_lower", "mean_upper"]].round(3)
       customer_id  mean_lower  mean_upper
    0            4       1.141       1.318
    1           18       0.180       0.215
    """
    one_of("scale", scale, ("log", "logit"))
    model = steady(purchases)
    width = NormalDist().inv_cdf(0.5 + fraction("level", level) / 2)
    ends = {
        f"{output_col}_lower": partial(_end, model, score, scale, -width),
        f"{output_col}_upper": partial(_end, model, score, scale, width),
    }
    return with_history_scores(customers, columns.history, ends)


def _end(
    model: _Model,
    score: Callable[[_Model], Score],
    scale: Scale,
    width: float,
    /,
    *history: FloatArray,
) -> FloatArray:
    """Move each score by ``width`` standard errors on the scale, and back."""
    to, back = _SCALES[scale]

    def transformed(at: _Model) -> FloatArray:
        x, t_x, T = history
        return to(score(at)(x, t_x, T))

    best = transformed(model)
    covariance = log_covariance(model)
    steps = _STEP * np.eye(covariance.shape[0])
    slopes = np.stack(
        [
            (transformed(moved(model, step)) - transformed(moved(model, -step)))
            / (2 * _STEP)
            for step in steps
        ]
    )
    error = np.sqrt(np.einsum("kn,kl,ln->n", slopes, covariance, slopes))
    return back(best + width * error)


def _log(score: FloatArray) -> FloatArray:
    return np.asarray(np.log(np.maximum(score, _TINY)), dtype=np.float64)


def _logit(score: FloatArray) -> FloatArray:
    return np.asarray(logit(np.clip(score, _TINY, _ALMOST_ONE)), dtype=np.float64)


def _expit(score: FloatArray) -> FloatArray:
    return np.asarray(expit(score), dtype=np.float64)


def _exp(score: FloatArray) -> FloatArray:
    return np.asarray(np.exp(score), dtype=np.float64)


_SCALES: Final = {"log": (_log, _exp), "logit": (_logit, _expit)}
