"""What the rows of a log say before any model; a large log is not kept beyond it."""

from collections.abc import Callable
from dataclasses import dataclass

from ..._dates import EPOCH
from ..._frames import EagerFrame
from ...rfm.transaction_report import TransactionReport
from ...typing import IntArray, IntoDataFrame
from ..intake.dated_amounts import dated_amounts
from ..intake.merged_log import merge_log
from ..intake.prepare import PreparedLog, prepare_log
from ..question import Question
from .campaign_results import CampaignResult, campaign_results
from .customer_groups import RecentActivity, recent_activity
from .found_values import LeftOut, Retention
from .held_back import HeldBack, held_back
from .log_doubts import log_doubts
from .purchase_models import MOST_REFITTED, SAMPLE_SEED
from .retention_facts import retention_facts
from .spend_floor import count_below_zero
from .spending_months import PastMonths, past_months

__all__ = ["LogReading", "read_rows"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogReading:
    """All that the analysis takes from the rows of a log.

    Attributes
    ----------
    facts, left_out, doubts
        What the log held, what was left out of it, and what makes it doubtful.
    summary
        One row per customer.
    early
        The first part of the log, with what came after it.
    bought_on
        The day of each purchase that came of customers known in the first part.
    sample, early_of_sample
        Some customers, and the first part of their log: of all customers if few.
    retention, recent, past, campaigns
        Cohorts and growth, the last windows, past months, and campaigns.
    """

    facts: TransactionReport
    left_out: LeftOut
    doubts: tuple[str, ...]
    summary: EagerFrame
    early: HeldBack
    bought_on: IntArray
    sample: PreparedLog
    early_of_sample: HeldBack
    retention: Retention
    recent: RecentActivity
    past: PastMonths
    campaigns: tuple[CampaignResult, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the sample is the whole log."""
        return self.early_of_sample is self.early


def read_rows(
    transactions: IntoDataFrame,
    *,
    question: Question,
    campaigns: IntoDataFrame | None,
    checked: Callable[[], object],
) -> LogReading:
    """Take from a log all that the analysis needs of its rows.

    ``checked`` is called once the log has passed its checks.
    """
    log = prepare_log(transactions, question=question)
    checked()
    rows = dated_amounts(log)
    doubts = log_doubts(log, rows, question=question)
    past = past_months(rows, question=question)
    contacted = (
        () if campaigns is None else campaign_results(campaigns, log, question=question)
    )
    sample = log.sample(MOST_REFITTED, seed=SAMPLE_SEED)
    merged = merge_log(log)
    retention = retention_facts(merged, question=question)
    recent = recent_activity(merged, question=question)
    early = held_back(merged, question=question)
    bought_on = rows.purchases_after((early.cut - EPOCH).days)
    whole = sample is log
    del log, rows
    summary = merged.summary()
    return LogReading(
        facts=merged.facts,
        left_out=LeftOut(
            n_rows_without_id=merged.log.n_rows_without_id,
            n_placeholder_rows=merged.log.n_placeholder_rows,
            n_total_rows=merged.log.n_total_rows,
            n_customers_refunded_only=merged.log.n_customers_refunded_only,
            n_customers_below_zero=count_below_zero(summary),
        ),
        doubts=doubts,
        summary=summary,
        early=early,
        bought_on=bought_on,
        sample=sample,
        early_of_sample=early if whole else held_back(sample, question=question),
        retention=retention,
        recent=recent,
        past=past,
        campaigns=contacted,
    )
