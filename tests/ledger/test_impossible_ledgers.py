"""Ledgers that would move, count or carry money wrongly are refused."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crmkit import errors
from crmkit._dates import day_number
from crmkit.ledger import Ledger

Build: TypeAlias = Callable[[dict[str, Any]], Any]


def day(number: int, month: int = 1) -> dt.date:
    return dt.date(2024, month, number)


LINES: dict[str, list[Any]] = {
    "line_id": [1, 2, 3],
    "customer_id": ["a", "b", "b"],
    "date": [day(5), day(6), day(9)],
    "list_amount": [20.0, 10.0, -5.0],
    "paid_amount": [18.0, 9.0, -4.5],
    "cost_amount": [9.0, 5.0, -2.5],
    "return_of": [None, None, 2],
}


@pytest.mark.parametrize("start", ["known", "unknown"])
def test_a_referral_after_the_first_sale_is_refused(
    eager_frame: Build, start: Any
) -> None:
    def referred(on: dt.date) -> Ledger[Any]:
        return Ledger(
            lines=eager_frame(LINES),
            referrals=eager_frame(
                {
                    "referrer_id": ["a"],
                    "referee_id": ["b"],
                    "date": [on],
                    "share": [0.5],
                }
            ),
            relationship_start=start,
        )

    with pytest.raises(errors.InvalidValueError) as caught:
        referred(day(7))
    assert str(caught.value) == (
        "referrals, column 'date': late referral in 1 of 1 rows (first: row 0, "
        "referrer_id 'a'). A referral wins a customer on or before the first purchase: "
        "correct the date, or drop the row."
    )
    assert referred(day(6)).book.referrals.day.size == 1


@pytest.mark.parametrize("link", [2.1, 2.9, 2.0**53])
@pytest.mark.parametrize("dtype", ["float64", "object"])
def test_a_link_that_is_no_exact_line_id_is_refused(link: float, dtype: str) -> None:
    lines = pd.DataFrame(LINES)
    lines["return_of"] = pd.Series([None, None, link], dtype=dtype)
    with pytest.raises(
        errors.InvalidValueError, match="inexact line id in 1 of 3 rows"
    ):
        Ledger(lines=lines)


def test_a_link_of_another_type_is_refused(eager_frame: Build) -> None:
    with pytest.raises(errors.InvalidTypeError, match="'return_of': expected line ids"):
        Ledger(lines=eager_frame({**LINES, "return_of": [None, None, "2"]}))


def test_large_line_ids_are_exact_in_a_nullable_column() -> None:
    lines = pd.DataFrame(LINES)
    lines["line_id"] = [2**53, 2**53 + 1, 2**53 + 2]
    lines["return_of"] = pd.Series([None, None, 2**53 + 1], dtype="Int64")
    assert Ledger(lines=lines).book.lines.sale_day.tolist() == [19727, 19728, 19728]


@pytest.mark.parametrize("start", ["Unknown", "", None])
def test_an_unknown_word_for_the_start_is_refused(start: Any) -> None:
    with pytest.raises(errors.InvalidValueError, match="'relationship_start': no such"):
        Ledger(lines=pd.DataFrame(LINES), relationship_start=start)


@pytest.mark.parametrize("column", ["list_amount", "paid_amount", "cost_amount"])
def test_returns_larger_than_their_sale_are_refused(
    eager_frame: Build, column: str
) -> None:
    twice = {name: [*values, values[2]] for name, values in LINES.items()}
    twice["line_id"][3] = 4
    Ledger(lines=eager_frame(twice))
    twice[column][3] *= 1.1
    with pytest.raises(
        errors.InvalidValueError,
        match=rf"{column}': sale with larger returns in 1 of 4 rows \(first: row 1,",
    ):
        Ledger(lines=eager_frame(twice))


@pytest.mark.parametrize("frame", [None, 3, pl.LazyFrame(LINES)])
def test_what_is_no_frame_in_memory_is_refused_by_table(frame: Any) -> None:
    with pytest.raises(errors.InvalidTypeError, match="table 'lines': expected a Data"):
        Ledger(lines=frame)


def test_a_numpy_day_is_a_day() -> None:
    assert day_number("as_of", np.datetime64("1970-01-03")) == 2  # type: ignore[arg-type]
    assert day_number("as_of", np.datetime64("1970-01-03T10", "ns")) == 2  # type: ignore[arg-type]
    with pytest.raises(errors.InvalidValueError, match="a missing date"):
        day_number("as_of", np.datetime64("NaT", "D"))  # type: ignore[arg-type]
