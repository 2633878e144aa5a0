"""The cut-off contract: the future changes no feature, and labels are whole."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.clv import BgNbd
from crmkit.errors import (
    InvalidTypeError,
    InvalidValueError,
    MissingColumnError,
    NotEnoughDataError,
)
from crmkit.snapshots import (
    EventLog,
    TransactionColumns,
    feature_columns,
    feature_groups,
    make_snapshots,
    snapshot_features,
)

START = dt.datetime(2024, 1, 1)
CUTOFFS = ["2024-04-01", "2024-05-01"]


def _log(rng: np.random.Generator, n: int = 120, *, first: int = 0) -> dict[str, Any]:
    days = rng.integers(first, first + 180, n)
    return {
        "customer_id": [f"c{i}" for i in rng.integers(0, 12, n)],
        "date": [START + dt.timedelta(days=int(day)) for day in days],
        "amount": rng.integers(-2, 20, n).astype(float).tolist(),
        "discount": rng.integers(0, 3, n).astype(float).tolist(),
        "category": [f"k{i}" for i in rng.integers(0, 5, n)],
    }


def _contacts(rng: np.random.Generator, n: int = 40, *, first: int = 0) -> Any:
    return _log(rng, n, first=first)


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: [*one[name], *other[name]] for name in one}


def _features(log: dict[str, Any], contacts: dict[str, Any], make: Any) -> Any:
    return snapshot_features(
        make(log),
        cutoffs=CUTOFFS,
        events=[EventLog(frame=make(contacts), name="contact", value_col="amount")],
        columns=TransactionColumns(category="category", discount="discount"),
        fit_purchases=lambda _: BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4),
    )


@given(seed=st.integers(0, 10_000))
def test_adding_the_future_changes_no_feature(seed: int) -> None:
    import polars as pl

    rng = np.random.default_rng(seed)
    log, contacts = _log(rng, first=-60), _contacts(rng, first=-60)
    # Days 121 and later are on or after the last cut-off, 2024-05-01.
    late = _joined(_log(rng, 30, first=121), _log(rng, 5, first=121))
    before = _features(log, contacts, pl.DataFrame)
    after = _features(
        _joined(log, late), _joined(contacts, _contacts(rng, first=121)), pl.DataFrame
    )
    assert before.columns == after.columns
    assert before.equals(after)


def test_rows_between_two_cutoffs_are_seen_by_the_second_only() -> None:
    import polars as pl

    rng = np.random.default_rng(5)
    log = _log(rng, first=-100)
    extra = {name: values[:8] for name, values in _log(rng).items()}
    extra["date"] = [START + dt.timedelta(days=95)] * 8
    ids = sorted(set(log["customer_id"]))
    extra["customer_id"] = (ids * 8)[:8]
    before = _features(log, log, pl.DataFrame)
    after = _features(_joined(log, extra), log, pl.DataFrame)
    first = pl.col("cutoff") == dt.date(2024, 4, 1)
    assert before.filter(first).equals(after.filter(first))
    assert not before.filter(~first).equals(after.filter(~first))


@given(seed=st.integers(0, 10_000))
def test_rows_after_the_label_window_change_no_label(seed: int) -> None:
    import polars as pl

    rng = np.random.default_rng(seed)
    log = _log(rng, first=-40)
    late = _log(rng, 20, first=151)
    made = [
        make_snapshots(
            pl.DataFrame(rows),
            cutoffs=CUTOFFS,
            horizon=30,
            observation_period_end="2024-12-31",
        )
        for rows in (log, _joined(log, late))
    ]
    assert made[0].equals(made[1])


def test_features_and_labels_by_hand(eager_frame: Any, columns_of: Any) -> None:
    day = dt.timedelta(days=1)
    at = START + 91 * day  # 2024-04-01
    log = {
        "customer_id": ["a", "a", "a", "a", "b", "b", "a", "b", "c"],
        "date": [
            at - 101 * day,
            at - 21 * day,
            at - 21 * day,
            at - 11 * day,
            at - 40 * day,
            at - 30 * day,
            at + 6 * day,
            at + 7 * day,
            at,
        ],
        "amount": [10.0, 5.0, 15.0, -4.0, 0.0, 8.0, 3.0, 9.0, 1.0],
        "discount": [0.0, 5.0, 5.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0],
        "category": ["x", "x", "y", "z", "x", "x", "w", "w", "x"],
    }
    out = columns_of(
        make_snapshots(
            eager_frame(log),
            cutoffs=["2024-04-01"],
            horizon=5,
            buffer=7,
            observation_period_end=at + 11 * day,
            recent_window=30,
            columns=TransactionColumns(category="category", discount="discount"),
        )
    )
    assert out["customer_id"] == ["a", "b"]
    assert out["inactivity"] == [21, 30]
    assert out["tenure"] == [101, 40]
    assert out["purchases"] == [2, 2]
    assert out["purchases_recent"] == [1, 1]
    assert out["purchases_trend"] == [1, 0]
    assert out["amount_total"] == [30, 8]
    assert out["amount_mean"] == [15, 4]
    assert out["amount_recent"] == [20, 8]
    assert out["gap_mean"] == [80, 10]
    assert out["gap_variation"] == [0, 0]
    assert out["returns_share"] == pytest.approx([4 / 30, 0])
    assert out["discount_share"] == pytest.approx([10 / 40, 2 / 10])
    assert out["category_breadth"] == [3, 1]
    # The purchase of "a" falls into the buffer and is in no label.
    assert out["churned"] == [True, False]
    assert out["future_amount"] == [0, 9]
    assert [str(value)[:10] for value in out["label_start"]] == ["2024-04-08"] * 2
    assert [str(value)[:10] for value in out["label_end"]] == ["2024-04-13"] * 2


def test_a_row_that_arrived_late_is_unknown(eager_frame: Any, columns_of: Any) -> None:
    log = {
        "customer_id": ["a", "a"],
        "date": [START, START + dt.timedelta(days=30)],
        "amount": [1.0, 1.0],
        "loaded": [START, START + dt.timedelta(days=100)],
    }
    ask: dict[str, Any] = {"cutoffs": ["2024-03-01"]}
    seen = columns_of(snapshot_features(eager_frame(log), **ask))
    known = columns_of(
        snapshot_features(
            eager_frame(log), **ask, columns=TransactionColumns(available="loaded")
        )
    )
    assert (seen["purchases"], known["purchases"]) == ([2], [1])
    assert known["inactivity"] == [60]


def test_events_of_a_customer_without_any_are_holes(
    eager_frame: Any, columns_of: Any
) -> None:
    log = {"customer_id": [1, 2], "date": [START, START], "amount": [1.0, 1.0]}
    answers = {
        "customer_id": [1, 1, 9],
        "date": [START + dt.timedelta(days=n) for n in (3, 9, 3)],
        "score": [8, 4, 0],
    }
    out = columns_of(
        snapshot_features(
            eager_frame(log),
            cutoffs=["2024-01-31"],
            recent_window=25,
            events=[
                EventLog(frame=eager_frame(answers), name="nps", value_col="score")
            ],
        )
    )
    assert out["nps_count"] == [2, 0]
    assert out["nps_recent"] == [1, 0]
    for name, value in [("nps_inactivity", 21), ("nps_mean", 6), ("nps_last", 4)]:
        assert out[name][0] == value
        hole = out[name][1]
        assert hole is None or hole != hole  # noqa: PLR0124 - NaN is pandas' hole


def test_only_the_active_count(eager_frame: Any, columns_of: Any) -> None:
    log = {
        "customer_id": ["old", "new"],
        "date": [START, START + dt.timedelta(days=50)],
        "amount": [1.0, 1.0],
    }
    out = snapshot_features(eager_frame(log), cutoffs=["2024-03-01"], active_within=30)
    assert columns_of(out)["customer_id"] == ["new"]
    # 50 days after the first of January is ten before the first of March.
    edge = snapshot_features(eager_frame(log), cutoffs=["2024-03-01"], active_within=10)
    assert columns_of(edge)["customer_id"] == ["new"]
    with pytest.raises(NotEnoughDataError, match="cut-off 2024-03-01, got 0 of 2"):
        snapshot_features(eager_frame(log), cutoffs=["2024-03-01"], active_within=9)
    with pytest.raises(NotEnoughDataError, match="cut-off 2024-03-01, got 0 of 2"):
        snapshot_features(eager_frame(log), cutoffs=["2024-03-01"], active_within=3)


def test_a_purchase_of_cents_is_a_purchase(eager_frame: Any, columns_of: Any) -> None:
    days = [START, START + dt.timedelta(days=9), START + dt.timedelta(days=20)]
    log = {"customer_id": ["a"] * 3, "date": days, "amount": [5.0, 0.5, 0.0]}
    seen = columns_of(snapshot_features(eager_frame(log), cutoffs=["2024-03-01"]))
    assert seen["purchases"] == [3]


def test_nobody_counts_before_the_first_purchase(eager_frame: Any) -> None:
    log = {
        "customer_id": ["a", "a"],
        "date": [START, START + dt.timedelta(days=9)],
        "amount": [-1.0, 5.0],
    }
    for first in ("2023-06-01", "2024-01-05"):  # before the log, and after a return
        with pytest.raises(NotEnoughDataError, match=f"cut-off {first}, got 0 of 0"):
            snapshot_features(eager_frame(log), cutoffs=[first])


def test_a_window_not_observed_to_its_end_is_refused(eager_frame: Any) -> None:
    log = _log(np.random.default_rng(1))
    with pytest.raises(
        InvalidValueError, match="label window until 2024-06-09"
    ) as refused:
        make_snapshots(
            eager_frame(log),
            cutoffs=CUTOFFS,
            horizon=30,
            buffer=10,
            observation_period_end="2024-06-08",
        )
    assert "To score customers today, use snapshot_features." in str(refused.value)


def test_an_attribute_without_a_date_is_refused() -> None:
    import pandas as pd

    log = pd.DataFrame(_log(np.random.default_rng(1)))
    today = pd.DataFrame({"customer_id": ["c1"], "lifetime_value": [900.0]})
    with pytest.raises(MissingColumnError, match="date"):
        snapshot_features(
            log, cutoffs=CUTOFFS, events=[EventLog(frame=today, name="value")]
        )
    with pytest.raises(InvalidTypeError, match="EventLog"):
        snapshot_features(log, cutoffs=CUTOFFS, events=[today])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("names", "feature"), [(["nps", "nps"], "nps_count"), (["gap"], "gap_mean")]
)
def test_two_features_of_one_name_are_refused(names: list[str], feature: str) -> None:
    import pandas as pd

    log = pd.DataFrame(_log(np.random.default_rng(1)))
    events = [EventLog(frame=log, name=name, value_col="amount") for name in names]
    with pytest.raises(InvalidValueError, match=f"'events': feature '{feature}' a sec"):
        snapshot_features(log, cutoffs=CUTOFFS, events=events)


@given(seed=st.integers(0, 10_000))
def test_rows_that_arrive_after_a_cutoff_change_no_feature_of_it(seed: int) -> None:
    import polars as pl

    rng = np.random.default_rng(seed)
    log, late = _log(rng, first=-60), _log(rng, 30, first=-60)
    log["loaded"], late["loaded"] = log["date"], [dt.datetime(2024, 5, 1)] * 30
    # Contacts arrive late too.
    made = [
        snapshot_features(
            pl.DataFrame(rows),
            cutoffs=CUTOFFS,
            events=[
                EventLog(
                    frame=pl.DataFrame(rows),
                    name="contact",
                    value_col="discount",
                    available_col="loaded",
                )
            ],
            columns=TransactionColumns(
                category="category", discount="discount", available="loaded"
            ),
            fit_purchases=lambda _: BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4),
        )
        for rows in (log, _joined(log, late))
    ]
    assert made[0].equals(made[1])


def test_a_model_fitted_at_each_cutoff_does_not_learn_from_the_future() -> None:
    import pandas as pd

    from crmkit import rfm_summary
    from crmkit.clv import fit_bg_nbd
    from crmkit.datasets import load_cdnow_sample

    log = load_cdnow_sample()
    known = log[log["date"] < "1998-01-01"]
    ask: dict[str, Any] = {"cutoffs": ["1998-01-01"], "fit_purchases": fit_bg_nbd}
    whole, part = snapshot_features(log, **ask), snapshot_features(known, **ask)
    pd.testing.assert_frame_equal(whole, part)
    # The histories are those of the summary that ends the day before.
    customers = rfm_summary(log, observation_period_end="1997-12-31")
    alive = fit_bg_nbd(customers).with_probability_alive(customers)
    np.testing.assert_allclose(
        whole["probability_alive"], alive["probability_alive"], rtol=1e-6
    )


def test_the_row_order_does_not_matter_and_the_input_stays(rng: Any) -> None:
    import pandas as pd

    log = pd.DataFrame(_log(rng))
    copy = log.copy()
    one = snapshot_features(
        log, cutoffs=CUTOFFS, columns=TransactionColumns(category="category")
    )
    mixed = log.sample(frac=1, random_state=3)
    other = snapshot_features(
        mixed, cutoffs=CUTOFFS, columns=TransactionColumns(category="category")
    )
    pd.testing.assert_frame_equal(one, other)
    pd.testing.assert_frame_equal(log, copy)


def test_a_missing_amount_is_refused_by_name(eager_frame: Any) -> None:
    log = _log(np.random.default_rng(1)) | {"amount": [None] + [1.0] * 119}
    with pytest.raises(InvalidValueError, match="'amount': missing value"):
        snapshot_features(eager_frame(log), cutoffs=CUTOFFS)


def test_features_are_told_from_keys_and_outcomes() -> None:
    import polars as pl

    names = ["customer_id", "cutoff", "tenure", "gap_mean", "nps_last", "churned"]
    names += ["month_to_month", "monthly_charge", "nps_mean", "event_observed"]
    columns = pl.DataFrame({name: [1.0] for name in names})
    assert feature_columns(columns) == (
        *("tenure", "gap_mean", "nps_last"),
        *("month_to_month", "monthly_charge", "nps_mean"),
    )
    assert feature_groups(columns) == {
        "tenure": ("tenure",),
        "regularity": ("gap_mean",),
        "nps": ("nps_last", "nps_mean"),
        "month_to_month": ("month_to_month",),
        "monthly_charge": ("monthly_charge",),
    }
