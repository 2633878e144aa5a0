"""The grammar of public signatures: the frame first, then words and only words."""

import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any, get_origin

import pytest
from narwhals.stable.v2.typing import (
    IntoDataFrame,
    IntoDataFrameT,
    IntoFrame,
    IntoFrameT,
)

import crmkit

# These build something out of nothing: numbers, another library's model, a seed.
EXEMPT = re.compile(r"(?:from_|load_|simulate_)\w+$|per_unit_rate$")
FRAMES = (IntoFrame, IntoFrameT, IntoDataFrame, IntoDataFrameT)
# `by` names the columns of groups; the others are printed as they are, never looked up.
WORDS = {"by", "time_unit", "title", "label", "currency"}
MOST = 10  # beyond it, some of them belong in a value, such as HistoryColumns
# One word for one thing: what each of these is called instead.
GONE = {
    "by_col": "by",
    "calibration_end": "calibration_period_end",
    "count": "n_resamples or n_draws",
    "draws": "n_draws",
    "frequency_col": "columns=HistoryColumns(frequency=...)",
    "group_col": "by",
    "high_col": "upper_col",
    "low_col": "lower_col",
    "monetary_value_col": "columns=HistoryColumns(monetary_value=...)",
    "peers_by": "by",
    "recency_col": "columns=HistoryColumns(recency=...)",
    "repeats": "n_resamples",
    "resamples": "n_resamples",
    "T_col": "columns=HistoryColumns(T=...)",
}
GONE_ENDINGS = {"_high": "_upper", "_interval": "_lower and _upper", "_low": "_lower"}

BY_POSITION = {
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
}

Function = Callable[..., Any]


def namespaces() -> list[ModuleType]:
    """Return the root and the rooms it names, all of which read frames."""
    rooms = [getattr(crmkit, name) for name in crmkit.__all__]
    return [crmkit, *(room for room in rooms if inspect.ismodule(room))]


def exported(kind: Callable[[object], bool]) -> dict[str, Any]:
    return {
        f"{thing.__module__}.{name}": thing
        for space in namespaces()
        for name in space.__all__
        if kind(thing := getattr(space, name)) and space is not crmkit.errors
    }


CLASSES = exported(inspect.isclass)
FUNCTIONS = {
    **{
        name: function
        for name, function in exported(inspect.isfunction).items()
        if not EXEMPT.match(function.__name__)
    },
    **{
        f"{name}.{method}": function
        for name, kind in CLASSES.items()
        for method, function in inspect.getmembers(kind, inspect.isfunction)
        if method.startswith("with_")
    },
}
pytestmark = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


def parameters(function: Function) -> list[inspect.Parameter]:
    given = list(inspect.signature(function).parameters.values())
    return [each for each in given if each.name != "self"]


def names_a_column(parameter: inspect.Parameter) -> bool:
    return parameter.name.endswith(("_col", "_cols", "_prefix"))


def is_frame(parameter: inspect.Parameter) -> bool:
    """Tell a frame, or a value of ours that stands for one: a ledger, a fit."""
    kind = get_origin(parameter.annotation) or parameter.annotation
    ours = getattr(kind, "__module__", "").startswith("crmkit.")
    return ours or any(parameter.annotation == each for each in FRAMES)


def reckons_without_a_frame(function: Function) -> bool:
    """Tell what reads no frame, such as the size of a survey: it has words only."""
    given = parameters(function)
    frames = [each for each in given if each.annotation in FRAMES]
    return not frames and all(each.kind is each.KEYWORD_ONLY for each in given)


def test_the_frame_comes_first_and_by_position(function: Function) -> None:
    if reckons_without_a_frame(function):
        return
    first = parameters(function)[0]
    assert first.kind in BY_POSITION
    assert first.default is first.empty
    assert is_frame(first), f"{first.name}: {first.annotation}"


def test_only_frames_go_by_position(function: Function) -> None:
    others = [each for each in parameters(function)[1:] if not is_frame(each)]
    kinds = {each.name: each.kind for each in others}
    assert set(kinds.values()) <= {inspect.Parameter.KEYWORD_ONLY}, kinds


def test_every_parameter_and_the_result_are_typed(function: Function) -> None:
    signature = inspect.signature(function)
    assert signature.return_annotation is not signature.empty
    assert all(each.annotation is not each.empty for each in parameters(function))


def test_a_column_is_a_name_and_says_so(function: Function) -> None:
    for each in parameters(function)[1:]:
        kind = str(each.annotation)
        texts = kind in {"<class 'str'>", "str | None"}
        named = names_a_column(each) or each.name in WORDS
        assert not texts or named, f"{each.name}: end it in _col"
        if names_a_column(each):
            assert "str" in kind, f"{each.name}: a column is told by its name"


def test_parameters_are_few(function: Function) -> None:
    # How long work tells of itself decides nothing about the answer, and is one word
    # wherever it is taken: it is counted apart.
    names = [each.name for each in parameters(function) if each.name != "progress"]
    assert len(names) <= MOST, f"{len(names)}: {names}"


def test_parameters_use_the_words_of_the_library(function: Function) -> None:
    found = {
        each.name: GONE[each.name] for each in parameters(function) if each.name in GONE
    }
    assert not found, f"call it {found}"


def test_a_column_of_an_interval_ends_in_lower_or_upper(function: Function) -> None:
    defaults = [each.default for each in parameters(function) if names_a_column(each)]
    names = [each for each in defaults if isinstance(each, str)]
    wrong = [name for name in names if name.endswith(tuple(GONE_ENDINGS))]
    assert not wrong, GONE_ENDINGS


def test_no_switch_makes_two_functions_of_one(function: Function) -> None:
    switches = [
        each.name for each in parameters(function) if isinstance(each.default, bool)
    ]
    assert not switches, "two names, or a Literal that says what each way is"
