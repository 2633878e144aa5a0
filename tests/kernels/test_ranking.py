"""Scores and flags that are sorted together stay together; areas are those of pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.kernels.base import ranking
from crmkit.kernels.base.ranking import ranked_flags
from crmkit.typing import FloatArray

TIED = np.array([3.0, 1.0, 3.0, 2.0, 1.0, 1.0, 5.0])
APART = np.array([3.0, 1.0, 3.5, 2.0, 1.1, 1.2, 5.0])

SCORES = st.one_of(
    st.sampled_from([0.0, -0.0, 5e-324, 0.5, 1.0, 1.7976931348623157e308]),
    st.floats(-1e3, 1e3),
)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(SCORES, st.sampled_from([0.0, 1.0])), min_size=1),
    signed=st.booleans(),
)
def test_rows_fall_by_score_and_none_is_lost(
    *, rows: list[tuple[float, float]], signed: bool
) -> None:
    kept = [(score if signed else abs(score), flag) for score, flag in rows]
    score, flag = np.array(kept).T
    ranked, flags = ranked_flags(score, flag)
    assert np.all(ranked[1:] <= ranked[:-1])
    assert sorted(zip(ranked.tolist(), flags.tolist(), strict=True)) == sorted(kept)


@pytest.mark.parametrize("score", [TIED, APART, TIED[:1], np.full(4, 2.0)])
def test_blocks_of_equals_end_where_the_sums_of_all_above_say(
    score: FloatArray,
) -> None:
    weight = np.arange(1.0, score.size + 1)
    ones = np.ones(score.size)
    levels, (count, sums) = ranking.blocks(score, ones, weight)
    assert levels.tolist() == sorted(set(score.tolist()), reverse=True)
    above = [np.array(score >= level) for level in levels]
    assert count.tolist() == [0, *(int(each.sum()) for each in above)]
    assert sums.tolist() == [0, *(float(weight[each].sum()) for each in above)]
    _, ends = ranking.block_ends(score)
    shares = [ranking.share_above(cut, ends) for cut in range(count.size)]
    assert shares == (count / score.size).tolist()
    share = np.linspace(0, 1, 9)
    found = ranking.gain_at(share, count, sums)
    known = np.interp(share, count / score.size, sums / weight.sum())
    np.testing.assert_allclose(found, known, rtol=1e-14, atol=0)


@pytest.mark.parametrize("score", [TIED, APART])
@pytest.mark.parametrize("flags", [[1, 0, 1, 0, 1, 0, 0], [0, 1, 1, 1, 0, 0, 1]])
def test_the_area_and_its_variance_are_those_of_all_pairs(
    score: FloatArray, flags: list[int]
) -> None:
    flag = np.array(flags, dtype=np.float64)
    _, (positives, negatives) = ranking.blocks(score, flag, 1 - flag)
    won, lost = score[flag == 1], score[flag == 0]
    apart = won[:, None] - lost
    beats = np.where(apart > 0, 1.0, np.where(apart == 0, 0.5, 0.0))
    area = ranking.area_under_roc(positives, negatives)
    assert area == pytest.approx(beats.mean(), rel=1e-14, abs=0)
    known = beats.mean(axis=1).var(ddof=1) / won.size
    known += beats.mean(axis=0).var(ddof=1) / lost.size
    found = ranking.roc_area_variance(positives, negatives)
    assert found == pytest.approx(known, rel=1e-13, abs=0)
