"""What referees bring, and how often they come, counted again with plain loops."""

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit.clv import References, fit_referral_outlook
from crmkit.clv.components.referral_outlook import referee_chance
from crmkit.ledger import Ledger

STANDARD = 6.0
END = 60


def on(number: int) -> dt.date:
    return dt.date(2023, 1, 1) + dt.timedelta(days=number)


def bought(rows: list[tuple[str, int, float]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer_id": [who for who, _, _ in rows],
            "date": [on(number) for _, number, _ in rows],
            "amount": [amount for _, _, amount in rows],
        }
    )


def outlook(ledger: Ledger[Any], *, horizon: float, end: int = END) -> Any:
    return fit_referral_outlook(
        ledger,
        references=References.from_standards(acquisition_cost=STANDARD),
        as_of=on(end),
        horizon=horizon,
        time_unit="day",
    )


def referred(referees: int) -> tuple[Any, list[tuple[str, int, float]], dict[str, int]]:
    """Return a ledger of referees, what each brought by day, and their first days."""
    rng = np.random.default_rng(referees)
    first = {f"e{at}": 5 + 3 * at for at in range(referees)}
    sales = [("r", 0, 1.0)]
    served: list[tuple[str, int, float]] = []
    for who, start in first.items():
        sales.append((who, start, float(rng.integers(20, 90))))
        later = rng.integers(start + 1, END + 1, 3).tolist()
        sales += [(who, number, float(rng.integers(5, 40))) for number in later]
        served.append((who, int(rng.integers(start, END + 1)), 4.0))
    lines = bought(sales).rename({"amount": "paid_amount"})
    lines = lines.with_columns(cost_amount=pl.col("paid_amount") / 4)
    ledger = Ledger(
        lines=lines,
        service=bought(served),
        acquisition=bought([(who, start, 2.0) for who, start in first.items()]),
        referrals=pl.DataFrame(
            {
                "referrer_id": ["r"] * referees,
                "referee_id": list(first),
                "date": [on(start) for start in first.values()],
                "share": [0.5] * referees,
                "reward": [1.5] * referees,
            }
        ),
    )
    cash = [(who, number, 0.75 * paid) for who, number, paid in sales if who != "r"]
    return ledger, cash + [(who, number, -paid) for who, number, paid in served], first


@pytest.mark.parametrize("referees", [1, 2, 9, 10, 11, 16])
@pytest.mark.parametrize("horizon", [1, 7, 30, 200, np.inf])
def test_a_referee_is_worth_the_mean_of_who_was_followed_so_long(
    referees: int, horizon: float
) -> None:
    ledger, cash, first = referred(referees)
    found = outlook(ledger, horizon=horizon)
    followed = {who: END - start for who, start in first.items()}
    ages = max(followed.values()) + 1
    until, reached = [], 0.0
    for age in range(ages):
        there = [who for who in first if followed[who] >= age]
        if len(there) >= min(10, referees):
            now = [paid for who, on_, paid in cash if on_ - first[who] == age]
            reached += sum(now) / len(there)
        until.append(reached)
    if np.isfinite(horizon):
        days = [until[min(age, ages - 1)] for age in range(int(horizon) + 1)]
        mean = float(np.mean(days))
    else:
        mean = until[-1]
    assert found.referee_value == pytest.approx(mean - STANDARD, rel=1e-9, abs=0)
    own = [sum(paid for who, _, paid in cash if who == one) for one in first]
    error = np.std(own, ddof=1) / referees**0.5 if referees > 1 else 0.0
    scaled = error * abs(mean / np.mean(own))
    assert found.referee_value_error == pytest.approx(scaled, rel=1e-9, abs=1e-12)
    assert (found.share, found.acquisition_cost, found.reward) == (0.5, 2.0, 1.5)


@pytest.mark.parametrize(("late", "rate"), [(20, 20 / 1), (19, 20 / 3)])
def test_of_fewer_than_twenty_late_referrals_all_are_counted(
    late: int, rate: float
) -> None:
    # The referrer comes back on days 10, 200 and 205: one of them is in the last ten.
    referees = [f"e{at}" for at in range(20)]
    sales = [("r", number, 9.0) for number in (0, 10, 200, 205)]
    sales += [(who, 206, 5.0) for who in referees]
    ledger: Ledger[Any] = Ledger(
        lines=bought(sales).rename({"amount": "paid_amount"}),
        referrals=pl.DataFrame(
            {
                "referrer_id": ["r"] * 20,
                "referee_id": referees,
                "date": [on(201 if at < late else 200) for at in range(20)],
                "share": [0.5] * 20,
            }
        ),
    )
    found = outlook(ledger, horizon=10, end=210)
    assert found.overall_rate == pytest.approx(rate, rel=1e-12, abs=0)
    assert found.occasions == round(20 / rate)


def test_a_ledger_without_referrals_has_an_outlook_of_nothing() -> None:
    lines = bought([("a", 0, 9.0), ("a", 5, 9.0)]).rename({"amount": "paid_amount"})
    found = outlook(Ledger(lines=lines), horizon=30)
    assert (found.overall_rate, found.occasions) == (0.0, 1.0)
    assert (found.referee_value, found.referee_value_error) == (0.0, 0.0)
    assert (found.share, found.acquisition_cost, found.reward) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("referees", [9, 10, 14])
def test_the_gain_from_a_referee_misses_the_mean_by_what_she_brought_in_time(
    referees: int,
) -> None:
    ledger, cash, first = referred(referees)
    half: Any = SimpleNamespace(random=lambda size: np.full(size, 0.55))
    found = referee_chance(ledger.book, span=30.0, rng=half)
    # Followed for 16 days; credited by a half, less acquisition and reward.
    gain = [
        0.5 * sum(paid for who, day, paid in cash if who == one and day <= start + 16)
        - 2.0
        - 1.5
        for one, start in first.items()
    ]
    known = sorted(np.array(gain) - np.mean(gain)) if referees >= 10 else [0.0]
    np.testing.assert_allclose(sorted(found), known, rtol=1e-9, atol=1e-12)


def test_a_gain_is_less_by_what_it_cost_to_win_and_to_reward_her() -> None:
    book = referred(12)[0].book
    where = book.referrals.referee
    size = np.arange(12.0)
    cost = np.zeros(book.customers)
    cost[book.acquisition.customer] = 3 * size + size**2
    half: Any = SimpleNamespace(random=lambda size: np.full(size, 0.55))

    def missed(**changes: Any) -> Any:
        return referee_chance(dataclasses.replace(book, **changes), span=30.0, rng=half)

    plain = missed()
    dearer = dataclasses.replace(book.acquisition, amount=2 + 3 * size + size**2)
    order = np.argsort(where)
    more = cost[where[order]]
    np.testing.assert_allclose(
        missed(acquisition=dearer), plain - (more - more.mean()), rtol=1e-9
    )
    rewarded = dataclasses.replace(book.referrals, reward=1.5 + size**2)
    more = (size**2)[order]
    np.testing.assert_allclose(
        missed(referrals=rewarded), plain - (more - more.mean()), rtol=1e-9
    )
    whole = dataclasses.replace(book.referrals, share=np.ones(12))
    known = 2 * plain + missed(acquisition=dearer) - plain
    both = missed(acquisition=dearer, referrals=whole)
    np.testing.assert_allclose(both, known, rtol=1e-9)


def test_rates_of_groups_are_shrunk_by_the_weight_of_their_parent() -> None:
    sales = [("r", 0, 9.0), ("s", 0, 9.0), ("r", 3, 9.0), ("r", 8, 9.0), ("r", 9, 9.0)]
    sales += [("s", 5, 9.0), ("a", 7, 2.0)]
    referrals = {"a": ("r", 4), "b": ("r", 9), "c": ("s", 6), "d": ("s", 0)}
    sales += [(who, day, 5.0) for who, (_, day) in referrals.items()]
    kinds = {"r": "x", "s": "y"} | dict.fromkeys(referrals, "z")
    ledger: Ledger[Any] = Ledger(
        lines=bought(sales).rename({"amount": "paid_amount"}),
        referrals=pl.DataFrame(
            {
                "referrer_id": [who for who, _ in referrals.values()],
                "referee_id": list(referrals),
                "date": [on(day) for _, day in referrals.values()],
                "share": [0.5] * 4,
            }
        ),
        customers=pl.DataFrame(
            {"customer_id": list(kinds), "kind": list(kinds.values())}
        ),
    )
    found = fit_referral_outlook(
        ledger,
        references=References.from_standards(acquisition_cost=STANDARD),
        as_of=on(END),
        horizon=30,
        time_unit="day",
        by="kind",
        parent_weight=4.0,
    )
    # Three referrals after a first day of the referrer, at five occasions.
    assert found.overall_rate == pytest.approx(0.6, rel=1e-12, abs=0)
    rates = dict(zip(found.groups, found.rates, strict=True))
    known = {"x": (2 + 2.4) / 7, "y": (1 + 2.4) / 5, "z": 2.4 / 5}
    assert rates == pytest.approx(known, rel=1e-12, abs=0)
