"""A smooth function of time, evaluated at a few times and read everywhere else.

What a customer's future or fate depends on is analytic in the logarithm of time plus a
scale, off a cut where that logarithm has the imaginary part pi. Chebyshev interpolation
then converges geometrically at a rate that only the length of the interval decides: for
each number of purchases some twenty times replace all the times that occur.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from ...typing import BoolArray, FloatArray, IntArray

__all__ = [
    "OfCountAndTime",
    "Series",
    "by_count_and_time",
    "common_counts",
    "series_of",
    "sum_over_times",
    "through_few_times",
]

OfCountAndTime: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]

_DIGITS = 37.0  # exp(-37) = 1e-16
_STRIP = 0.9 * np.pi  # how far from the real line the function is taken to be smooth
_ROWS = 8192
_ROWS_AT_ONCE = 512  # below the size at which BLAS spawns threads
_WORTH_IT = 1.5
_COMMON = 48  # rows of one count from which on a series costs less than the rows
_NO_MATTER = 1e-18  # the end of a series that is below it changes no number
_MOST_NODES = 2048
_SHORT = 2.0**15  # a sort of 16-bit integers is a radix sort
_FINE, _ROUGH = 1e-13, 1e-10  # last terms of a series: no matter, and a matter
_STILL = 10.0  # a series of which a third falls by this much is not rounding yet


def through_few_times(
    function: OfCountAndTime, x: FloatArray, u: FloatArray, *, scale: float
) -> FloatArray:
    """Evaluate ``function(x, u)``, at few times where many rows share an ``x``.

    Parameters
    ----------
    function
        Maps counts and times to one row of values each, (rows, values).
    x, u
        Counts, in rising order, and times.
    scale
        The function is smooth in ``log(u + scale)``.
    """
    if not x.size:
        return function(x, u)
    place = np.log(u + scale)
    low, high = float(place.min()), float(place.max())
    # A wider interval reaches upwards only: before time 0 there is nothing to ask.
    half = max(0.5 * (high - low), 1e-3)
    span = _Span(scale=scale, middle=low + half, half=half)
    return _through(function, x, u, span=span, nodes=_node_count(half))


def by_count_and_time(
    function: Callable[[FloatArray, FloatArray], FloatArray],
    x: FloatArray,
    u: FloatArray,
    *,
    scale: float,
) -> FloatArray:
    """Evaluate ``function(x, u)``, one value per row, of rows in any order.

    Parameters
    ----------
    function
        Maps counts and times to one value each.
    x, u
        Counts and times, of one shape.
    scale
        The function is smooth in ``log(u + scale)``.

    Notes
    -----
    Rows are sorted by their count alone. That costs a tenth of finding equal rows, and
    a series costs as little to read as a table of equal rows would.
    """
    counts, times = x.ravel(), u.ravel()
    order = _by_count(counts)
    result = np.empty(counts.size)
    result[order] = through_few_times(
        lambda x, u: function(x, u)[:, None], counts[order], times[order], scale=scale
    )[:, 0]
    return result.reshape(x.shape)


def common_counts(x: FloatArray) -> BoolArray:
    """Tell which rows have a count that enough rows share to interpolate between."""
    if x.size < _COMMON:
        return np.zeros(x.size, np.bool_)
    if float(x.max()) >= _SHORT:
        _, place, many = np.unique(x, return_inverse=True, return_counts=True)
        shared: BoolArray = many[place] >= _COMMON
        return shared
    place = x.astype(np.int64)
    return (np.bincount(place) >= _COMMON)[place]


class Series(NamedTuple):
    """Series in ``log(u + scale)``, one per count: (counts, terms, values)."""

    scale: float
    middle: float
    half: float
    coefficients: FloatArray

    def terms(self, u: FloatArray) -> FloatArray:
        """Return the Chebyshev polynomials at these times, (terms, times)."""
        z = (np.log(u + self.scale) - self.middle) / self.half
        return _polynomials(self.coefficients.shape[1], z)


def series_of(
    function: OfCountAndTime, x: FloatArray, longest: float, *, scale: float
) -> Series:
    """Expand ``function(x, u)`` on times from 0 to ``longest``, for each of few counts.

    The terms are doubled until every series has settled.
    """
    half = max(0.5 * float(np.log1p(longest / scale)), 1e-3)
    span = _Span(scale=scale, middle=float(np.log(scale)) + half, half=half)
    nodes = _node_count(half)
    while True:
        to_series, times = _expansion(nodes, span)
        known = function(np.repeat(x, nodes), np.tile(times, x.size))
        every = to_series @ known.reshape(x.size, nodes, -1)
        if nodes > _MOST_NODES or _settled(every).all():
            return Series(scale, span.middle, half, every)
        nodes *= 2


def sum_over_times(
    function: Callable[[FloatArray], FloatArray],
    u: FloatArray,
    weights: FloatArray,
    *,
    scale: float,
) -> FloatArray:
    """Add up ``function(u)``, (times, values), over weighted times, by its series.

    The sum of a series needs the weighted sums of the polynomials alone: no value is
    computed for any row.
    """
    if not u.size:
        return np.zeros_like(function(np.zeros(1))[0])
    longest = float(u.max())
    series = series_of(lambda _, u: function(u), np.zeros(1), longest, scale=scale)
    moments = np.zeros(series.coefficients.shape[1])
    for at in range(0, u.size, _ROWS):
        block = slice(at, at + _ROWS)
        moments += series.terms(u[block]) @ weights[block]
    total: FloatArray = moments @ series.coefficients[0]
    return total


class _Span(NamedTuple):
    """The interval of ``log(u + scale)`` that the rows lie in."""

    scale: float
    middle: float
    half: float


def _through(
    function: OfCountAndTime, x: FloatArray, u: FloatArray, *, span: _Span, nodes: int
) -> FloatArray:
    starts = np.flatnonzero(np.concatenate(([True], x[1:] != x[:-1])))
    counts = np.diff(starts, append=x.size)
    many = counts > _WORTH_IT * nodes
    direct = np.repeat(~many, counts)
    to_series, times = _expansion(nodes, span)
    asked = np.repeat(x[starts[many]], nodes)
    known = function(
        np.concatenate([asked, x[direct]]),
        np.concatenate([np.tile(times, int(many.sum())), u[direct]]),
    )
    result = np.empty((x.size, known.shape[1]))
    result[direct] = known[asked.size :]
    z = (np.log(u + span.scale) - span.middle) / span.half
    every = to_series @ known[: asked.size].reshape(-1, nodes, known.shape[1])
    rough = ~direct
    rough[rough] = np.repeat(~_settled(every), counts[many])
    ends = (starts + counts)[many]
    for series, start, end in zip(
        every, starts[many].tolist(), ends.tolist(), strict=True
    ):
        for at in range(start, end, _ROWS):
            rows = slice(at, min(at + _ROWS, end))
            result[rows] = _read(series, z[rows])
    if rough.any():
        result[rough] = _through(
            function, x[rough], u[rough], span=span, nodes=2 * nodes
        )
    return result


def _expansion(nodes: int, span: _Span) -> tuple[FloatArray, FloatArray]:
    """Return the matrix from values to a series, and the times of the values."""
    angles = (np.arange(nodes) + 0.5) * np.pi / nodes
    times = np.exp(span.middle + span.half * np.cos(angles)) - span.scale
    to_series = np.cos(np.outer(np.arange(nodes), angles)) * (2.0 / nodes)
    to_series[0] *= 0.5
    return to_series, np.maximum(times, 0.0)


def _settled(every: FloatArray) -> BoolArray:
    """Tell which series have fallen to rounding, or stay where rounding is.

    One may not: the logarithm of a difference is not smooth where the difference is
    zero, at times that are complex numbers.
    """
    size = np.abs(every)
    largest = np.maximum(size.max(axis=1), 1.0)
    last = size[:, -3:].max(axis=1) / largest
    third = size.shape[1] // 3
    falling = _STILL * last < size[:, -third:].max(axis=1) / largest
    settled: BoolArray = ~np.any((last > _ROUGH) | ((last > _FINE) & falling), axis=1)
    return settled


def _node_count(half: float) -> int:
    """Return how many nodes leave an error of 1e-16 on an interval of this length."""
    reach = _STRIP / half
    return int(np.ceil(_DIGITS / np.arcsinh(reach))) + 4


def _read(series: FloatArray, z: FloatArray) -> FloatArray:
    """Sum a Chebyshev series for each row."""
    if series.shape[1] == 1:
        return _read_one(series[:, 0], z)[:, None]
    terms = _polynomials(series.shape[0], z)
    return np.concatenate(
        [
            terms[:, at : at + _ROWS_AT_ONCE].T @ series
            for at in range(0, z.size, _ROWS_AT_ONCE)
        ]
    )


def _polynomials(count: int, z: FloatArray) -> FloatArray:
    """Return the first Chebyshev polynomials at ``z``, one row each."""
    terms = np.empty((count, z.size))
    terms[0], terms[1] = 1.0, z
    twice = 2.0 * z
    for k in range(2, count):
        np.multiply(twice, terms[k - 1], out=terms[k])
        terms[k] -= terms[k - 2]
    return terms


def _read_one(series: FloatArray, z: FloatArray) -> FloatArray:
    """Sum one Chebyshev series by Clenshaw's recurrence, in place."""
    size = np.abs(series)
    matters = np.cumsum(size[::-1])[::-1] > _NO_MATTER * size.max()
    kept = series[: max(int(np.count_nonzero(matters)), 2)].tolist()
    twice = 2.0 * z
    now, before, after = (
        np.full(z.shape, kept[-1]),
        np.zeros(z.shape),
        np.empty(z.shape),
    )
    for coefficient in kept[-2:0:-1]:
        np.multiply(twice, now, out=after)
        after -= before
        after += coefficient
        now, before, after = after, now, before
    now *= z
    now -= before
    now += kept[0]
    return now


def _by_count(x: FloatArray) -> IntArray:
    if x.size and float(x.max()) < _SHORT:
        return np.argsort(x.astype(np.int16), kind="stable")
    return np.argsort(x, kind="stable")
