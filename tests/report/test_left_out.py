"""Rows and customers that may be left out: on request, counted, and said."""

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from crmkit.datasets import load_cdnow_sample
from crmkit.errors import InvalidValueError
from crmkit.report import Findings, Question, analyse, render_page
from crmkit.report.findings.found_values import LeftOut
from crmkit.report.findings.log_doubts import log_doubts
from crmkit.report.intake.dated_amounts import dated_amounts
from crmkit.report.intake.prepare import prepare_log
from crmkit.report.page.assumption_notes import assumptions

Changed = Callable[..., Findings[Any]]

QUESTION = Question(
    source="a tenth of CDNOW", observation_period_end=dt.date(1998, 6, 30)
)
NET = replace(QUESTION, refunds="net")


def _with_refunds() -> pd.DataFrame:
    """One customer of refunds alone, one given back all, one bought after the cut."""
    log = load_cdnow_sample()[["customer_id", "date", "amount"]]
    more = pd.DataFrame(
        {
            "customer_id": [900_001, 900_002, 900_002, 900_002, 900_003, 900_003],
            "date": pd.to_datetime(
                [
                    "1997-01-02",
                    "1997-02-01",
                    "1997-03-01",
                    "1997-04-01",
                    "1997-01-02",
                    "1998-02-01",
                ]
            ),
            "amount": [-5.0, 30.0, 10.0, -25.0, -1.0, 20.0],
        }
    )
    return pd.concat([log, more], ignore_index=True)


def test_refunds_without_a_purchase_are_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidValueError) as caught:
        analyse(_with_refunds(), question=NET)
    assert str(caught.value) == (
        "column 'amount': customer with refunds and no purchase (1 in all). Their "
        "purchases may be older than the log: leave them out with "
        "--refunds-without-purchase drop "
        "(refunds_without_purchase='drop')."
    )


def test_a_netted_log_comes_to_its_end_and_says_what_it_did() -> None:
    question = replace(NET, refunds_without_purchase="drop")
    found = analyse(_with_refunds(), question=question)
    assert found.left_out == LeftOut(
        n_customers_refunded_only=1, n_customers_below_zero=1
    )
    assert found.base.n_customers == 2_359
    assert found.holdout is not None
    assert found.holdout.n_customers == 2_358  # 900003 was not yet known at the cut
    page = render_page(found)
    assert "1 customer with refunds and no purchase was left out" in page
    assert "1 repeat customer was refunded more than" in page


def test_who_was_given_back_more_is_valued_like_who_brought_nothing() -> None:
    question = replace(NET, refunds_without_purchase="drop")
    log = _with_refunds()
    below = analyse(log, question=question).customers.set_index("customer_id")
    exactly = log.replace({"amount": {-25.0: -10.0}})
    zero = analyse(exactly, question=question).customers.set_index("customer_id")
    assert below.loc[900_002, "monetary_value"] == -15.0
    assert zero.loc[900_002, "monetary_value"] == 0.0
    for column in ("expected_spend", "clv"):
        value = float(below[column][900_002])
        assert value == float(zero[column][900_002])
        # Nothing was kept of what they bought: no ground for an amount ahead.
        assert value == 0
    assert list(below.columns) == [*zero.columns]
    assert not any(column.startswith("_") for column in below.columns)


@pytest.mark.parametrize("hole", [None, "", "  ", math.nan])
def test_rows_without_an_id_are_refused_or_dropped_and_counted(hole: Any) -> None:
    log = load_cdnow_sample()
    clean = analyse(log, question=QUESTION)
    log["customer_id"] = log["customer_id"].astype(str).astype(object)
    extra = log.iloc[[3, 4]].assign(customer_id=hole)
    holed = pd.concat([log.iloc[:5], extra, log.iloc[5:]], ignore_index=True)
    with pytest.raises(InvalidValueError) as caught:
        analyse(holed, question=QUESTION)
    assert str(caught.value) == (
        "column 'customer_id': missing or blank id in 2 of 6921 rows (first: row 5). "
        "Give these rows an id, or leave them out with --missing-ids drop "
        "(missing_ids='drop')."
    )
    found = analyse(holed, question=replace(QUESTION, missing_ids="drop"))
    assert found.left_out == LeftOut(n_rows_without_id=2)
    assert found.base.value == pytest.approx(clean.base.value, rel=1e-9)
    assert any("2 rows without an id were left out" in n for n in assumptions(found))


def test_a_margin_above_one_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"0\.3 for 30%"):
        replace(QUESTION, margin=30.0)


def test_a_cancelled_order_is_not_a_purchase() -> None:
    log = load_cdnow_sample()[["customer_id", "date", "amount"]]
    undone = log.iloc[[2]].assign(amount=-14.96, date=pd.Timestamp("1997-08-20"))
    both = pd.concat([log, undone], ignore_index=True)
    cancelled = analyse(both, question=replace(QUESTION, refunds="cancel"))
    never = analyse(log.drop(index=2), question=QUESTION)
    assert cancelled.base.value == pytest.approx(never.base.value, rel=1e-9)
    assert cancelled.outlook.months == never.outlook.months
    assert cancelled.holdout is not None
    last = cancelled.holdout.by_week[-1].actual
    assert last == cancelled.holdout.actual_purchases


def test_placeholders_and_totals_are_refused_dropped_or_kept() -> None:
    log = load_cdnow_sample()[["customer_id", "date", "amount"]]
    clean = analyse(log, question=QUESTION)
    log["customer_id"] = log["customer_id"].astype(str)
    blank = log.iloc[:40].assign(customer_id="(blank)")
    total = log.iloc[[0]].assign(customer_id="TOTAL", amount=log["amount"].sum())
    with pytest.raises(InvalidValueError, match=r"placeholder '\(blank\)', not a cust"):
        analyse(pd.concat([log, blank]), question=QUESTION)
    with pytest.raises(InvalidValueError, match="total line, not a customer"):
        analyse(pd.concat([log, total]), question=QUESTION)
    question = replace(QUESTION, placeholders="drop", total_rows="drop")
    found = analyse(pd.concat([log, blank, total]), question=question)
    assert found.left_out == LeftOut(n_placeholder_rows=40, n_total_rows=1)
    assert found.base.value == pytest.approx(clean.base.value, rel=1e-9)
    kept = replace(QUESTION, placeholders="keep")
    assert analyse(pd.concat([log, blank]), question=kept).base.n_customers == 2_358


def _doubts(log: pd.DataFrame, question: Question) -> tuple[str, ...]:
    prepared = prepare_log(log, question=question)
    return log_doubts(prepared, dated_amounts(prepared), question=question)


def test_an_ordinary_question_raises_no_doubt(findings: Findings[Any]) -> None:
    assert _doubts(load_cdnow_sample(), QUESTION) == ()
    assert "Check this first" not in render_page(findings)


def test_a_rate_in_per_cent_is_doubted_on_the_page(changed: Changed) -> None:
    doubts = _doubts(load_cdnow_sample(), replace(QUESTION, annual_discount_rate=10.0))
    assert "If you meant 10%, pass 0.1." in doubts[0]
    assert "Check this first." in render_page(changed(doubts=doubts))


@pytest.mark.parametrize(("day", "doubted"), [(10, 0), (20, 1)])
def test_an_end_further_off_than_the_log_ever_paused_is_doubted(
    day: int, doubted: int
) -> None:
    question = replace(QUESTION, observation_period_end=dt.date(1998, 7, day))
    assert len(_doubts(load_cdnow_sample(), question)) == doubted


def test_many_rows_after_the_end_are_doubted() -> None:
    question = replace(QUESTION, observation_period_end=dt.date(1998, 3, 31))
    assert "are dated after the end" in _doubts(load_cdnow_sample(), question)[0]


def test_customers_of_refunds_alone_are_those_seen_up_to_the_day() -> None:
    rows = [
        ("a", 1, -5.0), ("b", 1, -5.0), ("b", 1, 0.0), ("c", 3, 4.0), ("d", 2, -3.0),
        ("d", 3, 9.0), ("e", 1, 2.0), ("e", 2, -1.0), ("f", 9, -1.0), ("g", 9, 1.0),
        # Days after the first of the year; the end is the fourth.
    ]  # fmt: skip
    log = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(log["date"], unit="D")
    end = dt.date(2024, 1, 5)
    question = Question(
        source="",
        observation_period_end=end,
        refunds="net",
        refunds_without_purchase="drop",
    )
    whole = prepare_log(log, question=question)
    # Whoever comes after the end is not left out, nor asked about.
    assert whole.n_customers_refunded_only == 1
    ids = whole.groups.ids
    named = [
        ids.filter(whole.refunded_only(question.end_day - back).tolist()).to_list()
        for back in (3, 2, 1, 0)
    ]
    assert named == [[], ["d"], [], []]
    others = replace(question, refunds_without_purchase="error")
    kept = prepare_log(log[log["customer_id"] != "a"], question=others)
    assert kept.n_customers_refunded_only == 0


def test_the_five_placeholders_of_most_rows_are_named() -> None:
    words = ["?", "null", "guest", "nan", "none", "test"]
    ids = [word for at, word in enumerate(words) for _ in range(9 - at)]
    log = pd.DataFrame(
        {"customer_id": [*ids, "ann"], "date": "2024-01-05", "amount": 1.0}
    )
    question = Question(source="", observation_period_end=dt.date(2024, 1, 31))
    with pytest.raises(InvalidValueError) as caught:
        prepare_log(log, question=question)
    assert caught.value.found == (
        "placeholder '?', 'null', 'guest', 'nan', 'none', not a customer,"
    )
    assert (caught.value.count, caught.value.first) == (39, "row 0")
