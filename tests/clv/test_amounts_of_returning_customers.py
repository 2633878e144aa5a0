"""Who came back has paid something: the rule holds in memory and in an engine."""

from typing import Any

import pytest

from crmkit._frames import read, refuse
from crmkit.clv.value.opened_customers import nonpositive_rule
from crmkit.errors import InvalidValueError
from crmkit.typing import HISTORY

GIVEN: dict[str, Any] = {
    "customer_id": ["a", "b", "c", "d"],
    "frequency": [2.0, 0.0, 1.0, 3.0],
    "monetary_value": [0.25, 0.0, 0.75, 1.0],
}


def _refuse(frame: Any) -> None:
    opened = read(frame, list(GIVEN))
    rule = nonpositive_rule(HISTORY, remedy="Drop them.")
    refuse(opened, [rule], id_col="customer_id")


def test_amounts_above_nothing_are_taken(frame: Any) -> None:
    _refuse(frame(GIVEN))


def test_an_amount_of_nothing_is_refused(frame: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"0 or less in 2 of 4 .*'c'"):
        _refuse(frame({**GIVEN, "monetary_value": [0.25, 0.0, 0.0, -0.5]}))
