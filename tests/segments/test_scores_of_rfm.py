"""RFM scores in every library: frozen, fair to ties, robust to crowds."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit import errors, segments
from crmkit.typing import HistoryColumns

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

HOLES = {"None", "nan", "<NA>"}  # as each library says it

BASE = {
    "customer_id": list("abcdef"),
    "frequency": [0, 3, 0, 1, 0, 7],
    "recency": [0.0, 20.0, 0.0, 10.0, 0.0, 49.0],
    "T": [50.0, 21.0, 50.0, 40.0, 2.0, 50.0],
    "total_amount": [10.0, 90.0, 10.0, 30.0, 12.5, 400.0],
}


def by_customer(found: dict[str, list[Any]], column: str) -> dict[Any, Any]:
    return dict(zip(found["customer_id"], found[column], strict=True))


def test_scores_of_a_summary(frame: Make, columns_of: Read) -> None:
    found = columns_of(segments.with_rfm_scores(frame(BASE), bins=3))
    assert by_customer(found, "r_score") == dict(
        zip("abcdef", [1, 3, 1, 2, 2, 3], strict=True)
    )
    assert by_customer(found, "f_score") == dict(
        zip("abcdef", [1, 3, 1, 2, 1, 3], strict=True)
    )
    assert by_customer(found, "m_score") == dict(
        zip("abcdef", [1, 3, 1, 2, 2, 3], strict=True)
    )
    assert by_customer(found, "rfm_cell")["b"] == "333"
    assert "_crmkit_inactivity" not in found


def test_the_library_stays(frame: Make) -> None:
    base = frame(BASE)
    assert type(segments.with_rfm_scores(base)) is type(base)


def test_order_and_input_stay(eager_frame: Make, columns_of: Read) -> None:
    base = eager_frame(BASE)
    found = columns_of(segments.with_rfm_scores(base))
    assert found["customer_id"] == BASE["customer_id"]
    assert list(columns_of(base)) == list(BASE)


def test_equal_inactivity_is_equal_in_weeks_too(frame: Make, columns_of: Read) -> None:
    # 4/7 - 1/7 and 5/7 - 2/7 differ in their last bit.
    weeks = {
        "frequency": [1, 1, 1],
        "recency": [1 / 7, 2 / 7, 0.0],
        "T": [4 / 7, 5 / 7, 3 / 7],
        "total_amount": [1.0, 1.0, 1.0],
    }
    assert 4 / 7 - 1 / 7 != 5 / 7 - 2 / 7
    found = columns_of(segments.with_rfm_scores(frame(weeks)))
    assert len(set(found["r_score"])) == 1


def test_inactivity_can_be_given(frame: Make, columns_of: Read) -> None:
    base = frame(
        {"days": [5, 90], "frequency": [3, 1], "total_amount": [7.5, 2.5]},
    )
    found = columns_of(segments.with_rfm_scores(base, bins=2, inactivity_col="days"))
    assert dict(zip(found["days"], found["r_score"], strict=True)) == {5: 2, 90: 1}


def test_frozen_scores_do_not_move_with_the_base(frame: Make, columns_of: Read) -> None:
    scores = segments.fit_rfm_scores(frame(BASE), bins=3)
    richer = frame({**BASE, "total_amount": [1000.0] * 6})
    assert set(columns_of(scores.with_rfm_scores(richer))["m_score"]) == {3}


@pytest.mark.parametrize("scale", [1.0, 0.001])
def test_scores_do_not_depend_on_the_currency(
    frame: Make, columns_of: Read, scale: float
) -> None:
    # A peer adds 1 to each cut: in thousands, 994 of 995 customers score 1.
    amounts = np.random.default_rng(1).lognormal(6, 0.5, 60).tolist()
    base = {
        "inactivity": [1.0] * 60,
        "frequency": [1] * 60,
        "total_amount": [amount * scale for amount in amounts],
    }
    found = columns_of(
        segments.with_rfm_scores(frame(base), inactivity_col="inactivity")
    )
    assert np.bincount(found["m_score"])[1:].tolist() == [12] * 5


def test_a_base_of_one_time_buyers_is_scored(frame: Make, columns_of: Read) -> None:
    # A peer crashes from 75 % one-time buyers on.
    n = 40
    base = {
        "customer_id": list(range(n)),
        "inactivity": [float(v) for v in range(n)],
        "frequency": [0] * 36 + [1, 1, 2, 5],
        "total_amount": [10.0] * n,
    }
    found = columns_of(
        segments.with_rfm_scores(frame(base), inactivity_col="inactivity")
    )
    scores = by_customer(found, "f_score")
    assert {scores[at] for at in range(36)} == {1}
    assert [scores[at] for at in (36, 37, 38, 39)] == [5, 5, 5, 5]
    assert set(found["m_score"]) == {1}


@pytest.mark.parametrize(
    ("bins", "first", "last"), [(9, "111", "999"), (10, "010101", "101010")]
)
def test_ten_scores_have_two_digits(
    frame: Make, columns_of: Read, bins: int, first: str, last: str
) -> None:
    # A peer adds 100 r + 10 f + m, which collides above nine.
    n = 5 * bins
    base = {
        "inactivity": [float(n - v) for v in range(n)],
        "frequency": list(range(n)),
        "total_amount": [float(v) for v in range(n)],
    }
    found = columns_of(
        segments.with_rfm_scores(frame(base), bins=bins, inactivity_col="inactivity")
    )
    assert min(found["rfm_cell"]) == first
    assert max(found["rfm_cell"]) == last
    assert len(set(found["rfm_cell"])) == bins


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_hole_is_refused_by_name(frame: Make, hole: float | None) -> None:
    base = frame({**BASE, "total_amount": [10.0, hole, 10.0, 30.0, 12.5, 400.0]})
    with pytest.raises(
        errors.InvalidValueError, match="'total_amount': missing value in 1 of 6 rows"
    ):
        segments.with_rfm_scores(base)


def test_a_hole_that_is_kept_has_no_scores(frame: Make, columns_of: Read) -> None:
    base = frame({**BASE, "total_amount": [10.0, None, 10.0, 30.0, 12.5, 400.0]})
    found = columns_of(segments.with_rfm_scores(base, bins=3, missing="keep"))
    scores = by_customer(found, "m_score")
    assert str(scores["b"]) in HOLES
    assert scores["f"] == 3
    cells = by_customer(found, "rfm_cell")
    assert str(cells["b"]) in HOLES
    assert cells["f"] == "333"


def test_recency_above_t_is_refused(frame: Make) -> None:
    base = frame({**BASE, "recency": [60.0, 20.0, 0.0, 10.0, 0.0, 49.0]})
    with pytest.raises(errors.InvalidValueError, match="'recency': value above 'T'"):
        segments.with_rfm_scores(base)


def test_nobody_cannot_be_scored() -> None:
    import polars as pl

    base = pl.DataFrame({name: [] for name in BASE}).cast(pl.Float64)
    with pytest.raises(errors.NotEnoughDataError):
        segments.fit_rfm_scores(base)


def test_thresholds_can_be_written_by_hand(frame: Make, columns_of: Read) -> None:
    scores = segments.RfmScores(
        recency_bounds=(30.0, 7.0),
        frequency_bounds=(1.0, 5.0),
        monetary_bounds=(50.0, 100.0),
    )
    found = columns_of(scores.with_rfm_scores(frame(BASE)))
    assert by_customer(found, "rfm_cell") == {
        "a": "111", "b": "322", "c": "111", "d": "221", "e": "311", "f": "333",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"recency_bounds": (7.0, 30.0)},
        {"frequency_bounds": (5.0, 1.0)},
        {"monetary_bounds": ()},
        {"monetary_bounds": (float("nan"),)},
    ],
)
def test_thresholds_by_hand_are_checked(wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {
        "recency_bounds": (30.0, 7.0),
        "frequency_bounds": (1.0, 5.0),
        "monetary_bounds": (50.0, 100.0),
    }
    with pytest.raises(errors.InvalidValueError, match=next(iter(wrong))):
        segments.RfmScores(**{**facts, **wrong})


def test_scores_travel_as_json(frame: Make) -> None:
    scores = segments.fit_rfm_scores(frame(BASE))
    document = json.loads(json.dumps(scores.to_dict()))
    assert segments.RfmScores.from_dict(document) == scores


@pytest.mark.parametrize("bins", [1, 2.5, 0])
def test_bins_must_be_whole_and_two_at_least(frame: Make, bins: Any) -> None:
    with pytest.raises(errors.InvalidValueError, match="'bins'"):
        segments.fit_rfm_scores(frame(BASE), bins=bins)


def test_an_unknown_rule_is_refused(frame: Make) -> None:
    with pytest.raises(
        errors.InvalidValueError, match="'strict', 'upper', 'midrank', 'spread'"
    ):
        segments.fit_rfm_scores(frame(BASE), rule="ntile")  # type: ignore[arg-type] # the test


@pytest.mark.parametrize("method", ["independent", "nested", "ntile"])
def test_one_column_may_be_scored_twice(
    frame: Make, columns_of: Read, method: Any
) -> None:
    once = {
        "customer_id": list("abcdef"),
        "inactivity": [1.0, 2, 3, 4, 5, 6],
        "orders": [1, 1, 2, 2, 3, 5],
    }
    twice = {**once, "again": once["orders"]}
    found, wanted = (
        columns_of(
            segments.fit_rfm_scores(
                frame(rows),
                method=method,
                bins=2,
                inactivity_col="inactivity",
                columns=HistoryColumns(frequency="orders"),
                monetary_col=monetary,
            ).with_rfm_scores(frame(rows))
        )
        for rows, monetary in ((once, "orders"), (twice, "again"))
    )
    cells = [
        dict(zip(table["customer_id"], table["rfm_cell"], strict=True))
        for table in (found, wanted)
    ]
    assert cells[0] == cells[1]


CROWD = {
    "customer_id": list(range(100)),
    "inactivity": [float(day) for day in range(100)],
    "frequency": [0] * 85 + [1] * 6 + [2] * 4 + [3] * 3 + [9] * 2,
    "total_amount": [float(amount) for amount in range(100)],
}


def test_a_crowd_of_one_time_buyers_says_which_scores_are_empty(frame: Make) -> None:
    scores = segments.fit_rfm_scores(frame(CROWD), inactivity_col="inactivity")
    assert list(scores.frequency_bounds) == [1, 1, 1, 1]
    assert list(scores.n_customers[1]) == [85, 0, 0, 0, 15]
    assert scores.empty_scores == {
        "recency": (), "frequency": (2, 3, 4), "monetary": ()
    }  # fmt: skip
    assert "no customer has frequency score 2 or 3 or 4" in str(scores)
    assert 'rule="spread"' in str(scores)


def test_spread_scores_rank_those_above_the_crowd(
    frame: Make, columns_of: Read
) -> None:
    base = frame(CROWD)
    scores = segments.fit_rfm_scores(base, rule="spread", inactivity_col="inactivity")
    assert list(scores.frequency_bounds) == [1, 2, 3, 9]
    assert list(scores.n_customers[1]) == [85, 6, 4, 3, 2]
    assert not any(scores.empty_scores.values())
    assert "no customer" not in str(scores)
    strict = segments.fit_rfm_scores(base, inactivity_col="inactivity")
    # Without a crowd the two rules are one.
    assert scores.recency_bounds == strict.recency_bounds
    assert scores.monetary_bounds == strict.monetary_bounds
    found = columns_of(scores.with_rfm_scores(base))
    assert np.bincount(found["f_score"])[1:].tolist() == [85, 6, 4, 3, 2]


@pytest.mark.parametrize("method", ["independent", "nested", "ntile"])
def test_the_customers_of_each_score_are_counted(
    frame: Make, columns_of: Read, method: Any
) -> None:
    base = frame(CROWD)
    scores = segments.fit_rfm_scores(base, method=method, inactivity_col="inactivity")
    assert scores.method == method
    found = columns_of(scores.with_rfm_scores(base))
    for axis, counted in zip(
        ("r_score", "f_score", "m_score"), scores.n_customers, strict=True
    ):
        assert np.bincount(found[axis], minlength=6)[1:].tolist() == list(counted)


@pytest.mark.parametrize("method", ["independent", "nested", "ntile"])
def test_a_missing_number_can_be_kept_by_every_method(
    frame: Make, columns_of: Read, method: Any
) -> None:
    base = frame({**BASE, "total_amount": [10.0, None, 10.0, 30.0, 12.5, 400.0]})
    found = columns_of(
        segments.with_rfm_scores(base, method=method, bins=2, missing="keep")
    )
    scores = by_customer(found, "m_score")
    assert str(scores["b"]) in HOLES
    assert not {str(scores[at]) for at in "acdef"} & HOLES


def test_an_unknown_method_is_refused(frame: Make) -> None:
    with pytest.raises(errors.InvalidValueError, match="'independent', 'nested'"):
        segments.fit_rfm_scores(frame(BASE), method="jenks")  # type: ignore[arg-type] # the test
