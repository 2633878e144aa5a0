"""Which ranges of values are divided, what they lose, and how numbers are ranked."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit._frames import narrowed_values as histogram
from crmkit._frames import row_groups
from crmkit.typing import FloatArray

LOW = np.array([-9.0, -2.0, 0.0, 1.0, 4.0, 8.0, 20.0])
HIGH = np.array([-3.0, -2.0, 0.0, 3.0, 6.0, 12.0, 30.0])
COUNT = np.array([4.0, 3.0, 9.0, 5.0, 2.0, 6.0, 1.0])
MEAN = np.array([-4.0, -2.0, 0.0, 1.5, 5.0, 9.0, 22.0])


def _ranges() -> Any:
    return histogram._Ranges(count=COUNT, total=MEAN * COUNT, low=LOW, high=HIGH)


@pytest.mark.parametrize(
    ("cut", "near"),
    [
        (-4.0, [0]),
        (-2.0, [0]),
        (1.5, [3, 4]),
        (5.0, [3, 4, 5]),
        (5.5, [4, 5, 6]),
        (9.0, [4, 5, 6]),
        (22.0, [5, 6]),
        (99.0, [5, 6]),
        (-99.0, [0]),
    ],
)
def test_the_range_of_a_cut_and_both_beside_it_are_divided(
    cut: float, near: list[int]
) -> None:
    seen: list[FloatArray] = []

    def cuts(value: FloatArray, count: FloatArray) -> FloatArray:
        seen.extend((value, count))
        return np.array([cut])

    found = histogram._near(_ranges(), cuts)
    assert np.flatnonzero(found).tolist() == near
    assert seen[0].tolist() == MEAN[::-1].tolist()
    assert seen[1].tolist() == COUNT[::-1].tolist()


def test_a_range_loses_most_where_it_holds_its_two_ends_alone() -> None:
    lost = []
    for at in range(7):
        width = HIGH[at] - LOW[at]
        if width:
            # So many at the upper end that the mean is what it is.
            upper = COUNT[at] * (MEAN[at] - LOW[at]) / width
            lost.append(upper * (HIGH[at] - MEAN[at]))
    known = max(lost) / (np.abs(MEAN) @ COUNT)
    assert histogram._shortfall(_ranges()) == pytest.approx(known, rel=1e-14)
    nothing = histogram._Ranges(count=COUNT, total=0 * MEAN, low=0 * LOW, high=0 * LOW)
    assert histogram._shortfall(nothing) == 0.0
    slim = histogram._Ranges(
        count=np.array([8.0]), total=np.array([4.0]), low=np.zeros(1), high=np.ones(1)
    )
    assert histogram._shortfall(slim) == 8 * 0.5 * 0.5 / 4


def test_ranges_keep_their_order_when_others_come_among_them() -> None:
    ranges = _ranges()
    odd = np.arange(7) % 2 == 1
    whole = ranges.at(odd).with_others(ranges.at(~odd))
    for name in ("count", "total", "low", "high"):
        assert getattr(whole, name).tolist() == getattr(ranges, name).tolist()
    assert whole.value.tolist() == MEAN.tolist()
    # Rounding of a total does not move a mean out of its range.
    off = histogram._Ranges(
        count=np.full(2, 3.0), total=np.array([0.3, 0.9]), low=np.array([0.11, 0.2]),
        high=np.array([0.2, 0.29]),
    )  # fmt: skip
    assert off.value.tolist() == [0.11, 0.29]


@pytest.mark.parametrize("span", [1, 2, 400, 1_223, 1_224, 1_225, 10**6])
@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_whole_numbers_have_their_rank_among_the_distinct_ones(
    span: int, kind: type[np.integer[Any]]
) -> None:
    bounds = np.iinfo(kind)
    low = max(int(bounds.min), -70)
    high = min(low + span, int(bounds.max))
    rng = np.random.default_rng(span)
    values = np.array(
        [low, high, *rng.integers(low, high + 1, 48).tolist()], dtype=kind
    )
    expected = np.unique(values, return_inverse=True)[1]
    found = row_groups._ranked(values)
    assert found.tolist() == expected.tolist()
    assert found.dtype == np.int64
    assert row_groups._ranked(values[:0]).size == 0
    first = row_groups._first_rows(found)
    assert values[first].tolist() == np.unique(values).tolist()
    assert all(found.tolist().index(code) == row for code, row in enumerate(first))


@pytest.mark.parametrize("kind", ["int8", "int16"])
def test_narrow_ids_on_both_sides_of_zero_are_summarised(kind: Any) -> None:
    ends = np.iinfo(kind)
    ids = np.linspace(ends.min, ends.max, 20_000).astype(kind)
    log = pd.DataFrame({"customer_id": ids, "amount": 1.0})
    log["date"] = np.datetime64("2024-03-01")
    summary = ck.rfm_summary(log, observation_period_end="2024-12-31")
    assert summary["customer_id"].tolist() == np.unique(ids).tolist()
