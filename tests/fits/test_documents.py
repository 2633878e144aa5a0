"""A result goes to JSON and comes back equal to the bit, or is refused."""

import json
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.errors import InvalidTypeError, InvalidValueError
from crmkit.fits import FitReport, from_document, to_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    size: float
    count: int
    shape: Literal["round", "square"] = "round"
    label: str | None = None
    ends: tuple[float, float] | None = None
    inner: FitReport | None = None
    steady: bool = True


REPORT = FitReport(
    names=("r", "alpha"),
    estimates=(0.1 + 0.2, 4.41360),
    converged=True,
    iterations=7,
    gradient_norm=3.1e-12,
    message="The gradient is zero.",
    log_likelihood=-9582.4292067,
    n_customers=2357.0,
    n_cells=1400,
    covariance=((0.1, 0.01), (0.01, 0.3)),
    condition_number=12.5,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    values: tuple[tuple[float, ...], ...]


@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False))))
def test_every_float_survives_to_the_bit(rows: list[list[float]]) -> None:
    value = Numbers(values=tuple(map(tuple, rows)))
    text = json.dumps(to_document(value), allow_nan=False)
    assert repr(from_document(Numbers, json.loads(text))) == repr(value)


def test_a_report_comes_back_equal() -> None:
    text = json.dumps(REPORT.to_dict(), allow_nan=False)
    assert FitReport.from_dict(json.loads(text)) == REPORT


def test_nested_values_and_unknowns_come_back_equal() -> None:
    thing = Thing(size=1.5, count=3, ends=(0.1, 0.7), inner=REPORT, steady=False)
    document = to_document(thing)
    assert "label" not in document
    assert from_document(Thing, json.loads(json.dumps(document))) == thing


def test_a_choice_outside_the_list_is_refused() -> None:
    document = to_document(Thing(size=1.0, count=1))
    with pytest.raises(
        InvalidValueError, match="'shape' of a Thing: invalid value 'oval'"
    ):
        from_document(Thing, {**document, "shape": "oval"})


def test_a_pair_must_be_a_pair() -> None:
    document = to_document(Thing(size=1.0, count=1, ends=(0.0, 1.0)))
    with pytest.raises(InvalidTypeError, match="a tuple or a list of 2"):
        from_document(Thing, {**document, "ends": [1.0]})


@pytest.mark.parametrize("hole", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_finite_is_neither_written_nor_read(hole: float) -> None:
    with pytest.raises(InvalidValueError, match="values"):
        to_document(Numbers(values=((hole,),)))
    document = to_document(Numbers(values=((1.0,),)))
    with pytest.raises(InvalidValueError, match="values"):
        from_document(Numbers, {**document, "values": [[hole]]})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"extra": 1}, "unknown key 'extra'"),
        ({"schema": 2}, "2 instead of 1"),
        ({"kind": "Fit"}, "'Fit' instead of 'FitReport'"),
        ({"schema": None}, "None instead of 1"),
    ],
)
def test_a_strange_document_is_refused_by_name(
    change: dict[str, object], named: str
) -> None:
    with pytest.raises(InvalidValueError, match=named):
        FitReport.from_dict({**REPORT.to_dict(), **change})


def test_a_missing_key_is_refused_by_name() -> None:
    document = REPORT.to_dict()
    del document["estimates"]
    with pytest.raises(InvalidValueError, match="no key 'estimates'"):
        FitReport.from_dict(document)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("iterations", 2.5),
        ("iterations", True),
        ("converged", 1),
        ("message", 3),
        ("log_likelihood", "-9582"),
        ("log_likelihood", True),
        ("estimates", 3.0),
        ("names", [1]),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(key: str, value: object) -> None:
    with pytest.raises(InvalidTypeError, match=key):
        FitReport.from_dict({**REPORT.to_dict(), key: value})
