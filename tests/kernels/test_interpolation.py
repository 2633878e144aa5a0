"""Series in place of rows: the times they are asked for, and what they sum to."""

import numpy as np
import pytest

from crmkit.kernels.base import interpolation
from crmkit.kernels.base.interpolation import (
    by_count_and_time,
    series_of,
    through_few_times,
)
from crmkit.typing import FloatArray


class Asked:
    """A function of count and time that remembers the times it was asked for."""

    def __init__(self, apart: float = 0.5) -> None:
        self.apart = apart  # how far beyond the scale its cut begins
        self.times: list[FloatArray] = []

    def __call__(self, x: FloatArray, u: FloatArray) -> FloatArray:
        self.times.append(u)
        return np.stack([np.log(x + self.apart + u), 1 / (x + self.apart + u)], axis=1)

    @property
    def every(self) -> FloatArray:
        return np.concatenate(self.times)


@pytest.mark.parametrize("highest", [5.0, 5.001, 9.0, 4e3])
def test_no_time_outside_those_of_the_rows_is_asked(highest: float) -> None:
    asked = Asked()
    x, u = np.repeat([0.0, 3.0], 5_000), np.tile(np.linspace(5.0, highest, 5_000), 2)
    found = through_few_times(asked, x, u, scale=2.0)
    np.testing.assert_allclose(found, Asked()(x, u), rtol=1e-13, atol=1e-13)
    assert asked.every.size < 200
    assert asked.every.min() > 5.0 * (1 - 1e-12)
    assert asked.every.max() < highest * (1 + 1e-12) + 0.02
    assert asked.every.max() > highest - 0.02 * (highest - 5.0)


@pytest.mark.parametrize("longest", [1e-6, 3.0, 700.0])
def test_a_series_is_asked_from_time_0_to_the_longest(longest: float) -> None:
    asked, x = Asked(), np.array([0.0, 2.0, 5.0])
    series = series_of(asked, x, longest, scale=2.0)
    assert asked.every.min() >= 0
    assert asked.every.max() < longest * (1 + 1e-12) + 0.01
    u = np.linspace(0, longest, 50)
    read = np.einsum("tu,ctv->cuv", series.terms(u), series.coefficients)
    for count, values in zip(x, read, strict=True):
        known = Asked()(np.full(50, count), u)
        np.testing.assert_allclose(values, known, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("highest", [9.0, 40.0, 900.0])
def test_the_first_number_of_times_suffices_and_half_of_it_would_not(
    highest: float,
) -> None:
    u = np.linspace(0, highest, 3_000)
    asked = Asked(apart=2.5)
    found = through_few_times(asked, np.zeros(u.size), u, scale=1.0)[:, 1]
    np.testing.assert_allclose(found, 1 / (2.5 + u), rtol=0, atol=1e-14)
    (times,) = asked.times
    middle = 0.5 * np.log1p(highest)
    for share, enough in ((1.0, True), (0.5, False)):
        nodes = int(share * times.size)
        place = middle * np.polynomial.chebyshev.chebpts1(nodes) + middle
        fit = np.polynomial.chebyshev.Chebyshev.fit(
            place, 1 / (1.5 + np.exp(place)), nodes - 1, domain=[0, 2 * middle]
        )
        error = float(np.abs(fit(np.log1p(u)) - 1 / (2.5 + u)).max())
        assert (error < 1e-14) is enough


def _series(first: float, terms: int = 12, **places: float) -> FloatArray:
    """Return the series of one count and one value, zero but for some places."""
    found = np.zeros((1, terms, 1))
    found[0, 0] = first
    for place, size in places.items():
        found[0, int(place[1:])] = size
    return found


@pytest.mark.parametrize(
    ("series", "settled"),
    [
        (_series(1.0), True),
        (_series(0.0), True),
        # A last term that matters, whatever comes before it; signs do not count.
        (_series(1.0, _11=2e-10), False),
        (_series(1.0, _9=-2e-10), False),
        (_series(1.0, _8=2e-10, _11=2e-10), False),
        (_series(1.0, _8=5e-9), True),
        # One between rounding and a matter: does it stay, or fall yet?
        (_series(1.0, _11=5e-11), True),
        (_series(1.0, _9=5e-11, _8=3e-10), True),
        (_series(1.0, _9=5e-11, _8=-7e-10), False),
        (_series(1.0, _9=5e-11, _7=7e-10), True),
        (_series(1.0, _11=2e-13, _8=3e-12), False),
        (_series(1.0, _11=0.5e-13, _8=3e-12), True),
        # Relative to the largest term, but to 1 at least.
        (_series(-4.0, _11=3e-10), True),
        (_series(-4.0, _11=5e-10), False),
        (_series(1e-3, _11=5e-11), True),
        (_series(1e-3, _11=2e-10), False),
    ],
)
def test_a_series_has_settled_once_its_last_terms_are_rounding(
    series: FloatArray, *, settled: bool
) -> None:
    assert interpolation._settled(series).tolist() == [settled]
    # Of several values each must have.
    good = np.ones_like(series)
    good[:, 1:] = 0.0
    both = np.concatenate([good, series], axis=2)
    assert interpolation._settled(both).tolist() == [settled]
    counts = np.concatenate([good, series], axis=0)
    assert interpolation._settled(counts).tolist() == [True, settled]


@pytest.mark.parametrize("terms", [2, 3, 4, 9, 30])
@pytest.mark.parametrize("values", [1, 2])
def test_a_series_is_read_like_numpys(terms: int, values: int) -> None:
    rng = np.random.default_rng(terms)
    z = np.append(rng.uniform(-1, 1, 1_030), [-1.0, 0.0, 1.0])
    series = rng.normal(size=(terms, values))
    found = interpolation._read(series, z)
    known = np.polynomial.chebyshev.chebval(z, series).T
    np.testing.assert_allclose(found, known, rtol=1e-11, atol=1e-13)
    series[terms // 2 :] *= 1e-17  # they matter still where the others are small
    series[: terms // 2] *= 1e-17
    np.testing.assert_allclose(
        interpolation._read(series, z),
        np.polynomial.chebyshev.chebval(z, series).T,
        rtol=1e-11,
        atol=1e-30,
    )


@pytest.mark.parametrize("largest", [3.0, 2.0**15 - 1, 2.0**15, 1e6])
def test_rows_in_any_order_and_shape_are_those_of_the_function(largest: float) -> None:
    rng = np.random.default_rng(2)
    x = rng.permutation(np.repeat([0.0, 1.0, largest, 2.0], [3_000, 9, 2_000, 991]))
    u = rng.uniform(0, 60, x.size)
    found = by_count_and_time(
        lambda x, u: Asked()(x, u)[:, 1],
        x.reshape(3, 2_000),
        u.reshape(3, 2_000),
        scale=0.5,
    )
    np.testing.assert_allclose(found.ravel(), 1 / (x + 0.5 + u), rtol=1e-12)
