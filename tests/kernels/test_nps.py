"""The net promoter share, its variance and its five closed intervals."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from crmkit.kernels.survey import nps, nps_dirichlet, nps_intervals
from crmkit.typing import FloatArray

Method = Callable[..., tuple[FloatArray, FloatArray]]

# Detractors, passives, promoters; limits of 95 % by Wald, adjusted Wald and score,
# recomputed from the printed formulas (Rocks 2016; Tango 1998) and, for the first seven
# scores, agreeing with the R package NPS 2.0.999.
PUBLISHED = [
    ((1, 2, 3), (-0.2631, 0.9297), (-0.2674, 0.7119), (-0.3110737, 0.7539567)),
    ((10, 20, 30), (0.1447, 0.5219), (0.1330, 0.5019), (0.1317402, 0.5056390)),
    ((5, 10, 21), (0.2078, 0.6811), (0.1803, 0.6402), (0.1771172, 0.6450431)),
    ((2, 11, 18), (0.2995, 0.7328), (0.2551, 0.6861), (0.2609191, 0.6991590)),
    ((20, 30, 50), (0.1469, 0.4531), (0.1405, 0.4420), (0.1395514, 0.4433931)),
    ((100, 200, 300), (0.2737, 0.3930), (0.2722, 0.3912), (0.2722510, 0.3914328)),
    ((0, 5, 5), (0.1901, 0.8099), (0.0621, 0.7072), (0.0837010, 0.7634068)),
]
COUNTS = st.tuples(*[st.integers(0, 40)] * 3).filter(lambda counts: sum(counts) > 0)


def _counts(P: int, M: int, D: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    return np.array(float(P)), np.array(float(M)), np.array(float(D))


@pytest.mark.parametrize(("counts", "wald", "adjusted", "score"), PUBLISHED)
def test_the_published_intervals_are_reproduced(
    counts: tuple[int, int, int],
    wald: tuple[float, float],
    adjusted: tuple[float, float],
    score: tuple[float, float],
) -> None:
    D, M, P = counts
    given_counts = _counts(P, M, D)
    got = nps_intervals.wald(*given_counts, level=0.95)
    assert got == pytest.approx(wald, abs=5.1e-5)
    got = nps_intervals.adjusted_wald(*given_counts, level=0.95)
    assert got == pytest.approx(adjusted, abs=5.1e-5)
    got = nps_intervals.score(*given_counts, level=0.95)
    assert got == pytest.approx(score, abs=2e-7)


def test_when_all_promote_only_wald_has_no_width() -> None:
    counts = _counts(10, 0, 0)
    limits = nps_intervals.wald(*counts, level=0.95)
    assert limits == pytest.approx((1, 1), abs=1e-15)
    limits = nps_intervals.adjusted_wald(*counts, level=0.95)
    assert limits == pytest.approx((0.475, 1), abs=5e-5)
    limits = nps_intervals.score(*counts, level=0.95)
    assert limits == pytest.approx((0.4449, 1), abs=5e-5)


def test_goodman_limits_are_the_published_ones() -> None:
    # Goodman (1965) for 20, 30, 50 of 100: chi-squared with 2 degrees of freedom.
    limits = nps_intervals.goodman(*_counts(50, 30, 20), level=0.95)
    assert limits == pytest.approx((0.1088, 0.4912), abs=5e-5)
    # By Bonferroni instead, for its three contrasts: Wald at one less 5 % / 3.
    limits = nps_intervals.wald(*_counts(50, 30, 20), level=1 - 0.05 / 3)
    assert limits == pytest.approx((0.1130, 0.4870), abs=5e-5)


@given(COUNTS)
def test_share_and_variance_are_those_of_exact_fractions(
    counts: tuple[int, int, int],
) -> None:
    P, M, D = counts
    n = P + M + D
    x = Fraction(P - D, n)
    V = Fraction(P + D, n) - x**2
    assert nps.net_share(*_counts(*counts)) == pytest.approx(float(x), rel=1e-15)
    assert nps.variance(*_counts(*counts)) == pytest.approx(float(V), rel=1e-14)


@pytest.mark.parametrize("counts", [(3, 2, 1), (50, 30, 20), (5, 5, 0), (1, 9, 4)])
def test_a_score_limit_solves_its_equation_with_a_maximised_likelihood(
    counts: tuple[int, int, int],
) -> None:
    P, _, D = counts
    n = sum(counts)
    z = stats.norm.ppf(0.95)

    def loss(q: float, x: float) -> float:
        shares = [q + x, 1 - 2 * q - x, q]
        return -float(
            sum(k * np.log(p) for k, p in zip(counts, shares, strict=True) if k)
        )

    for limit in nps_intervals.score(*_counts(*counts), level=0.9):
        x = float(limit)
        found = optimize.minimize_scalar(
            loss,
            args=(x,),
            bounds=(max(0.0, -x), (1 - x) / 2),
            method="bounded",
            options={"xatol": 1e-12},
        )
        spread = n * (2 * found.x + x * (1 - x))
        assert abs(P - D - n * x) == pytest.approx(z * np.sqrt(spread), rel=1e-5)


@given(COUNTS, st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_hold_the_score_mirror_it_and_widen_with_the_level(
    counts: tuple[int, int, int], level: float
) -> None:
    P, M, D = _counts(*counts)
    x = float(nps.net_share(P, M, D))
    methods: list[Method] = [
        nps_intervals.wald,
        nps_intervals.score,
        nps_intervals.goodman,
    ]
    for method in methods:
        lower, upper = method(P, M, D, level=level)
        assert -1 <= lower <= x + 1e-12
        assert x - 1e-12 <= upper <= 1
        mirrored = method(D, M, P, level=level)
        assert (-mirrored[1], -mirrored[0]) == (lower, upper)
        wider = method(P, M, D, level=level + 0.005)
        assert wider[0] <= lower
        assert upper <= wider[1]


def _trinomial(n: int, p_P: Fraction, p_D: Fraction) -> dict[int, Fraction]:
    """Enumerate P(promoters - detractors = k) exactly."""
    total: dict[int, Fraction] = {}
    for P, D in product(range(n + 1), repeat=2):
        if n >= P + D:
            ways = comb(n, P) * comb(n - P, D)
            p = ways * p_P**P * p_D**D * (1 - p_P - p_D) ** (n - P - D)
            total[P - D] = total.get(P - D, Fraction(0)) + p
    return total


@pytest.mark.parametrize(("P", "M", "D"), [(3, 5, 2), (9, 1, 0), (1, 4, 7), (6, 0, 6)])
@pytest.mark.parametrize("tail", [Fraction(1, 40), Fraction(1, 20)])
def test_the_exact_bootstrap_is_that_of_all_resamples(
    P: int, M: int, D: int, tail: Fraction
) -> None:
    n = P + M + D
    exact = _trinomial(n, Fraction(P, n), Fraction(D, n))
    reached, running = None, Fraction(0)
    for k in sorted(exact):
        running += exact[k]
        if running >= tail:
            reached = k
            break
    lower, _ = nps_intervals.exact_percentile(
        P / n, D / n, n=n, level=1 - 2 * float(tail)
    )
    assert reached is not None
    assert lower == reached / n


def test_the_exact_bootstrap_is_the_published_one() -> None:
    limits = nps_intervals.exact_percentile(0.5, 0.2, n=100, level=0.95)
    assert limits == (0.14, 0.45)


def test_the_exact_bootstrap_of_a_million_answers_is_close_to_wald() -> None:
    counts = (500_000, 300_000, 200_000)
    limits = nps_intervals.exact_percentile(0.5, 0.2, n=1_000_000, level=0.95)
    wald = nps_intervals.wald(*_counts(*counts), level=0.95)
    assert limits == pytest.approx([float(limit) for limit in wald], abs=2e-6)


def _coverage(n: int, p_P: float, p_D: float, method: Method) -> float:
    P = np.repeat(np.arange(n + 1.0), n + 1)
    D = np.tile(np.arange(n + 1.0), n + 1)
    P, D = P[n >= P + D], D[n >= P + D]
    lower, upper = method(P, n - P - D, D, level=0.95)
    rows = np.stack([P, n - P - D, D], axis=1)
    chance = np.atleast_1d(stats.multinomial.pmf(rows, n, [p_P, 1 - p_P - p_D, p_D]))
    x = p_P - p_D
    return float(chance[(lower <= x) & (x <= upper)].sum())


@pytest.mark.parametrize(
    ("n", "p_P", "p_D", "wald", "adjusted"),
    [
        # Exact enumeration of a nominal 95 %.
        (10, 0.7, 0.1, 0.877, 0.951),
        (30, 0.7, 0.1, 0.923, 0.954),
        (100, 0.7, 0.1, 0.941, 0.952),
        (10, 0.9, 0.02, 0.649, 0.930),
        (30, 0.9, 0.02, 0.841, 0.958),
        (100, 0.9, 0.02, 0.930, 0.962),
    ],
)
def test_coverage_by_enumeration_is_the_published_one(
    n: int, p_P: float, p_D: float, wald: float, adjusted: float
) -> None:
    got = _coverage(n, p_P, p_D, nps_intervals.wald)
    assert got == pytest.approx(wald, abs=6e-4)
    got = _coverage(n, p_P, p_D, nps_intervals.adjusted_wald)
    assert got == pytest.approx(adjusted, abs=6e-4)


@pytest.mark.parametrize("n", [20, 40, 80])
@pytest.mark.parametrize(
    ("p_P", "p_D"), [(0.9, 0.02), (0.7, 0.1), (0.5, 0.2), (0.3, 0.3), (0.05, 0.6)]
)
def test_the_score_interval_covers_nearly_what_it_says(
    n: int, p_P: float, p_D: float
) -> None:
    assert _coverage(n, p_P, p_D, nps_intervals.score) >= 0.925


def test_the_dirichlet_distribution_agrees_with_simulation() -> None:
    rng = np.random.default_rng(5)
    for a, b, c in [(50.5, 30.5, 20.5), (0.5, 0.5, 0.5), (10.5, 0.5, 2.5)]:
        shares = rng.dirichlet([a, b, c], size=200_000)
        x = shares[:, 0] - shares[:, 2]
        for at in (-0.5, 0.1, 0.4, 0.9):
            got = nps_dirichlet.cumulative(at, a=a, b=b, c=c)
            assert got == pytest.approx(np.mean(x <= at), abs=5e-3)


def test_the_dirichlet_distribution_is_exact_where_it_has_a_closed_form() -> None:
    # Dirichlet(1, 1, 1): the area of a triangle. P(x <= t) = 1 - (1 - t)^2 / 2, t >= 0.
    for t in (0.0, 0.25, 0.5, 0.9, 0.999):
        got = nps_dirichlet.cumulative(t, a=1.0, b=1.0, c=1.0)
        assert got == pytest.approx(1 - (1 - t) ** 2 / 2, rel=1e-12)
        got = nps_dirichlet.cumulative(-t, a=1.0, b=1.0, c=1.0)
        assert got == pytest.approx((1 - t) ** 2 / 2, rel=1e-9, abs=0)


@pytest.mark.parametrize("x", [-0.3, 0.2, 0.6])
def test_the_dirichlet_distribution_is_the_double_integral_of_its_density(
    x: float,
) -> None:
    a, b, c = 4.0, 3.0, 2.0
    density = stats.dirichlet([a, c, b])

    def at(d: float, p: float) -> float:
        return float(density.pdf([p, d, 1 - p - d]))

    # The part of the triangle above the line p - d = x, cut where the line starts.
    cut = max(x, 0.0)
    parts = [
        integrate.dblquad(
            at, start, end, lambda p: max(p - x, 0.0), lambda p: 1 - p, epsabs=1e-11
        )[0]
        for start, end in ((0.0, cut), (cut, (1 + x) / 2))
        if end > start
    ]
    got = nps_dirichlet.cumulative(x, a=a, b=b, c=c)
    assert got == pytest.approx(sum(parts), abs=1e-8)


@pytest.mark.parametrize("alpha", [(0.5, 0.5, 0.5), (200.5, 7.5, 1.5), (3e5, 2e5, 1e5)])
def test_a_dirichlet_quantile_mirrors_when_the_roles_swap(
    alpha: tuple[float, float, float],
) -> None:
    a, b, c = alpha
    lower = nps_dirichlet.quantile(0.025, a=a, b=b, c=c)
    upper = nps_dirichlet.quantile(0.975, a=c, b=b, c=a)
    assert lower == pytest.approx(-upper, abs=1e-9)
    assert nps_dirichlet.cumulative(1.0, a=a, b=b, c=c) == pytest.approx(1, abs=1e-12)


def test_a_difference_is_the_published_one_and_keeps_its_sign() -> None:
    # (D, M, P) = (20, 30, 50) against (30, 35, 35).
    first, second = np.array([50.0, 30.0, 20.0]), np.array([35.0, 35.0, 30.0])
    gap, spread = nps.difference(first, second, added=0)
    assert (gap, np.sqrt(spread)) == pytest.approx((0.25, 0.11214), abs=5e-6)
    assert gap / np.sqrt(spread) == pytest.approx(2.22939, abs=5e-6)
    gap, spread = nps.difference(first, second, added=3)
    assert gap == pytest.approx(0.24272, abs=5e-6)
    assert gap / np.sqrt(spread) == pytest.approx(2.20096, abs=5e-6)
    assert nps.difference(second, first, added=3)[0] == -gap


def test_equal_groups_are_homogeneous() -> None:
    statistic, mean = nps.homogeneity(np.array([0.2, 0.2]), np.array([0.01, 0.03]))
    assert (statistic, mean) == pytest.approx((0, 0.2), abs=1e-15)
    statistic, mean = nps.homogeneity(np.array([0.0, 1.0]), np.array([1.0, 3.0]))
    assert (statistic, mean) == pytest.approx((0.25, 0.25), rel=1e-14)


@pytest.mark.parametrize(
    ("s", "ten", "five"),
    [
        (0.6, 136, 551),
        (0.7, 186, 750),
        (0.8, 243, 981),
        (0.9, 309, 1242),
        (1, 382, 1534),
    ],
)
def test_the_sample_size_follows_the_published_table(
    s: float, ten: int, five: int
) -> None:
    z = float(stats.norm.ppf(0.975))
    for margin, published in ((0.10, ten), (0.05, five)):
        n = nps.required_sample(s**2, half_width=margin, z=z, samples=1)
        assert np.ceil(n) == published
