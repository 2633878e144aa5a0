"""Scores of equal size: those of SQL, frozen, whatever the order of rows."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import errors, segments
from crmkit.kernels.groups import rfm_scores

Make = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

NAMES = ["Zoe", "ann", "bob", "a1", "Ämy", "b-2", "b2", "", "10", "9", "cat", "Dan"]


def base(n: int = 47, seed: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        "customer_id": [f"{name or 'x'}{at}" for at, name in zip(
            rng.permutation(n).tolist(), NAMES * n, strict=False)],
        "inactivity": rng.integers(0, 5, n).astype(float).tolist(),
        "frequency": np.where(rng.uniform(size=n) < 0.9, 1, 4).tolist(),
        "total_amount": rng.integers(1, 9, n).astype(float).tolist(),
    }  # fmt: skip


def fit(frame: Any, bins: int = 5) -> segments.RfmScores:
    return segments.fit_rfm_scores(
        frame, method="ntile", bins=bins, inactivity_col="inactivity"
    )


def by_customer(found: dict[str, list[Any]], column: str) -> dict[Any, Any]:
    return dict(zip(found["customer_id"], found[column], strict=True))


@pytest.mark.parametrize("bins", [2, 5, 12])
@pytest.mark.parametrize("n", [47, 60, 7])
def test_scores_are_those_of_sql(
    frame: Make, columns_of: Read, bins: int, n: int
) -> None:
    customers = base(n)
    arrow = pd.DataFrame(customers)  # noqa: F841 - DuckDB finds the table by this name
    rows = (
        duckdb.connect()
        .execute(
            f"""select customer_id,
            ntile({bins}) over (order by -inactivity, customer_id),
            ntile({bins}) over (order by frequency, customer_id),
            ntile({bins}) over (order by total_amount, customer_id)
        from arrow"""  # noqa: S608 - a number of ours
        )
        .fetchall()
    )
    native = frame(customers)
    found = columns_of(fit(native, bins).with_rfm_scores(native))
    for at, column in enumerate(("r_score", "f_score", "m_score"), start=1):
        assert by_customer(found, column) == {row[0]: row[at] for row in rows}
    width = 2 if bins >= 10 else 1
    for cell, *scores in zip(
        *(found[name] for name in ("rfm_cell", "r_score", "f_score", "m_score")),
        strict=True,
    ):
        assert cell == "".join(f"{score:0{width}d}" for score in scores)


def test_the_library_and_the_columns_stay(frame: Make, columns_of: Read) -> None:
    native = frame(base())
    found = fit(native).with_rfm_scores(native)
    assert type(found) is type(native)
    added = ["r_score", "f_score", "m_score", "rfm_cell"]
    assert list(columns_of(found)) == [*base(), *added]


@given(st.integers(1, 40), st.integers(2, 12))
def test_sizes_differ_by_one_and_the_first_are_the_larger(n: int, bins: int) -> None:
    starts = [0, *rfm_scores.ntile_starts(n, bins).tolist(), n]
    sizes = np.diff(starts)
    assert sizes.sum() == n
    assert sizes.max() - sizes.min() <= 1
    assert np.all(np.diff(sizes) <= 0)


@given(st.randoms(use_true_random=False))
def test_cuts_do_not_depend_on_the_order_of_rows(random: Any) -> None:
    customers = pd.DataFrame(base())
    order = list(range(len(customers)))
    random.shuffle(order)
    assert fit(customers.iloc[order]) == fit(customers)


def test_a_cut_is_a_value_and_an_id_and_stays(frame: Make, columns_of: Read) -> None:
    scores = fit(frame(base()))
    # Someone new, alike in all numbers, ranks by the id alone.
    value, first = scores.monetary_bounds[1], scores.tie_ids[2][1]
    customers = {
        "customer_id": ["!", first, "~~~"],
        "inactivity": [0.0] * 3,
        "frequency": [1] * 3,
        "total_amount": [value] * 3,
    }
    found = columns_of(scores.with_rfm_scores(frame(customers)))
    given_scores = by_customer(found, "m_score")
    assert given_scores["!"] < given_scores[first] <= given_scores["~~~"]
    rich = frame({**customers, "total_amount": [1e6] * 3})
    assert set(columns_of(scores.with_rfm_scores(rich))["m_score"]) == {5}


def test_a_crowd_is_split_by_id_alone_which_is_unfair(
    frame: Make, columns_of: Read
) -> None:
    customers = {**base(40), "frequency": [1] * 40}
    found = columns_of(fit(frame(customers)).with_rfm_scores(frame(customers)))
    assert Counter(found["f_score"]) == dict.fromkeys(range(1, 6), 8)
    ordered = sorted(found["customer_id"])
    scores = by_customer(found, "f_score")
    assert [scores[name] for name in ordered] == sorted(found["f_score"])


@pytest.mark.parametrize("kind", ["int64", "Int64", "string", "category", "object"])
def test_ids_of_any_kind_are_compared_as_text(kind: Any) -> None:
    customers = pd.DataFrame(base()).assign(customer_id=np.arange(47))
    text = customers.assign(customer_id=customers["customer_id"].astype(str))
    same = text if kind in {"string", "category", "object"} else customers
    typed = same.assign(customer_id=same["customer_id"].astype(kind))
    expected = fit(text)
    assert fit(typed) == expected
    found, wanted = (
        expected.with_rfm_scores(frame)["rfm_cell"].tolist() for frame in (typed, text)
    )
    assert found == wanted


def test_ids_that_are_fractions_are_refused(frame: Make) -> None:
    customers = {**base(), "customer_id": [at / 2 for at in range(47)]}
    with pytest.raises(errors.InvalidTypeError, match="text or whole numbers"):
        fit(frame(customers))


def test_a_customer_who_is_there_twice_is_refused(frame: Make) -> None:
    customers = base()
    customers["customer_id"][3] = customers["customer_id"][8]
    with pytest.raises(
        errors.InvalidValueError, match=r"customer with more than .* in 1 of 47 rows"
    ):
        fit(frame(customers))


def test_a_missing_id_is_refused(frame: Make) -> None:
    customers = base()
    customers["customer_id"][3] = None
    with pytest.raises(errors.InvalidValueError, match="'customer_id': missing"):
        fit(frame(customers))


def test_a_missing_number_is_refused(frame: Make) -> None:
    customers = base()
    customers["total_amount"][3] = None
    with pytest.raises(errors.InvalidValueError, match="'total_amount': missing"):
        fit(frame(customers))


def test_a_column_of_ids_is_needed(frame: Make) -> None:
    customers = base()
    del customers["customer_id"]
    with pytest.raises(errors.MissingColumnError, match="customer_id"):
        fit(frame(customers))


def test_an_engine_with_an_alphabet_of_its_own_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lazy = duckdb.connect().from_arrow(pa.table(base()))
    # As if it were one of those whose order of text a setting decides.
    monkeypatch.setattr(nw.Implementation, "is_duckdb", lambda _: False)
    with pytest.raises(errors.InvalidTypeError, match="sorts ids letter by letter"):
        fit(lazy)


def test_nobody_cannot_be_scored() -> None:
    customers = pd.DataFrame(base()).iloc[:0]
    with pytest.raises(errors.NotEnoughDataError, match="at least 1 customer"):
        fit(customers)


def test_scores_travel_as_json() -> None:
    scores = fit(pd.DataFrame(base()))
    document = json.loads(json.dumps(scores.to_dict()))
    assert segments.RfmScores.from_dict(document) == scores


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        ("recency_bounds", {"recency_bounds": (7.0, 30.0)}),
        ("monetary_bounds", {"monetary_bounds": ()}),
        ("monetary_bounds", {"monetary_bounds": (float("nan"), 1.0)}),
        ("tie_ids", {"tie_ids": (("a", "a"), ("b", "a"), ("a", "a"))}),
        ("tie_ids", {"tie_ids": (("a", "a"), ("a", "b"))}),
        ("tie_ids", {"tie_ids": (("a", "a"), ("a", "b", "c"), ("a", "a"))}),
    ],
)
def test_cuts_by_hand_are_checked(argument: str, wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {
        "recency_bounds": (30.0, 7.0),
        "frequency_bounds": (1.0, 1.0),
        "monetary_bounds": (50.0, 100.0),
        "tie_ids": (("a", "a"), ("a", "b"), ("a", "a")),
    }
    assert segments.RfmScores(**facts).method == "ntile"
    with pytest.raises(errors.InvalidValueError, match=argument):
        segments.RfmScores(**{**facts, **wrong})


def test_an_id_of_a_cut_is_a_text() -> None:
    number: Any = (("a", "a"), ("a", 7), ("a", "a"))
    with pytest.raises(errors.InvalidTypeError, match=r"'tie_ids' .* a text.* int 7"):
        segments.RfmScores(
            recency_bounds=(30.0, 7.0),
            frequency_bounds=(1.0, 1.0),
            monetary_bounds=(50.0, 100.0),
            tie_ids=number,
        )


def test_one_number_is_no_list_of_ids() -> None:
    lone: Any = 5
    with pytest.raises(errors.InvalidTypeError, match=r"'tie_ids' .* a tuple"):
        segments.RfmScores(
            recency_bounds=(3.0,),
            frequency_bounds=(1.0,),
            monetary_bounds=(1.0,),
            tie_ids=lone,
        )


@pytest.mark.parametrize("bins", [1, 2.5])
def test_bins_must_be_whole_and_two_at_least(bins: Any) -> None:
    with pytest.raises(errors.InvalidValueError, match="'bins'"):
        fit(pd.DataFrame(base()), bins=bins)
