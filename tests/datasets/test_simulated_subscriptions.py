"""Simulated contracts end as the shifted-beta-geometric law says."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import beta

from crmkit.datasets import simulate_subscriptions
from crmkit.errors import InvalidValueError


def test_contracts_are_lost_at_each_renewal_as_often_as_the_law_says() -> None:
    n, a, b, last = 20_000, 0.8, 2.5, 4
    spells = simulate_subscriptions(
        customers=n, a=a, b=b, renewals=last, rng=np.random.default_rng(5)
    )
    assert spells["customer_id"].tolist() == [*range(1, n + 1)]
    assert set(spells["duration"]) == {1, 2, 3, 4}
    kept = spells["event_observed"] == 0
    assert (spells["duration"][kept] == last).all()
    lost = np.bincount(spells["duration"][~kept], minlength=last + 1)[1:]
    # Fader and Hardie (2007), equation 5: P(T = t) = B(a + 1, b + t - 1) / B(a, b).
    chance = [beta(a + 1, b + t - 1) / beta(a, b) for t in range(1, last + 1)]
    expected = n * np.array([*chance, 1 - sum(chance)])
    assert stats.chisquare([*lost, kept.sum()], expected).pvalue > 0.01
    theta = spells["probability_lost"].to_numpy()
    assert stats.kstest(theta, stats.beta(a, b).cdf).pvalue > 0.01
    # Who is lost at the first renewal was as likely to be lost as the truth says.
    first = ((spells["duration"] == 1) & ~kept).sum()
    assert abs(first - theta.sum()) < 4 * np.sqrt((theta * (1 - theta)).sum())


def test_contracts_are_simulated_from_one_customer_and_one_renewal_on() -> None:
    found = simulate_subscriptions(
        customers=1, a=1e-3, b=50.0, renewals=1, rng=np.random.default_rng(1)
    )
    assert isinstance(found, pd.DataFrame)
    assert found["duration"].tolist() == [1]
    for customers, renewals in ((0, 1), (1, 0)):
        with pytest.raises(InvalidValueError):
            simulate_subscriptions(
                customers=customers,
                a=1.0,
                b=1.0,
                renewals=renewals,
                rng=np.random.default_rng(1),
            )
