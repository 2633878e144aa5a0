"""What is made of the parts: streams, tenses, waterfall, influence."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crmkit import errors
from crmkit.clv import clv_components, fit_references, referral_influence
from crmkit.clv.value.value_streams import with_value_streams
from crmkit.clv.value.value_tenses import with_value_tenses
from crmkit.clv.value.value_waterfall import value_waterfall
from crmkit.datasets.simulated_company import simulate_company
from crmkit.ledger import Ledger
from crmkit.plot import waterfall

END = "2023-12-31"


def company(customers: int = 100) -> Any:
    return simulate_company(
        customers=customers, rng=np.random.default_rng(1), backend="polars"
    )


def components(**options: Any) -> Any:
    ledger = company()
    return clv_components(
        ledger,
        references=fit_references(ledger, as_of=END),
        as_of=END,
        time_unit="year",
        discount_rate=0.0,
        **options,
    )


@pytest.mark.parametrize("acquisition", ["inside", "apart"])
def test_the_streams_less_acquisition_are_the_value(acquisition: str) -> None:
    found = with_value_streams(components(acquisition=acquisition))
    streams = found.select(
        pl.sum_horizontal("base_spending", "spending_growth", "referral_value")
    ).to_series()
    np.testing.assert_allclose(
        streams - found["acquisition_cost"], found["clv"], atol=1e-10
    )


def test_where_acquisition_is_shown_does_not_move_a_stream() -> None:
    inside, apart = (
        with_value_streams(components(acquisition=how)) for how in ("inside", "apart")
    )
    np.testing.assert_allclose(
        inside["base_spending"], apart["base_spending"], atol=1e-10
    )


def test_streams_stay_lazy_where_the_parts_are(
    frame: Callable[[dict[str, Any]], Any], columns_of: Callable[[Any], Any]
) -> None:
    parts = {
        "clv2_growth": [3.0],
        "clv3": [7.0],
        "clv4": [1.0],
        "clv5": [10.0],
        "clv6": [-2.0],
        "clv": [44.0],
        "acquisition_cost": [12.0],
    }
    found = columns_of(with_value_streams(frame(parts)))
    assert found["base_spending"] == [37.0]
    assert found["spending_growth"] == [9.0]


PAST = {"customer_id": ["b", "a", "c"], "clv": [1.0, 2.0, 3.0], "kind": ["x", "x", "y"]}
AHEAD: dict[str, Any] = {
    "customer_id": ["a", "b", "c"],
    "clv2": [10.0, 20.0, 90.0],
    "clv3": [5.0, 1.0, 0.0],
    "clv5": [0.0, 0.0, 0.0],
    "clv": [15.0, 21.0, 90.0],
    "probability_alive": [1.0, 1.0, 1.0],
}


def test_potential_is_the_distance_to_what_peers_reach(
    eager_frame: Callable[[dict[str, Any]], Any], columns_of: Callable[[Any], Any]
) -> None:
    found = columns_of(
        with_value_tenses(
            eager_frame(PAST), expected=eager_frame(AHEAD), by="kind", reach=0.5
        )
    )
    assert found["customer_id"] == ["b", "a", "c"]
    assert found["historical_value"] == [1.0, 2.0, 3.0]
    assert found["current_value"] == [21.0, 15.0, 90.0]
    assert found["potential_activation"] == [0.0, 5.0, 0.0]
    assert found["potential_cross_sell"] == [2.0, 0.0, 0.0]
    assert found["potential_value"] == [2.0, 5.0, 0.0]


def test_a_customer_in_one_frame_only_is_refused(
    eager_frame: Callable[[dict[str, Any]], Any],
) -> None:
    other = {**AHEAD, "customer_id": ["a", "b", "d"]}
    with pytest.raises(errors.InvalidValueError, match="unmatched customer in 2 of 4"):
        with_value_tenses(eager_frame(PAST), expected=eager_frame(other))
    fewer = {name: values[:2] for name, values in AHEAD.items()}
    with pytest.raises(errors.InvalidValueError, match="unmatched customer in 1 of 3"):
        with_value_tenses(eager_frame(PAST), expected=eager_frame(fewer))


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("past", "later", "sentence"),
    [
        ({"clv": [1.0, None, 3.0]}, {}, "column 'clv': missing value in 1 of 3 rows"),
        ({}, {"clv2": [1.0, NAN, 3.0]}, "column 'clv2': missing value"),
        ({}, {"clv5": [1.0, INF, 3.0]}, "column 'clv5': infinite value"),
        ({"clv": ["1", "2", "3"]}, {}, "column 'clv': expected numbers"),
        ({}, {"clv3": ["1", "2", "3"]}, "column 'clv3': expected numbers"),
        ({"customer_id": ["b", None, "c"]}, {}, "'customer_id': missing value"),
        ({}, {"customer_id": [1, 2, 3]}, "Convert the ids of both frames to one type"),
        ({"kind": ["x", None, "y"]}, {}, "column 'kind': missing value"),
    ],
)
def test_tenses_of_frames_that_cannot_be_are_refused(
    eager_frame: Callable[[dict[str, Any]], Any],
    past: dict[str, Any],
    later: dict[str, Any],
    sentence: str,
) -> None:
    with pytest.raises(errors.CrmkitError) as caught:
        with_value_tenses(
            eager_frame({**PAST, **past}),
            expected=eager_frame({**AHEAD, **later}),
            by="kind",
        )
    assert sentence in str(caught.value)


def test_tenses_are_of_two_frames_of_one_library() -> None:
    past: Any = pd.DataFrame(PAST)
    with pytest.raises(errors.InvalidTypeError, match="both frames to one library"):
        with_value_tenses(past, expected=pl.DataFrame(AHEAD))


@pytest.mark.parametrize("by", [3, [3], ["kind", "kind"]])
def test_peers_are_found_by_names(by: Any) -> None:
    with pytest.raises(errors.CrmkitError, match="argument 'by'"):
        with_value_tenses(pl.DataFrame(PAST), expected=pl.DataFrame(AHEAD), by=by)


def test_ids_of_two_widths_or_labels_are_the_same_ids() -> None:
    past, later = pl.DataFrame(PAST), pl.DataFrame(AHEAD)
    plain = with_value_tenses(past, expected=later)
    label = pl.col("customer_id").cast(pl.Categorical)
    found = with_value_tenses(past, expected=later.with_columns(label))
    assert found.equals(plain)
    narrow = pl.Series("customer_id", [2, 1, 3], dtype=pl.Int32)
    wide = pl.Series("customer_id", [1, 2, 3], dtype=pl.Int64)
    found = with_value_tenses(
        past.with_columns(narrow), expected=later.with_columns(wide)
    )
    assert found.drop("customer_id").equals(plain.drop("customer_id"))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (NAN, "column 'clv3': missing value in 1 of 2 rows"),
        (None, "column 'clv3': missing value in 1 of 2 rows"),
        (INF, "column 'clv3': infinite value in 1 of 2 rows"),
        ("1", "column 'clv3': expected numbers"),
    ],
)
def test_streams_of_parts_that_cannot_be_are_refused(
    frame: Callable[[dict[str, Any]], Any], value: Any, sentence: str
) -> None:
    names = ("clv2_growth", "clv4", "clv5", "clv6", "clv", "acquisition_cost")
    parts: dict[str, Any] = {name: [1.0, 2.0] for name in names}
    other = "2" if isinstance(value, str) else 2.0
    with pytest.raises(errors.CrmkitError) as caught:
        with_value_streams(frame({**parts, "clv3": [other, value]}))
    assert sentence in str(caught.value)


def test_the_bars_of_a_waterfall_meet() -> None:
    steps = value_waterfall(components())
    assert steps["part"].to_list() == [f"clv{n}" for n in range(1, 7)] + ["value"]
    np.testing.assert_allclose(steps["start"][1:6], steps["end"][:5], rtol=1e-14)
    assert steps["end"][5] == pytest.approx(steps["end"][6])
    assert steps["start"][6] == 0


def test_a_waterfall_is_drawn_as_computed() -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    steps = value_waterfall(components())
    axes = waterfall(steps)
    bars: Any = axes.patches
    assert [bar.get_height() for bar in bars] == pytest.approx(
        (steps["end"] - steps["start"]).to_list()
    )
    assert waterfall(steps, ax=axes) is axes
    plt.close("all")


def test_influence_counts_everyone_brought_in_full() -> None:
    ledger = company()
    found = referral_influence(ledger, as_of=END, time_unit="year", discount_rate=0.0)
    own = {each.customer_id: each.own for each in found.influences}
    edges = ledger.referrals.select("referrer_id", "referee_id").rows()

    def influence(customer: int) -> float:
        below = sum(influence(b) for a, b in edges if a == customer)
        return own[customer] + below

    for each in found.influences:
        assert each.influence == pytest.approx(influence(cast("int", each.customer_id)))
    assert found.of(found.influences[3].customer_id) == found.influences[3]
    assert [each.influence for each in found.top(5)] == sorted(
        (each.influence for each in found.influences), reverse=True
    )[:5]


def test_influences_refuse_to_be_summed() -> None:
    found = referral_influence(
        company(), as_of=END, time_unit="year", discount_rate=0.0
    )
    with pytest.raises(errors.InvalidTypeError, match="count the same customers many"):
        sum(found.top(2))
    with pytest.raises(errors.InvalidTypeError, match="Sum clv5"):
        _ = found + found
    with pytest.raises(errors.InvalidValueError, match="unknown customer 'zoe'"):
        found.of("zoe")


def test_an_influence_keeps_the_id_of_the_ledger() -> None:
    found = referral_influence(
        company(), as_of=END, time_unit="year", discount_rate=0.0
    )
    ids = [each.customer_id for each in found.influences]
    assert set(map(type, ids)) == {int}
    assert found.of(ids[0]) is found.influences[0]
    with pytest.raises(errors.InvalidValueError, match="unknown customer '"):
        found.of(str(ids[0]))
    with pytest.raises(
        errors.InvalidTypeError, match="a whole number or a number or a text, got list"
    ):
        replace(found.influences[0], customer_id=cast("Any", [1]))
    several: list[Any] = [ids[:2], np.array(ids[:2]), pd.Series(ids[:2]), None]
    for given in several:
        with pytest.raises(errors.InvalidValueError, match="unknown customer "):
            found.of(given)


def test_a_referee_who_never_bought_is_brought_by_no_one() -> None:
    day = dt.date(2024, 1, 1)
    lines = pl.DataFrame(
        {
            "line_id": [1, 2],
            "customer_id": ["a", "b"],
            "order_id": [1, 2],
            "date": [day, day + dt.timedelta(days=40)],
            "category": ["x", "x"],
            "list_amount": [10.0, 20.0],
            "paid_amount": [10.0, 20.0],
            "cost_amount": [4.0, 5.0],
        }
    )
    referrals = pl.DataFrame(
        {
            "referrer_id": ["a", "a"],
            "referee_id": ["b", "idle"],
            "date": [day + dt.timedelta(days=30)] * 2,
            "share": [1.0, 1.0],
        }
    )
    customers = pl.DataFrame({"customer_id": ["a", "b", "idle"]})
    ledger = Ledger(lines=lines, referrals=referrals, customers=customers)
    found = referral_influence(
        ledger, as_of="2024-12-31", time_unit="year", discount_rate=0.0
    )
    first = found.of("a")
    assert (first.own, first.influence, first.n_referees) == (6.0, 21.0, 1)
