"""First purchases, returns, customers without any, and what is refused."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from crmkit import errors
from crmkit.clv import References, clv_components
from crmkit.ledger import Ledger

END = "2023-12-31"


def components(ledger: Any, **options: Any) -> Any:
    settings: dict[str, Any] = {
        "as_of": END,
        "time_unit": "year",
        "discount_rate": 0.0,
    } | options
    return clv_components(ledger, **settings)


def _pair(start: Any) -> Any:
    lines = pl.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "date": [dt.date(2023, 1, 5), dt.date(2023, 2, 5), dt.date(2023, 1, 9)],
            "paid_amount": [10.0, 20.0, 5.0],
        }
    )
    return Ledger(lines=lines, relationship_start=start)


def test_a_first_purchase_that_may_not_be_the_first_says_so() -> None:
    references = References.from_standards()
    known = components(_pair("known"), references=references)
    unknown = components(_pair("unknown"), references=references)
    assert known["first_purchase"].to_list() == ["first_ever", "first_ever"]
    assert unknown["first_purchase"].to_list() == ["first_seen", "first_seen"]
    assert unknown["clv1"].to_list() == [10.0, 5.0]


def test_a_relationship_older_than_the_log_has_no_first_purchase_in_it() -> None:
    start = pl.DataFrame({"customer_id": ["a"], "date": [dt.date(2020, 1, 1)]})
    found = components(_pair(start), references=References.from_standards())
    assert found["first_purchase"].to_list() == ["before_the_log", "first_ever"]
    assert found["clv1"].to_list() == [0.0, 5.0]
    assert found["clv2"].to_list() == [30.0, 0.0]
    assert found["clv2_base"].to_list() == [20.0, 0.0]


def test_a_full_return_takes_every_part_back() -> None:
    lines = pl.DataFrame(
        {
            "line_id": [1, 2, 3],
            "customer_id": ["a", "a", "a"],
            "order_id": [1, 2, 3],
            "date": [dt.date(2023, 1, 5), dt.date(2023, 2, 5), dt.date(2023, 5, 9)],
            "category": ["x", "y", "y"],
            "list_amount": [10.0, 50.0, -50.0],
            "paid_amount": [9.0, 40.0, -40.0],
            "cost_amount": [5.0, 20.0, -20.0],
            "return_of": [None, None, 2],
        }
    )
    references = References(
        periods=("2023-01-01", "2023-04-01"),
        categories=("x", "y"),
        discount_depth=((0.1, 0.2), (0.3, 0.4)),
        overall_depth=(0.1, 0.3),
        service_cost=(0.0, 0.0),
        acquisition_cost=(0.0, 0.0),
        from_itself=(True, False),
        basis="given",
    )
    found = components(Ledger(lines=lines), references=references).row(0, named=True)
    assert found["clv3"] == 0
    assert found["clv6"] == 0
    assert found["clv1"] == 4


def test_a_new_category_is_cross_selling_for_ever_or_on_its_first_day() -> None:
    lines = pl.DataFrame(
        {
            "customer_id": ["a"] * 5,
            "date": [dt.date(2023, 1, day) for day in (1, 2, 2, 3, 4)],
            "category": ["x", "y", "y", "y", "x"],
            "paid_amount": [1.0, 10.0, 20.0, 100.0, 1000.0],
        }
    )
    ledger, references = Ledger(lines=lines), References.from_standards()
    lasting = components(ledger, references=references)
    once = components(ledger, references=references, cross_sell="first_only")
    assert lasting.select("clv1", "clv2", "clv3").row(0) == (1.0, 1000.0, 130.0)
    assert once.select("clv1", "clv2", "clv3").row(0) == (1.0, 1100.0, 30.0)


def test_four_customers_and_three_referrals_worked_on_paper() -> None:
    # 0 brings 1 (share one half) and 2 (who would have come anyway), 1 brings 3 (one
    # half). Own values 100, 60, 40, -10; winning one costs 20 usually.
    day = dt.date(2023, 5, 1)
    lines = pl.DataFrame(
        {
            "customer_id": [0, 1, 2, 3],
            "date": [day] * 4,
            "paid_amount": [120.0, 65.0, 45.0, 0.0],
            "cost_amount": [0.0, 0.0, 0.0, 5.0],
        }
    )
    acquisition = pl.DataFrame(
        {
            "customer_id": [0, 1, 2, 3],
            "date": [day] * 4,
            "amount": [20.0, 5.0, 5.0, 5.0],
        }
    )
    referrals = pl.DataFrame(
        {
            "referrer_id": [0, 0, 1],
            "referee_id": [1, 2, 3],
            "date": [day] * 3,
            "share": [0.5, 0.5, 0.5],
            "incremental": [True, False, True],
        }
    )
    found = components(
        Ledger(lines=lines, acquisition=acquisition, referrals=referrals),
        references=References.from_standards(acquisition_cost=20.0),
    )
    assert found["clv5"].to_list() == [53.75, -36.25, -15.0, -2.5]
    assert found["clv"].to_list() == [153.75, 23.75, 25.0, -12.5]
    assert found["clv"].sum() == 190.0


def test_customers_without_a_purchase_are_rows_of_zeros() -> None:
    lines = _pair("known").lines
    people = pl.DataFrame({"customer_id": ["a", "b", "c"]})
    found = components(
        Ledger(lines=lines, customers=people), references=References.from_standards()
    )
    last = found.row(2, named=True)
    assert (last["customer_id"], last["clv"]) == ("c", 0.0)
    assert last["first_purchase"] == "none"


def test_a_line_without_a_group_is_refused_by_name() -> None:
    lines = _pair("known").lines.with_columns(shop=pl.Series(["x", None, "y"]))
    with pytest.raises(
        errors.InvalidValueError, match="column 'shop': missing value in 1 of 3 rows"
    ):
        components(
            Ledger(lines=lines), by="shop", references=References.from_standards()
        )


def test_a_column_nobody_has_is_refused_by_name() -> None:
    ledger = _pair("known")
    with pytest.raises(errors.MissingColumnError, match="colour"):
        components(ledger, by="colour", references=References.from_standards())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("discount_rate", -1.0),
        ("discount_rate", float("nan")),
        ("time_unit", "fortnight"),
        ("cross_sell", "never"),
        ("acquisition", "outside"),
        ("period", "decade"),
        ("as_of", "31.12.2023"),
    ],
)
def test_an_impossible_option_is_refused_by_name(option: str, value: Any) -> None:
    with pytest.raises(errors.InvalidValueError, match=f"argument '{option}'"):
        components(
            _pair("known"), references=References.from_standards(), **{option: value}
        )
