"""Numbers are taken up to each limit and refused one step beyond it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit._check import history_proof, numbers
from crmkit.errors import InvalidValueError

# What checks a value, the last one that is taken, and the first that is not.
LIMITS: list[tuple[Callable[[Any], Any], float, float]] = [
    (lambda x: numbers.number("a", x), 1e100, 1.1e100),
    (lambda x: numbers.number("a", x), 1e-100, 0.9e-100),
    (lambda x: numbers.whole("a", x), 0, -1),
    (lambda x: numbers.whole("a", x), 10**15, 10**15 + 1),
    (lambda x: numbers.whole("a", x, at_least=3), 3, 2),
    (lambda x: numbers.whole("a", x, at_most=9), 9, 10),
    (lambda x: numbers.whole("a", x), 4.0, 4.5),
    (lambda x: numbers.day_count("a", x), 0, -1),
    (lambda x: numbers.day_count("a", x), 1_000_000, 1_000_001),
    (lambda x: numbers.finite_array("a", [x, 1.0]), 1e75, 1.1e75),
    (lambda x: numbers.finite_array("a", [x, 1.0]), -1e75, -np.inf),
    (lambda x: numbers.nonnegative_array("a", [1.0, x]), 0.0, -1e-100),
    (lambda x: numbers.nonnegative_array("a", [1.0, x]), 1e-100, 0.9e-100),
    (lambda x: numbers.probability_array("a", [0.5, x]), 0.0, -1e-100),
    (lambda x: numbers.probability_array("a", [0.5, x]), 1.0, 1 + 1e-15),
    (lambda x: numbers.whole_array("a", [2.0, x]), 0.0, -1.0),
    (lambda x: numbers.whole_array("a", [2.0, x]), 1e15, 1e15 + 1),
    (lambda x: numbers.whole_array("a", [2.0, x]), 3.0, 3.5),
    (lambda x: numbers.positive("a", x), 1e-100, 0.0),
    (lambda x: numbers.positive("a", x), 1e100, np.inf),
    (lambda x: numbers.nonnegative("a", x), 0.0, -1e-100),
    (lambda x: numbers.nonnegative("a", x), 1e100, np.inf),
    (lambda x: numbers.nonnegative("a", x, at_most=4.0), 4.0, 4.1),
    (lambda x: numbers.nonnegative("a", x, infinite=True), np.inf, -np.inf),
    (lambda x: numbers.time_span("a", x), 0.0, 0.9e-75),
    (lambda x: numbers.time_span("a", x), 1e-75, -1e-75),
    (lambda x: numbers.time_span("a", x), 1e15, 1e15 + 1),
    (lambda x: numbers.time_span("a", x, infinite=True), np.inf, 1.1e15),
    (lambda x: numbers.time_span("a", x, at_most=7.0), 7.0, 7.1),
    (lambda x: numbers.positions("a", [0, x], n_rows=3), 2, 3),
    (lambda x: numbers.rate("a", x), -0.999, -1.0),
    (lambda x: numbers.rate("a", x), 1e100, np.inf),
    (lambda x: numbers.fraction("a", x), 1e-100, 0.0),
    (lambda x: numbers.fraction("a", x), 1 - 1e-16, 1.0),
    (lambda x: numbers.fraction("a", x, closed=True), 0.0, -1e-100),
    (lambda x: numbers.fraction("a", x, closed=True), 1.0, 1 + 1e-15),
]


@pytest.mark.parametrize(("check", "taken", "refused"), LIMITS)
def test_a_number_is_taken_up_to_its_limit(
    check: Callable[[Any], Any], taken: float, refused: float
) -> None:
    assert taken in np.atleast_1d(check(taken))
    with pytest.raises(InvalidValueError, match="'a'"):
        check(refused)


def test_arrays_of_two_lengths_are_named_with_their_shapes() -> None:
    numbers.same_length(np.zeros(2), np.ones(2), ("a", "b"))
    with pytest.raises(InvalidValueError, match=r"'a' and 'b'.*\(2,\) and \(3,\)"):
        numbers.same_length(np.zeros(2), np.ones(3), ("a", "b"))
    one, other = numbers.together([1.0, 2.0], 3.0, ("a", "b"))
    assert (one.tolist(), other.tolist()) == ([1.0, 2.0], [3.0, 3.0])
    with pytest.raises(InvalidValueError, match=r"'a' and 'b'.*\(2,\) and \(3,\)"):
        numbers.together([1.0, 2.0], [1.0, 2.0, 3.0], ("a", "b"))


GOOD = [
    (0.0, 0.0, 0.0), (0.0, 0.0, 1e-75), (1.0, 0.0, 1e-75), (1e15, 5.0, 5.0),
    (2.0, 1e75, 1e75),
]  # fmt: skip
BAD = [
    (-1.0, 0.0, 1.0), (1.5, 1.0, 2.0), (1e15 + 1, 1.0, 2.0), (1.0, -1.0, 2.0),
    (1.0, 2.0, 1.9), (0.0, 1.0, 2.0), (1.0, 0.0, 0.0), (0.0, 0.0, 0.9e-75),
    (1.0, 1.0, 1.1e75), (np.nan, 1.0, 2.0), (1.0, np.nan, 2.0), (1.0, 1.0, np.nan),
]  # fmt: skip


@pytest.mark.parametrize("rows", [1, 32_767, 32_768, 32_769])
def test_one_history_that_cannot_be_is_found_wherever_it_is(rows: int) -> None:
    usual = np.tile([[2.0], [3.0], [9.0]], rows)
    for at in {0, rows // 2, rows - 1}:
        for history in GOOD:
            columns = usual.copy()
            columns[:, at] = history
            assert history_proof.flawless_history(*columns)
        for history in BAD:
            columns = usual.copy()
            columns[:, at] = history
            assert not history_proof.flawless_history(*columns)


def test_too_short_a_time_is_named_with_the_shortest() -> None:
    with pytest.raises(InvalidValueError, match="'T': value between 0 and 1e-75 in 1"):
        history_proof.purchase_history([0.0, 0.0], [0.0, 0.0], [1e-80, 5.0])
