"""Sums over customers until several times, from one chance to be active."""

import numpy as np
import pytest

from crmkit.clv import BgNbd, MbgNbd, ParetoNbd
from crmkit.report.findings.expected_sums import expected_sums

MODELS = (
    BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4),
    MbgNbd(r=0.5, alpha=6.2, a=0.9, b=1.6),
    ParetoNbd(r=0.55, alpha=10.6, s=0.6, beta=11.7),
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_sums_are_those_of_the_public_methods(
    model: BgNbd | MbgNbd | ParetoNbd,
) -> None:
    rng = np.random.default_rng(1)
    T = rng.integers(1, 60, 400) / 7
    frequency = rng.poisson(0.4 * T).astype(float)
    recency = np.where(frequency > 0, T * rng.integers(1, 8, 400) / 7, 0.0)
    history, weights, weeks = (frequency, recency, T), rng.random(400), [0.5, 4.0, 52.0]
    plain = [model.expected_purchases(*history, horizon=week) for week in weeks]
    assert expected_sums(model, history, None).until(weeks) == pytest.approx(
        [each.sum() for each in plain], rel=1e-12
    )
    discounted = [
        model.discounted_expected_purchases(*history, horizon=week, discount_rate=0.002)
        for week in weeks
    ]
    assert expected_sums(model, history, weights).until(
        weeks, discount_rate=0.002
    ) == pytest.approx([weights @ each for each in discounted], rel=1e-12)


def test_of_no_customers_nothing_is_expected() -> None:
    none = (np.zeros(0), np.zeros(0), np.zeros(0))
    assert expected_sums(MODELS[0], none, None).until([1.0, 2.0]).tolist() == [0.0, 0.0]
