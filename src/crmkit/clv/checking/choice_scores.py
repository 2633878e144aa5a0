"""Scores of models of purchases and of spend after one cutoff, one row each."""

from dataclasses import dataclass

import numpy as np

from ..._check import ProvenHistory, known_history
from ...fits import checked
from ...kernels.base.cells import group
from ...typing import FloatArray
from .forecast_accuracy import deciles, mean_absolute_error, ranking_gini, relative_bias
from .holdout_error import Predictor

__all__ = [
    "MoneyScore",
    "PurchaseScore",
    "SpendScore",
    "log_chances",
    "miscalibration",
    "money_score",
    "purchase_score",
    "spend_score",
]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PurchaseScore:
    """How well one model of purchases foretold the horizon after one cutoff.

    Attributes
    ----------
    model, cutoff
        The name of the model, and the last day it was fitted to.
    n_customers
        Customers known by then.
    predicted, actual
        Purchases of all of them in the horizon.
    bias
        How much too high the total was: 0.05 is 5% too high. None without purchases.
    log_score
        Mean logarithm of the probability of each customer's actual purchases; higher is
        better. None where a probability is below 1e-308.
    miscalibration
        The distance between prediction and outcome over tenths of the customers, as a
        share of what came; 0 is perfect. None without purchases.
    mean_absolute_error
        The mean distance, per customer, between predicted and actual purchases.
    gini
        How well customers were ranked: 1 as in hindsight, 0 as by chance.
    """

    model: str
    cutoff: str
    n_customers: int
    predicted: float
    actual: float
    bias: float | None
    log_score: float | None
    miscalibration: float | None
    mean_absolute_error: float
    gini: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SpendScore:
    """How well one model of spend foretold the amounts after one cutoff.

    Attributes
    ----------
    model, cutoff
        The name of the model, and the last day it was fitted to.
    n_customers
        Customers who bought in the horizon: of the others no amount is known.
    predicted, actual
        The money of their purchases, the number of which is taken as known.
    bias
        How much too high the total was. None without money.
    root_mean_square_error
        Of the mean amount of a customer, each weighted by the number of purchases;
        lower is better.
    miscalibration
        The distance between prediction and outcome over tenths of the customers, as a
        share of what came. None without money.
    """

    model: str
    cutoff: str
    n_customers: int
    predicted: float
    actual: float
    bias: float | None
    root_mean_square_error: float
    miscalibration: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class MoneyScore:
    """How well a pair of models foretold the money after one cutoff.

    Attributes
    ----------
    purchases, spend, cutoff
        The names of both models, and the last day they were fitted to.
    predicted, actual
        The money of all customers in the horizon.
    bias
        How much too high the total was. None without money.
    mean_absolute_error
        The mean distance, per customer, between predicted and actual money.
    gini
        How well customers were ranked by money.
    """

    purchases: str
    spend: str
    cutoff: str
    predicted: float
    actual: float
    bias: float | None
    mean_absolute_error: float
    gini: float | None


def log_chances(
    model: Predictor, history: ProvenHistory, came: FloatArray, span: float
) -> FloatArray:
    """Return the logarithm of the probability of each customer's actual purchases."""
    cells = group((*history, came), inverse=True)
    x, t_x, T, counts = cells.columns
    distinct = known_history(x, t_x, T)
    chance = np.empty(cells.size)
    for n in np.unique(counts).tolist():
        rows = np.flatnonzero(counts == n)
        chance[rows] = model.probability_of_n_purchases(
            *distinct.rows(rows), n=int(n), horizon=span
        )
    logs = np.full(cells.size, -np.inf)
    np.log(chance, out=logs, where=chance > 0)
    each: FloatArray = logs[cells.inverse]
    return each


def purchase_score(
    model: str,
    cutoff: str,
    *,
    predicted: FloatArray,
    actual: FloatArray,
    logs: FloatArray,
) -> PurchaseScore:
    """Score a model of purchases on the customers of one cutoff."""
    score = float(np.mean(logs))
    return PurchaseScore(
        model=model,
        cutoff=cutoff,
        n_customers=predicted.size,
        predicted=float(predicted.sum()),
        actual=float(actual.sum()),
        bias=relative_bias(predicted, actual),
        log_score=score if np.isfinite(score) else None,
        miscalibration=miscalibration(predicted, actual),
        mean_absolute_error=mean_absolute_error(predicted, actual),
        gini=ranking_gini(predicted, actual),
    )


def spend_score(
    model: str,
    cutoff: str,
    *,
    expected: FloatArray,
    came: FloatArray,
    paid: FloatArray,
) -> SpendScore:
    """Score a model of spend on customers who bought, ``came`` times for ``paid``."""
    off = expected - paid / came
    predicted = came * expected
    return SpendScore(
        model=model,
        cutoff=cutoff,
        n_customers=came.size,
        predicted=float(predicted.sum()),
        actual=float(paid.sum()),
        bias=relative_bias(predicted, paid),
        root_mean_square_error=float(np.sqrt(came @ off**2 / came.sum())),
        miscalibration=miscalibration(predicted, paid),
    )


def money_score(
    names: tuple[str, str],
    cutoff: str,
    *,
    predicted: FloatArray,
    actual: FloatArray,
) -> MoneyScore:
    """Score a pair of models on the money of the customers of one cutoff."""
    return MoneyScore(
        purchases=names[0],
        spend=names[1],
        cutoff=cutoff,
        predicted=float(predicted.sum()),
        actual=float(actual.sum()),
        bias=relative_bias(predicted, actual),
        mean_absolute_error=mean_absolute_error(predicted, actual),
        # A concentration curve has no meaning where returns outweigh purchases.
        gini=ranking_gini(predicted, actual) if np.all(actual >= 0) else None,
    )


def miscalibration(predicted: FloatArray, actual: FloatArray) -> float | None:
    """Return the distance of tenths from what came, as a share of it."""
    total = float(actual.sum())
    if total <= 0:
        return None
    tenths = deciles(predicted, actual)
    sizes = [part.size for part in np.array_split(predicted, 10) if part.size]
    off = sum(
        size * abs(expected - came)
        for size, (expected, came) in zip(sizes, tenths, strict=True)
    )
    return off / total
