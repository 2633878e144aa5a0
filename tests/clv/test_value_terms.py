"""Rates and their units, profit line by line, and what peers achieve."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.value import fitted_unit
from crmkit.clv.value.customer_terms import at_own_rate
from crmkit.clv.value.fitted_unit import rate_in_unit, unit_of
from crmkit.clv.value.profit_by import profit_by
from crmkit.clv.value.profit_change import profit_change
from crmkit.clv.value.value_tenses import with_value_tenses
from crmkit.errors import InvalidValueError, UnitWarning
from crmkit.ledger import Ledger
from crmkit.typing import FloatArray, HistoryColumns


@pytest.mark.parametrize(
    ("rate", "unit", "said", "remedy"),
    [
        # (1 + 0.1) ** (365.2425 / 7) is 144.47.
        (
            0.1,
            "week",
            "0.1 is 10% a week, 14,347% a year.",
            "Convert a yearly rate first: clv.per_unit_rate(0.1, time_unit='week').",
        ),
        (
            10.0,
            "year",
            "10 is 1,000% a year, 1,000% a year.",
            "Pass 0.1 if you mean 10%.",
        ),
        (
            1.0,
            "day",
            "1 is 100% a day, 100,000,000% or more a year.",
            "Pass 0.01 if you mean 1%.",
        ),
        (
            1e6 - 0.5,
            "year",
            "1e+06 is 99,999,950% a year, 99,999,950% a year.",
            "Pass 10000 if you mean 1e+06%.",
        ),
        (
            1e6 + 1,
            "year",
            "1e+06 is 100,000,100% a year, 100,000,000% or more a year.",
            "Pass 10000 if you mean 1e+06%.",
        ),
    ],
)
def test_a_rate_of_more_than_100_percent_a_year_is_doubted(
    rate: float, unit: Any, said: str, remedy: str
) -> None:
    with pytest.warns(UnitWarning) as told:
        assert rate_in_unit(rate, unit) == rate
    assert str(told[0].message) == f"argument 'discount_rate': {said} {remedy}"


def test_100_percent_a_year_is_not_doubted() -> None:
    assert rate_in_unit(1.0, "year") == 1.0
    assert rate_in_unit(50.0, None) == 50.0
    with pytest.warns(UnitWarning, match="100% a year"):
        rate_in_unit(1.0 + 1e-12, "year")
    assert unit_of(clv.Nbd(r=1.0, alpha=9.0, time_unit="month")) == "month"
    assert unit_of(clv.Nbd(r=1.0, alpha=9.0)) is None
    assert unit_of(object()) is None


def test_customers_of_one_rate_are_scored_together() -> None:
    calls: list[tuple[int, float]] = []

    def score(one: FloatArray, other: FloatArray, rate: float) -> FloatArray:
        calls.append((one.size, rate))
        return one * 100 + other + rate

    rate = np.array([0.5, 0.1, 0.5, 0.2, 0.1, 0.5])
    one, other = np.arange(6.0), np.arange(6.0)[::-1]
    found = at_own_rate(score, rate, one, other)
    assert found.tolist() == (one * 100 + other + rate).tolist()
    assert calls == [(2, 0.1), (1, 0.2), (3, 0.5)]


def test_a_margin_is_given_once() -> None:
    rows = pd.DataFrame(
        {
            "frequency": [2, 1],
            "recency": [3.0, 4.0],
            "T": [9.0, 8.0],
            "monetary_value": [5.0, 7.0],
            "own": [0.25, 0.5],
            "rate": [0.1, -0.999],
        }
    )
    model, spend = clv.Nbd(r=0.8, alpha=9.0), clv.GammaGamma(p=6.0, q=4.0, v=15.0)

    def value(names: dict[str, str], **terms: Any) -> list[float]:
        columns = HistoryColumns(**names)
        found = clv.with_clv(
            rows, purchases=model, spend=spend, horizon=5, columns=columns, **terms
        )
        values: list[float] = found["clv"].tolist()
        return values

    both = value({"margin": "own", "discount_rate": "rate"})
    for at, (share, rate) in enumerate(zip(rows["own"], rows["rate"], strict=True)):
        alone = value({}, margin=share, discount_rate=rate)[at]
        assert both[at] == pytest.approx(alone, rel=1e-12, abs=0)
    with pytest.raises(InvalidValueError, match=r"0\.5 beside the column 'own'"):
        value({"margin": "own"}, margin=0.5, discount_rate=0.1)
    with pytest.raises(InvalidValueError, match=r"0\.0 beside the column 'rate'"):
        value({"discount_rate": "rate"}, discount_rate=0.0)
    rows["rate"] = [0.1, -1.0]
    with pytest.raises(InvalidValueError, match="rate of -1 or less in 1 of 2 rows"):
        value({"discount_rate": "rate"})


DAY = dt.date(2023, 1, 1)


def _ledger() -> Ledger[Any]:
    """Return two customers in two categories, and what they cost."""
    lines = [
        # Customer, day, category, list, paid and cost.
        ("a", 0, "tea", 50.0, 40.0, 15.0),
        ("b", 10, "tea", 20.0, 20.0, 8.0),
        ("a", 20, "cups", 30.0, 24.0, 9.0),
        ("b", 30, "cups", 70.0, 63.0, 21.0),
    ]
    names = ["customer_id", "date", "category"]
    frame = pd.DataFrame(
        lines, columns=[*names, "list_amount", "paid_amount", "cost_amount"]
    )
    service = [("a", 5, 3.0), ("b", 20, 2.0), ("a", 25, 1.5)]
    won = [("a", 0, 11.0), ("b", 9, 7.0)]
    rewards = [("a", "b", 8, 4.0, 1.0)]
    parties = ["referrer_id", "referee_id"]

    def dated(rows: pd.DataFrame) -> pd.DataFrame:
        days = [DAY + dt.timedelta(days=int(day)) for day in rows["date"]]
        return rows.assign(date=pd.to_datetime(days))

    return Ledger(
        lines=dated(frame),
        service=dated(pd.DataFrame(service, columns=["customer_id", "date", "amount"])),
        acquisition=dated(pd.DataFrame(won, columns=["customer_id", "date", "amount"])),
        referrals=dated(
            pd.DataFrame(
                rewards,
                columns=[*parties, "date", "reward", "share"],
            )
        ),
    )


def _day(number: int) -> str:
    return (DAY + dt.timedelta(days=number)).isoformat()


def test_profit_is_what_is_left_of_each_customer_from_day_to_day() -> None:
    found = profit_by(_ledger(), as_of=_day(30), start=_day(20)).set_index(
        "customer_id"
    )
    assert found.loc["a"].to_dict() == {
        "list_amount": 30.0,
        "discount": 6.0,
        "revenue": 24.0,
        "goods_cost": 9.0,
        "marginal_profit": 15.0,
        "service_cost": 1.5,
        "total_profit": 13.5,
        "acquisition_cost": 0.0,
        "reward_cost": 0.0,
        "profit": 13.5,
    }
    assert found.loc["b", ["service_cost", "profit"]].tolist() == [2.0, 40.0]
    whole = profit_by(_ledger(), as_of=_day(29)).set_index("customer_id")
    assert whole.loc["b", ["revenue", "acquisition_cost", "profit"]].tolist() == [
        20.0,
        7.0,
        3.0,
    ]
    costs = ["service_cost", "acquisition_cost", "reward_cost", "profit"]
    assert whole.loc["a", costs].tolist() == [4.5, 11.0, 4.0, 20.5]
    one_day = profit_by(_ledger(), as_of=_day(10), start=_day(10))
    assert one_day["revenue"].sum() == 20.0


def test_profit_of_categories_shares_the_costs_of_customers_by_list_amount() -> None:
    found = profit_by(_ledger(), as_of=_day(30), by="category").set_index("category")
    assert found.index.tolist() == ["cups", "tea"]
    assert found["list_amount"].tolist() == [100.0, 70.0]
    assert found["revenue"].tolist() == [87.0, 60.0]
    assert found["goods_cost"].tolist() == [30.0, 23.0]
    # Of a 50 of 80 is tea, of b 20 of 90; both began with tea.
    shares = {"cups": (3 / 8, 7 / 9), "tea": (5 / 8, 2 / 9)}
    for name, (of_a, of_b) in shares.items():
        row = found.loc[name]
        assert row["service_cost"] == pytest.approx(
            4.5 * of_a + 2.0 * of_b, rel=1e-12, abs=0
        )
        assert row["reward_cost"] == pytest.approx(4.0 * of_a, rel=1e-12, abs=0)
    assert found["acquisition_cost"].tolist() == [0.0, 18.0]
    costs = 6.5 + 4.0 + 18.0
    assert found["profit"].sum() == pytest.approx(94.0 - costs, rel=1e-12, abs=0)
    late = profit_by(_ledger(), as_of=_day(30), start=_day(25), by="category")
    late = late.set_index("category")
    assert late["list_amount"].tolist() == [70.0, 0.0]
    service = [1.5 * 3 / 8, 1.5 * 5 / 8]
    np.testing.assert_allclose(late["service_cost"], service, rtol=1e-12, atol=0)


def test_a_change_of_profit_by_hand() -> None:
    # Before: a is won and b on day 10; after: both exist, and buy once each.
    change = profit_change(
        _ledger(), before=(_day(0), _day(14)), after=(_day(15), _day(30))
    )
    # Of the tea 25 and 12 are left; service takes 3, winning both 18 and a reward 4.
    assert change.profit_before == pytest.approx(12.0, rel=1e-12, abs=0)
    # Of the cups 15 and 42; service takes 3.5.
    assert change.profit_after == pytest.approx(53.5, rel=1e-12, abs=0)
    assert change.change == pytest.approx(41.5, rel=1e-12, abs=0)
    # Nobody existed before, and nobody is won after.
    assert change.acquiring == pytest.approx(-12.0, rel=1e-12, abs=0)
    assert change.larger_base + change.growing == pytest.approx(53.5, rel=1e-12, abs=0)
    counts = (
        change.active_before,
        change.active_after,
        change.existing_before,
        change.existing_after,
        change.won_before,
        change.won_after,
    )
    assert counts == (0, 2, 0, 2, 2, 0)


def test_peers_have_all_columns_in_common() -> None:
    rng = np.random.default_rng(5)
    n = 40
    past = pd.DataFrame(
        {
            "customer_id": np.arange(n),
            "clv": rng.uniform(1.0, 9.0, n),
            "kind": rng.integers(0, 2, n).astype(str),
            "place": rng.integers(0, 3, n).astype(str),
        }
    )
    names = ("clv2", "clv3", "clv5", "clv")
    ahead = pd.DataFrame(
        {
            "customer_id": rng.permutation(n),
            "probability_alive": rng.uniform(0.2, 1.0, n),
            **{name: rng.normal(5.0, 6.0, n) for name in names},
        }
    )
    found = with_value_tenses(past, expected=ahead, by=["kind", "place"], reach=0.6)
    both = past.merge(ahead, on="customer_id", suffixes=("_past", ""))
    assert both["customer_id"].tolist() == found["customer_id"].tolist()
    total = np.zeros(n)
    for name, part in {
        "potential_activation": "clv2",
        "potential_cross_sell": "clv3",
        "potential_referral": "clv5",
    }.items():
        reached = both.groupby(["kind", "place"])[part].transform(
            lambda own: own.quantile(0.6)
        )
        able = both["probability_alive"] * np.maximum(reached, 0.0)
        known = np.maximum((able - both[part]).to_numpy(), 0.0)
        np.testing.assert_allclose(found[name], known, rtol=1e-12, atol=1e-14)
        total += known
    np.testing.assert_allclose(found["potential_value"], total, rtol=1e-12, atol=1e-14)
    assert found["historical_value"].tolist() == past["clv"].tolist()
    assert found["current_value"].tolist() == both["clv"].tolist()


def test_the_largest_rate_told_in_numbers_is_below_a_hundred_million_percent() -> None:
    limit = math.log1p(1e6)
    assert fitted_unit._shown(limit) == "100,000,000% or more"
    assert fitted_unit._shown(np.nextafter(limit, 0)) == "100,000,000%"
