"""What the summary says of a log, in every library."""

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crmkit as ck
from crmkit.kernels.log.calendar import DAYS_PER_UNIT

END = "2024-03-31"


def _by_customer(columns: Any, *names: Any) -> Any:
    keys = columns["customer_id"]
    return {
        key: tuple(columns[name][at] for name in names) for at, key in enumerate(keys)
    }


def _histories(columns: Any) -> Any:
    names = ("frequency", "recency", "T", "monetary_value")
    return _by_customer(columns, *names)


def test_the_base_log_has_the_worked_histories(
    frame: Any, columns_of: Any, base: Any, expected: Any
) -> None:
    summary = ck.rfm_summary(frame(base), observation_period_end=END)
    found = _histories(columns_of(summary))
    assert found == {
        key: pytest.approx(row, rel=1e-15) for key, row in expected.items()
    }


def test_the_frame_comes_out_in_the_library_it_came_in(frame: Any, base: Any) -> None:
    given_frame = frame(base)
    summary = ck.rfm_summary(given_frame, observation_period_end=END)
    assert type(summary) is type(given_frame)


def test_money_and_dates_of_the_first_and_last_occasion(
    frame: Any, columns_of: Any, base: Any
) -> None:
    summary = ck.rfm_summary(frame(base), observation_period_end=END)
    found = _by_customer(columns_of(summary), "first_amount", "total_amount")
    assert found["c4"] == (99.0, 400.0)
    dates = _by_customer(columns_of(summary), "first_date", "last_date")
    assert [str(date)[:10] for date in dates["c4"]] == ["2024-01-07", "2024-02-09"]


def test_eager_summaries_are_sorted_by_customer(
    eager_frame: Any, columns_of: Any, base: Any
) -> None:
    shuffled = {name: values[::-1] for name, values in base.items()}
    summary = ck.rfm_summary(eager_frame(shuffled), observation_period_end=END)
    assert columns_of(summary)["customer_id"] == ["c1", "c2", "c3", "c4", "c5", "c6"]


def test_shuffled_rows_give_the_same_bits(
    eager_frame: Any, columns_of: Any, rng: Any
) -> None:
    amounts = list(rng.gamma(1, 1, 60))
    log: dict[str, list[Any]] = {
        "customer_id": [f"c{i % 3}" for i in range(60)],
        "date": [dt.datetime(2024, 1, 1 + i % 4) for i in range(60)],
        "amount": amounts,
    }
    order = rng.permutation(60)
    shuffled = {name: [values[i] for i in order] for name, values in log.items()}
    first = ck.rfm_summary(eager_frame(log), observation_period_end=END)
    second = ck.rfm_summary(eager_frame(shuffled), observation_period_end=END)
    assert columns_of(first) == columns_of(second)


def test_two_rows_of_a_day_are_one_occasion(
    frame: Any, columns_of: Any, base: Any
) -> None:
    base["customer_id"] += ["c2", "c2"]
    base["date"] += [dt.datetime(2024, 2, 2, 9), dt.datetime(2024, 2, 2, 18)]
    base["amount"] += [1.0, 2.0]
    summary = ck.rfm_summary(frame(base), observation_period_end=END)
    assert _histories(columns_of(summary))["c2"] == (1, 30.0, 88.0, 3.0)


def test_a_grain_merges_and_a_unit_measures(
    frame: Any, columns_of: Any, base: Any
) -> None:
    summary = ck.rfm_summary(
        frame(base), observation_period_end=END, grain="month", time_unit="week"
    )
    frequency, recency, T, spend = _histories(columns_of(summary))["c4"]
    assert (frequency, spend) == (1, 100.0)
    assert (recency, T) == pytest.approx((31 / 7, 60 / 7), rel=1e-15)


@pytest.mark.parametrize(
    ("grain", "first"),
    [
        ("day", "2024-02-29"),
        ("week", "2024-02-26"),
        ("month", "2024-02-01"),
        ("quarter", "2024-01-01"),
        ("year", "2024-01-01"),
    ],
)
def test_an_occasion_is_dated_by_the_first_day_of_its_period(
    frame: Any, columns_of: Any, grain: Any, first: Any
) -> None:
    log = {"customer_id": ["a"], "date": [dt.datetime(2024, 2, 29)], "amount": [1.0]}
    summary = ck.rfm_summary(frame(log), observation_period_end=END, grain=grain)
    assert str(columns_of(summary)["first_date"][0])[:10] == first


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
def test_time_is_days_over_the_units_length(
    frame: Any, columns_of: Any, base: Any, unit: Any
) -> None:
    summary = ck.rfm_summary(frame(base), observation_period_end=END, time_unit=unit)
    T = _histories(columns_of(summary))["c1"][2]
    assert pytest.approx(90 / DAYS_PER_UNIT[unit], rel=4e-16) == T


def test_a_purchase_after_the_end_is_outside(
    frame: Any, columns_of: Any, base: Any, expected: Any
) -> None:
    base["customer_id"] += ["c1", "zz"]
    base["date"] += [dt.datetime(2024, 4, 1), dt.datetime(2024, 4, 2)]
    base["amount"] += [1e9, float("nan")]
    summary = ck.rfm_summary(frame(base), observation_period_end=END)
    found = _histories(columns_of(summary))
    assert found == {
        key: pytest.approx(row, rel=1e-15) for key, row in expected.items()
    }


def test_times_within_the_day_do_not_matter(
    frame: Any, columns_of: Any, base: Any, expected: Any
) -> None:
    times = [dt.timedelta(seconds=86399), dt.timedelta(seconds=1)]
    base["date"] = [date + times[at % 2] for at, date in enumerate(base["date"])]
    summary = ck.rfm_summary(frame(base), observation_period_end=END)
    assert _histories(columns_of(summary))["c4"] == pytest.approx(expected["c4"])


def test_days_are_those_of_the_columns_zone(
    columns_of: Any, base: Any, expected: Any
) -> None:
    dates = pd.Series(base["date"]).dt.tz_localize("Europe/Berlin")
    log = pd.DataFrame(base).assign(date=dates)
    summary = ck.rfm_summary(log, observation_period_end=END)
    assert _histories(columns_of(summary))["c1"] == expected["c1"]


def test_other_column_names_are_kept(frame: Any, columns_of: Any, base: Any) -> None:
    log = frame({"who": base["customer_id"], "when": base["date"], "x": base["amount"]})
    summary = ck.rfm_summary(
        log,
        observation_period_end=END,
        customer_id_col="who",
        date_col="when",
        amount_col="x",
    )
    assert set(columns_of(summary)["who"]) == set(base["customer_id"])


def test_small_purchases_after_a_large_one_keep_their_digits(
    frame: Any, columns_of: Any
) -> None:
    log = {
        "customer_id": ["c1"] * 3,
        "date": [dt.datetime(2024, 1, day) for day in (1, 2, 3)],
        "amount": [1e14, 0.25, 0.5],
    }
    found = columns_of(ck.rfm_summary(frame(log), observation_period_end="2024-01-31"))
    assert list(found["monetary_value"]) == [0.375]
    assert list(found["first_amount"]) == [1e14]
    assert list(found["total_amount"]) == [1e14 + 0.75]


def test_zero_amounts_count_as_occasions(
    frame: Any, columns_of: Any, base: Any
) -> None:
    base["amount"][1] = 0.0
    summary = ck.rfm_summary(frame(base), observation_period_end=END)
    assert _histories(columns_of(summary))["c1"] == (2, 60.0, 90.0, 15.0)


def test_netted_refunds_come_off_the_latest_purchase_before_them(
    frame: Any, columns_of: Any, base: Any
) -> None:
    base["amount"][2] = -4.0  # c1, 1 March: nothing sold that day
    summary = ck.rfm_summary(frame(base), observation_period_end=END, refunds="net")
    assert _histories(columns_of(summary))["c1"] == (1, 14.0, 90.0, 16.0)


def test_netted_refunds_before_the_first_purchase_come_off_that_one(
    frame: Any, columns_of: Any, base: Any
) -> None:
    base["amount"][0] = -4.0
    summary = ck.rfm_summary(frame(base), observation_period_end=END, refunds="net")
    found = _by_customer(columns_of(summary), "frequency", "recency", "first_amount")
    assert found["c1"] == (1, 46.0, 16.0)


def test_what_is_dropped_is_below_nothing(frame: Any, columns_of: Any) -> None:
    log = {
        "customer_id": ["ann", "ann", "ann", "ann", "bob", "bob"],
        "date": [dt.datetime(2024, 1, day) for day in (2, 5, 9, 20, 3, 4)],
        "amount": [0.25, 0.0, 0.75, -0.25, 0.0, -1e-9],
    }
    found = columns_of(
        ck.rfm_summary(frame(log), observation_period_end=END, refunds="drop")
    )
    names = ("frequency", "recency", "monetary_value", "first_amount", "total_amount")
    rows = {
        key: tuple(found[name][at] for name in names)
        for at, key in enumerate(found["customer_id"])
    }
    assert rows == {"ann": (2, 7.0, 0.375, 0.25, 1.0), "bob": (0, 0.0, 0.0, 0.0, 0.0)}


def test_dropped_refunds_leave_no_trace(frame: Any, columns_of: Any, base: Any) -> None:
    base["amount"][2] = -4.0
    summary = ck.rfm_summary(frame(base), observation_period_end=END, refunds="drop")
    assert _histories(columns_of(summary))["c1"] == (1, 14.0, 90.0, 20.0)


def test_netting_loses_no_money(frame: Any, columns_of: Any, rng: Any) -> None:
    count = 200
    amounts = rng.integers(-30, 100, count).astype(float)
    log = {
        "customer_id": [int(i) for i in rng.integers(0, 12, count)],
        "date": [
            dt.datetime(2024, 1, 1) + dt.timedelta(days=int(i))
            for i in rng.integers(0, 60, count)
        ],
        "amount": amounts.tolist(),
    }
    summary = ck.rfm_summary(frame(log), observation_period_end=END, refunds="net")
    assert sum(columns_of(summary)["total_amount"]) == amounts.sum()


def test_an_empty_log_has_an_empty_summary_with_every_column() -> None:
    log = pd.DataFrame(
        {
            "customer_id": pd.Series([], dtype="str"),
            "date": pd.Series([], dtype="datetime64[ns]"),
            "amount": pd.Series([], dtype="float64"),
        }
    )
    summary = ck.rfm_summary(log, observation_period_end=END)
    assert len(summary) == 0
    assert list(summary.columns) == [
        "customer_id",
        "frequency",
        "recency",
        "T",
        "monetary_value",
        "first_date",
        "last_date",
        "first_amount",
        "total_amount",
    ]


def test_the_callers_frame_is_not_changed(base: Any) -> None:
    log = pd.DataFrame(base, index=[7] * 13)
    before = log.copy(deep=True)
    ck.rfm_summary(log, observation_period_end=END, refunds="net")
    pd.testing.assert_frame_equal(log, before)


@pytest.mark.parametrize(
    "end",
    [
        dt.date(2024, 3, 31),
        dt.datetime(2024, 3, 31, 12),
        np.datetime64("2024-03-31"),
        pd.Timestamp("2024-03-31"),
        "2024-03-31",
        "2024-03-31T23:59:59",
    ],
)
def test_the_end_may_be_a_date_an_instant_or_iso_text(
    columns_of: Any, base: Any, expected: Any, end: Any
) -> None:
    summary = ck.rfm_summary(pd.DataFrame(base), observation_period_end=end)
    assert _histories(columns_of(summary))["c1"] == expected["c1"]


logs = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 40), st.integers(0, 1000).map(float)),
    min_size=1,
    max_size=40,
)


def _frame_of(rows: Any) -> Any:
    start = np.datetime64("2024-01-01", "us")
    return pd.DataFrame(
        {
            "customer_id": [row[0] for row in rows],
            "date": [start + np.timedelta64(row[1], "D") for row in rows],
            "amount": [row[2] for row in rows],
        }
    )


@given(logs)
def test_the_summary_equals_a_plain_count(rows: Any) -> None:
    """An independent computation, customer by customer, in exact fractions."""
    summary = ck.rfm_summary(_frame_of(rows), observation_period_end="2024-02-29")
    for row in summary.itertuples():
        days: dict[int, Fraction] = {}
        for customer, day, amount in rows:
            if customer == row.customer_id:
                days[day] = days.get(day, Fraction(0)) + Fraction(amount)
        first, last = min(days), max(days)
        repeats = [spent for day, spent in days.items() if day > first]
        mean = float(sum(repeats) / len(repeats)) if repeats else 0.0
        assert (row.frequency, row.recency) == (len(repeats), last - first)
        assert 59 - first == row.T
        assert row.monetary_value == pytest.approx(mean, rel=1e-15)


@given(logs)
def test_histories_keep_their_bounds_and_no_money_is_lost(rows: Any) -> None:
    summary = ck.rfm_summary(_frame_of(rows), observation_period_end="2024-02-29")
    assert ((summary["recency"] >= 0) & (summary["recency"] <= summary["T"])).all()
    assert ((summary["frequency"] == 0) == (summary["recency"] == 0)).all()
    assert summary["total_amount"].sum() == sum(row[2] for row in rows)
    occasions = {(row[0], row[1]) for row in rows}
    assert (summary["frequency"] + 1).sum() == len(occasions)


@given(logs, st.integers(1, 4000))
def test_shifting_every_date_and_the_end_changes_nothing(rows: Any, days: Any) -> None:
    log = _frame_of(rows)
    shift = pd.Timedelta(days=days)
    moved = log.assign(date=log["date"] + shift)
    end = pd.Timestamp("2024-02-29")
    columns = ["customer_id", "frequency", "recency", "T", "monetary_value"]
    first = ck.rfm_summary(log, observation_period_end=end)[columns]
    second = ck.rfm_summary(moved, observation_period_end=end + shift)[columns]
    pd.testing.assert_frame_equal(first, second)
