"""How a file is taken apart, and where a message is cut: exactly at each limit."""

import datetime as dt
import io
from pathlib import Path

import pyarrow as pa
import pytest

from crmkit.errors import InvalidTypeError, InvalidValueError
from crmkit.report.bounded_text import bounded_message, cut
from crmkit.report.intake.amount_marks import currencies
from crmkit.report.intake.column_roles import Roles, propose_roles
from crmkit.report.intake.date_formats import (
    fitting_formats,
    format_of_most,
    looks_like_a_date,
    read_by_format,
)
from crmkit.report.intake.file_layout import encoding_of, read_layout
from crmkit.report.intake.iso_dates import read_iso
from crmkit.report.intake.line_numbers import line_of_record, record_of_row
from crmkit.report.intake.log_answers import Choices, settled_log
from crmkit.report.intake.log_file import Reading, read_log
from crmkit.report.intake.row_filters import listed_names
from crmkit.report.intake.text_source import refused_source
from crmkit.report.intake.utf8_stream import Utf8Stream

NOBODY = Roles(customer=None, date=None, amount=None)


def test_a_text_is_cut_to_80_characters_and_a_message_to_2000() -> None:
    assert cut("x" * 80) == "x" * 80
    assert cut("x" * 81) == f"{'x' * 77}..."
    assert cut("x" * 301, 300) == f"{'x' * 297}..."
    for size, shown in ((80, "y" * 79 + "'"), (79, "y" * 78 + "'")):
        # A quoted text of 80 characters with its first quotation mark is whole.
        error = InvalidValueError(
            subject="a", found=f"'{'y' * (size - 1)}'", remedy="b."
        )
        assert f"a: '{shown}." in bounded_message(error)
    error = InvalidValueError(subject="a", found=f"'{'y' * 80}'", remedy="b.")
    assert f"a: '{'y' * 76}...'." in bounded_message(error)
    for n in (300, 301):
        error = InvalidValueError(subject="s" * n, found="f", remedy="b.")
        assert ("..." in bounded_message(error)) == (n > 300)
        wrong = InvalidTypeError(
            subject="s" * n, expected="e", got="g" * n, remedy="b."
        )
        assert bounded_message(wrong).count("...") == 2 * (n > 300)
    bare = InvalidValueError(subject="s", found="f", remedy="b.").message
    for more in (0, 1):
        long = "r" * (2_000 - len(bare) + more) + "b."
        said = bounded_message(InvalidValueError(subject="s", found="f", remedy=long))
        assert (len(said), said.endswith("...")) == (2_000, more == 1)


def test_of_many_columns_the_first_twenty_are_listed() -> None:
    names = tuple(f"c{at}" for at in range(22))
    assert listed_names(names[:20]).endswith("'c19'].")
    assert listed_names(names[:21]).endswith("'c19'] and 1 more.")


def test_the_end_of_a_long_path_is_shown() -> None:
    path = "/" + "d" * 65 + "/x.csv"
    assert len(path) == 72
    assert f"file '{path}'" in refused_source(path, "f", "r.").message
    shown = refused_source(f"/{path}", "f", "r.").message
    assert f"file '...{path[-69:]}'" in shown


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (b"a\0b\0c\0", "utf-16-le"),
        (b"\0a\0b\0c", "utf-16-be"),
        (b"a\0b\0ccdd", "utf-16-le"),  # a zero in 2 of 4
        (b"a\0b\0cdcdcd", None),  # in 2 of 5
        (b"\0a\0bcdcdcd", None),
        (b"\0\xe4\0bcdc\0", "utf-16-be"),
        (b"", None),
        (b"\xef\xbb\xbfa", "utf-8-sig"),
        (b"a" * 2_000 + b"b\0" * 3_000, None),  # the first 2,000 bytes tell
        (b"b\0" * 1_000 + b"a" * 9_000, "utf-16-le"),
        (b"\0b" * 1_000 + b"a" * 9_000, "utf-16-be"),
    ],
)
def test_the_zeros_of_the_first_bytes_tell_the_encoding(
    start: bytes, found: str | None
) -> None:
    assert encoding_of(start) == found


def test_a_delimiter_splits_most_lines_into_one_number_of_cells() -> None:
    assert read_layout("a;b,c\n1;2,5\n3;4\n").delimiter == ";"
    assert read_layout("a,b c\n1,2 3\n").delimiter == ","
    # Blanks count half: they split words of any text.
    assert read_layout("a b|c d\ne f|g\nh i\n").delimiter == "|"
    assert read_layout("a b c\nd e f\ng h|i\n").delimiter == " "
    assert read_layout("word\nother\n").delimiter == ","


def test_what_comes_before_the_first_full_line_is_a_title() -> None:
    titled = read_layout("Sales,,\nof 2024,,\nwho,when,paid\nann,x,y\nbob,x,y\n")
    assert (titled.header_line, titled.first_line, titled.n_records_before) == (3, 4, 2)
    assert titled.names == ("who", "when", "paid")
    assert titled.preview == (("ann", "x", "y"), ("bob", "x", "y"))
    # Half of the cells filled, and two at least, make a line full.
    half = read_layout("Title,,,\nwho,when,,\nann,x,y,z\nbob,x,y,z\n")
    assert (half.header_line, half.names) == (2, ("who", "when", "", ""))
    third = read_layout("Title,,,,,\nwho,when,,,,\nann,x,y,z,u,v\nbob,x,y,z,u,v\n")
    assert third.header_line == 3
    blank = read_layout("\n\nwho,when\n\nann,x\n")
    assert (blank.header_line, blank.first_line) == (3, 5)


def test_without_a_full_line_the_first_is_the_header() -> None:
    found = read_layout(",who\n,ann\n,bob\n")
    assert (found.header_line, found.first_line) == (1, 2)
    assert found.names == ("", "who")
    assert found.n_records_before == 0


def test_a_first_line_with_a_date_or_with_numbers_is_a_row() -> None:
    assert read_layout("ann,2024-01-31,x\nbob,2024-02-01,y\n").header_line == 0
    assert read_layout("ann,5,6\nbob,7,8\n").names == (
        "column_1",
        "column_2",
        "column_3",
    )
    assert read_layout("ann,5,x\nbob,7,8\n").header_line == 1  # one number of three
    assert read_layout("5,x,y,6\n1,a,b,2\n").header_line == 0  # two of four
    assert read_layout("5,x,y,z,6\n1,a,b,c,2\n").header_line == 1  # two of five
    assert read_layout("2021,2022\n").header_line == 1  # nothing follows
    for told, names in ((0, "column_1"), (1, "ann"), (2, "bob"), (9, "ann")):
        found = read_layout("ann,5,6\nbob,7,8\n", header_line=told)
        assert found.names[0] == names
    assert read_layout("a,b\n" + "1,x\n" * 90).preview == (("1", "x"),) * 59


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["31.01.2024", "1.2.2024"], ("%d.%m.%Y",)),
        (["01.02.2024", "03.04.2024"], ("%d.%m.%Y", "%m.%d.%Y")),
        (["30.02.2024"], ()),  # there is no such day
        (["29.02.2024"], ("%d.%m.%Y",)),
        (["31.12.1900", "13.01.2199"], ("%d.%m.%Y",)),
        (["31.12.1899"], ()),
        (["13.01.2200"], ()),
        (["24.05.24"], ("%d.%m.%y",)),
        (["20240131"], ("%Y%m%d",)),
        (["2024131"], ()),
        (["01/31/2024 10:05 PM"], ("%m/%d/%Y %I:%M %p",)),
        (["Jan 31, 2024"], ("%b %d, %Y",)),
        ([], ()),
    ],
)
def test_the_formats_that_fit_all_dates_are_found(
    texts: list[str], formats: tuple[str, ...]
) -> None:
    assert fitting_formats(pa.array(texts, pa.string())) == formats


def test_a_date_after_the_first_500_tells_the_format_too() -> None:
    usual = ["01/02/2024"] * 500
    assert fitting_formats(pa.array([*usual, "02/03/2024"])) == (
        "%d/%m/%Y",
        "%m/%d/%Y",
    )
    assert fitting_formats(pa.array([*usual, "31/01/2024"])) == ("%d/%m/%Y",)


def test_more_than_half_of_the_dates_choose_a_format() -> None:
    good, bad = ["31.01.2024", "30.01.2024"], ["?", "-", "x"]
    assert format_of_most(pa.array([*good, *bad[:1]])) == ("%d.%m.%Y",)
    assert format_of_most(pa.array([*good, *bad[:2]])) == ()
    assert format_of_most(pa.array(["01.02.2024", "02.02.2024", "?"])) == (
        "%d.%m.%Y",
        "%m.%d.%Y",
    )
    # One of the first nine shows the format, or none does.
    late = [*(["?"] * 8), *good * 10]
    assert format_of_most(pa.array(late)) == ("%d.%m.%Y",)
    assert format_of_most(pa.array(["?", *late])) == ()


def test_texts_look_like_dates_by_their_shape() -> None:
    dates = ("2024-01-31", "2024-01-31 10:05", "1.2.24", "31/01/2024", "Jan 31, 2024")
    assert all(map(looks_like_a_date, dates))
    others = (
        "20240131",
        "12.50",
        "1.2.3.4",
        "",
        "Jan",
        "2024",
        "10115 Berlin",
        "1.2.2",
    )
    assert not any(map(looks_like_a_date, others))
    read = read_by_format(pa.array(["31.01.2024", "x", None]), "%d.%m.%Y")
    assert read.null_count == 2


def test_currencies_are_named_by_how_often_they_stand_beside_amounts() -> None:
    amounts = ["5 €", "$ 5", "$6", "-$7.50", "(8 EUR)", "9", None, "EUR 4", "EUR5"]
    assert currencies(pa.array(amounts)) == ("$", "EUR", "€")
    assert currencies(pa.array(["1"] * 1_999 + ["€2"])) == ("€",)
    assert currencies(pa.array(["1"] * 2_000 + ["€2"])) == ()


def test_of_a_column_the_first_25_cells_and_six_in_ten_of_them_tell() -> None:
    day, word = "2024-01-31", "soon"
    for n_dates, n, found in ((16, 25, "x"), (15, 25, None), (4, 6, "x"), (3, 5, None)):
        cells = [day] * n_dates + [word] * (n - n_dates)
        preview = [("k", cell) for cell in cells]
        assert propose_roles(("id", "x"), preview, asked=NOBODY).date == found
    late = [("k", word)] * 25 + [("k", day)] * 400
    assert propose_roles(("id", "x"), late, asked=NOBODY).date is None


@pytest.mark.parametrize(
    ("name", "cells", "found"),
    [
        ("order date", ["20240131", "20240229"], True),
        ("order no", ["20240131", "20240229"], False),  # more often an id
        ("date", ["20240131", "20230229", "20240431"], False),  # days there are not
        ("date", ["19000101", "21991231"], True),
        ("date", ["18991231", "22000101"], False),
        ("date", ["2024013", "202401311"], False),
        ("date", ["20240131"] * 3 + ["soon", "later"], False),  # six in ten
        ("date", ["20240131"] * 4 + ["soon", "later"], True),
    ],
)
def test_days_without_marks_are_dates_in_a_column_of_that_name(
    name: str, cells: list[str], *, found: bool
) -> None:
    preview = [("k", cell, "1.5") for cell in cells]
    roles = propose_roles(("id", name, "total"), preview, asked=NOBODY)
    assert roles.date == (name if found else None)


def test_columns_are_told_by_the_strongest_word_of_their_name() -> None:
    names = ("order no", "member", "customer", "created", "order date", "net", "amount")
    row = ("1", "m", "c", "2024-01-31", "2024-01-31", "1.5", "2.5")
    found = propose_roles(names, [row] * 3, asked=NOBODY)
    assert found == Roles(customer="customer", date="order date", amount="amount")
    order = ("2024-01-31", "x1", "4", "1.50")
    named = propose_roles(("d", "i", "n", "p"), [order] * 2, asked=NOBODY)
    assert (named.date, named.amount) == ("d", "p")  # the one with decimals
    two = propose_roles(("d", "i", "n", "p"), [("2024-01-31", "x", "1.5", "2.50")] * 2,
                        asked=NOBODY)  # fmt: skip
    assert two.amount is None
    # A price without a number of pieces is the amount.
    alone = propose_roles(("day", "who", "unit price", "stock"),
                          [("2024-01-31", "a", "2", "3")] * 2,
                          asked=NOBODY)  # fmt: skip
    assert (alone.amount, alone.price, alone.quantity) == ("unit price", None, None)
    # Three of five cells are a number, which is not more than six in ten.
    few = [("2024-01-31", "x", cell) for cell in ("1.5", "2.5", "3.5", "a", "b")]
    assert propose_roles(("d", "i", "n"), few, asked=NOBODY).amount is None
    counted = propose_roles(
        ("day", "who", "qty", "unit price"),
        [("2024-01-31", "a", "1", "2"), ("2024-01-31", "b", "1", "2")] * 2,
        asked=NOBODY,
    )
    assert counted == Roles(
        customer="who", date="day", amount=None, quantity="qty", price="unit price"
    )
    whole = propose_roles(
        ("day", "who", "qty", "unit price", "total"),
        [("2024-01-31", "a", "1", "2", "2.5"), ("2024-01-31", "b", "1", "2", "2.5")],
        asked=NOBODY,
    )
    assert whole == Roles(customer="who", date="day", amount="total")
    # A near name is taken for the one that was asked for, a far one is not.
    asked = Roles(customer="custmer", date="dt", amount=None)
    near = propose_roles(("customer", "x"), [("a", "b")], asked=asked)
    assert (near.customer, near.date) == ("customer", None)


@pytest.mark.parametrize(("n", "offered"), [(1, True), (2, True), (3, False)])
def test_rows_that_cannot_be_read_may_be_left_out_up_to_a_fifth(
    n: int, *, offered: bool, tmp_path: Path
) -> None:
    rows = ["k,2024-01-31,x\n"] * n + ["m,2024-01-31,5\n"] * (10 - n)
    file = tmp_path / "log.csv"
    file.write_text("Customer,Day,Spent\n" + "".join(rows))
    roles = Roles(customer="Customer", date="Day", amount="Spent")
    log = read_log(file, Reading(roles=roles))
    choices = Choices(observation_end=dt.date(2024, 2, 1))
    (asked,) = settled_log(log, choices).unsettled
    assert f"cannot be read in {n} of 10 rows" in asked.said
    assert asked.options == (("--unreadable", "drop") if offered else ())


def test_rows_are_found_past_those_that_were_left_out() -> None:
    assert [record_of_row(row, []) for row in range(3)] == [0, 1, 2]
    assert [record_of_row(row, [0, 2, 3]) for row in range(4)] == [1, 4, 5, 6]
    lines = ["a,b\n", "\n", '1,"x\n', 'y"\n', "2,z\n"]
    assert [line_of_record(lines, ",", at) for at in range(4)] == [1, 3, 5, 4]
    spaced = ["a b\n", " \n", "1 x\n"]
    assert [line_of_record(spaced, " ", at) for at in range(2)] == [1, 3]


def test_a_stream_gives_no_more_than_it_is_asked_for() -> None:
    text = "Käufe\nzwei Tage\n"
    with Utf8Stream(io.BytesIO(text.encode("cp1252")), "cp1252", blanks=None) as stream:
        assert stream.read(0) == b""
        assert stream.read(3) == "Kä".encode()
        assert stream.read(1) == b"u"
        assert stream.read() == b"fe\nzwei Tage\n"
        assert (stream.read(5), stream.read()) == (b"", b"")
    with Utf8Stream(io.BytesIO(b"a  b\n\tc d"), "ascii", blanks=",") as stream:
        assert stream.read() == b"a,b\nc,d"


def test_one_row_of_a_table_of_parquet_is_enough(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from crmkit.report.intake.opened_source import open_source

    file = tmp_path / "log.parquet"
    pq.write_table(pa.table({"who": [*range(40)], "paid": [1.5] * 40}), file)
    found = open_source(file)
    assert (len(found.preview), found.preview[24]) == (25, ("24", "1.5"))


def test_an_instant_that_is_missing_stays_missing_beside_a_year_of_five_digits() -> (
    None
):
    read = read_iso(pa.array([None, "10000-01-31", "2024-01-31"]))
    assert read.to_pylist() == [None, None, dt.datetime(2024, 1, 31)]
