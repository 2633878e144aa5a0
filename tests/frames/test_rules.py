"""Rules: one query to ask, one sentence to refuse."""

from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crmkit as ck
from crmkit._frames import (
    Rule,
    flag_rules,
    missing,
    number_rules,
    nw,
    read,
    refuse,
    require_ids,
    require_numbers,
)
from crmkit.errors import InvalidTypeError, InvalidValueError


def _columns() -> dict[str, list[Any]]:
    return {"customer_id": ["a", "b", "c"], "value": [1.0, 2.0, 3.0]}


def _refusal(opened: Any, rules: list[Rule]) -> str:
    with pytest.raises(InvalidValueError) as caught:
        refuse(opened, rules, id_col="customer_id")
    return str(caught.value)


def test_rules_that_hold_say_nothing(frame: Any) -> None:
    opened = read(frame(_columns()), ["value"])
    refuse(opened, number_rules(opened, "value", sign="positive"))


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_hole_is_null_or_not_a_number(frame: Any, hole: Any) -> None:
    columns = _columns()
    columns["value"][1] = hole
    opened = read(frame(columns), ["value"])
    said = _refusal(opened, number_rules(opened, "value"))
    assert said.startswith("column 'value': missing value in 1 of 3 rows (first: ")
    assert "customer 'b'" in said


@pytest.mark.parametrize(
    ("sign", "value", "found"),
    [("nonnegative", -1.0, "negative value"), ("positive", 0.0, "value of 0 or less")],
)
def test_a_sign_is_a_rule(frame: Any, sign: Any, value: float, found: str) -> None:
    columns = _columns()
    columns["value"][2] = value
    opened = read(frame(columns), ["value"])
    said = _refusal(opened, number_rules(opened, "value", sign=sign))
    assert f"{found} in 1 of 3 rows" in said
    assert f"value {value!r}" in said


def test_the_first_broken_rule_speaks(frame: Any) -> None:
    columns = _columns()
    columns["value"] = [float("inf"), None, -1.0]
    opened = read(frame(columns), ["value"])
    said = _refusal(opened, number_rules(opened, "value", sign="positive"))
    assert "missing value" in said


def test_a_rule_of_two_columns_reads_both(frame: Any) -> None:
    columns = {**_columns(), "limit": [1.0, 1.0, 9.0]}
    opened = read(frame(columns), ["value", "limit"])
    above = Rule(
        column="value",
        broken=nw.col("value") > nw.col("limit"),
        found="value above its limit",
        remedy="Lower it.",
    )
    with pytest.raises(InvalidValueError, match="value above its limit in 1 of 3 rows"):
        refuse(opened, [above])


def test_missing_knows_nothing_of_text(frame: Any) -> None:
    opened = read(frame({"name": ["a", None, ""]}), ["name"])
    rule = Rule(
        column="name",
        broken=missing(opened, "name"),
        found="missing value",
        remedy="Name it.",
    )
    with pytest.raises(InvalidValueError, match="missing value in 1 of 3 rows"):
        refuse(opened, [rule])


def test_text_is_no_number(frame: Any) -> None:
    opened = read(frame(_columns()), [])
    with pytest.raises(
        InvalidTypeError, match="column 'customer_id': expected numbers"
    ):
        require_numbers(opened, ["value", "customer_id"])


def test_flags_are_no_ids(frame: Any) -> None:
    opened = read(frame({"customer_id": [True, False]}), [])
    with pytest.raises(InvalidTypeError, match="column 'customer_id': expected ids"):
        require_ids(opened, "customer_id")


def test_a_column_of_nothing_but_holes_is_no_number(eager_frame: Any) -> None:
    opened = read(eager_frame({"value": [None, None]}), [])
    with pytest.raises(InvalidTypeError, match="column 'value': expected numbers"):
        require_numbers(opened, ["value"])


@pytest.mark.parametrize("flags", [[True, False, True], [1, 0, 1], [1.0, 0.0, 1.0]])
def test_booleans_and_zeros_and_ones_are_flags(frame: Any, flags: list[Any]) -> None:
    opened = read(frame(_columns() | {"flag": flags}), ["flag"])
    refuse(opened, flag_rules(opened, "flag"))


def test_text_is_not_a_flag(frame: Any) -> None:
    opened = read(frame(_columns() | {"flag": ["yes", "no", "yes"]}), ["flag"])
    with pytest.raises(InvalidTypeError, match="'flag': expected numbers"):
        flag_rules(opened, "flag")


def test_a_broken_rule_is_asked_of_an_engine_in_three_queries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which rule, its first row, and its count beside that of all rows."""
    queries = []
    run = nw.LazyFrame.collect

    def noted(frame: Any) -> Any:
        queries.append(frame)
        return run(frame)

    opened = read(pl.LazyFrame({"value": [1.0, None, float("inf"), None]}), ["value"])
    monkeypatch.setattr(nw.LazyFrame, "collect", noted)
    with pytest.raises(InvalidValueError, match="missing value in 2 of 4 rows"):
        refuse(opened, number_rules(opened, "value"))
    assert len(queries) == 3


@pytest.mark.parametrize("kept_by", ["pyarrow", "pandas"])
@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (2**53, "int64", ""),
        (2**53 + 1, "int64", r"'clv': whole number beyond 2\*\*53"),
        (-(2**53), "int64", "a total of -9007199254740991"),
        (-(2**53) - 1, "int64", r"'clv': whole number beyond 2\*\*53"),
        (2**53, "uint64", ""),
        (2**64 - 1, "uint64", r"'clv': whole number beyond 2\*\*53"),
        (255, "uint8", ""),
    ],
)
def test_a_whole_number_that_arrow_makes_no_float_of_is_refused(
    value: int, kind: str, said: str, kept_by: str
) -> None:
    table: Any = pa.table({"clv": pa.array([1, value], pa.type_for_alias(kind))})
    if kept_by == "pandas":
        table = table.to_pandas(types_mapper=pd.ArrowDtype)
    if said:
        with pytest.raises(InvalidValueError, match=said):
            ck.segments.with_value_tier(table)
    else:
        tiers = ck.segments.with_value_tier(table)["value_tier"]
        plain = ck.segments.with_value_tier(pd.DataFrame({"clv": [1.0, value]}))
        assert list(map(str, tiers)) == plain["value_tier"].tolist()


def test_half_precision_of_arrow_in_pandas_is_refused_not_taken_for_missing() -> None:
    frame = pd.DataFrame({"clv": pd.Series([1, 2], dtype="float16[pyarrow]")})
    with pytest.raises(InvalidTypeError, match=r"numbers.* halffloat"):
        ck.segments.gini(frame)
