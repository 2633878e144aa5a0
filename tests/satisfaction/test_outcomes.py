"""Answers joined to what customers did afterwards, and what that is worth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import errors
from crmkit.satisfaction import with_outcomes

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def _days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[us]")


ANSWERS: dict[str, Any] = {
    "customer_id": ["b", "a", "c", "d"],
    "date": _days("2024-01-10", "2024-01-31", "2024-01-05", "2023-12-01"),
    "score": [10, 9, 4, 7],
}
PURCHASES: dict[str, Any] = {
    # On as_of, the day after, the last day, one beyond; twice on one day; a stranger.
    "customer_id": ["a", "a", "b", "b", "b", "c", "z"],
    "date": _days(
        "2024-01-31",
        "2024-02-01",
        "2024-03-01",
        "2024-02-10",
        "2024-02-10",
        "2024-03-02",
        "2024-02-02",
    ),
    "amount": [100.0, 20.0, 5.0, 3.0, 4.0, 50.0, 9.0],
}
LEFT = {"customer_id": ["c", "d"], "date": _days("2024-02-10", "2024-06-01")}
REFERRED = {
    "referrer_id": ["b", "b", "a"],
    "date": _days("2024-02-02", "2024-02-03", "2024-01-02"),
}
CONTRACT: Any = {
    "as_of": "2024-01-31",
    "horizon_days": 30,
    "observation_period_end": "2024-03-31",
}


def _after(build: Build) -> Any:
    return with_outcomes(
        build(ANSWERS),
        transactions=build(PURCHASES),
        departures=build(LEFT),
        referrals=build(REFERRED),
        **CONTRACT,
    )


def _after_lazy() -> Any:
    import polars as pl

    return _after(pl.LazyFrame)


def test_only_the_days_of_the_horizon_count(
    eager_frame: Build, columns_of: Read
) -> None:
    rows = columns_of(_after(eager_frame))
    assert rows["customer_id"] == ["b", "a", "c", "d"]
    assert rows["repurchased"] == [1, 1, 0, 0]
    assert rows["purchases"] == [2, 1, 0, 0]
    assert rows["spend"] == [12.0, 20.0, 0.0, 0.0]
    assert rows["days_to_repurchase"] == [10, 1, 30, 30]
    assert rows["churned"] == [0, 0, 1, 0]
    assert rows["days_to_churn"] == [30, 30, 10, 30]
    assert rows["referrals"] == [2, 0, 0, 0]


def test_a_lazy_frame_gives_the_same_and_stays_lazy(columns_of: Read) -> None:
    import polars as pl

    lazy = _after_lazy()
    assert isinstance(lazy, pl.LazyFrame)
    rows = columns_of(lazy.sort("customer_id"))
    eager = columns_of(_after(pl.DataFrame).sort("customer_id"))
    assert rows == {name: eager[name] for name in rows}


def test_an_engine_gives_the_same(columns_of: Read) -> None:
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect()
    rows = columns_of(_after(lambda columns: connection.from_arrow(pa.table(columns))))
    spend = dict(zip(rows["customer_id"], rows["spend"], strict=True))
    assert spend == {"a": 20.0, "b": 12.0, "c": 0.0, "d": 0.0}


def test_later_rows_change_nothing() -> None:
    import pandas as pd

    later = {
        "customer_id": ["a", "c", "d"],
        "date": _days("2024-03-05", "2024-03-02", "2024-12-31"),
        "amount": [1e6, 1e6, 1e6],
    }
    first = with_outcomes(
        pd.DataFrame(ANSWERS), transactions=pd.DataFrame(PURCHASES), **CONTRACT
    )
    more = pd.concat([pd.DataFrame(PURCHASES), pd.DataFrame(later)])
    second = with_outcomes(pd.DataFrame(ANSWERS), transactions=more, **CONTRACT)
    pd.testing.assert_frame_equal(first, second)


def test_an_answer_after_the_cutoff_is_refused(frame: Build) -> None:
    with pytest.raises(errors.InvalidValueError, match="date after as_of"):
        with_outcomes(
            frame(ANSWERS),
            transactions=frame(PURCHASES),
            **(CONTRACT | {"as_of": "2024-01-30"}),
        )


def test_a_horizon_beyond_the_data_is_refused(eager_frame: Build) -> None:
    with pytest.raises(errors.InvalidValueError, match="ends 31 days after the data"):
        with_outcomes(
            eager_frame(ANSWERS),
            transactions=eager_frame(PURCHASES),
            **(CONTRACT | {"horizon_days": 91}),
        )


def test_a_customer_who_answers_twice_is_refused(frame: Build) -> None:
    twice = ANSWERS | {"customer_id": ["b", "a", "b", "d"]}
    with pytest.raises(errors.InvalidValueError, match=r"more than one answer .*'b'"):
        with_outcomes(frame(twice), transactions=frame(PURCHASES), **CONTRACT)


def test_zoned_dates_count_in_their_own_zone() -> None:
    import pandas as pd

    berlin = {
        name: pd.DataFrame(columns).assign(
            date=pd.DatetimeIndex(columns["date"]).tz_localize("Europe/Berlin")
        )
        for name, columns in (("answers", ANSWERS), ("purchases", PURCHASES))
    }
    after = with_outcomes(
        berlin["answers"], transactions=berlin["purchases"], **CONTRACT
    )
    assert after["purchases"].tolist() == [2, 1, 0, 0]


def test_who_had_left_before_is_refused_by_an_engine_too() -> None:
    import polars as pl

    gone = {"customer_id": ["a"], "date": _days("2024-01-31")}
    with pytest.raises(errors.InvalidValueError, match="customer who had left"):
        with_outcomes(
            pl.LazyFrame(ANSWERS),
            transactions=pl.LazyFrame(PURCHASES),
            departures=pl.LazyFrame(gone),
            **CONTRACT,
        )


def test_who_had_left_before_is_refused(eager_frame: Build) -> None:
    gone = {"customer_id": ["a"], "date": _days("2024-01-31")}
    with pytest.raises(errors.InvalidValueError, match="customer who had left"):
        with_outcomes(
            eager_frame(ANSWERS),
            transactions=eager_frame(PURCHASES),
            departures=eager_frame(gone),
            **CONTRACT,
        )


def test_ids_of_another_type_are_refused() -> None:
    import pandas as pd

    numbered = pd.DataFrame(PURCHASES).assign(customer_id=range(7))
    with pytest.raises(errors.InvalidTypeError, match="'customer_id'"):
        with_outcomes(pd.DataFrame(ANSWERS), transactions=numbered, **CONTRACT)


@pytest.mark.parametrize("which", ["transactions", "departures", "referrals"])
def test_a_frame_of_another_library_is_refused_in_one_sentence(which: str) -> None:
    import pandas as pd
    import polars as pl

    frames = {"transactions": PURCHASES, "departures": LEFT, "referrals": REFERRED}
    given: Any = {
        name: (pl if name == which else pd).DataFrame(columns)
        for name, columns in frames.items()
    }
    sentence = f"argument '{which}': expected a pandas frame, like the responses, "
    with pytest.raises(errors.InvalidTypeError, match=sentence + "got a polars frame"):
        with_outcomes(pd.DataFrame(ANSWERS), **given, **CONTRACT)


def test_a_lazy_frame_beside_one_in_memory_is_refused() -> None:
    import polars as pl

    with pytest.raises(errors.InvalidTypeError, match="got a lazy polars frame"):
        with_outcomes(
            pl.DataFrame(ANSWERS), transactions=pl.LazyFrame(PURCHASES), **CONTRACT
        )


def test_index_and_input_stay() -> None:
    import pandas as pd

    answers = pd.DataFrame(ANSWERS, index=[3, 3, 1, 0])
    before = answers.copy(deep=True)
    after = with_outcomes(answers, transactions=pd.DataFrame(PURCHASES), **CONTRACT)
    assert after.index.tolist() == [3, 3, 1, 0]
    pd.testing.assert_frame_equal(answers, before)
