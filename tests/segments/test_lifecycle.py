"""Life cycle, lapse window, preferences: behaviour read from a log."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow as pa
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
        "inactivity": 41,
        "latest_gap_days": 136,
        "recent_amount": 25.0,
        "previous_amount": 10.0,
    }
    assert found["bob"]["latest_gap_days"] == 0
    assert found["cyd"]["inactivity"] == 0
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
    "inactivity": [400, 10, 20, 5, 5, 5, 100, 5],
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
    silent = {**LIVES, "inactivity": [180, 179, 20, 5, 5, 5, 250, 5]}
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


def test_the_preferred_channel_is_that_of_most_money(
    frame: Make, columns_of: Read
) -> None:
    log = {
        "customer_id": ["bob", "ann", "ann", "ann", "cyd"],
        "channel": ["shop", "web", "shop", "web", "web"],
        "amount": [5.0, 10.0, 20.0, 10.0, 0.0],
    }
    found = by_customer(columns_of(segments.preferences(frame(log), by="channel")))
    assert found["ann"] == {"preferred_channel": "shop", "preferred_share": 0.5}
    assert found["bob"]["preferred_channel"] == "shop"
    assert str(found["cyd"]["preferred_share"]) in {"None", "nan", "<NA>"}


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_share_of_nothing_is_missing_in_the_sense_of_the_library(make: Any) -> None:
    log = {"customer_id": ["ann", "bob"], "channel": ["web", "web"], "amount": [0.0, 1]}
    found = nw.from_native(segments.preferences(make(log), by="channel"))
    assert found["preferred_share"].null_count() == 1


def test_a_purchase_without_channel_is_refused(frame: Make) -> None:
    log = {"customer_id": ["a", "b"], "channel": ["web", None], "amount": [1.0, 1.0]}
    with pytest.raises(errors.InvalidValueError, match="'channel': missing"):
        segments.preferences(frame(log), by="channel")


def test_a_preferred_combination_of_columns(frame: Make, columns_of: Read) -> None:
    log = {
        "customer_id": ["ann"] * 4,
        "channel": ["web", "web", "shop", "shop"],
        "place": ["b", "a", "a", "c"],
        "amount": [5.0, 10.0, 10.0, 1.0],
    }
    found = columns_of(segments.preferences(frame(log), by=["channel", "place"]))
    # Of two equal combinations, the first in the alphabet.
    assert found["preferred_channel"] == ["shop"]
    assert found["preferred_place"] == ["a"]


def test_the_id_itself_may_be_a_group(frame: Make, columns_of: Read) -> None:
    log = {"customer_id": ["bob", "ann", "ann"], "amount": [1.0, 2.0, 3.0]}
    found = columns_of(segments.preferences(frame(log), by="customer_id"))
    assert sorted(found["preferred_customer_id"]) == ["ann", "bob"]
    assert found["preferred_share"] == [1.0, 1.0]


def test_categories_are_read_as_their_names() -> None:
    plain = pd.DataFrame(
        {
            "customer_id": ["bob", "ann", "ann"],
            "channel": ["web", "shop", "web"],
            "date": pd.to_datetime(["2024-01-05", "2024-01-06", "2024-02-07"]),
            "amount": [1.0, 2.0, 2.0],
        }
    )
    names = plain[["customer_id", "channel"]].astype("category")
    named = plain.assign(
        customer_id=names["customer_id"].cat.reorder_categories(["bob", "ann"]),
        channel=names["channel"].cat.reorder_categories(["web", "shop"]),
    )
    for other in (named, pl.from_pandas(named), pa.Table.from_pandas(named)):
        found = segments.preferences(other, by="channel")
        preferred = nw.from_native(found)["preferred_channel"].to_list()
        ids = nw.from_native(found)["customer_id"].to_list()
        assert dict(zip(ids, preferred, strict=True)) == {"ann": "shop", "bob": "web"}
        summary = segments.lifecycle_summary(
            other, observation_period_end="2024-03-31", window_days=30
        )
        inactivity = nw.from_native(summary)["inactivity"].to_list()
        ids = nw.from_native(summary)["customer_id"].to_list()
        assert dict(zip(ids, inactivity, strict=True)) == {"ann": 53, "bob": 86}
