"""Who is in which list and state, and which months are shown: exactly at each limit."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from crmkit._frames import read_eager
from crmkit.report import Question
from crmkit.report.findings.customer_groups import (
    customer_groups,
    lifecycle_stages,
    recent_activity,
)
from crmkit.report.findings.customer_labels import Labels
from crmkit.report.findings.customer_lists import choose_customers
from crmkit.report.findings.found_values import LeftOut
from crmkit.report.findings.retention_facts import retention_facts
from crmkit.report.findings.scored_customers import ScoredCustomers
from crmkit.report.findings.spend_floor import count_below_zero, with_spend_floor
from crmkit.report.findings.spending_months import past_months, spending_months
from crmkit.report.findings.value_concentration import value_concentration
from crmkit.report.intake.dated_amounts import DatedAmounts, dated_amounts
from crmkit.report.intake.merged_log import merge_log
from crmkit.report.intake.prepare import prepare_log

EPOCH = dt.date(1970, 1, 1)


def _scores(n: int, **columns: Sequence[float]) -> ScoredCustomers:
    """Score repeat customers who bought today and are surely active, but for some."""
    usual: dict[str, Any] = {
        "frequency": [2.0] * n,
        "recency": [4.0] * n,
        "T": [4.0] * n,
        "total_amount": [10.0] * n,
        "probability_alive": [1.0] * n,
        "expected_purchases": [1.0] * n,
        "expected_spend": [1.0] * n,
        "clv": [1.0] * n,
        "clv_if_active": [1.0] * n,
        "value_at_risk": [0.0] * n,
        "silent_days": [0.0] * n,
    }
    arrays = {name: np.array(each) for name, each in (usual | columns).items()}
    return ScoredCustomers(**arrays, sums=cast("Any", None))


def _tiers(letters: str) -> Labels:
    names = tuple(sorted(set(letters)))
    return Labels(names=names, code=np.array([names.index(each) for each in letters]))


def test_customers_to_win_back_are_worth_as_much_as_the_first_tier() -> None:
    scores = _scores(
        7,
        probability_alive=[0.9, 0.9, 0.5, 0.4999, 0.1, 0.1, 0.1],
        clv=[5.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        clv_if_active=[5.0, 3.0, 9.0, 3.0, 2.999, 8.0, 8.0],
        value_at_risk=[0.0, 0.0, 8.0, 2.0, 1.999, 7.0, 7.0],
        silent_days=[0.0, 0.0, 9.0, 9.0, 9.0, 366.0, 366.1],
    )
    found = choose_customers(scores, _tiers("AABBBBB"))
    assert found.limits["win_back"] == 3.0
    assert found.rows["win_back"].tolist() == [5, 3]
    said = [found.action.names[at] for at in found.action.code]
    assert said == ["", "", "", "win_back", "", "win_back", ""]


def test_customers_to_protect_are_of_the_first_tier_and_in_doubt() -> None:
    scores = _scores(
        6,
        probability_alive=[0.4999, 0.5, 0.7999, 0.8, 0.6, 0.6],
        value_at_risk=[1.0, 2.0, 4.0, 9.0, 3.0, 3.0],
        clv_if_active=[0.0] * 6,
    )
    found = choose_customers(scores, _tiers("AAAAAB"))
    assert found.rows["protect"].tolist() == [2, 4, 1]
    assert found.limits["protect"] == 0.8


def test_a_second_order_is_due_while_nine_in_ten_repeat_customers_need_longer() -> None:
    # Mean gaps of 1 to 11 days: nine in ten are at most 10.
    gaps = np.arange(1.0, 12.0)
    scores = _scores(
        15,
        frequency=[*[2.0] * 11, 0.0, 0.0, 0.0, 0.0],
        recency=[*(2 * gaps / 7), 0.0, 0.0, 0.0, 0.0],
        silent_days=[*[0.0] * 11, 10.0, 11.0, 3.0, 3.0],
        clv=[*[1.0] * 11, 2.0, 9.0, 7.0, 0.0],
    )
    found = choose_customers(scores, _tiers("A" * 14 + "C"))
    assert found.limits["second_order"] == 10.0
    assert found.rows["second_order"].tolist() == [13, 11]


def test_where_all_single_orders_are_old_those_outside_the_last_tier_are_listed() -> (
    None
):
    scores = _scores(
        4,
        frequency=[2.0, 0.0, 0.0, 0.0],
        silent_days=[0.0, 99.0, 98.0, 97.0],
        clv=[9.0, 1.0, 2.0, 3.0],
    )
    found = choose_customers(scores, _tiers("ABBC"))
    assert found.rows["second_order"].tolist() == [2, 1]
    assert found.limits["second_order"] == np.inf


def test_a_gap_of_29_days_is_one_of_29_days() -> None:
    # 29 / 7 weeks times 7 days are a little more than 29.
    scores = _scores(
        3,
        frequency=[1.0, 0.0, 0.0],
        recency=[29 / 7, 0.0, 0.0],
        silent_days=[0.0, 29.0, 30.0],
    )
    found = choose_customers(scores, _tiers("AAB"))
    assert found.limits["second_order"] == 29.0
    assert found.rows["second_order"].tolist() == [1]


def test_where_all_bought_once_the_longest_silence_is_the_limit() -> None:
    scores = _scores(3, frequency=[0.0] * 3, silent_days=[5.0, 30.0, 80.0])
    found = choose_customers(scores, _tiers("ABC"))
    assert found.limits["second_order"] == 80.0
    assert found.rows["second_order"].tolist() == [0, 1, 2]


def test_states_begin_at_a_fifth_and_at_four_fifths() -> None:
    scores = _scores(
        6,
        frequency=[1.0, 1.0, 1.0, 1.0, 0.0, 1.0],
        probability_alive=[0.8, 0.7999, 0.2, 0.1999, 0.9, 1.0],
        expected_purchases=[1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
        clv=[2.0, 4.0, 8.0, 16.0, 32.0, 64.0],
    )
    found = {each.name: each for each in scores.activity()}
    assert {name: each.n_customers for name, each in found.items()} == {
        "Active": 2,
        "Uncertain": 2,
        "Probably gone": 1,
        "Bought once": 1,
    }
    assert [each.expected_purchases for each in found.values()] == [33, 6, 8, 16]
    assert [each.value for each in found.values()] == [66, 12, 16, 32]
    bins, mean = scores.alive()
    assert mean == pytest.approx((0.8 + 0.7999 + 0.2 + 0.1999 + 1.0) / 5)
    at = [each.n_customers for each in bins]
    assert (len(at), sum(at), at[3], at[4], at[15], at[16], at[19]) == (
        20, 5, 1, 1, 1, 1, 1,
    )  # fmt: skip


def test_the_best_fifth_of_five_customers_is_one() -> None:
    found = value_concentration(
        _scores(5, total_amount=[1, 2, 3, 4, 10.0], clv=[40, 30, 20, 5, 5.0])
    )
    assert found.past_share_of_top_fifth == pytest.approx(0.5)
    assert found.expected_share_of_top_fifth == pytest.approx(0.4)
    # 40 and 30, and half of the third customer's 20, are four fifths of 100.
    assert found.customer_share_for_four_fifths == pytest.approx(0.5)
    assert len(found.past) == len(found.expected) == 101
    assert found.expected[40] == pytest.approx((0.4, 0.7))


@dataclass
class _Steady:
    """Customers who are expected to spend 7 a week, until any week."""

    def amounts_until(self, weeks: Sequence[float]) -> np.ndarray:
        return 7.0 * np.array(weeks)


def _spending(
    rows: list[tuple[int, dt.date, float]], end: dt.date, weeks: float
) -> Any:
    customer, day, amount = zip(*rows, strict=True)
    days = np.array([(each - EPOCH).days for each in day])
    codes = np.array(customer)
    first = np.array([days[codes == each].min() for each in range(codes.max() + 1)])
    dated = DatedAmounts(
        customer=codes, day=days, amount=np.array(amount), first_day=first
    )
    question = Question(source="", observation_period_end=end, horizon_weeks=weeks)
    past = past_months(dated, question=question)
    return spending_months(past, cast("Any", _Steady()), fan=(), question=question)


def _months_between(begin: dt.date, end: dt.date) -> list[dt.date]:
    """List the first days of the months of a span, with those of its ends."""
    found = [begin.replace(day=1)]
    while (after := (found[-1] + dt.timedelta(days=31)).replace(day=1)) <= end:
        found.append(after)
    return found


@pytest.mark.parametrize(
    ("begin", "end", "weeks"),
    [
        (dt.date(2023, 1, 1), dt.date(2023, 12, 31), 26.0),
        (dt.date(2023, 1, 2), dt.date(2023, 12, 30), 13.0),
        (dt.date(2020, 2, 29), dt.date(2024, 2, 29), 52.0),
        (dt.date(2022, 12, 31), dt.date(2024, 12, 15), 200.0),
        (dt.date(2023, 5, 17), dt.date(2023, 6, 20), 1.0),
        (dt.date(2023, 5, 1), dt.date(2023, 5, 31), 4.5),
    ],
)
def test_months_add_up_days_of_the_past_and_of_the_weeks_ahead(
    begin: dt.date, end: dt.date, weeks: float
) -> None:
    span = (end - begin).days
    rows = [
        (at % 5, begin + dt.timedelta(days=round(at * span / 40)), 1.0 + at)
        for at in range(41)
    ]
    found = _spending(rows, end, weeks)
    first = {who: min(day for each, day, _ in rows if each == who) for who in range(5)}
    months = [each for each in _months_between(begin, end) if each >= begin][-24:]
    whole = int(7 * weeks)
    # 1 a day, and a part of the last one; two years at most beside this month.
    spent: dict[dt.date, float] = defaultdict(float)
    for at in range(1, whole + 2):
        day = end + dt.timedelta(days=at)
        spent[day.replace(day=1)] += 1.0 if at <= whole else 7 * weeks - whole
    ahead = [each for each in sorted(spent) if spent[each] and each > end]
    latest = _months_between(end, end + dt.timedelta(days=800))[24]
    shown = [*months, *(each for each in ahead if each <= latest)]
    assert [each.start for each in found.months] == shown
    for month, each in zip(shown, found.months, strict=True):
        own = [row for row in rows if row[1].replace(day=1) == month]
        new = sum(paid for who, day, paid in own if first[who] == day)
        again = sum(paid for who, day, paid in own if first[who] != day)
        assert (each.first, each.repeat) == (new, again)
        assert each.expected == pytest.approx(spent[month])
    assert found.next_amount == pytest.approx(7 * weeks)
    before = end - dt.timedelta(days=whole)
    known = sum(paid for who, day, paid in rows if day > before and day != first[who])
    assert found.last_amount == (known if begin <= before else 0.0)


def test_the_span_before_counts_where_the_log_covers_it() -> None:
    end, first = dt.date(2024, 3, 31), dt.date(2024, 3, 17)
    rows = [(0, first, 5.0), (0, dt.date(2024, 3, 18), 2.0)]
    assert _spending(rows, end, 2.0).last_amount == 2.0
    later = [(0, dt.date(2024, 3, 18), 5.0), (0, dt.date(2024, 3, 19), 2.0)]
    assert _spending(later, end, 2.0).last_amount == 0.0


@pytest.mark.parametrize(
    ("days", "grain"),
    [(729, "month"), (730, "quarter"), (2191, "quarter"), (2192, "year")],
)
def test_the_longer_the_log_the_longer_its_periods(days: int, grain: str) -> None:
    begin = pd.Timestamp(2010, 1, 1)
    when = pd.date_range(begin, begin + pd.Timedelta(days=days), freq="10D")
    log = pd.DataFrame(
        {
            "customer_id": np.arange(when.size) // 3,
            "date": when,
            "amount": 1.0,
        }
    )
    end = (begin + pd.Timedelta(days=days)).date()
    question = Question(source="", observation_period_end=end)
    merged = merge_log(prepare_log(log, question=question))
    found = retention_facts(merged, question=question)
    assert found.grain == grain
    letter = {"month": "M", "quarter": "Q", "year": "Y"}[grain]
    periods = pd.period_range(begin, end + dt.timedelta(days=1), freq=letter)[:-1]
    assert [each.start for each in found.growth] == [
        each.start_time.date() for each in periods[-24:]
    ]
    assert len(found.cohorts) == min(18, len(periods))
    assert len(found.average) <= 13
    assert max(len(each.retention) for each in found.cohorts) == min(13, len(periods))


def test_rows_of_one_day_are_one_purchase_of_a_customer_known_before() -> None:
    log = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "b", "a"],
            "date": pd.to_datetime([f"2024-01-0{day}" for day in (1, 5, 5, 4, 6, 9)]),
            "amount": 1.0,
        }
    )
    question = Question(source="", observation_period_end=dt.date(2024, 1, 9))
    rows = dated_amounts(prepare_log(log, question=question))
    day = (dt.date(2024, 1, 3) - EPOCH).days
    assert (rows.purchases_after(day) - day).tolist() == [2, 6]
    assert sorted(rows.purchases_after(day + 1) - day) == [2, 3, 6]


def test_a_repeat_customer_below_zero_counts_from_the_second_order() -> None:
    table = pd.DataFrame(
        {
            "frequency": [0.0, 1.0, 2.0, 1.0, 3.0],
            "monetary_value": [-1.0, -1.0, -0.01, 0.0, 4.0],
        }
    )
    summary = read_eager(table, ())
    assert count_below_zero(summary) == 2
    assert with_spend_floor(summary)["monetary_value"].to_list() == [0, 0, 0, 0, 4]


def test_nothing_is_left_out_unless_it_is_said() -> None:
    assert set(astuple(LeftOut())) == {0}


@pytest.mark.parametrize(
    ("days", "window"),
    [(0, 1), (7, 1), (8, 2), (363, 90), (364, 91), (365, 91), (366, 91), (900, 91)],
)
def test_stages_compare_quarters_of_the_log_of_a_quarter_at_most(
    days: int, window: int
) -> None:
    end = dt.date(2024, 6, 30)
    when = [pd.Timestamp(end) - pd.Timedelta(days=each) for each in (days, 0)]
    log = pd.DataFrame({"customer_id": ["a", "b"], "date": when, "amount": 1.0})
    question = Question(source="", observation_period_end=end)
    merged = merge_log(prepare_log(log, question=question))
    found = recent_activity(merged, question=question)
    assert found.window_days == window
    assert "customer_id" not in found.customers.columns
    # Lost after more than a year of silence, or where that is the likelier.
    for chance, lost in ((0.5, days > 365), (0.49, True)):
        stages = lifecycle_stages(found, log, np.array([chance, 0.5]))
        first, second = stages["lifecycle_stage"].to_list()
        assert ((first == "termination"), second) == (lost, "development")


def test_groups_add_up_their_own_customers() -> None:
    scores = _scores(
        4, clv=[1.0, 2.0, 4.0, 8.0], total_amount=[3.0, 5.0, 7.0, 11.0],
        silent_days=[1.0, 20.0, 30.0, 50.0],
    )  # fmt: skip
    names = ("growth", "decline")
    labels = Labels(names=names, code=np.array([0, 1, 0, 0]))
    one, two = customer_groups(labels, scores, of="stages")
    assert astuple(one) == ("growth", "offer more of the range", 3, 13.0, 21.0, 30.0)
    assert astuple(two)[2:] == (1, 2.0, 5.0, 20.0)


def test_a_base_adds_up_its_customers() -> None:
    scores = _scores(
        3, frequency=[0.0, 1.0, 2.0], total_amount=[1.0, 2.0, 4.0], clv=[3.0, 5.0, 9.0],
        expected_purchases=[0.5, 1.5, 3.0], expected_spend=[2.0, 7.0, 11.0],
        probability_alive=[0.25, 0.5, 1.0], value_at_risk=[13.0, 1.0, 4.0],
    )  # fmt: skip
    assert astuple(scores.base()) == (3, 2, 7.0, 17.0, 5.0, 44.5, 1.75, 18.0)
    bins, mean = scores.alive()
    assert mean == 0.75
    assert [at.n_customers for at in bins] == [*[0] * 10, 1, *[0] * 8, 1]
    assert [(at.n_customers, at.value) for at in scores.activity()] == [
        (1, 9.0), (1, 5.0), (0, 0.0), (1, 3.0),
    ]  # fmt: skip
    once = _scores(2, frequency=[0.0, 0.0])
    assert once.alive()[1] == 0.0


def test_a_month_ahead_counts_however_little_is_expected_of_it() -> None:
    end = dt.date(2024, 4, 29)
    rows = [(0, dt.date(2024, 1, 3), 5.0), (0, dt.date(2024, 2, 3), 2.0)]
    found = _spending(rows, end, 1.2 / 7)
    assert found.months[-1].start == dt.date(2024, 5, 1)
    assert found.months[-1].expected == pytest.approx(0.2)
    # A horizon that ends with the month has none ahead.
    assert _spending(rows, end, 1 / 7).months[-1].start == dt.date(2024, 4, 1)
