"""Rising products against their definition in 40 digits, by both of their roads."""

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import pytest

from crmkit.kernels.purchases import rising_factorials as module
from crmkit.kernels.purchases.rising_factorials import beta_rising, rising, trigamma
from crmkit.typing import FloatArray

BASES = [1e-12, 0.3, 1.0, 2.4259, 4e3, 1e9]
COUNTS = np.array([0.0, 1.0, 1.0, 3.0, 17.0, 300.0, 5000.0])
WEIGHTS = np.array([5.0, 2.0, 0.5, 1.0, 3.0, 1.0, 0.25])


@pytest.fixture(params=["by step", "by count"])
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Take one of the two roads: most steps allowed, or none."""
    if request.param == "by count":
        monkeypatch.setattr(module, "_MOST_STEPS", 0)
    return str(request.param)


@pytest.fixture(autouse=True)
def digits() -> Iterator[None]:
    """Compute references in 40 digits."""
    with mpmath.workdps(40):
        yield


def _summed(order: int, z: Any) -> Any:
    """Sum ``log gamma(z + n) - log gamma(z)``, or a derivative of it."""
    one = mpmath.loggamma if order == 0 else lambda at: mpmath.polygamma(order - 1, at)
    base = mpmath.mpf(z)
    return mpmath.fsum(
        weight * (one(base + int(count)) - one(base))
        for count, weight in zip(COUNTS.tolist(), WEIGHTS.tolist(), strict=True)
    )


def _close(found: float, expected: Any) -> bool:
    return bool(abs(found - expected) <= 1e-12 * abs(expected))


@pytest.mark.usefixtures("road")
@pytest.mark.parametrize("z", BASES)
def test_the_sum_and_its_derivatives(z: float) -> None:
    found = rising(COUNTS, WEIGHTS)(z)
    for order in (0, 1):
        assert _close(found[order], _summed(order, z))


@pytest.mark.parametrize("z", BASES)
def test_the_second_derivative_by_step(z: float) -> None:
    assert _close(rising(COUNTS, WEIGHTS)(z)[2], _summed(2, z))


@pytest.mark.usefixtures("road")
@pytest.mark.parametrize("z", BASES[:4])
def test_the_second_derivative_where_it_does_not_cancel(z: float) -> None:
    assert _close(rising(COUNTS, WEIGHTS)(z)[2], _summed(2, z))


@pytest.mark.usefixtures("road")
@pytest.mark.parametrize(("a", "b"), [(0.79, 2.43), (1.0, 1e-6), (3e3, 0.5)])
def test_coins_survived(a: float, b: float) -> None:
    value, by_one, by_two = beta_rising(COUNTS, WEIGHTS)(a, b)
    whole = mpmath.mpf(a) + mpmath.mpf(b)
    assert _close(value, _summed(0, b) - _summed(0, whole))
    assert _close(by_one[0], -_summed(1, whole))
    assert _close(by_one[1], _summed(1, b) - _summed(1, whole))
    assert _close(by_two[0], -_summed(2, whole))
    assert by_two[0] == by_two[1]
    assert _close(by_two[2], _summed(2, b) - _summed(2, whole))


def test_a_rare_leaver_keeps_the_digits_of_the_rareness() -> None:
    value, _, _ = beta_rising(COUNTS, WEIGHTS)(1e-20, 2.0)
    survived = mpmath.mpf(2)
    expected = -mpmath.mpf("1e-20") * _summed(1, survived)
    assert _close(value, expected)


def test_the_order_of_customers_leaves_no_trace() -> None:
    order = np.array([6, 2, 0, 3, 5, 1, 4])
    weights: FloatArray = np.arange(1.0, 8.0)
    one = rising(COUNTS, weights)(0.7)
    assert rising(COUNTS[order], weights[order])(0.7) == one


def test_nobody_adds_nothing() -> None:
    assert rising(np.zeros(0), np.zeros(0))(0.5) == (0.0, 0.0, 0.0)
    assert beta_rising(np.zeros(3), np.ones(3))(0.5, 2.0)[0] == 0.0


def test_trigamma_at_one_is_a_sixth_of_pi_squared() -> None:
    assert float(trigamma(1.0)) == pytest.approx(np.pi**2 / 6, rel=1e-15)
