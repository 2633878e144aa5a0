"""Parts of value are refused where the ledger or the standards cannot carry them."""

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from crmkit import errors
from crmkit.clv import (
    Assumptions,
    BgNbd,
    CategoryShares,
    GammaGamma,
    References,
    ReferralOutlook,
    clv_components,
    expected_components,
)
from crmkit.ledger import Ledger

END = "2024-06-30"
Row = tuple[int, str, str, str, float, float, int | None]
ROWS: list[Row] = [
    (1, "a", "2023-12-01", "t", 100.0, 60.0, None),
    (2, "a", "2024-01-05", "t", 100.0, 60.0, None),
    (3, "b", "2024-02-01", "t", 80.0, 48.0, None),
    (4, "b", "2024-03-01", "u", 90.0, 54.0, None),
    (5, "b", "2024-03-10", "u", -90.0, -54.0, 4),
    (6, "a", "2024-03-01", "t", 90.0, 54.0, None),
]


def book(rows: list[Row], **columns: Any) -> Ledger[Any]:
    names = (
        "line_id",
        "customer_id",
        "date",
        "category",
        "paid_amount",
        "cost_amount",
        "return_of",
    )
    frame = pl.DataFrame(rows, schema=list(names), orient="row")
    dates = pl.col("date").str.to_date()
    return Ledger(lines=frame.with_columns(dates, **columns))


def ahead(ledger: Ledger[Any], **assumed: Any) -> Any:
    return expected_components(
        ledger,
        purchases=BgNbd(r=0.6, alpha=10.0, a=0.8, b=2.5),
        spend=GammaGamma(p=6.0, q=4.0, v=20.0),
        references=References.from_standards(),
        as_of=END,
        horizon=52,
        discount_rate=0.0,
        time_unit="week",
        assumptions=Assumptions(**assumed),
    )


def test_a_category_that_all_came_back_costs_what_it_did() -> None:
    found = ahead(book(ROWS))
    paid = found["expected_purchases"] * found["expected_spend"]
    np.testing.assert_allclose(found["clv"] / paid, 0.4, rtol=1e-12)


def test_a_category_never_sold_costs_what_the_others_do() -> None:
    late = (7, "b", "2024-12-01", "v", 50.0, 5.0, None)
    shares = CategoryShares(
        categories=("t", "u", "v"),
        concentration=(2.0, 1.0, 3.0),
        list_amount=(90.0, 90.0, 50.0),
    )
    found = ahead(book([*ROWS, late]), shares=shares)
    paid = found["expected_purchases"] * found["expected_spend"]
    np.testing.assert_allclose(found["clv"] / paid, 0.4, rtol=1e-12)


def test_without_list_amounts_nothing_is_looked_ahead() -> None:
    with pytest.raises(errors.NotEnoughDataError, match="a list amount above 0"):
        ahead(book(ROWS, list_amount=pl.lit(0.0)))


def test_where_every_line_came_back_nothing_is_looked_ahead() -> None:
    with pytest.raises(errors.NotEnoughDataError, match="and not returned"):
        ahead(book(ROWS[3:5]))


def test_where_everything_was_free_nothing_is_looked_ahead() -> None:
    free = book(ROWS, list_amount=pl.col("paid_amount"), paid_amount=pl.lit(0.0))
    with pytest.raises(errors.NotEnoughDataError, match=r"at least 1% .* got 0\.00%"):
        ahead(free)


def test_shares_without_an_amount_are_refused() -> None:
    shares = CategoryShares(
        categories=("t", "u"), concentration=(1.0, 1.0), list_amount=(0.0, 0.0)
    )
    with pytest.raises(errors.InvalidValueError, match="no list amount above 0"):
        ahead(book(ROWS), shares=shares)


OUTLOOK: dict[str, Any] = {
    "overall_rate": 0.1,
    "share": 0.5,
    "referee_value": 10.0,
    "acquisition_cost": 1.0,
    "reward": 1.0,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"share": 2.0},
        {"referee_value": float("inf")},
        {"referee_value_error": -1.0},
        {"groups": ("x",), "rates": (-0.1,)},
        {"groups": ("x",), "rates": (float("nan"),)},
        {"occasions": float("inf")},
    ],
)
def test_an_impossible_outlook_on_referral_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidValueError, match="argument"):
        ReferralOutlook(**{**OUTLOOK, **wrong})


@pytest.mark.parametrize("amounts", [(-1.0, 1.0), (1.0, float("inf"))])
def test_impossible_shares_are_refused(amounts: tuple[float, float]) -> None:
    with pytest.raises(errors.InvalidValueError, match="argument 'list_amount'"):
        CategoryShares(
            categories=("t", "u"), concentration=(1.0, 1.0), list_amount=amounts
        )


def test_a_category_has_one_share() -> None:
    with pytest.raises(errors.InvalidValueError, match="a category named twice"):
        CategoryShares(
            categories=("t", "t"), concentration=(1.0, 1.0), list_amount=(1.0, 1.0)
        )


STANDARDS = References.from_standards(discount_depth={"t": 0.1}, overall_depth=0.1)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"service_cost": (-1.0,)}, "argument 'service_cost': negative value"),
        ({"acquisition_cost": (-1.0,)}, "argument 'acquisition_cost': negative"),
        ({"overall_depth": (1.2,)}, r"'overall_depth': a depth of 1\.2, above 1"),
        ({"discount_depth": ((2.0,),)}, "'discount_depth': a depth of 2"),
        ({"periods": ("x",)}, "a period 'x' that is no ISO-8601 date"),
        ({"periods": (dt.date(2024, 1, 1),)}, "that is no ISO-8601 date"),
    ],
)
def test_impossible_standards_are_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(errors.InvalidValueError, match=sentence):
        dataclasses.replace(STANDARDS, **wrong)


def history(ledger: Ledger[Any], **options: Any) -> Any:
    chosen: dict[str, Any] = {
        "references": References.from_standards(),
        "as_of": END,
        "time_unit": "year",
        "discount_rate": 0.0,
    }
    return clv_components(ledger, **(chosen | options))


def test_standards_of_other_categories_are_refused() -> None:
    other = References.from_standards(discount_depth={"x": 0.1}, overall_depth=0.1)
    with pytest.raises(
        errors.InvalidValueError, match=r"none of the ledger's categories .*\['x'\]"
    ):
        history(book(ROWS), references=other)
    assert len(history(book(ROWS), references=STANDARDS)) == 2
