"""Scores under censoring, against sums over customers and pairs with tied times."""

import numpy as np
import pytest

from crmkit.kernels.survival import censored_scores as cs
from crmkit.typing import BoolArray, FloatArray

TIMES = np.arange(1.0, 6.0)


def _draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, BoolArray]:
    return rng.choice(TIMES, n), rng.random(n) < 0.5


def _still_watched(
    at: float, duration: FloatArray, event: BoolArray, *, just_before: bool
) -> float:
    """Return G by its definition: who leaves at a time goes before who is censored."""
    G = 1.0
    for time in TIMES[at > TIMES] if just_before else TIMES[at >= TIMES]:
        ended = duration == time
        risk = np.sum(duration >= time) - np.sum(ended & event)
        G *= 1 - np.sum(ended & ~event) / risk if risk else 1.0
    return float(G)


@pytest.mark.parametrize("at", [2.0, 2.5, 3.0])
def test_the_scores_are_sums_over_customers_and_pairs(
    at: float, rng: np.random.Generator
) -> None:
    for _ in range(20):
        learned = _draw(rng, 15)
        learned = np.append(learned[0], 6.0), np.append(learned[1], False)
        duration, event = _draw(rng, 12)
        duration[:2], event[:2] = (1.0, 5.0), (True, False)
        S = rng.choice([0.2, 0.4, 0.4, 0.9], 12)
        weight = [
            1 / _still_watched(t, *learned, just_before=True)
            if t <= at and gone
            else (t > at) / _still_watched(at, *learned, just_before=False)
            for t, gone in zip(duration, event, strict=True)
        ]
        curve = cs.censoring_curve(*learned)
        brier = sum(weight * ((duration > at) - S) ** 2) / 12
        found = cs.weighted_brier(S, duration, event, at=at, curve=curve)
        assert found == pytest.approx(brier, rel=1e-12)
        won = pairs = 0.0
        for i in np.flatnonzero((duration <= at) & event):
            for j in np.flatnonzero(duration > at):
                pairs += weight[i]
                won += weight[i] * ((S[i] < S[j]) + 0.5 * (S[i] == S[j]))
        area = cs.cumulative_dynamic_area(1 - S, duration, event, at=at, curve=curve)
        assert area == pytest.approx(won / pairs, rel=1e-12)


def test_the_last_customer_watched_ends_the_curve_of_the_censoring() -> None:
    duration, event = np.array([1.0, 2.0, 3.0, 5.0]), np.array([0, 1, 0, 0], np.bool_)
    time, G = cs.censoring_curve(duration, event)
    assert time.tolist() == duration.tolist()
    # At 2 one of three leaves; at 3 one of the two others is lost from sight.
    np.testing.assert_allclose(G, [3 / 4, 3 / 4, 3 / 8, 0.0], rtol=1e-15)
    _, endless = cs.censoring_curve(duration, np.ones(4, np.bool_))
    assert endless.tolist() == [1.0] * 4
