"""Reading a user's file: what is written is read, nothing is guessed."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from crmkit.errors import InvalidValueError
from crmkit.report.intake.csv_format import CsvFormat
from crmkit.report.intake.log_file import read_log

COLUMNS = ("Customer", "Day", "Spent")
ROWS = [("00042", "2024-01-31", "10.50"), ("7", "2024-02-29", "0")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def _csv(delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(row) for row in (COLUMNS, *ROWS)) + "\n"


def _read(file: Path, **written: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_log(
        file, COLUMNS, CsvFormat(**written)
    ).to_pylist()
    return rows


def _check(rows: list[dict[str, Any]]) -> None:
    assert [row["Customer"] for row in rows] == ["00042", "7"]
    assert [row["Day"].date() for row in rows] == [
        dt.date(2024, 1, 31),
        dt.date(2024, 2, 29),
    ]
    assert [row["Spent"] for row in rows] == [10.5, 0.0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_read_from_the_header(file: Path, delimiter: str) -> None:
    file.write_text(_csv(delimiter))
    _check(_read(file))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_encoding_that_marks_itself_needs_no_option(
    file: Path, encoding: str
) -> None:
    file.write_bytes(_csv().encode(encoding))
    _check(_read(file))


def test_windows_line_ends_are_read(file: Path) -> None:
    file.write_bytes(_csv().replace("\n", "\r\n").encode())
    _check(_read(file))


def test_another_encoding_is_refused_with_its_line_and_read_if_named(
    file: Path,
) -> None:
    file.write_bytes(_csv().replace("00042", "André").encode("cp1252"))
    with pytest.raises(InvalidValueError) as caught:
        _read(file)
    assert str(caught.value) == (
        f"file {str(file)!r}: line 2 is not utf-8 text (byte 0xe9). "
        "Pass --encoding, such as cp1252 for many Excel exports."
    )
    assert _read(file, encoding="cp1252")[0]["Customer"] == "André"


def test_an_unknown_encoding_is_refused(file: Path) -> None:
    file.write_text(_csv())
    with pytest.raises(InvalidValueError, match="no such text encoding 'klingon'"):
        _read(file, encoding="klingon")


@pytest.mark.parametrize(
    "written",
    ["2024-01-31 23:59:59", "2024-01-31T10:00", "2024-01-31T10:00:00.5", "20240131"],
)
def test_iso_instants_are_read(file: Path, written: str) -> None:
    file.write_text(_csv().replace("2024-01-31", written))
    assert _read(file)[0]["Day"].date() == dt.date(2024, 1, 31)


def test_dates_of_another_format_are_refused_and_read_if_named(file: Path) -> None:
    file.write_text(
        _csv().replace("2024-01-31", "31.01.2024").replace("2024-02-29", "29.02.2024")
    )
    with pytest.raises(InvalidValueError) as caught:
        _read(file)
    assert str(caught.value) == (
        "column 'Day': non-ISO date in 2 of 2 rows "
        "(first: line 2, value '31.01.2024'). "
        "Pass their format, such as --date-format %d.%m.%Y."
    )
    _check(_read(file, date_format="%d.%m.%Y"))


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


def test_names_are_checked_before_the_rest_of_the_file_is_read(file: Path) -> None:
    file.write_bytes(b"id,Day,Spent\n\xff\xfe,2024-01-31,2\n")
    with pytest.raises(InvalidValueError, match="no column 'Customer'"):
        _read(file)


def test_a_line_is_counted_past_empty_lines_and_cells_of_two_lines(
    file: Path,
) -> None:
    file.write_text('Customer,Day,Spent\n\n"a\nb",2024-01-31,1\r\n\nc,2024-01-31,x\n')
    with pytest.raises(InvalidValueError, match="first: line 6, value 'x'"):
        _read(file)


def test_a_date_that_does_not_fit_the_format_is_refused(file: Path) -> None:
    file.write_text(_csv().replace("2024-01-31", "01/31/2024"))
    with pytest.raises(InvalidValueError) as caught:
        _read(file, date_format="%Y-%m-%d")
    assert str(caught.value) == (
        "column 'Day': unreadable date in 1 of 2 rows "
        "(first: line 2, value '01/31/2024'). "
        "They do not match %Y-%m-%d: pass another --date-format."
    )


def test_an_instant_with_a_zone_is_refused(file: Path) -> None:
    file.write_text(_csv().replace("2024-01-31", "2024-01-31T10:00:00+01:00"))
    with pytest.raises(InvalidValueError, match="line 2"):
        _read(file)


def test_a_decimal_comma_is_refused_and_read_if_named(file: Path) -> None:
    file.write_text(_csv(";").replace("10.50", "1.010,50"))
    with pytest.raises(InvalidValueError) as caught:
        _read(file)
    assert str(caught.value) == (
        "column 'Spent': unreadable amount in 1 of 2 rows "
        "(first: line 2, value '1.010,50'). "
        "Write amounts like 1234.50, or pass other marks with --decimal and "
        "--thousands."
    )
    rows = _read(file, decimal=",", thousands=".")
    assert [row["Spent"] for row in rows] == [1010.5, 0.0]


@pytest.mark.parametrize("amount", ["$10", "ten", "1_000", "1,5"])
def test_what_is_no_plain_number_is_refused(file: Path, amount: str) -> None:
    file.write_text(_csv(";").replace("10.50", amount))
    with pytest.raises(InvalidValueError, match="unreadable amount"):
        _read(file)


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
    ],
)
def test_a_mark_where_it_means_nothing_is_refused(
    file: Path, decimal: str, thousands: str, amount: str
) -> None:
    file.write_text(_csv(";").replace("10.50", amount), encoding="utf-8")
    with pytest.raises(InvalidValueError) as caught:
        _read(file, decimal=decimal, thousands=thousands)
    assert (
        f"unreadable amount in 1 of 2 rows (first: line 2, value {amount!r}). Write "
        f"amounts like 1{thousands}234{decimal}50, or"
    ) in str(caught.value)


@pytest.mark.parametrize(
    ("decimal", "thousands", "amount", "value"),
    [
        (",", ".", "1.234.567,5", 1234567.5),
        (",", ".", "1234,5", 1234.5),
        (",", ".", "-12", -12.0),
        (".", ",", "1,234", 1234.0),
        (".", "'", "12'345.60", 12345.6),
        (",", "\N{NO-BREAK SPACE}", "1\N{NO-BREAK SPACE}234,5", 1234.5),
        (".", "", " 1.5e2 ", 150.0),
        (".", "", ".5", 0.5),
        (".", "", "+5.", 5.0),
    ],
)
def test_marks_in_their_places_are_read(
    file: Path, decimal: str, thousands: str, amount: str, value: float
) -> None:
    file.write_text(_csv(";").replace("10.50", amount), encoding="utf-8")
    assert _read(file, decimal=decimal, thousands=thousands)[0]["Spent"] == value


@pytest.mark.parametrize(
    "written",
    [
        {"decimal": ""},
        {"decimal": "5"},
        {"thousands": "ab"},
        {"decimal": ",", "thousands": ","},
    ],
)
def test_marks_that_cannot_be_told_apart_are_refused(written: dict[str, str]) -> None:
    with pytest.raises(InvalidValueError, match="mark"):
        CsvFormat(**written)


def test_empty_cells_stay_holes_for_the_summary_to_refuse(file: Path) -> None:
    file.write_text("Customer,Day,Spent\n,2024-01-31, \nb,,2\n")
    first, second = _read(file)
    assert first["Customer"] is None
    assert first["Spent"] is None
    assert second["Day"] is None


def test_a_missing_column_is_named_with_those_there_are(file: Path) -> None:
    file.write_text("id,Day,Spent\n1,2024-01-31,2\n")
    with pytest.raises(InvalidValueError) as caught:
        _read(file)
    assert str(caught.value) == (
        f"file {str(file)!r}: no column 'Customer'. Its columns are "
        "['id', 'Day', 'Spent']: name them with --customer-id, --date and --amount."
    )


def test_two_columns_of_one_name_are_refused(file: Path) -> None:
    file.write_text("Customer,Day,Spent,Spent\n1,2024-01-31,2,3\n")
    with pytest.raises(InvalidValueError, match="two columns 'Spent'"):
        _read(file)


@pytest.mark.parametrize("text", ["", "Customer,Day,Spent\n"])
def test_a_file_without_rows_is_refused(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(InvalidValueError):
        _read(file)


def test_a_row_of_another_length_is_refused(file: Path) -> None:
    file.write_text(_csv() + "x,2024-01-31,1,2\n")
    with pytest.raises(InvalidValueError, match="not readable as CSV"):
        _read(file)


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="no such file"):
        _read(tmp_path / "nothing.csv")
    with pytest.raises(InvalidValueError, match="a folder, not a file"):
        _read(tmp_path)


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = tmp_path / "log.parquet"
    columns = {
        "Customer": [7, 8],
        "Day": [dt.date(2024, 1, 31)] * 2,
        "Spent": [1.0, 2.0],
        "more": ["x", "y"],
    }
    pq.write_table(pa.table(columns), file)
    assert _read(file)[0] == {
        "Customer": 7,
        "Day": dt.date(2024, 1, 31),
        "Spent": 1.0,
    }
    with pytest.raises(InvalidValueError, match="no column 'who'"):
        read_log(file, ("who", "Day", "Spent"), CsvFormat())


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "log.parquet"
    file.write_text("no parquet at all")
    with pytest.raises(InvalidValueError, match="not readable as Parquet"):
        _read(file)
