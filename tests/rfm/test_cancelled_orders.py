"""A refund that undoes a purchase removes it from the history."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crmkit as ck
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.kernels.log.cancelled_orders import cancel_orders

END = "2024-03-31"


def _log(*rows: tuple[str, str, float]) -> pd.DataFrame:
    ids, days, amounts = zip(*rows, strict=True)
    dates = pd.to_datetime([f"2024-{day}" for day in days])
    return pd.DataFrame({"customer_id": ids, "date": dates, "amount": amounts})


def _summary(log: Any, **options: Any) -> Any:
    return ck.rfm_summary(
        log, observation_period_end=END, **{"refunds": "cancel", **options}
    )


def test_a_cancelled_order_leaves_no_trace() -> None:
    log = _log(("a", "01-01", 50.0), ("a", "01-10", 20.0), ("a", "01-11", -20.0))
    row = _summary(log).iloc[0]
    assert (row.frequency, row.recency, row.monetary_value) == (0, 0, 0)
    netted = _summary(log, refunds="net").iloc[0]
    assert (netted.frequency, netted.recency, netted.monetary_value) == (1, 9, 0)


def test_of_equal_amounts_the_latest_is_undone() -> None:
    rows = [("a", "01-01", 20.0), ("a", "01-05", 20.0), ("a", "01-09", 30.0)]
    row = _summary(_log(*rows, ("a", "01-12", -20.0))).iloc[0]
    assert (row.frequency, row.recency, row.total_amount) == (1, 8, 50.0)


def test_a_partial_refund_comes_off_the_latest_larger_purchase() -> None:
    rows = [("a", "01-01", 90.0), ("a", "01-05", 80.0), ("a", "01-09", 10.0)]
    row = _summary(_log(*rows, ("a", "01-12", -30.0))).iloc[0]
    assert (row.frequency, row.recency, row.monetary_value) == (2, 8, 30.0)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e7])
def test_two_partial_refunds_of_a_whole_order_undo_it_despite_rounding(
    unit: float,
) -> None:
    rows = [("a", "01-01", 5.0 * unit), ("a", "01-05", 0.3 * unit)]
    log = _log(*rows, ("a", "01-06", -0.1 * unit), ("a", "01-07", -0.2 * unit))
    assert _summary(log).frequency.tolist() == [0]


def test_a_refund_larger_than_any_purchase_is_left_out_and_counted() -> None:
    rows = [("a", "01-01", 50.0), ("a", "01-05", 60.0), ("a", "01-06", -400.0)]
    assert _summary(_log(*rows)).monetary_value.tolist() == [60.0]
    assert _summary(_log(*rows), refunds="net").monetary_value.tolist() == [-340.0]
    report = ck.transaction_report(_log(*rows), observation_period_end=END)
    assert report.n_refunds_without_purchase == 1
    assert report.n_cancelled_purchases == 0


def test_a_refund_never_undoes_a_later_or_a_foreign_purchase() -> None:
    rows = [("a", "01-04", -9.0), ("a", "01-05", 9.0), ("b", "01-01", 9.0)]
    assert _summary(_log(*rows)).total_amount.tolist() == [9.0, 9.0]


def test_a_customer_whose_orders_are_all_undone_is_no_customer() -> None:
    rows = [("a", "01-01", 50.0), ("a", "01-02", -50.0), ("b", "01-03", 5.0)]
    assert _summary(_log(*rows)).customer_id.tolist() == ["b"]


def test_a_refund_in_the_holdout_spares_calibration_and_holdout() -> None:
    rows = [("a", "01-01", 10.0), ("a", "01-20", 50.0), ("a", "02-10", 70.0)]
    found = ck.calibration_holdout_summary(
        _log(*rows, ("a", "02-20", -50.0)),
        calibration_period_end="2024-01-31",
        observation_period_end=END,
        refunds="cancel",
    ).iloc[0]
    assert (found.frequency, found.monetary_value) == (1, 50.0)
    assert (found.holdout_frequency, found.holdout_total_amount) == (1, 70.0)


def test_a_lazy_frame_is_refused() -> None:
    log = pl.from_pandas(_log(("a", "01-01", 50.0))).lazy()
    with pytest.raises(InvalidValueError, match="Collect the frame first"):
        _summary(log)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("end", ["2023-12-31", "1999-01-01"])
def test_an_end_before_the_log_is_refused_with_its_first_day(
    *, lazy: bool, end: str
) -> None:
    log: Any = pl.from_pandas(_log(("a", "01-02", 50.0), ("a", "01-05", 20.0)))
    with pytest.raises(NotEnoughDataError, match=rf"dated {end} .* on 2024-01-02\."):
        ck.rfm_summary(log.lazy() if lazy else log, observation_period_end=end)
    with pytest.raises(NotEnoughDataError, match=f"dated {end}"):
        ck.calibration_holdout_summary(
            log.lazy() if lazy else log,
            calibration_period_end=end,
            observation_period_end=END,
        )


PURCHASES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 60), st.integers(1, 10_000)),
    min_size=1,
    max_size=30,
)


@given(PURCHASES, st.data())
def test_a_log_with_cancelled_orders_is_the_log_without_both_rows(
    purchases: list[tuple[str, int, int]], data: Any
) -> None:
    kept = [("a", 1, 1), *purchases]
    # Amounts that no other purchase has, so that each refund has one purchase to undo.
    undone = [
        (data.draw(st.sampled_from("abc")), data.draw(st.integers(1, 60)), 20_000 + at)
        for at in range(data.draw(st.integers(0, 5)))
    ]
    refunds = [
        (who, day + data.draw(st.integers(0, 5)), -cents) for who, day, cents in undone
    ]
    rows = data.draw(st.permutations([*kept, *undone, *refunds]))
    pd.testing.assert_frame_equal(_summary(_frame(rows)), _summary(_frame(kept)))


@given(PURCHASES, PURCHASES, st.randoms())
def test_no_amount_falls_below_zero_whatever_the_order_of_rows(
    purchases: list[tuple[str, int, int]],
    refunds: list[tuple[str, int, int]],
    random: Any,
) -> None:
    rows = [*purchases, *((who, day, -cents) for who, day, cents in refunds)]
    found = _summary(_frame(rows))
    assert (found[["monetary_value", "first_amount"]] >= 0).all(axis=None)
    random.shuffle(rows)
    pd.testing.assert_frame_equal(_summary(_frame(rows)), found)


def test_refunds_are_matched_or_counted() -> None:
    one = np.zeros(4, dtype=np.int64)
    left = cancel_orders(one, np.arange(4), np.array([5.0, -9.0, -2.0, -3.0]))
    assert (left.n_cancelled, left.n_unmatched) == (1, 1)
    assert left.kept.tolist() == [False] * 4


def _frame(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    ids, days, cents = zip(*rows, strict=True)
    dates = np.datetime64("2024-01-01", "D") + np.array(days)
    return pd.DataFrame(
        {
            "customer_id": list(ids),
            "date": dates.astype("datetime64[ns]"),
            "amount": np.array(cents) / 100,
        }
    )
