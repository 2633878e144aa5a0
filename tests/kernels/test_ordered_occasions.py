"""Rows that are in order are summarised as rows in any order are."""

import numpy as np
import pytest

from crmkit.kernels.log import occasions
from crmkit.kernels.log.occasions import (
    distinct_rows,
    histories,
    merge,
    net_refunds,
    occasion_count,
    shortened,
)


@pytest.mark.parametrize("n_rows", [0, 1, 400])
@pytest.mark.parametrize("lowest", [-5, 0])
def test_the_order_of_the_rows_changes_nothing(n_rows: int, lowest: int) -> None:
    rng = np.random.default_rng(n_rows)
    customer, day = rng.integers(0, 20, n_rows), rng.integers(0, 15, n_rows)
    amount = np.asarray(rng.integers(lowest, 9, n_rows) + 0.1, dtype=np.float64)
    order = np.lexsort((day, customer))
    rows, ordered = (
        (customer, day, amount),
        (customer[order], day[order], amount[order]),
    )
    expected, found = merge(*rows), merge(*ordered)
    for name in ("customer", "day", "amount", "sales"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))
    assert found.sales.sum() == np.count_nonzero(amount >= 0)
    pairs = set(zip(customer.tolist(), day.tolist(), strict=True))
    assert occasion_count(*rows[:2]) == occasion_count(*ordered[:2]) == len(pairs)
    cells = set(zip(*(each.tolist() for each in rows), strict=True))
    for who, when, paid in (rows, ordered):
        assert distinct_rows(who, when, when, paid) == len(cells)


def test_the_rows_of_the_caller_are_not_sorted_in_place() -> None:
    amount = np.array([3.0, 1.0, 2.0])
    amount.flags.writeable = False
    merged = occasions.merge(np.zeros(3, np.int64), np.zeros(3, np.int64), amount)
    assert merged.amount.tolist() == [6.0]


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("far", [15, 2_000_000_000])
def test_numbers_of_half_the_width_give_the_same_histories(
    far: int, *, in_order: bool
) -> None:
    rng = np.random.default_rng(far)
    # Packed into one number they need more than 32 bits, whatever their own width.
    customer = rng.integers(0, 20, 400) * 50_000
    day = rng.integers(-far, far, 400)
    amount = np.asarray(rng.integers(-2, 9, 400) + 0.1, dtype=np.float64)
    if in_order:
        order = np.lexsort((day, customer))
        customer, day, amount = customer[order], day[order], amount[order]
    short = shortened(customer), shortened(day)
    assert short[0].dtype == short[1].dtype == np.int32
    expected = histories(net_refunds(merge(customer, day, amount)))
    found = histories(net_refunds(merge(*short, amount)))
    for name in ("customer", "count", "first_day", "last_day", "repeat_amount"):
        column = getattr(found, name)
        assert np.array_equal(column, getattr(expected, name))
        assert column.dtype.itemsize == 8  # as wide as ever for what comes after


@pytest.mark.parametrize("beyond", [1 << 31, -(1 << 31) - 1])
def test_numbers_beyond_32_bits_stay_as_they_are(beyond: int) -> None:
    far = np.array([0, beyond])
    assert shortened(far) is far


def test_the_farthest_numbers_of_32_bits_are_stored_in_them() -> None:
    far = np.array([-(1 << 31), (1 << 31) - 1])
    short = shortened(far)
    assert short.dtype == np.int32
    assert short.tolist() == far.tolist()
