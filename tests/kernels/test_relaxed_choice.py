"""A branch in real numbers against another programme; rounded down, it is a choice."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from crmkit.kernels.campaigns import exact_choice as search
from crmkit.typing import FloatArray

LIMITS = np.array([20.0, 6.5])


def _problem(unit: float = 1.0, money: float = 1.0) -> search._Problem:
    rng = np.random.default_rng(3)
    owner = np.repeat(np.arange(6), [1, 2, 3, 1, 2, 3])
    use = np.column_stack([rng.gamma(2, 2, 12), rng.random(12) < 0.6]).astype(float)
    return search._Problem(
        profit=money * (use[:, 0] + rng.gamma(2.0, 1.0, 12)),
        use=unit * use,
        limits=unit * LIMITS,
        owner=owner,
        size=np.array([2.0, 3.0, 1.0, 4.0, 2.0, 2.0]),
        places=[],
    )


def _reference(given: search._Problem, low: FloatArray, high: FloatArray) -> float:
    one: Any = (given.owner == np.arange(6)[:, None]).astype(float)
    bounds: Any = np.column_stack([low, high])
    found: Any = linprog(
        -given.profit,
        A_ub=np.vstack([given.use.T, one]),
        b_ub=np.concatenate([given.limits, given.size]),
        bounds=bounds,
    )
    return -float(found.fun)


@pytest.mark.parametrize(
    ("unit", "money"), [(1.0, 1.0), (1e-5, 1.0), (1e6, 1e-6), (1.0, 1e8)]
)
def test_a_branch_is_bounded_by_its_real_numbers(unit: float, money: float) -> None:
    given, plain = _problem(unit, money), _problem()
    size = given.size[given.owner]
    none = np.zeros(12)
    low, high = none.copy(), size.copy()
    low[[1, 4]], high[[2, 4, 6]] = 1.0, 1.0
    for least, most in ((none, size), (low, high)):
        found = search._relaxed(given, least, most)
        assert found is not None
        known = money * _reference(plain, least, most)
        assert found.bound == pytest.approx(known, rel=1e-7, abs=0)
        assert float(given.profit @ found.times) == pytest.approx(known, rel=1e-7)
        assert np.all(found.times >= least - 1e-7)
        assert np.all(found.times <= most + 1e-7)
        assert (found.low is least, found.high is most) == (True, True)
    whole = search._relaxed(given, none, size)
    assert whole is not None
    # Prices of the limits, at which every customer's best row adds up to the bound.
    worth = given.profit - given.use @ whole.prices
    best = np.maximum(np.maximum.reduceat(worth, [0, 1, 3, 6, 7, 9]), 0.0)
    dual = float(whole.prices @ given.limits + best @ given.size)
    assert dual == pytest.approx(whole.bound, rel=1e-7, abs=0)
    assert whole.prices.max() > 0


def test_what_is_fixed_needs_no_solver_and_must_be_within_the_limits() -> None:
    given = _problem()._replace(limits=np.array([9.0, 4.0]))
    given = given._replace(use=np.column_stack([np.full(12, 3.0), np.ones(12)]))
    times = np.zeros(12)
    times[[0, 7]] = 1.0, 2.0
    found = search._relaxed(given, times, times)
    assert found is not None
    assert found.bound == float(given.profit @ times)
    assert found.prices.tolist() == [0.0, 0.0]
    assert found.times.tolist() == times.tolist()
    # One more does not fit, nor do three of a class of two that use hardly anything.
    times[8] = 1.0
    assert search._relaxed(given, times, times) is None
    many = given._replace(use=given.use * 1e-3)
    assert search._relaxed(many, times, times) is None
    times[[7, 8]] = 1.0, 1.0
    assert search._relaxed(many, times, times) is not None
    # A limit that is reached is kept, and one that is passed by a last digit is not.
    for limit, kept in ((9.0, True), (float(np.nextafter(9.0, 0.0)), False)):
        tight = given._replace(limits=np.array([limit, 4.0]))
        assert (search._relaxed(tight, times, times) is not None) is kept


@pytest.mark.parametrize("seed", range(4))
def test_a_branch_that_is_rounded_down_and_filled_up_is_a_choice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    given = _problem()
    size = given.size[given.owner]
    branch = search._relaxed(given, np.zeros(12), size)
    assert branch is not None
    noise = rng.choice([0.0, 9e-7, -9e-7], 12)
    times = np.maximum(np.rint(branch.times) * (rng.random(12) < 0.8) + noise, 0.0)
    branch = branch._replace(times=times)
    nothing = np.zeros(12)
    found = search._better(given, nothing, branch)
    assert np.all(found == np.rint(found))
    assert np.all(found @ given.use <= given.limits)
    taken = np.bincount(given.owner, found)
    assert np.all(taken <= given.size)
    # Nothing more fits, and no row is worth an exchange.
    for row in range(12):
        more = found + np.eye(12)[row]
        fits = np.all(more @ given.use <= given.limits)
        free = taken[given.owner[row]] < given.size[given.owner[row]]
        assert not (fits and free)
    assert given.profit @ found > 0.85 * branch.bound
    # What is better already stays, and so does what is as good.
    assert search._better(given, found, branch) is found
    other = found.copy()
    assert search._better(given, other, branch) is other


def test_a_number_a_little_below_a_whole_one_is_that_one() -> None:
    given = search._Problem(
        profit=np.array([5.0, 1.0]),
        use=np.array([[2.0], [1.0]]),
        limits=np.array([7.0]),
        owner=np.array([0, 1]),
        size=np.array([3.0, 1.0]),
        places=[],
    )
    high = np.array([3.0, 1.0])
    times = np.array([3.0 - 5e-7, 1.0 - 5e-7])
    branch = search._Branch(np.zeros(2), high, times, 16.0, np.zeros(1))
    # Both together use all that there is.
    assert search._better(given, np.zeros(2), branch).tolist() == [3.0, 1.0]
    # Where whole numbers pass the limit, they are a little above what they stand for.
    tight = given._replace(limits=np.array([6.5]))
    above = branch._replace(times=np.array([3.0 - 5e-7, 1.0 - 9e-7]))
    assert search._better(tight, np.zeros(2), above).tolist() == [3.0, 0.0]


@pytest.mark.parametrize(("gap", "branches"), [(0.0, 1), (0.5, 0)])
def test_a_search_ends_within_its_gap(
    gap: float, branches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One row at 6 of 7, or two at 4 each of 7: real numbers take 1.75 of the second.
    given: Any = {
        "profit": np.array([6.0, 5.0, 5.0]),
        "use": csr_array(np.array([[6.0], [4.0], [4.0]])),
        "limits": np.array([7.0]),
        "starts": np.arange(3),
    }
    asked: list[int] = []
    plain = search._halves

    def counted(problem: Any, branch: Any) -> Any:
        asked.append(1)
        return plain(problem, branch)

    monkeypatch.setattr(search, "_halves", counted)
    chosen, bound = search.exact_choice(
        **given, incumbent=np.zeros(3, np.bool_), gap=gap, most_branches=50
    )
    assert chosen.tolist() == [True, False, False]
    assert (len(asked) >= 1) is (branches == 1)
    # What is left to search earns no more than this, and no more than the gap allows.
    assert bound <= (6.0 * (1 + gap)) * (1 + 1e-9)


@pytest.mark.parametrize("used", [1.0, 0.25])
def test_a_row_is_taken_as_often_as_its_limit_has_room(used: float) -> None:
    given = search._Problem(
        profit=np.array([2.0]),
        use=np.array([[used, 0.0]]),
        limits=np.array([3.5 * used, 9.0]),
        owner=np.array([0]),
        size=np.array([5.0]),
        places=[],
    )
    times, room, left = np.zeros(1), given.limits.copy(), given.size.copy()
    assert search._filled(given, given.profit, times, room, left)
    assert (times.tolist(), left.tolist()) == ([3.0], [2.0])
    assert room.tolist() == [0.5 * used, 9.0]
    assert not search._filled(given, given.profit, times, room, left)
