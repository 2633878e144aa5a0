"""What a ledger allows to the edge: the day of a sale, all of its money, all shares."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import errors
from crmkit.errors import InvalidValueError
from crmkit.kernels.value.component_identity import NEVER
from crmkit.ledger import Ledger
from crmkit.ledger.book import LeftOut


def day(number: int) -> dt.date:
    return dt.date(2024, 1, number)


def _lines(**changes: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "line_id": [1, 2, 3],
            "customer_id": ["a", "b", "b"],
            "order_id": [1, 2, 2],
            "date": [day(5), day(6), day(6)],
            "list_amount": [20.0, 10.0, -10.0],
            "paid_amount": [18.0, 9.0, -9.0],
            "cost_amount": [0.0, 5.0, 0.0],
            "return_of": [np.nan, np.nan, 2.0],
            **changes,
        }
    )


def _book(**tables: Any) -> Any:
    made: Any = {name: pd.DataFrame(table) for name, table in tables.items()}
    return Ledger(lines=_lines(), **made).book


def test_all_of_a_sale_may_come_back_on_its_own_day() -> None:
    lines = _book().lines
    assert lines.returned.tolist() == [False, False, True]
    assert lines.sale_day.tolist() == [lines.day[0], lines.day[1], lines.day[1]]
    early = _lines(date=[day(5), day(6), day(5)])
    with pytest.raises(errors.InvalidValueError, match="early return in 1 of 3"):
        Ledger(lines=early)


@pytest.mark.parametrize("column", ["list_amount", "paid_amount", "cost_amount"])
def test_a_return_may_pass_its_sale_by_rounding_only(column: str) -> None:
    sale = [20.0, 9.0, -9.0]
    other = {name: [20.0, 9.0, -9.0] for name in ("list_amount", "paid_amount")}
    for off, allowed in ((5e-10, True), (1e-9, True), (2e-9, False)):
        changed = {**other, column: [*sale[:2], -9.0 * (1 + off)]}
        if allowed:
            assert Ledger(lines=_lines(**changed)).book.lines.returned.sum() == 1
        else:
            with pytest.raises(errors.InvalidValueError, match="larger returns"):
                Ledger(lines=_lines(**changed))


def test_a_free_sale_and_a_return_of_nothing_are_both() -> None:
    free = [0.0, 0.0, 0.0]
    lines = _lines(list_amount=free, paid_amount=free, cost_amount=free)
    assert Ledger(lines=lines).book.lines.paid.tolist() == free
    for amounts, said in (
        ([-0.01, 0.0, 0.0], "negative sale amount"),
        ([1.0, 1.0, 0.01], "positive return amount"),
    ):
        with pytest.raises(errors.InvalidValueError, match=f"{said} in 1 of 3"):
            Ledger(lines=_lines(paid_amount=amounts))


@pytest.mark.parametrize(
    ("link", "allowed"), [(2.0**53 - 1, True), (2.0**53, False), (1.5, False)]
)
def test_a_link_is_exact_below_two_to_the_53(link: float, *, allowed: bool) -> None:
    ids = [1, 2**53 - 1, 3]
    lines = _lines(line_id=ids, return_of=[np.nan, np.nan, link])
    if allowed:
        assert Ledger(lines=lines).book.lines.returned.tolist() == [False, False, True]
    else:
        with pytest.raises(errors.InvalidValueError, match="inexact line id in 1 of 3"):
            Ledger(lines=lines)


def _referrals(**changes: list[Any]) -> dict[str, list[Any]]:
    return {
        "referrer_id": ["a"],
        "referee_id": ["b"],
        "date": [day(6)],
        "share": [1.0],
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"share": [0.0]}, ""),
        ({"share": [-1e-9]}, "impossible share"),
        ({"share": [1 + 1e-9]}, "impossible share"),
        ({"weight": [1e-9]}, ""),
        ({"weight": [0.0]}, "nonpositive weight"),
        ({"reward": [0.0]}, ""),
        ({"reward": [-0.01]}, "negative"),
        ({"date": [day(7)]}, "late referral"),
        ({"referrer_id": ["b"]}, "self-referral"),
    ],
)
def test_a_referral_is_allowed_to_its_edges(
    changes: dict[str, list[Any]], said: str
) -> None:
    table = _referrals(**changes)
    if said:
        with pytest.raises(errors.InvalidValueError, match=f"{said}.* in 1 of 1 rows"):
            _book(referrals=table)
    else:
        found = _book(referrals=table).referrals
        assert found.share.tolist() == table["share"]
        assert found.weight.tolist() == table.get("weight", [1.0])
        assert found.reward.tolist() == [0.0]
    none = {"incremental": [False]}
    if not said:
        assert _book(referrals=table | none).referrals.share.tolist() == [0.0]


def test_pairs_of_referrals_are_told_apart_and_repeats_found() -> None:
    customers = ["a", "b", "c", "d"]
    lines = pd.DataFrame(
        {
            "customer_id": customers,
            "date": [day(9)] * 4,
            "paid_amount": [1.0] * 4,
        }
    )
    pairs = [("a", "b"), ("a", "c"), ("b", "c"), ("a", "d"), ("c", "d")]

    def ledger(rows: list[tuple[str, str]]) -> Any:
        return Ledger(
            lines=lines,
            referrals=pd.DataFrame(
                {
                    "referrer_id": [one for one, _ in rows],
                    "referee_id": [other for _, other in rows],
                    "date": [day(1)] * len(rows),
                    "share": [0.5] * len(rows),
                }
            ),
        )

    assert ledger(pairs).book.referrals.referrer.tolist() == [0, 0, 1, 0, 2]
    with pytest.raises(errors.InvalidValueError, match=r"duplicate .* in 1 of 6 rows"):
        ledger([*pairs, ("b", "c")])
    with pytest.raises(errors.InvalidValueError, match="circular referral"):
        ledger([*pairs, ("d", "a")])


def test_service_on_the_first_day_is_service_and_before_it_is_not() -> None:
    service = {
        "customer_id": ["a", "a", "b"],
        "date": [day(4), day(5), day(5)],
        "amount": [1.0, 2.0, 4.0],
    }
    won = {"customer_id": ["b"], "date": [day(5)], "amount": [8.0]}
    book = _book(service=service, acquisition=won)
    # Who was won on a day may be served on it, before the first purchase.
    assert book.service.amount.tolist() == [2.0, 4.0]
    assert book.acquisition.amount.tolist() == [8.0, 1.0]
    assert (book.early_service.count, book.early_service.amount) == (1, 1.0)


def test_a_relationship_may_start_on_the_day_of_the_first_purchase() -> None:
    start = pd.DataFrame({"customer_id": ["a", "b"], "date": [day(5), day(1)]})
    book = Ledger(lines=_lines(), relationship_start=start).book
    first = book.first_purchase_days()
    assert (book.start_day - first).tolist() == [0, -5]
    # Older than the first sale seen is who began before it, if there is a sale at all.
    for days, older in (
        (first + 1, [True, True]),
        (first - [0, 5], [False, False]),
        (np.full(2, NEVER), [False, False]),
    ):
        assert book.began_before(np.asarray(days, np.int64)).tolist() == older
    assert book.began_before(first).tolist() == [False, True]
    late = start.assign(date=[day(6), day(1)])
    with pytest.raises(errors.InvalidValueError, match="late start in 1 of 2 rows"):
        Ledger(lines=_lines(), relationship_start=late)


def test_a_book_of_some_days_has_both_of_its_ends() -> None:
    service = {
        "customer_id": ["a"] * 4,
        "date": [day(5), day(6), day(7), day(8)],
        "amount": [1.0, 2.0, 4.0, 8.0],
    }
    book = _book(service=service)
    last = int(book.service.day[2])
    assert book.until(last).service.amount.tolist() == [1.0, 2.0, 4.0]
    assert book.between(last - 1, last).service.amount.tolist() == [2.0, 4.0]
    assert book.until(last + 1).service is book.service


@pytest.mark.parametrize("seed", range(3))
def test_returns_without_a_link_find_their_sale_as_by_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 120
    who, kind = rng.integers(0, 5, n), rng.integers(0, 3, n)
    when = rng.integers(1, 28, n)
    back = rng.random(n) < 0.3
    paid = np.where(back, -1.0, 1.0) * rng.integers(1, 9, n)
    lines = pd.DataFrame(
        {
            "customer_id": who,
            "category": [f"k{each}" for each in kind],
            "date": [day(int(each)) for each in when],
            "paid_amount": paid,
        }
    )
    left = np.where(back, 0.0, paid)
    sale_of: dict[int, int] = {}
    for row in sorted(np.flatnonzero(back).tolist(), key=lambda row: when[row]):
        fits = [
            sale
            for sale in np.flatnonzero(~back).tolist()
            if (who[sale], kind[sale]) == (who[row], kind[row])
            and when[sale] <= when[row]
            and left[sale] >= -paid[row]
        ]
        if fits:
            sale = max(fits, key=lambda each: (when[each], each))
            sale_of[row] = sale
            left[sale] += paid[row]
    book = Ledger(lines=lines, returns="net").book
    kept = [row for row in range(n) if not back[row] or row in sale_of]
    assert book.lines.row.tolist() == kept
    origin = int(book.lines.day[0]) - int(when[kept[0]])
    days = [int(when[sale_of.get(row, row)]) + origin for row in kept]
    assert book.lines.sale_day.tolist() == days
    lost = [row for row in range(n) if back[row] and row not in sale_of]
    assert len(lost) > 2
    assert len(sale_of) > 2
    unmatched = book.unmatched_returns
    assert (unmatched.count, unmatched.amount) == (len(lost), float(paid[lost].sum()))


def test_what_came_back_by_its_link_cannot_come_back_again() -> None:
    lines = pd.DataFrame(
        {
            "line_id": [1, 2, 3],
            "customer_id": ["a"] * 3,
            "date": [day(1), day(2), day(3)],
            "paid_amount": [10.0, -6.0, -5.0],
            "return_of": [np.nan, 1.0, np.nan],
        }
    )
    book = Ledger(lines=lines, returns="net").book
    assert book.lines.paid.tolist() == [10.0, -6.0]
    assert (book.unmatched_returns.count, book.unmatched_returns.amount) == (1, -5.0)


@pytest.mark.parametrize("column", ["list_amount", "paid_amount", "cost_amount"])
@pytest.mark.parametrize(("back", "fits"), [(0.5, True), (0.51, False), (0.0, True)])
def test_a_return_without_a_link_fits_if_each_of_its_amounts_does(
    column: str, back: float, *, fits: bool
) -> None:
    amounts = {"list_amount": [0.7, -0.1], "paid_amount": [0.6, -0.1]}
    lines = {
        "customer_id": ["a", "a"],
        "date": [day(1), day(2)],
        "cost_amount": [0.5, -0.1],
        **amounts,
        column: [0.5, -back],
    }
    if column == "paid_amount" and back == 0:
        lines["paid_amount"] = [0.5, -0.1]
    book = Ledger(lines=pd.DataFrame(lines), returns="net").book
    assert book.lines.returned.tolist() == [False, True][: 1 + fits]
    assert book.unmatched_returns.count == 1 - fits


@pytest.mark.parametrize("first", [dt.date(1960, 1, 1), dt.date(2024, 1, 1)])
def test_without_order_ids_a_day_of_a_customer_is_an_order(first: dt.date) -> None:
    rng = np.random.default_rng(6)
    who, number = rng.integers(0, 6, 60), rng.integers(0, 9, 60)
    lines = pd.DataFrame(
        {
            "customer_id": who,
            "date": [first + dt.timedelta(days=int(each)) for each in number],
            "paid_amount": 1.0,
        }
    )
    book = Ledger(lines=lines).book
    pairs = sorted(set(zip(who.tolist(), number.tolist(), strict=True)))
    assert book.orders == len(pairs)
    order = [
        pairs.index(each) for each in zip(who.tolist(), number.tolist(), strict=True)
    ]
    assert book.lines.order.tolist() == order


def test_a_book_of_plain_sales_left_nothing_out() -> None:
    book = Ledger(lines=_lines()).book
    for left in (book.unmatched_returns, book.early_service, LeftOut()):
        assert (left.count, left.amount) == (0, 0.0)


def _sold_and_back(sold: float, back: float, **more: list[float]) -> pd.DataFrame:
    amounts = {"paid_amount": [sold, back], "cost_amount": [sold, back]} | more
    return pd.DataFrame(
        {
            "line_id": [1, 2],
            "customer_id": ["a", "a"],
            "date": [day(1), day(2)],
            "return_of": [np.nan, 1.0],
            **amounts,
        }
    )


@pytest.mark.parametrize("unit", [2.0**-10, 2.0**10])
@pytest.mark.parametrize("column", ["paid_amount", "list_amount", "cost_amount"])
def test_returns_are_checked_in_any_unit_of_money(column: str, unit: float) -> None:
    assert Ledger(lines=_sold_and_back(0.5 * unit, -0.5 * unit)).book.lines.row.size
    larger = _sold_and_back(unit, -unit, **{column: [0.5 * unit, -0.6 * unit]})
    with pytest.raises(InvalidValueError, match=f"{column}.*sale with larger returns"):
        Ledger(lines=larger)
    positive = _sold_and_back(unit, -unit, **{column: [0.5 * unit, 0.3 * unit]})
    with pytest.raises(InvalidValueError, match=f"{column}.*positive return amount"):
        Ledger(lines=positive)
    negative = _sold_and_back(unit, -unit, **{column: [-0.5 * unit, 0.0]})
    with pytest.raises(InvalidValueError, match=f"{column}.*negative sale amount"):
        Ledger(lines=negative)


def test_a_weight_below_1_is_a_weight() -> None:
    lines = pd.DataFrame(
        {"customer_id": ["a", "b"], "date": [day(1), day(2)], "paid_amount": 5.0}
    )
    referrals = pd.DataFrame(
        {
            "referrer_id": ["a"],
            "referee_id": ["b"],
            "date": [day(1)],
            "share": [0.5],
            "weight": [0.25],
        }
    )
    book = Ledger(lines=lines, referrals=referrals).book
    assert book.referrals.weight.tolist() == [0.25]
    with pytest.raises(InvalidValueError, match="nonpositive weight"):
        Ledger(lines=lines, referrals=referrals.assign(weight=0.0))
