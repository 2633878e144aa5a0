"""Weighted answers: variance, effective size and raking, by exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.survey import design_weights

WEIGHTS = np.array([1.0, 2, 1, 3, 1, 1, 1, 2])
ANSWERS = np.array([1.0, 1, 0, -1, 1, 0, -1, 1])


def test_the_published_weighted_score_is_reproduced() -> None:
    # Computed from the printed definition: .166667, and .1431327 * 8/7.
    assert design_weights.weighted_mean(ANSWERS, WEIGHTS) == pytest.approx(
        1 / 6, rel=1e-14
    )
    got = design_weights.linearised_variance(ANSWERS, WEIGHTS, np.arange(8))
    assert got == pytest.approx(0.1635802, abs=5e-8)
    assert got * 7 / 8 == pytest.approx(0.1431327, abs=5e-8)


def test_the_variance_is_that_of_exact_fractions() -> None:
    w, s = [[Fraction(v) for v in entry.tolist()] for entry in (WEIGHTS, ANSWERS)]
    mean = sum(a * b for a, b in zip(w, s, strict=True)) / sum(w)
    pulls = [a * (b - mean) for a, b in zip(w, s, strict=True)]
    pairs = [pulls[at] + pulls[at + 1] for at in range(0, 8, 2)]
    exact = Fraction(4, 3) * sum(pull**2 for pull in pairs) / sum(w) ** 2
    got = design_weights.linearised_variance(ANSWERS, WEIGHTS, np.arange(8) // 2)
    assert got == pytest.approx(float(exact), rel=1e-14)


def test_kish_counts_what_the_answers_are_worth() -> None:
    # 1, 1, 2, 2, 4: 100 / 26 = 3.846154; design effect 1.3.
    assert design_weights.effective_size(np.array([1.0, 1, 2, 2, 4])) == pytest.approx(
        100 / 26, rel=1e-15
    )


@given(st.floats(0.01, 100))
def test_equal_weights_change_nothing(weight: float) -> None:
    w = np.full(8, weight)
    got = design_weights.linearised_variance(ANSWERS, w, np.arange(8))
    assert got == pytest.approx(ANSWERS.var(ddof=1) / 8, rel=1e-12)
    assert design_weights.effective_size(w) == pytest.approx(8, rel=1e-12)


def test_raking_holds_every_margin_and_keeps_the_odds_ratio() -> None:
    sex, age = np.repeat([0, 1], 2), np.tile([0, 1], 2)
    start = np.array([4.0, 6, 5, 3])
    shares = [np.array([0.3, 0.7]), np.array([0.6, 0.4])]
    w, rounds, apart = design_weights.rake(
        start, [sex, age], shares, tolerance=1e-13, max_iterations=500
    )
    assert apart <= 1e-13
    assert rounds < 100
    assert w.sum() == pytest.approx(18, rel=1e-12)
    assert np.bincount(sex, w) / 18 == pytest.approx(shares[0], rel=1e-11)
    assert np.bincount(age, w) / 18 == pytest.approx(shares[1], rel=1e-11)
    assert w[0] * w[3] / (w[1] * w[2]) == pytest.approx(4 * 3 / (6 * 5), rel=1e-11)


def test_a_level_that_nobody_answered_for_has_no_weight_to_scale() -> None:
    w, rounds, apart = design_weights.rake(
        np.ones(2),
        [np.array([0, 0])],
        [np.array([0.5, 0.5])],
        tolerance=1e-9,
        max_iterations=2,
    )
    assert w.tolist() == [0.5, 0.5]
    assert (rounds, apart) == (2, 0.5)


def test_margins_that_hold_exactly_need_one_round() -> None:
    w, rounds, apart = design_weights.rake(
        np.ones(4),
        [np.array([0, 0, 1, 1])],
        [np.array([0.5, 0.5])],
        tolerance=0.0,
        max_iterations=9,
    )
    assert (w.tolist(), rounds, apart) == ([1.0] * 4, 1, 0.0)


def test_one_margin_is_met_in_one_round() -> None:
    code = np.array([0, 0, 1])
    w, rounds, _ = design_weights.rake(
        np.ones(3), [code], [np.array([0.5, 0.5])], tolerance=1e-12, max_iterations=9
    )
    assert rounds == 1
    assert w.tolist() == pytest.approx([0.75, 0.75, 1.5])
    # Margins that hold to the last bit are as close as can be asked for.
    _, rounds, apart = design_weights.rake(
        np.ones(3), [code], [np.array([0.75, 0.25])], tolerance=0.0, max_iterations=9
    )
    assert (rounds, apart) == (1, 0.0)
