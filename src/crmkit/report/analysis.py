"""From a transaction log to what each customer is worth."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .._frames import EagerFrame, native, read_eager, with_arrays
from ..fits import told
from ..ledger import Ledger
from ..segments import with_value_tier
from ..typing import IntArray, IntoDataFrame, IntoDataFrameT, Progress
from .findings.customer_groups import (
    SEGMENT,
    STAGE,
    customer_groups,
    lifecycle_stages,
    rfm_segments,
)
from .findings.customer_labels import Labels, labels_of
from .findings.customer_lists import (
    SHOWN,
    Chosen,
    action_lists,
    choose_customers,
    first_customers,
)
from .findings.customer_ranges import with_value_ranges
from .findings.findings import Findings
from .findings.fit_facts import fit_facts
from .findings.forecast_check import check_forecast
from .findings.ledger_parts import ledger_parts
from .findings.log_doubts import flat_base_doubt
from .findings.log_reading import read_rows
from .findings.purchase_models import choose_model
from .findings.scored_customers import ScoredCustomers, score_customers
from .findings.spend_floor import with_spend_floor
from .findings.spend_model import fit_spend
from .findings.spending_months import spending_months
from .findings.tier_totals import risk_by_tier, tier_totals
from .findings.value_ahead_range import past_errors, value_ranges
from .findings.value_concentration import value_concentration
from .intake.arrow_memory import give_back
from .question import Question

if TYPE_CHECKING:
    from ..satisfaction import Nps

__all__ = ["STEPS", "analyse"]

# What ``progress`` counts, for whoever shows a person which step is running.
STEPS = (
    "Checking the log",
    "Summarising each customer",
    "Comparing models of how often customers buy, and when they leave",
    "Fitting how often and how much they buy",
    "Valuing every customer",
    "Making forecasts at past dates",
    "Simulating the range of the value",
    "Sorting customers into lists, segments and cohorts",
)


def analyse(
    transactions: IntoDataFrameT,
    *,
    question: Question,
    ledger: Ledger[IntoDataFrameT] | None = None,
    responses: IntoDataFrameT | None = None,
    campaigns: IntoDataFrameT | None = None,
    progress: Progress | None = None,
) -> Findings[IntoDataFrameT]:
    """Value every customer of a log, and check the forecast on a part held back.

    All rows of a day are one purchase, and time is measured in weeks. Three models of
    purchases are compared on the part of the log that is held back, and the best one is
    used; spend is modelled by Gamma-Gamma. The range of the value contains the errors
    that forecasts made at past dates had.

    Parameters
    ----------
    transactions
        One row per purchase: a pandas, Polars or PyArrow frame in memory.
    question
        The last day seen, the horizon, and the other choices.
    ledger
        The ledger of the same company, for the parts CLV1 to CLV6.
    responses
        The answers of a survey, with the column ``score`` from 0 to 10, for the NPS.
    campaigns
        One row per customer and campaign, for what each campaign added: the columns
        ``customer_id``, ``campaign``, ``date``, ``treated`` (0 for the control group)
        and, where it is known, ``cost``.
    progress
        Is called with the number of steps done and of all; None for silence.

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
    steps = told(STEPS, progress)
    next(steps)  # Checking the log
    read, recent, first = read_rows(
        transactions,
        question=question,
        campaigns=campaigns,
        checked=partial(next, steps),  # Summarising each customer
    )
    # Whoever handed over a large log, and keeps nothing of it, has its memory back.
    like = native(read.summary.head(0), transactions)
    del transactions
    give_back()
    history = with_spend_floor(read.summary)
    customers = native(history, like)
    next(steps)  # Comparing models of how often customers buy, and when they leave
    # What the comparison fitted serves the check too, unless it saw only a sample.
    chosen = choose_model(question.model, customers, first.early_of_sample, like)
    check = check_forecast(
        first.early,
        first.bought_on,
        like,
        fit=chosen.fit_early if first.is_whole else chosen.fit,
        question=question,
    )
    sample = first.sample
    del first
    next(steps)  # Fitting how often and how much they buy
    purchases = chosen.fit(customers)
    spend = fit_spend(customers)
    next(steps)  # Valuing every customer
    scores = score_customers(
        history, like, purchases=purchases, spend=spend, question=question
    )
    next(steps)  # Making forecasts at past dates
    errors = past_errors(sample, like, chosen=chosen, question=question)
    next(steps)  # Simulating the range of the value
    ranges = value_ranges(
        history,
        like,
        purchases=purchases,
        spend=spend,
        errors=errors,
        question=question,
        total=partial(scores.value_until, question=question),
        whole=float(scores.clv.sum()),
    )
    next(steps)  # Sorting customers into lists, segments and cohorts
    best = np.argsort(-scores.clv, kind="stable")
    table = with_value_ranges(
        scores.beside(read.summary),
        history,
        like,
        purchases=purchases,
        spend=spend,
        errors=errors,
        shown=best[:SHOWN],
        question=question,
    )
    stages = lifecycle_stages(recent, like, scores.probability_alive)
    del recent
    named = _labelled(
        table, read.summary, stages, scores, like, best=best, question=question
    )
    bins, mean_alive = scores.alive()
    found = Findings(
        question=question,
        log=read.facts,
        base=scores.base(),
        ahead=ranges.ahead,
        past_errors=errors,
        lists=action_lists(named.table, scores, named.chosen, like=like),
        concentration=value_concentration(scores),
        tiers=tier_totals(named.tiers, scores),
        retention=read.retention,
        segments=customer_groups(named.segments, scores, of="segments"),
        stages=customer_groups(named.stages, scores, of="stages"),
        probability_bins=bins,
        mean_probability_alive=mean_alive,
        activity=scores.activity(),
        risk=risk_by_tier(named.tiers, scores),
        holdout=check.holdout,
        holdout_refused=check.refused,
        outlook=spending_months(read.past, scores, fan=ranges.fan, question=question),
        models=chosen.models,
        fits=fit_facts(purchases, spend, scores, model=chosen.models.chosen),
        best=first_customers(named.table, named.best, like=like),
        customers=native(named.table, like),
        ledger=None
        if ledger is None
        else ledger_parts(ledger, chosen=chosen, question=question),
        nps=None if responses is None else _nps(responses),
        campaigns=read.campaigns,
        left_out=read.left_out,
        doubts=(*read.doubts, *flat_base_doubt(chosen.models)),
    )
    next(steps, None)  # the last one is done
    return found


def _nps(responses: IntoDataFrame) -> "Nps":
    from ..satisfaction import nps  # noqa: PLC0415 - slow to import; few have a survey

    return nps(responses)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Labelled:
    """The table of customers with their labels."""

    table: EagerFrame
    chosen: Chosen
    tiers: Labels
    segments: Labels
    stages: Labels
    best: IntArray  # the rows of the customers, the most valuable first


def _labelled(
    table: EagerFrame,
    summary: EagerFrame,
    stages: EagerFrame,
    scores: ScoredCustomers,
    like: IntoDataFrame,
    *,
    best: IntArray,
    question: Question,
) -> _Labelled:
    """Add tier, segment, stage, action and rank to each customer."""
    tiered = read_eager(with_value_tier(native(table, like)), ())
    tiers = labels_of(tiered, "value_tier")
    chosen = choose_customers(scores, tiers)
    segments = rfm_segments(summary, like, id_col=question.customer_id_col)
    rank = np.empty(best.size, dtype=np.int64)
    rank[best] = np.arange(1, rank.size + 1)
    unsegmented = Labels(names=("",), code=np.zeros(rank.size, dtype=np.int64))
    ranked = with_arrays(tiered, {"rank": rank})
    return _Labelled(
        table=ranked.with_columns(
            (segments or unsegmented).texts(SEGMENT, ranked),
            stages[STAGE],
            chosen.action.texts("action", ranked),
        ),
        chosen=chosen,
        tiers=tiers,
        segments=segments or unsegmented,
        stages=labels_of(stages, STAGE),
        best=best,
    )
