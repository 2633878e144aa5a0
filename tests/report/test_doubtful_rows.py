"""Rows that are hardly purchases of a customer, exactly at each limit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from crmkit._frames import read_eager
from crmkit.report.intake.doubtful_rows import (
    DoubtfulRows,
    doubtful_rows,
    sums_of_the_others,
    with_totals,
)


def found(ids: Sequence[object], amount: list[float] | None = None) -> DoubtfulRows:
    frame = read_eager(pd.DataFrame({"who": ids}), ())
    return doubtful_rows(frame, "who", np.array(amount or [1.0] * len(ids)))


def test_the_sum_of_three_others_is_a_total_and_of_two_is_none() -> None:
    assert sums_of_the_others(np.array([1.0, 2.0, 4.0, 7.0])).tolist() == [
        False, False, False, True,
    ]  # fmt: skip
    assert not sums_of_the_others(np.array([1.0, 2.0, 3.0])).any()
    # Nor one of a hundred rows, unless it holds the sum of the ninety-nine others.
    many = np.arange(1.0, 101.0)
    assert not sums_of_the_others(many).any()
    many[40] = many.sum() - many[40]
    assert np.flatnonzero(sums_of_the_others(many)).tolist() == [40]


@pytest.mark.parametrize(("off", "total"), [(0.9e-6, True), (1.1e-6, False)])
def test_a_total_is_the_sum_but_for_rounding(off: float, *, total: bool) -> None:
    # The sum of all is 16 here: half of it is off by this share of the whole.
    amount = np.array([1.0, 2.0, 5.0 - 8 * off, 8.0 + 8 * off])
    assert sums_of_the_others(amount)[3] == total


@pytest.mark.parametrize(
    "amount",
    [[0.0] * 4, [-1.0, -2.0, -4.0, -7.0], [1.0, 2.0, 4.0, np.inf], [np.nan] * 5],
)
def test_sums_of_nothing_or_of_refunds_are_no_totals(amount: list[float]) -> None:
    assert not sums_of_the_others(np.array(amount)).any()


def test_a_missing_amount_is_left_out_of_the_sum() -> None:
    amount = np.array([np.nan, 2.0, 3.0, 5.0])
    assert sums_of_the_others(amount).tolist() == [False, False, False, True]


@pytest.mark.parametrize("kind", [int, str])
@pytest.mark.parametrize(
    ("n", "rows", "doubted"),
    [(19, 60, False), (20, 60, True), (29, 3_000, False), (30, 3_000, True)],
)
def test_a_number_that_holds_twenty_rows_and_one_in_a_hundred_is_a_placeholder(
    kind: type, n: int, rows: int, *, doubted: bool
) -> None:
    ids = [kind(99999)] * n + [kind(100 + at) for at in range(rows - n)]
    marks = found(ids)
    assert marks.placeholder.tolist() == [doubted] * n + [False] * (rows - n)
    assert marks.placeholders == (("99999",) if doubted else ())


def test_placeholders_are_named_by_their_rows_the_most_first() -> None:
    words: list[object] = ["Guest", "ann", " n/a ", "n/a", "bob", "?", "n/a", "Guest"]
    marks = found(words)
    assert marks.placeholders == ("Guest", "n/a", " n/a ", "?")
    assert np.flatnonzero(marks.placeholder).tolist() == [0, 2, 3, 5, 6, 7]
    numbers = [-1] * 21 + [0] * 30 + [*range(1, 40)]
    assert found(numbers).placeholders == ("0", "-1")


@pytest.mark.parametrize("ids", [[None, "", "a", "Total:", "guest", "Totally"]])
def test_a_row_is_doubted_for_one_reason_alone(ids: list[object]) -> None:
    marks = found(ids, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert np.flatnonzero(marks.without_id).tolist() == [0, 1]
    assert np.flatnonzero(marks.total).tolist() == [3]
    assert np.flatnonzero(marks.placeholder).tolist() == [4]
    # The sum of the others is a total, whatever its id is.
    summed = found(ids, [20.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert np.flatnonzero(summed.without_id).tolist() == [1]
    assert np.flatnonzero(summed.total).tolist() == [0, 3]
    more = with_totals(marks, np.array([True, False, False, False, True, False]))
    assert np.flatnonzero(more.without_id).tolist() == [1]
    assert np.flatnonzero(more.total).tolist() == [0, 3, 4]
    assert not more.placeholder.any()


def test_a_number_without_an_id_is_a_total_or_a_row_without_an_id() -> None:
    ids: list[object] = [7.0, 8.0, None, None, 9.0]
    marks = found(ids, [1.0, 2.0, 4.0, 12.0, 5.0])
    assert np.flatnonzero(marks.without_id).tolist() == [2]
    assert np.flatnonzero(marks.total).tolist() == [3]
