"""Amounts between 0 and 1 are amounts, and a refund of them is one."""

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from crmkit._frames import read_eager
from crmkit.clv import GammaGamma
from crmkit.report import Question
from crmkit.report.findings import customer_ranges, spend_floor
from crmkit.report.findings.campaign_results import campaign_results
from crmkit.report.findings.customer_labels import Labels
from crmkit.report.findings.customer_lists import choose_customers
from crmkit.report.findings.scored_customers import ScoredCustomers
from crmkit.report.intake import log_answers
from crmkit.report.intake.dated_amounts import dated_amounts
from crmkit.report.intake.log_answers import Choices
from crmkit.report.intake.prepare import prepare_log

END = dt.date(2024, 3, 31)
LAST = (END - dt.date(1970, 1, 1)).days


def _log(*rows: tuple[str, int, float]) -> pd.DataFrame:
    """Return a log of customers, days before the end, and amounts."""
    who, ago, paid = zip(*rows, strict=True)
    when = [pd.Timestamp(END) - pd.Timedelta(days=days) for days in ago]
    return pd.DataFrame({"customer_id": who, "date": when, "amount": paid})


@pytest.mark.parametrize("refunds", ["net", "drop"])
def test_a_small_amount_is_a_purchase_and_a_small_refund_is_none(refunds: Any) -> None:
    rows = [("a", 50, 0.5), ("b", 50, 0.0), ("a", 9, 0.25), ("a", 8, -0.25)]
    asked = Question(source="", observation_period_end=END, refunds=refunds)
    log = prepare_log(_log(*rows, ("b", 7, 0.75), ("b", 6, -0.5)), question=asked)
    dated = dated_amounts(log)
    assert dated.first_day.tolist() == [LAST - 50, LAST - 50]
    assert sorted(dated.purchases_after(LAST - 20) - LAST) == [-9, -7]
    assert dated.amount.sum() == (0.75 if refunds == "net" else 1.5)
    assert log.refunded_only(LAST).tolist() == [False, False]


def test_a_customer_of_one_small_refund_alone_has_no_purchase() -> None:
    asked = Question(source="", observation_period_end=END, refunds="net")
    rows = [("a", 9, -0.5), ("a", 5, 0.5), ("b", 9, 0.5), ("c", 9, -2.0), ("c", 9, 0.1)]
    log = prepare_log(_log(*rows), question=asked)
    assert log.refunded_only(LAST - 6).tolist() == [True, False, False]
    assert not log.refunded_only(LAST).any()


@pytest.mark.parametrize("refunds", ["net", "drop"])
def test_small_amounts_after_a_contact_are_bought(refunds: Any) -> None:
    asked = Question(source="", observation_period_end=END, refunds=refunds)
    rows = [(who, 90, 1.0) for who in "abcd"]
    rows += [("a", 3, 0.25), ("a", 2, -0.125), ("b", 3, 0.75), ("c", 3, 0.5)]
    sent = pd.DataFrame(
        {
            "customer_id": [*"abcd"],
            "campaign": "spring",
            "date": pd.Timestamp(END) - pd.Timedelta(days=5),
            "treated": [1, 1, 0, 0],
        }
    )
    log = prepare_log(_log(*rows), question=asked)
    (found,) = campaign_results(sent, log, question=asked)
    assert (found.bought_treated, found.bought_control) == (1.0, 0.5)
    assert found.added is not None
    spent = (0.875 if refunds == "net" else 1.0) - 0.5
    assert found.added.profit == pytest.approx(spent, rel=1e-12, abs=0)


def test_only_repeat_purchases_that_brought_nothing_are_worth_nothing() -> None:
    table = pd.DataFrame(
        {"frequency": [0.0, 1, 1, 1, 2], "monetary_value": [0.0, 0, 0.5, -0.5, 1]}
    )
    history = read_eager(table, ())
    assert customer_ranges._brought_nothing(history).tolist() == [1, 3]
    paid = customer_ranges._without_spend_of_zero(history)["monetary_value"]
    assert paid.to_list() == [0, 1, 0.5, 1, 1]
    spend = GammaGamma(p=6.0, q=4.0, v=15.0)
    x, mean = (table[name].to_numpy() for name in table)
    floored = np.maximum(mean, 0.0)
    known = spend_floor.expected_spend(spend, x, floored)
    assert known[[1, 3]].tolist() == [0, 0]
    some = [0, 2, 4]
    assert known[some].tolist() == spend.expected_spend(x[some], mean[some]).tolist()
    assert spend_floor.count_below_zero(history) == 1


def test_a_second_order_is_awaited_as_long_as_any_where_all_bought_once() -> None:
    one = np.ones(2)
    for silent in (0.0, 0.5, 3.0):
        scores = ScoredCustomers(
            frequency=0 * one, recency=0 * one, T=one, total_amount=one,
            probability_alive=one, expected_purchases=one, expected_spend=one,
            clv=0.25 * one, clv_if_active=one, value_at_risk=0 * one,
            silent_days=np.array([0.0, silent]), sums=cast("Any", None),
        )  # fmt: skip
        tiers = Labels(names=("A",), code=np.zeros(2, dtype=np.int64))
        found = choose_customers(scores, tiers)
        assert found.limits["second_order"] == silent
        assert found.rows["second_order"].tolist() == [0, 1]


def test_a_file_is_asked_about_refunds_where_an_amount_is_below_0() -> None:
    log: Any = SimpleNamespace(columns=("who", "when", "paid"))

    def asked(who: str, *paid: float) -> list[str]:
        table = read_eager(pd.DataFrame({"who": [*who]}), ())
        found = log_answers._refunds(
            log, table, np.array(paid), np.zeros(len(paid), np.bool_), Choices()
        )
        return [each.said for each in found]

    assert asked("ab", 0.5, 0.0) == []
    (refund,) = asked("aab", 0.5, -0.25, 0.75)
    assert refund.startswith("column 'paid': negative amount in 1 of 3 rows")
    _, alone = asked("aabc", 0.5, -0.25, -0.5, 0.0)
    assert alone.startswith("customers with refunds and no purchase: 1.")
