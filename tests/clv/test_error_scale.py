"""The scale of past misses, the ends of draws and the unseen part of a year."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from crmkit.clv.uncertainty.drawn_ends import (
    end_ranks,
    ends_by_column,
    enough_draws,
    interval_of_draws,
)
from crmkit.clv.uncertainty.error_scale import (
    ErrorScale,
    PastMiss,
    error_scale,
    spans_apart,
)
from crmkit.clv.uncertainty.unseen_months import unseen_share
from crmkit.errors import InvalidValueError


def _miss(cutoff: str, days: int, square: float = 0.01, span: float = 0.0) -> PastMiss:
    return PastMiss(cutoff=cutoff, lead_days=days, span=span or days / 7, square=square)


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        (("2023-01-01", 120), ("2023-05-01", 30), 2),  # begins on the day of the end
        (("2023-01-01", 121), ("2023-05-01", 30), 1),
        (("2023-01-01", 30), ("2023-04-02", 30), 2),  # a quarter of 91 days later
        (("2023-01-01", 30), ("2023-04-01", 30), 1),
        (("2023-01-01", 300), ("2023-02-01", 10), 1),
    ],
)
def test_spans_apart_neither_overlap_nor_begin_within_a_quarter(
    first: tuple[str, int], second: tuple[str, int], apart: int
) -> None:
    misses = [_miss(*first), _miss(*second)]
    assert spans_apart(misses) == spans_apart(misses[::-1]) == apart


def test_a_scale_averages_what_was_assumed_and_what_was_seen() -> None:
    known = [
        _miss("2022-01-01", 70, 0.04),
        _miss("2022-06-01", 70, 0.01),
        _miss("2022-06-01", 140, 0.09),
        _miss("2023-01-01", 140, -0.02),
    ]
    found = error_scale(known, span=10.0, centre=0.2, weight=3.0)
    assert (found.n_cutoffs, found.n_windows) == (2, 2)
    assert found.degrees_of_freedom == 5.0
    squared = (3 * 0.04 + 2 * 0.025) / 5
    assert found.scale == pytest.approx(squared**0.5, rel=1e-12, abs=0)
    # Beyond all that was seen the squares grow as the span does.
    found = error_scale(known, span=50.0, centre=0.2, weight=3.0)
    assert (found.n_cutoffs, found.n_windows) == (3, 3)
    squared = (3 * 0.04 + 3 * 0.03 * 50 / 20) / 6
    assert found.scale == pytest.approx(squared**0.5, rel=1e-12, abs=0)
    # Below all that was seen the shortest count, as they are.
    found = error_scale(known, span=2.0, centre=0.2, weight=3.0)
    squared = (3 * 0.04 + 2 * 0.025) / 5
    assert found.scale == pytest.approx(squared**0.5, rel=1e-12, abs=0)


def test_misses_that_chance_explains_count_as_none() -> None:
    found = error_scale(
        [_miss("2022-01-01", 70, -0.5)], span=10.0, centre=0.3, weight=2.0
    )
    assert found.scale == pytest.approx((2 * 0.09 / 3) ** 0.5, rel=1e-12, abs=0)
    nothing = error_scale([], span=10.0, centre=0.3, weight=2.0)
    assert nothing.scale == pytest.approx(0.3, rel=1e-12, abs=0)
    assert nothing.degrees_of_freedom == 2.0


def test_spans_that_differ_by_rounding_are_one() -> None:
    known = [
        _miss("2022-01-01", 70, 0.04, span=10.0 * (1 + 5e-10)),
        _miss("2022-01-01", 70, 0.16, span=10.0 * (1 + 2e-9)),
    ]
    found = error_scale(known, span=10.0, centre=0.1, weight=1.0)
    assert found.scale == pytest.approx((0.05 / 2) ** 0.5, rel=1e-9, abs=0)


def test_factors_follow_a_student_distribution_and_stay_finite() -> None:
    scale = ErrorScale(scale=0.5, degrees_of_freedom=3.0, n_cutoffs=1, n_windows=1)
    found = np.log(scale.sample(5, rng=np.random.default_rng(6)))
    known = 0.5 * np.random.default_rng(6).standard_t(3.0, 5)
    np.testing.assert_allclose(found, known, rtol=1e-9)
    wild = ErrorScale(scale=1e9, degrees_of_freedom=3.0, n_cutoffs=1, n_windows=1)
    drawn = np.log(wild.sample(5, rng=np.random.default_rng(6)))
    np.testing.assert_allclose(np.abs(drawn), 700.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("n", "tail", "ranks"),
    [
        (39, 0.025, (0, 38)),
        (79, 0.025, (1, 77)),
        (78, 0.025, (0, 77)),
        (9, 0.25, (1, 7)),
    ],
)
def test_ends_leave_as_many_draws_out_as_their_tail_says(
    n: int, tail: float, ranks: tuple[int, int]
) -> None:
    assert end_ranks(n, tail) == ranks
    drawn = np.outer(np.random.default_rng(1).permutation(n), [1.0, 10.0])
    np.testing.assert_array_equal(
        ends_by_column(drawn, tail), np.outer(ranks, [1.0, 10.0])
    )


def test_a_level_needs_one_draw_less_than_one_over_its_tail() -> None:
    count, tail = enough_draws(39, 0.95)
    assert count == 39
    assert tail == pytest.approx(0.025, rel=1e-12, abs=0)
    with pytest.raises(InvalidValueError, match="38, too few") as refused:
        enough_draws(38, 0.95)
    assert "n_draws=39" in str(refused.value)
    assert enough_draws(3, 0.5)[0] == 3
    with pytest.raises(InvalidValueError, match="2, too few"):
        enough_draws(2, 0.5)


def test_an_interval_of_draws_counts_the_one_to_come() -> None:
    found = interval_of_draws(np.arange(1.0, 20.0)[::-1], 0.8)
    assert (found.lower, found.upper) == pytest.approx((2.0, 18.0), rel=1e-12, abs=0)


def _unseen(age: float, horizon: float, unit: Any, **error: Any) -> float:
    known: Any = SimpleNamespace(**({"time_unit": None, "errors": ()} | error))
    return unseen_share(age, horizon, unit=unit, error=known)


def test_what_lies_within_a_year_of_the_start_was_not_seen_before() -> None:
    year = 365.2425 / 7
    found = _unseen(40.0, 20.0, "week")
    assert found == pytest.approx((year - 40) / 20, rel=1e-12, abs=0)
    assert _unseen(30.0, 20.0, "week") == 1.0
    assert _unseen(53.0, 20.0, "week") == 0.0
    assert _unseen(40.0, 0.0, "week") == 0.0
    assert _unseen(40.0, 20.0, None) == 0.0
    by_error = _unseen(40.0, 20.0, None, time_unit="week")
    assert by_error == pytest.approx(found, rel=1e-12, abs=0)


def test_without_a_unit_past_spans_tell_how_long_a_year_is() -> None:
    spans = [
        SimpleNamespace(horizon=4.0, lead_days=100),
        SimpleNamespace(horizon=0.0, lead_days=999),
        SimpleNamespace(horizon=0.5, lead_days=20),
    ]
    year = 365.2425 * 4.5 / 120
    found = _unseen(10.0, 6.0, None, errors=spans)
    assert found == pytest.approx((year - 10) / 6, rel=1e-12, abs=0)
