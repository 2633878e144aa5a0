"""The same bits, whatever the order of the rows: every function that takes a frame."""

import inspect
import re
import warnings
import zlib
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from valid_calls import Call, callees, valid_call

from crmkit.errors import CrmkitWarning

# Where the order of the rows is part of the input, or moves digits: why. The docstring
# says so too.
ORDERED: dict[str, str] = {
    "crmkit.churn.ChurnClassifier.importance": "shuffles rows by their place",
    "crmkit.churn.churn_backtest": "an estimator gets the rows in their order",
    "crmkit.clv.forecast": "draws futures row by row",
    "crmkit.clv.with_clv_interval": "draws futures row by row",
    "crmkit.clv.with_purchases_interval": "draws futures row by row",
    "crmkit.snapshots.cutoff_folds": "answers with the places of rows",
}
CALLEES = callees()
# CI tries one function in so many; `make heavy` tries them all.
FEW = 40


def shuffled(call: Call) -> Call:
    """Shuffle the rows of every frame among the arguments; the index moves along."""
    given = {
        name: value.sample(frac=1, random_state=3)
        if isinstance(value, pd.DataFrame)
        else value
        for name, value in call.arguments.items()
    }
    return Call(call.callee, given)


def is_beside(answer: Any, call: Call) -> bool:
    """Whether an answer has the rows of a frame that the caller passed."""
    labels = answer.index if isinstance(answer, pd.DataFrame) else None
    return labels is not None and any(map(labels.equals, indexes_of(call)))


def bits(answer: Any, *, beside: bool = False) -> Any:
    """An answer as text with every digit; rows in the order of their labels."""
    if isinstance(answer, pd.DataFrame):
        rows = (answer.sort_index() if beside else answer).to_dict("split", index=False)
        lines = [repr(row) for row in rows["data"]]
        return rows["columns"], lines if beside else sorted(lines)
    if isinstance(answer, np.ndarray):
        return sorted(map(repr, answer.tolist()))
    if isinstance(answer, tuple | list):
        return [bits(each) for each in answer]
    if hasattr(answer, "to_dict"):
        return repr(answer.to_dict())
    if is_dataclass(answer):
        return [bits(getattr(answer, each.name)) for each in fields(answer)]
    plain = isinstance(answer, str | float | int | np.generic | None)
    return repr(answer) if plain else type(answer).__name__


def indexes_of(call: Call) -> list[pd.Index]:
    frames = [
        each for each in call.arguments.values() if isinstance(each, pd.DataFrame)
    ]
    return [each.index for each in frames]


def moved(name: str) -> str | None:
    """Say what another order of the rows changes, None where it changes no bit."""
    call = valid_call(CALLEES[name])
    assert call is not None, "give it an example that calls it"
    if not indexes_of(call):
        return None
    other = shuffled(call)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CrmkitWarning)
        answer = other.run()
    beside = is_beside(answer, other) and is_beside(call.answer, call)
    before, after = (bits(each, beside=beside) for each in (call.answer, answer))
    return None if before == after else f"{before!r:.300} becomes {after!r:.300}"


@pytest.mark.heavy
@pytest.mark.parametrize("name", [name for name in CALLEES if name not in ORDERED])
def test_the_order_of_rows_moves_no_bit(name: str) -> None:
    assert moved(name) is None


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, callee in CALLEES.items()
        if name not in ORDERED
        and callee.owner is None
        and ">>>" in (callee.function.__doc__ or "")
        and zlib.crc32(name.encode()) % FEW == 1
    ],
)
def test_the_order_of_rows_moves_no_bit_of_a_sample(name: str) -> None:
    assert moved(name) is None


@pytest.mark.parametrize("name", sorted(ORDERED))
def test_a_docstring_says_what_the_order_of_rows_moves(name: str) -> None:
    said = " ".join((inspect.getdoc(CALLEES[name].function) or "").split())
    assert re.search("order of the (rows|frame)", said)
