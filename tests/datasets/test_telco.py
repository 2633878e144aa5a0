"""Facts of the telephone contracts."""

import csv
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from crmkit.datasets import load_telco
from crmkit.datasets.backend import Backend

ColumnsOf = Callable[[Any], dict[str, list[Any]]]


def _file(name: str) -> list[dict[str, str]]:
    spec = find_spec("classification_model")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "datasets" / name
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_the_columns_have_the_types_of_what_they_hold(
    backend: Backend, columns_of: ColumnsOf
) -> None:
    telco = columns_of(load_telco(backend=backend))
    assert len(telco["customer_id"]) == len(set(telco["customer_id"])) == 4930
    kinds = {name: {type(value) for value in found} for name, found in telco.items()}
    flags = {name for name, found in kinds.items() if found == {bool}}
    assert flags == {
        "event_observed",
        "senior_citizen",
        "partner",
        "dependents",
        "phone_service",
        "paperless_billing",
    }
    assert kinds["duration"] == {int}
    assert kinds["monthly_charge"] == kinds["total_charge"] == {float}
    words = [name for name, found in kinds.items() if found == {str}]
    assert len(words) == 12
    assert all(len(set(telco[name])) <= 4 for name in words if name != "customer_id")
    assert "classification_model" not in sys.modules


def test_nothing_is_lost_on_the_way_from_the_file() -> None:
    telco, rows = load_telco(), _file("train.csv")
    assert telco["customer_id"].tolist() == [row["customerid"] for row in rows]
    assert telco["duration"].tolist() == [int(row["tenure"]) for row in rows]
    for ours, theirs in {
        "event_observed": "churn",
        "partner": "partner",
        "dependents": "dependents",
        "phone_service": "phoneservice",
        "paperless_billing": "paperlessbilling",
    }.items():
        assert telco[ours].tolist() == [row[theirs] == "Yes" for row in rows]
        assert {row[theirs] for row in rows} == {"Yes", "No"}
    assert telco["senior_citizen"].tolist() == [r["seniorcitizen"] == "1" for r in rows]
    for ours in set(telco.columns[telco.dtypes.map(str).isin(["str", "object"])]):
        assert telco[ours].tolist() == [row[ours.replace("_", "")] for row in rows]


def test_what_was_never_billed_is_nothing() -> None:
    telco = load_telco()
    new = telco[telco["duration"] == 0]
    assert 0 < len(new) < 12
    assert not new["event_observed"].any()
    assert (new["total_charge"] == 0).all()
    blank = [
        r["customerid"] for r in _file("train.csv") if not r["totalcharges"].strip()
    ]
    assert new["customer_id"].tolist() == blank
    # A total is about the months times a month: charges change a little over time.
    old = telco[telco["duration"] > 0]
    ratio = old["total_charge"] / (old["duration"] * old["monthly_charge"])
    assert ratio.median() == pytest.approx(1, abs=0.01)


def test_the_second_file_holds_nobody_new() -> None:
    first = {tuple(row.values()) for row in _file("train.csv")}
    second = _file("test.csv")
    assert len(second) == 2113
    assert {tuple(row.values()) for row in second} <= first
