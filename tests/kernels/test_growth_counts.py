"""Who came, stayed, came back and left, against a count customer by customer."""

import numpy as np
import pytest

from crmkit.kernels.groups.growth_counts import accounts, inactive_between, spells
from crmkit.typing import FloatArray, IntArray

PERIODS = 9


def activity(seed: int) -> tuple[IntArray, IntArray, FloatArray]:
    rng = np.random.default_rng(seed)
    there = rng.random((12, PERIODS)) < 0.45
    customer, period = np.nonzero(there)
    return customer, period, rng.integers(1, 50, customer.size).astype(np.float64)


@pytest.mark.parametrize("seed", range(5))
def test_every_account_is_that_of_a_plain_count(seed: int) -> None:
    customer, period, amount = activity(seed)
    found = accounts(*spells(customer, period, amount, PERIODS), PERIODS)
    plain = {name: np.zeros(PERIODS) for name in (
        "active", "new", "retained", "resurrected", "lost", "amount", "new_amount",
        "resurrected_amount", "expansion", "contraction", "lost_amount",
    )}  # fmt: skip
    for who in range(12):
        own = dict(zip(period[customer == who], amount[customer == who], strict=True))
        for now in range(PERIODS):
            before = [each for each in own if each < now]
            if now in own:
                plain["active"][now] += 1
                plain["amount"][now] += own[now]
                step = own[now] - own.get(now - 1, 0.0)
                if not before:
                    plain["new"][now] += 1
                    plain["new_amount"][now] += own[now]
                elif now - 1 in own:
                    plain["retained"][now] += 1
                    plain["expansion" if step > 0 else "contraction"][now] += abs(step)
                else:
                    plain["resurrected"][now] += 1
                    plain["resurrected_amount"][now] += own[now]
            elif now - 1 in own:
                plain["lost"][now] += 1
                plain["lost_amount"][now] += own[now - 1]
    for name, values in plain.items():
        np.testing.assert_allclose(getattr(found, name)[:PERIODS], values, err_msg=name)
    change = found.new + found.resurrected - found.lost[:PERIODS]
    np.testing.assert_allclose(np.diff(found.active), change[1:])


@pytest.mark.parametrize(("shortest", "longest"), [(1, 1), (1, 3), (2, 2), (3, 20)])
@pytest.mark.parametrize("seed", range(3))
def test_the_silent_are_those_whose_last_activity_is_so_long_ago(
    shortest: int, longest: int, seed: int
) -> None:
    customer, period, amount = activity(seed)
    departures = spells(customer, period, amount, PERIODS)[1]
    found = inactive_between(departures, PERIODS, shortest=shortest, longest=longest)
    plain = np.zeros(PERIODS)
    for who in range(12):
        own = period[customer == who]
        for now in range(PERIODS):
            last = own[own <= now].max(initial=-1)
            plain[now] += last >= 0 and shortest <= now - last <= longest
    np.testing.assert_array_equal(found, plain)


def test_each_activity_stands_beside_the_one_before_and_after() -> None:
    customer, period = np.array([0, 0, 0, 1, 2, 2]), np.array([1, 2, 5, 0, 0, 1])
    amount = np.array([5.0, 7.0, 4.0, 9.0, 3.0, 3.0])
    arrivals, departures = spells(customer, period, amount, PERIODS)
    assert arrivals.previous.tolist() == [-1, 1, 2, -1, -1, 0]
    assert departures.following.tolist() == [2, 5, PERIODS, PERIODS, 1, PERIODS]
    assert arrivals.expansion.tolist() == [0.0, 2.0, 0.0, 0.0, 0.0, 0.0]
    assert arrivals.contraction.tolist() == [0.0, 0.0, 3.0, 0.0, 0.0, 0.0]
    assert arrivals.now.tolist() == departures.now.tolist() == period.tolist()
    assert arrivals.customers.tolist() == departures.customers.tolist() == [1.0] * 6
    assert arrivals.amount.tolist() == departures.amount.tolist() == amount.tolist()
