"""Waiting times between purchases, the last one open."""

import numpy as np

from crmkit.kernels.survival import purchase_gaps


def test_a_share_reached_up_to_rounding_is_reached() -> None:
    # The first of three gaps is a third of them; 1 - S(1) falls a bit short of 1 / 3.
    length, ended = np.array([1, 2, 3]), np.ones(3, dtype=bool)
    assert purchase_gaps.within(length, ended, np.ones(3), 1 / 3) == (1, 1.0)
    assert purchase_gaps.completed_only(length, np.ones(3), 1 / 3) == 1


def test_an_open_gap_makes_the_wait_longer() -> None:
    length, weight = np.array([5, 6, 7, 9]), np.ones(4)
    closed = np.array([True, True, True, True])
    open_one = np.array([True, False, True, True])
    assert purchase_gaps.within(length, closed, weight, 0.6)[0] == 7
    assert purchase_gaps.within(length, open_one, weight, 0.7)[0] == 9
    assert purchase_gaps.within(length, closed, weight, 0.7)[0] == 7


def test_an_open_end_leaves_a_share_that_never_returns() -> None:
    length = np.array([5, 90, 90])
    ended = np.array([True, False, False])
    found, returning = purchase_gaps.within(length, ended, np.ones(3), 0.5)
    assert found is None
    assert abs(returning - 1 / 3) < 1e-15


def test_a_weight_is_a_repetition() -> None:
    length, ended = np.array([5, 7, 9]), np.array([True, True, False])
    weight = np.array([3.0, 2, 4])
    times = weight.astype(int)
    repeated = purchase_gaps.within(
        np.repeat(length, times), np.repeat(ended, times), np.ones(9), 0.5
    )
    weighted = purchase_gaps.within(length, ended, weight, 0.5)
    assert weighted[0] == repeated[0] == 7
    assert abs(weighted[1] - repeated[1]) < 1e-14


def test_completed_gaps_count_with_their_weight_in_any_order() -> None:
    length, weight = np.array([9, 5, 7]), np.array([1.0, 3, 2])
    repeated = np.repeat(length, weight.astype(int))
    for share, wait in ((0.5, 5), (0.6, 7), (5 / 6, 7), (0.9, 9)):
        assert purchase_gaps.completed_only(length, weight, share) == wait
        assert purchase_gaps.completed_only(repeated, np.ones(6), share) == wait
