"""What a customer did after the day a model may learn from."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crmkit as ck
from crmkit.errors import InvalidValueError

CUT, END = "2024-02-15", "2024-03-31"
HOLDOUT = (
    "holdout_frequency",
    "holdout_T",
    "holdout_monetary_value",
    "holdout_total_amount",
)


def _split(log: Any, **options: Any) -> Any:
    return ck.calibration_holdout_summary(
        log, calibration_period_end=CUT, observation_period_end=END, **options
    )


def _holdout(columns: dict[str, list[Any]]) -> dict[str, tuple[Any, ...]]:
    return {
        key: tuple(columns[name][at] for name in HOLDOUT)
        for at, key in enumerate(columns["customer_id"])
    }


def test_the_holdout_counts_what_came_after(
    frame: Any, columns_of: Any, base: Any
) -> None:
    found = _holdout(columns_of(_split(frame(base))))
    assert found == {
        "c1": (1, 45.0, 30.0, 30.0),
        "c2": (0, 45.0, 0.0, 0.0),
        "c3": (1, 45.0, 12.75, 12.75),
        "c4": (0, 45.0, 0.0, 0.0),
        "c5": (0, 45.0, 0.0, 0.0),
        "c6": (1, 45.0, 8.0, 8.0),
    }


def test_the_calibration_is_the_summary_of_the_rows_before(
    frame: Any, columns_of: Any, base: Any
) -> None:
    split = columns_of(_split(frame(base)))
    alone = columns_of(ck.rfm_summary(frame(base), observation_period_end=CUT))
    order = sorted(range(6), key=lambda at: split["customer_id"][at])
    other = sorted(range(6), key=lambda at: alone["customer_id"][at])
    for name in alone:
        assert [split[name][at] for at in order] == [alone[name][at] for at in other]


def test_customers_first_seen_in_the_holdout_are_left_out(
    frame: Any, columns_of: Any, base: Any
) -> None:
    base["customer_id"].append("new")
    base["date"].append(dt.datetime(2024, 3, 3))
    base["amount"].append(1.0)
    assert "new" not in columns_of(_split(frame(base)))["customer_id"]


def test_two_holdout_rows_of_a_day_are_one_occasion(
    frame: Any, columns_of: Any, base: Any
) -> None:
    base["customer_id"].append("c1")
    base["date"].append(dt.datetime(2024, 3, 1, 18))
    base["amount"].append(6.0)
    assert _holdout(columns_of(_split(frame(base))))["c1"] == (1, 45.0, 36.0, 36.0)


def test_a_later_refund_never_reaches_back_into_the_calibration(
    frame: Any, columns_of: Any, base: Any
) -> None:
    base["customer_id"].append("c2")
    base["date"].append(dt.datetime(2024, 3, 1))
    base["amount"].append(-5.0)
    split = columns_of(_split(frame(base), refunds="net"))
    at = split["customer_id"].index("c2")
    assert split["total_amount"][at] == 5.5
    assert _holdout(split)["c2"] == (0, 45.0, 0.0, -5.0)


@pytest.mark.parametrize("cut", ["2024-03-31", "2024-04-01"])
def test_a_calibration_that_leaves_no_holdout_is_refused(base: Any, cut: str) -> None:
    with pytest.raises(InvalidValueError, match="is not before the observation"):
        ck.calibration_holdout_summary(
            pd.DataFrame(base), calibration_period_end=cut, observation_period_end=END
        )


def test_a_calibration_that_splits_a_month_is_refused(base: Any) -> None:
    with pytest.raises(InvalidValueError, match="not the last day of its month"):
        _split(pd.DataFrame(base), grain="month")


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 90), st.integers(0, 9)),
        min_size=1,
        max_size=40,
    )
)
def test_calibration_and_holdout_add_up_to_the_whole(
    rows: list[tuple[int, int, int]],
) -> None:
    rows = [*rows, (0, 0, 1)]
    log = pd.DataFrame(
        {
            "customer_id": [row[0] for row in rows],
            "date": pd.Timestamp("2024-01-01")
            + pd.to_timedelta([row[1] for row in rows], unit="D"),
            "amount": [float(row[2]) for row in rows],
        }
    )
    split = _split(log).set_index("customer_id")
    whole = ck.rfm_summary(log, observation_period_end=END).set_index("customer_id")
    born = whole.loc[split.index]
    assert (split["frequency"] + split["holdout_frequency"] == born["frequency"]).all()
    both = split["total_amount"] + split["holdout_total_amount"]
    assert (both == born["total_amount"]).all()


def test_a_holdout_of_refunds_alone_has_no_mean(frame: Any, columns_of: Any) -> None:
    log = {
        "customer_id": ["ann", "ann", "bob", "bob", "bob", "cid"],
        "date": [
            dt.date(2024, 1, 5), dt.date(2024, 3, 2), dt.date(2024, 1, 9),
            dt.date(2024, 2, 16), dt.date(2024, 3, 31), dt.date(2024, 2, 15),
        ],
        "amount": [10.0, -4.0, 8.0, 6.0, 9.0, 3.0],
    }  # fmt: skip
    found = _holdout(columns_of(_split(frame(log), refunds="net")))
    assert found == {
        "ann": (0, 45.0, 0.0, -4.0),
        "bob": (2, 45.0, 7.5, 15.0),
        "cid": (0, 45.0, 0.0, 0.0),
    }


@pytest.mark.parametrize("refunds", ["error", "net"])
def test_what_was_free_was_bought_all_the_same(
    frame: Any, columns_of: Any, refunds: Any
) -> None:
    days = [(1, 5), (2, 1), (3, 2), (1, 9), (3, 9)]
    log = {
        "customer_id": ["ann", "ann", "ann", "bob", "bob"],
        "date": [dt.date(2024, *day) for day in days],
        "amount": [0.0, 0.0, 0.0, 5.0, 0.0],
    }
    found = columns_of(_split(frame(log), refunds=refunds))
    known = dict(zip(found["customer_id"], found["frequency"], strict=True))
    assert known == {"ann": 1, "bob": 0}
    assert _holdout(found) == {"ann": (1, 45.0, 0.0, 0.0), "bob": (1, 45.0, 0.0, 0.0)}
    whole = columns_of(
        ck.rfm_summary(
            frame(log), observation_period_end=END, refunds=refunds, time_unit="week"
        )
    )
    names = ("frequency", "recency", "T", "monetary_value", "total_amount")
    rows = {
        key: [whole[name][at] for name in names]
        for at, key in enumerate(whole["customer_id"])
    }
    assert rows["ann"] == pytest.approx([2, 57 / 7, 86 / 7, 0.0, 0.0], rel=1e-12)
    assert rows["bob"] == pytest.approx([1, 60 / 7, 82 / 7, 0.0, 5.0], rel=1e-12)


def test_a_holdout_is_as_long_as_its_periods_in_the_unit_of_time(
    frame: Any, columns_of: Any
) -> None:
    days = [(1, 5), (2, 9), (2, 29), (3, 1), (3, 31), (5, 2), (6, 1), (2, 3)]
    log = {
        "customer_id": ["ann"] * 7 + ["bob"],
        "date": [dt.date(2024, *day) for day in days],
        "amount": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 5.0],
    }
    found = columns_of(
        ck.calibration_holdout_summary(
            frame(log),
            calibration_period_end=dt.date(2024, 2, 29),
            observation_period_end=dt.date(2024, 5, 30),
            grain="month",
            time_unit="week",
        )
    )
    # February to May: 29 + 31 + 30 days. March is one occasion of two rows.
    rows = _holdout(found)
    assert rows["ann"] == pytest.approx((2, 90 / 7, 28.0, 56.0), rel=1e-14)
    assert rows["bob"] == pytest.approx((0, 90 / 7, 0.0, 0.0), rel=1e-14)
    ann = found["customer_id"].index("ann")
    names = ("frequency", "recency", "T", "monetary_value", "first_amount")
    before = [found[name][ann] for name in names]
    assert before == pytest.approx([1, 31 / 7, 31 / 7, 6.0, 1.0], rel=1e-14)
