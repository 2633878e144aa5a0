"""Every public result comes back from JSON, whatever optional fields are None."""

import dataclasses
import inspect
import json
import types
import typing
from types import ModuleType
from typing import Any

import pytest

import crmkit
from crmkit import fits
from crmkit.errors import CrmkitError, InvalidTypeError, InvalidValueError
from crmkit.typing import HistoryColumns


def results() -> dict[str, Any]:
    """Return the public dataclasses that can be written as JSON."""
    rooms = [getattr(crmkit, name) for name in crmkit.__all__]
    spaces = [crmkit, fits, *(room for room in rooms if isinstance(room, ModuleType))]
    return {
        kind.__name__: kind
        for space in spaces
        for name in space.__all__
        if inspect.isclass(kind := getattr(space, name))
        and dataclasses.is_dataclass(kind)
        and hasattr(kind, "to_dict")
    }


RESULTS = results()
# Fields that a class holds against one another: the values that fit together.
TOGETHER: dict[str, dict[str, Any]] = {
    "Bands": {"detractors": (0, 6), "passives": (7, 8), "promoters": (9, 10)},
    "Rating": {"lowest": 1, "counts": (2, 3, 4, 5, 6), "boxes": 2},
    "References": {"periods": ("2024-01-01", "2024-02-01")},
    "RfmScores": {
        "recency_bounds": (30.0, 10.0),
        "frequency_bounds": (1.0, 2.0),
        "monetary_bounds": (10.0, 20.0),
        "frequency_within": (),
        "monetary_within": (),
        "tie_ids": (),
        "n_customers": (),
    },
    "RfmSegment": {"recency": (1, 3), "frequency": (1, 3), "monetary": (1, 3)},
    "ValueTiers": {
        "labels": ("A", "B", "C"),
        "cuts": (20.0, 10.0),
        "keep": (18.0, 9.0),
        "n_customers": (1.0, 2.0, 3.0),
        "values": (30.0, 30.0, 15.0),
    },
}


def optional(kind: Any) -> list[str]:
    return [
        n for n, hint in fields(kind).items() if types.NoneType in typing.get_args(hint)
    ]


def fields(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def example(hint: Any, at: int = 0) -> Any:  # noqa: PLR0911 - one line per kind
    """Return a value of a type: numbers that rise, so that most rules are kept."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if types.NoneType in arguments:
        return example(next(a for a in arguments if a is not types.NoneType), at)
    if origin is typing.Literal:
        return arguments[0]
    if origin is tuple and arguments[-1] is Ellipsis:
        return tuple(example(arguments[0], at + k) for k in range(2))
    if origin is tuple:
        return tuple(example(each, at + k) for k, each in enumerate(arguments))
    if origin in {typing.Union, types.UnionType}:
        return example(arguments[0], at)
    if dataclasses.is_dataclass(hint):
        return built(hint)
    return {float: 0.25 + at / 8, int: 3 + at, str: f"word {at}", bool: True}[hint]


def built(kind: Any, **given: Any) -> Any:
    together = TOGETHER.get(kind.__name__, {})
    made = {name: example(hint) for name, hint in fields(kind).items()}
    if kind is HistoryColumns:  # no two columns have one name
        together = {name: f"column {name}" for name in made}
    if kind.__name__ == "RfmSegments":  # one segment for every combination of scores
        together = {"rules": (built(crmkit.segments.RfmSegment),), "bins": 3}
    return kind(**{**made, **together, **given})


@pytest.mark.parametrize("kind", RESULTS.values(), ids=RESULTS)
def test_a_result_comes_back(kind: Any) -> None:
    value = built(kind)
    assert kind.from_dict(json.loads(json.dumps(value.to_dict()))) == value


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in RESULTS.values() for name in optional(kind)],
)
def test_a_result_with_an_unknown_field_comes_back(kind: Any, name: str) -> None:
    try:
        value = built(kind, **{name: None})
    except CrmkitError:
        value = built(kind, **dict.fromkeys(optional(kind)))
    assert getattr(value, name) is None
    assert kind.from_dict(json.loads(json.dumps(value.to_dict()))) == value


HOSTILE = [
    float("nan"),
    10**400,
    "9" * 100_000,
    [[[[[1]]]]],
    {"kind": "Other"},
    [],
    True,
    object(),
]


@pytest.mark.parametrize("kind", RESULTS.values(), ids=RESULTS)
def test_rubbish_in_a_number_is_refused_in_a_short_sentence(kind: Any) -> None:
    numbers = [name for name, hint in fields(kind).items() if hint in (float, int)]
    document = built(kind).to_dict()
    for name in numbers:
        for rubbish in HOSTILE:
            with pytest.raises((InvalidTypeError, InvalidValueError)) as refused:
                kind.from_dict({**document, name: rubbish})
            assert len(str(refused.value)) < 300
            with pytest.raises(CrmkitError):
                built(kind, **{name: rubbish})
