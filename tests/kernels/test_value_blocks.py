"""Blocks of values keep what resamples of very many customers are about."""

import numpy as np
import pytest

from crmkit.kernels.base.intervals import bootstrap
from crmkit.kernels.groups import lorenz
from crmkit.kernels.groups.value_blocks import value_blocks
from crmkit.typing import FloatArray, IntArray

N = 70_000


def _profits(seed: int = 3) -> FloatArray:
    values = np.random.default_rng(seed).lognormal(0.0, 1.5, N) - 0.5
    return np.sort(values)[::-1]


def test_blocks_hold_all_customers_and_all_value() -> None:
    x = _profits()
    found = value_blocks(x)
    assert found is not None
    mean, size = found
    assert size.sum() == N
    assert mean @ size == pytest.approx(x.sum(), rel=1e-12)
    assert mean.size < 13_000
    assert np.array_equal(mean[:2_048], x[:2_048])
    assert np.array_equal(mean[-2_048:], x[-2_048:])
    # No block mixes gains and losses.
    assert size[mean < 0].sum() == np.count_nonzero(x < 0)


def test_the_coefficient_of_blocks_is_that_of_customers() -> None:
    x = _profits()
    found = value_blocks(x)
    assert found is not None
    mean, size = found
    exact = lorenz.gini(x, np.ones(N))
    assert lorenz.gini(mean, size.astype(np.float64)) == pytest.approx(exact, rel=1e-6)


def test_resamples_of_blocks_scatter_as_much_as_theory_says() -> None:
    x = _profits() + 0.5
    found = value_blocks(x)
    assert found is not None
    mean, size = found
    measured = lorenz.gini_of_draws(mean, np.broadcast_to(np.float64(1.0), mean.shape))

    def statistic(times: IntArray) -> FloatArray:
        return np.asarray(measured(times))

    rng = np.random.default_rng(4)
    draws = bootstrap(statistic, units=size, resamples=400, rng=rng)
    # The influence of one customer on the coefficient D / (2 m), D the mean difference.
    rising = x[::-1]
    below = np.arange(1, N + 1) / N
    part = np.cumsum(rising) / N
    average = rising.mean()
    difference = rising * (2 * below - 1) + average - 2 * part
    gini = difference.mean() / (2 * average)
    influence = (difference - difference.mean() - gini * (rising - average)) / average
    assert gini == pytest.approx(lorenz.gini(x, np.ones(N)), rel=1e-4)
    assert draws.std() == pytest.approx(influence.std() / np.sqrt(N), rel=0.12)
    assert draws.mean() == pytest.approx(gini, rel=1e-3)


def test_few_customers_stay_single() -> None:
    assert value_blocks(_profits()[:65_535]) is None
    assert value_blocks(_profits()[:65_536]) is not None


@pytest.mark.parametrize("n", [65_536, N])
def test_blocks_between_the_single_values_are_equal_but_for_one_customer(
    n: int,
) -> None:
    x = _profits()[:n] + 1.0
    found = value_blocks(x)
    assert found is not None
    mean, size = found
    assert mean.size == 2_048 + 8_192 + 2_048
    assert set(size[2_048:-2_048].tolist()) <= {
        (n - 4_096) // 8_192 + k for k in (0, 1)
    }
    assert set(size[:2_048].tolist()) == set(size[-2_048:].tolist()) == {1}
    ends = np.cumsum(size)
    direct = [part.mean() for part in np.split(x, ends[:-1])]
    np.testing.assert_allclose(mean, direct, rtol=1e-13, atol=0)


def test_customers_without_profit_share_a_block_with_no_other() -> None:
    x = np.round(_profits(), 1)
    found = value_blocks(x)
    assert found is not None
    mean, size = found
    for part in (mean > 0, mean == 0, mean < 0):
        assert size[part].sum() == np.count_nonzero(
            np.sign(x) == np.sign(mean[part][0])
        )


@pytest.mark.parametrize("value", [0.0, 3.0, -2.0])
def test_equal_values_make_blocks_of_that_value(value: float) -> None:
    found = value_blocks(np.full(N, value))
    assert found is not None
    assert set(found[0].tolist()) == {value}


def test_what_blocks_leave_out_is_bounded_or_there_are_none() -> None:
    # Two values only: all of the variance within blocks is in the one at the step.
    found = []
    for high in range(35_000, 35_008):
        x = np.ones(N)
        x[:high] = 2.0
        blocks = value_blocks(x)
        found.append(blocks is not None)
        if blocks is not None:
            mean, size = blocks
            kept = size @ (mean - x.mean()) ** 2 / N
            assert kept >= (1 - 1e-4) * x.var()
    assert 0 < sum(found) < len(found)


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_the_unit_of_money_changes_nothing(scale: float) -> None:
    plain, scaled = value_blocks(_profits()), value_blocks(_profits() * scale)
    assert plain is not None
    assert scaled is not None
    assert np.array_equal(plain[1], scaled[1])
    assert scaled[0] == pytest.approx(plain[0] * scale, rel=1e-9, abs=0)


@pytest.mark.parametrize("at", [0, -1])
def test_one_value_far_beyond_all_others_overflows_nowhere(at: int) -> None:
    x = _profits()
    x[at] = np.copysign(1e300, x[at])
    found = value_blocks(x)
    assert found is not None
    mean, size = found
    assert size.sum() == N
    assert mean[at] == x[at]
