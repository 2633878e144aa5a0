"""Values of small amounts, of old relationships and of a few customers, by hand."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crmkit import clv
from crmkit._check import history_proof
from crmkit.clv.value.opened_customers import open_customers, open_histories
from crmkit.clv.value.profit_by import profit_by
from crmkit.clv.value.profit_change import (
    ProfitChange,
    _by_age,
    _padded,
    profit_change,
)
from crmkit.clv.value.value_tenses import with_value_tenses
from crmkit.clv.value.value_waterfall import value_waterfall
from crmkit.errors import InvalidTypeError, InvalidValueError, UnitWarning
from crmkit.kernels.value.component_identity import NEVER
from crmkit.ledger import Ledger
from crmkit.typing import HISTORY, FloatArray, HistoryColumns

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

NBD = clv.Nbd(r=0.6, alpha=6.0)
SPEND = clv.GammaGamma(p=2.5, q=4.0, v=25.0)
# At q of 1 or less the mean of a customer not seen again would be infinite.
HEAVY = clv.GammaGamma(p=2.5, q=1.0, v=25.0)
SMALL: dict[str, list[Any]] = {
    "customer_id": ["a", "b", "c", "d"],
    "frequency": [1, 1, 1, 2],
    "recency": [3.0, 3.0, 3.0, 3.0],
    "T": [9.0, 9.0, 9.0, 9.0],
    "monetary_value": [0.0, 0.25, -1.0, 1.0],
}


@pytest.mark.parametrize("spend", [SPEND, HEAVY], ids=["finite", "heavy"])
def test_amounts_below_one_have_a_value_and_those_of_nothing_have_none(
    frame: Build, columns_of: Read, spend: clv.GammaGamma
) -> None:
    found = columns_of(
        clv.with_clv(
            frame(SMALL),
            purchases=NBD,
            spend=spend,
            horizon=5,
            discount_rate=0,
            margin=0.5,
            nonpositive="keep",
        )
    )
    by_id = dict(zip(found["customer_id"], found["clv"], strict=True))
    assert (by_id["a"], by_id["c"]) == (0.0, 0.0)
    # (r + x) / (alpha + T) purchases a unit, of p (v + x m) / (p x + q - 1) each.
    once = 1.6 / 15 * 5 * 2.5 * 25.25 / (2.5 + spend.q - 1) * 0.5
    twice = 2.6 / 15 * 5 * 2.5 * 27.0 / (5.0 + spend.q - 1) * 0.5
    assert by_id["b"] == pytest.approx(once, rel=1e-12, abs=0)
    assert by_id["d"] == pytest.approx(twice, rel=1e-12, abs=0)


def test_a_first_return_without_an_amount_is_refused(frame: Build) -> None:
    asked: dict[str, Any] = {
        "purchases": NBD,
        "spend": SPEND,
        "horizon": 5,
        "discount_rate": 0,
    }
    with pytest.raises(InvalidValueError, match=r"0 or less in 2 of 4 rows"):
        clv.with_clv(frame(SMALL), **asked)


def test_opened_customers_have_amounts_only_where_they_came_back() -> None:
    rows = pd.DataFrame(
        {
            "frequency": [0, 1, 0],
            "recency": [0.0, 3.0, 0.0],
            "T": [9.0, 9.0, 7.0],
            "monetary_value": [-4.0, 0.5, np.nan],
        }
    )
    opened = open_customers(rows, HISTORY, NBD)
    assert opened.amounts.tolist() == [0.0, 0.5, 0.0]
    assert np.asarray(opened.history.frequency).tolist() == [0.0, 1.0, 0.0]
    for wrong in (0.0, -0.5):
        with pytest.raises(InvalidValueError, match=r"0 or less in 1 of 3 rows"):
            open_customers(rows.assign(monetary_value=wrong), HISTORY, NBD)
    _, history = open_histories(rows.drop(columns="monetary_value"), HISTORY, NBD)
    assert np.asarray(history.T).tolist() == [9.0, 9.0, 7.0]


class _Endless:
    """A model in which customers older than 8 units buy without end."""

    def probability_alive(self, *history: FloatArray) -> FloatArray:
        return np.ones(history[0].size)

    def expected_purchases(self, *history: FloatArray, horizon: float) -> FloatArray:
        return self.discounted_expected_purchases(*history, horizon=horizon)

    def discounted_expected_purchases(
        self, *history: FloatArray, horizon: float, discount_rate: float = 0.0
    ) -> FloatArray:
        del discount_rate
        return np.where(history[2] > 8, np.inf, horizon)


def test_infinite_values_are_counted() -> None:
    model: Any = _Endless()
    rows = pd.DataFrame(SMALL).assign(T=[8.0, 9.0, 7.0, 6.0], monetary_value=5.0)
    asked: dict[str, Any] = {"purchases": model, "spend": SPEND}
    with pytest.raises(InvalidValueError, match=r"infinite value in 1 of 4 rows"):
        clv.with_clv(rows, horizon=5, discount_rate=0.1, **asked)
    young = rows[rows["T"] <= 8]
    found = clv.with_clv(young, horizon=5, discount_rate=0.1, **asked)["clv"]
    known = 5 * SPEND.expected_spend(young["frequency"], young["monetary_value"])
    np.testing.assert_allclose(found, known, rtol=1e-12, atol=0)


def test_customers_of_their_own_rates_are_proved_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    once = history_proof.flawless_history

    def counted(*columns: FloatArray) -> bool:
        calls.append(columns)
        return once(*columns)

    monkeypatch.setattr(history_proof, "flawless_history", counted)
    rows = pd.DataFrame(SMALL).assign(monetary_value=5.0, rate=[0.1, 0.2, 0.1, 0.0])
    columns = HistoryColumns(discount_rate="rate")
    valued = clv.with_clv(rows, purchases=NBD, spend=SPEND, horizon=5, columns=columns)
    assert len(calls) == 1
    # Of continuous discounts at the rate d a unit of purchases is (1 - e^-5d) / d.
    worth = [-np.expm1(-5 * np.log1p(d)) / np.log1p(d) for d in (0.1, 0.2, 0.1)]
    spent = SPEND.expected_spend(rows["frequency"], rows["monetary_value"])
    known = np.array([1.6, 1.6, 1.6, 2.6]) / 15 * [*worth, 5.0] * spent
    np.testing.assert_allclose(valued["clv"], known, rtol=1e-10, atol=0)


def test_rates_that_change_each_time_they_are_computed_are_computed_once() -> None:
    runs = []

    def drifting(rate: Any) -> Any:
        runs.append(rate)
        return rate + len(runs) * 1e-6

    rows = {**SMALL, "monetary_value": [5.0] * 4, "rate": [0.1, 0.2, 0.1, 0.0]}
    drifted = pl.col("rate").map_batches(drifting, return_dtype=pl.Float64)
    valued = clv.with_clv(
        pl.DataFrame(rows).lazy().with_columns(drifted),
        purchases=NBD,
        spend=SPEND,
        horizon=5,
        columns=HistoryColumns(discount_rate="rate"),
    )
    found = valued.sort("customer_id").collect()["clv"]
    known = clv.with_clv(
        pd.DataFrame(rows),
        purchases=NBD,
        spend=SPEND,
        horizon=5,
        columns=HistoryColumns(discount_rate="rate"),
    )
    np.testing.assert_allclose(found, known["clv"], rtol=1e-4, atol=0)


def test_a_time_observed_far_beyond_the_fit_is_told() -> None:
    rng = np.random.default_rng(2)
    x = rng.geometric(0.4, 40) - 1
    seen = pd.DataFrame({"frequency": x, "recency": np.where(x, 4.0, 0.0), "T": 9.0})
    fit = clv.fit_nbd(seen, penalty=1.0)
    rows = pd.DataFrame(SMALL).assign(monetary_value=5.0)
    asked: dict[str, Any] = {
        "purchases": fit,
        "spend": SPEND,
        "horizon": 5,
        "discount_rate": 0.0,
    }
    clv.with_clv(rows.assign(T=36.0), **asked)
    open_customers(rows.assign(T=36.0), HISTORY, fit)
    for answer in (
        lambda late: clv.with_clv(late, **asked),
        lambda late: open_customers(late, HISTORY, fit),
        lambda late: open_histories(late, HISTORY, fit),
    ):
        with pytest.warns(UnitWarning, match="value up to 37, but the fit knows"):
            answer(rows.assign(T=[9.0, 9.0, 37.0, 9.0]))


def _date(month: int, day: int) -> dt.date:
    return dt.date(2023, month, day)


def _changed(*, idle: float) -> ProfitChange:
    """Compare two periods of 28 days, of customers older than the log and newer."""
    lines = [
        # Older than their first sale, which lies before both periods.
        ("o1", _date(1, 2)), ("o1", _date(2, 5)), ("o1", _date(3, 5)),
        ("o2", _date(1, 3)), ("o2", _date(2, 6)),
        # Won 17 days before the first period, and on its last day.
        ("k", _date(1, 15)), ("k", _date(2, 1)), ("k", _date(3, 1)),
        ("n", _date(2, 28)), ("n", _date(3, 28)),
    ]  # fmt: skip
    service = [
        ("o1", _date(2, 9), 1.0), ("o1", _date(3, 9), 1.0),
        ("o2", _date(3, 20), idle), ("n", _date(2, 28), 2.0),
    ]  # fmt: skip
    start = [("o1", dt.date(2020, 1, 1)), ("o2", dt.date(2022, 12, 31))]
    names = ["customer_id", "date"]
    paid = pd.DataFrame(lines, columns=names).assign(paid_amount=10.0)
    ledger = Ledger(
        lines=_dated(paid),
        service=_dated(pd.DataFrame(service, columns=[*names, "amount"])),
        acquisition=_dated(
            pd.DataFrame([("n", _date(2, 10), 4.0)], columns=[*names, "amount"])
        ),
        referrals=_dated(
            pd.DataFrame(
                [("o1", "n", _date(2, 27), 1.5, 1.0)],
                columns=["referrer_id", "referee_id", "date", "reward", "share"],
            )
        ),
        relationship_start=_dated(
            pd.DataFrame(
                [*start, ("k", _date(1, 15)), ("n", _date(2, 28))], columns=names
            )
        ),
    )
    return profit_change(
        ledger,
        before=(_date(2, 1), _date(2, 28)),
        after=(_date(3, 1), _date(3, 28)),
    )


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(date=pd.to_datetime(rows["date"]))


def test_relationships_older_than_the_log_are_of_one_unknown_age() -> None:
    change = _changed(idle=3.0)
    # Of each 10 paid; service takes 1 and of n, who is won, 2; winning n 4 and 1.5.
    assert change.profit_before == pytest.approx(29.0 + 2.5, rel=1e-12, abs=0)
    assert change.profit_after == pytest.approx(30.0 - 1.0 - 3.0, rel=1e-12, abs=0)
    assert change.acquiring == pytest.approx(-2.5, rel=1e-12, abs=0)
    # Three active in both, of 29 / 3 each: n came to age 0 and k to an age that only
    # the second period knows, and of the two older than the log one bought.
    assert change.larger_base == pytest.approx(29 / 3, rel=1e-12, abs=0)
    assert change.keeping == pytest.approx(-29 / 3, rel=1e-12, abs=0)
    assert change.service_cost == pytest.approx(-3.0, rel=1e-12, abs=0)
    rest = (change.volume, change.mix, change.price, change.goods_cost)
    np.testing.assert_allclose(rest, 0.0, rtol=0, atol=1e-12)
    assert (change.active_before, change.active_after) == (3, 3)
    assert (change.existing_before, change.existing_after) == (3, 4)
    assert (change.won_before, change.won_after) == (1, 0)
    growing = change.growing - _changed(idle=0.0).growing
    assert growing == pytest.approx(-3.0, rel=1e-12, abs=0)


def test_ages_are_counted_in_periods_and_unknown_ones_come_last() -> None:
    chosen = np.array([True, True, False, True, True, True])
    first_day = np.array([99, 90, 99, 89, 80, -NEVER])
    found = _by_age(chosen, first_day, (100, 109))
    assert found.tolist() == [2.0, 2.0, 1.0]
    assert _padded(found, 5).tolist() == [2.0, 2.0, 0.0, 0.0, 1.0]
    assert _padded(np.array([7.0]), 1).tolist() == [7.0]


def test_growing_and_the_change_are_sums_of_their_parts() -> None:
    change = ProfitChange(
        profit_before=0.0,
        profit_after=0.0,
        acquiring=1.0,
        larger_base=2.0,
        keeping=4.0,
        volume=8.0,
        mix=16.0,
        price=32.0,
        goods_cost=64.0,
        service_cost=128.0,
        active_before=0,
        active_after=0,
        existing_before=0,
        existing_after=0,
        won_before=0,
        won_after=0,
    )
    assert (change.growing, change.change) == (248.0, 255.0)


def test_a_period_of_one_day_is_a_period_and_one_of_none_is_refused() -> None:
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a"],
            "date": pd.to_datetime(["2023-01-05", "2023-02-05"]),
            "paid_amount": [4.0, 7.0],
        }
    )
    ledger = Ledger(lines=lines)
    change = profit_change(
        ledger, before=("2023-01-05", "2023-01-05"), after=("2023-02-05", "2023-02-05")
    )
    assert (change.profit_before, change.profit_after) == (4.0, 7.0)
    assert (change.won_before, change.won_after) == (1, 0)
    assert (change.acquiring, change.larger_base) == (-4.0, 7.0)
    three: Any = ("2023-01-05", "2023-01-05", "2023-01-05")
    with pytest.raises(InvalidTypeError, match="'after': expected the first"):
        profit_change(ledger, before=("2023-01-05", "2023-01-05"), after=three)
    with pytest.raises(InvalidValueError, match="'before': a period"):
        profit_change(
            ledger,
            before=("2023-01-05", "2023-01-04"),
            after=("2023-01-05", "2023-01-06"),
        )


def test_profit_has_a_row_for_each_customer_seen_by_the_last_day() -> None:
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "b", "a"],
            "date": pd.to_datetime(["2023-01-05", "2023-01-09", "2023-01-09"]),
            "paid_amount": [4.0, 7.0, 1.0],
        }
    )
    ledger = Ledger(lines=lines)
    early = profit_by(ledger, as_of="2023-01-08")
    assert early["customer_id"].tolist() == ["a"]
    late = profit_by(ledger, as_of="2023-01-09", start="2023-01-09")
    assert late["revenue"].tolist() == [1.0, 7.0]
    none = profit_by(ledger, as_of="2023-01-08", start="2023-01-06")
    assert (none["customer_id"].tolist(), none["profit"].tolist()) == (["a"], [0.0])


def test_a_waterfall_adds_up_rows_and_starts_where_the_last_step_ended() -> None:
    parts = pd.DataFrame(
        {
            "clv1": [1.0, 2.0],
            "clv2": [5.0, 0.0],
            "clv3": [-1.0, -1.0],
            "clv4": [0.0, 4.0],
            "clv5": [8.0, 1.0],
            "clv6": [0.0, -2.0],
            "clv": [13.0, 3.5],
        }
    )
    steps = value_waterfall(parts)
    assert steps["amount"].tolist() == [3.0, 5.0, -2.0, 4.0, 9.0, -2.0, 16.5]
    assert steps["start"].tolist() == [0.0, 3.0, 8.0, 6.0, 10.0, 19.0, 0.0]
    assert steps["end"].tolist() == [3.0, 8.0, 6.0, 10.0, 19.0, 17.0, 16.5]
    assert steps["meaning"].tolist() == [
        "first purchase",
        "repeat purchase",
        "cross-selling",
        "easier to serve",
        "referral",
        "price",
        "value",
    ]


def test_the_first_of_customers_without_a_match_is_named() -> None:
    past = pd.DataFrame({"customer_id": ["a", "b", "b", "c"], "clv": 1.0})
    names = ("clv", "clv2", "clv3", "clv5", "probability_alive")
    ahead = pd.DataFrame({"customer_id": ["a", "b", "d"], **dict.fromkeys(names, 1.0)})
    with pytest.raises(InvalidValueError) as refused:
        with_value_tenses(past, expected=ahead)
    assert str(refused.value) == (
        "column 'customer_id': unmatched customer in 3 of 4 rows (first: customer 'b')."
        " Each frame has each customer once: use one 'as_of' for both."
    )


def test_three_quarters_of_peers_are_the_reach_where_none_is_named() -> None:
    ids = {"customer_id": ["a", "b", "c", "d", "e"]}
    own = [0.0, 10.0, 20.0, 30.0, 40.0]
    ahead = pd.DataFrame(
        {
            **ids,
            "clv": own,
            "clv2": own,
            "clv3": -1.0,
            "clv5": 0.25,
            "probability_alive": [0.5, 0.5, 1.0, 1.0, 1.0],
        }
    )
    found = with_value_tenses(pd.DataFrame({**ids, "clv": 2.0}), expected=ahead)
    assert found["potential_activation"].tolist() == [15.0, 5.0, 10.0, 0.0, 0.0]
    # What is below nothing for all can be brought to nothing, and no further.
    assert found["potential_cross_sell"].tolist() == [1.0] * 5
    assert found["potential_referral"].tolist() == [0.0] * 5
    assert found["potential_value"].tolist() == [16.0, 6.0, 11.0, 1.0, 1.0]
