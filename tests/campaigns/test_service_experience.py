"""How each customer's cases went, and what that does to satisfaction and retention."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import satisfaction
from crmkit.campaigns import matched_effect_by, service_statistics
from crmkit.campaigns import with_service_experience as with_experience
from crmkit.errors import InvalidValueError


def day(number: int | None) -> dt.datetime | None:
    return None if number is None else dt.datetime(2024, 1, number)


CASES = {
    "customer_id": ["ann", "bob", "bob", "cyd", "eve", "zoe"],
    "opened": [day(n) for n in (1, 1, 3, 4, 20, 1)],
    "closed": [day(n) for n in (1, 2, 9, 30, 20, None)],
    "n_contacts": [1, 1, 3, 1, 1, 1],
    "strategy": ["mail", "phone", "phone", "mail", "mail", "mail"],
    "product": ["tv", "tv", "tv", "tv", "radio", "radio"],
}


def test_the_case_that_went_worst_counts(eager_frame: Any, columns_of: Any) -> None:
    base = {"customer_id": ["ann", "bob", "cyd", "dan", "eve"], "kept": [1, 1, 0, 1, 1]}
    found = columns_of(
        with_experience(eager_frame(base), cases=eager_frame(CASES), as_of="2024-01-15")
    )
    assert found["customer_id"] == base["customer_id"]
    # The case of cyd was closed, and that of eve opened, after the last day seen.
    assert found["n_cases"] == [1, 2, 1, 0, 0]
    assert found["service_experience"] == [
        *("first contact", "later", "open", "no case", "no case")
    ]


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        (8, [(1, "first contact"), (2, "open"), (1, "open"), (0, "no case")]),
        (9, [(1, "first contact"), (2, "later"), (1, "open"), (0, "no case")]),
        (19, [(1, "first contact"), (2, "later"), (1, "open"), (0, "no case")]),
        (20, [(1, "first contact"), (2, "later"), (1, "open"), (1, "first contact")]),
        (30, [(1, "first contact"), (2, "later"), *[(1, "first contact")] * 2]),
    ],
)
def test_the_last_day_seen_belongs_to_what_is_seen(
    as_of: int, found: list[tuple[int, str]]
) -> None:
    base = pd.DataFrame({"customer_id": ["ann", "bob", "cyd", "eve"]})
    seen: Any = with_experience(
        base, cases=pd.DataFrame(CASES), as_of=f"2024-01-{as_of:02}"
    )
    pairs = zip(seen["n_cases"], seen["service_experience"], strict=True)
    assert list(pairs) == found


def test_cases_by_two_columns_add_up(eager_frame: Any, columns_of: Any) -> None:
    found = columns_of(
        service_statistics(eager_frame(CASES), by=["strategy", "product"])
    )
    assert list(zip(found["strategy"], found["product"], strict=True)) == [
        *(("mail", "radio"), ("mail", "tv"), ("phone", "tv"))
    ]
    assert found["n_cases"] == [2, 2, 2]


def test_the_effect_of_service_on_satisfaction_and_retention(
    rng: np.random.Generator,
) -> None:
    n = 6000
    who = np.flatnonzero(rng.random(n) < 0.4)
    contacts = rng.integers(1, 4, who.size)
    cases = pd.DataFrame(
        {
            "customer_id": who,
            "opened": pd.Timestamp("2024-01-05"),
            "closed": pd.Timestamp("2024-01-09"),
            "n_contacts": contacts,
        }
    )
    slow = np.zeros(n)
    slow[who] = contacts > 1
    plan = rng.integers(0, 3, n)
    customers: Any = pd.DataFrame(
        {
            "customer_id": np.arange(n),
            "plan": plan,
            "score_before": 7.0 + plan + rng.normal(0, 1, n),
        }
    )
    customers["score"] = customers["score_before"] - 1.5 * slow + rng.normal(0, 1, n)
    customers["kept"] = rng.random(n) < 0.9 - 0.2 * slow
    base: Any = with_experience(customers, cases=cases, as_of="2024-01-31")
    table: Any = satisfaction.outcomes_by(
        base.assign(kept=base["kept"] * 1.0),
        by="service_experience",
        outcome_cols=["score", "kept"],
    )
    kept = table[table["outcome"] == "kept"].set_index("service_experience")
    assert kept.loc["later", "mean_upper"] < kept.loc["no case", "mean_lower"]
    compared = base[base["service_experience"] != "first contact"]
    compared = compared.assign(
        member=compared["service_experience"] == "later",
        kept=compared["kept"] * 1.0,
    )
    for after, before, truth in (
        ("score", "score_before", -1.5),
        ("kept", None, -0.2),
    ):
        found: Any = matched_effect_by(
            compared, match_cols=["plan"], after_col=after, before_col=before
        ).iloc[0]
        assert found["effect_lower"] < truth < found["effect_upper"]
        assert found["effect_upper"] < 0


def test_cases_that_cannot_be_are_refused(eager_frame: Any) -> None:
    base = eager_frame({"customer_id": ["ann", "ann"]})
    with pytest.raises(InvalidValueError, match="more than one row"):
        with_experience(base, cases=eager_frame(CASES), as_of="2024-01-15")
    base = eager_frame({"customer_id": ["ann"]})
    for wrong, found in (
        ({"n_contacts": [0, 1, 3, 1, 1, 1]}, "value of 0 or less"),
        ({"closed": [day(n) for n in (1, 2, 2, 30, 20, None)]}, "before it was opened"),
    ):
        with pytest.raises(InvalidValueError, match=found):
            with_experience(base, cases=eager_frame(CASES | wrong), as_of="2024-01-15")
