"""Measures of rules, gains of policies and freedom of ladders by their definitions."""

from fractions import Fraction

import numpy as np
import pytest

from crmkit.kernels.base.intervals import normal_quantile
from crmkit.kernels.campaigns.chain_ladder import chain_ladder
from crmkit.kernels.campaigns.policy_value import gain_per_customer, mean_with_variance
from crmkit.kernels.campaigns.rule_measures import (
    fisher_greater,
    lift_limits,
    measures,
)


@pytest.mark.parametrize(
    ("both", "a", "c", "n"),
    [(30, 50, 90, 240), (4, 50, 90, 240), (7, 90, 20, 101), (19, 90, 20, 101)],
)
def test_every_measure_is_that_of_its_definition(
    both: int, a: int, c: int, n: int
) -> None:
    p, of_a, of_c = Fraction(both, n), Fraction(a, n), Fraction(c, n)
    given, without = Fraction(both, a), Fraction(c - both, n - a)
    room = 1 - of_c if given >= of_c else of_c
    expected = {
        "support": p,
        "confidence": given,
        "lift": given / of_c,
        "leverage": p - of_a * of_c,
        "conviction": (1 - of_c) / (1 - given),
        # Zhang (2000): the share with A less that without it, over the larger one.
        "zhang": (given - without) / max(given, without),
        "jaccard": Fraction(both, a + c - both),
        "kulczynski": (given + Fraction(both, c)) / 2,
        "certainty": (given - of_c) / room,
        "odds_ratio": Fraction(both * (n - a - c + both), (a - both) * (c - both)),
    }
    x, y, z = (np.array([float(each)]) for each in (both, a, c))
    found = measures(x, y, z, float(n))
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name][0] == pytest.approx(float(value), rel=1e-12, abs=0), name


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize(
    ("both", "a", "c", "n"), [(30, 50, 90, 240), (4, 50, 90, 240), (7, 90, 20, 101)]
)
def test_limits_of_lift_are_those_of_the_delta_method(
    both: int, a: int, c: int, n: int, level: float
) -> None:
    cells = np.array([both, a - both, c - both, n - a - c + both]) / n
    # The slopes of log(p) - log(p + q) - log(p + r) in the shares of the four cells.
    slopes = np.array([n / both - n / a - n / c, -n / a, -n / c, 0.0])
    variance = (cells @ slopes**2 - (cells @ slopes) ** 2) / n
    reach = np.exp(normal_quantile(level) * np.sqrt(variance))
    lift = both * n / (a * c)
    x, y, z = (np.array([float(each)]) for each in (both, a, c))
    limits = lift_limits(x, y, z, float(n), level=level)
    np.testing.assert_allclose(
        np.concatenate(limits), [lift / reach, lift * reach], rtol=1e-12, atol=0
    )


def test_what_is_just_expected_is_no_association_to_test() -> None:
    both, a, c = np.array([2.0, 3.0]), np.array([4.0, 4.0]), np.array([5.0, 5.0])
    # Of 10, half of the four are expected; three or more come in 66 of 252 ways.
    found = fisher_greater(both, a, c, 10.0)
    np.testing.assert_allclose(found, [1.0, 66 / 252], rtol=1e-12, atol=0)


def test_a_policy_gains_what_its_customers_were_drawn_for() -> None:
    outcome = np.array([3.0, 8.0, 1.0, 5.0, 13.0, 6.0])
    arm = np.array([0, 1, 2, 1, 1, 0])
    policy, other = np.array([0, 1, 1, 0, 1, 1]), np.array([1, 1, 2, 1, 0, 0])
    share = {0: 2 / 6, 1: 3 / 6, 2: 1 / 6}
    expected = []
    for y, drawn, mine, his in zip(outcome, arm, policy, other, strict=True):
        counted = int(drawn == mine) - int(drawn == his)
        expected.append(counted * (y - 6.0) / share[int(drawn)])
    terms = gain_per_customer(outcome, arm, policy, other)
    np.testing.assert_allclose(terms, expected, rtol=1e-14, atol=0)
    mean, variance = mean_with_variance(terms)
    assert mean == pytest.approx(np.mean(expected), rel=1e-14, abs=0)
    assert variance == pytest.approx(np.var(expected, ddof=1) / 6, rel=1e-14, abs=0)


def test_an_error_has_the_freedom_of_its_ages_by_their_share_of_the_variance() -> None:
    C = np.array(
        [
            [10.0, 30, 50, 60],
            [20, 35, 70, np.nan],
            [15, 40, np.nan, np.nan],
            [12, np.nan, np.nan, np.nan],
        ]
    )
    f = [105 / 45, 120 / 65, 60 / 50]
    spread = [
        sum(a * (b / a - f[0]) ** 2 for a, b in ((10, 30), (20, 35), (15, 40))) / 2,
        sum(a * (b / a - f[1]) ** 2 for a, b in ((30, 50), (35, 70))),
    ]
    spread.append(min(spread[1] ** 2 / spread[0], *spread))
    base, seen_by = [45, 65, 50], np.array([2, 1, 1])
    expected = [1.0]
    for first, so_far in ((2, 70.0), (1, 40.0), (0, 12.0)):
        terms = np.zeros(3)
        for k in range(first, 3):
            terms[k] = spread[k] / f[k] ** 2 * (1 / so_far + 1 / base[k])
            so_far *= f[k]  # noqa: PLW2901 - grows with each age
        expected.append(terms.sum() ** 2 / (terms**2 / seen_by).sum())
    np.testing.assert_allclose(chain_ladder(C).freedom, expected, rtol=1e-12, atol=0)
