"""What an update of a summary takes on the days around the previous end."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import crmkit as ck

PREVIOUS, END = dt.date(2024, 2, 14), dt.date(2024, 3, 31)


def _rows(*rows: tuple[str, dt.datetime, float]) -> pd.DataFrame:
    ids, days, amounts = zip(*rows, strict=True)
    return pd.DataFrame({"customer_id": ids, "date": days, "amount": amounts})


KNOWN = _rows(
    ("ann", dt.datetime(2024, 1, 3), 10.0),
    ("ann", dt.datetime(2024, 2, 5), 20.0),
    ("bob", dt.datetime(2024, 2, 14), 7.0),
)


def _read(frame: Any) -> pd.DataFrame:
    table = frame.collect().to_pandas() if isinstance(frame, pl.LazyFrame) else frame
    table = pd.DataFrame(table).sort_values("customer_id", ignore_index=True)
    for name in ("first_date", "last_date"):
        table[name] = pd.to_datetime(table[name]).dt.date
    return table


def _updated(
    rows: pd.DataFrame, *, lazy: bool, end: dt.date = END, **how: Any
) -> pd.DataFrame:
    def built(frame: pd.DataFrame) -> Any:
        return pl.from_pandas(frame).lazy() if lazy else frame

    summary = ck.rfm_summary(built(KNOWN), observation_period_end=PREVIOUS, **how)
    found = ck.update_summary(
        summary,
        transactions=built(rows),
        previous_period_end=PREVIOUS,
        observation_period_end=end,
        **how,
    )
    return _read(found)


@pytest.mark.parametrize("lazy", [False, True])
def test_an_update_may_end_on_the_previous_day_and_not_before(*, lazy: bool) -> None:
    found = _updated(
        _rows(("cid", dt.datetime(2024, 2, 14, 23), 3.0)), lazy=lazy, end=PREVIOUS
    )
    known = ck.rfm_summary(KNOWN, observation_period_end=PREVIOUS)
    pd.testing.assert_frame_equal(found[:2], _read(known), check_dtype=False)
    assert found["customer_id"].tolist() == ["ann", "bob", "cid"]
    assert found["T"].tolist() == [42.0, 0.0, 0.0]
    with pytest.raises(ck.errors.InvalidValueError) as caught:
        _updated(KNOWN[:0], lazy=lazy, end=PREVIOUS - dt.timedelta(1))
    assert str(caught.value).startswith(
        "argument 'observation_period_end': 2024-02-13, before the previous end."
    )


@pytest.mark.parametrize("lazy", [False, True])
def test_a_row_of_a_known_customer_is_later_than_the_previous_end(
    *, lazy: bool
) -> None:
    new = _rows(
        ("bob", dt.datetime(2024, 2, 15), 4.0),
        ("ann", dt.datetime(2024, 2, 15), 5.0),
        ("ann", dt.datetime(2024, 3, 31), 8.0),
        ("ann", dt.datetime(2024, 4, 1), 64.0),
        ("new", dt.datetime(2024, 1, 1), 16.0),
    )
    found = _updated(new, lazy=lazy)
    everything = ck.rfm_summary(pd.concat([KNOWN, new]), observation_period_end=END)
    pd.testing.assert_frame_equal(found, _read(everything), check_dtype=False)
    early = new.copy()
    early.loc[[0, 1], "date"] = dt.datetime(2024, 2, 14, 23)
    with pytest.raises(ck.errors.InvalidValueError) as caught:
        _updated(early, lazy=lazy)
    assert str(caught.value).startswith(
        "column 'date': date on or before the previous end, of a customer in the "
        "summary in 2 of 5 rows (first: customer "
    )


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([(15, 4.0), (15, -1.0)], 0),
        ([(15, 4.0), (16, -1.0)], 0),
        ([(16, 4.0), (15, -1.0)], 1),
        ([(15, -1.0), (17, -0.25)], 2),
        ([(16, 0.0), (17, -1.0)], 0),
        ([(16, 0.5)], 0),
    ],
)
def test_a_refund_is_known_to_be_of_a_new_purchase_from_its_day_on(
    rows: list[tuple[int, float]], refused: int, *, lazy: bool
) -> None:
    new = _rows(*(("ann", dt.datetime(2024, 2, day), paid) for day, paid in rows))
    late = _rows(("ann", dt.datetime(2024, 4, 1), -2.0))
    if refused:
        with pytest.raises(
            ck.errors.InvalidValueError,
            match=f"before the previous end in {refused} of {len(rows)} rows",
        ):
            _updated(new, lazy=lazy, refunds="net")
        return
    # A refund after the end is not looked at.
    found = _updated(pd.concat([new, late]), lazy=lazy, refunds="net")
    everything = ck.rfm_summary(
        pd.concat([KNOWN, new]), observation_period_end=END, refunds="net"
    )
    pd.testing.assert_frame_equal(found, _read(everything), check_dtype=False)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_a_month_that_goes_on_is_one_occasion(unit: str, *, lazy: bool) -> None:
    new = _rows(
        ("ann", dt.datetime(2024, 2, 20), 5.0),
        ("bob", dt.datetime(2024, 2, 21), 3.0),
        ("bob", dt.datetime(2024, 3, 2), 6.0),
        ("bob", dt.datetime(2024, 3, 9), 9.0),
    )
    how: dict[str, Any] = {"grain": "month", "time_unit": unit}
    found = _updated(new, lazy=lazy, **how)
    everything = ck.rfm_summary(
        pd.concat([KNOWN, new]), observation_period_end=END, **how
    )
    pd.testing.assert_frame_equal(
        found, _read(everything), check_dtype=False, rtol=1e-12
    )
    assert found["frequency"].tolist() == [1, 1]
    assert found["first_amount"].tolist() == [10.0, 10.0]
    assert found["monetary_value"].tolist() == [25.0, 15.0]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pl.LazyFrame])
def test_a_frequency_that_is_no_count_of_purchases_is_refused(library: Any) -> None:
    day = pd.Timestamp("2024-01-02")
    log = {"customer_id": ["a"], "date": [day], "amount": [5.0]}
    before: Any = ck.rfm_summary(pd.DataFrame(log), observation_period_end="2024-01-31")
    columns = before.to_dict(orient="list")

    def update(count: float, kind: Any = np.uint64) -> object:
        return ck.update_summary(
            library(columns | {"frequency": np.array([count], dtype=kind)}),
            transactions=library(log | {"date": [pd.Timestamp("2024-02-03")]}),
            previous_period_end="2024-01-31",
            observation_period_end="2024-02-28",
        )

    found: Any = update(2**53)
    assert len(found.collect() if library is pl.LazyFrame else found) == 1
    for count, kind in (
        (2**53 + 2, np.uint64),
        (2**64 - 1, np.uint64),
        (-3, np.int64),
        (-1e30, np.float64),
        (0.5, np.float64),
    ):
        with pytest.raises(
            ck.errors.InvalidValueError,
            match=r"'frequency': value that is not a whole number from 0 to 9,007,199",
        ):
            update(count, kind)
