"""What the rows of a log say before any model; a large log is not kept beyond it."""

from collections.abc import Callable
from dataclasses import dataclass

from ..._dates import EPOCH
from ..._frames import EagerFrame
from ...errors import NotEnoughDataError
from ...rfm.transaction_report import TransactionReport
from ...typing import IntArray, IntoDataFrame
from ..intake.arrow_memory import give_back
from ..intake.dated_amounts import dated_amounts
from ..intake.merged_log import MergedLog, merge_log
from ..intake.prepare import PreparedLog, prepare_log
from ..question import Question
from .campaign_results import CampaignResult, campaign_results
from .customer_groups import RecentActivity, recent_activity
from .found_values import LeftOut, Retention
from .held_back import HeldBack, cut_of, held_back
from .log_doubts import log_doubts
from .purchase_models import MOST_REFITTED, SAMPLE_SEED
from .retention_facts import retention_facts
from .spend_floor import count_below_zero
from .spending_months import PastMonths, past_months

__all__ = ["FirstPart", "LogReading", "read_rows"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FirstPart:
    """The first part of a log, for what a model can be held against.

    Attributes
    ----------
    early
        It, summarised, with what came after it.
    bought_on
        The day of each purchase that came of customers known in it.
    sample, early_of_sample
        The log of some customers, and its first part: of all customers if they are few.
    """

    early: HeldBack
    bought_on: IntArray
    sample: PreparedLog
    early_of_sample: HeldBack

    @property
    def is_whole(self) -> bool:
        """Whether the sample is the whole log."""
        return self.early_of_sample is self.early


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogReading:
    """All that the page takes from the rows of a log.

    Attributes
    ----------
    facts, left_out, doubts
        What the log held, what was left out of it, and what makes it doubtful.
    summary
        One row per customer.
    retention, past, campaigns
        Cohorts and growth, past months, and campaigns.
    """

    facts: TransactionReport
    left_out: LeftOut
    doubts: tuple[str, ...]
    summary: EagerFrame
    retention: Retention
    past: PastMonths
    campaigns: tuple[CampaignResult, ...]


def read_rows(
    transactions: IntoDataFrame,
    *,
    question: Question,
    campaigns: IntoDataFrame | None,
    checked: Callable[[], object],
) -> tuple[LogReading, RecentActivity, FirstPart]:
    """Take from a log all that the analysis needs of its rows.

    ``checked`` is called once the log has passed its checks. What is needed for a while
    only, to score customers and to hold models against, comes apart.
    """
    log = prepare_log(transactions, question=question)
    checked()
    rows = dated_amounts(log)
    doubts = log_doubts(log, rows, question=question)
    past = past_months(rows, question=question)
    contacted = (
        () if campaigns is None else campaign_results(campaigns, log, question=question)
    )
    bought_on = rows.purchases_after((cut_of(log, question=question) - EPOCH).days)
    del rows
    sample = log.sample(MOST_REFITTED, seed=SAMPLE_SEED)
    whole = sample is log
    merged = merge_log(log)
    del log
    give_back()  # of a large log, the rows are most of the memory
    _require_purchases(merged)
    retention = retention_facts(merged, question=question)
    recent = recent_activity(merged, question=question)
    early = held_back(merged, question=question)
    tried = early if whole else held_back(sample, question=question)
    summary, customers = merged.summary(), merged.log
    del merged
    first = FirstPart(
        early=early,
        bought_on=bought_on,
        sample=sample,
        early_of_sample=tried,
    )
    reading = LogReading(
        facts=customers.facts,
        left_out=_left_out(customers, summary),
        doubts=doubts,
        summary=summary,
        retention=retention,
        past=past,
        campaigns=contacted,
    )
    return reading, recent, first


def _require_purchases(log: MergedLog) -> None:
    if not log.by_day.day.size:
        raise NotEnoughDataError(
            needed="a purchase up to the end of observation",
            got="0",
            remedy="Pass a log with purchases, and keep some of its rows.",
        )


def _left_out(log: PreparedLog, summary: EagerFrame) -> LeftOut:
    return LeftOut(
        n_rows_without_id=log.n_rows_without_id,
        n_placeholder_rows=log.n_placeholder_rows,
        n_total_rows=log.n_total_rows,
        n_customers_refunded_only=log.n_customers_refunded_only,
        n_customers_below_zero=count_below_zero(summary),
    )
