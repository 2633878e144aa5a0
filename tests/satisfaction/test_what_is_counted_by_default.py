"""Without a number given, no answer was missing, left out or of another kind."""

from dataclasses import MISSING, fields
from typing import Any

import pytest

from crmkit.satisfaction import (
    Kano,
    Nps,
    OutcomeLink,
    PairedNpsDifference,
    Rating,
    SatisfactionIndex,
)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (OutcomeLink, {"missing"}),
        (Nps, {"missing", "dropped"}),
        (Rating, {"missing", "dropped"}),
        (PairedNpsDifference, {"incomplete"}),
        (SatisfactionIndex, {"n_responses", "incomplete"}),
        (
            Kano,
            {"must_be", "one_dimensional", "attractive", "indifferent", "reverse",
             "questionable", "incomplete"},
        ),
    ],
)  # fmt: skip
def test_what_is_not_given_is_not_counted(kind: Any, names: set[str]) -> None:
    usual = {each.name: each.default for each in fields(kind)}
    assert {name: usual[name] for name in names} == dict.fromkeys(names, 0)
    others = [usual[name] for name in usual if name not in names]
    assert all(other is MISSING or other != 0 for other in others)
