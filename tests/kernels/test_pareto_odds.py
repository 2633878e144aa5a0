"""Both ways to the odds of having left agree, on either side of the switch."""

import mpmath as mp
import numpy as np
import pytest

from crmkit.kernels.base.interpolation import common_counts
from crmkit.kernels.purchases import pareto_likelihood, pareto_nbd
from crmkit.kernels.purchases.pareto_wide import Parameters

CDNOW = {"r": 0.5533, "alpha": 10.58, "s": 0.6062, "beta": 11.67}
STEEP = {"r": 3.0, "alpha": 0.5, "s": 10.0, "beta": 400.0}


def _odds(x: float, t: float, T: float, **at: float) -> mp.mpf:
    """Return the odds by their integral over the time of leaving, with 40 digits."""
    mp.mp.dps = 40
    r, alpha, s, beta = (mp.mpf(at[name]) for name in ("r", "alpha", "s", "beta"))
    k, t, T = r + x, mp.mpf(t), mp.mpf(T)  # pyright: ignore[reportAssignmentType]
    # Break points by decades: next to the last purchase the integrand is steep.
    points = [t, *(t + (T - t) / 10**j for j in range(4, -1, -1))]

    def fall(u: mp.mpf) -> mp.mpf:
        return (
            ((alpha + T) / (alpha + u)) ** k
            * ((beta + T) / (beta + u)) ** s
            / (beta + u)
        )

    return s * mp.quad(fall, points)


@pytest.mark.parametrize("at", [CDNOW, STEEP])
@pytest.mark.parametrize("count", [1.0, 7.0, 60.0])
def test_odds_are_exact_among_many_on_both_sides_of_the_switch(
    at: dict[str, float], count: float
) -> None:
    rng = np.random.default_rng(5)
    T = rng.uniform(20.0, 104.0, 400)
    # Gaps from a thousandth of a week to all of T: odds from below 0.01 to far above.
    t = T - T * 10.0 ** rng.uniform(-5.0, -0.05, 400)
    x = np.full(400, count)
    assert common_counts(x).all()
    logs = pareto_nbd.log_probability_alive(x, t, T, **at)
    alive = pareto_nbd.probability_alive(x, t, T, **at)
    for i in range(0, 400, 40):
        exact = _odds(count, t[i], T[i], **at)
        assert logs[i] == pytest.approx(float(-mp.log1p(exact)), rel=2e-11)
        assert alive[i] == pytest.approx(float(1 / (1 + exact)), rel=2e-11)
    alone = [
        pareto_nbd.log_probability_alive(x[[i]], t[[i]], T[[i]], **at)[0]
        for i in range(400)
    ]
    np.testing.assert_allclose(logs, alone, rtol=1e-11)


@pytest.mark.parametrize(
    "parameters", [(0.55, 10.6, 0.6, 11.7), (3.0, 100.0, 0.3, 0.5)]
)
@pytest.mark.parametrize("least", [0.0, 1.0])
def test_series_sum_what_a_table_sums(
    parameters: tuple[float, ...], least: float
) -> None:
    rng = np.random.default_rng(6)
    x = np.sort(rng.geometric(0.4, 6_000) - 1.0).astype(np.float64) + least
    T = rng.uniform(52.0, 104.0, x.size)
    t, weights = np.where(x > 0, T * rng.random(x.size), 0.0), np.ones(x.size)
    at = Parameters(**dict(zip(("r", "alpha", "s", "beta"), parameters, strict=True)))
    in_series = pareto_likelihood._in_series(x, t, T, weights)(at)
    in_table = pareto_likelihood._in_table(x, t, T, weights)(at)
    for series, table in zip(in_series, in_table, strict=True):
        one, other = np.asarray(series), np.asarray(table)
        scale = np.abs(other).max()
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12 * scale)
