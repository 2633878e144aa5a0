"""What is drawn for a company and a survey has the means that their model says."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from crmkit.datasets import simulate_subscriptions, simulate_survey
from crmkit.datasets.simulated_company import simulate_company
from crmkit.errors import InvalidValueError
from crmkit.typing import FloatArray

N = 6_000


@pytest.fixture(scope="module")
def company() -> dict[str, Any]:
    ledger: Any = simulate_company(
        customers=N, rng=np.random.default_rng(8), backend="polars"
    )
    names = ("lines", "service", "acquisition", "referrals", "customers")
    return {name: getattr(ledger, name) for name in names}


def _days(table: Any, column: str = "date") -> FloatArray:
    days = table[column].to_numpy().astype("datetime64[D]")
    return np.asarray((days - np.datetime64("2022-01-01")).astype(np.float64))


def _is(values: Any, mean: float, spread: float | None = None) -> None:
    """Compare a mean, and a standard deviation, with what they are drawn with."""
    found = np.asarray(values, dtype=np.float64)
    wide = found.std() if spread is None else spread
    assert abs(found.mean() - mean) <= 4.5 * wide / np.sqrt(found.size)
    if spread is not None:
        assert found.std() == pytest.approx(spread, rel=0.05)


def _sold(company: dict[str, Any]) -> Any:
    lines = company["lines"]
    return lines.filter(lines["return_of"].is_null() | lines["return_of"].is_nan())


def test_lines_have_the_prices_and_costs_of_the_model(company: dict[str, Any]) -> None:
    sold = _sold(company)
    listed = sold["list_amount"].to_numpy()
    _is(np.log(listed), 3.0, 0.7)
    paid, cost = sold["paid_amount"].to_numpy(), sold["cost_amount"].to_numpy()
    _is(paid == 0, 0.01)
    # Bargains are drawn for each customer: her part of the list price, or nothing.
    depth = 1 - paid / listed
    cheaper = (depth > 0.02) & (paid > 0) & (listed > 10)
    part = depth[cheaper]
    assert part.mean() == pytest.approx(0.25, abs=0.02)  # of beta(2, 6), less a little
    assert part.std() == pytest.approx(0.144, abs=0.015)
    assert cheaper[listed > 10].mean() == pytest.approx(0.4, abs=0.02)
    shares = {"books": 0.55, "games": 0.7, "music": 0.4, "paper": 0.3, "toys": 0.6}
    for category, share in shares.items():
        some = sold["category"].to_numpy() == category
        np.testing.assert_allclose(cost[some], listed[some] * share, atol=0.00501)
        assert some.mean() == pytest.approx(0.2, abs=0.03)
    for channel, share in {"shop": 0.5, "web": 0.4, "phone": 0.1}.items():
        orders = sold.unique("order_id", keep="first")
        _is(orders["channel"].to_numpy() == channel, share)
    many = sold.group_by("order_id").len()["len"].to_numpy()
    _is(many, 2.2, np.sqrt(1.2))


def test_a_customer_buys_mostly_of_one_category(company: dict[str, Any]) -> None:
    sold = _sold(company)
    by = sold.group_by("customer_id", "category").len()
    best = by.group_by("customer_id").agg(pl.col("len").max().alias("most"))
    total = sold.group_by("customer_id").len()
    both = best.join(total, on="customer_id").filter(pl.col("len") >= 20)
    share = (both["most"] / both["len"]).to_numpy()
    # Seven of ten lines, and a fifth of the strays.
    assert share.mean() == pytest.approx(0.76, abs=0.02)


def test_some_of_what_was_sold_comes_back(company: dict[str, Any]) -> None:
    lines = company["lines"]
    sold = _sold(company)
    back = lines.filter(lines["line_id"] >= sold.height)
    _is(np.arange(sold.height) < back.height, 0.04)
    line = back["return_of"].to_numpy().astype(np.int64)
    part = -back["list_amount"].to_numpy() / sold["list_amount"].to_numpy()[line]
    whole = part > 0.75
    _is(whole, 0.7)
    np.testing.assert_allclose(part[whole], 1.0, rtol=1e-12)
    np.testing.assert_allclose(part[~whole], 0.5, atol=0.02)
    day, before = _days(back), _days(sold)[line]
    early = before < 690
    wait = (day - before)[early]
    assert (wait.min(), wait.max()) == (0, 39)
    _is(wait, 19.5, np.sqrt((40**2 - 1) / 12))
    assert day.max() == _days(sold).max() == 729


def test_orders_come_while_a_customer_stays(company: dict[str, Any]) -> None:
    orders = _sold(company).unique("order_id", keep="first")
    day, who = _days(orders), orders["customer_id"].to_numpy()
    first = np.full(N, 1_000.0)
    np.minimum.at(first, who, day)
    assert (first.min(), first.max()) == (0.0, 699.0)
    _is(first, 349.5, np.sqrt((700**2 - 1) / 12))
    rng = np.random.default_rng(1)
    rest = 729 - rng.integers(0, 700, 10**5)
    stay = np.floor(np.minimum(rng.exponential(400, 10**5), rest))
    # One order or two on the first day; later ones at a rate of gamma(0.9, 0.02).
    later = 0.018 * stay.mean()
    count = np.bincount(who, minlength=N)
    _is(count, 1.1 + later)
    rate = 0.9 * 0.02**2 + 0.018**2
    spread = 0.09 + later + rate * np.mean(stay**2) - later**2
    assert count.var() == pytest.approx(spread, rel=0.12)
    same = np.bincount(who[day == first[who]], minlength=N)
    zero = float(np.mean(0.018 * stay / (stay + 1)))
    _is(same, 1.1 + zero)
    wait = (day - first[who])[day > first[who]]
    # Any day of the stay but the first is as likely: half of a day more than the half.
    weight = stay * stay / (stay + 1)
    known = np.mean(weight * (stay + 1) / 2) / np.mean(weight)
    assert wait.mean() == pytest.approx(known, rel=0.05)


def test_serving_costs_less_with_experience(company: dict[str, Any]) -> None:
    service = company["service"]
    who, amount = service["customer_id"].to_numpy(), service["amount"].to_numpy()
    begins = np.flatnonzero(np.diff(who, prepend=-1))
    turn = np.arange(who.size) - np.repeat(begins, np.diff(begins, append=who.size))
    for at, usual in ((0, 5.0), (1, 3.5), (2, 3.0), (5, 2.5)):
        _is(amount[turn == at], usual, None)
    _is(amount[turn == 0], 5.0, 5.0 / np.sqrt(8))


def test_customers_are_won_by_money_or_by_others(company: dict[str, Any]) -> None:
    won, referrals = company["acquisition"], company["referrals"]
    brought = np.zeros(N, dtype=bool)
    brought[referrals["referee_id"].to_numpy()] = True
    assert not brought[0]
    _is(brought, 0.3)
    paid = np.zeros(N, dtype=bool)
    paid[won["customer_id"].to_numpy()] = True
    _is(paid, 0.9)
    amount = won["amount"].to_numpy()
    cheap = brought[won["customer_id"].to_numpy()]
    _is(amount[cheap], 4.0, 4.0 / np.sqrt(6))
    _is(amount[~cheap], 18.0, 18.0 / np.sqrt(6))
    referrer = referrals["referrer_id"].to_numpy()
    referee = referrals["referee_id"].to_numpy()
    assert np.all(referrer < referee)
    _is(referrer / referee, 0.5, np.sqrt(1 / 12))
    times = np.bincount(referee, minlength=N)[brought]
    assert set(times.tolist()) == {1, 2}
    _is(times == 2, 0.15)
    _is(referrals["share"], 0.4, np.sqrt(6 / (25 * 6)))
    _is(referrals["incremental"], 0.85)
    for weight in (1.0, 2.0, 3.0):
        _is(referrals["weight"] == weight, 1 / 3)
    assert set(referrals["reward"].to_list()) == {0.0, 5.0}
    _is(referrals["reward"] == 5.0, 0.5)
    for region in ("north", "south", "east", "west"):
        _is(company["customers"]["region"] == region, 0.25)


def test_contracts_end_as_their_probabilities_say() -> None:
    drawn: Any = simulate_subscriptions(
        customers=20_000, a=1.5, b=4.0, renewals=4, rng=np.random.default_rng(2)
    )
    theta = drawn["probability_lost"].to_numpy()
    _is(theta, 1.5 / 5.5, np.sqrt(1.5 * 4 / (5.5**2 * 6.5)))
    assert drawn["customer_id"].tolist() == list(range(1, 20_001))
    lost, last = drawn["event_observed"].to_numpy(), drawn["duration"].to_numpy()
    for t in (1, 2, 3, 4):
        gone = lost & (last == t)
        miss = gone - theta * (1 - theta) ** (t - 1)
        _is(miss, 0.0)
    assert np.all(last[~lost] == 4)
    # A probability of next to nothing never ends a contract, and needs no forever.
    still: Any = simulate_subscriptions(
        customers=50, a=1e-4, b=1e3, renewals=3, rng=np.random.default_rng(3)
    )
    assert not still["event_observed"].any()
    assert (still["duration"] == 3).all()


@pytest.mark.parametrize("effect", [0.0, 1.0])
def test_a_survey_is_drawn_as_it_says(effect: float) -> None:
    survey: Any = simulate_survey(
        n_customers=N, rng=np.random.default_rng(5), effect=effect, silence=0.5
    )
    customers = survey.customers
    theta = customers["satisfaction"].to_numpy()
    for at, plan in enumerate(("basic", "plus", "pro")):
        some = customers["plan"].to_numpy() == plan
        _is(some, 1 / 3)
        _is(theta[some], 0.3 * (at - 1), 1.0)
    place = {name: at for at, name in enumerate(customers["customer_id"])}
    answers = survey.responses
    own = theta[[place[name] for name in answers["customer_id"]]]
    model = {
        "score": (7.6, 1.8, 1.2, 0, 10),
        "csat": (3.8, 0.8, 0.6, 1, 5),
        "speed": (6.5, 1.6, 1.2, 1, 10),
        "staff": (7.5, 1.0, 1.5, 1, 10),
        "price": (5.0, 0.2, 2.0, 1, 10),
    }
    rng = np.random.default_rng(6)
    for name, (mean, slope, noise, low, high) in model.items():
        found = answers[name].to_numpy()
        drawn = mean + slope * own + noise * rng.normal(size=(40, own.size))
        expected = np.clip(np.round(drawn), low, high)
        _is(found - expected.mean(axis=0), 0.0)
        for end in (low, high):
            share = (expected == end).mean(axis=0)
            if share.mean() > 0.01:
                _is((found == end) - share, 0.0)
        assert found.std() == pytest.approx(expected.std(), rel=0.04)
    paid = survey.transactions["amount"].to_numpy()
    _is(paid - 1, 30.0, np.sqrt(300.0))
    # What satisfied customers do: they stay, buy and recommend.
    life = 500.0 * np.exp(0.7 * effect * theta)
    seen = life * (1 - np.exp(-731 / life))
    left = np.zeros(N)
    gone = [place[name] for name in survey.departures["customer_id"]]
    left[gone] = 1.0
    _is(left - (1 - np.exp(-731 / life)), 0.0)
    for table, column, strength, gap in (
        (survey.transactions, "customer_id", 0.2, 30.0),
        (survey.referrals, "referrer_id", 0.9, 600.0),
    ):
        who = [place[name] for name in table[column]]
        rate = np.exp(strength * effect * theta) / gap
        _is(np.bincount(who, minlength=N) - rate * seen, 0.0)
        days = table["date"].to_numpy().astype("datetime64[D]")
        assert (str(days.min()), str(days.max())) == ("2023-01-01", "2024-12-31")
    chance = expit(np.log(0.4 / 0.6) + 0.5 * theta)
    dates = answers["date"].to_numpy().astype("datetime64[D]")
    waves = {46: "2023-02-15", 136: "2023-05-16", 226: "2023-08-14", 316: "2023-11-12"}
    assert sorted({str(each) for each in dates}) == list(waves.values())
    for day, date in waves.items():
        there = np.zeros(N)
        some = answers["customer_id"][dates == np.datetime64(date)]
        there[[place[name] for name in some]] = 1.0
        _is(there - chance * np.exp(-day / life), 0.0)


def test_the_second_customer_may_be_brought_by_the_first() -> None:
    found = []
    for seed in range(20):
        ledger: Any = simulate_company(
            customers=2, rng=np.random.default_rng(seed), backend="polars"
        )
        found += ledger.referrals["referee_id"].to_list()
    assert set(found) == {1}
    assert 1 <= len(found) <= 13


@pytest.mark.parametrize(
    ("name", "edge", "beyond"),
    [("silence", 100, 101), ("silence", -100, -101), ("effect", 3, 3.1)],
)
def test_a_survey_has_its_strongest_effects(
    name: str, edge: float, beyond: float
) -> None:
    given: Any = {"n_customers": 5, "rng": np.random.default_rng(1)}
    survey: Any = simulate_survey(**given | {name: edge})
    assert len(survey.customers) == 5
    with pytest.raises(InvalidValueError, match=name):
        simulate_survey(**given | {name: beyond})
