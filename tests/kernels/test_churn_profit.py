"""Churn profit and ranking kernels: published numbers and identities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from crmkit.kernels.base import ranking
from crmkit.kernels.targeting import campaign_profit as cp
from crmkit.typing import FloatArray

DEFAULTS = {"alpha": 6.0, "beta": 14.0, "clv": 200.0, "incentive": 10.0, "contact": 1.0}
TOY_CHURNED = [0, 1, 0, 1, 0, 1, 0, 1]
TOY_SCORE = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]

labels = st.lists(st.booleans(), min_size=2, max_size=30).filter(
    lambda y: any(y) and not all(y)
)


def _roc(churned: object, score: object) -> tuple[FloatArray, FloatArray]:
    y = np.asarray(churned, float)
    _, (positives, negatives) = ranking.blocks(np.asarray(score, float), y, 1 - y)
    return positives, negatives


def _empc(churned: object, score: object, **changed: float) -> tuple[float, float]:
    caught, bothered = _roc(churned, score)
    terms = DEFAULTS | changed
    total = caught[-1] + bothered[-1]
    profit, count = cp.expected_maximum_profit(
        (terms["clv"] - terms["incentive"]) * caught,
        terms["contact"] * caught + (terms["incentive"] + terms["contact"]) * bothered,
        caught + bothered,
        alpha=terms["alpha"],
        beta=terms["beta"],
    )
    return profit / total, count / total


def _profit_curve(
    churners: FloatArray, loyal: FloatArray, *, benefit: float, cost: float
) -> FloatArray:
    """Return the profit per customer of the base at each cut of the ranking."""
    total = churners[-1] + loyal[-1]
    return np.asarray((benefit * churners - cost * loyal) / total)


def _mpc(churned: object, score: object, accept: float = 0.3) -> tuple[float, float]:
    positives, negatives = _roc(churned, score)
    benefit = cp.churner_benefit(accept=accept, clv=200.0, incentive=10.0, contact=1.0)
    curve = _profit_curve(positives, negatives, benefit=float(benefit), cost=11.0)
    best = cp.best_cut(curve)
    total = positives[-1] + negatives[-1]
    return float(curve[best]), float((positives + negatives)[best] / total)


# The documentation and tests of empulse hold these; the rest are its perfect, reversed
# and tied rankings of ten churners in twenty.
@pytest.mark.parametrize(
    ("churned", "score", "empc", "mpc"),
    [
        (
            TOY_CHURNED,
            TOY_SCORE,
            (23.875593418348124, 0.8743700763487141),
            (23.875, 0.875),
        ),
        ([0, 1] * 10, [0, 1] * 10, (28.0000000000391, 0.499999999728095), (28.0, 0.5)),
        ([0, 1] * 10, [1, 0] * 10, (22.5007912244511, 0.9991601018889205), (22.5, 1.0)),
        ([0, 1] * 10, [0.5] * 20, (22.5007912244511, 0.9991601018889205), (22.5, 1.0)),
    ],
)
def test_the_published_profits(
    churned: list[int],
    score: list[float],
    empc: tuple[float, float],
    mpc: tuple[float, float],
) -> None:
    assert _empc(churned, score) == pytest.approx(empc, rel=1e-12)
    assert _mpc(churned, score) == pytest.approx(mpc, rel=1e-12)


def test_the_profit_of_neslin_both_ways() -> None:
    # 34 of the 74 churners among the 44 first of 221, at Verbeke's defaults.
    total, churners, targeted, caught = 221, 74, 44, 34
    benefit = cp.churner_benefit(accept=0.3, clv=200.0, incentive=10.0, contact=1.0)
    curve = _profit_curve(
        np.array([0.0, caught, churners]),
        np.array([0.0, targeted - caught, total - churners]),
        benefit=float(benefit),
        cost=11.0,
    )
    share = targeted / total
    lift_times_base = caught / targeted
    neslin = share * (lift_times_base * (0.3 * 200 + 10 * (1 - 0.3)) - 10 - 1)
    assert curve[1] == pytest.approx(8.117647058823529, rel=1e-14)
    assert neslin == pytest.approx(8.117647058823529, rel=1e-14)


def test_the_profit_of_a_proportional_incentive() -> None:
    # empulse 0.13 per head: 21 perfect, 11 reversed, 11 tied; earlier totals differ.
    y = np.array([0, 1] * 10, float)
    clv = np.array([100, 200] * 10, float)
    gain = cp.churner_benefit(accept=0.3, clv=clv, incentive=0.05 * clv, contact=15.0)
    loss = cp.loyal_cost(loyal_accept=1.0, incentive=0.05 * clv, contact=15.0)
    profit = np.where(y > 0, gain, -loss)
    for score, published in [(y, 21.0), (1 - y, 11.0), (y * 0, 11.0)]:
        _, (total,) = ranking.blocks(score, profit)
        assert np.max(total) / 20 == pytest.approx(published, rel=1e-12)


@given(y=labels, seed=st.integers(0, 999), alpha=st.floats(0.5, 40))
def test_the_closed_form_is_the_integral(
    y: list[bool], seed: int, alpha: float
) -> None:
    score = np.random.default_rng(seed).integers(0, 6, len(y)) / 5
    positives, negatives = _roc(y, score)

    def best(accept: float) -> float:
        benefit = accept * 190.0 - 1.0
        return float(np.max((benefit * positives - 11 * negatives) / len(y)))

    density = stats.beta(alpha, 14.0).pdf
    grid = np.linspace(0, 1, 401)
    summed = sum(
        integrate.quad(lambda g: best(g) * density(g), low, high)[0]
        for low, high in zip(grid[:-1:20], grid[20::20], strict=True)
    )
    assert _empc(y, score, alpha=alpha)[0] == pytest.approx(summed, rel=1e-5, abs=1e-7)


@given(y=labels, seed=st.integers(0, 999))
def test_it_is_between_nothing_and_the_perfect_order_and_never_below_mpc(
    y: list[bool], seed: int
) -> None:
    score = np.random.default_rng(seed).random(len(y)).round(1)
    profit = _empc(y, score)[0]
    assert -1e-12 <= profit <= _empc(y, y)[0] + 1e-12
    assert profit >= _mpc(y, score, accept=0.3)[0] - 1e-12
    assert profit == pytest.approx(_empc(y, np.exp(3 * score))[0], rel=1e-12)


def test_money_scales_and_the_levers_pull_the_right_way() -> None:
    base = _empc(TOY_CHURNED, TOY_SCORE)[0]
    scaled = _empc(TOY_CHURNED, TOY_SCORE, clv=2e3, incentive=100, contact=10)
    assert scaled[0] == pytest.approx(10 * base, rel=1e-12)
    assert _empc(TOY_CHURNED, TOY_SCORE, clv=300)[0] > base
    assert _empc(TOY_CHURNED, TOY_SCORE, incentive=20)[0] < base
    assert _empc(TOY_CHURNED, TOY_SCORE, contact=5)[0] < base


@pytest.mark.parametrize("sharp", [1e2, 1e4, 1e8])
def test_a_sharp_prior_tends_to_the_maximum_profit(sharp: float) -> None:
    # Others return NaN from alpha = 600, beta = 6 on.
    found = _empc(TOY_CHURNED, TOY_SCORE, alpha=3 * sharp, beta=7 * sharp)
    assert found == pytest.approx(_mpc(TOY_CHURNED, TOY_SCORE), rel=2 / sharp**0.5)
    assert np.isfinite(_empc(TOY_CHURNED, TOY_SCORE, alpha=600, beta=6)).all()


@given(y=labels, seed=st.integers(0, 999))
def test_the_area_counts_pairs_and_ties_one_half(y: list[bool], seed: int) -> None:
    score = np.random.default_rng(seed).integers(0, 5, len(y)).astype(float)
    positives, negatives = _roc(y, score)
    mine = ranking.area_under_roc(positives, negatives)
    up, down = score[np.array(y)], score[~np.array(y)]
    pairs = (up[:, None] > down).mean() + (up[:, None] == down).mean() / 2
    assert mine == pytest.approx(pairs, rel=1e-12)
    assert ranking.area_under_roc(*_roc(y, -score)) == pytest.approx(1 - mine)


@given(y=labels, seed=st.integers(0, 999))
def test_the_envelope_holds_the_best_line_at_every_rate(
    y: list[bool], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    # Gains may fall: some customers are worth less than the incentive.
    gain = np.concatenate(([0.0], np.cumsum(np.array(y) * rng.normal(1, 2, len(y)))))
    cost = np.concatenate(([0.0], np.cumsum(rng.integers(0, 3, len(y)) * 1.0)))
    best = cp.upper_envelope(gain, cost)
    rates = np.linspace(0, 1, 101)[:, None]
    every = rates * gain - cost
    np.testing.assert_allclose(every[:, best].max(axis=1), every.max(axis=1), atol=1e-9)
    turns = np.diff(cost[best]) / np.diff(gain[best])
    assert best[0] == 0
    assert np.all(np.diff(turns) > 0)


def test_gain_in_a_tied_block_is_a_straight_line() -> None:
    y = np.array([1.0, 0, 0, 1])
    _, (count, captured) = ranking.blocks(np.full(4, 0.5), np.ones(4), y)
    shares = np.array([0.1, 0.25, 0.5, 1.0])
    np.testing.assert_allclose(ranking.gain_at(shares, count, captured), shares)


def test_the_published_lift_of_the_top_fifth() -> None:
    # 34 of 74 churners in the first 44 of 221: lift 2.307739557739558.
    y = np.repeat([1, 0, 1, 0.0], [34, 10, 40, 137])
    score = np.repeat([2.0, 1.0], [44, 177])
    _, (count, captured) = ranking.blocks(score, np.ones(221), y)
    share = 44 / 221
    lift = ranking.gain_at(np.array([share]), count, captured)[0] / share
    assert lift == pytest.approx(2.307739557739558, rel=1e-12)


@given(y=labels, seed=st.integers(0, 999))
def test_the_variance_of_the_area_is_that_of_the_placements(
    y: list[bool], seed: int
) -> None:
    both = [*y, True, True, False, False]
    score = np.random.default_rng(seed).integers(0, 5, len(both)).astype(float)
    up, down = score[np.array(both)], score[~np.array(both)]
    wins = (up[:, None] > down) + (up[:, None] == down) / 2
    by_pairs = sum(
        np.var(wins.mean(axis=axis), ddof=1) / wins.shape[1 - axis] for axis in (0, 1)
    )
    found = ranking.roc_area_variance(*_roc(both, score))
    assert found == pytest.approx(by_pairs, rel=1e-10, abs=1e-15)


def test_the_variance_of_the_area_is_that_of_a_simulation(
    rng: np.random.Generator,
) -> None:
    y = np.arange(80) < 30
    areas, variances = [], []
    for _ in range(400):
        positives, negatives = _roc(y, rng.normal(size=80) + y)
        areas.append(ranking.area_under_roc(positives, negatives))
        variances.append(ranking.roc_area_variance(positives, negatives))
    assert np.mean(variances) == pytest.approx(np.var(areas), rel=0.15)


def test_the_variance_of_the_area_is_delongs(rng: np.random.Generator) -> None:
    # DeLong, DeLong and Clarke-Pearson (1988): each one's share of the others beaten,
    # ties by half; the sample variance of these over their number, both sides added.
    y = np.arange(23) < 9
    score = rng.integers(0, 6, 23) / 7  # with ties
    beats = (score[y][:, None] > score[~y]) + (score[y][:, None] == score[~y]) / 2
    of_positives = np.var(beats.mean(axis=1), ddof=1) / 9
    of_negatives = np.var(beats.mean(axis=0), ddof=1) / 14
    found = ranking.roc_area_variance(*_roc(y, score))
    assert found == pytest.approx(of_positives + of_negatives, rel=1e-12)


def test_an_offer_is_a_share_of_small_values_too() -> None:
    clv = np.array([0.25, 0.0, -3.0, 8.0])
    found = cp.incentives(clv, fixed=2.0, share=0.5)
    assert found.tolist() == [2.125, 2.0, 2.0, 6.0]
