"""Groups may be categories, dictionaries, or several columns at once."""

from collections.abc import Callable
from typing import Any

import pytest

from crmkit.satisfaction import csat_by, kano_by, nps_by, nps_comparison, outcomes_by

Read = Callable[[Any], dict[str, list[Any]]]
ANSWERS: dict[str, Any] = {
    "plan": ["b", "a", "b", "c", "a", "c"],
    "score": [10, 6, 7, 9, 10, 3],
    "repurchased": [1, 0, 1, 1, 0, 0],
    "functional": [1, 1, 3, 3, 1, 2],
    "dysfunctional": [5, 3, 5, 3, 5, 5],
}


def _pandas() -> Any:
    import pandas as pd

    return pd.DataFrame(ANSWERS).astype({"plan": "category"})


def _polars() -> Any:
    import polars as pl

    return pl.DataFrame(ANSWERS).with_columns(pl.col("plan").cast(pl.Categorical))


def _enum() -> Any:
    import polars as pl

    return pl.DataFrame(ANSWERS).with_columns(
        pl.col("plan").cast(pl.Enum(["a", "b", "c", "never"]))
    )


def _dictionary() -> Any:
    import pyarrow as pa

    table = pa.table(ANSWERS)
    return table.set_column(0, "plan", table["plan"].dictionary_encode())


def _differing_dictionaries() -> Any:
    import pyarrow as pa

    # Each chunk has a dictionary of its own, as files read one by one do.
    whole = pa.table(ANSWERS)
    chunks = [whole.slice(0, 2), whole.slice(2, 2), whole.slice(4, 2)]
    return pa.concat_tables(
        chunk.set_column(0, "plan", chunk["plan"].combine_chunks().dictionary_encode())
        for chunk in chunks
    )


MEASURES: dict[str, Callable[[Any], Any]] = {
    "nps_by": lambda frame: nps_by(frame, by="plan"),
    "csat_by": lambda frame: csat_by(frame, by="plan", scale=(0, 10)),
    "outcomes_by": lambda frame: outcomes_by(
        frame, by="plan", outcome_cols=["repurchased"]
    ),
    "kano_by": lambda frame: kano_by(frame, by="plan"),
}


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize(
    "made", [_pandas, _polars, _enum, _dictionary, _differing_dictionaries]
)
def test_categories_are_groups_like_text(
    made: Callable[[], Any], name: str, columns_of: Read
) -> None:
    import pandas as pd

    rows = columns_of(MEASURES[name](made()))
    assert rows == columns_of(MEASURES[name](pd.DataFrame(ANSWERS)))
    assert rows["plan"] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "made", [_pandas, _polars, _enum, _dictionary, _differing_dictionaries]
)
def test_categories_are_compared_like_text(made: Callable[[], Any]) -> None:
    import pandas as pd

    plain = nps_comparison(pd.DataFrame(ANSWERS), by="plan")
    assert nps_comparison(made(), by="plan") == plain


def test_several_columns_make_one_group(
    eager_frame: Callable[[dict[str, Any]], Any], columns_of: Read
) -> None:
    answers = eager_frame(ANSWERS | {"wave": [2, 1, 1, 1, 1, 1]})
    groups = [("a", 1), ("b", 1), ("b", 2), ("c", 1)]
    for measure in (
        nps_by(answers, by=["plan", "wave"]),
        outcomes_by(answers, by=["plan", "wave"], outcome_cols=["repurchased"]),
        kano_by(answers, by=["plan", "wave"]),
    ):
        rows = columns_of(measure)
        assert list(zip(rows["plan"], rows["wave"], strict=True)) == groups
    compared = nps_comparison(answers, by=["plan", "wave"])
    assert compared.groups == ("a, 1", "b, 1", "b, 2", "c, 1")
