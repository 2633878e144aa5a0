"""Features of a log before a cut-off, against a count customer by customer."""

from typing import Any

import numpy as np
import pytest

from crmkit.kernels.log.visible_log import (
    breadth,
    event_past,
    first_seen_pairs,
    future,
    past,
    sort_log,
)

CUTOFF, WINDOW = 30, 8


def rows(seed: int, n: int = 60, customers: int = 9) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    day = rng.integers(0, 45, n)
    return {
        "customer": rng.integers(0, customers, n),
        "day": day,
        "seen": day + rng.integers(0, 4, n),
        "amount": np.round(rng.normal(4, 6, n), 2),
        "discount": np.round(rng.uniform(0, 2, n), 2),
    }


def share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def plain_past(log: dict[str, Any]) -> dict[int, dict[str, float]]:
    found = {}
    known = log["seen"] < CUTOFF
    for who in range(int(log["customer"].max()) + 1):
        own = known & (log["customer"] == who)
        day, amount = log["day"][own], log["amount"][own]
        days = sorted(set(day[amount >= 0].tolist()))
        if not days:
            continue
        gaps = np.diff(days)
        recent = sum(each >= CUTOFF - WINDOW for each in days)
        before = sum(CUTOFF - 2 * WINDOW <= each < CUTOFF - WINDOW for each in days)
        total = amount[amount > 0].sum()
        given = log["discount"][own].sum()
        found[who] = {
            "inactivity": CUTOFF - days[-1],
            "tenure": CUTOFF - days[0],
            "purchases": len(days),
            "purchases_recent": recent,
            "purchases_trend": share(recent - before, recent + before),
            "amount_total": total,
            "amount_mean": total / len(days),
            "amount_recent": amount[(amount > 0) & (day >= CUTOFF - WINDOW)].sum(),
            "gap_mean": gaps.mean() if gaps.size else 0.0,
            "gap_variation": gaps.std() / gaps.mean() if gaps.size else 0.0,
            "returns_share": share(-amount[amount < 0].sum(), total),
            "discount_share": share(given, total + given),
        }
    return found


@pytest.mark.parametrize("seed", range(6))
def test_every_feature_is_that_of_a_plain_count(seed: int) -> None:
    log = rows(seed)
    found = past(sort_log(**log), cutoff=CUTOFF, window=WINDOW)
    plain = plain_past(log)
    assert found.customer.tolist() == list(plain)
    for name, values in found.columns.items():
        expected = [each[name] for each in plain.values()]
        np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-7, err_msg=name)
    tenure = CUTOFF - found.first_day
    np.testing.assert_array_equal(tenure, found.columns["tenure"])
    inactivity = CUTOFF - found.last_day
    np.testing.assert_array_equal(inactivity, found.columns["inactivity"])


def test_days_at_the_edges_of_a_window_are_in_it() -> None:
    day = np.array([13, 14, 21, 22, 29, 30])
    log = sort_log(np.zeros(6, int), day, day, np.ones(6), None)
    found = past(log, cutoff=30, window=8)
    # Of the last window 22 and 29, of the one before it 14 and 21; 30 is not known.
    assert found.columns["purchases"].tolist() == [5.0]
    assert found.columns["purchases_recent"].tolist() == [2.0]
    assert found.columns["amount_recent"].tolist() == [2.0]
    assert found.columns["purchases_trend"].tolist() == [0.0]
    earlier = past(log, cutoff=29, window=8)
    assert earlier.columns["purchases_trend"].tolist() == [(2 - 2) / 4]


@pytest.mark.parametrize("seed", range(4))
def test_what_came_after_is_summed_from_start_to_the_day_before_the_end(
    seed: int,
) -> None:
    log = rows(seed)
    found = future(sort_log(**log), start=30, end=38, customers=12)
    days, money = np.zeros(12), np.zeros(12)
    inside = (log["day"] >= 30) & (log["day"] < 38)
    for who in range(12):
        own = inside & (log["customer"] == who)
        days[who] = len(set(log["day"][own & (log["amount"] >= 0)].tolist()))
        money[who] = log["amount"][own].sum()
    np.testing.assert_array_equal(found[0], days)
    np.testing.assert_allclose(found[1], money, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_events_known_before_the_cutoff_are_summarised(seed: int) -> None:
    log = rows(seed, n=25)
    who = np.arange(12)
    names = {name: log[name] for name in ("customer", "day", "seen")}
    found = event_past(
        **names, value=log["amount"], cutoff=CUTOFF, window=WINDOW, who=who
    )
    for each in who:
        own = np.flatnonzero((log["customer"] == each) & (log["seen"] < CUTOFF))
        day = log["day"][own]
        assert found["count"][each] == own.size
        assert found["recent"][each] == (day >= CUTOFF - WINDOW).sum()
        if not own.size:
            assert np.isnan(
                [found[n][each] for n in ("inactivity", "mean", "last")]
            ).all()
            continue
        assert found["inactivity"][each] == CUTOFF - day.max()
        assert found["mean"][each] == pytest.approx(log["amount"][own].mean())
        # Of several on the last day, the last row counts.
        assert found["last"][each] == log["amount"][own[day == day.max()][-1]]


def test_without_known_events_counts_are_0_and_the_rest_is_unknown() -> None:
    one, who = np.array([5]), np.array([2, 0])
    found = event_past(
        np.array([0]), one, one, np.array([3.0]), cutoff=5, window=2, who=who
    )
    assert found["count"].tolist() == found["recent"].tolist() == [0.0, 0.0]
    assert np.isnan([found["inactivity"], found["mean"], found["last"]]).all()


@pytest.mark.parametrize("seed", range(3))
def test_kinds_met_before_the_cutoff_are_counted_once(seed: int) -> None:
    log = rows(seed)
    kind = np.random.default_rng(seed).integers(0, 4, log["day"].size)
    pairs = first_seen_pairs(log["customer"], kind, log["seen"])
    who = np.array([11, 0, 3, 8])
    found = breadth(pairs, cutoff=CUTOFF, who=who)
    known = log["seen"] < CUTOFF
    plain = [len(set(kind[known & (log["customer"] == each)])) for each in who]
    assert found.tolist() == plain


def test_rows_in_order_already_stay_and_others_are_sorted() -> None:
    customer, day = np.array([1, 0, 0, 1]), np.array([-3, 4, -2, -5])
    log = sort_log(customer, day, day + 1, np.arange(4.0), np.arange(4.0) + 10)
    assert log.customer.tolist() == [0, 0, 1, 1]
    assert log.day.tolist() == [-2, 4, -5, -3]
    assert log.seen.tolist() == [-1, 5, -4, -2]
    assert log.amount.tolist() == [2.0, 1.0, 3.0, 0.0]
    assert log.discount is not None
    assert log.discount.tolist() == [12.0, 11.0, 13.0, 10.0]


def test_each_kind_met_has_the_first_day_it_was_known() -> None:
    customer, kind = np.array([0, 0, 1, 0]), np.array([1, 0, 1, 1])
    found = first_seen_pairs(customer, kind, np.array([5, 7, 3, 2]))
    assert found[0].tolist() == [0, 0, 1]
    assert found[1].tolist() == [7, 2, 3]


def test_purchases_of_cents_are_purchases() -> None:
    log = sort_log(
        customer=np.array([0, 0, 1]),
        day=np.array([2, 5, 5]),
        seen=np.array([2, 5, 5]),
        amount=np.array([0.5, -0.25, 0.75]),
        discount=np.array([0.25, 0.0, 0.25]),
    )
    days, money = future(log, start=0, end=9, customers=2)
    assert (days.tolist(), money.tolist()) == ([1.0, 1.0], [0.25, 0.75])
    found = past(log, cutoff=9, window=5)
    assert found.customer.tolist() == [0, 1]
    columns = found.columns
    assert columns["amount_total"].tolist() == [0.5, 0.75]
    assert columns["amount_recent"].tolist() == [0.0, 0.75]
    assert columns["returns_share"].tolist() == [0.5, 0.0]
    np.testing.assert_allclose(columns["discount_share"], [1 / 3, 1 / 4], rtol=1e-15)


def test_the_only_event_of_a_log_is_the_last_one_of_its_customer() -> None:
    found = event_past(
        np.array([1]),
        np.array([6]),
        np.array([6]),
        np.array([2.5]),
        cutoff=9,
        window=5,
        who=np.array([0, 1]),
    )
    assert found["count"].tolist() == [0.0, 1.0]
    assert found["recent"].tolist() == [0.0, 1.0]
    np.testing.assert_array_equal(found["inactivity"], [np.nan, 3.0])
    np.testing.assert_array_equal(found["mean"], [np.nan, 2.5])
    np.testing.assert_array_equal(found["last"], [np.nan, 2.5])


def test_before_the_first_day_no_customer_has_a_past() -> None:
    days = np.array([2, 5])
    log = sort_log(
        customer=np.array([0, 1]), day=days, seen=days, amount=np.ones(2), discount=None
    )
    found = past(log, cutoff=2, window=5)
    assert found.customer.size == 0
    assert {column.size for column in found.columns.values()} == {0}
