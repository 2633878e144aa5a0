"""Prices of limits against the linear programme they relax, and choices by hand."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from crmkit.kernels.campaigns import target_prices
from crmkit.kernels.campaigns.target_prices import greedy_choice, relaxation
from crmkit.typing import FloatArray, IntArray


def _drawn(seed: int) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """Draw the rows of 40 customers: profits, what they use of two limits."""
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 4, 40)
    starts = np.concatenate([[0], np.cumsum(size)[:-1]])
    n = int(size.sum())
    use = np.column_stack([rng.gamma(2, 2, n), rng.random(n) < 0.4]).astype(float)
    profit = use[:, 0] + rng.gamma(2, 1, n) - 1.0
    limits = np.array([0.2 * use[:, 0].sum(), 5.5])
    return profit, use, limits, starts


def _owner(starts: IntArray, rows: int) -> IntArray:
    return np.repeat(np.arange(starts.size), np.diff(starts, append=rows))


def _relaxed(
    profit: FloatArray,
    use: FloatArray,
    limits: FloatArray,
    starts: IntArray,
    prices: FloatArray,
) -> float:
    left = profit - use @ prices
    parts = np.split(left, starts[1:])
    return float(limits @ prices + sum(max(part.max(), 0.0) for part in parts))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("unit", [1.0, 1e-12, 1e9])
@pytest.mark.parametrize("money", [1.0, 1e-9, 1e7])
def test_the_bound_is_that_of_the_linear_programme(
    seed: int, unit: float, money: float
) -> None:
    profit, use, limits, starts = _drawn(seed)
    owner = _owner(starts, profit.size)
    one: Any = (owner == np.arange(starts.size)[:, None]).astype(float)
    reference: Any = linprog(
        -profit,
        A_ub=np.vstack([use.T, one]),
        b_ub=np.concatenate([limits, np.ones(starts.size)]),
        bounds=(0, None),
    )
    found = relaxation(money * profit, csr_array(unit * use), unit * limits, starts)
    assert found.bound == pytest.approx(-money * reference.fun, rel=2e-6, abs=0)
    assert np.all(found.prices >= 0)
    # Its prices give the bound, in the units that were asked for.
    again = _relaxed(profit, use, limits, starts, found.prices * unit / money)
    assert money * again == pytest.approx(found.bound, rel=1e-9, abs=0)


def test_limits_that_leave_room_cost_nothing() -> None:
    profit, use, limits, starts = _drawn(1)
    found = relaxation(profit, csr_array(use), 100 * limits, starts)
    best = [max(part.max(), 0.0) for part in np.split(profit, starts[1:])]
    assert found.bound == pytest.approx(sum(best), rel=1e-12)
    assert found.prices.tolist() == [0.0, 0.0]


def test_equal_rows_of_one_customer_are_used_once() -> None:
    profit = np.array([3.0, 3.0, 1.0, 2.0, 2.0, 2.0, -1.0])
    use = np.array([[1.0], [2.0], [4.0], [8.0], [16.0], [32.0], [64.0]])
    starts = np.array([0, 3, 6])
    value, slope = target_prices._relaxed(
        profit, csr_array(use), np.array([10.0]), starts, np.zeros(1)
    )
    assert value == 5.0
    assert slope.tolist() == [10.0 - 1.0 - 8.0]


def test_above_the_dearest_price_no_row_that_uses_a_limit_is_worth_it() -> None:
    profit, use, _, _ = _drawn(2)
    found = target_prices._dearest(profit, csr_array(use))
    for at, price in enumerate(found):
        some = use[:, at] > 0
        known = np.max(np.maximum(profit[some], 0) / use[some, at])
        assert price == pytest.approx(known, rel=1e-14)


@pytest.mark.parametrize("seed", range(4))
def test_rows_are_taken_from_the_best_down_while_they_fit(seed: int) -> None:
    profit, use, limits, starts = _drawn(seed)
    prices = np.array([0.4, 0.3])
    owner = _owner(starts, profit.size)
    room, taken, expected = limits.copy(), set[int](), set[int]()
    for row in np.argsort(-(profit - use @ prices), kind="stable").tolist():
        who = int(owner[row])
        if profit[row] > 0 and who not in taken and np.all(use[row] <= room):
            taken.add(who)
            expected.add(row)
            room -= use[row]
    found = greedy_choice(profit, csr_array(use), limits, starts, prices)
    assert set(np.flatnonzero(found).tolist()) == expected
    assert len(expected) > 5


def test_a_row_that_uses_all_that_is_left_fits() -> None:
    given: Any = {
        "profit": np.array([5.0, 4.0, 0.0, 3.0]),
        "use": csr_array(np.array([[2.0], [1.0], [0.0], [1.0]])),
        "limits": np.array([3.0]),
        "starts": np.arange(4),
        "prices": np.zeros(1),
    }
    assert greedy_choice(**given).tolist() == [True, True, False, False]


def test_the_dearest_price_is_the_profit_of_what_is_used() -> None:
    use = csr_array(np.array([[0.5, 0.0], [0.25, 4.0], [0.0, 1.0]]))
    found = target_prices._dearest(np.array([0.125, 0.5, -3.0]), use)
    assert found.tolist() == [2.0, 0.125]


def test_tangents_that_are_nearly_flat_have_a_lowest_point() -> None:
    slopes, levels = np.array([[-1e-10], [2e-10]]), np.array([2.0, 0.5])
    found = target_prices._lowest(slopes, levels, np.array([1e11]), 1)
    assert found is not None
    assert found[0] == pytest.approx(1.5, rel=1e-9, abs=0)
    assert found[1][0] == pytest.approx(0.5e10, rel=1e-9, abs=0)


def test_small_profits_are_chosen_while_they_fit() -> None:
    use = csr_array(np.array([[1.0], [1.0], [1.0]]))
    chosen = greedy_choice(
        np.array([0.25, 0.5, 0.0]), use, np.array([3.0]), np.arange(3), np.zeros(1)
    )
    assert chosen.tolist() == [True, True, False]
