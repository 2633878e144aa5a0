"""Margins that repay a cost, against plain sums."""

import math

import numpy as np
import pytest

from crmkit.kernels.campaigns.repaid_cost import (
    constant_margin_value,
    margin_sums,
    periods_to_repay,
)


@pytest.mark.parametrize("at_start", [True, False])
@pytest.mark.parametrize(("retention", "rate"), [(0.8, 0.1), (0.0, 0.0), (0.99, 0.02)])
def test_the_value_for_ever_is_the_sum_of_its_periods(
    retention: float, rate: float, *, at_start: bool
) -> None:
    survival = retention ** np.arange(2000.0)
    margin = np.full(2000, 12.5)
    sums = margin_sums(margin, survival=survival, discount_rate=rate, at_start=at_start)
    start = 0 if at_start else 1
    plain = [12.5 * retention**t / (1 + rate) ** (t + start) for t in range(2000)]
    np.testing.assert_allclose(sums, np.cumsum(plain), rtol=1e-12)
    endless = constant_margin_value(
        12.5, retention=retention, discount_rate=rate, at_start=at_start
    )
    assert endless == pytest.approx(sums[-1], rel=1e-12)


@pytest.mark.parametrize(("retention", "rate"), [(1.0, 0.0), (0.99, -0.02)])
def test_margins_that_never_fade_are_worth_all_or_nothing(
    retention: float, rate: float
) -> None:
    given = {"retention": retention, "discount_rate": rate}
    values = [
        constant_margin_value(margin, at_start=True, **given)
        for margin in (0.5, 3.0, -3.0, 0.0)
    ]
    assert values == [math.inf, math.inf, -math.inf, 0.0]


def test_a_cost_is_repaid_in_the_period_whose_sum_reaches_it() -> None:
    sums = np.array([1.0, 3.0, 2.0, 6.0])
    assert [periods_to_repay(sums, cost) for cost in (-1.0, 0.0, 1e-9, 1.0)] == [
        0, 0, 1, 1,
    ]  # fmt: skip
    assert [periods_to_repay(sums, cost) for cost in (1.01, 3.0, 3.01, 6.0)] == [
        2, 2, 4, 4,
    ]  # fmt: skip
    assert periods_to_repay(sums, 6.01) is None
    # The rounding of a sum costs no period, and a millionth that is missing does.
    assert periods_to_repay(np.array([3 * 0.1 - 1e-15]), 3 * 0.1) == 1
    assert periods_to_repay(np.array([1 - 1e-9]), 1.0) is None
    assert periods_to_repay(np.array([3.0 * (1 - 1e-12)]), 3.0) == 1
    assert periods_to_repay(np.array([3.0 * (1 - 2e-12)]), 3.0) is None
