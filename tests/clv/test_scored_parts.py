"""Scores and groups of a comparison of parts with what came, counted by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit.clv.components import component_backtest
from crmkit.clv.components.compared_parts import COMPARED_PARTS, _held
from crmkit.clv.components.part_ends import DrawnParts
from crmkit.clv.components.part_shifts import Shocks
from crmkit.fits import Interval
from crmkit.ledger import Ledger


@pytest.mark.parametrize(
    ("groups", "known"),
    [
        (3, [1, 2, 0, 0, 1, 2, 0]),
        (2, [0, 1, 0, 0, 1, 1, 0]),
        (10, [4, 8, 1, 0, 5, 7, 2]),
    ],
)
def test_groups_by_value_are_of_equal_size_and_ties_stay_in_order(
    groups: int, known: list[int]
) -> None:
    expected = np.array([3.0, 9.0, -1.0, -4.0, 3.0, 8.0, 2.0])
    code, names = component_backtest._by_value(expected, groups)
    assert code.tolist() == known
    assert names == list(range(1, groups + 1))


def _compared() -> Any:
    factors = dict(
        zip(COMPARED_PARTS, (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0), strict=True)
    )
    each = np.array([1.0, 10.0, 100.0])
    interval = Interval(lower=1.0, upper=2.0, level=0.95)
    return SimpleNamespace(
        there=np.array([True, False, True, True]),
        predicted={part: each * factor for part, factor in factors.items()},
        came={part: each * factor + 1 for part, factor in factors.items()},
        past_share={part: each * factor - 2 for part, factor in factors.items()},
        size={part: 7.0 * factor for part, factor in factors.items()},
        chance={"clv2": 0.5},
        plain={"clv3": interval},
        intervals={"clv4": interval},
        within={"clv6": 0.25},
    )


def test_a_score_is_the_sum_over_customers_of_each_part() -> None:
    scores = component_backtest._scores(_compared(), "2024-05-01", 91)
    assert [score.part for score in scores] == list(COMPARED_PARTS)
    for factor, score in enumerate(scores):
        assert (score.cutoff, score.lead_days, score.n_customers) == (
            "2024-05-01",
            91,
            3,
        )
        assert score.predicted == 111.0 * factor
        assert score.came == 111.0 * factor + 3
        assert score.past_share == 111.0 * factor - 6
        assert (score.error, score.past_share_error) == (-3.0, -9.0)
        assert (score.total, score.size) == (669.0, 7.0 * factor)
        assert score.chance == (0.5 if score.part == "clv2" else 0.0)
        assert (score.plain is None) == (score.part != "clv3")
        assert (score.resampled is None) == (score.part != "clv4")
        assert score.customers_within == (0.25 if score.part == "clv6" else None)


def test_the_table_has_a_row_of_each_cutoff_part_and_group_with_members() -> None:
    day = pd.Timestamp("2024-01-01")
    lines = pd.DataFrame({"customer_id": ["a"], "date": [day], "paid_amount": [1.0]})
    rows = [
        component_backtest._Rows(
            day=19844 + 31 * at,
            compared=_compared(),
            code=np.array(code),
            names=["x", "y", "z"],
        )
        for at, code in enumerate(([0, 2, 0], [1, 1, 1]))
    ]
    table = component_backtest._table(Ledger(lines=lines), rows, "kind")
    assert list(table.columns) == [
        "cutoff",
        "kind",
        "part",
        "n_customers",
        "predicted",
        "came",
        "past_share",
    ]
    parts = [part for part in COMPARED_PARTS for _ in range(2)]
    assert table["part"].tolist() == [*parts, *COMPARED_PARTS]
    assert table["cutoff"].tolist() == ["2024-05-01"] * 14 + ["2024-06-01"] * 7
    assert table["kind"].tolist() == ["x", "z"] * 7 + ["y"] * 7
    assert table["n_customers"].tolist() == [2, 1] * 7 + [3] * 7
    second = table[table["part"] == "clv3"]
    assert second["predicted"].tolist() == [202.0, 20.0, 222.0]
    assert second["came"].tolist() == [204.0, 21.0, 225.0]
    assert second["past_share"].tolist() == [198.0, 18.0, 216.0]


@pytest.mark.parametrize("single", [True, False])
def test_intervals_are_held_against_what_came_of_all_and_of_each(
    *, single: bool
) -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(400, 7, 5)) * np.arange(1.0, 6.0)
    values[:, 0] = 0.0
    values[:, 1, 4] = 2.0
    shocks = Shocks.drawn(400, rng)
    drawn = DrawnParts(
        values=values,
        sizes=np.abs(values[:, :6]).mean(axis=0),
        shocks=shocks,
        lead_days=91.0,
        single=single,
    )
    came = {part: np.array([0.0, 99.0, 0.0, -99.0, 2.0]) for part in COMPARED_PARTS}
    nothing: Any = None
    found = _held(drawn, came, nothing)
    for at, part in enumerate(COMPARED_PARTS):
        total = values[:, at].sum(axis=1)
        variance = total.var(ddof=1)
        assert found.chance[part] == pytest.approx(variance, rel=1e-12, abs=0)
        ends = np.quantile(total, [0.025, 0.975], method="weibull")
        assert tuple(found.plain[part]) == pytest.approx(tuple(ends), rel=1e-12, abs=0)
        assert found.intervals[part] == found.plain[part]
        assert found.plain[part].level == 0.95
    if not single:
        assert found.within == {}
        return
    # Of clv1 nothing is open, of the last customer's clv2 neither.
    assert "clv1" not in found.within
    assert found.within["clv2"] == 0.5
    assert found.within["clv3"] == 0.6
