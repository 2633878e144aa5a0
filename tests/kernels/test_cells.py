"""Grouping keeps every weight, every value to the bit, and no trace of row order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.base.cells import (
    Cells,
    distinct,
    group,
    per_cell,
    per_distinct,
)
from crmkit.typing import FloatArray

STEPS = [1.0, 7.0, 100.0, 24.0, 1440.0, 86400.0, 30.436875, 365.2425, np.pi]


def _customers(rows: int, step: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    rng = np.random.default_rng(5)
    tenure = rng.integers(20, 60, rows)
    frequency = rng.poisson(1.0, rows)
    recency = np.where(frequency > 0, rng.integers(1, 20, rows), 0)
    return frequency.astype(float), recency / step, tenure / step


def _rows(cells: Cells) -> dict[tuple[float, ...], float]:
    rows = zip(*(column.tolist() for column in cells.columns), strict=True)
    return dict(zip(rows, cells.weights.tolist(), strict=True))


@pytest.mark.parametrize("step", STEPS)
def test_every_distinct_row_comes_back_to_the_bit_with_its_count(step: float) -> None:
    columns = _customers(5000, step)
    expected: dict[tuple[float, ...], float] = {}
    for row in zip(*(column.tolist() for column in columns), strict=True):
        expected[row] = expected.get(row, 0.0) + 1.0
    cells = group(columns)
    assert _rows(cells) == expected
    assert list(_rows(cells)) == sorted(expected)
    assert cells.size == len(expected)


@pytest.mark.parametrize("leading", [1, 2])
def test_amounts_off_any_grid_are_grouped_within_counts(leading: int) -> None:
    rng = np.random.default_rng(3)
    amounts = np.round(rng.gamma(2.0, 10.0, 4000), 1) / np.pi
    columns = [*_customers(4000, 7.0)[:leading], amounts - 4.0]
    expected: dict[tuple[float, ...], float] = {}
    for row in zip(*(column.tolist() for column in columns), strict=True):
        expected[row] = expected.get(row, 0.0) + 1.0
    cells = group(columns)
    assert list(_rows(cells)) == sorted(expected)
    assert _rows(cells) == expected
    order = rng.permutation(4000)
    assert _rows(group([column[order] for column in columns])) == expected


def test_many_counts_before_amounts_are_sorted_whole() -> None:
    rng = np.random.default_rng(4)
    columns = (rng.integers(0, 10**6, 500).astype(float), rng.random(500))
    assert list(_rows(group(columns))) == sorted(
        zip(*(column.tolist() for column in columns), strict=True)
    )


def test_minus_zero_amounts_within_a_count_are_zero() -> None:
    cells = group((np.array([1.0, 1.0, 2.0]), np.array([0.0, -0.0, 0.1 + 0.2])))
    assert _rows(cells) == {(1.0, 0.0): 2.0, (2.0, 0.1 + 0.2): 1.0}
    assert not np.signbit(cells.columns[1]).any()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("weighted", [False, True])
def test_row_order_leaves_no_trace(step: float, *, weighted: bool) -> None:
    columns = _customers(3000, step)
    rng = np.random.default_rng(7)
    weights = rng.random(3000) if weighted else None
    order = rng.permutation(3000)
    one = group(columns, weights)
    other = group(
        [column[order] for column in columns],
        None if weights is None else weights[order],
    )
    assert one.weights.tolist() == other.weights.tolist()
    for left, right in zip(one.columns, other.columns, strict=True):
        assert left.tolist() == right.tolist()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_inverse_gives_the_rows_back(step: float, *, weighted: bool) -> None:
    columns = _customers(3000, step)
    weights = np.linspace(0.5, 2, 3000) if weighted else None
    cells = group(columns, weights, inverse=True)
    assert cells.inverse is not None
    for grouped, column in zip(cells.columns, columns, strict=True):
        assert grouped[cells.inverse].tolist() == column.tolist()
    expected = np.bincount(cells.inverse, weights)
    np.testing.assert_allclose(cells.weights, expected, rtol=1e-13)


def test_values_an_ulp_apart_stay_apart() -> None:
    near = np.nextafter(3 / 7, 1)
    cells = group((np.array([3 / 7, near, 3 / 7]),))
    assert _rows(cells) == {(3 / 7,): 2.0, (float(near),): 1.0}


def test_zero_and_minus_zero_are_one_value() -> None:
    assert _rows(group((np.array([0.0, -0.0]),))) == {(0.0,): 2.0}


@pytest.mark.parametrize("weights", [None, np.zeros(0)])
def test_no_rows_make_no_cells(weights: FloatArray | None) -> None:
    cells = group((np.zeros(0), np.zeros(0)), weights, inverse=True)
    assert cells.size == 0
    assert cells.inverse is not None
    assert cells.inverse.size == 0


@given(st.lists(st.floats(-1e300, 1e300), max_size=40))
def test_distinct_agrees_with_numpy(values: list[float]) -> None:
    array = np.array(values, dtype=np.float64)
    found, number = distinct(array)
    assert found.tolist() == np.unique(array).tolist()
    np.testing.assert_array_equal(found[number], array)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("last", [1.0, np.pi])
def test_minus_zero_becomes_zero_wherever_it_stands(
    weighted: bool,  # noqa: FBT001 - a parameter of the test
    last: float,
) -> None:
    columns = (np.array([0.0, -0.0, 1.0, -0.0]), np.array([-0.0, 0.0, last, -0.0]))
    weights = np.array([3.0, 2.0, 1.0, 2.0]) if weighted else None
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):
        cells = group(
            [column[order] for column in columns],
            None if weights is None else weights[order],
        )
        assert cells.weights.tolist() == ([7.0, 1.0] if weighted else [3.0, 1.0])
        for column in cells.columns:
            assert not np.signbit(column).any()


@pytest.mark.parametrize("largest", [1e300, 1e306, np.finfo(float).max])
def test_values_near_the_largest_number_are_grouped_without_a_warning(
    largest: float,
) -> None:
    columns = (np.array([1.0, 2.0, 1.0]), np.array([largest, -largest, largest]))
    assert _rows(group(columns)) == {(1.0, largest): 2.0, (2.0, -largest): 1.0}
    assert distinct(columns[1])[0].tolist() == [-largest, largest]


def test_what_is_grouped_stays_as_it_was() -> None:
    rng = np.random.default_rng(8)
    few, odd = rng.integers(0, 9, 300).astype(float), rng.random(300) - 0.5
    weights = rng.random(300)
    kept = [array.copy() for array in (few, odd, weights)]
    for array in (few, odd, weights):
        array.flags.writeable = False  # such as a column of Arrow
    for columns in ((few,), (odd,), (few, odd), (few, few * 1e6), (odd, few)):
        group(columns)
        group(columns, inverse=True)
        group(columns, weights)
    for array, before in zip((few, odd, weights), kept, strict=True):
        assert np.array_equal(array, before)


def test_an_amount_shared_by_two_counts_belongs_to_each() -> None:
    shared = 0.1 + 0.2
    cells = group(
        (np.array([1.0, 2.0, 2.0, 1.0]), np.array([shared, shared, 9, -np.pi]))
    )
    assert _rows(cells) == {
        (1.0, -np.pi): 1.0,
        (1.0, shared): 1.0,
        (2.0, shared): 1.0,
        (2.0, 9.0): 1.0,
    }


def test_a_costly_function_is_asked_once_for_each_distinct_row() -> None:
    asked: list[int] = []

    def costly(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
        assert a.shape == b.shape == c.shape
        asked.append(a.size)
        return np.where(np.isinf(b), -1.0, a + 10 * np.minimum(b, 9.0)) + 100 * c

    a = np.array([[1.0, 2.0, 1.0], [2.0, 1.0, 1.0]])
    b = np.array([[np.inf, 5.0, np.inf], [5.0, 3.0, np.inf]])
    found = per_cell(costly, a=a, b=b, c=7.0)
    assert found.tolist() == [[699.0, 752.0, 699.0], [752.0, 731.0, 699.0]]
    assert asked == [3]
    # Broadcast against each other, and one row alone.
    wide = per_cell(costly, a=np.array([[1.0], [2.0]]), b=np.array([3.0, 4.0]), c=0.0)
    assert wide.tolist() == [[31.0, 41.0], [32.0, 42.0]]
    assert per_cell(costly, a=np.array([1.0]), b=2.0, c=np.array([0.0])).tolist() == [
        21.0
    ]
    assert float(per_cell(costly, a=1.0, b=np.inf, c=1.0)) == 99.0
    seen: list[int] = []

    def square(values: FloatArray) -> FloatArray:
        seen.append(values.size)
        return values**2

    assert per_distinct(square, a).tolist() == (a**2).tolist()
    assert seen == [2]


@pytest.mark.parametrize("inverse", [True, False])
@pytest.mark.parametrize("spread", [1, 4, 5, 40])
def test_whole_weights_are_added_whichever_way_cells_are_found(
    spread: int, *, inverse: bool
) -> None:
    rng = np.random.default_rng(spread)
    column = rng.integers(0, 60 * spread, 60).astype(float)
    column[:2] = 0.0, 60.0 * spread - 1
    weights = rng.integers(-3, 9, 60).astype(float)
    for mass in (weights, weights + 0.25, weights * 2.0**50):
        cells = group((column,), mass, inverse=inverse)
        assert cells.columns[0].tolist() == sorted(set(column.tolist()))
        known = [mass[column == value].sum() for value in cells.columns[0]]
        np.testing.assert_allclose(cells.weights, known, rtol=1e-15, atol=0)
        if inverse:
            assert cells.inverse is not None
            assert cells.columns[0][cells.inverse].tolist() == column.tolist()
        else:
            assert cells.inverse is None
