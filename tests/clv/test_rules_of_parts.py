"""Scores, standards, shocks and sums of the parts, on numbers small enough to check."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import chdtri, ndtri

from crmkit.clv.components.part_ends import DrawnParts, summed
from crmkit.clv.components.part_score import PartScore
from crmkit.clv.components.part_shifts import Shocks, _shared, relative_shifts
from crmkit.clv.components.reference_arrays import Standards
from crmkit.clv.components.tried_parts import ComponentBacktest
from crmkit.typing import FloatArray


def _score(predicted: float, came: float, total: float, **changes: Any) -> PartScore:
    given: dict[str, Any] = {
        "cutoff": "2023-06-30",
        "lead_days": 91,
        "part": "clv2",
        "n_customers": 100,
        "past_share": 80.25,
        "size": 95.0,
    }
    given |= changes
    return PartScore(predicted=predicted, came=came, total=total, **given)


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_a_part_is_close_within_a_tenth_of_it_or_a_fiftieth_of_all(side: float) -> None:
    came = side * 64.0
    for total, room in ((100.0, 6.4), (-100.0, 6.4), (1000.0, 20.0), (-1000.0, 20.0)):
        for way in (-1, 1):
            assert _score(came + way * room * 0.999, came, total).close
            assert not _score(came + way * room * 1.001, came, total).close
    # Just as far as that is close: both sides are 16.
    assert _score(side * 176.0, side * 160.0, 10.0).close
    assert _score(3.0, 5.0, 0.0).past_share_error == 75.25
    assert _score(3.0, 5.0, 0.0).chance == 0.0


def test_a_backtest_counts_its_cutoffs_and_prints_its_scores() -> None:
    scores = (
        _score(1234.4, -2.0, 9.0),
        _score(0.6, 3.0, 9.0, part="clv"),
        _score(7.0, 8.0, 9.0, cutoff="2023-12-31"),
    )
    found = ComponentBacktest(horizon_days=91, scores=scores, table=pd.DataFrame())
    assert repr(found) == "ComponentBacktest(2 cutoffs, 91 days)"
    assert str(found).splitlines() == [
        "cutoff      part     predicted          came    past share",
        "2023-06-30  clv2         1,234            -2            80",
        "2023-06-30  clv              1             3            80",
        "2023-12-31  clv2             7             8            80",
    ]
    assert found.model_error.errors == scores


def test_a_standard_holds_from_its_first_day_and_the_first_one_before_it() -> None:
    standards = Standards(
        starts=np.array([10, 20, 30]),
        depth=np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]),
        overall=np.array([0.15, 0.35, 0.55]),
        service=np.array([1.0, 2.0, 3.0]),
        acquisition=np.array([5.0, 6.0, 7.0]),
    )
    days = np.array([9, 10, 19, 20, 29, 30, 99])
    at = np.array([0, 0, 0, 1, 1, 2, 2])
    np.testing.assert_array_equal(standards.service_cost(days), at + 1.0)
    np.testing.assert_array_equal(standards.acquisition_cost(days), at + 5.0)
    category = np.array([0, 1, 0, 1, 0, 1, 0])
    np.testing.assert_array_equal(
        standards.discount_depth(days, category), standards.depth[at, category]
    )


class _Error:
    """Scales and degrees of freedom by part, and the days ahead that were asked for."""

    def __init__(self, scale: float, total: float, freedom: float) -> None:
        self.scales = {"clv": total}
        self.scale, self.freedom = scale, freedom
        self.asked: set[float] = set()

    def at(self, *, part: str, lead_days: float) -> SimpleNamespace:
        self.asked.add(lead_days)
        scale = self.scales.get(part, self.scale * int(part[3:] or 0))
        return SimpleNamespace(scale=scale, degrees_of_freedom=self.freedom)


def test_shocks_fill_the_middles_of_equal_steps_in_their_own_orders() -> None:
    drawn = Shocks.drawn(8, np.random.default_rng(3))
    even = (np.arange(8) + 0.5) / 8
    np.testing.assert_allclose(np.sort(drawn.size), even, rtol=1e-15, atol=0)
    np.testing.assert_allclose(np.sort(drawn.common), ndtri(even), rtol=1e-14, atol=0)
    assert drawn.own.shape == (8, 6)
    for column in drawn.own.T:
        np.testing.assert_allclose(np.sort(column), ndtri(even), rtol=1e-14, atol=0)
    orders = {tuple(column) for column in drawn.own.T} | {tuple(drawn.common)}
    assert len(orders) == 7


def test_the_correlation_of_errors_gives_their_sum_its_scale() -> None:
    errors = np.array([3.0, 4.0, 0.0])
    # Apart 25, together 49.
    for total, shared in ((5.0, 0.0), (7.0, 1.0), (37**0.5, 0.5), (4.0, 0.0), (9.0, 1)):
        assert _shared(errors, total) == pytest.approx(shared, rel=1e-12, abs=1e-12)
    assert _shared(np.array([3.0, 0.0]), 1.0) == 1.0
    assert _shared(np.zeros(2), 1.0) == 1.0


def test_shifts_are_centred_errors_of_a_student_distribution() -> None:
    error: Any = _Error(0.1, 0.3, 5.0)
    shocks = Shocks.drawn(16, np.random.default_rng(5))
    sizes = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    found = relative_shifts(error, shocks, sizes, lead_days=91.0)
    assert error.asked == {91.0}
    scale = np.array([0.0, 0.2, 0.3, 0.4, 0.5, 0.6])
    gross = scale * sizes
    apart = float(gross @ gross)
    shared = ((0.3 * 15.0) ** 2 - apart) / (gross.sum() ** 2 - apart)
    assert 0 < shared < 1
    heavy = np.sqrt(chdtri(5.0, shocks.size) / 5.0)[:, None]
    normal = shared**0.5 * shocks.common[:, None] + (1 - shared) ** 0.5 * shocks.own
    known = scale * normal / heavy
    np.testing.assert_allclose(
        found, known - known.mean(axis=0), rtol=1e-10, atol=1e-15
    )
    free: Any = _Error(0.1, 0.3, 1e-3)
    assert np.all(np.isfinite(relative_shifts(free, shocks, sizes, lead_days=1.0)))


def test_columns_are_summed_into_units_in_any_order() -> None:
    values = np.arange(8.0).reshape(2, 4)
    assert summed(values, np.arange(4), 4) is values
    swapped = summed(values, np.array([1, 0, 3, 2]), 4)
    np.testing.assert_array_equal(swapped, values[:, [1, 0, 3, 2]])
    found = summed(values, np.array([1, 0, 1, 0]), 2)
    np.testing.assert_array_equal(found, [[4.0, 2.0], [12.0, 10.0]])


def _drawn(*, single: bool) -> tuple[DrawnParts, FloatArray, FloatArray]:
    rng = np.random.default_rng(8)
    values = rng.normal(2.0, 1.0, (40, 7, 3))
    values[:, 6] = values[:, :6].sum(axis=1)
    sizes = rng.random((7, 3)) + 0.5
    shocks = Shocks.drawn(40, rng)
    parts = DrawnParts(
        values=values, sizes=sizes[:6], shocks=shocks, lead_days=30.0, single=single
    )
    return parts, values, sizes[:6]


@pytest.mark.parametrize("single", [False, True])
def test_the_errors_of_the_parts_make_up_the_error_of_their_sum(
    *, single: bool
) -> None:
    drawn, values, sizes = _drawn(single=single)
    unit = np.array([0, 1, 0])
    groups = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    error: Any = _Error(0.2, 0.4, 6.0)
    shifts = relative_shifts(error, drawn.shocks, sizes.sum(axis=1), lead_days=30.0)
    missed = np.zeros((40, 2))
    found = list(drawn.ends(unit, 2, error=error, level=0.8))
    assert [each.part for each in found] == [*(f"clv{k}" for k in range(1, 7)), "clv"]
    for at, each in enumerate(found):
        plain = values[:, at] @ groups
        if at < 6:
            share = sizes[at] @ groups * np.ones((40, 1))
            if single:
                gross = np.abs(values[:, at])
                share = sizes[at].sum() * gross @ groups / gross.sum(axis=1)[:, None]
            own = shifts[:, [at]] * share
            missed += own
        else:
            own = missed
        ends = [
            np.quantile(drawn_values, [0.1, 0.9], axis=0, method="weibull")
            for drawn_values in (plain, plain + own)
        ]
        np.testing.assert_allclose(each.mean, plain.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(each.plain, ends[0], rtol=1e-12)
        np.testing.assert_allclose(each.lower, np.minimum(*ends)[0], rtol=1e-10)
        np.testing.assert_allclose(each.upper, np.maximum(*ends)[1], rtol=1e-10)
    right = next(iter(drawn.ends(unit, 2, error=None, level=0.8)))
    np.testing.assert_array_equal(right.lower, right.plain[0])
    np.testing.assert_array_equal(right.upper, right.plain[1])
