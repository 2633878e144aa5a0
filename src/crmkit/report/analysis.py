"""The main job: from a transaction log to what each customer is worth."""

from collections.abc import Callable

from ..clv import BgNbd, GammaGamma, per_unit_rate, with_clv
from ..rfm.rfm_summary import rfm_summary
from ..rfm.transaction_report import transaction_report
from ..segments import with_value_tier
from ..typing import HistoryColumns, IntoDataFrameT
from .findings import Findings, LeftOut
from .findings_from_scores import found
from .holdout_check import checked
from .kept_rows import with_ids, with_purchases
from .models import fit_purchases, fit_spend
from .purchases import open_purchases
from .question import Question
from .spend_to_value import (
    SPEND_TO_VALUE,
    below_zero,
    with_spend_to_value,
    without_spend_to_value,
)
from .value_range import value_range

__all__ = ["Step", "analyse"]

Step = Callable[[str], None]


def _silent(_step: str) -> None:
    """Say nothing."""


def analyse(
    transactions: IntoDataFrameT, *, question: Question, on_step: Step = _silent
) -> Findings[IntoDataFrameT]:
    """Value every customer of a log, and check the forecast on a part held back.

    Purchases are modelled by BG/NBD with days as occasions and weeks as the ruler,
    spend by gamma-gamma; repeat customers with a mean spend of zero are left out of
    the spend fit and counted in the result.

    Parameters
    ----------
    transactions
        One row per purchase, in memory, of any library.
    question
        The last day seen, how far to look ahead, and the other choices.
    on_step
        Called with a few words when each step begins.

    Returns
    -------
    Findings
        Plain values for the page, and the customers' table.

    Raises
    ------
    CrmkitError
        If the log breaks a rule, or cannot carry the models.

    Examples
    --------
    >>> import datetime as dt
    >>> from crmkit.datasets import load_cdnow_sample
    >>> from crmkit.report import Question, analyse
    >>> question = Question(
    ...     source="a tenth of CDNOW", observation_period_end=dt.date(1998, 6, 30)
    ... )
    >>> findings = analyse(load_cdnow_sample(), question=question)
    >>> findings.base.customers, findings.holdout.actual_purchases
    (2357, 1882)
    """
    on_step("Checking the log")
    known = with_ids(transactions, question=question)
    transactions = known.transactions
    log = transaction_report(
        transactions,
        observation_period_end=question.observation_period_end,
        customer_id_col=question.customer_id_col,
        date_col=question.date_col,
        amount_col=question.amount_col,
    )
    buyers = with_purchases(transactions, question=question)
    transactions = buyers.transactions
    on_step("Summarising each customer")
    customers = with_spend_to_value(_summary(transactions, question))
    on_step("Fitting how often customers buy, and when they leave")
    purchases = fit_purchases(customers)
    on_step("Fitting how much they spend")
    spend = fit_spend(customers)
    on_step("Valuing every customer")
    valued = _valued(customers, purchases, spend, question)
    on_step("Drawing futures of the value")
    around = value_range(
        customers,
        purchases=purchases,
        spend=spend,
        question=question,
        weekly_rate=per_unit_rate(question.annual_discount_rate, time_unit="week"),
        spend_col=SPEND_TO_VALUE,
        n_customers=log.customers,
    )
    on_step("Checking a forecast on the weeks held back")
    rows = open_purchases(transactions, question=question)
    check = checked(transactions, rows, log, question)
    on_step("Adding up")
    return found(
        valued,
        purchases=purchases,
        spend=spend,
        log=log,
        rows=rows,
        check=check,
        question=question,
        left_out=LeftOut(
            rows_without_id=known.left_out,
            customers_refunded_only=buyers.left_out,
            customers_below_zero=below_zero(customers),
        ),
        value_range=around,
    )


def _summary(transactions: IntoDataFrameT, question: Question) -> IntoDataFrameT:
    return rfm_summary(
        transactions,
        observation_period_end=question.observation_period_end,
        time_unit="week",
        refunds=question.refunds,
        customer_id_col=question.customer_id_col,
        date_col=question.date_col,
        amount_col=question.amount_col,
    )


def _valued(
    customers: IntoDataFrameT, purchases: BgNbd, spend: GammaGamma, question: Question
) -> IntoDataFrameT:
    weeks = question.horizon_weeks
    predicted = purchases.with_expected_purchases(
        purchases.with_probability_alive(customers), horizon=weeks
    )
    valued = with_clv(
        spend.with_expected_spend(
            predicted, columns=HistoryColumns(monetary_value=SPEND_TO_VALUE)
        ),
        purchases=purchases,
        spend=spend,
        horizon=weeks,
        discount_rate=per_unit_rate(question.annual_discount_rate, time_unit="week"),
        margin=question.margin,
        monetary_value_col=SPEND_TO_VALUE,
    )
    return without_spend_to_value(with_value_tier(valued))
