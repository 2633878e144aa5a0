"""A row that stands for several customers is as good as that many rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit import segments
from crmkit.errors import InvalidValueError

REVENUE = [50.0, 30.0, 15.0, 5.0, 5.0]
PROFIT = [5.0, 12.0, 4.0, -1.0, 2.0]
WEIGHT = [1.0, 2.0, 3.0, 1.0, 3.0]


def test_a_weight_is_that_many_rows(frame: Any, columns_of: Any) -> None:
    weighted = {"revenue": REVENUE, "profit": PROFIT, "n": WEIGHT}
    times = [int(n) for n in WEIGHT]
    repeated = {
        name: [value for value, n in zip(values, times, strict=True) for _ in range(n)]
        for name, values in (("revenue", REVENUE), ("profit", PROFIT))
    }
    found = columns_of(
        ck.segments.concentration_table(frame(weighted), weight_col="n", n_groups=5)
    )
    wanted = columns_of(ck.segments.concentration_table(frame(repeated), n_groups=5))
    order = sorted(range(5), key=lambda at: found["group"][at])
    other = sorted(range(5), key=lambda at: wanted["group"][at])
    for name in wanted:
        there = [found[name][at] for at in order]
        assert there == pytest.approx([wanted[name][at] for at in other], rel=1e-14)


def test_a_weight_is_that_many_rows_of_a_band(frame: Any, columns_of: Any) -> None:
    weighted = {"revenue": REVENUE, "profit": PROFIT, "n": WEIGHT}
    found = columns_of(
        segments.spending_bands(frame(weighted), bounds=(10, 30), weight_col="n")
    )
    bands = sorted(zip(found["n_customers"], found["revenue"], found["profit"]))  # noqa: B905 - columns of one frame
    # 1 + 3 of 5; 3 of 15; 2 of 30 and 1 of 50.
    assert bands == [(3, 45, 12), (3, 110, 29), (4, 20, 5)]
    with pytest.raises(InvalidValueError, match="column 'n': value of 0 or less"):
        segments.spending_bands(
            frame({**weighted, "n": [0.0, 1.0, 1.0, 1.0, 1.0]}),
            bounds=(10,),
            weight_col="n",
        )


@pytest.mark.parametrize("rng", [None, 4])
def test_a_column_may_be_weight_and_value_at_once(
    frame: Any, columns_of: Any, rng: int | None
) -> None:
    customers = {"revenue": REVENUE, "n": WEIGHT}
    twice = {**customers, "same": WEIGHT}
    names = {"n": "same", "revenue": "revenue"}
    for rank, values in (("revenue", ["n"]), ("n", ["revenue"])):
        tables = [
            columns_of(
                segments.concentration_table(
                    frame(rows),
                    rank_col=name(rank),
                    value_cols=[name(value) for value in values],
                    weight_col="n",
                    n_groups=2,
                    rng=None if rng is None else np.random.default_rng(rng),
                    n_resamples=20,
                )
            )
            for rows, name in ((customers, str), (twice, names.__getitem__))
        ]
        found, wanted = (sorted(zip(*table.values(), strict=True)) for table in tables)
        assert found == wanted
    assert segments.gini(
        frame(customers), value_col="n", weight_col="n"
    ) == segments.gini(frame(twice), value_col="same", weight_col="n")


def test_fractions_of_customers_are_kept() -> None:
    customers = pd.DataFrame({"revenue": [3.0, 1.0], "n": [0.5, 1.25]})
    table = ck.segments.concentration_table(
        customers, value_cols=["revenue"], weight_col="n", n_groups=1
    )
    assert table["n_customers"].to_list() == [1.75]
    assert table["revenue"].to_list() == [2.75]


def test_a_weight_of_nothing_is_refused() -> None:
    customers = pd.DataFrame({"revenue": [3.0, 1.0], "n": [0.0, 1.0]})
    with pytest.raises(InvalidValueError, match="column 'n': value of 0 or less"):
        ck.segments.concentration_table(
            customers, value_cols=["revenue"], weight_col="n"
        )
