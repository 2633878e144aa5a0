"""Rows are handled in blocks: one row below, at and above the size of a block."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit.kernels.base import cells, interpolation, intervals
from crmkit.kernels.base.newton import Objective
from crmkit.kernels.purchases import beta_geometric_likelihood as coin
from crmkit.kernels.purchases import gamma_gamma, pareto_wide
from crmkit.kernels.purchases.pareto_dropout_integral import log_race_of_rows
from crmkit.typing import FloatArray


def _agrees_with_differences(
    derivatives: Objective, at: FloatArray, value: Callable[[FloatArray], float]
) -> None:
    """Check a value, its gradient and its Hessian against a plain sum over rows."""
    found, slope, bend = derivatives(at)
    assert found == pytest.approx(value(at), rel=1e-11)
    size = np.abs(bend).max()
    for place, step in enumerate(np.eye(at.size) * 1e-4):
        plain = (value(at + step) - value(at - step)) / 2e-4
        assert slope[place] == pytest.approx(plain, rel=1e-5, abs=1e-6 * size)
        row = (derivatives(at + step)[1] - derivatives(at - step)[1]) / 2e-4
        np.testing.assert_allclose(bend[place], row, rtol=1e-5, atol=1e-6 * size)


@pytest.mark.parametrize("rows", [1, 8191, 8192, 8193])
def test_spend_of_many_rows_is_the_sum_of_each(rows: int) -> None:
    rng = np.random.default_rng(2)
    frequency = rng.integers(1, 9, rows).astype(float)
    amount, weights = rng.gamma(2.0, 9.0, rows), rng.uniform(0.5, 2.0, rows)

    def value(at: FloatArray) -> float:
        p, q, v = np.exp(at).tolist()
        return float(
            weights @ gamma_gamma.log_likelihood(frequency, amount, p=p, q=q, v=v)
        )

    derivatives = gamma_gamma.objective(frequency, amount, weights)
    _agrees_with_differences(derivatives, np.log([6.0, 3.7, 15.0]), value)


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_coins_of_many_rows_are_the_sum_of_each(extra: int) -> None:
    rows = coin._BLOCK + extra
    rng = np.random.default_rng(3)
    frequency = rng.integers(1, 9, rows).astype(float)
    T = rng.uniform(20.0, 60.0, rows)
    recency, weights = T * rng.uniform(0.2, 1.0, rows), rng.uniform(0.5, 2.0, rows)
    history = (frequency, recency, T, frequency)

    def value(at: FloatArray) -> float:
        r, alpha, a, b = np.exp(at).tolist()
        return float(
            weights @ coin.log_likelihood(*history, r=r, alpha=alpha, a=a, b=b)
        )

    derivatives = coin.objective(*history, weights)
    _agrees_with_differences(derivatives, np.log([0.7, 4.4, 0.8, 2.4]), value)


def _log_terms(
    x: FloatArray, t: FloatArray, T: FloatArray, weights: FloatArray, at: FloatArray
) -> float:
    r, alpha, s, beta = np.exp(at).tolist()
    both = {"r": r, "alpha": alpha, "s": s, "beta": beta}
    # exp(E): how much likelier it was to be seen until T than until t.
    gain = (r + x) * np.log((alpha + T) / (alpha + t)) + s * np.log(
        (beta + T) / (beta + t)
    )
    died = np.exp(gain + log_race_of_rows(x, t, **both))
    missing = np.exp(log_race_of_rows(x, T, **both))
    return float(weights @ np.log(1 - missing + died))


@pytest.mark.parametrize("rows", [1, 4095, 4096, 4097])
def test_races_of_many_rows_are_the_sum_of_each(rows: int) -> None:
    # Fifty histories again and again, so that the plain sum has few rows.
    rng = np.random.default_rng(4)
    again, weights = np.arange(rows) % 50, rng.uniform(0.5, 2.0, rows)
    T = rng.uniform(1.0, 70.0, min(rows, 50))
    t, mass = T * rng.uniform(0.1, 1.0, T.size), np.zeros(T.size)
    np.add.at(mass, again, weights)
    groups = [pareto_wide.Rows(x, t[again], T[again], weights) for x in (1.0, 4.0)]
    at = np.log([0.55, 10.6, 0.61, 11.7])

    def parameters(at: FloatArray) -> pareto_wide.Parameters:
        r, alpha, s, beta = np.exp(at).tolist()
        return pareto_wide.Parameters(r=r, alpha=alpha, s=s, beta=beta)

    _agrees_with_differences(
        lambda at: pareto_wide.common_rows(groups, parameters(at)),
        at,
        lambda at: (
            _log_terms(np.full(T.size, 1.0), t, T, mass, at)
            + _log_terms(np.full(T.size, 4.0), t, T, mass, at)
        ),
    )
    nothing = np.zeros(T.size)
    _agrees_with_differences(
        lambda at: pareto_wide.zero_terms(T[again], weights, parameters(at)),
        at,
        lambda at: _log_terms(nothing, nothing, T, mass, at),
    )


@pytest.mark.parametrize("rows", [0, 1, 8191, 8192, 8193])
def test_a_sum_over_times_is_that_of_its_values(rows: int) -> None:
    def log_of(u: FloatArray) -> FloatArray:
        return np.stack([np.log(3.0 + u), 1 / (2.0 + u)], axis=1)

    rng = np.random.default_rng(5)
    u, weights = rng.uniform(0.0, 90.0, rows), rng.uniform(0.5, 2.0, rows)
    found = interpolation.sum_over_times(log_of, u, weights, scale=2.0)
    np.testing.assert_allclose(found, weights @ log_of(u), rtol=1e-12)


@pytest.mark.parametrize("largest", [3.0, 2.0**15 - 1, 2.0**15, 1e6])
def test_a_count_that_48_rows_share_is_common(largest: float) -> None:
    x = np.repeat([0.0, 1.0, 2.0, largest], [47, 48, 49, 1])
    expected = [Counter(x.tolist())[value] >= 48 for value in x.tolist()]
    assert interpolation.common_counts(x).tolist() == expected
    assert interpolation.common_counts(np.zeros(48)).all()
    assert not interpolation.common_counts(np.zeros(47)).any()


@pytest.mark.parametrize("units", [2**14 - 1, 2**14, 2**15, 2**15 + 1, 40_001])
def test_draws_of_many_units_are_those_of_a_multinomial(units: int) -> None:
    drawn = intervals.bootstrap(
        lambda times: times.astype(np.float64),
        units=units,
        resamples=5,
        rng=np.random.default_rng(6),
    )
    assert (drawn.sum(axis=1) == units).all()
    # First and last units alike: a block of its own is no different.
    middle = units // 2
    assert drawn[:, :middle].mean() == pytest.approx(1.0, abs=0.02)
    assert drawn[:, -6000:].mean() == pytest.approx(1.0, abs=0.03)
    for times in range(6):
        chance = stats.binom.pmf(times, units, 1 / units)
        noise = 5 * np.sqrt(chance / drawn.size)
        assert (drawn == times).mean() == pytest.approx(chance, abs=noise)
    assert not np.array_equal(drawn[0], drawn[1])


def test_blocks_are_drawn_by_their_sizes() -> None:
    sizes = np.array([1, 20, 79])
    drawn = intervals.bootstrap(
        lambda times: times.astype(np.float64),
        units=sizes,
        resamples=400,
        rng=np.random.default_rng(7),
    )
    assert (drawn.sum(axis=1) == 100).all()
    error = 5 * np.sqrt(sizes / 400)
    assert (np.abs(drawn.mean(axis=0) - sizes) < error).all()


def _rows(found: cells.Cells) -> dict[tuple[float, ...], float]:
    rows = zip(*(column.tolist() for column in found.columns), strict=True)
    return dict(zip(rows, found.weights.tolist(), strict=True))


def _holds(columns: list[Any]) -> None:
    table = [np.array(column, dtype=np.float64) for column in columns]
    plain = Counter(zip(*(column.tolist() for column in table), strict=True))
    found = _rows(cells.group(table))
    assert found == plain
    assert list(found) == sorted(plain)


@pytest.mark.parametrize("largest", [2**15 - 1, 2**15, 2**15 + 1, 40_000, 2**16])
def test_counts_about_a_16_bit_number_lead_amounts_in_order(largest: int) -> None:
    odd = np.pi * np.array([3.0, 1.0, 2.0, 1.0, 1.0, 3.0, 2.0])
    counts = [largest, 0, largest - 1, 0, 5, largest, largest - 1]
    _holds([counts, odd])
    _holds([counts, odd, odd[::-1]])
    _holds([counts, np.full(7, np.pi), odd])


@pytest.mark.parametrize("width", [2**30, 2**31, 2**32, 2**33])
def test_long_counts_side_by_side_stay_apart(width: int) -> None:
    # A joint key of 64 bits would take the first two rows for one.
    _holds([[0, width, 0, width, 0], [0, 0, 2**64 // width - 1, 0, 0]])


@pytest.mark.parametrize("large", [2.0**52, 2.0**53, 2.0**63, 2.0**64, 2.0**90])
def test_whole_numbers_of_any_size_are_grouped(large: float) -> None:
    _holds([[large, 1.0, -large, large]])
    _holds([[1.0, 1.0, 2.0, 1.0], [large, 1.0, -large, large]])


def test_weights_too_large_to_add_exactly_leave_no_trace_of_their_order() -> None:
    zero, large = np.zeros(3), 2.0**53
    totals = {
        float(cells.group((zero,), np.array([large, 1.0, 1.0])[order]).weights[0])
        for order in ([0, 1, 2], [1, 0, 2], [1, 2, 0])
    }
    assert len(totals) == 1


def test_values_are_mostly_distinct_above_nine_of_ten() -> None:
    # Of 4,096 rows every other is looked at: 2,048, of which nine tenths are 1,843.2.
    assert not cells.mostly_distinct(np.arange(4095.0))
    assert cells.mostly_distinct(np.arange(4096.0))
    for same, expected in ((205, True), (206, False)):
        values = np.arange(4096.0)
        values[: 2 * same : 2] = -1.0
        assert cells.mostly_distinct(values) is expected
    # Of 4,100 rows 2,050 are looked at: exactly nine tenths of them are not above it.
    for same, expected in ((205, True), (206, False)):
        values = np.arange(4100.0)
        values[: 2 * same : 2] = -1.0
        assert cells.mostly_distinct(values) is expected
    # Of 8,192 rows every third is looked at.
    for same, expected in ((274, True), (275, False)):
        values = np.arange(8192.0)
        values[: 3 * same : 3] = -1.0
        assert cells.mostly_distinct(values) is expected
