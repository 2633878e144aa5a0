"""Scores per cell: the same numbers in memory and in an engine."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit._frames import (
    cell_scores,
    cells,
    narrowed_values,
    number_rules,
    read,
    with_scores,
)
from crmkit.errors import NotEnoughDataError

COLUMNS = {
    "customer_id": ["b", "a", "c", "d"],
    "x": [1.0, 0.1, 1.0, 0.1],
    "k": [1, 2, 1, 3],
}


def _no_rules(_frame: Any) -> list[Any]:
    return []


def test_each_row_gets_its_own_score(frame: Any, columns_of: Any) -> None:
    scored = with_scores(
        frame(COLUMNS), ["x", "k"], {"s": lambda x, k: x * 10 + k}, rules=_no_rules
    )
    found = columns_of(scored)
    by_id = dict(zip(found["customer_id"], found["s"], strict=True))
    assert by_id == {"b": 11.0, "a": 3.0, "c": 11.0, "d": 4.0}
    assert list(found) == ["customer_id", "x", "k", "s"]


def test_an_engine_scores_each_cell_once() -> None:
    import polars as pl

    seen: list[int] = []

    def count(x: Any, k: Any) -> Any:
        seen.append(x.size)
        return x + k

    with_scores(
        pl.DataFrame(COLUMNS).lazy(), ["x", "k"], {"s": count}, rules=_no_rules
    ).collect()
    assert seen == [3]


def test_an_existing_column_is_replaced(frame: Any, columns_of: Any) -> None:
    scored = with_scores(
        frame({**COLUMNS, "s": [0.0] * 4}),
        ["x"],
        {"s": lambda x: x + 1},
        rules=_no_rules,
    )
    assert sorted(columns_of(scored)["s"]) == [1.1, 1.1, 2.0, 2.0]


def test_order_and_index_stay_the_callers() -> None:
    log = pd.DataFrame(COLUMNS, index=[9, 9, 3, 1])
    before = log.copy(deep=True)
    scored = with_scores(log, ["x"], {"s": lambda x: x}, rules=_no_rules)
    assert scored.index.to_list() == [9, 9, 3, 1]
    assert scored["s"].to_list() == log["x"].to_list()
    pd.testing.assert_frame_equal(log, before)


def test_rules_are_asked_before_any_score(frame: Any) -> None:
    columns = {**COLUMNS, "x": [1.0, None, 1.0, 1.0]}

    def never(_x: np.ndarray) -> np.ndarray:
        raise AssertionError

    with pytest.raises(ValueError, match="column 'x': missing value in 1 of 4 rows"):
        with_scores(
            frame(columns),
            ["x"],
            {"s": never},
            rules=lambda opened: number_rules(opened, "x"),
            id_col="customer_id",
        )


def test_too_many_cells_in_an_engine_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import polars as pl

    monkeypatch.setattr(cell_scores, "MAX_CELLS", 2)
    with pytest.raises(NotEnoughDataError, match="coarser grain or time unit"):
        with_scores(
            pl.DataFrame(COLUMNS).lazy(),
            ["x", "k"],
            {"s": lambda x, k: x + k},
            rules=_no_rules,
        )


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_too_many_distinct_histories_are_not_fetched_for_a_fit(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb
    import pandas as pd
    import polars as pl

    import crmkit as ck

    histories = pd.DataFrame(
        {"frequency": [0, 1, 2, 2], "recency": [0.0, 1.5, 2.25, 2.25], "T": 9.125}
    ).assign(near=[1.0, 1.00005, 1.0001, 1.0001])
    connection = duckdb.connect()
    lazy: Any = (
        pl.from_pandas(histories).lazy()
        if engine == "polars"
        else connection.from_arrow(pl.from_pandas(histories).to_arrow())
    )
    monkeypatch.setattr(cell_scores, "MAX_FETCHED", 2)
    with pytest.raises(
        NotEnoughDataError,
        match=r"at most 2 distinct histories in memory, got 3\. Fit to a sample",
    ):
        ck.clv.fit_bg_nbd(lazy)
    # Of few rows the values are fetched without counting; of many, where ranges of
    # them would be too rough: here all three are within 0.02%.
    monkeypatch.setattr(narrowed_values, "FEW", 1)
    with pytest.raises(NotEnoughDataError, match="distinct values of column 'near'"):
        ck.segments.gini(lazy, value_col="near")
    # In memory the rows are there already.
    assert len(cells(read(histories, []), ["recency"])[1]) == 4


def test_cells_carry_the_weight_of_their_rows(frame: Any) -> None:
    opened = read(frame(COLUMNS), [])
    (x, k), weight = cells(opened, ["x", "k"])
    assert weight.sum() == 4
    assert np.dot(x + k, weight) == pytest.approx(9.2)


def test_a_weight_column_is_added_up(frame: Any) -> None:
    opened = read(frame({**COLUMNS, "n": [1, 2, 3, 4]}), [])
    _, weight = cells(opened, ["x"], weight_col="n")
    assert weight.sum() == 10


def test_sums_an_engine_adds_up_again_still_find_their_score(columns_of: Any) -> None:
    """A lazy sum may differ in its last digit at each run: no score may be lost."""
    import polars as pl

    rng = np.random.default_rng(5)
    log = pl.DataFrame(
        {
            "id": rng.integers(0, 4000, 200_000),
            "amount": rng.gamma(1.0, 30.0, 200_000),
        }
    )
    means = log.lazy().group_by("id").agg(pl.col("amount").mean().alias("x"))
    for _ in range(3):
        scored = with_scores(means, ["x"], {"s": lambda x: x}, rules=_no_rules)
        found = columns_of(scored)
        assert None not in found["s"]
        assert found["s"] == found["x"]


def test_a_duckdb_sum_still_finds_its_score() -> None:
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads to 2")
    connection.execute(
        "create table log as select (random() * 4000)::int as id, "
        "random() * 30 as amount from range(400000)"
    )
    means = connection.sql("select id, avg(amount) as x from log group by id")
    scored = with_scores(means, ["x"], {"s": lambda x: x}, rules=_no_rules)
    lost: Any = scored.filter("s is null or s <> x")
    assert lost.fetchall() == []


def test_one_column_may_be_two_keys(frame: Any, columns_of: Any) -> None:
    scored = with_scores(
        frame(COLUMNS), ["k", "k"], {"s": lambda a, b: 10 * a + b}, rules=_no_rules
    )
    found = columns_of(scored)
    assert dict(zip(found["k"], found["s"], strict=True)) == {1: 11, 2: 22, 3: 33}
