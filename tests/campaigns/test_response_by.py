"""Contacts counted by group: response, cost, break-even, and comparison to control."""

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit.campaigns import ResponseChange, lift_by, response_by, response_change
from crmkit.errors import InvalidTypeError, InvalidValueError, NotEnoughDataError

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def mailing() -> dict[str, Any]:
    return {
        "rfm_cell": ["555"] * 100 + ["333"] * 100 + ["111"] * 200,
        "responded": [True] * 15 + [False] * 85 + [True] * 7 + [False] * 293,
        "won": [True] * 6 + [False] * 394,
        "cost": [1.5] * 100 + [1.0] * 300,
    }


def by_group(found: dict[str, list[Any]], name: str, key: str = "rfm_cell") -> Any:
    return dict(zip(found[key], found[name], strict=True))


def test_groups_against_break_even(frame: Make, columns_of: Read) -> None:
    found = columns_of(
        response_by(
            frame(mailing()),
            by="rfm_cell",
            cost_per_contact=1.0,
            margin_per_response=20.0,
        )
    )
    verdict = by_group(found, "verdict")
    assert verdict == {"555": "contact", "333": "test more", "111": "skip"}
    assert by_group(found, "profit_per_contact")["555"] == pytest.approx(2.0, rel=1e-12)
    assert set(found["break_even_rate"]) == {0.05}


def test_cost_is_divided_by_contacts_leads_and_won_customers(
    frame: Make, columns_of: Read
) -> None:
    found = columns_of(
        response_by(frame(mailing()), by="rfm_cell", won_col="won", cost_col="cost")
    )
    assert by_group(found, "cost") == {"555": 150, "333": 100, "111": 200}
    assert by_group(found, "cost_per_response")["555"] == pytest.approx(10)
    assert by_group(found, "cost_per_won")["555"] == pytest.approx(25)
    assert by_group(found, "conversion_rate")["555"] == pytest.approx(0.4)
    wilson = stats.binomtest(6, 15).proportion_ci(0.95, "wilson")
    assert by_group(found, "conversion_rate_lower")["555"] == pytest.approx(wilson.low)
    # Without a response there is nothing to divide by.
    nothing = by_group(found, "cost_per_response")["111"]
    assert nothing is None or np.isnan(nothing)
    assert sum(found["n_contacts"]) == 400
    assert sum(found["n_responses"]) == 22


@pytest.mark.parametrize(
    ("change", "given", "match"),
    [
        ({"responded": [2]}, {}, "other than 0 or 1"),
        ({"won": [1]}, {"won_col": "won"}, "1 sales of contacts that did not respond"),
        ({"cost": [-1.0]}, {"cost_col": "cost"}, "negative value"),
        ({"rfm_cell": [None]}, {}, "missing value"),
        ({}, {"margin_per_response": 2.0}, "a margin without a cost"),
        ({}, {"cost_col": "cost", "cost_per_contact": 1.0}, "two costs"),
    ],
)
def test_contacts_that_make_no_sense_are_refused(
    frame: Make, change: dict[str, Any], given: dict[str, Any], match: str
) -> None:
    base = {"rfm_cell": ["1"], "responded": [0], "won": [0], "cost": [1.0]}
    with pytest.raises((InvalidValueError, InvalidTypeError), match=match):
        response_by(frame(base | change), by="rfm_cell", **given)


def test_text_is_no_answer(frame: Make) -> None:
    base = frame({"rfm_cell": ["1"], "responded": ["yes"]})
    with pytest.raises(InvalidTypeError, match="'responded'"):
        response_by(base, by="rfm_cell")


def test_a_group_without_control_is_labelled_and_not_compared(
    frame: Make, columns_of: Read
) -> None:
    found = columns_of(
        lift_by(
            frame(
                {
                    "region": ["a"] * 200 + ["b"] * 50,
                    "treated": [1, 0] * 100 + [1] * 50,
                    "responded": [1, 0, 1, 1] * 50 + [1] * 50,
                }
            ),
            by="region",
        )
    )
    label = by_group(found, "comparison", "region")
    assert label == {"a": "control group", "b": "no control group"}
    lift = by_group(found, "lift", "region")
    assert lift["a"] == pytest.approx(2.0)
    assert lift["b"] is None or np.isnan(lift["b"])
    assert by_group(found, "n_added", "region")["a"] == pytest.approx(50)


def test_newcombes_published_difference() -> None:
    import pandas as pd

    # Newcombe (1998), table II, example (a), method 10: 56/70 - 48/80.
    both = pd.DataFrame(
        {
            "treated": [1] * 70 + [0] * 80,
            "responded": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32,
        }
    )
    found = lift_by(both).iloc[0]
    assert round(found["added_rate_lower"], 4) == 0.0524
    assert round(found["added_rate_upper"], 4) == 0.3339


def test_intervals_of_lift_cover_the_truth(rng: np.random.Generator) -> None:
    import pandas as pd

    rows = []
    for draw in range(400):
        treated = np.arange(600) < 400
        bought = rng.random(600) < np.where(treated, 0.18, 0.12)
        rows.append(
            pd.DataFrame({"draw": draw, "treated": treated, "responded": bought})
        )
    found = lift_by(pd.concat(rows), by="draw")
    inside = (found["lift_lower"] <= 1.5) & (found["lift_upper"] >= 1.5)
    added = (found["added_rate_lower"] <= 0.06) & (found["added_rate_upper"] >= 0.06)
    assert 0.92 < inside.mean() < 0.985
    assert 0.92 < added.mean() < 0.985


def test_the_same_customers_in_two_campaigns(frame: Make) -> None:
    counts = ((1, 1, 101), (1, 0, 121), (0, 1, 59), (0, 0, 33))
    base = {
        "first": [a for a, _, n in counts for _ in range(n)],
        "second": [b for _, b, n in counts for _ in range(n)],
    }
    found = response_change(frame(base), first_col="first", second_col="second")
    assert (found.n_gained, found.n_lost) == (59, 121)
    # mlxtend prints this exact p-value.
    assert found.p_value == pytest.approx(4.4344493e-06, rel=1e-7)
    assert found.change == pytest.approx(-62 / 314)
    lower, upper = found.interval()
    assert lower < found.change < upper < 0
    assert type(found).from_dict(found.to_dict()) == found
    with pytest.raises(NotEnoughDataError):
        response_change(
            frame({"first": [1], "second": [1]}).head(0)
            if hasattr(frame(base), "head")
            else frame({"first": [1], "second": [1]}).limit(0)
            if hasattr(frame(base), "limit")
            else frame(base).slice(0, 0),
            first_col="first",
            second_col="second",
        )


@pytest.mark.parametrize(
    ("counts", "level"),
    [((314, 59, 121), 0.95), ((40, 9, 2), 0.8), ((1, 1, 0), 0.95), ((1, 0, 1), 0.95)],
)
def test_the_range_of_a_change_is_walds_with_half_a_customer_more_in_each_cell(
    counts: tuple[int, int, int], level: float
) -> None:
    n, gained, lost = counts
    found = ResponseChange(
        change=(gained - lost) / n,
        n_customers=n,
        n_gained=gained,
        n_lost=lost,
        p_value=0.5,
    ).interval(level=level)
    # Agresti and Min (2005): each customer is a change of 1, -1 or 0.
    moves = np.array([1.0, -1.0, 0.0, 0.0])
    cells = np.array([gained, lost, n - gained - lost, 0]) + 0.5
    mean = float(np.average(moves, weights=cells))
    spread = float(np.average((moves - mean) ** 2, weights=cells))
    half = NormalDist().inv_cdf(0.5 + level / 2) * (spread / cells.sum()) ** 0.5
    assert found.lower == pytest.approx(max(mean - half, -1.0), rel=1e-9, abs=0)
    assert found.upper == pytest.approx(min(mean + half, 1.0), rel=1e-9, abs=0)
    assert found.level == level


def test_an_interval_that_only_touches_break_even_asks_for_more_tests(
    frame: Make, columns_of: Read
) -> None:
    # Of no answer the lower limit is 0, and of nothing else the upper limit is 1.
    base = {"group": ["none"] * 5 + ["all"] * 5, "responded": [0] * 5 + [1] * 5}
    for cost, verdicts in (
        (0.0, ("test more", "contact")),
        (2.0, ("skip", "test more")),
    ):
        found = columns_of(
            response_by(
                frame(base), by="group", cost_per_contact=cost, margin_per_response=2.0
            )
        )
        by = dict(zip(found["group"], found["verdict"], strict=True))
        assert (by["none"], by["all"]) == verdicts


def test_costs_of_one_contact_one_response_and_one_sale_are_that_cost(
    frame: Make, columns_of: Read
) -> None:
    base = {
        "group": ["a", "b", "b", "b", "c", "c"],
        "responded": [1, 1, 1, 0, 0, 0],
        "won": [1, 1, 0, 0, 0, 0],
        "paid": [3.0, 2.0, 4.0, 5.0, 7.0, 9.0],
    }
    found = columns_of(
        response_by(frame(base), by="group", won_col="won", cost_col="paid")
    )
    place = {name: at for at, name in enumerate(found["group"])}
    for name, known in {
        "cost": (3.0, 11.0, 16.0),
        "cost_per_contact": (3.0, 11 / 3, 8.0),
        "cost_per_response": (3.0, 5.5, None),
        "cost_per_won": (3.0, 11.0, None),
        "response_rate": (1.0, 2 / 3, 0.0),
        "conversion_rate": (1.0, 0.5, None),
    }.items():
        for group, value in zip("abc", known, strict=True):
            given = found[name][place[group]]
            if value is None:
                assert given is None or np.isnan(given)
            else:
                assert given == pytest.approx(value, rel=1e-14, abs=0)
