"""The last occasions of each customer, against a count customer by customer."""

import numpy as np
import pytest

from crmkit.kernels.log.latest_occasions import latest_occasions
from crmkit.kernels.log.occasions import Occasions


@pytest.mark.parametrize("seed", range(4))
def test_the_last_two_days_and_windows_are_those_of_a_plain_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    key = np.sort(rng.choice(7 * 40, size=30, replace=False))
    customer, day = key // 40, key % 40
    amount = rng.integers(1, 90, 30).astype(np.float64)
    sales = np.ones(30, dtype=np.int64)
    occasions = Occasions(customer=customer, day=day, amount=amount, sales=sales)
    found = latest_occasions(occasions, end_day=39, length=9)
    assert found.customer.tolist() == sorted(set(customer.tolist()))
    for row, who in enumerate(found.customer):
        own, paid = day[customer == who], amount[customer == who]
        assert (found.first_day[row], found.last_day[row]) == (own[0], own[-1])
        assert found.gap[row] == (own[-1] - own[-2] if own.size > 1 else 0)
        # The last nine days are 31 to 39, those before them 22 to 30.
        assert found.recent[row] == paid[own >= 31].sum()
        assert found.previous[row] == paid[(own >= 22) & (own <= 30)].sum()
