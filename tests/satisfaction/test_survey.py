"""Weights, customers who answer twice, small populations, and whose answers count."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import errors
from crmkit.satisfaction import (
    MatchReport,
    WeightedNps,
    latest_responses,
    match_respondents,
    nps,
    weighted_nps,
    with_raked_weight,
)

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

WEIGHTED = {
    "score": [10.0, 9, 8, 3, 9, 7, 0, 10],
    "weight": [1.0, 2, 1, 3, 1, 1, 1, 2],
}


def test_the_published_weighted_score_is_reproduced(eager_frame: Build) -> None:
    survey = weighted_nps(eager_frame(WEIGHTED), weight_col="weight")
    assert survey.score == pytest.approx(100 / 6, rel=1e-14)
    assert survey.standard_error == pytest.approx(100 * np.sqrt(0.1635802), rel=1e-6)
    assert survey.n_effective == pytest.approx(144 / 22, rel=1e-14)
    assert survey.weighting_effect == pytest.approx(8 * 22 / 144, rel=1e-14)


def test_equal_weights_are_no_weights() -> None:
    import pandas as pd

    answers = pd.DataFrame(WEIGHTED).assign(weight=3.7)
    survey = weighted_nps(answers, weight_col="weight")
    plain = nps(answers)
    assert survey.score == pytest.approx(plain.score, rel=1e-14)
    assert survey.standard_error == pytest.approx(
        plain.standard_error * np.sqrt(8 / 7), rel=1e-12
    )


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 5)), min_size=2))
def test_a_weight_repeats_the_row(rows: list[tuple[int, int]]) -> None:
    import pandas as pd

    answers = pd.DataFrame(rows, columns=["score", "weight"])
    repeated = answers.loc[answers.index.repeat(answers["weight"])]
    survey = weighted_nps(answers, weight_col="weight")
    assert survey.score == pytest.approx(nps(repeated).score, abs=1e-11)


def test_a_customer_who_answers_twice_alike_says_it_once() -> None:
    import pandas as pd

    once = pd.DataFrame({"customer_id": range(8), "score": WEIGHTED["score"]})
    twice = pd.concat([once, once])
    alone = weighted_nps(once, customer_id_col="customer_id")
    copied = weighted_nps(twice, customer_id_col="customer_id")
    assert copied.standard_error == pytest.approx(alone.standard_error, rel=1e-12)
    assert (copied.n_responses, copied.n_clusters) == (16, 8)


def test_a_census_has_no_sampling_error() -> None:
    import pandas as pd

    answers = pd.DataFrame(WEIGHTED)
    half = weighted_nps(answers, population_size=16)
    free = weighted_nps(answers)
    assert half.standard_error == pytest.approx(
        free.standard_error * np.sqrt(0.5), rel=1e-12
    )
    assert weighted_nps(answers, population_size=8).standard_error == 0
    with pytest.raises(errors.InvalidValueError, match="of whom 8 answered"):
        weighted_nps(answers, population_size=7)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan")])
def test_a_weight_that_is_none_is_refused(eager_frame: Build, weight: float) -> None:
    answers = {"score": [9, 3], "weight": [1.0, weight]}
    with pytest.raises(errors.InvalidValueError, match="column 'weight': "):
        weighted_nps(eager_frame(answers), weight_col="weight")


def test_missing_answers_are_counted_not_weighted() -> None:
    import pandas as pd

    answers = pd.DataFrame({"score": [9, None, 3], "weight": [1.0, 50.0, 1.0]})
    survey = weighted_nps(answers, weight_col="weight")
    assert (survey.score, survey.n_responses, survey.missing) == (0, 2, 1)


def test_a_weighted_score_travels_as_json() -> None:
    import pandas as pd

    survey = weighted_nps(pd.DataFrame(WEIGHTED), weight_col="weight")
    assert WeightedNps.from_dict(json.loads(json.dumps(survey.to_dict()))) == survey


def test_raked_weights_hold_every_margin(eager_frame: Build, columns_of: Read) -> None:
    answers = {"plan": list("aaabbb"), "age": [1, 1, 2, 1, 2, 2]}
    raked = with_raked_weight(
        eager_frame(answers),
        margins={"plan": {"a": 0.7, "b": 0.3}, "age": {1: 60, 2: 140}},
    )
    rows = columns_of(raked)
    weight = np.array(rows["weight"])
    assert weight.sum() == pytest.approx(6, rel=1e-12)
    in_a = np.array([plan == "a" for plan in rows["plan"]])
    young = np.array(rows["age"]) == 1
    assert weight[in_a].sum() / 6 == pytest.approx(0.7, rel=1e-8)
    assert weight[young].sum() / 6 == pytest.approx(0.3, rel=1e-8)


def test_post_stratification_removes_the_bias_it_knows_of() -> None:
    import pandas as pd

    # Heavy buyers are a tenth of the customers, love us, and answer five times as much.
    answers = pd.DataFrame(
        {
            "heavy": ["yes"] * 50 + ["no"] * 90,
            "score": [10] * 50 + [3] * 90,
        }
    )
    raked = with_raked_weight(answers, margins={"heavy": {"yes": 10, "no": 90}})
    survey = weighted_nps(raked, weight_col="weight")
    assert survey.score == pytest.approx(-80, rel=1e-9)


@pytest.mark.parametrize(
    ("margin", "found"),
    [
        ({"a": 1.0}, "answer without a share"),
        ({"a": 0.5, "b": 0.3, "c": 0.2}, "a share without answers"),
        ({"a": 1.0, "b": 0.0}, "not above 0"),
        ({"a": 1.0, "b": float("nan")}, "a number that is not NaN"),
    ],
)
def test_margins_and_answers_must_speak_of_the_same_values(
    margin: dict[object, float], found: str
) -> None:
    import pandas as pd

    answers = pd.DataFrame({"plan": ["a", "b"]})
    with pytest.raises(errors.InvalidValueError, match=found):
        with_raked_weight(answers, margins={"plan": margin})


def test_margins_that_contradict_each_other_are_refused() -> None:
    import pandas as pd

    answers = pd.DataFrame({"a": [1, 2], "b": [1, 2]})
    with pytest.raises(errors.ConvergenceError, match="no weights meet all margins"):
        with_raked_weight(answers, margins={"a": {1: 1, 2: 1}, "b": {1: 1, 2: 3}})


def test_raking_keeps_index_order_and_input() -> None:
    import pandas as pd

    answers = pd.DataFrame({"plan": ["b", "a", "b"]}, index=[9, 9, 1])
    before = answers.copy(deep=True)
    raked = with_raked_weight(answers, margins={"plan": {"a": 1, "b": 1}})
    assert raked.index.tolist() == [9, 9, 1]
    assert raked["weight"].tolist() == pytest.approx([0.75, 1.5, 0.75])
    pd.testing.assert_frame_equal(answers, before)


DATED = {
    "customer_id": ["b", "a", "a", "a", "b"],
    "date": np.array(
        ["2024-01-05", "2024-03-01", "2024-02-01", "2024-04-02", "2023-06-01"],
        dtype="datetime64[us]",
    ),
    "score": [3, 9, 10, 1, 7],
}


def test_the_latest_answer_known_at_a_day_is_kept(
    frame: Build, columns_of: Read
) -> None:
    rows = columns_of(latest_responses(frame(DATED), as_of="2024-03-31"))
    assert dict(zip(rows["customer_id"], rows["score"], strict=True)) == {
        "a": 9,
        "b": 3,
    }


@pytest.mark.parametrize(
    ("as_of", "window_days", "known"),
    [
        ("2024-03-31", 31, ["a"]),
        ("2024-03-31", 30, []),  # the answer of the first of March is 30 days old
        ("2024-03-01", 1, ["a"]),
        ("2024-02-29", 1, []),
    ],
)
def test_an_answer_grows_too_old(
    frame: Build, columns_of: Read, as_of: str, window_days: int, known: list[str]
) -> None:
    rows = columns_of(
        latest_responses(frame(DATED), as_of=as_of, window_days=window_days)
    )
    assert rows["customer_id"] == known


def test_of_one_day_the_last_row_counts(eager_frame: Build, columns_of: Read) -> None:
    answers = DATED | {"date": np.array(["2024-01-01"] * 5, dtype="datetime64[us]")}
    rows = columns_of(latest_responses(eager_frame(answers), as_of="2024-01-01"))
    assert (rows["customer_id"], rows["score"]) == (["a", "b"], [1, 7])


def test_no_answer_inside_gives_no_rows(eager_frame: Build, columns_of: Read) -> None:
    rows = columns_of(latest_responses(eager_frame(DATED), as_of="2020-01-01"))
    assert rows["customer_id"] == []


def test_ids_that_match_nobody_are_counted(frame: Build) -> None:
    answers = frame({"customer_id": ["a", "a", "x", "y"], "score": [9, 8, 7, 6]})
    base = frame({"customer_id": ["a", "b", "c"]})
    report = match_respondents(answers, customers=base)
    assert (report.n_responses, report.n_respondents, report.n_customers) == (4, 3, 3)
    assert (report.n_matched, report.n_unmatched, report.n_silent) == (1, 2, 2)
    assert report.n_responses_unmatched == 2
    assert report.first_unmatched in {"'x'", "'y'"}
    assert report.response_rate == pytest.approx(1 / 3, rel=1e-15)
    assert MatchReport.from_dict(report.to_dict()) == report


def test_numbers_and_text_never_match_by_accident() -> None:
    import pandas as pd

    answers = pd.DataFrame({"customer_id": [1, 2]})
    base = pd.DataFrame({"customer_id": ["1", "2"]})
    with pytest.raises(errors.InvalidTypeError, match="1 and '1' are different"):
        match_respondents(answers, customers=base)


def test_a_missing_id_is_refused(frame: Build) -> None:
    answers = frame({"customer_id": ["a", None], "score": [9, 8]})
    with pytest.raises(errors.InvalidValueError, match="'customer_id': missing"):
        match_respondents(answers, customers=answers)
