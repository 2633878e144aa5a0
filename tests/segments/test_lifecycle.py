"""Life cycle, lapse window, preferences: behaviour read from a log."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import errors, segments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

ROWS = [
    ("ann", "2024-01-05", 10.0),
    ("ann", "2024-05-20", 20.0),
    ("ann", "2024-05-20", 5.0),
    ("bob", "2024-06-11", 15.0),
    ("cyd", "2024-03-02", 30.0),
    ("cyd", "2024-06-30", 40.0),
    ("dan", "2023-01-01", 9.0),
]
END = "2024-06-30"


def log_of(rows: list[tuple[str, str, float]]) -> dict[str, list[Any]]:
    return {
        "customer_id": [who for who, _, _ in rows],
        "date": [dt.datetime.fromisoformat(day) for _, day, _ in rows],
        "amount": [amount for _, _, amount in rows],
    }


def by_customer(found: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    names = [name for name in found if name != "customer_id"]
    return {
        who: {name: found[name][at] for name in names}
        for at, who in enumerate(found["customer_id"])
    }


def test_the_summary_of_a_life(frame: Make, columns_of: Read) -> None:
    summary = segments.lifecycle_summary(
        frame(log_of(ROWS)), observation_period_end=END, window_days=90
    )
    found = by_customer(columns_of(summary))
    assert found["ann"] == {
        "tenure_days": 177,
        "inactivity_days": 41,
        "latest_gap_days": 136,
        "recent_amount": 25.0,
        "previous_amount": 10.0,
    }
    assert found["bob"]["latest_gap_days"] == 0
    assert found["cyd"]["inactivity_days"] == 0
    assert (found["dan"]["recent_amount"], found["dan"]["previous_amount"]) == (0, 0)


def test_an_eager_summary_is_sorted_with_a_fresh_index() -> None:
    import pandas as pd

    log = pd.DataFrame(log_of(ROWS[::-1]), index=[3] * len(ROWS))
    found = segments.lifecycle_summary(log, observation_period_end=END, window_days=9)
    assert list(found["customer_id"]) == ["ann", "bob", "cyd", "dan"]
    assert list(found.index) == [0, 1, 2, 3]


def test_the_window_ends_with_the_last_day(frame: Make, columns_of: Read) -> None:
    rows = [
        ("a", "2024-06-21", 1.0),
        ("a", "2024-06-20", 2.0),
        ("a", "2024-06-10", 4.0),
    ]
    summary = segments.lifecycle_summary(
        frame(log_of(rows)), observation_period_end=END, window_days=10
    )
    found = by_customer(columns_of(summary))["a"]
    assert (found["recent_amount"], found["previous_amount"]) == (1, 2)


LIVES = {
    "customer_id": ["gone", "back", "young", "more", "less", "same", "still", "eased"],
    "tenure_days": [800, 900, 20, 700, 700, 700, 700, 700],
    "inactivity_days": [400, 10, 20, 5, 5, 5, 100, 5],
    "latest_gap_days": [30, 300, 0, 30, 30, 30, 30, 30],
    "recent_amount": [0.0, 50.0, 30.0, 100.0, 50.0, 100.0, 0.0, 95.0],
    "previous_amount": [0.0, 0.0, 0.0, 60.0, 80.0, 95.0, 0.0, 100.0],
    "probability_alive": [0.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.3, 0.9],
}


def test_each_stage_has_its_rule(frame: Make, columns_of: Read) -> None:
    found = columns_of(
        segments.with_lifecycle_stage(frame(LIVES), lapse_days=180, window_days=90)
    )
    stage = dict(zip(found["customer_id"], found["lifecycle_stage"], strict=True))
    assert stage == {
        "gone": "termination",
        "back": "recovery",
        "young": "development",
        "more": "growth",
        "less": "decline",
        "same": "maturity",
        "still": "maturity",
        "eased": "maturity",  # 5 % less is within the tolerance
    }
    assert set(stage.values()) < set(segments.LIFECYCLE_STAGES)


def test_who_is_silent_through_both_windows_declines(
    frame: Make, columns_of: Read
) -> None:
    # No goodbye yet, with a lapse of 300 days, but nothing to call mature either.
    silent = {**LIVES, "inactivity_days": [180, 179, 20, 5, 5, 5, 250, 5]}
    found = columns_of(
        segments.with_lifecycle_stage(frame(silent), lapse_days=300, window_days=90)
    )
    stage = dict(zip(found["customer_id"], found["lifecycle_stage"], strict=True))
    assert (stage["gone"], stage["still"]) == ("decline", "decline")
    assert stage["back"] == "growth"  # 50 against nothing, as its columns say


@pytest.mark.parametrize("alive_from", [-0.1, 1.5])
def test_a_bar_of_probability_is_one(alive_from: float) -> None:
    import pandas as pd

    with pytest.raises(errors.InvalidValueError, match="'alive_from'"):
        segments.with_lifecycle_stage(
            pd.DataFrame(LIVES), lapse_days=180, window_days=90, alive_from=alive_from
        )


def test_a_fitted_model_can_say_goodbye(frame: Make, columns_of: Read) -> None:
    found = columns_of(
        segments.with_lifecycle_stage(
            frame(LIVES),
            lapse_days=180,
            window_days=90,
            probability_alive_col="probability_alive",
        )
    )
    stage = dict(zip(found["customer_id"], found["lifecycle_stage"], strict=True))
    assert stage["still"] == "termination"


def test_a_probability_above_one_is_refused(frame: Make) -> None:
    lives = {**LIVES, "probability_alive": [1.1] * 8}
    with pytest.raises(errors.InvalidValueError, match="outside 0 to 1"):
        segments.with_lifecycle_stage(
            frame(lives),
            lapse_days=180,
            window_days=90,
            probability_alive_col="probability_alive",
        )


def test_prospects_are_potential_until_they_buy(
    eager_frame: Make, columns_of: Read
) -> None:
    leads = eager_frame({"customer_id": ["zoe", "ann"], "source": ["fair", "web"]})
    base = eager_frame({"customer_id": ["ann", "bob", "ann"]})
    found = columns_of(segments.with_potential_stage(leads, base))
    assert found["customer_id"] == ["zoe", "ann"]
    assert found["lifecycle_stage"][0] == "potential"
    assert str(found["lifecycle_stage"][1]) in {"None", "nan", "<NA>"}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_prospects_are_potential_in_an_engine(engine: str, columns_of: Read) -> None:
    import duckdb
    import polars as pl

    leads: Any = pl.LazyFrame(
        {"customer_id": ["zoe", "ann"], "source": ["fair", "web"]}
    )
    base: Any = pl.LazyFrame({"customer_id": ["ann", "bob", "ann"]})
    if engine == "duckdb":
        connection = duckdb.connect()
        leads, base = (
            connection.from_arrow(lazy.collect().to_arrow()) for lazy in (leads, base)
        )
    marked = segments.with_potential_stage(leads, base)
    assert type(marked) is type(leads)
    found = columns_of(marked)
    assert list(found) == ["customer_id", "source", "lifecycle_stage"]
    stage = dict(zip(found["customer_id"], found["lifecycle_stage"], strict=True))
    assert stage == {"zoe": "potential", "ann": None}


def test_open_gaps_lengthen_the_lapse_window(frame: Make) -> None:
    # Gaps 7, 7, 10, 20 completed, 6 and 8 open. By hand: S(7) = 3/5, S(10) = 3/10.
    rows = [("a", f"2024-01-{day:02}", 1.0) for day in (1, 8, 15, 25)]
    rows += [("b", "2024-01-03", 1.0), ("b", "2024-01-23", 1.0)]
    window = segments.fit_lapse_window(
        frame(log_of(rows)), observation_period_end="2024-01-31", share=0.75
    )
    assert (window.periods, window.periods_completed_only) == (20, 10)
    assert (window.completed, window.open) == (4, 2)
    assert window.returning == 1
    # The gap open for 6 days is no longer waiting on day 7.
    shorter = segments.fit_lapse_window(
        frame(log_of(rows)), observation_period_end="2024-01-31", share=0.7
    )
    assert shorter.periods == 10


def test_a_share_that_is_never_reached_has_no_window(frame: Make) -> None:
    rows = [("a", "2024-01-01", 1.0), ("a", "2024-01-03", 1.0)]
    rows += [(name, "2024-01-02", 1.0) for name in "bcdefgh"]
    window = segments.fit_lapse_window(
        frame(log_of(rows)), observation_period_end="2024-03-31", share=0.9
    )
    assert window.periods is None
    assert window.returning == pytest.approx(1 / 9, rel=1e-12)
    document = json.loads(json.dumps(window.to_dict()))
    assert segments.LapseWindow.from_dict(document) == window


def test_the_window_is_the_kaplan_meier_quantile(rng: np.random.Generator) -> None:
    import polars as pl
    from scipy import stats

    start = dt.date(2024, 1, 1)
    who = rng.integers(0, 60, 400).tolist()
    day = rng.integers(0, 300, 400).tolist()
    log = pl.DataFrame(
        {
            "customer_id": who,
            "date": [start + dt.timedelta(days=d) for d in day],
            "amount": 1.0,
        }
    )
    gaps, open_gaps = [], []
    for one in set(who):
        own = sorted({d for w, d in zip(who, day, strict=True) if w == one})
        gaps += np.diff(own).tolist()
        open_gaps.append(304 - own[-1])
    data = stats.CensoredData(uncensored=gaps, right=open_gaps)
    curve = stats.ecdf(data).cdf
    expected = curve.quantiles[np.argmax(curve.probabilities >= 0.9 - 1e-12)]
    window = segments.fit_lapse_window(log, observation_period_end="2024-10-31")
    assert window.periods == expected


def test_nobody_bought_twice(frame: Make) -> None:
    rows = [("a", "2024-01-01", 1.0), ("b", "2024-01-03", 1.0)]
    with pytest.raises(errors.NotEnoughDataError, match="two purchases"):
        segments.fit_lapse_window(
            frame(log_of(rows)), observation_period_end="2024-03-31"
        )


def test_the_preferred_channel_is_that_of_most_money(
    frame: Make, columns_of: Read
) -> None:
    log = {
        "customer_id": ["bob", "ann", "ann", "ann", "cyd"],
        "channel": ["shop", "web", "shop", "web", "web"],
        "amount": [5.0, 10.0, 20.0, 10.0, 0.0],
    }
    found = by_customer(columns_of(segments.preferences(frame(log), by_col="channel")))
    assert found["ann"] == {"preferred_channel": "shop", "preferred_share": 0.5}
    assert found["bob"]["preferred_channel"] == "shop"
    assert str(found["cyd"]["preferred_share"]) in {"None", "nan", "<NA>"}


def test_a_purchase_without_channel_is_refused(frame: Make) -> None:
    log = {"customer_id": ["a", "b"], "channel": ["web", None], "amount": [1.0, 1.0]}
    with pytest.raises(errors.InvalidValueError, match="'channel': 1 missing"):
        segments.preferences(frame(log), by_col="channel")


def test_a_share_that_is_never_reached_is_no_window_in_words() -> None:
    never = segments.LapseWindow(
        share=0.9,
        returning=0.5,
        completed=3.0,
        open=3.0,
        periods_completed_only=4,
        grain="day",
    )
    assert str(never) == (
        "no window: 50% of purchases are ever followed by another, less than 90%"
    )
