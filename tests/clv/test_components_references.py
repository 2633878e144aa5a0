"""What is usual for new customers, learnt only from what was known then."""

import datetime as dt
import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit import errors
from crmkit.clv import References, fit_references
from crmkit.ledger import Ledger


def day(month: int, number: int) -> dt.date:
    return dt.date(2023, month, number)


LINES = pl.DataFrame(
    {
        "customer_id": ["a", "b", "a", "c", "d"],
        "date": [day(1, 3), day(1, 9), day(2, 5), day(2, 7), day(4, 1)],
        "category": ["x", "x", "x", "y", "x"],
        "list_amount": [100.0, 100.0, 100.0, 50.0, 80.0],
        "paid_amount": [90.0, 70.0, 10.0, 25.0, 80.0],
    }
)


def fitted(ledger: Any, **options: Any) -> References:
    settings: dict[str, Any] = {"as_of": "2023-04-30", "parent_weight": 0.0}
    return fit_references(ledger, **settings | options)


def test_a_period_learns_from_the_periods_before_it() -> None:
    references = fitted(Ledger(lines=LINES))
    assert references.periods == (
        "2023-01-01",
        "2023-02-01",
        "2023-04-01",
        "2023-05-01",
    )
    # January has nothing before it; a's second order sets no standard.
    assert references.from_itself == (True, False, False, False)
    assert references.overall_depth == pytest.approx((0.2, 0.2, 65 / 250, 65 / 330))
    assert [row[0] for row in references.discount_depth] == pytest.approx(
        [0.2, 0.2, 0.2, 40 / 280]
    )


def test_a_category_nobody_new_has_bought_has_the_overall_depth() -> None:
    references = fitted(Ledger(lines=LINES))
    y = references.categories.index("y")
    assert references.discount_depth[1][y] == references.overall_depth[1]
    assert references.discount_depth[2][y] == 0.5


def test_a_thin_category_is_shrunk_by_customers_not_lines() -> None:
    references = fitted(Ledger(lines=LINES), parent_weight=3.0)
    y = references.categories.index("y")
    overall = 65 / 250
    assert references.discount_depth[2][y] == pytest.approx(0.25 * 0.5 + 0.75 * overall)


def test_every_sale_may_set_the_standard() -> None:
    references = fitted(Ledger(lines=LINES), basis="all")
    assert references.overall_depth[-1] == pytest.approx(1 - 275 / 430)


def test_serving_the_first_order_costs_what_comes_before_the_second() -> None:
    service = pl.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b"],
            "date": [day(1, 3), day(1, 20), day(2, 5), day(1, 9)],
            "amount": [2.0, 4.0, 100.0, 6.0],
        }
    )
    references = fitted(Ledger(lines=LINES, service=service))
    assert references.service_cost == (6.0, 6.0, 4.0, 3.0)


def test_winning_a_customer_costs_what_the_unreferred_cost() -> None:
    acquisition = pl.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "date": [day(1, 1), day(1, 2), day(2, 7)],
            "amount": [10.0, 1.0, 20.0],
        }
    )
    referrals = pl.DataFrame(
        {
            "referrer_id": ["a"],
            "referee_id": ["b"],
            "date": [day(1, 9)],
            "share": [0.5],
        }
    )
    ledger = Ledger(lines=LINES, acquisition=acquisition, referrals=referrals)
    assert fitted(ledger).acquisition_cost == (10.0, 10.0, 15.0, 10.0)


def test_an_older_relationship_sets_no_standard_for_new_customers() -> None:
    start = pl.DataFrame({"customer_id": ["b"], "date": [day(1, 1)]})
    references = fitted(Ledger(lines=LINES, relationship_start=start))
    assert references.overall_depth[0] == pytest.approx(0.1)


def test_references_survive_json_to_the_bit() -> None:
    references = fitted(Ledger(lines=LINES), parent_weight=7.0)
    text = json.dumps(references.to_dict())
    assert References.from_dict(json.loads(text)) == references
    assert hash(references) == hash(References.from_dict(json.loads(text)))


def test_nothing_sold_yet_is_not_enough() -> None:
    with pytest.raises(errors.NotEnoughDataError, match="a sale to a new customer"):
        fitted(Ledger(lines=LINES), as_of="2022-12-31")


def test_standards_by_category_need_one_for_the_rest() -> None:
    with pytest.raises(errors.InvalidValueError, match="overall_depth"):
        References.from_standards(discount_depth={"x": 0.1})


def test_periods_out_of_order_are_refused() -> None:
    with pytest.raises(errors.InvalidValueError, match="do not match the periods"):
        References(
            periods=("2024-02-01", "2024-01-01"),
            categories=(),
            discount_depth=((), ()),
            overall_depth=(0.0, 0.0),
            service_cost=(0.0, 0.0),
            acquisition_cost=(0.0, 0.0),
            from_itself=(False, False),
            basis="given",
        )


@pytest.mark.parametrize("unit", [1e-4, 1e6])
def test_discounts_are_the_same_in_any_unit_of_money(unit: float) -> None:
    priced = LINES.with_columns(pl.col("list_amount", "paid_amount") * unit)
    found, usual = (fitted(Ledger(lines=lines)) for lines in (priced, LINES))
    for name in ("discount_depth", "overall_depth"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(usual, name), rtol=1e-9, atol=1e-15
        )
