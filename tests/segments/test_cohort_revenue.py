"""Limits of revenue per customer: against the raw rows, and how often they hold."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit import errors, segments
from crmkit.typing import FloatArray

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

MONTHS = 6
END = "2024-06-30"
NAMES = ("revenue_per_customer", "cumulative_revenue_per_customer")


def spending(rng: np.random.Generator, *, signed: bool = False) -> FloatArray:
    """Draw what 60 customers spend in each of six months; they begin when they do."""
    bought = rng.random((60, MONTHS)) < 0.4
    bought[:, -1] |= ~bought.any(axis=1)
    spent = np.round(rng.lognormal(3, 1, bought.shape), 2)
    if signed:
        # Half of what was bought late goes back, and then some.
        spent = np.where(rng.random(bought.shape) < 0.2, spent - 40, spent)
    return np.where(bought, spent, np.nan)


def log_of(spent: FloatArray) -> dict[str, list[Any]]:
    who, month = np.nonzero(~np.isnan(spent))
    rows: list[tuple[str, dt.datetime, float]] = []
    for customer, at in zip(who.tolist(), month.tolist(), strict=True):
        amount = float(spent[customer, at])
        day = dt.datetime(2024, at + 1, 1 + customer % 28)
        # An occasion of two rows, so that rows have to be merged before squaring.
        parts = (amount + 50, -50.0) if amount < 0 else (amount / 4, 3 * amount / 4)
        rows += [(f"c{customer}", day, part) for part in parts]
    order = np.random.default_rng(3).permutation(len(rows))
    columns = zip(*(rows[at] for at in order), strict=True)
    names = ("customer_id", "date", "amount")
    return dict(zip(names, map(list, columns), strict=True))


def by_age(spent: FloatArray) -> dict[int, FloatArray]:
    """For each first month, what each of its customers spends at each age."""
    first = np.argmax(~np.isnan(spent), axis=1)
    return {
        int(at): np.nan_to_num(spent[first == at][:, at:])
        for at in sorted(set(first.tolist()))
    }


def limits(x: FloatArray, level: float, *, signed: bool) -> tuple[float, float]:
    if x.size < 2 or np.ptp(x) == 0:
        return np.nan, np.nan
    reach = float(stats.t.ppf((1 + level) / 2, x.size - 1) * stats.sem(x))
    mean = float(x.mean())
    if signed:
        return mean - reach, mean + reach
    return mean * np.exp(-reach / mean), mean * np.exp(reach / mean)


def numbers(column: list[Any]) -> FloatArray:
    return np.array(pd.to_numeric(pd.Series(column), errors="coerce"), np.float64)


@pytest.mark.parametrize("signed", [False, True])
def test_limits_are_those_of_the_raw_rows(
    frame: Make, columns_of: Read, *, signed: bool
) -> None:
    spent = spending(np.random.default_rng(7), signed=signed)
    found = columns_of(
        segments.cohort_table(
            frame(log_of(spent)),
            observation_period_end=END,
            level=0.9,
            refunds="net" if signed else "error",
        )
    )
    measured = {name: numbers(found[name]) for name in found if "revenue" in name}
    places = {
        (int(str(day)[5:7]) - 1, age): at
        for at, (day, age) in enumerate(zip(found["cohort"], found["age"], strict=True))
    }
    checked = 0
    for first, rows in by_age(spent).items():
        for age in range(MONTHS - first):
            at = places[first, age]
            for name, x in zip(
                NAMES, (rows[:, age], rows[:, : age + 1].sum(axis=1)), strict=True
            ):
                expected = (x.mean(), *limits(x, 0.9, signed=signed))
                got = [measured[f"{name}{end}"][at] for end in ("", "_lower", "_upper")]
                assert got == pytest.approx(expected, rel=1e-11, nan_ok=True)
                checked += not np.isnan(expected[1])
    assert checked > 20


@pytest.mark.parametrize("signed", [False, True])
def test_the_pooled_curve_is_that_of_all_who_lived_through_an_age(
    frame: Make, columns_of: Read, *, signed: bool
) -> None:
    spent = spending(np.random.default_rng(8), signed=signed)
    found = columns_of(
        segments.revenue_curve(
            frame(log_of(spent)),
            observation_period_end=END,
            refunds="net" if signed else "error",
        )
    )
    assert sorted(found["age"]) == list(range(MONTHS))
    for at, age in enumerate(found["age"]):
        lived = [rows for first, rows in by_age(spent).items() if first + age < MONTHS]
        now = np.concatenate([rows[:, age] for rows in lived])
        so_far = np.concatenate([rows[:, : age + 1].sum(axis=1) for rows in lived])
        assert found["cohorts"][at] == len(lived)
        assert found["n_customers"][at] == now.size
        assert found["revenue"][at] == pytest.approx(now.sum(), rel=1e-12)
        for name, x in zip(NAMES, (now, so_far), strict=True):
            expected = (x.mean(), *limits(x, 0.95, signed=signed))
            got = [
                numbers(found[f"{name}{end}"])[at] for end in ("", "_lower", "_upper")
            ]
            assert got == pytest.approx(expected, rel=1e-11, nan_ok=True)


def test_one_customer_or_nobody_buying_has_no_limits(
    frame: Make, columns_of: Read
) -> None:
    spent = np.full((3, 3), np.nan)
    spent[:2, 0], spent[2, 1:] = (10.0, 30.0), (5.0, 7.0)
    found = columns_of(
        segments.cohort_table(frame(log_of(spent)), observation_period_end="2024-03-31")
    )
    rows = sorted(
        zip(
            map(str, found["cohort"]),
            found["age"],
            found["revenue_per_customer"],
            numbers(found["revenue_per_customer_lower"]),
            numbers(found["cumulative_revenue_per_customer_lower"]),
            strict=True,
        )
    )
    now = {(day[5:7], age): value for day, age, _, value, _ in rows}
    so_far = {(day[5:7], age): value for day, age, _, _, value in rows}
    assert now["01", 0] == so_far["01", 2] > 0
    assert np.isnan(now["01", 1])
    assert np.isnan([now["02", 0], so_far["02", 1]]).all()


def test_enormous_amounts_are_exact_or_refused(frame: Make, columns_of: Read) -> None:
    spent = np.array([[1e70, np.nan], [3e70, 1e70]])
    found = columns_of(
        segments.revenue_curve(
            frame(log_of(spent)), observation_period_end="2024-02-29"
        )
    )
    assert sorted(found["revenue_per_customer"]) == pytest.approx([5e69, 2e70])
    assert np.isfinite(numbers(found["revenue_per_customer_upper"])).all()
    with pytest.raises(errors.InvalidValueError, match=r"'amount': value beyond 1e.75"):
        segments.revenue_curve(
            frame(log_of(spent * 1e100)), observation_period_end="2024-02-29"
        )


def test_a_base_without_an_ended_period_has_no_curve(frame: Make) -> None:
    spent = np.array([[1.0], [2.0]])
    with pytest.raises(errors.NotEnoughDataError, match="1 period that has ended"):
        segments.revenue_curve(
            frame(log_of(spent)), observation_period_end="2024-01-30"
        )


def test_the_limits_hold_as_often_as_is_said() -> None:
    # 500 cohorts of 100; all buy at first, 30 % a month later, log-normal amounts.
    rng = np.random.default_rng(5)
    cohort = np.repeat(np.arange(500), 100)
    again = rng.random(cohort.size) < 0.3
    month = np.concatenate([cohort, cohort[again] + 1])
    log = pd.DataFrame(
        {
            "customer_id": np.concatenate(
                [np.arange(again.size), np.flatnonzero(again)]
            ),
            "date": (np.datetime64("1970-01", "M") + month).astype("datetime64[s]"),
            "amount": rng.lognormal(0, 1, month.size),
        }
    )
    cells = segments.cohort_table(log, observation_period_end="2011-12-31")
    mean = np.exp(0.5)
    for age, name, truth in (
        (0, "revenue_per_customer", mean),
        (1, "revenue_per_customer", 0.3 * mean),
        (1, "cumulative_revenue_per_customer", 1.3 * mean),
    ):
        at = cells[(cells["age"] == age) & cells[name].notna()]
        held = (at[f"{name}_lower"] <= truth) & (truth <= at[f"{name}_upper"])
        assert len(at) > 490
        assert 0.90 <= held.mean() <= 0.97, (age, name)
        assert (at[f"{name}_lower"] > truth).mean() < 0.05
