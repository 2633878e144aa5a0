"""Kernels of campaigns, contracts and shares against plain loops over every case."""

import datetime as dt
from itertools import pairwise, product

import mpmath
import numpy as np
import pytest
from scipy import integrate, stats

from crmkit.kernels.campaigns import rule_measures
from crmkit.kernels.log import calendar
from crmkit.kernels.survival import life_table, shifted_beta_geometric
from crmkit.kernels.targeting import campaign_profit
from crmkit.kernels.value import compositions
from crmkit.typing import Grain


@pytest.mark.parametrize("total", [6, 13])
def test_every_table_of_a_rule_has_its_measures_and_fishers_chance(total: int) -> None:
    tables = [
        (both, a, c)
        for a, c in product(range(1, total), repeat=2)
        for both in range(1, min(a, c) + 1)
        if a + c - both <= total
    ]
    both, a, c = np.array(tables, float).T
    found = rule_measures.measures(both, a, c, float(total))
    chance = rule_measures.fisher_greater(both, a, c, float(total))
    for at, (x, y, z) in enumerate(tables):
        of_c, confidence = z / total, x / y
        assert found["lift"][at] == pytest.approx(confidence / of_c)
        known = np.inf if x == y else (1 - of_c) / (1 - confidence)
        assert found["conviction"][at] == pytest.approx(known)
        # Zhang (2000) by the confidence in C of those with A and of those without.
        other = (z - x) / (total - y)
        zhang = (confidence - other) / max(confidence, other)
        assert found["zhang"][at] == pytest.approx(zhang, abs=1e-12)
        room = 1 - of_c if confidence >= of_c else of_c
        certainty = (confidence - of_c) / room
        assert found["certainty"][at] == pytest.approx(certainty, abs=1e-12)
        assert found["jaccard"][at] == pytest.approx(x / (y + z - x))
        assert found["kulczynski"][at] == pytest.approx((x / y + x / z) / 2)
        assert found["leverage"][at] == pytest.approx(x / total - y * z / total**2)
        above = x > y * z / total
        known = stats.hypergeom.sf(x - 1, total, y, z) if above else 1.0
        assert chance[at] == pytest.approx(known, rel=1e-11)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rows", [1, 2, 3, 60, 1000])
def test_the_best_cuts_are_those_of_some_rate(rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    gain = np.concatenate(([0.0], np.cumsum(rng.integers(-2, 4, rows)))).astype(float)
    cost = np.concatenate(([0.0], np.cumsum(rng.integers(1, 5, rows)))).astype(float)
    found = campaign_profit.upper_envelope(gain, cost)
    # From each cut on to the one that pays at the least rate: of equals, the last.
    plain, at = [0], 0
    while True:
        more = [k for k in range(rows + 1) if gain[k] > gain[at]]
        if not more:
            break
        rates = {k: (cost[k] - cost[at]) / (gain[k] - gain[at]) for k in more}
        least = min(rates.values())
        at = max(k for k in more if rates[k] <= least * (1 + 1e-12))
        plain.append(at)
    assert found.tolist() == plain
    rising = [k for k in range(rows + 1) if k == 0 or gain[k] > gain[:k].max()]
    hull = campaign_profit._hull(
        np.array(rising), gain[rising].tolist(), cost[rising].tolist()
    )
    assert hull.tolist() == plain
    count = np.arange(rows + 1.0)
    profit, share = campaign_profit.expected_maximum_profit(
        gain, cost, count, alpha=6.0, beta=2.0
    )
    prior = stats.beta(6.0, 2.0)
    turns = np.diff(cost[found]) / np.diff(gain[found])
    places = [0.0, *turns[turns < 1].tolist(), 1.0]
    known = 0.0
    for low, high in pairwise(places):
        best = int(np.argmax((low + high) / 2 * gain - cost))
        known += integrate.quad(
            lambda g, k=best: (g * gain[k] - cost[k]) * prior.pdf(g), low, high
        )[0]
    assert profit == pytest.approx(known, rel=1e-8, abs=1e-10)
    assert 0.0 <= share <= rows


def test_a_hull_is_taken_back_one_cut_after_the_other() -> None:
    # Rates of 1/3, 1/2, 1, and one cut that a later and steeper one takes back.
    gain, cost = [0.0, 3.0, 4.0, 5.0, 6.0], [0.0, 1.0, 3.0, 2.0, 3.0]
    assert campaign_profit._hull(np.arange(5), gain, cost).tolist() == [0, 1, 3, 4]
    line = campaign_profit._hull(np.arange(4), [0.0, 1, 2, 3], [0.0, 1, 2, 3])
    assert line.tolist() == [0, 3]


@pytest.mark.parametrize(("a", "b"), [(0.6, 1.3), (1.0, 2.0), (2.5, 0.4), (0.3, 0.7)])
@pytest.mark.parametrize("rate", [1e-3, 0.1, 3.0])
def test_lives_of_contracts_are_hypergeometric(a: float, b: float, rate: float) -> None:
    with mpmath.workdps(30):
        z = 1 / (1 + mpmath.mpf(rate))
        new = float(mpmath.hyp2f1(1, b, mpmath.mpf(a) + b, z))
        later = [
            float((b + n) / (a + b + n) * mpmath.hyp2f1(1, b + n + 1, a + b + n + 1, z))
            for n in (0, 4, 400)
        ]
    found = shifted_beta_geometric.discounted_lifetime(a=a, b=b, discount_rate=rate)
    assert found == pytest.approx(new, rel=1e-12)
    rest = shifted_beta_geometric.discounted_residual_lifetime(
        np.array([0.0, 4.0, 400.0, 4.0]), a=a, b=b, discount_rate=rate
    )
    assert rest.tolist() == pytest.approx([*later, later[1]], rel=1e-12)


@pytest.mark.parametrize("longest", [7.0, 999_999.0, 1e6, 1e6 + 1, 3e6])
def test_survival_is_a_product_of_renewals_however_long(longest: float) -> None:
    a, b = 0.7, 1.9
    t = np.array([0.0, 1.0, 6.0, longest])
    found = shifted_beta_geometric.log_survival(t, a=a, b=b)
    with mpmath.workdps(30):
        known = [
            float(mpmath.log(mpmath.beta(a, b + n) / mpmath.beta(a, b))) for n in t
        ]
    assert found.tolist() == pytest.approx(known, rel=1e-11, abs=1e-14)
    lost = shifted_beta_geometric.pmf(np.arange(1.0, 8.0), a=a, b=b)
    first = shifted_beta_geometric.log_survival(np.arange(8.0), a=a, b=b)
    assert lost.tolist() == pytest.approx((-np.diff(np.exp(first))).tolist(), rel=1e-12)
    rest = shifted_beta_geometric.expected_residual_lifetime(t, a=1.0, b=b)
    assert np.isinf(rest).all()
    rest = shifted_beta_geometric.expected_residual_lifetime(t, a=3.0, b=b)
    assert rest.tolist() == pytest.approx(((b + t) / 2).tolist(), rel=1e-14)


def test_a_residual_of_a_curve_is_its_discounted_sum() -> None:
    survival = np.exp(-0.1 * np.arange(20.0) ** 1.3)
    tenure = np.array([3.0, 0.0, 7.0, 3.0])
    found = life_table.discounted_residual(
        np.log(survival), tenure, terms=12, discount=0.9
    )
    plain = [
        sum(survival[n + 1 + j] / survival[n] * 0.9**j for j in range(12))
        for n in tenure.astype(int)
    ]
    assert found.tolist() == pytest.approx(plain, rel=1e-13)


def test_groups_are_shifted_until_their_sums_come_true() -> None:
    group = np.array([0, 0, 1, 1, 1])
    predicted = np.array([0.2, 0.6, 0.5, 0.1, 0.9])
    whole, part = np.array([40.0, 25, 30, 8, 5]), np.array([20.0, 20, 4, 9, 1])
    found = compositions.logit_shifts(group, 3, predicted, part, whole)
    evidence = [65**2 / (40**2 + 25**2), 43**2 / (30**2 + 8**2 + 5**2)]
    for at, known in enumerate(evidence):
        mine = group == at
        shift = found[at] * (known + 30) / known
        odds = predicted[mine] / (1 - predicted[mine]) * np.exp(shift)
        came = (whole[mine] * odds / (1 + odds)).sum()
        # No more than all of it can have come.
        assert came == pytest.approx(np.minimum(part, whole)[mine].sum(), rel=1e-9)
    assert found[2] == 0.0


def test_presumed_purchases_are_a_ratio_of_variances() -> None:
    # Two customers of two purchases each, and two categories.
    customer, category = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    share, purchases = np.array([1.0, 0.6, 0.4, 1.0, 1.0]), np.array([2, 2])
    found = compositions.presumed_purchases(customer, category, share, purchases, 2)
    own = np.array([[0.8, 0.2], [0.0, 1.0]])
    within = ((np.array([[1, 0], [0.6, 0.4]]) - own[0]) ** 2).sum() / 2
    about = 2 * ((own - own.mean(axis=0)) ** 2).sum()
    between = (about - within) / (4 - (4 + 4) / 4)
    firm = within / between
    assert found.tolist() == pytest.approx(
        (firm * own.mean(axis=0)).tolist(), rel=1e-12
    )
    once = compositions.presumed_purchases(
        np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([1.0, 0.5, 0.5]),
        np.array([1, 1]), 2,
    )  # fmt: skip
    assert once.tolist() == pytest.approx([3.75, 1.25], rel=1e-14)


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
def test_periods_of_few_and_of_many_days_are_those_of_the_calendar(
    grain: Grain,
) -> None:
    def plain(day: int) -> int:
        date = dt.date(1970, 1, 1) + dt.timedelta(day)
        first = {
            "day": date,
            "week": date - dt.timedelta(date.weekday()),
            "month": date.replace(day=1),
            "quarter": date.replace(day=1, month=(date.month - 1) // 3 * 3 + 1),
            "year": date.replace(day=1, month=1),
        }[grain]
        return (first - dt.date(1970, 1, 1)).days

    few = np.array([-40_000, -1, 0, 3, 4, 58, 59, 60, 20_000])
    many = np.tile(np.arange(-800, 800), 3)
    for days in (few, many, few[:0], few[:1]):
        found = calendar.period_start(days, grain)
        assert found.tolist() == [plain(day) for day in days.tolist()]
    for day in (-30, 0, 58, 400, 789, 19_782):
        last = calendar.last_day_of_period(day, grain)
        assert plain(last) == plain(day) != plain(last + 1)
