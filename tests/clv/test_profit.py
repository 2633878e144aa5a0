"""Profit in three steps, and why it changed."""

import datetime as dt
import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import errors
from crmkit.campaigns.acquisition.acquisition_breakeven import acquisition_breakeven
from crmkit.clv.value.profit_by import profit_by
from crmkit.clv.value.profit_change import ProfitChange, profit_change
from crmkit.datasets.simulated_company import simulate_company
from crmkit.ledger import Ledger

PARTS = (
    "acquiring",
    "larger_base",
    "keeping",
    "volume",
    "mix",
    "price",
    "goods_cost",
    "service_cost",
)
few = settings(max_examples=15)


def company(seed: int, backend: Any = "polars") -> Any:
    return simulate_company(
        customers=60, rng=np.random.default_rng(seed), backend=backend
    )


def cash(ledger: Any, start: str, end: str) -> dict[str, float]:
    """Add up the tables themselves."""
    inside = pl.col("date").is_between(
        dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    )
    lines = ledger.lines.filter(inside)
    found = {
        "revenue": lines["paid_amount"].sum(),
        "goods_cost": lines["cost_amount"].sum(),
        "service_cost": ledger.service.filter(inside)["amount"].sum(),
        "acquisition_cost": ledger.acquisition.filter(inside)["amount"].sum(),
        "reward_cost": ledger.referrals.filter(inside)["reward"].sum(),
    }
    costs = sum(found[name] for name in found if name != "revenue")
    return {**found, "profit": found["revenue"] - costs}


@few
@given(
    seed=st.integers(0, 1000),
    by=st.sampled_from([None, "category", ["channel", "region"]]),
    start=st.sampled_from(["2022-01-01", "2022-10-01"]),
)
def test_profit_sums_to_the_company_however_it_is_grouped(
    seed: int, by: Any, start: str
) -> None:
    ledger = company(seed)
    found = profit_by(ledger, as_of="2023-06-30", start=start, by=by)
    for name, amount in cash(ledger, start, "2023-06-30").items():
        assert found[name].sum() == pytest.approx(amount, abs=1e-9), name


def test_each_step_takes_its_costs_off() -> None:
    found = profit_by(company(1), as_of="2023-12-31")
    margin = found["revenue"] - found["goods_cost"]
    np.testing.assert_array_equal(found["marginal_profit"], margin)
    np.testing.assert_allclose(
        found["total_profit"], margin - found["service_cost"], atol=1e-12
    )
    net = found["total_profit"] - found["acquisition_cost"] - found["reward_cost"]
    np.testing.assert_allclose(found["profit"], net, atol=1e-12)
    np.testing.assert_allclose(
        found["discount"], found["list_amount"] - found["revenue"], atol=1e-12
    )


def test_every_library_has_the_same_profit() -> None:
    first, *others = (
        pl.DataFrame(
            profit_by(
                company(3, backend), as_of="2023-12-31", by=["region", "category"]
            )
        )
        for backend in ("polars", "pandas", "pyarrow")
    )
    for other in others:
        for column in first.columns:
            assert first[column].to_list() == other[column].to_list()


def test_a_first_day_after_the_last_is_refused() -> None:
    with pytest.raises(errors.InvalidValueError, match="argument 'start'"):
        profit_by(company(1), as_of="2022-01-01", start="2022-02-01")


@few
@given(seed=st.integers(0, 1000))
def test_the_change_of_profit_is_explained_to_the_cent(seed: int) -> None:
    ledger = company(seed)
    before, after = ("2022-07-01", "2022-12-31"), ("2023-01-01", "2023-06-30")
    change = profit_change(ledger, before=before, after=after)
    first, second = (cash(ledger, *span)["profit"] for span in (before, after))
    assert change.profit_before == pytest.approx(first, abs=1e-9)
    assert change.profit_after == pytest.approx(second, abs=1e-9)
    assert change.change == pytest.approx(second - first, abs=1e-8)
    back = profit_change(ledger, before=after, after=before)
    for part in PARTS:
        forward, backward = getattr(change, part), getattr(back, part)
        assert forward == pytest.approx(-backward, abs=1e-8), part


def test_a_year_without_existing_customers_is_all_acquisition() -> None:
    ledger = company(1)
    first_day = ledger.lines["date"].min().isoformat()
    change = profit_change(
        ledger, before=("2021-01-01", "2021-12-31"), after=(first_day, first_day)
    )
    assert change.active_before == change.active_after == 0
    assert change.change == change.acquiring


def test_a_young_company_grows_by_its_base_and_not_by_keeping() -> None:
    # Two are won a period and all come back: nothing about keeping changes.
    lines = [
        (won, f"c{won}{n}", f"2023-{month:02d}-15", 10.0)
        for won in range(1, 7)
        for n in (0, 1)
        for month in range(won, 7)
    ]
    frame = pl.DataFrame(
        {
            "customer_id": [row[1] for row in lines],
            "date": [row[2] for row in lines],
            "paid_amount": [row[3] for row in lines],
        }
    ).with_columns(pl.col("date").str.to_date())
    change = profit_change(
        Ledger(lines=frame),
        before=("2023-02-01", "2023-02-28"),
        after=("2023-05-04", "2023-05-31"),
    )
    assert (change.existing_before, change.existing_after) == (2, 8)
    assert change.larger_base == pytest.approx(60.0)
    assert change.keeping == change.growing == 0
    gone = frame.filter(
        (pl.col("customer_id") != "c40") | (pl.col("date").dt.month() < 5)
    )
    less = profit_change(
        Ledger(lines=gone),
        before=("2023-02-01", "2023-02-28"),
        after=("2023-05-04", "2023-05-31"),
    )
    # Of the newest age both of two stayed, and now one of two.
    assert less.keeping == pytest.approx(-10.0)
    assert less.larger_base == pytest.approx(60.0)


def test_an_age_ends_a_whole_period_before_the_first_day() -> None:
    # Both periods have 28 days: of age 0 are those won 1 to 28 days before.
    before, after = dt.date(2023, 2, 1), dt.date(2023, 5, 4)
    won = {
        "a": (before, 28, True), "b": (before, 1, True), "c": (before, 10, False),
        "d": (after, 28, True), "e": (after, 1, False), "f": (after, 15, True),
        "g": (after, 15, True), "h": (after, 29, True),
    }  # fmt: skip
    rows = [(who, day - dt.timedelta(ago), 10.0) for who, (day, ago, _) in won.items()]
    rows += [(who, day, 10.0) for who, (day, _, back) in won.items() if back]
    rows += [("a", after, 10.0), ("b", after, 10.0)]
    lines = pl.DataFrame(
        rows, schema=["customer_id", "date", "paid_amount"], orient="row"
    )
    change = profit_change(
        Ledger(lines=lines),
        before=("2023-02-01", "2023-02-28"),
        after=("2023-05-04", "2023-05-31"),
    )
    assert (change.active_before, change.active_after) == (2, 6)
    # Of age 0, 2 of 3 bought, and then 3 of 4; a, b and h are of ages new to the log.
    kept = (3 / 4 - 2 / 3) * (3 + 4) / 2
    more = (4 - 3) * (3 / 4 + 2 / 3) / 2 + 3
    assert change.keeping == pytest.approx(10 * kept, rel=1e-12, abs=0)
    assert change.larger_base == pytest.approx(10 * more, rel=1e-12, abs=0)


def test_a_change_survives_json() -> None:
    change = profit_change(
        company(1),
        before=("2022-01-01", "2022-12-31"),
        after=("2023-01-01", "2023-12-31"),
    )
    text = json.dumps(change.to_dict())
    assert ProfitChange.from_dict(json.loads(text)) == change


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(errors.InvalidValueError, match="argument 'after'"):
        profit_change(
            company(1),
            before=("2022-01-01", "2022-12-31"),
            after=("2023-02-01", "2023-01-01"),
        )


def test_what_comes_back_is_volume_and_no_purchase() -> None:
    rows = [
        (1, "a", dt.date(2022, 12, 1), 100.0, 60.0, None),
        (2, "b", dt.date(2022, 12, 1), 100.0, 60.0, None),
        (3, "a", dt.date(2023, 1, 5), -100.0, -60.0, 1),
        (4, "b", dt.date(2023, 3, 1), 50.0, 30.0, None),
        (5, "a", dt.date(2024, 3, 1), 50.0, 30.0, None),
        (6, "b", dt.date(2024, 3, 1), 50.0, 30.0, None),
    ]
    names = ("line_id", "customer_id", "date", "paid_amount", "cost_amount")
    lines = pl.DataFrame(rows, schema=[*names, "return_of"], orient="row")
    change = profit_change(
        Ledger(lines=lines),
        before=("2023-01-01", "2023-12-31"),
        after=("2024-01-01", "2024-12-31"),
    )
    parts = {name: getattr(change, name) for name in PARTS}
    expected = dict.fromkeys(PARTS, 0.0) | {"volume": 60.0}
    assert parts == pytest.approx(expected, abs=1e-12)
    assert (change.active_before, change.active_after) == (1, 2)


@pytest.mark.parametrize("before", ["2023", ("2023-01-01",), None])
def test_a_period_is_two_days(before: Any) -> None:
    with pytest.raises(errors.InvalidTypeError, match="'before': expected the first"):
        profit_change(company(1), before=before, after=("2023-01-01", "2023-12-31"))


def test_breakeven_counts_from_the_first_cost(
    eager_frame: Any, columns_of: Any
) -> None:
    ledger: Ledger[Any] = Ledger(
        lines=eager_frame(
            {
                "customer_id": ["a", "a", "b"],
                "date": [
                    dt.date(2023, 1, 5),
                    dt.date(2023, 1, 15),
                    dt.date(2023, 1, 9),
                ],
                "paid_amount": [6.0, 6.0, 5.0],
            }
        ),
        acquisition=eager_frame(
            {
                "customer_id": ["a", "b"],
                "date": [dt.date(2023, 1, 1), dt.date(2023, 1, 9)],
                "amount": [10.0, 10.0],
            }
        ),
    )
    found = columns_of(
        acquisition_breakeven(ledger, as_of="2023-01-31", time_unit="week")
    )
    assert found["breakeven_time"][0] == 2.0
    assert found["breakeven_time"][1] is None or np.isnan(found["breakeven_time"][1])
    assert found["profit"] == [12.0, 5.0]
    assert found["age"] == [30 / 7, 22 / 7]
