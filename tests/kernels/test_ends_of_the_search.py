"""Where branch and bound ends: within its gap, at whole numbers, after its branches."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from crmkit.kernels.campaigns import exact_choice as search


def _choice(
    profit: list[float],
    use: list[float],
    limit: float,
    *,
    gap: float = 1e-9,
    most_branches: int = 100,
) -> tuple[list[int], float]:
    """Choose among customers with one row each; return how many, and the bound."""
    chosen, bound = search.exact_choice(
        np.array(profit),
        csr_array(np.array(use)[:, None]),
        np.array([limit]),
        np.arange(len(use)),
        incumbent=np.zeros(len(use), np.bool_),
        gap=gap,
        most_branches=most_branches,
    )
    return np.flatnonzero(chosen).tolist(), bound


@pytest.mark.parametrize("short", [1e-14, 1e-12, 1e-8])
def test_a_choice_a_little_above_a_limit_is_not_the_end_of_the_search(
    short: float,
) -> None:
    # The two best rows use 45 of a limit a little below it, so that none may be both;
    # the best choice is then the second row with the last, at 49.8 / pi.
    use = np.array([28.0, 17.0, 18.0, 20.0]) / np.pi
    profit = use * [1.4, 1.4, 1.1, 1.3]
    limit = 45.0 / np.pi * (1 - short)
    chosen, bound = _choice(profit.tolist(), use.tolist(), limit)
    assert chosen == [1, 3]
    assert bound == pytest.approx(49.8 / np.pi, rel=1e-9, abs=0)


def test_a_branch_a_little_above_a_limit_is_divided_below_its_whole_numbers() -> None:
    given = search._Problem(
        profit=np.array([5.0, 4.0]),
        use=np.array([[3.0], [2.0]]),
        limits=np.array([14.0 * (1 - 1e-9)]),
        owner=np.array([0, 1]),
        size=np.array([9.0, 7.0]),
        places=[],
    )
    times = np.array([2.0, 4.0 - 1e-8])
    branch = search._Branch(np.zeros(2), np.array([9.0, 7.0]), times, 26.0, np.zeros(1))
    less, more = search._halves(given, branch)
    assert (less.low.tolist(), less.high.tolist()) == ([0.0, 0.0], [9.0, 3.0])
    assert (more.low.tolist(), more.high.tolist()) == ([0.0, 4.0], [9.0, 7.0])
    # Where four of the second row are sure, what is divided is the first row.
    sure = branch._replace(low=np.array([0.0, 4.0]))
    assert [
        (part.low.tolist(), part.high.tolist()) for part in search._halves(given, sure)
    ] == [([0.0, 4.0], [1.0, 7.0])]
    # Two and four together exceed the limit, by however little.
    assert search._relaxed(given, np.array([2.0, 4.0]), branch.high) is None
    high = search._relaxed(given, np.array([2.0, 3.0]), np.array([2.0, 3.0]))
    assert high is not None
    assert high.bound == 22.0


@pytest.mark.parametrize(
    ("gap", "bound"),
    [(0.0, 8.0), (0.25 * (1 - 1e-9), 8.0), (0.25 * (1 + 1e-9), 10.0), (9.0, 10.0)],
)
def test_the_search_ends_where_the_bound_is_within_the_gap(
    gap: float, bound: float
) -> None:
    # Of two customers at 2.125 one fits into 2.65625, and in real numbers 1.25 do.
    chosen, found = _choice([8.0, 8.0], [2.125, 2.125], 2.65625, gap=gap)
    assert len(chosen) == 1
    assert found == pytest.approx(bound, rel=1e-12, abs=0)


def test_only_the_rows_nearest_in_doubt_are_looked_at_for_an_exchange() -> None:
    for others, found in ((299, True), (300, False)):
        # The last row would gain by far the most, and lies farthest from doubt.
        given = search._Problem(
            profit=np.repeat([5.0, 9.0], [others, 1]),
            use=np.ones((others + 1, 1)),
            limits=np.array([1.0]),
            owner=np.arange(others + 1),
            size=np.ones(others + 1),
            places=[],
        )
        times, left = np.zeros(others + 1), np.ones(others + 1)
        times[0], left[0] = 1.0, 0.0
        worth = np.repeat([0.0, -1.0], [others, 1])
        assert search._exchanged(given, worth, times, np.zeros(1), left) is found
        assert times[-1] == float(found)
