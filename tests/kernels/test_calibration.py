"""Calibration, uplift and censored scores: identities, simulations, curves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.base import ranking
from crmkit.kernels.survival import censored_scores
from crmkit.kernels.targeting import calibration, uplift
from crmkit.typing import BoolArray, FloatArray


def _forecast(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
    p = rng.integers(1, 10, n) / 10
    return p, (rng.random(n) < p).astype(float)


def test_briers_parts_add_up_when_a_group_is_one_forecast(
    rng: np.random.Generator,
) -> None:
    p, y = _forecast(rng, 500)
    weight = rng.random(500)
    group = np.unique(p, return_inverse=True)[1]
    parts = calibration.brier_parts(y, weight, p, group)
    whole = calibration.brier(p, y, weight)
    assert parts[0] - parts[1] + parts[2] == pytest.approx(whole, rel=1e-12)
    assert parts[3] == pytest.approx(0, abs=1e-15)
    coarse = calibration.brier_parts(y, weight, p, group // 3)
    assert coarse[0] - coarse[1] + coarse[2] + coarse[3] == pytest.approx(whole)


def test_sklearn_agrees(rng: np.random.Generator) -> None:
    from sklearn import metrics

    p, y = _forecast(rng, 300)
    ones = np.ones(300)
    assert calibration.brier(p, y, ones) == pytest.approx(
        metrics.brier_score_loss(y, p), rel=1e-12
    )
    assert calibration.log_loss(p, y, ones) == pytest.approx(
        metrics.log_loss(y, p), rel=1e-12
    )
    _, (positives, negatives) = ranking.blocks(p, y, 1 - y)
    assert ranking.area_under_roc(positives, negatives) == pytest.approx(
        metrics.roc_auc_score(y, p), rel=1e-12
    )


def test_a_certainty_that_failed_loses_everything() -> None:
    p, y = np.array([1.0, 0.5]), np.array([0.0, 1.0])
    assert calibration.log_loss(p, y, np.ones(2)) == float("inf")


def test_spiegelhalters_z_is_standard_normal_under_calibration(
    rng: np.random.Generator,
) -> None:
    z = [calibration.spiegelhalter(*_forecast(rng, 200)) for _ in range(500)]
    assert abs(np.mean(z)) < 0.15
    assert np.std(z) == pytest.approx(1, rel=0.1)


def test_the_calibration_error_of_a_known_table() -> None:
    # Two groups: 0.2 forecast, 0.4 came; 0.8 forecast, 0.6 came.
    p = np.repeat([0.2, 0.8], 5)
    y = np.array([1, 1, 0, 0, 0, 1, 1, 1, 0, 0], float)
    error = calibration.expected_calibration_error(
        p, y, np.ones(10), np.repeat([0, 1], 5)
    )
    assert error == pytest.approx(0.2, rel=1e-12)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_corrected_prior_is_bayes_rule(p: float, old: float, new: float) -> None:
    found = calibration.corrected_for_prior(np.array([p]), sampled=old, actual=new)
    yes, no = p * new / old, (1 - p) * (1 - new) / (1 - old)
    assert found[0] == pytest.approx(yes / (yes + no), rel=1e-10)
    back = calibration.corrected_for_prior(found, sampled=new, actual=old)
    assert back[0] == pytest.approx(p, rel=1e-10)


# scikit-uplift 0.5.1 gives this curve for this table (no ties).
def test_the_published_qini_curve() -> None:
    y = np.array([1, 0, 1, 0, 1, 1, 0, 0, 1, 0], float)
    t = np.repeat([1.0, 0.0], 5)
    score = np.array([0.9, 0.1, 0.8, 0.3, 0.7, 0.2, 0.6, 0.4, 0.5, 0.05])
    _, sums = ranking.blocks(score, t, 1 - t, y * t, y * (1 - t))
    np.testing.assert_allclose(
        uplift.qini_curve(*sums), [0, 0, 0, 0, 3, 1.5, 2, 5 / 3, 1, 0.5, 1]
    )


@given(st.integers(0, 500))
def test_all_tied_scores_have_no_area_and_order_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, t = rng.random(40).round(2), (np.arange(40) % 2).astype(float)
    for score, area in [(np.zeros(40), 0.0), (rng.integers(0, 4, 40) / 4, None)]:
        columns = (t, 1 - t, y * t, y * (1 - t), np.ones(40))
        _, sums = ranking.blocks(score, *columns)
        found = uplift.area(sums[4], uplift.qini_curve(*sums[:4]))
        mixed = rng.permutation(40)
        _, again = ranking.blocks(score[mixed], *(c[mixed] for c in columns))
        other = uplift.area(again[4], uplift.qini_curve(*again[:4]))
        assert other == pytest.approx(found, abs=1e-12)
        if area is not None:
            assert found == pytest.approx(area, abs=1e-12)


def test_the_profit_of_uplift_by_hand() -> None:
    # 100 treated of whom 80 stay, 100 controls of whom 70 stay; b=200, d=10, f=1, A=50.
    sums = [np.array([0.0, total]) for total in (100, 100, 80, 70)]
    profit = uplift.campaign_profit(
        sums[0], sums[1], sums[2], sums[3], clv=200, incentive=10, contact=1
    )
    assert profit[1] * 200 == pytest.approx(200 * (0.1 * 200 - 1 - 0.8 * 10))
    assert profit[0] == 0
    curve = uplift.uplift_curve(sums[0], sums[1], sums[2], sums[3])
    assert curve[1] == pytest.approx(200 * 0.1)


@pytest.mark.parametrize("first", [1.0, 2.0, 3.0])
def test_the_area_is_that_of_the_triangle_over_the_chord(first: float) -> None:
    # Everything is gained above the first cut of four customers: height 1 - share.
    found = uplift.area(np.array([0.0, first, 4.0]), np.array([0.0, 1.0, 1.0]))
    assert found == pytest.approx((1 - first / 4) / 2 / 4, rel=1e-12)


def test_while_one_group_is_empty_nothing_is_known_to_be_added() -> None:
    treated, control = np.array([0.0, 1, 2, 2]), np.array([0.0, 0, 0, 2])
    for one, other in [(treated, control), (control, treated)]:
        parts = (one, other, one, other / 2)
        # Half of the control group stays, all of the treated: 0.5 for each of four.
        assert uplift.uplift_curve(*parts).tolist() == [0, 0, 0, 2]
        profit = uplift.campaign_profit(*parts, clv=10, incentive=1, contact=0)
        assert profit.tolist() == [0, 0, 0, 4]
    # The qini of treated customers without a control above the cut is their outcomes.
    found = uplift.qini_curve(treated, control, treated, control / 2)
    assert found.tolist() == [0, 0, 0, 1]


def _censored(rng: np.random.Generator, n: int) -> tuple[FloatArray, BoolArray]:
    lifetime = np.ceil(rng.exponential(8, n))
    follow_up = rng.integers(3, 20, n).astype(float)
    # Whoever leaves at the time of censoring was seen to leave.
    return np.minimum(lifetime, follow_up), lifetime <= follow_up


def test_without_censoring_the_scores_are_the_plain_ones(
    rng: np.random.Generator,
) -> None:
    duration = rng.exponential(5, 200)
    event = np.ones(200, bool)
    risk = -duration + rng.normal(size=200)
    S = rng.random(200)
    curve = censored_scores.censoring_curve(duration, event)
    brier = censored_scores.weighted_brier(S, duration, event, at=4.0, curve=curve)
    assert brier == pytest.approx(np.mean(((duration > 4) - S) ** 2), rel=1e-12)
    gone = (duration <= 4).astype(float)
    _, (cases, controls) = ranking.blocks(risk, gone, 1 - gone)
    area = censored_scores.cumulative_dynamic_area(
        risk, duration, event, at=4.0, curve=curve
    )
    assert area == pytest.approx(ranking.area_under_roc(cases, controls), rel=1e-12)


def test_the_weights_restore_the_uncensored_score(rng: np.random.Generator) -> None:
    n = 100_000
    duration, event = _censored(rng, n)
    curve = censored_scores.censoring_curve(duration, event)
    truth = np.exp(-10 / 8)
    S = np.full(n, truth)
    found = censored_scores.weighted_brier(S, duration, event, at=10.0, curve=curve)
    assert found == pytest.approx(truth * (1 - truth), rel=0.01)


def test_a_turned_ranking_has_the_rest_of_the_area(rng: np.random.Generator) -> None:
    duration, event = _censored(rng, 400)
    risk, mixed = rng.normal(size=400), rng.permutation(400)
    curve = censored_scores.censoring_curve(duration, event)
    area, turned, permuted = (
        censored_scores.cumulative_dynamic_area(r, d, e, at=6.0, curve=curve)
        for r, d, e in [
            (risk, duration, event),
            (-risk, duration, event),
            (risk[mixed], duration[mixed], event[mixed]),
        ]
    )
    assert turned == pytest.approx(1 - area, rel=1e-12)
    assert permuted == pytest.approx(area, rel=1e-12)


def test_spiegelhalters_z_is_briers_score_less_its_expectation() -> None:
    p = np.array([0.05, 0.2, 0.4, 0.9, 0.65])
    y = np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    # Of each forecast: the score of either outcome, and its mean and variance.
    came, not_came = (1 - p) ** 2, p**2
    mean = p * came + (1 - p) * not_came
    variance = p * came**2 + (1 - p) * not_came**2 - mean**2
    score = (p - y) ** 2
    known = (score.sum() - mean.sum()) / np.sqrt(variance.sum())
    assert calibration.spiegelhalter(p, y) == pytest.approx(known, rel=1e-12)


def test_rows_without_weight_lose_nothing() -> None:
    p, y = np.array([0.0, 0.25, 0.8]), np.array([1.0, 1.0, 0.0])
    weight = np.array([0.0, 3.0, 1.0])
    known = (3 * np.log(4) + np.log(5)) / 4
    assert calibration.log_loss(p, y, weight) == pytest.approx(known, rel=1e-14)
    assert calibration.brier(p, y, weight) == pytest.approx((3 * 0.5625 + 0.64) / 4)


def test_weights_below_1_count_as_parts_of_the_sum() -> None:
    y, group = np.array([1.0, 0.0, 1.0, 0.0, 1.0]), np.array([0, 0, 2, 2, 2])
    probability = np.array([0.5, 0.25, 0.75, 0.25, 0.5])
    weight = np.array([1.0, 2.0, 1.0, 3.0, 1.0])
    plain = calibration.brier_parts(y, weight, probability, group)
    small = calibration.brier_parts(y, 2.0**-20 * weight, probability, group)
    assert small == pytest.approx(plain, rel=1e-12)
    loss = calibration.log_loss(probability, y, weight)
    small_loss = calibration.log_loss(probability, y, 2.0**-20 * weight)
    assert small_loss == pytest.approx(loss, rel=1e-12)
