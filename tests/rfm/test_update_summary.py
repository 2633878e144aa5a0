"""A summary that is brought up to date equals the summary of everything."""

import datetime as dt
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as ck

PREVIOUS, END = dt.date(2024, 2, 14), dt.date(2024, 3, 31)
START = dt.date(2024, 1, 1)
LIBRARIES = ["pandas", "polars", "polars-lazy", "pyarrow", "duckdb"]
IN_MEMORY = ["pandas", "polars", "pyarrow"]


def built(rows: pd.DataFrame, library: str, connection: Any = None) -> Any:
    if library == "pandas":
        return rows
    if library == "polars":
        return pl.from_pandas(rows)
    if library == "polars-lazy":
        return pl.from_pandas(rows).lazy()
    table = pa.Table.from_pandas(rows, preserve_index=False)
    return table if library == "pyarrow" else connection.from_arrow(table)


def as_pandas(native: Any) -> pd.DataFrame:
    if isinstance(native, pl.LazyFrame):
        native = native.collect()
    if isinstance(native, pa.Table | pl.DataFrame):
        native = native.to_pandas()
    elif not isinstance(native, pd.DataFrame):
        native = native.df()
    table = native.sort_values("customer_id", ignore_index=True)
    for name in ("first_date", "last_date"):
        table[name] = pd.to_datetime(table[name]).dt.date
    return pd.DataFrame(table)


def updated(
    rows: pd.DataFrame,
    library: str = "pandas",
    *,
    previous: dt.date = PREVIOUS,
    new: pd.Series | None = None,
    **how: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the summary in two steps, and the summary of everything."""
    connection = duckdb.connect() if library == "duckdb" else None
    later = rows["date"].dt.date > previous if new is None else new
    summary = ck.rfm_summary(
        built(rows[~later], library, connection), observation_period_end=previous, **how
    )
    found = ck.update_summary(
        summary,
        transactions=built(rows[later], library, connection),
        previous_period_end=previous,
        observation_period_end=END,
        **how,
    )
    everything = ck.rfm_summary(rows, observation_period_end=END, **how)
    return as_pandas(found), as_pandas(everything)


def log(*rows: tuple[str, int, float]) -> pd.DataFrame:
    days = [dt.datetime.combine(START, dt.time()) + dt.timedelta(r[1]) for r in rows]
    return pd.DataFrame(
        {
            "customer_id": [row[0] for row in rows],
            "date": pd.to_datetime(days),
            "amount": [row[2] for row in rows],
        }
    )


ROWS = log(
    ("ann", 0, 10.0),
    ("ann", 30, 20.0),
    ("ann", 60, 40.0),
    ("bob", 5, 7.0),
    ("cat", 70, 9.0),
    ("dan", 44, 5.0),
    ("dan", 45, 6.0),
    ("dan", 47, 8.0),
    ("dan", 80, 3.0),
    ("eve", 42, 2.0),
    ("eve", 46, 3.0),
    ("fay", 10, 0.1),
    ("fay", 20, 0.2),
)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("grain", ["day", "week"])
def test_two_steps_are_one(library: str, grain: Any) -> None:
    found, expected = updated(ROWS, library, grain=grain, time_unit="week")
    pd.testing.assert_frame_equal(
        found, expected, check_dtype=False, rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_customer_who_did_not_come_keeps_the_last_bit(library: str) -> None:
    # 0.2 * 3 / 3 is not 0.2: a mean that is multiplied and divided again differs.
    old = [("ann", day, 0.1 + 0.1 * day) for day in (0, 3, 5, 9)]
    found, expected = updated(log(*old, ("bob", 2, 1.0), ("bob", 50, 2.0)), library)
    for column in ("monetary_value", "first_amount", "total_amount"):
        exact = library in IN_MEMORY or column != "monetary_value"
        assert found[column][0] == pytest.approx(
            expected[column][0], rel=0.0 if exact else 1e-15, abs=0.0
        )


@pytest.mark.parametrize("library", IN_MEMORY)
@pytest.mark.parametrize("as_id", [ord, lambda letter: float(ord(letter)), str])
def test_a_shuffled_summary_comes_back_sorted(library: str, as_id: Any) -> None:
    rows = ROWS.assign(customer_id=ROWS["customer_id"].str[0].map(as_id))
    later = rows["date"].dt.date > PREVIOUS
    summary = ck.rfm_summary(rows[~later], observation_period_end=PREVIOUS)
    found = ck.update_summary(
        built(summary.iloc[::-1], library),
        transactions=built(rows[later], library),
        previous_period_end=PREVIOUS,
        observation_period_end=END,
    )
    expected = ck.rfm_summary(rows, observation_period_end=END)
    ids = found["customer_id"]
    assert list(ids.to_pylist() if library == "pyarrow" else ids) == list(
        expected["customer_id"]
    )
    pd.testing.assert_frame_equal(
        as_pandas(found), as_pandas(expected), check_dtype=False, rtol=1e-12
    )


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("order", [[0, 0, 1, 2], [2, 0, 1, 0]])
def test_a_customer_with_two_rows_is_refused(library: str, order: list[int]) -> None:
    summary = ck.rfm_summary(ROWS, observation_period_end=PREVIOUS).iloc[order]
    with pytest.raises(
        ck.errors.InvalidValueError, match=r"more than one row .*customer 'ann'"
    ):
        _brought_up(summary, library)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("value", "words"),
    [(np.nan, "missing"), (-np.inf, "infinite"), (1e300, "value beyond")],
)
def test_a_number_that_no_summary_holds_is_refused(
    library: str, value: float, words: str
) -> None:
    summary = ck.rfm_summary(ROWS, observation_period_end=PREVIOUS)
    summary.loc[1, "total_amount"] = value
    with pytest.raises(
        ck.errors.InvalidValueError, match=f"column 'total_amount': {words} .*1 of 5"
    ):
        _brought_up(summary, library)


def _brought_up(summary: pd.DataFrame, library: str) -> Any:
    connection = duckdb.connect() if library == "duckdb" else None
    later = ROWS[ROWS["date"].dt.date > PREVIOUS]
    return ck.update_summary(
        built(summary, library, connection),
        transactions=built(later, library, connection),
        previous_period_end=PREVIOUS,
        observation_period_end=END,
    )


_ROW = st.tuples(
    st.sampled_from("abcd"),
    st.integers(0, 90),
    st.floats(0.0, 1000.0).map(lambda amount: round(amount, 2)),
)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(_ROW, min_size=1, max_size=25),
    st.integers(0, 89),
    st.sampled_from(["day", "week", "month"]),
)
def test_any_log_cut_on_any_day_gives_the_summary_of_everything(
    rows: list[tuple[str, int, float]], cut: int, grain: Any
) -> None:
    previous = START + dt.timedelta(days=cut)
    whole = log(*rows)
    if not (whole["date"].dt.date <= previous).any():
        previous = whole["date"].min().date()
    found, expected = updated(whole, previous=previous, grain=grain, time_unit="week")
    pd.testing.assert_frame_equal(
        found, expected, check_dtype=False, rtol=1e-9, atol=1e-9
    )


@settings(max_examples=8, deadline=None)
@given(st.lists(_ROW, min_size=1, max_size=25), st.sampled_from(["drop", "net"]))
def test_other_customers_may_bring_rows_of_any_day(
    rows: list[tuple[str, int, float]], refunds: Any
) -> None:
    whole = log(("known", 3, 5.0), *rows)
    found, expected = updated(
        whole, new=whole["customer_id"] != "known", refunds=refunds
    )
    pd.testing.assert_frame_equal(
        found, expected, check_dtype=False, rtol=1e-12, atol=1e-12
    )


def test_a_refund_after_a_new_purchase_is_netted() -> None:
    rows = log(("ann", 0, 10.0), ("ann", 60, 40.0), ("ann", 65, -5.0))
    found, expected = updated(rows, refunds="net")
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_refund_that_may_be_of_an_old_purchase_is_refused(library: str) -> None:
    rows = log(("ann", 0, 10.0), ("ann", 60, -5.0), ("ann", 61, 40.0))
    with pytest.raises(
        ck.errors.InvalidValueError, match=r"refund that may belong .* customer 'ann'"
    ):
        updated(rows, library, refunds="net")


def test_any_refund_may_cancel_an_old_purchase() -> None:
    rows = log(("ann", 0, 10.0), ("ann", 60, 40.0), ("ann", 61, -10.0))
    with pytest.raises(ck.errors.InvalidValueError, match="refund that may belong"):
        updated(rows, refunds="cancel")


def test_a_small_amount_is_not_a_refund() -> None:
    rows = log(("ann", 0, 10.0), ("ann", 60, 0.5), ("ann", 65, 0.0))
    found, expected = updated(rows, refunds="cancel")
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_row_before_the_previous_end_is_refused(library: str) -> None:
    new = ROWS["date"].dt.date > dt.date(2024, 1, 20)
    with pytest.raises(
        ck.errors.InvalidValueError, match="column 'date': date on or before"
    ):
        updated(ROWS, library, new=new)


@pytest.mark.parametrize(
    "wrong", [{"time_unit": "week"}, {"previous_period_end": dt.date(2024, 2, 1)}]
)
def test_another_clock_is_refused(wrong: dict[str, Any]) -> None:
    summary = ck.rfm_summary(ROWS, observation_period_end=PREVIOUS)
    ends: dict[str, Any] = {
        "previous_period_end": PREVIOUS,
        "observation_period_end": END,
    }
    asked = ends | wrong
    with pytest.raises(ck.errors.InvalidValueError, match="column 'T': time that does"):
        ck.update_summary(summary, transactions=ROWS.head(0), **asked)


def test_an_end_before_the_previous_one_is_refused() -> None:
    summary = ck.rfm_summary(ROWS, observation_period_end=PREVIOUS)
    with pytest.raises(ck.errors.InvalidValueError, match="before the previous end"):
        ck.update_summary(
            summary,
            transactions=ROWS,
            previous_period_end=PREVIOUS,
            observation_period_end=START,
        )


def test_frames_of_two_libraries_are_refused() -> None:
    summary = ck.rfm_summary(ROWS, observation_period_end=PREVIOUS)
    with pytest.raises(ck.errors.InvalidTypeError, match="one library"):
        ck.update_summary(
            summary,
            transactions=built(ROWS, "polars"),
            previous_period_end=PREVIOUS,
            observation_period_end=END,
        )


@pytest.mark.parametrize("column", ["first_date", "last_date"])
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_summary_in_a_time_zone_is_refused(library: str, column: str) -> None:
    day = pd.to_datetime(["2024-01-02"])
    log = pd.DataFrame({"customer_id": ["a"], "date": day, "amount": [5.0]})
    summary = ck.rfm_summary(log, observation_period_end=PREVIOUS)
    zoned = summary.assign(**{column: summary[column].dt.tz_localize("Asia/Tokyo")})
    later = log.assign(date=pd.to_datetime(["2024-03-01"]))
    with pytest.raises(ck.errors.InvalidTypeError, match=f"{column}.*Asia/Tokyo"):
        ck.update_summary(
            built(zoned, library),
            transactions=built(later, library),
            previous_period_end=PREVIOUS,
            observation_period_end=END,
        )


@pytest.mark.parametrize("column", ["T", "recency"])
@pytest.mark.parametrize("unit", ["day", "week"])
def test_a_time_may_be_off_by_a_millionth_of_a_day(column: str, unit: Any) -> None:
    rows = pd.DataFrame(
        {
            "customer_id": [1, 1, 2],
            "date": pd.to_datetime(["2024-01-03", "2024-02-01", "2024-01-20"]),
            "amount": [3.0, 4.0, 5.0],
        }
    )
    how: Any = {"time_unit": unit}
    summary: Any = ck.rfm_summary(rows, observation_period_end=PREVIOUS, **how)
    later = rows.assign(date=pd.Timestamp("2024-03-01"))
    days = 7.0 if unit == "week" else 1.0
    for off in (-9e-7, 9e-7, -1.2e-6, 1.2e-6):
        moved = summary.copy()
        moved.loc[0, column] += off / days

        def update(written: Any = moved) -> Any:
            return ck.update_summary(
                written,
                transactions=later,
                previous_period_end=PREVIOUS,
                observation_period_end=END,
                **how,
            )

        if abs(off) < 1e-6:
            assert len(update()) == 2
        else:
            with pytest.raises(ck.errors.InvalidValueError, match="1 of 2 rows"):
                update()


def test_a_time_off_by_exactly_a_millionth_of_a_day_is_allowed() -> None:
    rows = pd.DataFrame(
        {"customer_id": [1], "date": pd.to_datetime([PREVIOUS]), "amount": [3.0]}
    )
    summary: Any = ck.rfm_summary(rows, observation_period_end=PREVIOUS)
    assert summary[["recency", "T"]].to_numpy().tolist() == [[0.0, 0.0]]
    summary[["recency", "T"]] = 1e-6
    found = ck.update_summary(
        summary,
        transactions=rows.assign(date=pd.Timestamp("2024-03-01")),
        previous_period_end=PREVIOUS,
        observation_period_end=END,
    )
    assert found["frequency"].tolist() == [1]
