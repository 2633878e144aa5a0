"""Whom to keep first, and what a point of retention is worth."""

import inspect
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crmkit import campaigns
from crmkit.campaigns import with_retention_priority, with_value_of_retention
from crmkit.churn import margin_multiple
from crmkit.errors import InvalidValueError

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

DEGREES: dict[str, Any] = {
    "customer_id": list("abcdef"),
    "clv_if_active": [900.0, 900.0, 900.0, 900.0, 10.0, -5.0],
    "satisfaction": [3, 9, 3, 9, 3, 9],
    "churn_risk": [0.8, 0.8, 0.1, 0.1, 0.9, 1.0],
}


def _by_id(read: dict[str, list[Any]], column: str) -> dict[Any, Any]:
    return dict(zip(read["customer_id"], read[column], strict=True))


def test_three_degrees_make_the_priority_and_its_reasons(
    frame: Make, columns_of: Read
) -> None:
    found = columns_of(
        with_retention_priority(frame(DEGREES), clv_from=500, satisfaction_from=7)
    )
    assert _by_id(found, "retention_priority") == dict(
        zip("abcdef", [1, 2, 3, 4, 5, 5], strict=True)
    )
    assert _by_id(found, "value_at_risk") == pytest.approx(
        dict(zip("abcdef", [720, 720, 90, 90, 9, 0], strict=True))
    )
    assert _by_id(found, "retention_reasons") == {
        "a": "high value, likely to leave, dissatisfied",
        "b": "high value, likely to leave",
        "c": "high value, dissatisfied",
        "d": "high value",
        "e": "likely to leave, dissatisfied",
        "f": "likely to leave",
    }


def test_rows_keep_their_order_and_their_index() -> None:
    customers = pd.DataFrame(DEGREES, index=[9, 9, 1, 0, 5, 2])
    out = with_retention_priority(customers, clv_from=500, satisfaction_from=7)
    pd.testing.assert_frame_equal(out[list(DEGREES)], customers)


def test_without_a_survey_two_priorities_do_not_occur(
    frame: Make, columns_of: Read
) -> None:
    silent = {name: DEGREES[name] for name in DEGREES if name != "satisfaction"}
    found = columns_of(with_retention_priority(frame(silent), clv_from=500))
    assert sorted(found["retention_priority"]) == [2, 2, 4, 4, 5, 5]
    assert "nothing in particular" not in found["retention_reasons"]


def test_what_cannot_be_saved_is_not_at_risk(frame: Make, columns_of: Read) -> None:
    customers = {
        "customer_id": [1, 2, 3, 4],
        "clv_if_active": [100.0, 100, 100, -5],
        "churn_risk": [0.5, 0.0, 0.5, 0.5],
        "persuadability": [0.2, 0.2, 0.0, 0.2],
    }
    ask: dict[str, Any] = {"clv_from": 50, "persuadability_col": "persuadability"}
    out = columns_of(with_retention_priority(frame(customers), **ask))
    assert _by_id(out, "value_at_risk") == pytest.approx({1: 10, 2: 0, 3: 0, 4: 0})
    broken = customers | {"persuadability": [0.2, 0.2, 1.2, 0.2]}
    with pytest.raises(InvalidValueError, match="'persuadability': value outside"):
        with_retention_priority(frame(broken), **ask)


def test_value_and_value_at_risk_add_up_to_the_value_of_staying(
    eager_frame: Make, columns_of: Read
) -> None:
    alive, clv = [0.2, 0.5, 1.0], [10.0, 50.0, 70.0]
    customers = {
        "clv_if_active": [v / p for v, p in zip(clv, alive, strict=True)],
        "departure_risk": [1 - p for p in alive],
    }
    found = columns_of(
        with_retention_priority(
            eager_frame(customers), clv_from=0, risk_col="departure_risk"
        )
    )
    both = [lost + v for lost, v in zip(found["value_at_risk"], clv, strict=True)]
    assert both == pytest.approx(customers["clv_if_active"])


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_an_answer_that_is_missing_is_refused(frame: Make, hole: float | None) -> None:
    broken = DEGREES | {"satisfaction": [3.0, hole, 3, 9, 3, 9]}
    with pytest.raises(InvalidValueError, match="'satisfaction': missing value"):
        with_retention_priority(frame(broken), clv_from=500, satisfaction_from=7)


def test_a_probability_outside_its_range_is_refused(frame: Make) -> None:
    broken = DEGREES | {"churn_risk": [1.5] * 6}
    with pytest.raises(InvalidValueError, match="outside 0 to 1"):
        with_retention_priority(frame(broken), clv_from=500)


def test_whoever_multiplies_by_a_chance_reads_the_value_of_an_active_customer() -> None:
    read = {
        name: inspect.signature(getattr(campaigns, name)).parameters["clv_col"].default
        for name in campaigns.__all__
        if inspect.isfunction(getattr(campaigns, name))
        and name != "acquisition_return_by"  # reads what was won, by no chance
        and "clv_col" in inspect.signature(getattr(campaigns, name)).parameters
    }
    assert len(read) == 6
    assert set(read.values()) == {"clv_if_active"}


def test_the_value_of_a_point_is_the_slope(columns_of: Read, eager_frame: Make) -> None:
    columns = {"n_customers": [10, 5], "margin": [3.0, 7.0], "retention": [0.6, 0.9]}
    tiers: dict[str, Any] = columns
    out = columns_of(with_value_of_retention(eager_frame(tiers), discount_rate=0.12))
    for at, r in enumerate(tiers["retention"]):
        step = [
            margin_multiple(retention_rate=r + side, discount_rate=0.12)
            for side in (1e-6, -1e-6)
        ]
        slope = (
            tiers["n_customers"][at] * tiers["margin"][at] * (step[0] - step[1]) / 2e-4
        )
        assert out["value_of_a_point"][at] == pytest.approx(slope, rel=1e-6)
    broken = tiers | {"retention": [0.6, 1.2]}
    with pytest.raises(InvalidValueError, match="'retention': value outside"):
        with_value_of_retention(eager_frame(broken), discount_rate=0.12)
    with pytest.raises(InvalidValueError, match="no limit"):
        with_value_of_retention(eager_frame(tiers), discount_rate=0, margin_growth=0.2)


def test_a_value_below_one_is_at_risk_too() -> None:
    base = pd.DataFrame(
        {"clv_if_active": [0.5, 1.0, 0.0, -0.5], "churn_risk": [0.25, 0.5, 0.5, 0.5]}
    )
    found = with_retention_priority(base, clv_from=0.75)
    assert found["value_at_risk"].tolist() == [0.125, 0.5, 0.0, 0.0]
    assert found["retention_priority"].tolist() == [5, 2, 5, 5]
