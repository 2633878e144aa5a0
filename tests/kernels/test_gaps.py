"""Silences between purchases, the last one open, counted one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.survival.purchase_gaps import returns_after_silence

gaps = st.lists(
    st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 8)), min_size=1
)


@given(rows=gaps, horizon=st.integers(1, 9))
def test_silences_and_returns_are_those_of_a_count(
    rows: list[tuple[int, bool, int]], horizon: int
) -> None:
    gap, ended = (np.array([row[at] for row in rows]) for at in (0, 1))
    followed = np.where(ended, gap + [row[2] for row in rows], gap)
    silent, returned = returns_after_silence(gap, ended, followed, horizon=horizon)
    for w in range(silent.size):
        judged = followed >= w + horizon
        quiet = judged & ((gap > w) | ~ended)
        assert silent[w] == quiet.sum()
        assert returned[w] == (quiet & ended & (gap <= w + horizon)).sum()


def test_the_longest_silence_is_that_of_the_longest_log_and_a_day() -> None:
    for longest in (0, 1, 6):
        followed = np.array([0, longest])
        silent, returned = returns_after_silence(
            followed, np.array([False, False]), followed, horizon=1
        )
        assert silent.size == returned.size == longest + 2


def test_purchases_of_the_last_day_are_silent_for_no_day() -> None:
    none = np.zeros(2, int)
    silent, returned = returns_after_silence(none, np.zeros(2, bool), none, horizon=0)
    assert (silent.tolist(), returned.tolist()) == ([2, 0], [0, 0])
