"""The Pareto/NBD with covariates over time: against the plain one, and mpmath."""

from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import pytest

from crmkit.kernels.base.newton import Derivatives
from crmkit.kernels.purchases import leaving_times, pareto_nbd, pareto_over_time
from crmkit.kernels.purchases.covariate_paths import PathHistories, bent_time
from crmkit.typing import FloatArray

ROWS = 40
RNG = np.random.default_rng(1)
X = RNG.integers(0, 9, ROWS).astype(np.float64)
AGE = RNG.uniform(5.0, 60.0, ROWS)
LAST = np.where(X > 0, AGE * RNG.random(ROWS), 0.0)
# A regular buyer who fell silent, whose integrand falls by 100 powers of ten.
X[0], LAST[0], AGE[0] = 300.0, 20.0, 55.0
BOUNDS = np.array([0.0, 3.0, 7.0, 12.0, 20.0, 30.0, 33.0, 60.0])
PERIODS = BOUNDS.size - 1
RATE = RNG.normal(size=(2, PERIODS, 2))
DROPOUT = RNG.normal(size=(2, PERIODS, 1))
GIVEN = {"r": 0.55, "alpha": 10.5, "s": 0.6, "beta": 11.7}
EFFECTS = np.array([0.5, -0.4]), np.array([0.7])
NONE = np.zeros(2), np.zeros(1)


def lengths(after: FloatArray, until: FloatArray) -> FloatArray:
    inside = np.minimum(BOUNDS[1:], until[:, None]) - np.maximum(
        BOUNDS[:-1], after[:, None]
    )
    return np.asarray(np.maximum(inside, 0.0))


def histories(rate: FloatArray = RATE, dropout: FloatArray = DROPOUT) -> PathHistories:
    return PathHistories(
        frequency=X,
        weights=np.ones(ROWS),
        path=np.arange(ROWS) % 2,
        before=lengths(np.zeros(ROWS), LAST),
        after=lengths(LAST, AGE),
        rate=rate,
        dropout=dropout,
        bought=np.array([1.5, -2.0])[: rate.shape[2]],
    )


def test_without_effects_it_is_the_plain_model_to_the_last_digits() -> None:
    found = pareto_over_time.log_likelihood(histories(), **GIVEN, effects=NONE)
    known = pareto_nbd.log_likelihood(X, LAST, AGE, **GIVEN)
    np.testing.assert_allclose(found, known, rtol=1e-12)
    assert found.sum() == pytest.approx(known.sum(), rel=1e-14)
    alive = pareto_over_time.probability_alive(histories(), **GIVEN, effects=NONE)
    np.testing.assert_allclose(
        alive, pareto_nbd.probability_alive(X, LAST, AGE, **GIVEN), rtol=1e-11
    )
    point = np.concatenate([np.log(list(GIVEN.values())), *NONE])
    value, slope, bend = pareto_over_time.objective(histories())(point)
    plain = pareto_nbd.objective(X, LAST, AGE, np.ones(ROWS))(point[:4])
    assert value == pytest.approx(plain[0], rel=1e-13)
    np.testing.assert_allclose(slope[:4], plain[1], rtol=1e-10)
    np.testing.assert_allclose(bend[:4, :4], plain[2], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_a_covariate_that_never_changes_is_a_static_one(scale: float) -> None:
    same = np.full((2, PERIODS, 1), 0.7)
    given = GIVEN | {"alpha": 10.5 * scale, "beta": 11.7 / scale}
    found = pareto_over_time.log_likelihood(
        histories(same, same), **given, effects=(np.array([0.8]), np.array([-0.5]))
    )
    moved = given | {
        "alpha": given["alpha"] * np.exp(-0.56), "beta": given["beta"] * np.exp(0.35)
    }  # fmt: skip
    known = pareto_nbd.log_likelihood(X, LAST, AGE, **moved)
    # The static one holds the multipliers of the purchases.
    np.testing.assert_allclose(found + 0.56 * X, known, rtol=2e-12, atol=2e-12)


@pytest.mark.parametrize("row", [0, 2])
def test_the_likelihood_is_the_integral_over_the_time_of_leaving(row: int) -> None:
    with mpmath.workdps(18):
        log_total, alive = by_mpmath(row)
    found, chance = (
        of(histories(), **GIVEN, effects=EFFECTS)[row]
        for of in (pareto_over_time.log_likelihood, pareto_over_time.probability_alive)
    )
    assert found == pytest.approx(log_total, rel=1e-13)
    assert chance == pytest.approx(alive, rel=1e-11)


def by_mpmath(row: int) -> tuple[float, float]:
    r, alpha, s, beta = (mpmath.mpf(value) for value in GIVEN.values())
    paces = [
        np.exp(table[row % 2] @ effect)
        for table, effect in zip((RATE, DROPOUT), EFFECTS, strict=True)
    ]
    edges = [mpmath.mpf(bound) for bound in BOUNDS.tolist()]

    def passed(pace: FloatArray, time: Any) -> Any:
        return sum(
            rate * max(min(end, time) - begin, 0)
            for rate, begin, end in zip(
                pace.tolist(), edges[:-1], edges[1:], strict=True
            )
        )

    def still(time: Any, more: int) -> Any:
        bought = (alpha + passed(paces[0], time)) ** -(r + X[row])
        return bought * beta**s * (beta + passed(paces[1], time)) ** -(s + more)

    left = mpmath.mpf(0)
    for at, pace in enumerate(paces[1].tolist()):
        begin, end = max(edges[at], LAST[row]), min(edges[at + 1], AGE[row])
        if end > begin:
            parts = mpmath.linspace(begin, end, 13 if row == 0 else 3)
            left += (
                s
                * pace
                * mpmath.quad(
                    lambda time: still(time, 1),
                    parts,
                    method="gauss-legendre",
                    maxdegree=4,
                )
            )
    stays = still(mpmath.mpf(AGE[row]), 0)
    front = mpmath.loggamma(r + X[row]) - mpmath.loggamma(r) + r * mpmath.log(alpha)
    return float(front + mpmath.log(stays + left)), float(stays / (stays + left))


def test_derivatives_are_those_of_the_value() -> None:
    of_point = pareto_over_time.objective(histories())
    point, step = np.concatenate([np.log(list(GIVEN.values())), *EFFECTS]), 1e-5
    _, slope, bend = of_point(point)
    for at, along in enumerate(step * np.eye(point.size)):
        above, below = of_point(point + along), of_point(point - along)
        by_value = (above[0] - below[0]) / (2 * step)
        assert slope[at] == pytest.approx(by_value, rel=1e-6, abs=1e-6)
        by_slope = (above[1] - below[1]) / (2 * step)
        np.testing.assert_allclose(bend[at], by_slope, rtol=1e-6, atol=1e-5)


def test_what_comes_is_the_plain_forecast_at_another_pace() -> None:
    """One period ahead of one pace: the plain model in time at that pace."""
    pace, leaving = 1.7, 0.6
    coming = np.full((2, 2, 1), np.log(pace)), np.full((2, 2, 1), np.log(leaving))
    still = np.zeros((2, PERIODS, 1))
    found = pareto_over_time.discounted_expected_purchases(
        histories(still, still),
        np.tile([4.0, 9.0], (2, 1)),
        coming,
        log_rate=0.0,
        **GIVEN,
        effects=(np.ones(1), np.ones(1)),
    )
    plain = pareto_nbd.expected_purchases(
        X, LAST, AGE, start=0.0, end=13.0 * leaving, **GIVEN
    )
    np.testing.assert_allclose(found, plain * pace / leaving, rtol=1e-11)


def agree(found: Derivatives, known: Derivatives) -> None:
    assert found[0] == pytest.approx(known[0], rel=1e-12, abs=0)
    np.testing.assert_allclose(found[1], known[1], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(found[2], known[2], rtol=1e-11, atol=1e-11)


def test_weights_count_histories_again_and_again() -> None:
    point = np.concatenate([np.log(list(GIVEN.values())), *EFFECTS])
    whole, times = histories(), 1 + np.arange(ROWS) % 4
    weighted = replace(whole, weights=times.astype(np.float64))
    rows = np.repeat(np.arange(ROWS), times)
    again = replace(
        whole,
        frequency=whole.frequency[rows],
        weights=np.ones(rows.size),
        path=whole.path[rows],
        before=whole.before[rows],
        after=whole.after[rows],
    )
    found = pareto_over_time.objective(weighted)(point)
    known = pareto_over_time.objective(again)(point)
    agree(found, known)
    each = pareto_over_time.log_likelihood(whole, **GIVEN, effects=EFFECTS)
    total = float(times @ each + whole.bought @ EFFECTS[0])
    assert found[0] == pytest.approx(total, rel=1e-13, abs=0)


@pytest.mark.parametrize("log_rate", [0.0, 0.04, 2.0, -0.03])
def test_what_comes_is_the_integral_over_the_coming_periods(log_rate: float) -> None:
    ahead = np.array([[4.0, 9.0, 0.0, 2.5], [1.0, 20.0, 0.0, 0.0]])
    rng = np.random.default_rng(2)
    coming = rng.normal(size=(2, 4, 2)), rng.normal(size=(2, 4, 1))
    found = pareto_over_time.discounted_expected_purchases(
        histories(), ahead, coming, log_rate=log_rate, **GIVEN, effects=EFFECTS
    )
    alive = pareto_over_time.probability_alive(histories(), **GIVEN, effects=EFFECTS)
    nodes, weights = np.polynomial.legendre.leggauss(30)
    span = lengths(np.zeros(ROWS), AGE)
    for row in range(ROWS):
        path = row % 2
        A, B = (
            float(span[row] @ np.exp(table[path] @ effect))
            for table, effect in zip((RATE, DROPOUT), EFFECTS, strict=True)
        )
        begin, death, total = 0.0, GIVEN["beta"] + B, 0.0
        for period, length in enumerate(ahead[path].tolist()):
            pace, leaving = (
                float(np.exp(table[path, period] @ effect))
                for table, effect in zip(coming, EFFECTS, strict=True)
            )
            t = 0.5 * length * (1 + nodes)
            still = ((GIVEN["beta"] + B) / (death + leaving * t)) ** GIVEN["s"]
            worth = pace * still * np.exp(-log_rate * (begin + t))
            total += 0.5 * length * float(weights @ worth)
            begin, death = begin + length, death + leaving * length
        known = alive[row] * (GIVEN["r"] + X[row]) / (GIVEN["alpha"] + A) * total
        assert found[row] == pytest.approx(known, rel=1e-11, abs=0)


@pytest.mark.parametrize("size", [1, 3, 39, 40, 41])
def test_blocks_of_histories_add_up(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    point = np.concatenate([np.log(list(GIVEN.values())), *EFFECTS])
    whole = pareto_over_time.objective(histories())(point)
    alive = pareto_over_time.probability_alive(histories(), **GIVEN, effects=EFFECTS)
    monkeypatch.setattr(pareto_over_time, "_BLOCK", size * PERIODS)
    found = pareto_over_time.objective(histories())(point)
    agree(found, whole)
    blocks = pareto_over_time.probability_alive(histories(), **GIVEN, effects=EFFECTS)
    np.testing.assert_allclose(blocks, alive, rtol=1e-13)


@pytest.mark.parametrize("many", [3e3, 1e5, 1e9, 2.0**53])
@pytest.mark.parametrize("last", [0.5, 20.0, 54.999])
def test_a_history_of_any_number_of_purchases_takes_few_nodes(
    many: float, last: float
) -> None:
    until, frequency = np.full(ROWS, last), np.full(ROWS, many)
    one = replace(
        histories(),
        frequency=frequency,
        before=lengths(np.zeros(ROWS), until),
        after=lengths(until, np.full(ROWS, 55.0)),
    )
    at = leaving_times.At(**GIVEN, rate=NONE[0], dropout=NONE[1])
    paces = leaving_times.both_times(one, at)
    nodes = leaving_times.fates_of(one, *paces, at).cell.size / ROWS
    assert nodes < 1e4
    found = pareto_over_time.log_likelihood(one, **GIVEN, effects=NONE)
    known = pareto_nbd.log_likelihood(frequency, until, np.full(ROWS, 55.0), **GIVEN)
    np.testing.assert_allclose(found, known, rtol=1e-12)


def test_what_is_out_of_reach_is_the_pace_not_the_effect() -> None:
    small = histories(1e-3 * RATE, 1e-3 * DROPOUT)
    point = np.concatenate([np.log(list(GIVEN.values())), [400.0, 0.0], [-350.0]])
    value, slope, _ = pareto_over_time.objective(small)(point)
    assert np.isfinite(value)
    assert np.isfinite(slope).all()
    for at, far in ((0, 301.0), (3, -301.0), (4, 4e5), (6, 4e5)):
        moved = point.copy()
        moved[at] = far
        assert pareto_over_time.objective(small)(moved)[0] == -np.inf


def test_time_without_covariates_runs_at_its_own_pace() -> None:
    plain, none = histories(), np.zeros((2, BOUNDS.size - 1, 0))
    found = bent_time(plain, none, np.zeros(0))
    assert np.all(found.pace == 1)
    last = plain.before.sum(axis=1)
    np.testing.assert_allclose(found.begin[:, 0], last, rtol=1e-14)
    np.testing.assert_allclose(
        found.begin[:, -1], last + plain.after.sum(axis=1), rtol=1e-14
    )
    assert found.begin_slope.shape == (*found.begin.shape, 0)
