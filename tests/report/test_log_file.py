"""Reading a user's file: what follows from every row is read, the rest is asked."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from crmkit.errors import InvalidValueError
from crmkit.report.intake.column_roles import Roles, propose_roles
from crmkit.report.intake.csv_format import CsvFormat
from crmkit.report.intake.log_answers import Choices, settled_log
from crmkit.report.intake.log_file import LogFile, Reading, read_log

ROLES = Roles(customer="Customer", date="Day", amount="Spent")
COLUMNS = ("Customer", "Day", "Spent")
ROWS = [("00042", "2024-01-31", "10.50"), ("7", "2024-02-29", "0")]
END = Choices(observation_end=dt.date(2024, 12, 31))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def _csv(delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(row) for row in (COLUMNS, *ROWS)) + "\n"


def _log(file: Path, where: tuple[str, ...] = (), **written: Any) -> LogFile:
    reading = Reading(roles=ROLES, where=where, csv=CsvFormat(**written))
    return settled_log(read_log(file, reading), END)


def _read(file: Path, **written: Any) -> list[dict[str, Any]]:
    log = _log(file, **written)
    assert log.table is not None
    rows: list[dict[str, Any]] = log.table.to_pylist()
    return rows


def _said(file: Path, **written: Any) -> str:
    return " ".join(each.said for each in _log(file, **written).unsettled)


def _check(rows: list[dict[str, Any]]) -> None:
    assert [row["Customer"] for row in rows] == ["00042", "7"]
    assert [row["Day"].date() for row in rows] == [
        dt.date(2024, 1, 31),
        dt.date(2024, 2, 29),
    ]
    assert [row["Spent"] for row in rows] == [10.5, 0.0]


def test_one_row_is_enough_to_find_the_columns_by_their_content() -> None:
    names, asked = ("customer", "b", "c"), Roles(customer=None, date=None, amount=None)
    found = propose_roles(names, [("x1", "2024-01-31", "10.50")], asked=asked)
    assert found == Roles(customer="customer", date="b", amount="c")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "   "])
def test_the_delimiter_is_found(file: Path, delimiter: str) -> None:
    file.write_text(_csv(delimiter))
    _check(_read(file))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_an_encoding_that_shows_itself_needs_no_option(
    file: Path, encoding: str
) -> None:
    file.write_bytes(_csv().encode(encoding))
    _check(_read(file))


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_are_read(file: Path, end: str) -> None:
    file.write_bytes(_csv().replace("\n", end).encode())
    _check(_read(file))


def test_what_excel_writes_on_windows_is_read_and_said(file: Path) -> None:
    file.write_bytes(_csv().replace("00042", "André").encode("cp1252"))
    log = _log(file)
    assert log.table is not None
    assert log.table["Customer"][0].as_py() == "André"
    assert "read as cp1252" in log.notes[0]
    late = "".join(f"{k},2024-01-31,2\n" for k in range(40_000))
    file.write_bytes((_csv() + late + "André,2024-01-31,2\n").encode("cp1252"))
    assert _read(file)[-1]["Customer"] == "André"


def test_a_stated_encoding_that_is_not_that_of_the_file_is_refused(
    file: Path,
) -> None:
    file.write_bytes(_csv().replace("00042", "André").encode("cp1252"))
    with pytest.raises(InvalidValueError, match=r"line 2 is not utf-8 text \(byte 0xe"):
        _read(file, encoding="utf-8")
    with pytest.raises(InvalidValueError, match="no such text encoding 'klingon'"):
        _read(file, encoding="klingon")


@pytest.mark.parametrize(
    "written",
    ["2024-01-31 23:59:59", "2024-01-31T10:00", "2024-01-31T10:00:00.5"],
)
def test_iso_instants_are_read(file: Path, written: str) -> None:
    file.write_text(_csv().replace("2024-01-31", written))
    assert _read(file)[0]["Day"].date() == dt.date(2024, 1, 31)


@pytest.mark.parametrize(
    ("first", "second", "format_"),
    [
        ("31.01.2024", "29.02.2024", "%d.%m.%Y"),
        ("1/31/2024", "2/29/2024", "%m/%d/%Y"),
        ("31/1/24", "29/2/24", "%d/%m/%y"),
        ("31-Jan-24", "29-Feb-24", "%d-%b-%y"),
        ("31 January 2024", "29 February 2024", "%d %B %Y"),
        ("1/31/2024 8:05", "2/29/2024 18:26", "%m/%d/%Y %H:%M"),
        ("1/31/24 5:30 PM", "2/29/24 5:30 AM", "%m/%d/%y %I:%M %p"),
    ],
)
def test_the_only_format_that_all_dates_fit_is_used_and_said(
    first: str, second: str, format_: str, file: Path
) -> None:
    text = _csv().replace("2024-01-31", first).replace("2024-02-29", second)
    file.write_text(text)
    log = _log(file)
    assert log.unsettled == ()
    assert f"dates were read as {format_}." in log.notes[0]
    assert log.options[-2:] == ("--date-format", format_)
    _check(_read(file))
    _check(_read(file, date_format=format_))


def test_two_formats_that_fit_are_both_offered(file: Path) -> None:
    text = (
        _csv().replace("2024-01-31", "01/02/2024").replace("2024-02-29", "03/04/2024")
    )
    file.write_text(text)
    (asked,) = _log(file).unsettled
    assert "(2024-01-02 to 2024-03-04)" in asked.said
    assert {asked.options[1], asked.instead[1]} == {"%d/%m/%Y", "%m/%d/%Y"}
    assert asked.is_open


@pytest.mark.parametrize(
    ("letters", "format_"),
    [
        ("dd.mm.yyyy", "%d.%m.%Y"),
        ("MM/DD/YY", "%m/%d/%y"),
        ("yyyy-mm-dd hh:mm:ss", "%Y-%m-%d %H:%M:%S"),
        ("german", "%d.%m.%Y"),
    ],
)
def test_a_format_of_letters_is_refused_with_the_one_meant(
    letters: str, format_: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        CsvFormat(date_format=letters)
    assert str(caught.value) == (
        f"option '--date-format': text {letters!r} without a % sign. "
        f"Write it as strptime reads it: {format_}."
    )


def test_a_line_is_counted_past_empty_lines_and_cells_of_two_lines(
    file: Path,
) -> None:
    rows = "".join(f"c{k},2024-01-31,2\n" for k in range(9))
    file.write_text(
        f'Customer,Day,Spent\n\n"a\nb",2024-01-31,1\r\n\nc,2024-01-31,x\n{rows}'
    )
    assert "cannot be read in 1 of 11 rows (line 6 first, column 'Spent')" in _said(
        file
    )


@pytest.mark.parametrize("day", ["n/a", "2024-02-30", "2024-01-31T10:00:00+01:00"])
def test_a_date_that_cannot_be_read_is_offered_to_be_left_out(
    day: str, file: Path
) -> None:
    file.write_text(_csv() + f"x,{day},3\n" + "y,2024-03-01,1\n" * 9)
    (asked,) = _log(file).unsettled
    assert "cannot be read in 1 of 12 rows (line 4 first" in asked.said
    assert asked.options == ("--unreadable", "drop")
    left = settled_log(
        read_log(file, Reading(roles=ROLES)),
        Choices(observation_end=END.observation_end, unreadable="drop"),
    )
    assert left.unsettled == ()
    assert left.table is not None
    assert len(left.table) == 11
    assert "1 row without a readable date and amount left out." in left.notes


def test_where_most_cells_cannot_be_read_nothing_is_offered(file: Path) -> None:
    file.write_text(_csv().replace("2024", "MMXXIV"))
    (asked,) = _log(file).unsettled
    assert asked.options == ()
    assert "--date-format" in asked.said


@pytest.mark.parametrize(
    ("amounts", "values"),
    [
        (("1.010,50", "0"), (1010.5, 0.0)),
        (("1,010.50", "0"), (1010.5, 0.0)),
        (("1'010.50", "0"), (1010.5, 0.0)),
        (("1 010,50", "0"), (1010.5, 0.0)),
        (("1\N{NO-BREAK SPACE}010,50", "0"), (1010.5, 0.0)),
        (("$10.50", "$0"), (10.5, 0.0)),
        (("10,50 €", "0 €"), (10.5, 0.0)),
        (("EUR 10.50", "EUR 0"), (10.5, 0.0)),
        (("(10.50)", "0"), (-10.5, 0.0)),
        (("10.50-", "0"), (-10.5, 0.0)),
        (("\N{MINUS SIGN}10.50", "0"), (-10.5, 0.0)),
        ((" 1.5e2 ", ".5"), (150.0, 0.5)),
        (("+5.", "1234567.5"), (5.0, 1234567.5)),
    ],
)
def test_amounts_are_read_as_people_write_them(
    amounts: tuple[str, str], values: tuple[float, float], file: Path
) -> None:
    text = _csv(";").replace("10.50", amounts[0]).replace(";0\n", f";{amounts[1]}\n")
    file.write_text(text, encoding="utf-8")
    assert tuple(row["Spent"] for row in _read(file)) == values


def test_the_currency_beside_the_amounts_is_kept(file: Path) -> None:
    file.write_text(_csv(";").replace("10.50", "€10.50").replace(";0", ";€0"), "utf-8")
    assert _log(file).currency == "€"


def test_two_currencies_are_never_added(file: Path) -> None:
    file.write_text(
        _csv(";").replace("10.50", "€10.50").replace(";0\n", ";$3\n"), "utf-8"
    )
    (asked,) = _log(file).unsettled
    assert "amounts in 2 currencies" in asked.said
    assert asked.options == ()


@pytest.mark.parametrize("amount", ["1,234", "1.234"])
def test_a_mark_that_may_be_either_is_asked(amount: str, file: Path) -> None:
    file.write_text(_csv(";").replace("10.50", amount).replace(";0\n", ";20\n"))
    (asked,) = _log(file).unsettled
    assert "as 1,234 or as 1.234" in asked.said or "as 1.234 or as 1,234" in asked.said
    options = {asked.options, asked.instead}
    assert len(options) == 2


@pytest.mark.parametrize(
    ("decimal", "thousands", "amount"),
    [
        (",", "", "1.234"),
        (",", "", "1.234,50"),
        (".", ",", "12,50"),
        (".", ",", "1,2345"),
        (".", ",", "1234,567"),
        (".", ",", "1.234,567"),
        (",", ".", "12.50"),
        (",", ".", "1.2.3"),
        (",", ".", "1,2,3"),
        (".", "", "1.2.3"),
        (".", "", "nan"),
        (".", "", "inf"),
        (".", "", "-Infinity"),
        (".", "", "1e999"),
        (".", "", "0x10"),
        (".", "", "٣"),
        (".", "", "."),
        (".", "", "ten"),
        (".", "", "1_000"),
    ],
)
def test_a_mark_where_it_means_nothing_is_not_read(
    file: Path, decimal: str, thousands: str, amount: str
) -> None:
    more = "y;2024-03-01;1\n" * 9
    file.write_text(_csv(";").replace("10.50", amount) + more, encoding="utf-8")
    said = _said(file, decimal=decimal, thousands=thousands)
    assert "cannot be read in 1 of 11 rows (line 2 first, column 'Spent')" in said


@pytest.mark.parametrize(
    "written",
    [
        {"decimal": ""},
        {"decimal": "5"},
        {"thousands": "ab"},
        {"decimal": ",", "thousands": ","},
        {"delimiter": "--"},
        {"header_line": -1},
    ],
)
def test_an_impossible_way_of_writing_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match=r"option"):
        CsvFormat(**written)


def test_everything_that_is_wrong_is_said_at_once(file: Path) -> None:
    more = "".join(f"k{k % 9},2024-03-{k + 1:02d},{k}\n" for k in range(20))
    file.write_text(
        f"who,Day,Spent\n{more},2024-01-31,1\nNULL,2024-01-31,2\nb,,2\nc,2024-04-01,-3\n"
        f"Grand total,,{sum(range(20))}\n"
    )
    log = settled_log(read_log(file, Reading(roles=ROLES)), Choices())
    said = [each.said for each in log.unsettled]
    assert "--customer-id: no column 'Customer'" in said[0]
    reading = Reading(roles=Roles(customer="who", date="Day", amount="Spent"))
    log = settled_log(read_log(file, reading), Choices())
    said = [each.said for each in log.unsettled]
    for words in (
        "missing or blank id in 1 of 25 rows (first: line 22)",
        "'NULL' looks like a placeholder",
        "is empty in 1 of 25 rows (line 24 first, column 'Day')",
        "negative amount in 1 of 23 rows",
        "customers with refunds and no purchase: 1.",
        "1 total line, not a customer (line 26)",
        "The last row is dated 2024-04-01",
    ):
        assert any(words in each for each in said), (words, said)
    assert len(said) == 7


def test_a_filter_keeps_or_leaves_out_rows_and_keeps_line_numbers(file: Path) -> None:
    file.write_text(
        "Customer,Day,Spent,Country\n"
        "a,2024-01-31,1,France\n"
        "b,2024-01-31,2,Germany\n"
        "c,2024-02-01,,Germany\n" + "d,2024-02-01,3,Germany\n" * 9
    )
    log = _log(file, where=("Country=germany",))
    assert "is empty in 1 of 11 rows (line 4 first" in log.unsettled[0].said
    assert "1 of 12 rows were left out by Country=germany." in log.notes
    assert len(_log(file, where=("Country!=G*",)).table or ()) == 1
    with pytest.raises(InvalidValueError, match="Write COLUMN=VALUE"):
        _log(file, where=("Land=Germany",))
    with pytest.raises(
        InvalidValueError,
        match=r"'Country=Spain' that keeps 0 of 12 rows.*has \['France', 'Germany'\]",
    ):
        _log(file, where=("Country=Spain",))


def test_a_missing_column_is_named_with_those_there_are(file: Path) -> None:
    file.write_text("colour,Day,Spent\nred,2024-01-31,2\nred,2024-01-31,3\n")
    assert (
        "--customer-id: no column 'Customer'; the columns are ['colour', 'Day', "
        "'Spent']." in _said(file)
    )


def test_a_near_name_is_proposed(file: Path) -> None:
    file.write_text(_csv().replace("Customer", "CustomerID"))
    assert "no column 'Customer'; it is probably 'CustomerID'." in _said(file)


def test_two_columns_of_one_name_are_refused(file: Path) -> None:
    file.write_text("Customer,Day,Spent,Spent\n1,2024-01-31,2,3\n")
    with pytest.raises(InvalidValueError, match="two columns 'Spent'"):
        _read(file)


@pytest.mark.parametrize("text", ["", "\n\n", "Customer,Day,Spent\n"])
def test_a_file_without_rows_is_refused(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(InvalidValueError, match="no rows"):
        _read(file)


def test_rows_of_another_length_are_counted(file: Path) -> None:
    file.write_text(_csv() + "x,2024-01-31,1,2\n")
    (asked,) = _log(file).unsettled
    assert asked.said == (
        "1 row has another number of cells than the names (first: 'x,2024-01-31,1,2')."
    )
    assert asked.options == ("--unreadable", "drop")


def test_a_mark_of_inches_in_a_row_of_another_length_is_no_open_quotation(
    file: Path,
) -> None:
    file.write_text(_csv() + 'a 12" disc,8,2024-01-01,5\n')
    assert "1 row has another number of cells" in _said(file)


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="no such file"):
        _read(tmp_path / "nothing.csv")
    with pytest.raises(InvalidValueError, match="a folder, not a file"):
        _read(tmp_path)
