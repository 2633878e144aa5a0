"""Growth accounting: exact identities, in every library."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import errors, segments

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

DAYS = [
    ("ann", "2024-01-05", 10.0),
    ("ann", "2024-01-25", 5.0),
    ("ann", "2024-02-11", 12.0),
    ("bob", "2024-01-20", 20.0),
    ("bob", "2024-05-02", 30.0),
    ("cyd", "2024-02-03", 7.0),
    ("cyd", "2024-03-03", 9.0),
]
END = "2024-05-15"
COUNTS = ["active", "new", "retained", "resurrected", "lost", "inactive"]


def log_of(rows: list[tuple[str, str, float]]) -> dict[str, list[Any]]:
    return {
        "customer_id": [who for who, _, _ in rows],
        "date": [dt.datetime.fromisoformat(day) for _, day, _ in rows],
        "amount": [amount for _, _, amount in rows],
    }


def ordered(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    order = np.argsort(np.array([str(day)[:10] for day in found["period"]]))
    return {name: [values[at] for at in order] for name, values in found.items()}


def grown(native: Any, columns_of: Read, **options: Any) -> dict[str, list[Any]]:
    summary = segments.growth_accounting(native, observation_period_end=END, **options)
    return ordered(columns_of(summary))


def test_customers_come_stay_come_back_and_leave(frame: Make, columns_of: Read) -> None:
    found = grown(frame(log_of(DAYS)), columns_of)
    assert [str(day)[:7] for day in found["period"]] == [
        f"2024-0{month}" for month in range(1, 6)
    ]
    assert found["active"] == [2, 2, 1, 0, 1]
    assert found["new"] == [2, 1, 0, 0, 0]
    assert found["retained"] == [0, 1, 1, 0, 0]
    assert found["resurrected"] == [0, 0, 0, 0, 1]
    assert found["lost"] == [0, 1, 1, 1, 0]
    assert found["inactive"] == [0, 1, 2, 3, 2]


def test_money_expands_contracts_and_leaves(frame: Make, columns_of: Read) -> None:
    found = grown(frame(log_of(DAYS)), columns_of)
    assert found["revenue"] == [35, 19, 9, 0, 30]
    assert found["new_revenue"] == [35, 7, 0, 0, 0]
    assert found["expansion"] == [0, 0, 2, 0, 0]
    assert found["contraction"] == [0, 3, 0, 0, 0]
    assert found["lost_revenue"] == [0, 20, 12, 9, 0]
    assert found["resurrected_revenue"] == [0, 0, 0, 0, 30]


def test_the_period_in_progress_is_marked(frame: Make, columns_of: Read) -> None:
    found = grown(frame(log_of(DAYS)), columns_of)
    assert found["complete"] == [True, True, True, True, False]


def test_the_inactive_are_dormant_and_then_lapsed(
    frame: Make, columns_of: Read
) -> None:
    found = grown(frame(log_of(DAYS)), columns_of, lapse_periods=2)
    assert found["dormant"] == [0, 1, 2, 2, 1]
    assert found["lapsed"] == [0, 0, 0, 1, 1]


def test_the_library_stays(frame: Make) -> None:
    native = frame(log_of(DAYS))
    found = segments.growth_accounting(native, observation_period_end=END)
    assert type(found) is type(native)


def test_a_refund_is_refused_and_can_be_netted(frame: Make, columns_of: Read) -> None:
    rows = [*DAYS, ("ann", "2024-03-01", -2.0)]
    with pytest.raises(errors.InvalidValueError, match="negative value"):
        grown(frame(log_of(rows)), columns_of)
    netted = grown(frame(log_of(rows)), columns_of, refunds="net")
    assert netted["revenue"] == [35, 17, 9, 0, 30]
    assert netted["active"] == [2, 2, 1, 0, 1]


def test_a_customer_of_refunds_only_is_refused(frame: Make, columns_of: Read) -> None:
    rows = [*DAYS, ("zoe", "2024-03-01", -2.0)]
    with pytest.raises(errors.InvalidValueError, match="refunds and no purchase"):
        grown(frame(log_of(rows)), columns_of, refunds="net")


def test_a_log_after_the_end_is_refused(frame: Make) -> None:
    with pytest.raises(errors.NotEnoughDataError, match=r"earlier|1 row"):
        segments.growth_accounting(
            frame(log_of(DAYS)), observation_period_end="2023-12-31"
        )


purchases = st.lists(
    st.tuples(
        st.sampled_from("abcdef"), st.integers(0, 300), st.integers(0, 50).map(float)
    ),
    min_size=1,
    max_size=60,
)


@given(purchases, st.sampled_from(["week", "month", "quarter"]), st.integers(1, 4))
def test_the_identities_hold(
    rows: list[tuple[str, int, float]], grain: Any, lapse: int
) -> None:
    import polars as pl

    start = dt.date(2024, 1, 1)
    log = pl.DataFrame(
        {
            "customer_id": [who for who, _, _ in rows],
            "date": [start + dt.timedelta(days=day) for _, day, _ in rows],
            "amount": [amount for _, _, amount in rows],
        }
    )
    found = {}
    for kind in (log, log.lazy()):
        summary = segments.growth_accounting(
            kind,
            observation_period_end="2024-10-31",
            grain=grain,
            lapse_periods=lapse,
        )
        eager = summary.lazy().collect().sort("period")
        found[type(kind)] = eager
    eager, lazy = found.values()
    assert eager.equals(lazy)
    f = {name: np.array(eager[name].to_list()) for name in eager.columns}
    before = np.concatenate(([0], f["active"][:-1]))
    assert (f["active"] == before + f["new"] + f["resurrected"] - f["lost"]).all()
    assert (f["active"] == f["new"] + f["retained"] + f["resurrected"]).all()
    assert (f["inactive"] == f["new"].cumsum() - f["active"]).all()
    assert (f["inactive"] == f["dormant"] + f["lapsed"]).all()
    earlier = np.concatenate(([0.0], f["revenue"][:-1]))
    change = f["new_revenue"] + f["resurrected_revenue"] + f["expansion"]
    change = change - f["contraction"] - f["lost_revenue"]
    assert f["revenue"] == pytest.approx(earlier + change, abs=1e-9)
    assert f["revenue"].sum() == pytest.approx(sum(row[2] for row in rows))
