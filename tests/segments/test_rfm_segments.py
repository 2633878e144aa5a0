"""Named segments, nested scores and the response of cells."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import errors, segments
from crmkit.segments import RFM_SEGMENTS, RfmSegment, RfmSegments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def every_cell(bins: int = 5) -> dict[str, list[int]]:
    r, f, m = zip(*itertools.product(range(1, bins + 1), repeat=3), strict=True)
    return {"r_score": list(r), "f_score": list(f), "m_score": list(m)}


def test_every_combination_has_exactly_one_name(frame: Make, columns_of: Read) -> None:
    # A peer leaves 18 of its 64 combinations to "Other".
    found = columns_of(segments.with_rfm_segment(frame(every_cell())))
    assert len(found["rfm_segment"]) == 125
    assert set(found["rfm_segment"]) == set(RFM_SEGMENTS.names)


def test_the_customary_names_stand_where_they_should(
    frame: Make, columns_of: Read
) -> None:
    base = {"r_score": [5, 4, 2, 1, 5, 3], "f_score": [5, 2, 5, 1, 1, 3]}
    found = columns_of(segments.with_rfm_segment(frame({**base, "m_score": [3] * 6})))
    by_cell = dict(
        zip(
            zip(found["r_score"], found["f_score"], strict=True),
            found["rfm_segment"],
            strict=True,
        )
    )
    assert by_cell == {
        (5, 5): "champions",
        (4, 2): "potential loyal",
        (2, 5): "cannot lose",
        (1, 1): "hibernating",
        (5, 1): "new",
        (3, 3): "need attention",
    }


def test_a_gap_in_a_table_is_refused() -> None:
    with pytest.raises(errors.InvalidValueError, match=r"4 combinations.*\(1, 1, 1\)"):
        RfmSegments(
            bins=2,
            rules=(
                RfmSegment(name="x", recency=(2, 2), frequency=(1, 2), monetary=(1, 2)),
            ),
        )


def test_an_overlap_in_a_table_is_refused() -> None:
    every = RfmSegment(name="all", recency=(1, 1), frequency=(1, 1), monetary=(1, 1))
    again = RfmSegment(name="too", recency=(1, 1), frequency=(1, 1), monetary=(1, 1))
    with pytest.raises(errors.InvalidValueError, match=r"2 names \['all', 'too'\]"):
        RfmSegments(bins=1, rules=(every, again))


def test_a_range_outside_the_scores_is_refused() -> None:
    with pytest.raises(errors.InvalidValueError, match="segment 'x'"):
        RfmSegments(rules=(RfmSegment(name="x", recency=(0, 5)),))


def test_a_score_outside_the_table_is_refused(frame: Make) -> None:
    scored = frame({"r_score": [6], "f_score": [1], "m_score": [1]})
    with pytest.raises(errors.InvalidValueError, match="score outside 1-5"):
        segments.with_rfm_segment(scored)


def test_a_customer_without_scores_can_be_kept(frame: Make, columns_of: Read) -> None:
    scored = frame({"r_score": [5, None], "f_score": [5, 1], "m_score": [1, 1]})
    with pytest.raises(errors.InvalidValueError, match="'r_score': missing"):
        segments.with_rfm_segment(scored)
    found = columns_of(segments.with_rfm_segment(scored, missing="keep"))
    names = {str(name) for name in found["rfm_segment"]} - {"None", "nan", "<NA>"}
    assert names == {"champions"}


def test_a_table_travels_as_json() -> None:
    document = json.loads(json.dumps(RFM_SEGMENTS.to_dict()))
    assert RfmSegments.from_dict(document) == RFM_SEGMENTS


def test_each_name_says_what_to_do() -> None:
    assert all(RFM_SEGMENTS.actions[name] for name in RFM_SEGMENTS.names)


def nested_base(n: int = 1000) -> dict[str, Any]:
    rng = np.random.default_rng(4)
    often = rng.integers(1, 500, n)
    return {
        "customer_id": list(range(n)),
        "inactivity": (500 - often + rng.uniform(0, 100, n)).tolist(),
        "frequency": often.tolist(),
        "total_amount": (often * rng.lognormal(3, 0.5, n)).tolist(),
    }


def test_nested_cells_are_nearly_equal(frame: Make, columns_of: Read) -> None:
    base = frame(nested_base())
    scores = segments.fit_rfm_scores(
        base, method="nested", bins=3, inactivity_col="inactivity"
    )
    found = columns_of(scores.with_rfm_scores(base))
    cell = (
        9 * np.array(found["r_score"])
        + 3 * np.array(found["f_score"])
        + np.array(found["m_score"])
    ) - 13
    counted = np.bincount(cell, minlength=27)
    assert counted.size == 27
    assert counted.min() >= 30
    assert counted.max() <= 44
    axes = (found[name] for name in ("r_score", "f_score", "m_score"))
    written = [f"{r}{f}{m}" for r, f, m in zip(*axes, strict=True)]
    assert found["rfm_cell"] == written


def test_nested_scores_stay_frozen_and_travel(frame: Make, columns_of: Read) -> None:
    base = nested_base(60)
    scores = segments.fit_rfm_scores(
        frame(base), method="nested", bins=3, inactivity_col="inactivity"
    )
    document = json.loads(json.dumps(scores.to_dict()))
    again = segments.RfmScores.from_dict(document)
    assert again == scores
    part = {name: values[:20] for name, values in base.items()}
    whole = columns_of(scores.with_rfm_scores(frame(base)))
    alone = columns_of(again.with_rfm_scores(frame(part)))
    by_id = dict(zip(whole["customer_id"], whole["m_score"], strict=True))
    assert all(
        by_id[one] == score
        for one, score in zip(alone["customer_id"], alone["m_score"], strict=True)
    )


def test_nested_bounds_by_hand_are_checked() -> None:
    with pytest.raises(errors.InvalidValueError, match="'frequency_within'"):
        segments.RfmScores(
            recency_bounds=(3.0,),
            frequency_bounds=(1.0,),
            monetary_bounds=(1.0,),
            frequency_within=((1.0,),),
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"recency_bounds": (3.0, 9.0)},
        {"frequency_within": ((2.0, 1.0),) * 3},
        {"monetary_within": ((1.0, float("inf")),) * 9},
    ],
)
def test_nested_bounds_by_hand_must_rise(wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {
        "recency_bounds": (9.0, 3.0),
        "frequency_bounds": (1.0, 2.0),
        "monetary_bounds": (1.0, 2.0),
        "frequency_within": ((1.0, 2.0),) * 3,
        "monetary_within": ((1.0, 2.0),) * 9,
    }
    assert segments.RfmScores(**facts).bins == 3
    with pytest.raises(errors.InvalidValueError, match=next(iter(wrong))):
        segments.RfmScores(**{**facts, **wrong})
