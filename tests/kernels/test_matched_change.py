"""The change of members against others alike, group by group."""

import numpy as np
import pytest

from crmkit.kernels.campaigns.matched_change import matched_change


@pytest.mark.parametrize("seed", range(4))
def test_an_effect_and_its_variance_are_those_of_a_plain_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 80
    change, stratum = rng.normal(3, 2, n), rng.integers(0, 6, n)
    group, member = rng.integers(0, 3, n), rng.random(n) < 0.5
    stratum[~member & (stratum == 5)] = 4  # members of 5 have no one to compare with
    lone = np.flatnonzero(~member & (stratum == 3))
    stratum[lone[1:]] = 2  # and those of 3 have one
    found = matched_change(
        change, member=member, stratum=stratum, group=group, n_groups=4
    )
    others = {s: change[~member & (stratum == s)] for s in range(6)}
    squares = sum(((x - x.mean()) ** 2).sum() for x in others.values() if x.size)
    pooled = squares / sum(x.size - 1 for x in others.values() if x.size)
    for g in range(3):
        own = [i for i in range(n) if member[i] and group[i] == g
               and others[stratum[i]].size]  # fmt: skip
        gains = np.array([change[i] - others[stratum[i]].mean() for i in own])
        m = len(own)
        assert found.matched[g] == m
        assert found.effect[g] == pytest.approx(gains.mean())
        assert found.own[g] == pytest.approx(change[own].mean())
        assert found.own[g] - found.other[g] == pytest.approx(gains.mean())
        between = gains.var(ddof=1) / m
        used = sorted(set(stratum[own].tolist()))
        noise = sum(
            ((stratum[own] == s).sum() / m) ** 2
            * (others[s].var(ddof=1) if others[s].size > 1 else pooled)
            / others[s].size
            for s in used
        )
        count = sum(others[s].size for s in used)
        assert found.comparison[g] == count
        assert found.variance[g] == pytest.approx(between + noise)
        parts = between**2 / (m - 1) + noise**2 / (count - len(used))
        assert found.freedom[g] == pytest.approx((between + noise) ** 2 / parts)
    assert found.matched[3] == 0
    assert np.isnan([found.effect[3], found.variance[3], found.freedom[3]]).all()


def test_one_member_has_an_effect_and_no_variance() -> None:
    found = matched_change(
        np.array([5.0, 1.0, 2.0]),
        member=np.array([True, False, False]),
        stratum=np.zeros(3, int),
        group=np.zeros(3, int),
        n_groups=1,
    )
    assert found.effect[0] == 3.5
    assert np.isnan([found.variance[0], found.freedom[0]]).all()
    alike = matched_change(
        np.array([5.0, 5.0, 2.0, 2.0]),
        member=np.array([True, True, False, False]),
        stratum=np.zeros(4, int),
        group=np.zeros(4, int),
        n_groups=1,
    )
    # Without any spread Student's t is as good as normal.
    assert (alike.variance[0], alike.freedom[0]) == (0.0, 1e9)


def test_a_pair_to_compare_with_has_a_spread_of_its_own() -> None:
    found = matched_change(
        np.array([5.0, 7.0, 1.0, 3.0, 0.0, 6.0, 12.0]),
        member=np.array([True, True, False, False, False, False, False]),
        stratum=np.array([0, 0, 0, 0, 1, 1, 1]),
        group=np.zeros(7, int),
        n_groups=1,
    )
    # The mean of 1 and 3 varies by 2 / 2, that of the gains 3 and 5 by 2 / 2.
    assert (found.effect.tolist(), found.variance.tolist()) == ([4.0], [2.0])
    # Both variances are known by one degree of freedom.
    assert found.freedom.tolist() == [2.0]
