"""The score by group, and the group of each answer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import errors
from crmkit.satisfaction import (
    Nps,
    csat,
    csat_by,
    nps,
    nps_by,
    nps_comparison,
    with_nps_group,
)

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

ANSWERS: dict[str, Any] = {
    "plan": ["b", "a", "a", "b", "a", "c"],
    "score": [10.0, 9.0, 3.0, 8.0, None, None],
}


def _by_plan(rows: dict[str, list[Any]], column: str) -> dict[str, Any]:
    return dict(zip(rows["plan"], rows[column], strict=True))


def test_every_group_has_its_counts_and_interval(
    frame: Build, columns_of: Read
) -> None:
    rows = columns_of(nps_by(frame(ANSWERS), by="plan"))
    assert _by_plan(rows, "n_responses") == {"a": 2, "b": 2, "c": 0}
    assert _by_plan(rows, "missing") == {"a": 1, "b": 0, "c": 1}
    b = Nps(promoters=1, passives=1, detractors=0)
    assert _by_plan(rows, "nps")["b"] == b.score
    assert _by_plan(rows, "standard_error")["b"] == pytest.approx(b.standard_error)
    limits = (_by_plan(rows, "nps_lower")["b"], _by_plan(rows, "nps_upper")["b"])
    assert limits == pytest.approx(tuple(b.interval()), rel=1e-12)


def test_a_group_without_answers_has_no_score(frame: Build, columns_of: Read) -> None:
    rows = columns_of(nps_by(frame(ANSWERS), by="plan"))
    for column in ("nps", "standard_error", "nps_lower", "nps_upper"):
        hole = _by_plan(rows, column)["c"]
        assert hole is None or np.isnan(hole)


def test_an_eager_result_is_sorted_by_group(
    eager_frame: Build, columns_of: Read
) -> None:
    rows = columns_of(nps_by(eager_frame(ANSWERS), by="plan"))
    assert rows["plan"] == ["a", "b", "c"]


def test_a_lazy_frame_gives_a_lazy_frame() -> None:
    import polars as pl

    result = nps_by(pl.LazyFrame(ANSWERS), by="plan")
    assert isinstance(result, pl.LazyFrame)


def test_groups_may_be_made_of_several_columns(frame: Build, columns_of: Read) -> None:
    answers = {
        "plan": ["a", "a", "b"],
        "year": [2024, 2025, 2024],
        "score": [9, 0, 7],
    }
    rows = columns_of(nps_by(frame(answers), by=["plan", "year"]))
    keys = zip(rows["plan"], rows["year"], strict=True)
    assert dict(zip(keys, rows["nps"], strict=True)) == {
        ("a", 2024): 100.0,
        ("a", 2025): -100.0,
        ("b", 2024): 0.0,
    }


def test_a_counted_table_gives_the_same_groups(frame: Build, columns_of: Read) -> None:
    answers = {"plan": ["a", "a", "b"], "score": [9, 7, 0], "count": [3, 2, 4]}
    rows = columns_of(nps_by(frame(answers), by="plan", count_col="count"))
    assert _by_plan(rows, "promoters") == {"a": 3, "b": 0}
    assert _by_plan(rows, "n_responses") == {"a": 5, "b": 4}


@pytest.mark.parametrize("count", [0.5, 1e-300, 1e60])
def test_a_count_is_a_whole_number_of_a_usual_size(count: float) -> None:
    import pandas as pd

    answers = pd.DataFrame({"plan": ["a", "b"], "score": [9, 0], "count": [3.0, count]})
    for read in (
        lambda: nps(answers, count_col="count"),
        lambda: nps_by(answers, by="plan", count_col="count"),
        lambda: nps_comparison(answers, by="plan", count_col="count"),
        lambda: csat(answers, count_col="count", scale=(0, 10)),
        lambda: csat_by(answers, by="plan", count_col="count", scale=(0, 10)),
    ):
        with pytest.raises(errors.InvalidValueError, match="count': value"):
            read()


def test_the_whole_is_the_weighted_mean_of_its_groups() -> None:
    import pandas as pd

    rng = np.random.default_rng(11)
    answers = pd.DataFrame(
        {"plan": rng.choice(list("abc"), 400), "score": rng.integers(0, 11, 400)}
    )
    rows = nps_by(answers, by="plan")
    pooled = np.average(rows["nps"], weights=rows["n_responses"])
    assert pooled == pytest.approx(nps(answers).score, rel=1e-12)


def test_row_order_and_index_change_nothing() -> None:
    import pandas as pd

    answers = pd.DataFrame(ANSWERS)
    shuffled = answers.iloc[[3, 1, 5, 0, 4, 2]].set_index(pd.Index([7] * 6))
    pd.testing.assert_frame_equal(
        nps_by(answers, by="plan"), nps_by(shuffled, by="plan")
    )


def test_a_missing_group_is_refused(frame: Build) -> None:
    answers = {"plan": ["a", None, "b"], "score": [9, 7, 0]}
    with pytest.raises(errors.InvalidValueError, match="column 'plan': missing"):
        nps_by(frame(answers), by="plan")


def test_no_group_column_is_refused() -> None:
    import pandas as pd

    with pytest.raises(errors.InvalidValueError, match="argument 'by': no column"):
        nps_by(pd.DataFrame(ANSWERS), by=[])


def test_each_answer_gets_its_group(frame: Build, columns_of: Read) -> None:
    answers = {"id": [1, 2, 3, 4, 5], "score": [10.0, 9.0, 8.0, 7.0, 6.0]}
    rows = columns_of(with_nps_group(frame(answers)))
    groups = dict(zip(rows["id"], rows["nps_group"], strict=True))
    assert [groups[at] for at in range(1, 6)] == [
        "promoter",
        "promoter",
        "passive",
        "passive",
        "detractor",
    ]


def test_a_missing_answer_is_refused_or_kept_without_a_group(
    frame: Build, columns_of: Read
) -> None:
    answers = {"id": [1, 2], "score": [10.0, None]}
    with pytest.raises(errors.InvalidValueError, match="missing value in 1 of 2 rows"):
        with_nps_group(frame(answers))
    rows = columns_of(with_nps_group(frame(answers), missing="keep"))
    kept = dict(zip(rows["id"], rows["nps_group"], strict=True))
    assert kept[1] == "promoter"
    assert kept[2] is None or kept[2] != kept[2]


def test_the_index_and_the_order_stay() -> None:
    import pandas as pd

    answers = pd.DataFrame({"score": [10, 0, 8]}, index=["z", "z", "a"])
    with_groups = with_nps_group(answers, output_col="group")
    assert with_groups.index.tolist() == ["z", "z", "a"]
    assert with_groups["group"].tolist() == ["promoter", "detractor", "passive"]
    assert list(answers.columns) == ["score"]


def test_groups_agree_with_the_counts_for_fractions() -> None:
    import pandas as pd

    answers = pd.DataFrame({"score": [8.5, 6.4, 6.5, 10.4, -0.5]})
    rows = with_nps_group(answers, fractions="nearest")
    assert rows["nps_group"].tolist() == [
        "promoter",
        "detractor",
        "passive",
        "promoter",
        "detractor",
    ]
    survey = nps(answers, fractions="nearest")
    assert (survey.promoters, survey.passives, survey.detractors) == (2, 1, 2)
