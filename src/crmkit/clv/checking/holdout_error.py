"""The error of a fitted model on purchases after the data it was fitted to."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ..._check import known_history
from ..._frames import Frame, Rule, number_rules, nw, require_numbers
from ...fits import checked
from ...kernels.base.cells import Cells
from ...typing import FloatArray
from ..models.histories import impossible

__all__ = ["HoldoutError", "Predictor", "holdout_error", "holdout_rules"]


class Predictor(Protocol):
    """A model that expects purchases and gives each count a probability."""

    def expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
    ) -> FloatArray:
        """Return the purchases to expect in ``(T, T + horizon]``."""
        ...

    def probability_of_n_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        n: int,
        horizon: float,
    ) -> FloatArray:
        """Return the probability of exactly ``n`` purchases in that span."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class HoldoutError:
    """The error of one model on the holdout.

    Attributes
    ----------
    predicted, actual
        Purchases of all customers in the holdout.
    bias
        How much too high the total was: 0.05 is 5% too high. None without any purchase.
    mean_absolute_error
        The mean distance, per customer, between predicted and actual purchases. It
        rewards a guess near the median, which for most customers is 0; the log score
        does not.
    log_score
        Mean logarithm of the probability of each customer's actual purchases; higher is
        better. None where a probability is below 1e-308.
    """

    predicted: float
    actual: float
    bias: float | None
    mean_absolute_error: float
    log_score: float | None


def holdout_rules(frame: Frame, columns: tuple[str, str]) -> list[Rule]:
    """Make the rules of a holdout: a whole count in a finite span."""
    count, span = columns
    require_numbers(frame, columns)
    bought, fraction = nw.col(count), nw.col(count) != nw.col(count).floor()
    return [
        *number_rules(frame, count, sign="nonnegative"),
        impossible(count, fraction, "Purchases are counted"),
        *number_rules(frame, span, sign="nonnegative"),
        impossible(
            count, (bought > 0) & (nw.col(span) == 0), "Nothing is bought in no time"
        ),
    ]


def holdout_error(model: Predictor, data: Cells) -> HoldoutError:
    """Compare a model with cells of history, holdout count and length of holdout."""
    x, t_x, T, came, span = data.columns
    history = known_history(x, t_x, T)
    expected, chance = np.empty(x.size), np.empty(x.size)
    for horizon in np.unique(span).tolist():
        rows = np.flatnonzero(span == horizon)
        expected[rows] = model.expected_purchases(*history.rows(rows), horizon=horizon)
        for n in np.unique(came[rows]).tolist():
            same = rows[came[rows] == n]
            chance[same] = model.probability_of_n_purchases(
                *history.rows(same), n=int(n), horizon=horizon
            )
    weights, customers = data.weights, float(data.weights.sum())
    predicted, actual = float(weights @ expected), float(weights @ came)
    return HoldoutError(
        predicted=predicted,
        actual=actual,
        bias=predicted / actual - 1 if actual else None,
        mean_absolute_error=float(weights @ np.abs(expected - came)) / customers,
        log_score=_mean_log(chance, weights),
    )


def _mean_log(chance: FloatArray, weights: FloatArray) -> float | None:
    if not np.all(chance > 0):
        return None
    return float(weights @ np.log(chance)) / float(weights.sum())
