"""What a ledger accepts, and the one sentence with which it refuses."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from crmkit import errors
from crmkit.ledger import Ledger

Build: TypeAlias = Callable[[dict[str, Any]], Any]
Read: TypeAlias = Callable[[Any], dict[str, list[Any]]]


def day(number: int, month: int = 1) -> dt.date:
    return dt.date(2024, month, number)


LINES: dict[str, list[Any]] = {
    "line_id": [1, 2, 3, 4],
    "customer_id": ["a", "b", "a", "a"],
    "order_id": ["o1", "o2", "o3", "o1"],
    "date": [day(5), day(6), day(1, 2), day(9, 2)],
    "category": ["x", "x", "y", "x"],
    "list_amount": [20.0, 10.0, 30.0, -20.0],
    "paid_amount": [18.0, 10.0, 30.0, -18.0],
    "cost_amount": [9.0, 5.0, 12.0, -9.0],
    "return_of": [None, None, None, 1],
}
COSTS: dict[str, list[Any]] = {
    "customer_id": ["b", "a"],
    "date": [day(6), day(7)],
    "amount": [2.0, 3.0],
}
REFERRALS: dict[str, list[Any]] = {
    "referrer_id": ["a"],
    "referee_id": ["b"],
    "date": [day(6)],
    "share": [0.5],
}


def test_a_return_takes_order_category_and_sale_day_of_what_it_reverses(
    eager_frame: Build,
) -> None:
    lines = Ledger(lines=eager_frame(LINES)).book.lines
    assert lines.returned.tolist() == [False, False, False, True]
    assert lines.order[3] == lines.order[0]
    assert lines.sale_day[3] == lines.day[0] != lines.day[3]


def test_every_table_but_the_lines_may_be_absent(eager_frame: Build) -> None:
    assert repr(Ledger(lines=eager_frame(LINES))) == "Ledger(2 customers, 4 lines)"


def test_the_tables_share_their_customers(eager_frame: Build) -> None:
    ledger = Ledger(
        lines=eager_frame(LINES),
        service=eager_frame(COSTS),
        acquisition=eager_frame(COSTS),
        referrals=eager_frame(REFERRALS),
        customers=eager_frame({"customer_id": ["c", "b", "a"]}),
    )
    book = ledger.book
    assert book.ids.to_list() == ["a", "b", "c"]
    assert book.service.customer.tolist() == [1, 0]
    assert (book.referrals.referrer[0], book.referrals.referee[0]) == (0, 1)
    assert "2 service costs, 2 acquisition costs, 1 referral" in repr(ledger)
    table: Any = ledger
    shown = table._repr_html_()
    for label, text in (
        ("first and last day", "2024-01-05 to 2024-02-09"),
        ("paid", "40.00"),
        ("cost of goods", "17.00"),
        ("service costs", "5.00 in 2 rows"),
        ("referrals", "1"),
    ):
        assert re.search(rf"<th[^>]*>{label}</th><td[^>]*>{text}<", shown), label


def test_a_table_without_rows_is_a_table_you_do_not_have(eager_frame: Build) -> None:
    import pandas as pd

    lines = eager_frame(LINES)
    empty = {name: values[:0] for name, values in COSTS.items()}
    Ledger(lines=lines, service=eager_frame(empty))
    columns = pd.DataFrame(columns=list(REFERRALS))
    Ledger(lines=pd.DataFrame(LINES), referrals=columns)


def test_without_order_ids_a_day_of_a_customer_is_an_order(eager_frame: Build) -> None:
    lines = {
        "customer_id": [7, 7, 7, 8],
        "date": [day(1), day(1), day(2), day(1)],
        "paid_amount": [1.0, 2.0, 3.0, 4.0],
    }
    book = Ledger(lines=eager_frame(lines)).book
    assert book.orders == 3
    assert book.lines.order.tolist() == [0, 0, 1, 2]
    assert book.measured == frozenset()


def test_orders_of_two_customers_are_two_from_the_first_day_on() -> None:
    import pandas as pd

    # Days are counted from 1970: the last day of one customer is next to the first of
    # the other.
    days = pd.to_datetime(["1970-01-01", "1970-01-02"] * 2)
    lines = pd.DataFrame(
        {"customer_id": [7, 7, 8, 8], "date": days, "paid_amount": 1.0}
    )
    assert Ledger(lines=lines).book.lines.order.tolist() == [0, 1, 2, 3]


def test_a_name_that_is_no_text_is_refused_as_one_that_is_not_there() -> None:
    import pandas as pd

    nothing: Any = None
    with pytest.raises(errors.MissingColumnError, match="None"):
        Ledger(lines=pd.DataFrame(LINES), order_id_col=nothing)


def test_a_column_named_by_hand_must_be_there(eager_frame: Build) -> None:
    with pytest.raises(errors.MissingColumnError, match="departmnt"):
        Ledger(lines=eager_frame(LINES), category_col="departmnt")


def test_the_caller_is_left_as_he_was(eager_frame: Build, columns_of: Read) -> None:
    lines = eager_frame(LINES)
    Ledger(lines=lines)
    assert columns_of(lines)["line_id"] == LINES["line_id"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"line_id": [1, 2, 2, 4]},
            (
                "lines, column 'line_id': duplicate line id in 1 of 4 rows (first: row "
                "2, customer_id 'a'). Book each line once."
            ),
        ),
        (
            {"return_of": [None, None, None, 9]},
            (
                "lines, column 'return_of': orphan return in 1 of 4 rows (first: "
                "row 3, customer_id 'a')."
            ),
        ),
        ({"return_of": [None, None, None, 4]}, "chained return in 1 of 4 rows"),
        (
            {"return_of": [None, None, None, 2]},
            "foreign return in 1 of 4 rows",
        ),
        (
            {"date": [day(5), day(6), day(1, 2), day(4)]},
            "column 'date': early return in 1 of 4 rows",
        ),
        (
            {"order_id": ["o1", "o1", "o3", "o1"]},
            "column 'order_id': foreign order line in 1 of 4 rows",
        ),
        (
            {"paid_amount": [18.0, -1.0, 30.0, -18.0]},
            (
                "column 'paid_amount': negative sale amount in 1 of 4 rows (first: "
                "row 1, customer_id 'b'). Name in the return column"
            ),
        ),
        (
            {"cost_amount": [9.0, 5.0, 12.0, 9.0]},
            "column 'cost_amount': positive return amount in 1 of 4 rows",
        ),
        (
            {"list_amount": [20.0, None, 30.0, -20.0]},
            "column 'list_amount': missing value in 1 of 4 rows (first: row 1",
        ),
        (
            {"paid_amount": [18.0, float("inf"), 30.0, -18.0]},
            "column 'paid_amount': infinite value in 1 of 4 rows",
        ),
        (
            {"customer_id": ["a", None, "a", "a"]},
            "lines, column 'customer_id': missing value in 1 of 4 rows",
        ),
        (
            {"category": ["x", "", "y", "x"]},
            "lines, column 'category': blank value in 1 of 4 rows",
        ),
        (
            {"date": [day(5), None, day(1, 2), day(9, 2)]},
            "lines, column 'date': missing value in 1 of 4 rows",
        ),
    ],
)
def test_lines_that_cannot_be_are_refused_in_one_sentence(
    eager_frame: Build, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(errors.InvalidValueError) as caught:
        Ledger(lines=eager_frame({**LINES, **change}))
    assert sentence in str(caught.value)


def test_two_currencies_are_refused(eager_frame: Build) -> None:
    lines = eager_frame({**LINES, "currency": ["EUR", "EUR", "USD", "EUR"]})
    with pytest.raises(errors.InvalidValueError, match=r"2 currencies \('EUR', 'USD'"):
        Ledger(lines=lines, currency_col="currency")


@pytest.mark.parametrize("table", ["service", "acquisition", "referrals"])
def test_a_customer_the_lines_do_not_know_is_refused(
    eager_frame: Build, table: str
) -> None:
    unknown = {
        "service": {**COSTS, "customer_id": ["zoe", "a"]},
        "acquisition": {**COSTS, "customer_id": ["zoe", "a"]},
        "referrals": {**REFERRALS, "referee_id": ["zoe"]},
    }
    with pytest.raises(
        errors.InvalidValueError, match=rf"{table}.*unknown customer in .* the lines"
    ):
        Ledger(lines=eager_frame(LINES), **{table: eager_frame(unknown[table])})


def test_serving_someone_not_yet_won_is_refused(eager_frame: Build) -> None:
    early = eager_frame({**COSTS, "date": [day(2), day(7)]})
    lines = eager_frame(LINES)
    with pytest.raises(errors.InvalidValueError, match="premature cost in 1 of 2 rows"):
        Ledger(lines=lines, service=early, early_service="error")
    Ledger(lines=lines, service=early, relationship_start="unknown")
    won = eager_frame({"customer_id": ["b"], "date": [day(1)], "amount": [4.0]})
    Ledger(lines=lines, service=early, acquisition=won)


def test_serving_someone_not_yet_won_is_booked_to_winning_and_said(
    eager_frame: Build,
) -> None:
    early = eager_frame({**COSTS, "date": [day(2), day(7)]})
    booked = Ledger(lines=eager_frame(LINES), service=early)
    assert booked.book.acquisition.amount.tolist() == [2.0]
    assert booked.book.service.amount.tolist() == [3.0]
    assert "1 early service costs of 2.00 booked as acquisition" in repr(booked)
    apart = Ledger(lines=eager_frame(LINES), service=early, early_service="apart")
    assert apart.book.acquisition.amount.size == 0
    assert (apart.book.early_service.count, apart.book.early_service.amount) == (1, 2)
    assert "kept apart" in repr(apart)


TILL: dict[str, list[Any]] = {
    "customer_id": ["a", "a", "a", "a", "b", "a"],
    "date": [day(1), day(3), day(4), day(6), day(7), day(8)],
    "category": ["x", "x", "x", "y", "x", "x"],
    "paid_amount": [30.0, 20.0, -25.0, 9.0, -5.0, -20.0],
}


def test_a_return_without_a_link_is_taken_off_the_latest_sale_it_fits(
    eager_frame: Build,
) -> None:
    netted = Ledger(lines=eager_frame(TILL), returns="net")
    lines = netted.book.lines
    # 25 does not fit into the sale of 20; b bought nothing to give back.
    assert lines.row.tolist() == [0, 1, 2, 3, 5]
    assert lines.returned.tolist() == [False, False, True, False, True]
    assert lines.sale_day.tolist()[2] == lines.day[0]
    assert lines.sale_day.tolist()[4] == lines.day[1]
    lost = netted.book.unmatched_returns
    assert (lost.count, lost.amount) == (1, -5.0)
    assert "1 unmatched returns of -5.00 left out" in repr(netted)


def test_returns_without_a_link_are_refused_or_left_out(eager_frame: Build) -> None:
    with pytest.raises(errors.InvalidValueError, match=r"or pass returns='net'"):
        Ledger(lines=eager_frame(TILL))
    dropped = Ledger(lines=eager_frame(TILL), returns="drop").book
    assert (dropped.unmatched_returns.count, dropped.lines.row.size) == (3, 3)


def test_a_negative_cost_is_refused(eager_frame: Build) -> None:
    with pytest.raises(errors.InvalidValueError, match="negative value in 1 of 2 rows"):
        Ledger(
            lines=eager_frame(LINES),
            service=eager_frame({**COSTS, "amount": [2.0, -3.0]}),
        )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"referee_id": ["a"]}, "self-referral in 1 of 1 rows"),
        ({"share": [1.2]}, "impossible share in 1 of 1 rows"),
        ({"share": [float("nan")]}, "column 'share': missing value in 1 of 1 rows"),
    ],
)
def test_referrals_that_cannot_be_are_refused(
    eager_frame: Build, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(errors.CrmkitError) as caught:
        Ledger(lines=eager_frame(LINES), referrals=eager_frame({**REFERRALS, **change}))
    assert sentence in str(caught.value)


def test_a_cycle_of_referrals_is_refused_with_its_size(eager_frame: Build) -> None:
    circle = {
        "referrer_id": ["a", "b"],
        "referee_id": ["b", "a"],
        "date": [day(6), day(7)],
        "share": [0.5, 0.5],
    }
    with pytest.raises(
        errors.InvalidValueError, match="circular referral in 2 of 2 rows"
    ):
        Ledger(lines=eager_frame(LINES), referrals=eager_frame(circle))


def test_a_referral_booked_twice_is_refused(eager_frame: Build) -> None:
    twice = {name: 2 * values for name, values in REFERRALS.items()}
    with pytest.raises(errors.InvalidValueError, match="duplicate referral in 1 of 2"):
        Ledger(lines=eager_frame(LINES), referrals=eager_frame(twice))


def test_a_relationship_cannot_start_after_a_purchase(eager_frame: Build) -> None:
    late = eager_frame({"customer_id": ["a"], "date": [day(8)]})
    with pytest.raises(errors.InvalidValueError, match="late start in 1 of 1 rows"):
        Ledger(lines=eager_frame(LINES), relationship_start=late)


def test_ids_of_two_kinds_are_refused(eager_frame: Build) -> None:
    with pytest.raises(errors.InvalidTypeError, match="service, column 'customer_id'"):
        Ledger(
            lines=eager_frame(LINES),
            service=eager_frame({**COSTS, "customer_id": [1, 2]}),
        )


def test_tables_of_two_libraries_are_refused() -> None:
    import pandas as pd
    import polars as pl

    other: Any = pl.DataFrame(COSTS)
    with pytest.raises(errors.InvalidTypeError, match="one library"):
        Ledger(lines=pd.DataFrame(LINES), service=other)


def test_a_customer_may_stand_in_the_table_of_customers_once(
    eager_frame: Build,
) -> None:
    with pytest.raises(errors.InvalidValueError, match="duplicate customer"):
        Ledger(
            lines=eager_frame(LINES),
            customers=eager_frame({"customer_id": ["a", "b", "a"]}),
        )


def test_an_empty_log_is_refused(eager_frame: Build) -> None:
    lines = {
        "customer_id": ["a"],
        "date": [day(1)],
        "paid_amount": [1.0],
    }
    frame = eager_frame(lines)
    with pytest.raises(errors.NotEnoughDataError, match="at least one line"):
        Ledger(lines=frame[:0] if not hasattr(frame, "slice") else frame.slice(0, 0))


def test_lazy_frames_are_refused_with_the_remedy() -> None:
    import polars as pl

    lazy: Any = pl.LazyFrame(LINES)
    with pytest.raises(errors.InvalidTypeError, match="Collect it first"):
        Ledger(lines=lazy)
