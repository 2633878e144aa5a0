"""Operational time: a flat index changes nothing, and a season is found again."""

import numpy as np
import pytest

from crmkit.kernels.base.cells import group
from crmkit.kernels.purchases import seasonal_clock
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


@pytest.mark.parametrize("days", [0, 1])
def test_a_period_never_seen_is_one_and_a_day_is_enough_to_see_it(days: int) -> None:
    data = simulated(3000, season(0.4), seed=6)
    half = data.period < 6
    end = int(np.argmin(half)) + days  # the first six months of the log alone
    kept = (data.first < end) & (data.last < end)
    repeats = np.where(np.arange(12) < 6, 50.0, 0.0)
    repeats[6] = 40.0 * days
    cut = DatedHistories(
        frequency=data.frequency[kept],
        first=data.first[kept],
        last=data.last[kept],
        weights=data.weights[kept],
        period=data.period[:end],
        repeats=repeats,
        lengths=data.lengths,
        unit=7.0,
        first_toss=0,
    )
    found = fit_index(cut, START, penalty=2.0)
    seen = 6 + days
    assert np.array_equal(found.index[seen:], np.ones(12 - seen))
    assert found.index[:seen].mean() == pytest.approx(1.0, rel=1e-12)
    # Nearly as many purchases as in other months, on one day.
    assert days == 0 or found.index[6] > found.index[:6].max()


def test_a_softer_penalty_follows_the_log_more_closely() -> None:
    data = simulated(4000, season(0.5), seed=7)
    best = fit_index(data, START, penalty=1e-6)
    worse = fit_index(data, START, penalty=50.0)
    assert best.log_likelihood > worse.log_likelihood > best.flat_log_likelihood


def penalised(data: DatedHistories, point: FloatArray, penalty: float) -> float:
    """Return the log-likelihood of dates at parameters and an index, less the prior."""
    logs = point[4:]
    clock = operational_time(np.exp(logs)[data.period])
    started = clock[data.first]
    times = (clock[data.last] - started) / 7, (clock[-1] - started) / 7
    kernel = mbg_nbd if data.first_toss else bg_nbd
    r, alpha, a, b = np.exp(point[:4]).tolist()
    each = kernel.log_likelihood(data.frequency, *times, r=r, alpha=alpha, a=a, b=b)
    centred = logs - logs.mean()
    prior = penalty * float(centred @ centred) / 2
    return float(data.weights @ each + data.repeats @ logs) - prior


@pytest.mark.parametrize("first_toss", [0, 1])
def test_a_fit_is_the_top_of_the_likelihood_and_its_errors_the_curvature(
    first_toss: int,
) -> None:
    data = simulated(800, season(0.5), seed=8, first_toss=first_toss)
    found = fit_index(data, START, penalty=3.0)
    top = np.concatenate([np.log(found.parameters), np.log(found.index)])
    steps, size = 2e-3 * np.eye(top.size), top.size

    def value(move: FloatArray) -> float:
        return penalised(data, top + move, 3.0)

    slope = [(value(step) - value(-step)) / 4e-3 for step in steps]
    np.testing.assert_allclose(slope, 0.0, atol=1e-3)
    bend = np.empty((size, size))
    for i, one in enumerate(steps):
        for j, other in enumerate(steps[: i + 1]):
            ends = (
                value(one + other),
                value(-one - other),
                value(one - other),
                value(other - one),
            )
            bend[i, j] = bend[j, i] = (ends[0] + ends[1] - ends[2] - ends[3]) / 1.6e-5
    # The scale of the index is that of alpha: it is left out of both.
    centre = np.eye(size)
    centre[4:, 4:] -= 1 / 12
    spread = centre @ np.linalg.pinv(-bend, rcond=1e-6) @ centre.T
    np.testing.assert_allclose(found.errors, np.sqrt(np.diag(spread)[4:]), rtol=1e-3)


def test_the_penalty_chosen_is_the_fixed_point_of_mackay() -> None:
    data = simulated(3000, season(0.3), seed=9)
    found = fit_index(data, START)
    logs = np.log(found.index) - np.log(found.index).mean()
    # What is expected in a period is what was seen, less the pull of the prior.
    information = data.repeats - found.penalty * logs
    freedom = (information / (information + found.penalty)).sum()
    assert found.penalty == pytest.approx(freedom / (logs @ logs), rel=1e-3, abs=0)


def test_a_search_ends_after_its_last_round(monkeypatch: pytest.MonkeyPatch) -> None:
    moves: list[float] = []
    balanced = seasonal_clock._balanced

    def counted(
        repeats: FloatArray, expected: FloatArray, weight: float, start: FloatArray
    ) -> FloatArray:
        moves.append(weight)
        return balanced(repeats, expected, weight, start)

    monkeypatch.setattr(seasonal_clock, "_balanced", counted)
    monkeypatch.setattr(seasonal_clock, "_ROUNDS", 3)
    found = fit_index(simulated(500, season(0.5), seed=8), START)
    assert (found.rounds, found.converged) == (3, False)
    assert len(moves) == 3


def test_the_clock_shows_the_end_of_each_day_and_0_on_the_first() -> None:
    assert operational_time(np.array([2.0, 5.0, 3.0, 4.0])).tolist() == [0, 5, 8, 12]
