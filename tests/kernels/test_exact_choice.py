"""Branch and bound finds the choice that an independent solver finds, in silence."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from crmkit.kernels.campaigns.exact_choice import (
    _better,
    _Branch,
    _classes,
    _exchanged,
    _Problem,
    exact_choice,
)
from crmkit.kernels.campaigns.target_prices import greedy_choice, relaxation

N = 25


def problem(rng: np.random.Generator, *, whole: bool) -> dict[str, Any]:
    """Draw customers with one row or several, and a budget and a capacity."""
    size = rng.integers(1, 4, N)
    starts = np.concatenate([[0], np.cumsum(size)[:-1]])
    n = int(size.sum())
    cost = rng.integers(1, 9, n).astype(float) if whole else rng.gamma(2, 2, n)
    use = np.column_stack([cost, rng.random(n) < 0.4])
    return {
        "profit": cost + rng.gamma(2, 1, n),
        "use": csr_array(use.astype(float)),
        "limits": np.array([0.2 * cost.sum() + 0.5, 3.5]),
        "starts": starts,
    }


def solve(given: dict[str, Any], *, most_branches: int = 1000) -> tuple[Any, float]:
    prices = relaxation(**given).prices
    return exact_choice(
        **given,
        incumbent=greedy_choice(**given, prices=prices),
        gap=1e-9,
        most_branches=most_branches,
    )


@pytest.mark.parametrize("whole", [False, True])
def test_the_choice_is_as_good_as_that_of_an_independent_solver(
    *, whole: bool, rng: np.random.Generator, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        given = problem(rng, whole=whole)
        chosen, bound = solve(given)
        # The solver of SciPy prints where it should not, and this search does not.
        assert capfd.readouterr() == ("", "")
        owner = np.repeat(np.arange(N), np.diff(given["starts"], append=chosen.size))
        assert np.bincount(owner[chosen]).max() == 1
        used = given["use"].T @ chosen
        assert np.all(used <= given["limits"] * (1 + 1e-12))
        one = csr_array((np.ones(owner.size), (owner, np.arange(owner.size))))
        reference: Any = milp(
            -given["profit"],
            integrality=np.ones(owner.size, dtype=np.int64),
            bounds=Bounds(0, 1),
            constraints=[
                LinearConstraint(given["use"].T, -np.inf, given["limits"]),
                LinearConstraint(one, -np.inf, np.ones(N)),
            ],
            options={"mip_rel_gap": 1e-9},
        )
        capfd.readouterr()
        assert given["profit"][chosen].sum() == pytest.approx(-reference.fun, rel=1e-7)
        assert bound >= given["profit"][chosen].sum() * (1 - 1e-9)
        assert bound == pytest.approx(-reference.fun, rel=1e-6)


def test_equal_customers_are_one_decision() -> None:
    # 500 customers at 3 each of a budget of 100: a solver must not try who is who.
    given = {
        "profit": np.full(500, 7.0),
        "use": csr_array(np.full((500, 1), 3.0)),
        "limits": np.array([100.0]),
        "starts": np.arange(500),
    }
    chosen, bound = solve(given, most_branches=0)
    assert chosen.sum() == 33
    assert bound == pytest.approx(231, rel=1e-9)


def test_a_search_without_branches_keeps_its_bound(rng: np.random.Generator) -> None:
    given = problem(rng, whole=False)
    best, _ = solve(given)
    chosen, bound = solve(given, most_branches=0)
    assert given["profit"][chosen].sum() <= given["profit"][best].sum() + 1e-9
    assert given["profit"][best].sum() <= bound * (1 + 1e-9)


def test_a_number_a_little_below_a_whole_one_is_not_taken_for_it() -> None:
    # Three customers use a hundred-millionth more than there is.
    chosen, bound = exact_choice(
        np.full(5, 7.0),
        csr_array(np.full((5, 1), np.pi)),
        np.array([3 * np.pi * (1 - 1e-8)]),
        np.arange(5),
        incumbent=np.zeros(5, np.bool_),
        gap=1e-9,
        most_branches=100,
    )
    assert chosen.sum() == 2
    assert bound == pytest.approx(14.0, rel=1e-12)


def two_kinds(*, others: int) -> _Problem:
    """One customer or more at a profit of 9, and three at a profit of 5."""
    profit = np.repeat([9.0, 5.0], [others, 3])
    use = np.repeat([4.0, 2.5], [others, 3])[:, None]
    return _classes(profit, use, np.array([9.0]), np.arange(others + 3))


@pytest.mark.parametrize(
    ("others", "taken", "room", "found"),
    [
        (1, 0.0, 1.5, True),  # the last one of a kind, in all the room there is
        (1, 0.0, 1.4, False),
        (1, 1.0, 9.0, False),  # there is only one of them
        (2, 1.0, 9.0, True),
        (3, 1.0, 9.0, True),
    ],
)
def test_an_exchange_needs_room_and_a_customer_to_exchange_for(
    *, others: int, taken: float, room: float, found: bool
) -> None:
    given = two_kinds(others=others)
    times, left = np.array([taken, 2.0]), np.array([others - taken, 1.0])
    free = np.array([room])
    assert _exchanged(given, np.array([0.2, 0.1]), times, free, left) is found
    moved = float(found)
    assert times.tolist() == [taken + moved, 2.0 - moved]
    assert left.tolist() == [others - taken - moved, 1.0 + moved]
    assert free.tolist() == [room - 1.5 * moved]


def test_a_customer_is_exchanged_for_another_row_of_the_same_one() -> None:
    given = _classes(
        np.array([9.0, 5.0]), np.array([[4.0], [2.5]]), np.array([9.0]), np.array([0])
    )
    times, room, left = np.array([0.0, 1.0]), np.array([6.5]), np.zeros(1)
    assert _exchanged(given, np.zeros(2), times, room, left)
    assert (times.tolist(), room.tolist(), left.tolist()) == ([1.0, 0.0], [5.0], [0.0])


@pytest.mark.parametrize("limit", [6.0, 6.5, 7.5])
def test_whole_numbers_within_the_limits_stay_as_they_are(limit: float) -> None:
    # Filled up again from none by what is left at these prices, it would be 2 of 6.0.
    profit, use = np.array([13.0, 6.0, 6.0]), np.array([6.0, 3.0, 3.0])
    given = _classes(profit, use[:, None], np.array([limit]), np.arange(3))
    branch = _Branch(
        low=np.zeros(2),
        high=np.array([1.0, 2.0]),
        times=np.array([1.0, 0.0]),
        bound=13.0,
        prices=np.array([3.0]),
    )
    for limits in (given.limits, np.array([limit])):
        found = _better(given._replace(limits=limits), np.zeros(2), branch)
        assert found.tolist() == [1.0, 0.0]
