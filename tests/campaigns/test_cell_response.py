"""Cells of a test mailing, compared with the rate at which a contact pays."""

from collections.abc import Callable
from typing import Any

import pytest

from crmkit.campaigns import cell_response
from crmkit.errors import InvalidTypeError, InvalidValueError

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def mailing() -> dict[str, Any]:
    return {
        "rfm_cell": ["555"] * 100 + ["333"] * 100 + ["111"] * 200,
        "responded": [True] * 15 + [False] * 85 + [True] * 7 + [False] * 293,
    }


def test_cells_against_break_even(frame: Make, columns_of: Read) -> None:
    found = columns_of(
        cell_response(frame(mailing()), cost_per_contact=1.0, margin_per_response=20.0)
    )
    verdict = dict(zip(found["rfm_cell"], found["verdict"], strict=True))
    assert verdict == {"555": "contact", "333": "test more", "111": "skip"}
    profit = dict(zip(found["rfm_cell"], found["profit_per_contact"], strict=True))
    assert profit["555"] == pytest.approx(2.0, rel=1e-12)
    assert set(found["break_even_rate"]) == {0.05}


def test_an_answer_that_is_neither_yes_nor_no_is_refused(frame: Make) -> None:
    base = frame({"rfm_cell": ["1"], "responded": [2]})
    with pytest.raises(InvalidValueError, match="other than 0 or 1"):
        cell_response(base, cost_per_contact=1, margin_per_response=2)


def test_text_is_no_answer(frame: Make) -> None:
    base = frame({"rfm_cell": ["1"], "responded": ["yes"]})
    with pytest.raises(InvalidTypeError, match="'responded'"):
        cell_response(base, cost_per_contact=1, margin_per_response=2)
