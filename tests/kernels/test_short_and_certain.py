"""Chances where no time has passed, or where all is certain but for rounding."""

import numpy as np
import pytest

from crmkit.kernels.purchases.erlang_silence import log_share_silent
from crmkit.kernels.purchases.pareto_future import log_pmf


def test_in_no_time_there_is_surely_no_purchase() -> None:
    n, t = np.array([0.0, 1.0, 2.0, 0.0]), np.array([0.0, 0.0, 0.0, 1e-9])
    found = log_pmf(n, t, k=1.5, A=4.0, s=0.7, B=3.0)
    assert found[:3].tolist() == [0.0, -np.inf, -np.inf]
    assert found[3] == pytest.approx(-1e-9 * 1.5 / 4, rel=1e-6, abs=0)


@pytest.mark.parametrize("log_odds", [-800.0, -50.0, -1.0])
def test_a_long_silence_of_a_customer_who_has_hardly_left_is_its_chance(
    log_odds: float,
) -> None:
    # One step in 5 with a rate of shape 2 and rate 1: none comes by (1/6)^2.
    log_quiet = np.array([-2 * np.log(6.0)])
    found = log_share_silent(
        log_quiet,
        np.array([5.0]),
        np.array([2.0]),
        np.array([1.0]),
        1,
        log_odds_left=np.array([log_odds]),
    )
    left = np.exp(log_odds) / (1 + np.exp(log_odds))
    expected = np.log((1 - left) / 36 + left)
    assert found[0] == pytest.approx(expected, rel=1e-12, abs=0)
