"""Branch and bound finds the choice that an independent solver finds, in silence."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from crmkit.kernels.campaigns import exact_choice as search
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


@pytest.mark.parametrize("digits", range(7, 17))
def test_a_limit_a_digit_below_a_sum_leaves_the_best_of_the_others(digits: int) -> None:
    rng = np.random.default_rng(digits)
    for _ in range(6):
        size, use = rng.integers(1, 5, 3), rng.uniform(1, 4, 3)
        profit = use * rng.uniform(1.9, 2.4, 3)
        limit = float(rng.integers(0, size + 1) @ use) * (1 - 10.0**-digits) or 3.0
        chosen, bound = exact_choice(
            np.repeat(profit, size),
            csr_array(np.repeat(use, size)[:, None]),
            np.array([limit]),
            np.arange(size.sum()),
            incumbent=np.zeros(size.sum(), np.bool_),
            gap=1e-9,
            most_branches=1000,
        )
        ways = product(*(range(most + 1) for most in size))
        best = max(profit @ way for way in ways if use @ way <= limit)
        assert np.repeat(profit, size)[chosen].sum() == pytest.approx(
            best, rel=1e-9, abs=0
        )
        assert bound == pytest.approx(best, rel=1e-6, abs=0)


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


def _state(
    profit: list[float],
    use: list[float],
    *,
    owner: list[int],
    size: list[float],
    limit: float = 100.0,
) -> search._Problem:
    return search._Problem(
        profit=np.array(profit),
        use=np.array(use)[:, None],
        limits=np.array([limit]),
        owner=np.array(owner),
        size=np.array(size),
        places=[],
    )


def _arrays(*parts: list[float]) -> list[np.ndarray[Any, Any]]:
    return [np.array(part) for part in parts]


@pytest.mark.parametrize(
    ("room", "times"),
    [(2.9, [0, 0]), (3.0, [1, 0]), (8.9, [2, 0]), (9.0, [3, 0]), (90.0, [4, 0])],
)
def test_the_best_row_that_fits_is_taken_as_often_as_it_does(
    room: float, times: list[float]
) -> None:
    given = _state([7.0, 4.0], [3.0, 3.0], owner=[0, 0], size=[4.0])
    taken, spare, left = _arrays([0.0, 0.0], [room], [4.0])
    worth = np.array([7.0, 4.0])
    assert search._filled(given, worth, taken, spare, left) is (room >= 3)
    assert taken.tolist() == times
    assert spare.tolist() == [room - 3.0 * times[0]]
    assert left.tolist() == [4.0 - times[0]]
    # Of customers who have a row already none is left.
    none = np.zeros(1)
    assert not search._filled(given, worth, taken, np.array([50.0]), none)


def test_a_row_that_uses_nothing_is_taken_by_all() -> None:
    given = _state([7.0, 4.0], [0.0, 3.0], owner=[0, 1], size=[4.0, 2.0])
    taken, spare, left = _arrays([0.0, 0.0], [0.0], [4.0, 2.0])
    assert search._filled(given, np.array([7.0, 4.0]), taken, spare, left)
    assert taken.tolist() == [4.0, 0.0]
    assert left.tolist() == [0.0, 2.0]


@pytest.mark.parametrize(
    ("room", "exchanged"), [(0.9, None), (1.0, 1), (2.9, 1), (3.0, 2), (99.0, 2)]
)
def test_a_row_is_exchanged_for_the_one_that_adds_most(
    room: float, exchanged: int | None
) -> None:
    # One customer of the first class has row 0; the second class has one to spare.
    given = _state([5.0, 6.0, 9.0], [2.0, 3.0, 5.0], owner=[0, 0, 1], size=[1.0, 2.0])
    taken, spare, left = _arrays([1.0, 0.0, 1.0], [room], [0.0, 1.0])
    found = search._exchanged(given, np.zeros(3), taken, spare, left)
    assert found is (exchanged is not None)
    expected = [[1, 0, 1], [0, 1, 1], [0, 0, 2]][exchanged or 0]
    assert taken.tolist() == expected
    assert spare[0] == pytest.approx(room - [0.0, 1.0, 3.0][exchanged or 0], rel=1e-12)
    assert left.tolist() == ([1.0, 0.0] if exchanged == 2 else [0.0, 1.0])


def test_nothing_is_exchanged_where_nothing_is_gained() -> None:
    given = _state([5.0, 5.0, 4.0], [2.0, 1.0, 1.0], owner=[0, 0, 1], size=[1.0, 2.0])
    taken, spare, left = _arrays([1.0, 0.0, 0.0], [9.0], [0.0, 2.0])
    assert not search._exchanged(given, np.zeros(3), taken, spare, left)
    # Nor for a row whose customers all have one.
    full = _state([5.0, 9.0, 9.0], [2.0, 1.0, 1.0], owner=[0, 1, 1], size=[1.0, 1.0])
    taken, spare, left = _arrays([1.0, 0.0, 1.0], [9.0], [0.0, 0.0])
    assert not search._exchanged(full, np.zeros(3), taken, spare, left)


def test_how_often_a_loss_fits_into_what_may_be_lost() -> None:
    loss = np.array([2.0, 3.0, 6.0, 7.0, 6.0 * (1 + 1e-10), 0.0, -1.0])
    found = search._at_most(6.0, loss)
    assert found.tolist() == [3.0, 2.0, 1.0, 0.0, 1.0, np.inf, np.inf]
    assert search._at_most(6.0, np.array([6.0 * (1 + 1e-8)])).tolist() == [0.0]
    assert search._at_most(0.0, np.array([1.0])).tolist() == [0.0]


@pytest.mark.parametrize(
    ("use", "limit", "found"),
    [
        ([1.0, 3.0, 0.0], 7.5, 7.0),  # whole contacts
        ([4.0, 6.0, 10.0], 7.5, 6.0),  # in steps of two
        ([4.0, 6.0, 10.0], 8.0, 8.0),
        ([0.25, 0.5, 1.0], 0.9, 0.75),  # cents in steps of 25
        ([0.1, 0.3, 2.0], 0.7, 0.7),
        ([0.125, 0.5, 1.0], 0.9, 0.9),  # neither whole nor cents
        ([0.0, 0.0, 0.0], 0.9, 0.0),
        ([0.0, 0.0, 0.0], 1.0, 1.0),
        ([2.0**53] * 3, 2.0**53 * 1.5, 2.0**53 * 1.5),  # too large to count
        ([2.0**52] * 3, 2.0**52 * 1.5, 2.0**52),
        ([2.0**60] * 3, 2.0**60 * 1.5, 2.0**60 * 1.5),
    ],
)
def test_limits_are_those_of_whole_units(
    use: list[float], limit: float, found: float
) -> None:
    rounded = search._rounded(np.array(use)[:, None], np.array([limit]))
    assert rounded[0] == pytest.approx(found, rel=3e-12, abs=0)
    assert found <= rounded[0] <= limit


def test_customers_who_must_have_their_best_row_are_known_from_the_start() -> None:
    # Without a price of the limit, a choice worth 19 of at most 20 may lose 1.
    given = _state([5.0, 4.5, 3.0, 2.0], [1.0] * 4, owner=[0, 0, 1, 1], size=[3.0, 2.0])
    high = np.array([3.0, 3.0, 2.0, 2.0])
    root = search._Branch(np.zeros(4), high, high, 21.0, np.zeros(1))
    found = search._reachable(given, root, 20.0)
    # A customer of the first class with the second row costs a half, so that two may;
    # one of the second class with row 3 instead of 2 costs 1.
    assert found.high.tolist() == [3.0, 2.0, 2.0, 1.0]
    assert found.low.tolist() == [1.0, 0.0, 1.0, 0.0]
    sure = search._reachable(given, root, 21.0)
    assert sure.high.tolist() == [3.0, 0.0, 2.0, 0.0]
    assert sure.low.tolist() == [3.0, 0.0, 2.0, 0.0]
    # At a price of 3 a row of the second class is worth no more than none.
    priced = root._replace(prices=np.array([3.0]))
    tight = given._replace(limits=np.array([4.0]))
    found = search._reachable(tight, priced, 17.0)  # the bound is 3 * 4 + 2 * 3
    assert found.high.tolist() == [3.0, 2.0, 2.0, 1.0]
    assert found.low.tolist() == [1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("at", [0, 1])
def test_a_branch_is_divided_at_the_number_farthest_from_a_whole_one(at: int) -> None:
    given = _state([5.0, 4.0], [2.0, 2.0], owner=[0, 1], size=[9.0, 9.0], limit=9.0)
    low, high = np.zeros(2), np.full(2, 9.0)
    times = np.array([2.5, 2.6]) if at == 0 else np.array([2.1, 2.4])
    branch = search._Branch(low, high, times, 21.0, np.zeros(1))
    less, more = search._halves(given, branch)
    assert less.high[at] == 2.0
    assert more.low[at] == 3.0
    assert (less.low.tolist(), more.high.tolist()) == ([0.0, 0.0], [9.0, 9.0])
    # Of 4.5 rows that fit, as many of the first as the branch allows.
    bounds = [2 * 5 + 2.5 * 4, 21.0] if at == 0 else [21.0, 1.5 * 5 + 3 * 4]
    assert [less.bound, more.bound] == pytest.approx(bounds, rel=1e-9)
    whole = branch._replace(times=np.array([2.0 + 9e-7, 3.0 - 9e-7]))
    assert search._halves(given._replace(limits=np.array([10.0])), whole) == []
    fixed = whole._replace(low=np.array([2.0, 3.0]), high=np.array([2.0, 3.0]))
    assert search._halves(given, fixed) == []
    nearly = branch._replace(times=np.array([2.0 + 2e-6, 3.0]))
    assert len(search._halves(given, nearly)) == 2
