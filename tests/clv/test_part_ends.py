"""The ends of the parts ahead, by hand on a few draws."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2, norm

from crmkit.clv.components.part_ends import DrawnParts, summed
from crmkit.clv.components.part_score import PartScore
from crmkit.clv.components.part_shifts import Shocks, _shared, relative_shifts
from crmkit.clv.components.past_shares import past_part_rates
from crmkit.kernels.value.component_identity import FIRST, HOME, OTHER
from crmkit.typing import FloatArray

PARTS = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6")
SCALES = {"clv1": 0.4, "clv2": 0.1, "clv3": 0.2, "clv4": 0.3, "clv5": 0.5, "clv6": 0.05}
SIZES = np.array([0.0, 50.0, 20.0, 4.0, 10.0, 30.0])


def _error(total: float) -> Any:
    def at(*, part: str, lead_days: float) -> SimpleNamespace:
        assert lead_days == 91.0
        scale = SCALES.get(part, total)
        freedom = 4.0 + len(part) + 10 * scale
        return SimpleNamespace(scale=scale, degrees_of_freedom=freedom)

    return SimpleNamespace(at=at)


def _by_hand(shocks: Shocks, shared: float) -> FloatArray:
    found = np.zeros((shocks.size.size, 6))
    for place, part in enumerate(PARTS):
        if not SIZES[place]:
            continue
        freedom = 8.0 + 10 * SCALES[part]
        heavy = np.sqrt(chi2.isf(shocks.size, freedom) / freedom)
        normal = (
            shared**0.5 * shocks.common + (1 - shared) ** 0.5 * shocks.own[:, place]
        )
        found[:, place] = SCALES[part] * normal / heavy
    return np.asarray(found - found.mean(axis=0))


def test_errors_of_parts_have_the_correlation_at_which_their_sum_is_right() -> None:
    shocks = Shocks.drawn(7, np.random.default_rng(4))
    errors = np.array([SCALES[part] for part in PARTS]) * SIZES
    apart, together = np.sum(errors**2), np.sum(errors) ** 2
    total = 0.11
    shared = ((total * SIZES.sum()) ** 2 - apart) / (together - apart)
    assert 0.1 < shared < 0.9
    found = relative_shifts(_error(total), shocks, SIZES, lead_days=91.0)
    np.testing.assert_allclose(found, _by_hand(shocks, shared), rtol=1e-9, atol=1e-12)
    for total, shared in ((0.0, 0.0), (9.0, 1.0)):
        found = relative_shifts(_error(total), shocks, SIZES, lead_days=91.0)
        known = _by_hand(shocks, shared)
        np.testing.assert_allclose(found, known, rtol=1e-9, atol=1e-12)


def test_one_part_alone_is_the_sum() -> None:
    assert _shared(np.array([0.0, 3.0, 0.0]), 1.0) == 1.0
    assert _shared(np.array([3.0, 1e-6]), 1.0) == 0.0


def test_shocks_are_even_samples_in_random_order() -> None:
    found = Shocks.drawn(9, np.random.default_rng(4))
    even = np.arange(1, 18, 2) / 18
    np.testing.assert_allclose(np.sort(found.size), even, rtol=1e-12)
    for normal in (found.common, *found.own.T):
        np.testing.assert_allclose(norm.cdf(np.sort(normal)), even, rtol=1e-9)
    assert found.own.shape == (9, 6)


def _drawn(*, single: bool) -> DrawnParts:
    rng = np.random.default_rng(7)
    parts = rng.normal(1.0, 2.0, (7, 6, 3))
    parts[0, 1] = 0.0
    return DrawnParts(
        values=np.concatenate([parts, parts.sum(axis=1, keepdims=True)], axis=1),
        sizes=np.outer(SIZES, [0.5, 0.3, 0.2]),
        shocks=Shocks.drawn(7, rng),
        lead_days=91.0,
        single=single,
    )


@pytest.mark.parametrize("single", [True, False])
def test_ends_are_those_of_sums_with_the_error_of_each_draw(*, single: bool) -> None:
    drawn, unit = _drawn(single=single), np.array([1, 0, 1])
    error = _error(0.11)
    ends = list(drawn.ends(unit, 2, error=error, level=0.5))
    plain = list(drawn.ends(unit, 2, error=None, level=0.5))
    assert [each.part for each in ends] == [*PARTS, "clv"]
    shifts = relative_shifts(error, drawn.shocks, SIZES, lead_days=91.0)
    missed = np.zeros((7, 2))
    for at, (wide, right) in enumerate(zip(ends, plain, strict=True)):
        values = drawn.values[:, at]
        sums = np.column_stack([values[:, 1], values[:, 0] + values[:, 2]])
        # Of seven draws the second and the sixth.
        known = np.sort(sums, axis=0)[[1, 5]]
        np.testing.assert_allclose(right.mean, sums.mean(axis=0), rtol=1e-12)
        for found in (right.plain, wide.plain, np.stack([right.lower, right.upper])):
            np.testing.assert_allclose(found, known, rtol=1e-12)
        if at < 6:
            size = drawn.sizes[at]
            if single:
                gross = np.abs(values)
                every = gross.sum(axis=1, keepdims=True)
                size = size.sum() * gross / np.where(every > 0, every, 1.0)
            size = size * np.ones((7, 1))
            share = np.column_stack([size[:, 1], size[:, 0] + size[:, 2]])
            own = shifts[:, at, None] * share
            missed += own
        else:
            own = missed
        moved = np.sort(sums + own, axis=0)[[1, 5]]
        np.testing.assert_allclose(wide.lower, np.minimum(moved[0], known[0]))
        np.testing.assert_allclose(wide.upper, np.maximum(moved[1], known[1]))


def test_sums_of_units_do_not_depend_on_their_order() -> None:
    values = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
    found = summed(values, np.array([1, 0, 1]), 2)
    assert found.tolist() == [[2.0, 5.0], [16.0, 40.0]]
    assert summed(values, np.array([2, 0, 1]), 3).tolist() == [[2, 4, 1], [16, 32, 8]]
    assert summed(values, np.arange(3), 3).tolist() == values.tolist()


@pytest.mark.parametrize(
    ("predicted", "came", "total", "close"),
    [
        (110.0, 100.0, 0.0, True),
        (110.1, 100.0, 0.0, False),
        (-90.0, -100.0, 0.0, True),
        (7.0, 5.0, 100.0, True),
        (7.1, 5.0, 100.0, False),
        (3.0, 5.0, -100.0, True),
    ],
)
def test_close_is_a_tenth_of_the_part_or_a_fiftieth_of_the_total(
    predicted: float, came: float, total: float, *, close: bool
) -> None:
    score = PartScore(
        cutoff="2023-06-30",
        lead_days=91,
        part="clv2",
        n_customers=9,
        predicted=predicted,
        came=came,
        past_share=came + 3.0,
        total=total,
        size=1.0,
    )
    assert score.close is close
    assert score.past_share_error == pytest.approx(3.0, rel=1e-12, abs=0)


def test_past_parts_are_those_of_repeat_purchases_over_their_revenue() -> None:
    kind = np.array([FIRST, HOME, OTHER, HOME])
    statement: Any = SimpleNamespace(
        kind=kind,
        revenue=np.array([100.0, 20.0, 30.0, -10.0]),
        margin=np.array([50.0, 7.0, 11.0, -2.0]),
        premium=np.array([9.0, 1.0, -3.0, 0.5]),
        standard=np.array([4.0, 2.0, 1.0]),
        order_first=np.array([True, False, False]),
        service=np.array([6.0, 1.5, 0.25]),
        first_day=np.array([10, 20]),
        book=SimpleNamespace(
            service=SimpleNamespace(
                day=np.array([10, 11, 25]), customer=np.array([0, 0, 1])
            )
        ),
    )
    found = past_part_rates(statement)
    known = {"clv2": 5.0 - 3.0, "clv3": 11.0, "clv4": 3.0 - 1.75, "clv6": -1.5}
    assert found == pytest.approx(
        {part: value / 40 for part, value in known.items()}, rel=1e-12, abs=0
    )
    statement.revenue = np.array([100.0, 20.0, -30.0, 10.0])
    assert past_part_rates(statement) == {}
