"""Backtest models: fit them in the past, and compare with what happened then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeAlias

import numpy as np

from ..._check import ProvenHistory, day_count, random_source, typed
from ..._dates import date_of
from ..._frames import EagerFrame, numbers, nw, read_eager
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked, resampled_interval_of, told
from ...rfm.calibration_holdout_summary import calibration_holdout_summary
from ...typing import HISTORY, Day, FloatArray, IntoDataFrame, Progress, PurchaseModel
from ..models.nbd import fit_nbd
from ..uncertainty.drawn_ends import ends_by_column, interval_of_draws
from ..uncertainty.simulated_futures import PurchaseSampler, futures
from ..value.opened_customers import proved
from .backtest_cutoffs import Cutoffs, customers_at, cutoff_days
from .forecast_accuracy import deciles, mean_absolute_error, ranking_gini, relative_bias

__all__ = ["Backtest", "BacktestScore", "backtest"]


class _Model(PurchaseSampler, PurchaseModel, Protocol):
    """Expects purchases, and draws them."""


Fit: TypeAlias = Callable[[IntoDataFrame], _Model]
# calibration_holdout_summary, or a partial of it that carries its options.
# Any frame: a generic function is not one of a fixed library to every type checker.
Summary: TypeAlias = Callable[..., Any]

_DRAWS = 200
_LEVEL = 0.95
_BASELINES = ("last period", "NBD")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class BacktestScore:
    """The accuracy of one model after one cutoff.

    Attributes
    ----------
    model, cutoff
        The name of the model, and the last day it was fitted to.
    n_customers
        Customers known by then.
    predicted, actual
        Purchases of all of them in the horizon.
    bias
        How much too high the total was: 0.05 is 5% too high.
    mean_absolute_error
        The mean distance, per customer, between predicted and actual purchases.
    gini
        How well customers were ranked: 1 as in hindsight, 0 as by chance.
    calibration
        Mean prediction and mean outcome of each tenth of the customers, those of the
        lowest predictions first.
    coverage
        Share of customers inside their 95% prediction interval; None without ``rng``,
        for a baseline that draws nothing, and for a fit that leaves parameters all but
        free.
    resampled
        The 95% interval of the total, which ``interval`` returns; None likewise.
    """

    model: str
    cutoff: str
    n_customers: int
    predicted: float
    actual: float
    bias: float | None
    mean_absolute_error: float
    gini: float | None
    calibration: tuple[tuple[float, float], ...]
    coverage: float | None = None
    resampled: Interval | None = None

    def interval(self, level: float | None = None) -> Interval:
        """Return the prediction interval of the total, drawn at a level of 0.95.

        Raises
        ------
        NotEnoughDataError
            If nothing was drawn, or another level is asked for.
        """
        return resampled_interval_of(
            self.resampled,
            level,
            remedy="Pass rng to backtest; it draws intervals of level 0.95.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Backtest(JsonResult):
    """The accuracy of models and of two plain baselines after every cutoff.

    Attributes
    ----------
    horizon_days
        How many days ahead was predicted.
    scores
        One entry per cutoff and model. ``"last period"`` repeats each customer's
        purchases of the span before; in ``"NBD"`` all customers stay active for ever.
    """

    horizon_days: int
    scores: tuple[BacktestScore, ...]

    def __str__(self) -> str:
        """Show the scores as a table."""
        width = max(len(score.model) for score in self.scores)
        head = (
            f"{'cutoff':<10}  {'model':<{width}}  predicted    actual    bias     MAE"
            "   Gini"
        )
        return "\n".join([head, *(_line(score, width) for score in self.scores)])


@typed
def backtest(
    transactions: IntoDataFrame,
    *,
    models: Mapping[str, Fit],
    cutoffs: Cutoffs,
    horizon_days: int,
    observation_period_end: Day | None = None,
    summary: Summary = calibration_holdout_summary,
    rng: np.random.Generator | None = None,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
    progress: Progress | None = None,
) -> Backtest:
    """Fit at each cutoff, predict the horizon, and compare with what happened.

    Parameters
    ----------
    transactions
        One row per purchase, in memory.
    models
        By name, how to fit each: ``{"BG/NBD": fit_bg_nbd}``. A
        ``functools.partial`` carries options.
    cutoffs
        The last days to fit to, each at least the horizon before the end of the data,
        so that the outcome is known.
    horizon_days
        How many days ahead to predict.
    observation_period_end
        The last day seen, inclusive; None for the last date in the log. Name it where
        the log is complete up to a later day without purchases.
    summary
        How the log becomes one row per customer. A ``functools.partial`` of
        ``calibration_holdout_summary`` carries its ``grain``, ``time_unit`` and
        ``refunds``; the unit of time changes no prediction.
    rng
        The source of randomness of prediction intervals, whose coverage is then
        scored; None leaves them out.
    customer_id_col, date_col, amount_col
        The columns read.
    progress
        Is called with the number of fits done and of all; None for silence.

    Returns
    -------
    Backtest
        Bias, error, ranking and calibration of every model and two baselines.

    Raises
    ------
    InvalidValueError
        If the horizon is not a whole number of days, a cutoff lies before any purchase
        or leaves less than the horizon to the end, or a name is taken by a baseline.
    InvalidTypeError
        If ``cutoffs`` is not a list.
    NotEnoughDataError
        If the log is empty, or no customer had bought by a cutoff.

    Examples
    --------
    >>> from crmkit.clv import fit_bg_nbd
    >>> from crmkit.datasets import load_cdnow_sample
    >>> print(backtest(
    ...     load_cdnow_sample(), models={"BG/NBD": fit_bg_nbd},
    ...     cutoffs=["1997-09-30"], horizon_days=273,
    ... ))
    cutoff      model        predicted    actual    bias     MAE   Gini
    1997-09-30  BG/NBD         1,653.4   1,882.0  -12.1%   0.785  0.662
    1997-09-30  NBD            2,929.8   1,882.0  +55.7%   1.041  0.680
    1997-09-30  last period    2,457.0   1,882.0  +30.6%   0.897  0.660
    """
    _require_names(models)
    if rng is not None:
        random_source(rng)
    days = day_count("horizon_days", horizon_days, at_least=1)
    known = cutoff_days(
        transactions, cutoffs, days=days, end=observation_period_end, date_col=date_col
    )
    split = partial(
        summary,
        transactions,
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    past = [_past(split, day, days, customer_id_col) for day in known]
    fits: dict[str, Fit] = {**models, "NBD": fit_nbd}
    asked = [(each, name) for each in past for name in (*fits, "last period")]
    scores = [
        _past_score(each, name, fits.get(name), rng)
        for each, name in told(asked, progress)
    ]
    return Backtest(horizon_days=days, scores=tuple(scores))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Past:
    """One cutoff: what was known, what happened, and what had happened before."""

    cutoff: str
    customers: IntoDataFrame
    history: ProvenHistory
    span: float
    actual: FloatArray
    last_period: FloatArray


def _past(split: Summary, day: int, days: int, customer_id_col: str) -> _Past:
    customers = split(
        calibration_period_end=date_of(day), observation_period_end=date_of(day + days)
    )
    frame = customers_at(customers, day)
    return _Past(
        cutoff=date_of(day).isoformat(),
        customers=customers,
        history=proved(frame, HISTORY),
        span=float(numbers(frame, "holdout_T")[0]),
        actual=numbers(frame, "holdout_frequency"),
        last_period=_last_period(split, frame, day, days, customer_id_col),
    )


def _last_period(
    split: Summary,
    frame: EagerFrame,
    day: int,
    days: int,
    customer_id_col: str,
) -> FloatArray:
    """Count each customer's purchases in the span before; repeat ones if it is new."""
    since_first = numbers(frame, "frequency")
    try:
        before = split(
            calibration_period_end=date_of(day - days),
            observation_period_end=date_of(day),
        )
    except NotEnoughDataError:
        return since_first
    earlier = read_eager(before, ()).select(
        customer_id_col, crmkit_seen=nw.col("holdout_frequency")
    )
    # Threads of Arrow return the rows of a join in any order.
    ids = frame.select(customer_id_col).with_row_index("crmkit_row")
    joined = ids.join(earlier, customer_id_col, how="left").sort("crmkit_row")
    seen = numbers(joined, "crmkit_seen")
    return np.where(np.isnan(seen), since_first, seen)


def _past_score(
    past: _Past, name: str, fit: Fit | None, rng: np.random.Generator | None
) -> BacktestScore:
    """Score a fit after one cutoff; without a fit, the purchases of the span before."""
    if fit is None:
        return _score(name, past, past.last_period)
    history = past.history
    model = fit(past.customers)
    score = _score(name, past, model.expected_purchases(*history, horizon=past.span))
    if rng is None or not _settled(model):
        return score
    return _covered(score, model, history, past, rng)


def _settled(model: _Model) -> bool:
    # Parameters that are all but free give nothing to draw from.
    return model.report is None or not model.report.weakly_identified


def _score(name: str, past: _Past, predicted: FloatArray) -> BacktestScore:
    return BacktestScore(
        model=name,
        cutoff=past.cutoff,
        n_customers=predicted.size,
        predicted=float(predicted.sum()),
        actual=float(past.actual.sum()),
        bias=relative_bias(predicted, past.actual),
        mean_absolute_error=mean_absolute_error(predicted, past.actual),
        gini=ranking_gini(predicted, past.actual),
        calibration=deciles(predicted, past.actual),
    )


def _covered(
    score: BacktestScore,
    model: PurchaseSampler,
    history: ProvenHistory,
    past: _Past,
    rng: np.random.Generator,
) -> BacktestScore:
    inside, totals = 0, np.zeros(_DRAWS)
    for block in futures(
        history,
        None,
        purchases=model,
        spend=None,
        horizon=past.span,
        discount_rate=0.0,
        n_draws=_DRAWS,
        rng=rng,
    ):
        lower, upper = ends_by_column(block.purchases, (1 - _LEVEL) / 2)
        actual = past.actual[block.rows]
        inside += int(np.count_nonzero((lower <= actual) & (actual <= upper)))
        totals += block.purchases.sum(axis=1)
    return replace(
        score,
        coverage=inside / past.actual.size,
        resampled=interval_of_draws(totals, _LEVEL),
    )


def _require_names(models: Mapping[str, Fit]) -> None:
    taken = [name for name in models if name in _BASELINES]
    if taken:
        raise InvalidValueError(
            subject="argument 'models'",
            found=f"name {taken[0]!r}, which a baseline has",
            remedy="Give the model another name.",
        )


def _line(score: BacktestScore, width: int) -> str:
    bias = "    n/a" if score.bias is None else f"{score.bias:>+7.1%}"
    gini = "  n/a" if score.gini is None else f"{score.gini:>5.3f}"
    return (
        f"{score.cutoff:<10}  {score.model:<{width}}  {score.predicted:>9,.1f}"
        f"  {score.actual:>8,.1f} {bias}  {score.mean_absolute_error:>6.3f}  {gini}"
    )
