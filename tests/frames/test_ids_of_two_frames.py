"""Two frames find each other's customers, whatever type their libraries gave ids."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crmkit as ck
from crmkit.errors import InvalidTypeError, InvalidValueError

DAYS = pd.to_datetime(["2024-01-05", "2024-01-07", "2024-02-20"])
LOG = pd.DataFrame({"customer_id": ["a", "b", "b"], "date": DAYS, "amount": [1, 2, 3]})
ANSWERS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c"],
        "score": [9, 3, 10],
        "date": pd.to_datetime(["2024-01-01"] * 3),
    }
)
TEXTS = ("string", "large_string")
MADE = (pd.DataFrame, pl.from_pandas, pa.Table.from_pandas)


def _arrow(frame: pd.DataFrame, text: str) -> Any:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return table.set_column(0, "customer_id", table["customer_id"].cast(text))


def _outcomes(answers: Any, log: Any) -> Any:
    return ck.satisfaction.with_outcomes(
        answers,
        transactions=log,
        as_of="2024-01-02",
        horizon_days=30,
        observation_period_end="2024-12-31",
    )


def _known(frame: Any) -> Any:
    return ck.rfm_summary(frame, observation_period_end="2024-01-31")


def _potential(answers: Any, log: Any) -> Any:
    return ck.segments.with_potential_stage(answers, customers=log)


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[::-1]])
@pytest.mark.parametrize("call", [_outcomes, _potential])
def test_text_and_large_text_of_arrow_are_the_same_ids(
    call: Callable[[Any, Any], Any], texts: tuple[str, str]
) -> None:
    found = call(_arrow(ANSWERS, texts[0]), _arrow(LOG, texts[1])).to_pydict()
    expected = call(ANSWERS, LOG)
    for column in set(expected) - {"date", "customer_id"}:
        same = expected[column].astype(object).where(expected[column].notna(), None)
        assert found[column] == same.tolist()


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[::-1]])
def test_a_summary_is_brought_up_to_date_with_either_text(
    texts: tuple[str, str],
) -> None:
    old, new = _arrow(LOG[:2], texts[0]), _arrow(LOG[2:], texts[1])
    found, expected = (
        ck.update_summary(
            _known(before),
            transactions=after,
            previous_period_end="2024-01-31",
            observation_period_end="2024-03-01",
        )
        for before, after in ((old, new), (LOG[:2], LOG[2:]))
    )
    found = found.to_pandas()
    assert found["customer_id"].tolist() == ["a", "b"]
    for column in ("frequency", "recency", "T"):
        assert found[column].tolist() == expected[column].tolist()


@pytest.mark.parametrize("lazy", [False, True])
def test_ids_of_polars_may_be_categories_or_other_numbers(*, lazy: bool) -> None:
    assert _outcomes(ANSWERS, LOG)["spend"].tolist() == [1.0, 2.0, 0.0]
    numbers = {"a": 1, "b": 2, "c": 3}
    counted = ANSWERS.assign(customer_id=ANSWERS["customer_id"].map(numbers))
    floats = LOG.assign(customer_id=LOG["customer_id"].map(numbers).astype(float))
    labelled = pl.from_pandas(ANSWERS).cast({"customer_id": pl.Categorical})
    pairs = (
        (labelled, pl.from_pandas(LOG)),
        (pl.from_pandas(counted), pl.from_pandas(floats)),
    )
    for answers, log in pairs:
        both = (answers.lazy(), log.lazy()) if lazy else (answers, log)
        found = _outcomes(*both).lazy().sort("score").collect()
        assert found["spend"].to_list() == [2.0, 1.0, 0.0]  # the least satisfied first
        # The ids come back as they were.
        assert found["customer_id"].dtype == answers["customer_id"].dtype


@pytest.mark.parametrize("kinds", [("int32", "float64"), ("float64", "int64")])
@pytest.mark.parametrize("made", MADE)
def test_numbers_of_two_kinds_are_the_same_customers(
    made: Callable[[Any], Any], kinds: Any
) -> None:
    asked = pd.DataFrame({"customer_id": [1, 2, 3]}).astype(kinds[0])
    known = pd.DataFrame({"customer_id": [3, 1]}).astype(kinds[1])
    stages = _potential(made(asked), made(known))["lifecycle_stage"]
    assert [str(each) == "potential" for each in stages] == [False, True, False]


def test_ids_without_a_value_are_of_the_type_of_the_others() -> None:
    empty = pa.table({"customer_id": pa.nulls(0)})
    for ids in (["a", "b"], [1, 2]):
        asked = pa.table({"customer_id": ids})
        stages = _potential(asked, empty)["lifecycle_stage"]
        assert stages.to_pylist() == ["potential"] * 2
        assert len(_potential(empty, asked)) == 0


@pytest.mark.parametrize("made", MADE)
def test_without_a_customer_all_are_potential(made: Callable[[Any], Any]) -> None:
    stages = _potential(made(ANSWERS), made(LOG[:0]))["lifecycle_stage"]
    assert list(map(str, stages)) == ["potential"] * 3


@pytest.mark.parametrize("column", ["previous_tier", "value_tier"])
@pytest.mark.parametrize("values", [[1, 2], [True, False], DAYS[:2]])
@pytest.mark.parametrize("made", MADE)
def test_tiers_that_are_not_text_are_refused_in_every_library(
    made: Callable[[Any], Any], values: Any, column: str
) -> None:
    table = pd.DataFrame({"previous_tier": ["A", "B"], "value_tier": ["B", "A"]})
    table[column] = values
    said = rf"'{column}': tier that is not one of \['A', 'B'\] in 2 of 2 rows"
    with pytest.raises(InvalidValueError, match=said):
        ck.segments.with_tier_change(made(table), tiers=("A", "B"))


def test_a_column_of_arrow_without_a_value_names_no_tier() -> None:
    table = pa.table({"previous_tier": pa.nulls(2), "value_tier": ["A", "B"]})
    found = ck.segments.with_tier_change(table, tiers=("A", "B"))
    assert found["tier_change"].to_pylist() == ["new", "new"]


def test_half_precision_of_a_table_of_arrow_is_refused_and_float32_is_not() -> None:
    scores = pa.array(np.array([9, 3], dtype=np.float16))
    table = pa.table({"score": scores, "plan": ["a", "b"]})
    with pytest.raises(InvalidTypeError, match=r"'score'.*32 bits.*Float16"):
        ck.satisfaction.nps_by(table, by="plan")
    wide = table.set_column(0, "score", scores.cast("float32"))
    assert ck.satisfaction.nps_by(wide, by="plan")["nps"].to_pylist() == [100, -100]
