"""Top boxes, means, effort, and the index of several items."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit import errors
from crmkit.satisfaction import (
    Rating,
    SatisfactionIndex,
    ces,
    csat,
    csat_by,
    fit_satisfaction_index,
)

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def test_the_published_box_intervals_are_reproduced() -> None:
    # 42 of 100: Wilson .327984, .517935; Clopper-Pearson .321986, .522881.
    rating = Rating(lowest=1, counts=(20, 20, 18, 22, 20), boxes=2)
    assert rating.share == 0.42
    assert tuple(rating.interval()) == pytest.approx((0.327984, 0.517935), abs=5e-7)
    exact = tuple(rating.interval(method="clopper_pearson"))
    assert exact == pytest.approx((0.321986, 0.522881), abs=5e-7)


def test_every_library_gives_the_same_rating(frame: Build) -> None:
    rating = csat(frame({"score": [5, 4, 4, 2, None]}))
    assert rating == Rating(lowest=1, counts=(0, 1, 0, 2, 1), boxes=2, missing=1)
    counted = frame({"score": [5, 4, 2], "count": [1, 2, 1]})
    assert csat(counted, count_col="count").counts == rating.counts


@given(st.lists(st.integers(1, 7), min_size=2, max_size=40))
def test_mean_and_interval_are_those_of_the_answers(answers: list[int]) -> None:
    counts = np.bincount(answers, minlength=8)[1:]
    rating = Rating(lowest=1, counts=tuple(counts.tolist()), boxes=3)
    values = np.array(answers, dtype=float)
    assert rating.mean == pytest.approx(values.mean(), rel=1e-14)
    assert rating.standard_deviation == pytest.approx(values.std(ddof=1), abs=1e-12)
    if np.ptp(values):
        expected = stats.t.interval(
            0.9, len(values) - 1, values.mean(), stats.sem(values)
        )
        assert tuple(rating.interval(of="mean", level=0.9)) == pytest.approx(
            expected, rel=1e-10
        )


def test_effort_states_which_end_is_easy() -> None:
    import pandas as pd

    answers = pd.DataFrame({"score": [1, 2, 3, 6, 7]})
    agree = ces(answers, direction="higher_is_better", boxes=2)
    effort = ces(answers, direction="lower_is_better", boxes=2)
    assert (agree.satisfied, effort.satisfied) == (2, 2)
    assert ces(answers, direction="lower_is_better").share == 0.6
    assert ces(answers, direction="higher_is_better").share == 0.4
    assert effort.mean == agree.mean


@pytest.mark.parametrize("boxes", [0, 5, 6])
def test_boxes_leave_somebody_out(boxes: int) -> None:
    import pandas as pd

    answers = pd.DataFrame({"score": [5], "plan": ["a"]})
    with pytest.raises(errors.InvalidValueError, match="'boxes'"):
        csat(answers, boxes=boxes)
    with pytest.raises(errors.InvalidValueError, match="'boxes'"):
        csat_by(answers, by="plan", boxes=boxes)


def test_one_answer_has_no_interval_of_the_mean() -> None:
    rating = Rating(lowest=1, counts=(0, 1, 0), boxes=1)
    with pytest.raises(errors.NotEnoughDataError, match="2 answers"):
        rating.interval(of="mean")


def test_nobody_is_refused(frame: Build) -> None:
    with pytest.raises(errors.NotEnoughDataError, match="1 missing"):
        csat(frame({"score": [float("nan")]}))


def test_groups_have_share_interval_and_mean(frame: Build, columns_of: Read) -> None:
    answers = {
        "plan": ["b", "a", "a", "a", "c"],
        "score": [5.0, 4.0, 1.0, None, None],
    }
    rows = columns_of(csat_by(frame(answers), by="plan"))
    share = dict(zip(rows["plan"], rows["share"], strict=True))
    mean = dict(zip(rows["plan"], rows["mean"], strict=True))
    n = dict(zip(rows["plan"], rows["n_responses"], strict=True))
    assert (share["a"], share["b"]) == (0.5, 1.0)
    assert (mean["a"], mean["b"]) == (2.5, 5.0)
    assert n == {"a": 2, "b": 1, "c": 0}
    assert share["c"] is None or np.isnan(share["c"])
    two = Rating(lowest=1, counts=(1, 0, 0, 1, 0), boxes=2)
    lower = dict(zip(rows["plan"], rows["share_lower"], strict=True))
    assert lower["a"] == pytest.approx(two.interval().lower, rel=1e-12)


def test_effort_by_group_states_its_direction(frame: Build, columns_of: Read) -> None:
    answers = {"plan": ["a", "a", "a", "b"], "score": [1, 2, 7, 6]}
    rows = columns_of(
        csat_by(
            frame(answers),
            by="plan",
            scale=(1, 7),
            boxes=3,
            direction="lower_is_better",
        )
    )
    satisfied = dict(zip(rows["plan"], rows["satisfied"], strict=True))
    assert satisfied == {"a": 2, "b": 0}


def test_a_rating_travels_as_json() -> None:
    rating = Rating(
        lowest=0, counts=(1, 2, 3), boxes=1, direction="lower_is_better", missing=4
    )
    assert Rating.from_dict(json.loads(json.dumps(rating.to_dict()))) == rating


ITEMS = {
    "overall": [9.0, 8, 4, 10, 7, None],
    "expectancy": [8.0, 8, 5, 9, 6, 5],
    "ideal": [8.0, 7, 3, 9, 7, 5],
}


def test_the_published_index_is_reproduced() -> None:
    # Fornell et al. (1996), equal weights: means 8, 7.5, 7 give 72.2222.
    index = SatisfactionIndex(
        item_cols=("overall", "expectancy", "ideal"),
        weights=(1 / 3, 1 / 3, 1 / 3),
        means=(8.0, 7.5, 7.0),
        lowest=1,
        highest=10,
    )
    assert index.score == pytest.approx(72.2222, abs=5e-5)
    with pytest.raises(errors.NotEnoughDataError, match="standard error"):
        index.interval()


def test_the_index_is_the_mean_of_the_respondents(
    eager_frame: Build, columns_of: Read
) -> None:
    answers = eager_frame(ITEMS)
    index = fit_satisfaction_index(answers, item_cols=list(ITEMS))
    rows = columns_of(index.with_satisfaction_index(answers))
    each = np.array(rows["satisfaction_index"][:5])
    last = rows["satisfaction_index"][5]
    assert last is None or np.isnan(last)
    assert index.score == pytest.approx(each.mean(), rel=1e-13)
    assert index.standard_error == pytest.approx(stats.sem(each), rel=1e-12)
    assert (index.n_responses, index.incomplete) == (5, 1)


def test_alpha_is_one_for_copies_and_as_written_otherwise() -> None:
    import pandas as pd

    same = pd.DataFrame({"a": [1.0, 5, 9], "b": [1.0, 5, 9]})
    index = fit_satisfaction_index(same, item_cols=["a", "b"])
    assert index.alpha == pytest.approx(1, rel=1e-14)
    alone = fit_satisfaction_index(same, item_cols=["a"])
    assert alone.alpha is None
    answers = pd.DataFrame(ITEMS).dropna()
    index = fit_satisfaction_index(answers, item_cols=list(ITEMS))
    items, total = answers.var(), answers.sum(axis=1).var()
    assert index.alpha == pytest.approx(1.5 * (1 - items.sum() / total), rel=1e-12)


def test_weights_may_be_given_or_found() -> None:
    import pandas as pd

    answers = pd.DataFrame(ITEMS)
    given_weights = fit_satisfaction_index(
        answers,
        item_cols=list(ITEMS),
        weights={"overall": 2, "expectancy": 1, "ideal": 1},
    )
    assert given_weights.weights == (0.5, 0.25, 0.25)
    found = fit_satisfaction_index(
        answers, item_cols=list(ITEMS), weights="first_component"
    )
    assert sum(found.weights) == pytest.approx(1, rel=1e-12)
    assert all(0.3 < weight < 0.37 for weight in found.weights)


@pytest.mark.parametrize(
    "weights", ["pls", {"overall": 1}, {"overall": -1, "expectancy": 1, "ideal": 1}]
)
def test_weights_that_make_no_index_are_refused(weights: Any) -> None:
    import pandas as pd

    with pytest.raises(errors.InvalidValueError, match="'weights'"):
        fit_satisfaction_index(
            pd.DataFrame(ITEMS), item_cols=list(ITEMS), weights=weights
        )


def test_an_item_that_runs_backwards_is_named() -> None:
    import pandas as pd

    answers = pd.DataFrame(ITEMS).dropna()
    answers["ideal"] = 11 - answers["ideal"]
    with pytest.raises(errors.InvalidValueError, match="column 'ideal'"):
        fit_satisfaction_index(
            answers, item_cols=list(ITEMS), weights="first_component"
        )


def test_an_answer_off_the_scale_is_refused(eager_frame: Build) -> None:
    with pytest.raises(errors.InvalidValueError, match="The scale is 1 to 7"):
        fit_satisfaction_index(eager_frame(ITEMS), item_cols=list(ITEMS), scale=(1, 7))


def test_an_index_travels_as_json() -> None:
    import pandas as pd

    index = fit_satisfaction_index(pd.DataFrame(ITEMS), item_cols=list(ITEMS))
    document = json.loads(json.dumps(index.to_dict()))
    assert SatisfactionIndex.from_dict(document) == index
