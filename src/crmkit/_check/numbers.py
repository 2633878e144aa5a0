"""Checks of arguments: each returns the checked value, or raises one sentence."""

import math
from typing import Final, cast

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InvalidTypeError, InvalidValueError, shown
from ..typing import FloatArray, IntArray

__all__ = [
    "HUGE",
    "LONGEST",
    "MOST_DAYS",
    "MOST_REPEATS",
    "SHORTEST",
    "SMALLEST",
    "day_count",
    "finite_array",
    "fraction",
    "nonnegative",
    "nonnegative_array",
    "number",
    "number_array",
    "positions",
    "positive",
    "probability_array",
    "rate",
    "refuse_where",
    "same_length",
    "time_span",
    "together",
    "whole",
    "whole_array",
]

# NumPy's bool does not derive from np.integer, so it is refused as Python's is.
_ODD: tuple[type, ...] = (bool, np.longdouble)
_NUMBERS = (int, float, np.integer, np.floating)
MOST_REPEATS: Final = 1_000_000
# Products of four such numbers, and their sums, are still numbers. No money, count or
# time is there, and beyond it a square or a sum may overflow.
HUGE: Final = 1e75
# Counts of a history: beyond it one more purchase changes no bit of a float.
LONGEST: Final = 1e15
_LARGEST: Final = 1e100
# Above 0 no money, rate or parameter is below it.
SMALLEST: Final = 1e-100
# The shortest time above 0: the square of a shorter one underflows.
SHORTEST: Final = 1e-75
# A span of days that any date of a log can be moved by: the calendar ends in year 9999.
# Futures are drawn purchase by purchase, so no longer horizon is drawn either.
MOST_DAYS: Final = 1_000_000


def number(name: str, value: object) -> float:
    """Return ``value`` as a float: not NaN, of a usual size; infinity may pass.

    No money, time, rate or parameter is beyond 1e100, or nearer to 0 than 1e-100: there
    a square or a reciprocal overflows.
    """
    # Decimal, Fraction and long doubles fail later, inside NumPy or SciPy.
    unknown = isinstance(value, _ODD) or not isinstance(value, _NUMBERS)
    if unknown:
        raise InvalidTypeError(
            subject=f"argument {name!r}",
            expected="a number",
            got=f"{type(value).__name__} {shown(value)}",
            remedy="Pass an int or a float.",
        )
    try:
        result = float(cast("float", value))
    except OverflowError:
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"invalid value {shown(value)}",
            remedy=f"Pass a number below {_LARGEST:g}.",
        ) from None
    if math.isnan(result):
        raise _refused(name, result, "Pass a number that is not NaN.")
    usual = SMALLEST <= abs(result) <= _LARGEST
    if not usual and result != 0 and not math.isinf(result):
        remedy = f"Pass a number of a size from {SMALLEST:g} to {_LARGEST:g}."
        raise _refused(name, result, remedy)
    return result


def positive(name: str, value: float) -> float:
    """Return ``value``: finite and above zero."""
    result = number(name, value)
    if not 0 < result < math.inf:
        raise _refused(name, result, "Pass a finite number above 0.")
    return result


def nonnegative(
    name: str, value: float, *, infinite: bool = False, at_most: float = math.inf
) -> float:
    """Return ``value``: zero or above; infinity may pass only if ``infinite``."""
    result = number(name, value)
    if result < 0 or (math.isinf(result) and not infinite):
        kind = "a number" if infinite else "a finite number"
        raise _refused(name, result, f"Pass {kind} of 0 or more.")
    if result > at_most:
        raise _refused(name, result, f"Pass a number from 0 to {at_most:g}.")
    return result


def time_span(
    name: str, value: float, *, infinite: bool = False, at_most: float = LONGEST
) -> float:
    """Return ``value`` as a length of time: 0, or of a size that has a square."""
    result = nonnegative(name, value, infinite=infinite)
    if 0 < result < SHORTEST or at_most < result < math.inf:
        remedy = f"Pass 0, or a number from {SHORTEST:g} to {at_most:g}."
        raise _refused(name, result, remedy)
    return result


def positions(name: str, values: ArrayLike, *, n_rows: int) -> IntArray:
    """Return ``values`` as the numbers of rows, counted from 0, of ``n_rows``."""
    array = whole_array(name, values)
    refuse_where(name, array, array >= n_rows, f"row beyond the {n_rows:,} rows")
    return array.astype(np.int64)


def rate(name: str, value: float) -> float:
    """Return ``value``: a finite effective rate per unit of time, above -1."""
    result = number(name, value)
    if not -1 < result < math.inf:
        raise _refused(name, result, "Pass a rate above -1, such as 0.1 for 10%.")
    return result


def fraction(name: str, value: float, *, closed: bool = False) -> float:
    """Return ``value``: between 0 and 1, with the ends only if ``closed``."""
    result = number(name, value)
    inside = 0 <= result <= 1 if closed else 0 < result < 1
    if not inside:
        bounds = "from 0 to 1" if closed else "between 0 and 1, ends excluded"
        raise _refused(name, result, f"Pass a number {bounds}.")
    return result


def whole(name: str, value: int, *, at_least: int = 0, at_most: int = 10**15) -> int:
    """Return ``value`` as an int: a whole number from ``at_least`` to ``at_most``."""
    result = number(name, value)
    if math.isinf(result) or result != math.floor(result) or result < at_least:
        raise _refused(name, result, f"Pass a whole number of {at_least} or more.")
    # What is counted out in memory needs a bound: a refusal comes before an allocation.
    if result > at_most:
        raise _refused(name, value, f"Pass at most {at_most:,}.")
    # An int beyond 2**53 would lose its last digits on the way through a float.
    given: object = value
    return int(given) if isinstance(given, int) else int(result)


def day_count(name: str, value: int, *, at_least: int = 0) -> int:
    """Return ``value`` as a whole number of days that a calendar can hold."""
    return whole(name, value, at_least=at_least, at_most=MOST_DAYS)


def finite_array(name: str, values: ArrayLike) -> FloatArray:
    """Return ``values`` as float64: finite, and of a size that has a square."""
    array = number_array(name, values)
    refuse_where(name, array, ~np.isfinite(array), "missing or infinite value")
    refuse_where(name, array, np.abs(array) > HUGE, f"value beyond {HUGE:g}")
    return array


def nonnegative_array(name: str, values: ArrayLike) -> FloatArray:
    """Return ``values`` as float64: 0, or positive and of a usual size."""
    array = finite_array(name, values)
    refuse_where(name, array, array < 0, "negative value")
    near = (array > 0) & (array < SMALLEST)
    refuse_where(name, array, near, f"value between 0 and {SMALLEST:g}")
    return array


def probability_array(name: str, values: ArrayLike) -> FloatArray:
    """Return ``values`` as float64, from 0 to 1."""
    array = finite_array(name, values)
    refuse_where(name, array, array < 0, "negative value")
    refuse_where(name, array, array > 1, "value above 1")
    return array


def whole_array(name: str, values: ArrayLike) -> FloatArray:
    """Return ``values`` as float64, whole numbers from 0 to 1e15."""
    array = finite_array(name, values)
    refuse_where(name, array, array < 0, "negative value")
    refuse_where(name, array, array != np.floor(array), "value that is not whole")
    refuse_where(name, array, array > LONGEST, f"value above {LONGEST:g}")
    return array


def same_length(first: FloatArray, second: FloatArray, names: tuple[str, str]) -> None:
    """Refuse two arrays of unequal length."""
    if first.shape != second.shape:
        raise InvalidValueError(
            subject=f"arguments {names[0]!r} and {names[1]!r}",
            found=f"shapes {first.shape} and {second.shape}",
            remedy="Pass arrays of one length.",
        )


def together(
    first: ArrayLike, second: ArrayLike, names: tuple[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return two arrays of one length, of which a single number may be repeated."""
    try:
        one, other = np.broadcast_arrays(first, second)
    except ValueError:
        raise InvalidValueError(
            subject=f"arguments {names[0]!r} and {names[1]!r}",
            found=f"shapes {np.shape(first)} and {np.shape(second)}",
            remedy="Pass arrays of one length, or single numbers.",
        ) from None
    return one, other


def number_array(name: str, values: ArrayLike) -> FloatArray:
    """Return ``values`` as float64: numbers, of which some may be missing."""
    try:
        array = np.asarray(values)
    except ValueError:  # rows of unequal length
        raise _not_numbers(name, "rows of unequal length") from None
    if array.dtype.kind not in "iuf" and array.size:
        try:
            array = _from_objects(array)
        except (TypeError, ValueError):
            raise _not_numbers(name, f"dtype {array.dtype}") from None
    return array.astype(np.float64, copy=False)


def _not_numbers(name: str, got: str) -> InvalidTypeError:
    return InvalidTypeError(
        subject=f"argument {name!r}",
        expected="an array of numbers",
        got=got,
        remedy="Pass numbers.",
    )


def _from_objects(array: np.ndarray) -> FloatArray:
    if array.dtype.kind != "O" or any(isinstance(v, bool | str) for v in array.flat):
        raise TypeError
    try:
        return array.astype(np.float64)
    except OverflowError:  # an int beyond the largest float
        raise ValueError from None


def refuse_where(name: str, array: FloatArray, broken: np.ndarray, found: str) -> None:
    if not np.any(broken):
        return
    at = int(np.flatnonzero(broken)[0])
    raise InvalidValueError(
        subject=f"argument {name!r}",
        found=found,
        count=int(np.count_nonzero(broken)),
        total=array.size,
        first=f"position {at}, {float(array.flat[at])!r}",
        remedy="Correct or leave out these rows.",
    )


def _refused(name: str, value: float, remedy: str) -> InvalidValueError:
    return InvalidValueError(
        subject=f"argument {name!r}", found=f"invalid value {value!r}", remedy=remedy
    )
