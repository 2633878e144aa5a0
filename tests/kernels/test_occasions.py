"""Rows of one customer and period become one occasion, in whatever order they come."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.kernels.log.occasions import (
    Occasions,
    distinct_rows,
    histories,
    merge,
    net_refunds,
    order_of,
)
from crmkit.typing import FloatArray

ROWS = st.lists(
    st.tuples(
        st.integers(0, 5), st.integers(-3, 3), st.sampled_from([-0.1, 0.1, 0.2, 1e9])
    ),
    min_size=1,
    max_size=40,
)
FAR = 2**55  # days so far apart that customer, day and row are not one whole number


@given(ROWS, st.sampled_from([1, FAR]))
@settings(max_examples=80)
def test_amounts_of_one_customer_and_day_add_up(
    rows: list[tuple[int, int, float]], apart: int
) -> None:
    customer, day = (np.array([row[at] for row in rows]) for at in (0, 1))
    amount = np.array([row[2] for row in rows])
    merged = merge(customer, day * apart, amount)
    sums: dict[tuple[int, int], list[float]] = {}
    for who, when, much in rows:
        sums.setdefault((who, when * apart), []).append(much)
    pairs = list(zip(merged.customer.tolist(), merged.day.tolist(), strict=True))
    assert pairs == sorted(sums)
    assert merged.sales.tolist() == [sum(a > 0 for a in sums[pair]) for pair in pairs]
    expected = [np.add.reduce(np.sort(sums[pair])) for pair in pairs]
    np.testing.assert_allclose(merged.amount, expected, rtol=1e-15)


@given(ROWS, st.sampled_from([1, FAR]), st.integers(0, 2**32 - 1))
@settings(max_examples=80)
def test_shuffled_rows_give_the_same_bits(
    rows: list[tuple[int, int, float]], apart: int, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(rows))
    columns = [np.array([row[at] for row in rows]) for at in (0, 1, 2)]
    columns[1] = columns[1] * apart

    def bits(shuffled: list[FloatArray]) -> list[bytes]:
        merged = merge(*shuffled)  # type: ignore[arg-type] # whole numbers and amounts
        return [each.tobytes() for each in (merged.day, merged.amount, merged.sales)]

    assert bits(columns) == bits([column[order] for column in columns])


@given(ROWS, st.sampled_from([1, FAR]))
@settings(max_examples=80)
def test_equal_customers_and_days_keep_the_order_of_their_rows(
    rows: list[tuple[int, int, float]], apart: int
) -> None:
    customer, day = (np.array([row[at] for row in rows]) for at in (0, 1))
    expected = sorted(range(len(rows)), key=lambda at: rows[at][:2])
    assert order_of(customer, day * apart).tolist() == expected


def test_no_rows_have_no_order() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert order_of(nothing, nothing).tolist() == []


def test_a_refund_goes_to_the_one_sale_before_it() -> None:
    occasions = Occasions(
        customer=np.array([0, 0, 0, 1, 2, 2]),
        day=np.array([1, 4, 9, 3, 2, 5]),
        amount=np.array([5.0, -2.0, 3.0, 0.5, -1.0, 4.0]),
        sales=np.array([1, 0, 1, 1, 0, 2]),
    )
    found = net_refunds(occasions)
    assert found.customer.tolist() == [0, 0, 1, 2]
    assert found.day.tolist() == [1, 9, 3, 5]
    assert found.amount.tolist() == [3.0, 3.0, 0.5, 3.0]
    assert found.sales.tolist() == [1, 1, 1, 2]


def test_a_history_has_its_first_amount_and_the_sum_of_the_others() -> None:
    occasions = Occasions(
        customer=np.array([0, 0, 0, 2]),
        day=np.array([1, 4, 9, 3]),
        amount=np.array([5.0, 2.0, 0.25, 7.0]),
        sales=np.ones(4, int),
    )
    found = histories(occasions)
    assert found.customer.tolist() == [0, 2]
    assert found.count.tolist() == [3, 1]
    assert (found.first_day.tolist(), found.last_day.tolist()) == ([1, 3], [9, 3])
    assert found.first_amount.tolist() == [5.0, 7.0]
    assert found.repeat_amount.tolist() == [2.25, 0.0]


def test_amounts_of_cents_are_sales_and_a_log_of_no_rows_has_none() -> None:
    customer, day = np.array([0, 0, 1]), np.array([1, 1, 2])
    found = merge(customer, day, np.array([0.5, -0.25, 0.0]))
    assert found.sales.tolist() == [1, 1]
    none = np.zeros(0, int)
    assert distinct_rows(none, none, none, np.zeros(0)) == 0
