"""The same bits, whatever the order of the rows: every function that takes a frame."""

import os
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from valid_calls import Call, callees, room_of, valid_call

from crmkit.errors import CrmkitWarning

# Where the order of the rows is part of the input, or moves digits: why.
ORDERED: dict[str, str] = {}


# As in test_conformance: the rooms that hold it today; `make mistakes` tries all.
TRIED = [
    name
    for name in callees()
    if os.environ.get("CRMKIT_ALL_MUTATIONS") or room_of(name) == "crmkit"
]


pytestmark = pytest.mark.heavy


def shuffled(call: Call) -> Call:
    """Shuffle the rows of every frame among the arguments; the index moves along."""
    given = {
        name: value.sample(frac=1, random_state=3)
        if isinstance(value, pd.DataFrame)
        else value
        for name, value in call.arguments.items()
    }
    return Call(call.callee, given)


def bits(answer: Any, indexes: list[pd.Index]) -> Any:
    """An answer as text with every digit; rows in the order of their labels."""
    if isinstance(answer, pd.DataFrame):
        beside = any(answer.index.equals(index) for index in indexes)
        rows = (answer.sort_index() if beside else answer).to_dict("split", index=False)
        lines = [repr(row) for row in rows["data"]]
        return rows["columns"], lines if beside else sorted(lines)
    if isinstance(answer, np.ndarray):
        return sorted(map(repr, answer.tolist()))
    if isinstance(answer, tuple | list):
        return [bits(each, indexes) for each in answer]
    return repr(answer.to_dict()) if hasattr(answer, "to_dict") else None


def indexes_of(call: Call) -> list[pd.Index]:
    frames = [
        each for each in call.arguments.values() if isinstance(each, pd.DataFrame)
    ]
    return [each.index for each in frames]


@pytest.mark.parametrize("name", TRIED)
def test_the_order_of_rows_moves_no_bit(name: str) -> None:
    call = valid_call(callees()[name])
    assert call is not None
    if not indexes_of(call) or name in ORDERED:
        return
    other = shuffled(call)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CrmkitWarning)
        answer = other.run()
    before = bits(call.answer, indexes_of(call))
    assert bits(answer, indexes_of(other)) == before
