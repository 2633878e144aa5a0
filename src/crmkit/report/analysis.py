"""From a transaction log to what each customer is worth."""

from collections.abc import Callable

from .._frames import native, read_eager
from ..segments import with_value_tier
from ..typing import IntoDataFrameT
from .findings.best_customers import best_customers
from .findings.findings import Findings, LeftOut
from .findings.fit_facts import fit_facts
from .findings.forecast_check import check_forecast
from .findings.model_fits import fit_purchases, fit_spend
from .findings.scored_customers import score_customers
from .findings.spend_floor import count_below_zero, with_spend_floor
from .findings.spending_periods import spending_periods
from .findings.tier_totals import tier_totals
from .findings.value_concentration import value_concentration
from .findings.value_range import value_range
from .intake.dated_amounts import dated_amounts
from .intake.prepare import prepare_log
from .question import Question

__all__ = ["Step", "analyse"]

Step = Callable[[str], None]


def _silent(_step: str) -> None:
    """Ignore a step that begins."""


def analyse(
    transactions: IntoDataFrameT, *, question: Question, on_step: Step = _silent
) -> Findings[IntoDataFrameT]:
    """Value every customer of a log, and check the forecast on a part held back.

    Purchases are modelled by BG/NBD, where all rows of a day are one purchase and time
    is measured in weeks; spend is modelled by Gamma-Gamma. Repeat customers with a mean
    spend of zero are left out of the spend fit and counted in the result.

    Parameters
    ----------
    transactions
        One row per purchase: a pandas, Polars or PyArrow frame in memory.
    question
        The last day seen, the horizon, and the other choices.
    on_step
        Called with a few words when each step begins.

    Returns
    -------
    Findings
        Plain values for the page, and the customers' table.

    Raises
    ------
    CrmkitError
        If the log breaks a rule, or is too small for the models.

    Examples
    --------
    >>> import datetime as dt
    >>> from crmkit.datasets import load_cdnow_sample
    >>> from crmkit.report import Question, analyse
    >>> question = Question(
    ...     source="a tenth of CDNOW", observation_period_end=dt.date(1998, 6, 30)
    ... )
    >>> findings = analyse(load_cdnow_sample(), question=question)
    >>> findings.base.n_customers, findings.holdout.actual_purchases
    (2357, 1882)
    """
    on_step("Checking the log")
    log = prepare_log(transactions, question=question)
    on_step("Summarising each customer")
    summary = log.summary()
    history = with_spend_floor(summary)
    customers = native(history, transactions)
    on_step("Fitting how often customers buy, and when they leave")
    purchases = fit_purchases(customers)
    on_step("Fitting how much they spend")
    spend = fit_spend(customers)
    on_step("Valuing every customer")
    scores = score_customers(
        history, transactions, purchases=purchases, spend=spend, question=question
    )
    table = with_value_tier(native(scores.beside(summary), transactions))
    on_step("Simulating the range of the value")
    likely = value_range(
        customers,
        purchases=purchases,
        spend=spend,
        question=question,
        n_customers=len(summary),
    )
    on_step("Checking a forecast on the weeks held back")
    rows = dated_amounts(log)
    check = check_forecast(log, rows, transactions, question=question)
    on_step("Adding up")
    bins, mean_alive = scores.alive()
    opened = read_eager(table, ())
    return Findings(
        question=question,
        log=log.facts,
        base=scores.base(),
        concentration=value_concentration(scores),
        tiers=tier_totals(opened, scores),
        probability_bins=bins,
        mean_probability_alive=mean_alive,
        activity=scores.activity(),
        holdout=check.holdout,
        holdout_refused=check.refused,
        outlook=spending_periods(rows, scores, purchases, question=question),
        best=best_customers(opened, scores, id_col=question.customer_id_col),
        fits=fit_facts(purchases, spend, scores),
        customers=table,
        left_out=LeftOut(
            n_rows_without_id=log.n_rows_without_id,
            n_customers_refunded_only=log.n_customers_refunded_only,
            n_customers_below_zero=count_below_zero(summary),
        ),
        value_range=likely,
    )
