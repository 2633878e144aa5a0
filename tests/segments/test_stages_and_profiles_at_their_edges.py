"""Stages on both sides of each bound, and whole profiles of unequal segments."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from crmkit import errors, segments
from crmkit.segments import RfmSegment, RfmSegments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

# tenure, inactivity, latest gap, recent and previous amount, probability, stage
LIVES = [
    (900, 101, 7, 0.0, 0.0, 0.9, "termination"),
    (900, 100, 7, 0.0, 0.0, 0.9, "decline"),
    (900, 80, 7, 0.0, 0.0, 0.9, "decline"),
    (900, 79, 7, 0.0, 0.0, 0.9, "maturity"),
    (900, 39, 101, 60.0, 80.0, 0.9, "recovery"),
    (900, 39, 100, 60.0, 80.0, 0.9, "maturity"),
    (900, 40, 101, 60.0, 80.0, 0.9, "maturity"),
    (39, 3, 7, 10.0, 80.0, 0.9, "development"),
    (40, 3, 7, 60.0, 80.0, 0.9, "maturity"),
    (900, 3, 7, 59.0, 80.0, 0.9, "decline"),
    (900, 3, 7, 100.0, 80.0, 0.9, "maturity"),
    (900, 3, 7, 101.0, 80.0, 0.9, "growth"),
    (900, 3, 7, 80.0, 80.0, 0.5, "maturity"),
    (900, 3, 7, 80.0, 80.0, 0.49, "termination"),
    (900, 3, 101, 80.0, 80.0, 0.49, "termination"),
    (10, 3, 101, 80.0, 80.0, 0.9, "recovery"),
    (10, 80, 7, 0.0, 0.0, 0.9, "development"),
]
NAMES = (
    "tenure_days",
    "inactivity",
    "latest_gap_days",
    "recent_amount",
    "previous_amount",
    "alive",
)


def test_each_stage_begins_at_its_bound(frame: Make, columns_of: Read) -> None:
    columns = zip(*(life[:-1] for life in LIVES), strict=True)
    lives = frame({n: list(c) for n, c in zip(NAMES, columns, strict=True)})
    found = segments.with_lifecycle_stage(
        lives,
        lapse_days=100,
        window_days=40,
        tolerance=0.25,
        probability_alive_col="alive",
    )
    stages = columns_of(found)["lifecycle_stage"]
    assert stages == [life[-1] for life in LIVES]


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("lapse_days", 0, True),
        ("lapse_days", -1, False),
        ("window_days", 1, True),
        ("window_days", 0, False),
        ("tolerance", 0.0, True),
        ("tolerance", -0.01, False),
        ("alive_from", 1.0, True),
        ("alive_from", 1.01, False),
    ],
)
def test_a_bound_of_a_stage_has_its_own(
    name: str, value: float, *, allowed: bool
) -> None:
    life = pd.DataFrame([LIVES[3][:-1]], columns=list(NAMES))
    given: dict[str, Any] = {"lapse_days": 100, "window_days": 40, name: value}
    if allowed:
        assert len(segments.with_lifecycle_stage(life, **given)) == 1
    else:
        with pytest.raises(errors.InvalidValueError, match=name):
            segments.with_lifecycle_stage(life, **given)


CELLS = {
    ("best", "north"): 20,
    ("best", "south"): 4,
    ("best", "west"): 6,
    ("rest", "north"): 15,
    ("rest", "south"): 30,
    ("rest", "west"): 10,
    ("some", "south"): 3,
    ("some", "west"): 2,
}


@pytest.mark.parametrize("level", [0.95, 0.8])
def test_a_profile_is_that_of_each_pair_of_segment_and_value(
    frame: Make, columns_of: Read, level: float
) -> None:
    pairs = [pair for pair, count in CELLS.items() for _ in range(count)]
    base = {
        "segment": [segment for segment, _ in pairs],
        "kids": ["x" if at % 7 else "y" for at in range(len(pairs))],
        "region": [value for _, value in pairs],
    }
    found = columns_of(
        segments.segment_profile(
            frame(base), attribute_cols=["region", "kids"], level=level
        )
    )
    total = len(pairs)
    p_values = []
    for at, attribute in enumerate(found["attribute"]):
        segment, value = found["segment"][at], found["value"][at]
        own = [name == segment for name in base["segment"]]
        has = [name == value for name in base[attribute]]
        both = sum(a and b for a, b in zip(own, has, strict=True))
        size, whole = sum(own), sum(has)
        assert found["n_customers"][at] == both
        assert found["share"][at] == pytest.approx(both / size, rel=1e-12, abs=0)
        assert found["base_share"][at] == pytest.approx(whole / total, rel=1e-12, abs=0)
        lift = both * total / (size * whole)
        assert found["lift"][at] == pytest.approx(lift, rel=1e-12, abs=0)
        limits = stats.binomtest(both, size).proportion_ci(level, "wilson")
        assert found["share_lower"][at] == pytest.approx(limits.low, rel=1e-9, abs=0)
        assert found["share_upper"][at] == pytest.approx(limits.high, rel=1e-9, abs=0)
        table = [
            [both, size - both],
            [whole - both, total - size - whole + both],
        ]
        p_values.append(stats.chi2_contingency(table).pvalue)
    assert found["attribute"] == ["region"] * len(CELLS) + ["kids"] * 5
    assert found["p_value"] == pytest.approx(p_values, rel=1e-9, abs=0)
    adjusted = stats.false_discovery_control(p_values)
    assert found["adjusted_p_value"] == pytest.approx(
        adjusted.tolist(), rel=1e-9, abs=0
    )


def test_a_table_of_segments_says_which_combination_is_wrong() -> None:
    one = RfmSegment(name="one", recency=(1, 2), frequency=(1, 3), monetary=(2, 3))
    two = RfmSegment(name="two", recency=(3, 3), frequency=(1, 3), monetary=(1, 3))
    with pytest.raises(errors.InvalidValueError) as caught:
        RfmSegments(bins=3, rules=(one, two))
    assert str(caught.value).startswith(
        "argument 'rules': 6 combinations without exactly one name (first: scores "
        "(1, 1, 1), 0 names [])."
    )
    low = RfmSegment(name="low", recency=(1, 2), frequency=(1, 3), monetary=(1, 1))
    over = RfmSegment(name="over", recency=(2, 2), frequency=(3, 3), monetary=(2, 2))
    assert RfmSegments(bins=3, rules=(one, two, low)).names == ("one", "two", "low")
    with pytest.raises(errors.InvalidValueError) as caught:
        RfmSegments(bins=3, rules=(one, two, low, over))
    assert str(caught.value).startswith(
        "argument 'rules': 1 combinations without exactly one name (first: scores "
        "(2, 3, 2), 2 names ['one', 'over'])."
    )


@pytest.mark.parametrize("scores", [(0, 3), (1, 4), (3, 2)])
@pytest.mark.parametrize("axis", ["recency", "frequency", "monetary"])
def test_a_range_of_scores_lies_within_the_bins(
    axis: str, scores: tuple[int, int]
) -> None:
    every: dict[str, Any] = dict.fromkeys(("recency", "frequency", "monetary"), (1, 3))
    assert RfmSegments(bins=3, rules=(RfmSegment(name="all", **every),)).bins == 3
    wrong = RfmSegment(name="all", **{**every, axis: scores})
    with pytest.raises(errors.InvalidValueError, match="low to high within 1 to 3"):
        RfmSegments(bins=3, rules=(wrong,))


@pytest.mark.parametrize(
    ("score", "allowed"), [(1, True), (0, False), (3, True), (4, False), (1.5, False)]
)
@pytest.mark.parametrize("axis", ["r_score", "f_score", "m_score"])
def test_a_score_lies_within_the_bins_and_is_whole(
    axis: str, score: float, *, allowed: bool
) -> None:
    every = RfmSegment(name="all", recency=(1, 3), frequency=(1, 3), monetary=(1, 3))
    table = RfmSegments(bins=3, rules=(every,))
    scores = pd.DataFrame({"r_score": [2.0], "f_score": [2.0], "m_score": [2.0]})
    scores[axis] = float(score)
    if allowed:
        named = segments.with_rfm_segment(scores, table=table)
        assert named["rfm_segment"].tolist() == ["all"]
    else:
        with pytest.raises(errors.InvalidValueError, match="score outside 1-3"):
            segments.with_rfm_segment(scores, table=table)


@pytest.mark.parametrize("bins", [0, -1])
def test_a_table_has_a_bin(bins: int) -> None:
    with pytest.raises(errors.InvalidValueError, match="bins"):
        RfmSegments(bins=bins, rules=())
