"""Operational time: a flat index changes nothing, and a season is found again."""

import numpy as np
import pytest

from crmkit.kernels.base.cells import group
from crmkit.kernels.purchases.beta_geometric import bg_nbd, mbg_nbd
from crmkit.kernels.purchases.seasonal_clock import (
    DatedHistories,
    fit_index,
    operational_time,
)
from crmkit.typing import FloatArray

START = np.log([0.5, 10.0, 1.0, 3.0])
TRUTH = {"r": 0.6, "alpha": 60.0, "a": 0.8, "b": 2.5}  # by the day
DAYS = 730


def season(size: float) -> FloatArray:
    index = np.exp(size * np.sin(2 * np.pi * np.arange(12) / 12))
    scaled: FloatArray = index / index.mean()
    return scaled


def simulated(
    customers: int, index: FloatArray, seed: int, *, first_toss: int = 0
) -> DatedHistories:
    rng = np.random.default_rng(seed)
    period = np.minimum((np.arange(DAYS + 1) % 365) // 30.42, 11).astype(np.int64)
    clock = operational_time(index[period])
    first = rng.integers(0, DAYS - 60, customers)
    kernel = mbg_nbd if first_toss else bg_nbd
    rate, drop, life = kernel.sample_customers(customers, rng, **TRUTH)
    T = clock[-1] - clock[first]
    who, when = kernel.sample_purchase_times(rate, drop, life, T, rng)
    day = np.minimum(np.searchsorted(clock, clock[first][who] + when), DAYS)
    pairs = np.unique(who * (DAYS + 1) + day)  # purchases of one day are one
    who, day = pairs // (DAYS + 1), pairs % (DAYS + 1)
    who, day = who[day > first[who]], day[day > first[who]]
    last = first.copy()
    np.maximum.at(last, who, day)
    x = np.bincount(who, minlength=customers).astype(np.float64)
    cells = group((x, first.astype(np.float64), last.astype(np.float64)))
    return DatedHistories(
        frequency=cells.columns[0],
        first=cells.columns[1].astype(np.int64),
        last=cells.columns[2].astype(np.int64),
        weights=cells.weights,
        period=period,
        repeats=np.bincount(period[day], minlength=12).astype(np.float64),
        lengths=np.full(12, 365 / 12),
        unit=7.0,
        first_toss=first_toss,
    )


def test_a_flat_index_is_the_calendar_to_the_last_bit() -> None:
    data = simulated(200, season(0.0), seed=3)
    recency, age = data.times(np.ones(12))
    assert np.array_equal(recency, (data.last - data.first) / 7)
    assert np.array_equal(age, (DAYS - data.first) / 7)


def test_a_stiff_penalty_is_the_plain_model() -> None:
    data = simulated(2000, season(0.5), seed=4)
    stiff = fit_index(data, START, penalty=1e12)
    assert np.allclose(stiff.index, 1.0, atol=1e-6)
    assert stiff.log_likelihood == pytest.approx(stiff.flat_log_likelihood, abs=1e-3)


@pytest.mark.parametrize("first_toss", [0, 1])
def test_a_season_is_found_beside_customers_who_leave(first_toss: int) -> None:
    index = season(0.6)
    data = simulated(20_000, index, seed=5, first_toss=first_toss)
    found = fit_index(data, START)
    assert found.converged
    assert found.log_likelihood > found.flat_log_likelihood + 100
    misses = (np.log(found.index) - np.log(index)) / found.errors
    assert np.abs(misses).max() < 3.5
    assert 0.5 < np.sqrt(np.mean(misses**2)) < 1.6
    np.testing.assert_allclose(found.index, index, rtol=0.1)
    assert found.index.mean() == pytest.approx(1.0, rel=1e-12)
    r, alpha, a, b = found.parameters
    assert r / alpha == pytest.approx(TRUTH["r"] / TRUTH["alpha"] * 7, rel=0.1)
    assert a / (a + b) == pytest.approx(0.8 / 3.3, rel=0.1)


def test_without_a_season_the_index_is_pulled_to_one() -> None:
    found = fit_index(simulated(5000, season(0.0), seed=2), START)
    assert np.abs(found.index - 1.0).max() < 0.05


def test_a_period_never_seen_is_one() -> None:
    data = simulated(3000, season(0.4), seed=6)
    half = data.period < 6
    end = int(np.argmin(half))  # the first six months of the log alone
    kept = (data.first < end) & (data.last < end)
    cut = DatedHistories(
        frequency=data.frequency[kept],
        first=data.first[kept],
        last=data.last[kept],
        weights=data.weights[kept],
        period=data.period[:end],
        repeats=np.where(np.arange(12) < 6, 50.0, 0.0),
        lengths=data.lengths,
        unit=7.0,
        first_toss=0,
    )
    found = fit_index(cut, START, penalty=2.0)
    assert np.array_equal(found.index[6:], np.ones(6))
    assert found.index[:6].mean() == pytest.approx(1.0, rel=1e-12)


def test_a_softer_penalty_follows_the_log_more_closely() -> None:
    data = simulated(4000, season(0.5), seed=7)
    best = fit_index(data, START, penalty=1e-6)
    worse = fit_index(data, START, penalty=50.0)
    assert best.log_likelihood > worse.log_likelihood > best.flat_log_likelihood
