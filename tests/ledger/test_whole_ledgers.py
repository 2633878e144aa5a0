"""Whole ledgers of unequal tables: what each line and each table becomes."""

import datetime as dt
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import errors
from crmkit.kernels.value.component_identity import NEVER
from crmkit.ledger import Ledger


def day(number: int) -> dt.date:
    return dt.date(2024, 1, number)


def _lines(**changes: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "line_id": [11, 12, 13, 14],
            "customer_id": ["b", "a", "b", "a"],
            "date": [day(5), day(6), day(9), day(9)],
            "paid_amount": [18.0, 9.0, -4.0, 0.0],
            "return_of": pd.array([None, None, 11, None], dtype="Int64"),
            **changes,
        }
    )


def test_one_currency_is_taken_and_three_are_named() -> None:
    lines = _lines(currency=["EUR"] * 4)
    assert Ledger(lines=lines, currency_col="currency").book.orders == 4
    three = _lines(currency=["EUR", "USD", "CHF", "EUR"])
    with pytest.raises(
        errors.InvalidValueError, match=r"3 currencies \('CHF', 'EUR', 'U"
    ):
        Ledger(lines=three, currency_col="currency")
    with pytest.raises(errors.MissingColumnError, match="currency"):
        Ledger(lines=_lines(), currency_col="currency")


def test_line_ids_are_checked_without_returns_and_returns_need_line_ids() -> None:
    sales = _lines()[["line_id", "customer_id", "date", "paid_amount"]][:2]
    assert Ledger(lines=sales).book.lines.row.tolist() == [0, 1]
    twice = sales.assign(line_id=[7, 7])
    with pytest.raises(errors.InvalidValueError, match="duplicate line id in 1 of 2"):
        Ledger(lines=twice)
    with pytest.raises(errors.MissingColumnError, match="line_id"):
        Ledger(lines=_lines().drop(columns="line_id"))


@pytest.mark.parametrize("returns", ["error", "drop", "net"])
def test_free_sales_and_linked_returns_stay_whatever_becomes_of_others(
    returns: Any,
) -> None:
    book = Ledger(lines=_lines(), returns=returns).book
    assert book.lines.row.tolist() == [0, 1, 2, 3]
    assert book.lines.returned.tolist() == [False, False, True, False]
    assert book.lines.paid.tolist() == [18.0, 9.0, -4.0, 0.0]
    assert book.lines.customer.tolist() == [1, 0, 1, 0]
    assert (book.lines.sale_day - book.lines.day).tolist() == [0, 0, -4, 0]
    assert book.unmatched_returns.count == 0
    assert book.lines.listed.tolist() == book.lines.paid.tolist()
    assert book.lines.cost.tolist() == [0.0] * 4


def test_a_small_sale_takes_back_no_more_than_it_either() -> None:
    small = _lines(paid_amount=[0.5, 9.0, -0.6, 0.0])
    with pytest.raises(errors.InvalidValueError, match=r"larger returns .*row 0"):
        Ledger(lines=small)
    assert Ledger(lines=_lines(paid_amount=[0.5, 9.0, -0.5, 0.0])).book.orders == 4


@pytest.mark.parametrize(
    "measured", [(), ("list_amount",), ("cost_amount",), ("cost_amount", "list_amount")]
)
def test_what_the_lines_measure_is_known(measured: tuple[str, ...]) -> None:
    amounts = {name: [20.0, 10.0, -5.0, 0.0] for name in measured}
    book = Ledger(lines=_lines(**amounts)).book
    assert book.measured == frozenset(measured)
    known = [20.0, 10.0, -5.0, 0.0]
    assert (book.lines.listed.tolist() == known) == ("list_amount" in measured)
    assert (book.lines.cost.tolist() == known) == ("cost_amount" in measured)
    assert ("cost of goods" in _shown(lines=_lines(**amounts))) == (
        "cost_amount" in measured
    )


def _shown(**tables: Any) -> str:
    ledger: Any = Ledger(**tables)
    return str(ledger._repr_html_())


COSTS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "b"],
        "date": [day(2), day(9), day(3)],
        "amount": [1000.0, 2000.5, 4.0],
    }
)
REFERRALS = pd.DataFrame(
    {
        "referrer_id": ["a", "b", "c"],
        "referee_id": ["b", "c", "d"],
        "date": [day(1), day(1), day(2)],
        "share": [0.25, 0.5, 1.0],
        "weight": [2.0, 3.0, 5.0],
        "reward": [7.0, 0.0, 11.0],
        "incremental": [True, False, True],
    }
)


def test_a_ledger_says_how_much_of_each_table_it_has() -> None:
    people = pd.DataFrame({"customer_id": ["d", "c", "b", "a"]})
    ledger = Ledger(
        lines=_lines(),
        service=COSTS,
        acquisition=COSTS[:1],
        referrals=REFERRALS,
        customers=people,
        early_service="apart",
    )
    assert repr(ledger) == (
        "Ledger(4 customers, 4 lines, 2 service costs, 1 acquisition cost, "
        "3 referrals, 1 early service costs of 4.00 kept apart)"
    )
    table: Any = ledger
    cells = re.findall(r">([^<>]+)</t[hd]>", table._repr_html_())
    assert dict(zip(cells[::2], cells[1::2], strict=True)) == {
        "customers": "4",
        "lines": "4",
        "orders": "4",
        "categories": "1",
        "first and last day": "2024-01-05 to 2024-01-09",
        "paid": "23.00",
        "service costs": "3,000.50 in 2 rows",
        "acquisition costs": "1,000.00 in 1 rows",
        "referrals": "3",
    }
    one = Ledger(lines=_lines()[1:2], early_service="apart")
    assert repr(one) == "Ledger(1 customer, 1 line)"
    moved = Ledger(lines=_lines(), service=COSTS)
    assert repr(moved) == (
        "Ledger(2 customers, 4 lines, 1 service cost, 2 acquisition costs, "
        "2 early service costs of 1,004.00 booked as acquisition)"
    )
    assert moved.book.early_service_kept == "acquisition"
    assert ledger.book.early_service_kept == "apart"
    book = ledger.book
    assert book.ids.to_list() == ["a", "b", "c", "d"]
    assert book.listed.tolist() == book.seen().tolist() == [True] * 4
    given = book.referrals
    assert given.referrer.tolist() == [0, 1, 2]
    assert given.referee.tolist() == [1, 2, 3]
    assert given.share.tolist() == [0.25, 0.0, 1.0]
    assert given.weight.tolist() == [2.0, 3.0, 5.0]
    assert given.reward.tolist() == [7.0, 0.0, 11.0]


def test_who_is_won_or_begins_before_the_first_sale_may_be_served_from_then() -> None:
    service = COSTS.assign(date=[day(2), day(9), day(3)])
    # Of a, relationship from day 2; b was won on day 4.
    start = pd.DataFrame({"customer_id": ["a"], "date": [day(2)]})
    won = pd.DataFrame({"customer_id": ["b"], "date": [day(4)], "amount": [32.0]})
    book = Ledger(
        lines=_lines(), service=service, acquisition=won, relationship_start=start
    ).book
    assert book.start == "given"
    assert book.service.amount.tolist() == [1000.0, 2000.5]
    assert book.acquisition.amount.tolist() == [32.0, 4.0]
    assert book.acquisition.customer.tolist() == [1, 1]
    assert book.start_day.tolist() == [book.service.day[0], NEVER]
    unknown = Ledger(lines=_lines(), service=service, relationship_start="unknown").book
    assert unknown.service.amount.tolist() == [1000.0, 2000.5, 4.0]
    assert (unknown.start, unknown.early_service.count) == ("unknown", 0)


def test_a_customer_has_one_start() -> None:
    start = pd.DataFrame(
        {"customer_id": ["a", "b", "a"], "date": [day(2), day(3), day(2)]}
    )
    with pytest.raises(errors.InvalidValueError, match="repeated start in 2 of 3 rows"):
        Ledger(lines=_lines(), relationship_start=start)
    book = Ledger(lines=_lines(), relationship_start=start[:2]).book
    assert np.diff(book.start_day).tolist() == [1]


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        ([True, None, False], errors.InvalidValueError, "missing value in 1 of 3"),
        ([1, 0, 1], errors.InvalidTypeError, "expected true or false"),
    ],
)
def test_a_referral_came_anyway_or_not(
    values: list[Any], error: type[Exception], said: str
) -> None:
    rows = REFERRALS.assign(incremental=values)
    people = pd.DataFrame({"customer_id": list("abcd")})
    with pytest.raises(error, match=said):
        Ledger(lines=_lines(), referrals=rows, customers=people)


def test_customers_are_those_of_their_table_where_there_is_one() -> None:
    few = pd.DataFrame({"customer_id": ["c", "a"]})
    with pytest.raises(errors.InvalidValueError) as caught:
        Ledger(lines=_lines(), customers=few)
    assert str(caught.value) == (
        "lines, column 'customer_id': unknown customer in 2 of 4 rows (first: row 0, "
        "customer_id 'b'). Add the customer to the customers, or drop these rows."
    )
    all_of = pd.DataFrame({"customer_id": ["c", "b", "a", "0"]})
    book = Ledger(lines=_lines(), customers=all_of).book
    assert book.ids.to_list() == ["0", "a", "b", "c"]
    assert book.lines.customer.tolist() == [2, 1, 2, 1]
    assert book.listed.tolist() == [True] * 4
    assert not Ledger(lines=_lines()).book.listed.any()
