"""Funnels: who reaches each stage, and the time it takes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from crmkit.campaigns import funnel
from crmkit.errors import InvalidValueError

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def day(number: int | None) -> dt.datetime | None:
    return None if number is None else dt.datetime(2024, 1, number)


def leads() -> dict[str, Any]:
    return {
        "channel": ["web", "web", "web", "mail", "mail"],
        "asked": [day(n) for n in (1, 2, 3, 4, 5)],
        "met": [day(n) for n in (5, 4, None, 6, 9)],
        "won": [day(n) for n in (20, None, None, 7, 9)],
    }


def test_a_funnel_by_channel(eager_frame: Make, columns_of: Read) -> None:
    found = columns_of(
        funnel(eager_frame(leads()), stage_cols=["asked", "met", "won"], by="channel")
    )
    assert found["channel"] == ["mail"] * 3 + ["web"] * 3
    assert found["n_customers"] == [2, 2, 2, 3, 2, 1]
    assert found["overall_rate"] == pytest.approx([1, 1, 1, 1, 2 / 3, 1 / 3])
    assert found["median_days"][1:3] == pytest.approx([3, 0.5])
    assert found["median_days"][4:] == pytest.approx([3, 15])


def test_a_stage_nobody_reaches_has_no_rate_after_it(
    eager_frame: Make, columns_of: Read
) -> None:
    base = {
        "asked": [day(1), day(2)],
        "met": [day(None), day(3)],
        "won": [day(None), day(4)],
    }
    found = columns_of(funnel(eager_frame(base), stage_cols=["asked", "met", "won"]))
    assert found["n_customers"] == [2, 1, 1]
    assert found["conversion_rate"][1:] == pytest.approx([0.5, 1])


@pytest.mark.parametrize(
    ("met", "match"),
    [
        ([None, 4, 3, 6, 9], "date without one in"),
        ([5, 1, 3, 6, 9], "date before that in"),
    ],
)
def test_a_funnel_runs_forwards(
    eager_frame: Make, met: list[int | None], match: str
) -> None:
    base = leads() | {"met": [day(n) for n in met]}
    with pytest.raises(InvalidValueError, match=match):
        funnel(eager_frame(base), stage_cols=["asked", "met", "won"])


def test_a_funnel_by_two_columns(eager_frame: Make, columns_of: Read) -> None:
    base = leads() | {"region": ["n", "s", "s", "n", "n"]}
    found = columns_of(
        funnel(eager_frame(base), stage_cols=["asked", "won"], by=["channel", "region"])
    )
    assert found["channel"] == ["mail"] * 2 + ["web"] * 4
    assert found["region"] == ["n"] * 4 + ["s"] * 2
    assert found["n_customers"] == [2, 2, 1, 1, 2, 0]
