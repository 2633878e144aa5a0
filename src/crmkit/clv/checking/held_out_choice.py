"""Choose the models of purchases and of spend by what they would have foretold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import isnan, nan
from typing import Any, Final

from ..._check import instance, typed, whole
from ...errors import InvalidTypeError, InvalidValueError, NotEnoughDataError
from ...fits import JsonResult, checked, told
from ...rfm.calibration_holdout_summary import calibration_holdout_summary
from ...snapshots.transaction_columns import TRANSACTIONS, TransactionColumns
from ...typing import Day, IntoDataFrame, Progress
from ..models.bg_nbd import fit_bg_nbd
from ..models.credibility_spend import fit_credibility_spend
from ..models.gamma_gamma import fit_gamma_gamma
from ..models.mbg_nbd import fit_mbg_nbd
from ..models.nbd import fit_nbd
from ..models.pareto_nbd import fit_pareto_nbd
from .backtest import Summary
from .backtest_cutoffs import Cutoffs, cutoff_days, log_span
from .choice_ranking import ModelGap, gap_lines, ranked
from .choice_scores import MoneyScore, PurchaseScore, SpendScore
from .choice_trials import (
    Fits,
    candidates,
    money_scores,
    of_purchases,
    of_spend,
    trial_of,
)
from .own_mean_spend import own_mean_spend

__all__ = ["ModelChoice", "model_choice"]

PURCHASES: Final[Fits] = {
    "BG/NBD": fit_bg_nbd,
    "MBG/NBD": fit_mbg_nbd,
    "Pareto/NBD": fit_pareto_nbd,
    "NBD": fit_nbd,
}
SPEND: Final[Fits] = {
    "Gamma-Gamma": partial(fit_gamma_gamma, nonpositive="drop"),
    "credibility": fit_credibility_spend,
    "own mean": own_mean_spend,
}
_MOST = 4  # cutoffs chosen here
_YOUNGEST, _LEAST = 91, 28  # days of log before them, if there are as many


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ModelChoice(JsonResult):
    """The models that foretold best what was held out, and how far behind others were.

    Attributes
    ----------
    horizon_days, cutoffs
        How far ahead each forecast looked, and the last days it was made from.
    purchases
        The name of the chosen model of purchases: the highest log score, as a mean over
        the cutoffs.
    spend
        The name of the chosen model of spend: the lowest root mean square error. None
        if none was compared.
    purchase_gaps, spend_gaps
        By how much each other model is behind, the nearest first.
    purchase_scores, spend_scores, money_scores
        Tidy tables: one row for each model, or pair of models, and cutoff.

    Examples
    --------
    >>> import pandas as pd
    >>> row = PurchaseScore(
    ...     model="BG/NBD", cutoff="2024-06-30", n_customers=9, predicted=4.0,
    ...     actual=5.0, bias=-0.2, log_score=-0.8, miscalibration=0.2,
    ...     mean_absolute_error=0.4, gini=0.5,
    ... )
    >>> choice = ModelChoice(
    ...     horizon_days=91, cutoffs=("2024-06-30",), purchases="BG/NBD", spend=None,
    ...     purchase_gaps=(), spend_gaps=(), purchase_scores=(row,), spend_scores=(),
    ...     money_scores=(),
    ... )
    >>> pd.DataFrame(choice.purchase_scores)["log_score"].tolist()
    [-0.8]
    """

    horizon_days: int
    cutoffs: tuple[str, ...]
    purchases: str
    spend: str | None
    purchase_gaps: tuple[ModelGap, ...]
    spend_gaps: tuple[ModelGap, ...]
    purchase_scores: tuple[PurchaseScore, ...]
    spend_scores: tuple[SpendScore, ...]
    money_scores: tuple[MoneyScore, ...]

    def __str__(self) -> str:
        """Show what was compared, what was chosen and by how much."""
        first, last, n = self.cutoffs[0], self.cutoffs[-1], len(self.cutoffs)
        when = f"{n} cutoffs from {first} to {last}" if n > 1 else f"cutoff {first}"
        score = _mean(self.purchase_scores, self.purchases, "log_score")
        bias = _mean(self.purchase_scores, self.purchases, "bias")
        lines = [
            f"{self.horizon_days:,} days ahead, {when}",
            f"purchases: {self.purchases}, log score {score:.4f}, bias {_told(bias)}",
            *gap_lines(self.purchase_gaps, "log score"),
        ]
        if self.spend is None:
            return "\n".join(lines)
        error = _mean(self.spend_scores, self.spend, "root_mean_square_error")
        bias = _mean(self.spend_scores, self.spend, "bias")
        lines += [
            f"spend: {self.spend}, error {error:,.2f}, bias {_told(bias)}",
            *gap_lines(self.spend_gaps, "error"),
            f"money of both: bias {_told(self._money)}",
        ]
        return "\n".join(lines)

    @property
    def _money(self) -> float:
        pair = (self.purchases, self.spend)
        biases = [
            score.bias
            for score in self.money_scores
            if (score.purchases, score.spend) == pair and score.bias is not None
        ]
        return sum(biases) / len(biases) if biases else nan


@typed
def model_choice(
    transactions: IntoDataFrame,
    *,
    purchases: Fits = PURCHASES,
    spend: Fits = SPEND,
    cutoffs: Cutoffs | None = None,
    horizon_days: int,
    observation_period_end: Day | None = None,
    summary: Summary = calibration_holdout_summary,
    columns: TransactionColumns = TRANSACTIONS,
    progress: Progress | None = None,
) -> ModelChoice:
    """Choose models of purchases and of spend by what they would have foretold.

    At each cutoff all models are fitted to what was known and compared with the horizon
    that followed. Models of purchases are compared by the probability they gave to what
    each customer did, models of spend by the amounts of customers who bought, and each
    pair by the money of all. Nothing is drawn: the same log gives the same choice.

    Parameters
    ----------
    transactions
        One row per purchase, in memory.
    purchases
        By name, how to fit each model of purchases. Left out: BG/NBD, MBG/NBD,
        Pareto/NBD and, as a baseline, NBD.
    spend
        By name, how to fit each model of spend. Left out: Gamma-Gamma, credibility and,
        as a baseline, each customer's own mean. An empty mapping compares none.
    cutoffs
        The last days to fit to. None takes up to four, evenly over the log, the last
        the horizon before its end.
    horizon_days
        How many days ahead the models will be used for.
    observation_period_end
        The last day seen, inclusive; None for the last date in the log.
    summary
        How the log becomes one row per customer. A ``functools.partial`` of
        ``calibration_holdout_summary`` carries its ``grain``, ``time_unit`` and
        ``refunds``.
    columns
        The names of the columns of customer, date and amount.
    progress
        Is called with the number of models done and of all; None for silence.

    Returns
    -------
    ModelChoice
        The chosen models, by how much the others are behind, and all scores.

    Raises
    ------
    NotEnoughDataError
        If the log is too short for the horizon, or no model could be fitted at every
        cutoff.
    InvalidValueError
        If ``purchases`` is empty, or a cutoff lies before any purchase or leaves less
        than the horizon.
    InvalidTypeError
        If ``purchases`` or ``spend`` is not a mapping.

    Warns
    -----
    IdentifiabilityWarning
        If the data up to a cutoff leave parameters of a model all but free.

    See Also
    --------
    backtest : one table of models of purchases, with the coverage of their intervals.
    compare_models : fitted models by likelihood, and tests of nested ones.

    Examples
    --------
    >>> from crmkit.datasets import load_cdnow_sample
    >>> log = load_cdnow_sample()
    >>> choice = model_choice(
    ...     log[log["amount"] > 0], cutoffs=["1997-06-30", "1997-09-30"],
    ...     horizon_days=182,
    ... )
    >>> print(choice)
    182 days ahead, 2 cutoffs from 1997-06-30 to 1997-09-30
    purchases: MBG/NBD, log score -0.8687, bias -17.2%
      BG/NBD 0.00057 worse in log score (standard error 0.0015: no clear difference)
      Pareto/NBD 0.0046 worse in log score (standard error 0.0028: no clear difference)
      NBD 0.058 worse in log score (standard error 0.013: clear)
    spend: Gamma-Gamma, error 24.94, bias -4.4%
      credibility 0.8 worse in error (standard error 1.3: no clear difference)
      own mean 2.1 worse in error (standard error 1.1: no clear difference)
    money of both: bias -21.4%
    """
    _require_fits("purchases", purchases)
    _require_fits("spend", spend)
    if not purchases:
        raise InvalidValueError(
            subject="argument 'purchases'",
            found="an empty mapping",
            remedy="Pass at least one fit by its name.",
        )
    named = instance("columns", columns, TransactionColumns)
    days = whole("horizon_days", horizon_days, at_least=1)
    known = (
        _chosen(transactions, days, observation_period_end, named.date)
        if cutoffs is None
        else cutoff_days(
            transactions,
            cutoffs,
            days=days,
            end=observation_period_end,
            date_col=named.date,
        )
    )
    trials = [trial_of(transactions, day, days, summary, named) for day in known]
    work: list[tuple[Fits, Callable[..., Any]]] = [
        ({name: fit}, of_purchases) for name, fit in purchases.items()
    ]
    work += [({name: fit}, of_spend) for name, fit in spend.items()]
    found = [
        one
        for fits, score in told(work, progress)
        for one in candidates(fits, trials, score)
    ]
    bought, paid = found[: len(purchases)], found[len(purchases) :]
    of_counts, behind = ranked(bought, root=False)
    of_money, poorer = ranked(paid, root=True) if paid else (None, ())
    return ModelChoice(
        horizon_days=days,
        cutoffs=tuple(trial.cutoff for trial in trials),
        purchases=of_counts,
        spend=of_money,
        purchase_gaps=behind,
        spend_gaps=poorer,
        purchase_scores=tuple(
            score
            for one in bought
            for score in one.scores
            if isinstance(score, PurchaseScore)
        ),
        spend_scores=tuple(
            score
            for one in paid
            for score in one.scores
            if isinstance(score, SpendScore)
        ),
        money_scores=money_scores(bought, paid, trials),
    )


def _mean(
    scores: tuple[PurchaseScore, ...] | tuple[SpendScore, ...], model: str, part: str
) -> float:
    """Return the mean over cutoffs of one number of a model."""
    known = [getattr(score, part) for score in scores if score.model == model]
    given = [float(value) for value in known if value is not None]
    return sum(given) / len(given) if given else nan


def _told(bias: float) -> str:
    # Where nothing came, no share of it is off.
    return "unknown" if isnan(bias) else f"{bias:+.1%}"


def _require_fits(argument: str, fits: Fits) -> None:
    if not isinstance(fits, Mapping):
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="how to fit each model, by its name",
            got=type(fits).__name__,
            remedy='Pass a dict, such as {"BG/NBD": fit_bg_nbd}.',
        )


def _chosen(
    transactions: IntoDataFrame, days: int, end: Day | None, date_col: str
) -> list[int]:
    """Return up to four cutoffs, evenly over what the log leaves for them."""
    first, newest, last = log_span(transactions, end=end, date_col=date_col)
    # After the last purchase no cutoff has news, however far ahead the end lies.
    latest = min(last - days, newest)
    if latest < first + _LEAST:
        raise NotEnoughDataError(
            needed=f"{_LEAST} days of log before a horizon of {days:,} days",
            got=f"a log of {min(last, newest + days) - first:,} days",
            remedy="Pass a shorter horizon_days, or observe for longer.",
        )
    earliest = min(first + max(_YOUNGEST, days), latest)
    count = min(_MOST, (latest - earliest) // _LEAST + 1)
    return [
        latest - round(at * (latest - earliest) / max(count - 1, 1))
        for at in range(count - 1, -1, -1)
    ]
