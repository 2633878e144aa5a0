"""Scores and flags that are sorted together stay together."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.kernels.base.ranking import ranked_flags

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
