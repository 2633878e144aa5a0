"""Models fitted at past cutoffs, beside what the same customers then did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from ..._check import ProvenHistory
from ..._dates import date_of
from ..._frames import column_names, numbers, read_eager
from ...errors import ConvergenceError, NotEnoughDataError
from ...rfm.occasion_details import with_occasion_details
from ...snapshots.transaction_columns import TransactionColumns
from ...typing import HISTORY, FloatArray, IntoDataFrame
from ..value.opened_customers import proved
from .backtest import Summary
from .backtest_cutoffs import customers_at
from .choice_scores import (
    MoneyScore,
    PurchaseScore,
    SpendScore,
    log_chances,
    money_score,
    purchase_score,
    spend_score,
)
from .right_model_variance import expected_worth

__all__ = [
    "Candidate",
    "Fits",
    "Trial",
    "candidates",
    "money_scores",
    "of_purchases",
    "of_spend",
    "trial_of",
]

_OPTIONS = ("grain", "time_unit", "refunds")
_VARIANCE = "monetary_variance"

Fits: TypeAlias = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One cutoff: what was known by then, and what came in the horizon."""

    cutoff: str
    customers: IntoDataFrame
    history: ProvenHistory
    amounts: FloatArray
    span: float
    came: FloatArray
    paid: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A model at every cutoff: its scores, its losses, or why it has none.

    Attributes
    ----------
    name
        Of the model.
    scores
        One for each cutoff at which it could be fitted.
    expected
        What it expected of each customer, by cutoff.
    losses
        What it lost on each customer, by cutoff; lower is better. For purchases minus
        the log score, for spend the squared error times the number of purchases.
    reason
        Why it has no score at some cutoff.
    """

    name: str
    scores: tuple[PurchaseScore | SpendScore, ...]
    expected: tuple[FloatArray, ...]
    losses: tuple[FloatArray, ...]
    reason: str | None = None


def trial_of(
    transactions: IntoDataFrame,
    day: int,
    days: int,
    summary: Summary,
    columns: TransactionColumns,
) -> Trial:
    """Summarise the log up to a day, and what came in the days after it."""
    of_log: dict[str, Any] = {
        "customer_id_col": columns.customer_id,
        "date_col": columns.date,
        "amount_col": columns.amount,
    }
    customers = summary(
        transactions,
        calibration_period_end=date_of(day),
        observation_period_end=date_of(day + days),
        **of_log,
    )
    if _VARIANCE not in column_names(read_eager(customers, ())):
        # A partial carries how occasions were counted: details count the same way.
        carried = summary.keywords if isinstance(summary, partial) else {}
        options: dict[str, Any] = {
            name: carried[name] for name in _OPTIONS if name in carried
        }
        customers = with_occasion_details(
            customers,
            transactions=transactions,
            observation_period_end=date_of(day),
            **options,
            **of_log,
        )
    frame = customers_at(customers, day)
    return Trial(
        cutoff=date_of(day).isoformat(),
        customers=customers,
        history=proved(frame, HISTORY),
        amounts=numbers(frame, HISTORY.monetary_value),
        span=float(numbers(frame, "holdout_T")[0]),
        came=numbers(frame, "holdout_frequency"),
        paid=numbers(frame, "holdout_total_amount"),
    )


def candidates(
    fits: Fits, trials: list[Trial], score: Callable[..., Any]
) -> list[Candidate]:
    """Fit each model at each cutoff, and score it."""
    return [_candidate(name, fit, trials, score) for name, fit in fits.items()]


def of_purchases(
    name: str,
    model: Any,  # noqa: ANN401 - any model that can
    trial: Trial,
) -> tuple[PurchaseScore, FloatArray, FloatArray]:
    """Score a model of purchases: its score, expectations and losses."""
    expected = model.expected_purchases(*trial.history, horizon=trial.span)
    logs = log_chances(model, trial.history, trial.came, trial.span)
    score = purchase_score(
        name, trial.cutoff, predicted=expected, actual=trial.came, logs=logs
    )
    return score, expected, -logs


def of_spend(
    name: str,
    model: Any,  # noqa: ANN401 - any model that can
    trial: Trial,
) -> tuple[SpendScore, FloatArray, FloatArray]:
    """Score a model of spend: its score, expectations and losses."""
    worth = expected_worth(model, np.asarray(trial.history.frequency), trial.amounts)
    buys = trial.came > 0
    if not buys.any():
        raise NotEnoughDataError(
            needed=f"customers who bought in the {trial.span:g} after {trial.cutoff}",
            got="none",
            remedy="Choose other cutoffs, or a longer horizon.",
        )
    came, paid, expected = trial.came[buys], trial.paid[buys], worth[buys]
    score = spend_score(name, trial.cutoff, expected=expected, came=came, paid=paid)
    return score, worth, came * (expected - paid / came) ** 2 / came.mean()


def money_scores(
    bought: list[Candidate], paid: list[Candidate], trials: list[Trial]
) -> tuple[MoneyScore, ...]:
    """Score the money of each pair of models that have expectations throughout."""
    return tuple(
        money_score(
            (one.name, other.name),
            trial.cutoff,
            predicted=one.expected[at] * other.expected[at],
            actual=trial.paid,
        )
        for at, trial in enumerate(trials)
        for one in bought
        for other in paid
        if one.reason is None and other.reason is None
    )


def _candidate(
    name: str, fit: Callable[..., Any], trials: list[Trial], score: Callable[..., Any]
) -> Candidate:
    found, reason = [], None
    for trial in trials:
        try:
            found.append(score(name, fit(trial.customers), trial))
        except (ConvergenceError, NotEnoughDataError) as error:
            reason = f"at {trial.cutoff}: {error}"
    losses = tuple(each[2] for each in found)
    if reason is None and not all(np.isfinite(loss).all() for loss in losses):
        reason = "it gave no chance to what a customer did"
    return Candidate(
        name=name,
        scores=tuple(each[0] for each in found),
        expected=tuple(each[1] for each in found),
        losses=losses,
        reason=reason,
    )
