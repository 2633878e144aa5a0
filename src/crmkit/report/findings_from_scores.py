"""From scored customers to the findings of the page: sums, shares, the best."""

import datetime as dt

import numpy as np

from .._frames import EagerFrame, numbers, read_eager
from ..clv import BgNbd, GammaGamma
from ..fits import FitReport
from ..kernels.log.calendar import DAYS_PER_UNIT
from ..rfm.transaction_report import TransactionReport
from ..segments import pareto_curve, pareto_point
from ..typing import IntoDataFrame, IntoDataFrameT
from .customer_scores import Scores, read_scores
from .findings import BestCustomer, Concentration, Findings, FitFacts, LeftOut
from .holdout_check import Checked
from .purchases import PurchaseLog
from .question import Question
from .weekly_outlook import look_ahead

__all__ = ["found"]

_SHOWN = 20


def found(
    customers: IntoDataFrameT,
    *,
    purchases: BgNbd,
    spend: GammaGamma,
    log: TransactionReport,
    rows: PurchaseLog,
    check: Checked,
    question: Question,
    left_out: LeftOut,
    value_range: tuple[float, float] | None,
) -> Findings[IntoDataFrameT]:
    """Add up what the page shows."""
    table = read_eager(customers, ())
    scores = read_scores(table)
    bins, mean_alive = scores.alive()
    return Findings(
        question=question,
        log=log,
        base=scores.base(),
        concentration=_concentration(customers),
        tiers=scores.tiers(days_per_unit=DAYS_PER_UNIT["week"]),
        alive=bins,
        mean_alive=mean_alive,
        activity=scores.activity(),
        holdout=check.holdout,
        holdout_refused=check.refused,
        outlook=look_ahead(rows, scores, purchases, question=question),
        best=_best(table, scores, question.customer_id_col),
        fits=_fits(purchases, spend, scores),
        customers=customers,
        left_out=left_out,
        value_range=value_range,
    )


def _concentration(customers: IntoDataFrame) -> Concentration:
    past = pareto_point(customers, customer_share=0.2, value_col="total_amount")
    ahead = pareto_point(customers, customer_share=0.2)
    return Concentration(
        past=_points(pareto_curve(customers, value_col="total_amount")),
        ahead=_points(pareto_curve(customers)),
        past_of_best_fifth=past.value_share,
        ahead_of_best_fifth=ahead.value_share,
        customers_for_four_fifths=pareto_point(
            customers, value_share=0.8
        ).customer_share,
    )


def _points(curve: IntoDataFrame) -> tuple[tuple[float, float], ...]:
    frame = read_eager(curve, ("customer_share", "value_share"))
    shares = (numbers(frame, name) for name in ("customer_share", "value_share"))
    return tuple((float(x), float(y)) for x, y in zip(*shares, strict=True))


def _best(table: EagerFrame, scores: Scores, id_col: str) -> tuple[BestCustomer, ...]:
    top = np.argsort(-scores.clv, kind="stable")[:_SHOWN]
    shown = table[top.tolist()]
    who = zip(shown[id_col].to_list(), shown["last_date"].to_list(), top, strict=True)
    return tuple(
        BestCustomer(
            customer_id=str(customer_id),
            tier=str(scores.tier[at]),
            orders=int(scores.frequency[at]) + 1,
            past_amount=float(scores.total_amount[at]),
            last_date=dt.date(last.year, last.month, last.day),
            probability_alive=float(scores.probability_alive[at]),
            expected_purchases=float(scores.expected_purchases[at]),
            expected_spend=float(scores.expected_spend[at]),
            value=float(scores.clv[at]),
        )
        for customer_id, last, at in who
    )


def _fits(purchases: BgNbd, spend: GammaGamma, scores: Scores) -> tuple[FitFacts, ...]:
    repeats = int(np.count_nonzero(scores.repeats))
    reports = (
        ("BG/NBD, how often customers buy and when they leave", purchases.report, None),
        ("Gamma-gamma, how much they spend", spend.report, repeats),
    )
    return tuple(
        _facts(name, report, due) for name, report, due in reports if report is not None
    )


def _facts(name: str, report: FitReport, due: int | None) -> FitFacts:
    errors = report.standard_errors or {}
    return FitFacts(
        name=name,
        customers=round(report.n_customers),
        excluded=0 if due is None else due - round(report.n_customers),
        log_likelihood=float(report.log_likelihood),
        free=tuple(dict.fromkeys((*report.boundary, *report.weakly_identified))),
        penalty=report.penalty,
        parameters=tuple(
            (parameter, estimate, errors.get(parameter))
            for parameter, estimate in zip(report.names, report.estimates, strict=True)
        ),
    )
