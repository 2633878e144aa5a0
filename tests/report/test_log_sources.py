"""Logs that are not text: Parquet, workbooks, databases."""

import datetime as dt
import gzip
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crmkit.errors import InvalidValueError
from crmkit.report.command import opened_log
from crmkit.report.command.log_options import LogOptions
from crmkit.report.intake.column_roles import Roles
from crmkit.report.intake.log_answers import Choices, settled_log
from crmkit.report.intake.log_file import Reading, read_log
from crmkit.report.intake.log_source import LogSource
from crmkit.report.intake.opened_source import open_source

ROLES = Roles(customer="Customer", date="Day", amount="Spent")


def _read(file: Path) -> list[dict[str, Any]]:
    log = read_log(file, Reading(roles=ROLES))
    assert log.table is not None
    rows: list[dict[str, Any]] = log.table.to_pylist()
    return rows


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


def test_a_file_that_is_not_of_its_kind_is_refused(tmp_path: Path) -> None:
    for name, said in (
        ("log.parquet", "not readable as Parquet"),
        ("log.xlsx", "not readable as a workbook"),
        ("log.xls", "an old Excel workbook"),
        ("log.csv.gz", "not readable"),
        ("log.duckdb", "not readable as a DuckDB file"),
    ):
        (tmp_path / name).write_text("nothing of the kind")
        with pytest.raises(InvalidValueError, match=said):
            _read(tmp_path / name)


def test_the_reason_why_a_database_cannot_be_read_has_at_most_200_letters(
    tmp_path: Path,
) -> None:
    # DuckDB writes the whole path into its reason.
    file = tmp_path / f"{'x' * 210}.duckdb"
    file.write_text("nothing of the kind")
    with pytest.raises(InvalidValueError) as caught:
        open_source(str(file))
    reason = caught.value.found.partition("DuckDB file (")[2].removesuffix(")")
    assert (len(reason), reason[-6:]) == (200, "xxx...")


def test_an_archive_that_was_cut_off_is_to_be_copied_again(tmp_path: Path) -> None:
    rows = "".join(f"k{at % 99},2024-01-31,{at}\n" for at in range(9_000))
    whole = gzip.compress(f"Customer,Day,Spent\n{rows}".encode())
    file = tmp_path / "log.csv.gz"
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidValueError, match="cut off: copy or download it again"):
        _read(file)


def test_a_table_of_a_duckdb_file_is_read(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as base:
        base.execute(
            'CREATE TABLE "the orders" AS SELECT \'a\' AS "Customer", '
            'DATE \'2024-01-31\' AS "Day", 3.50::DECIMAL(9, 2) AS "Spent"'
        )
    assert _read(file) == [{"Customer": "a", "Day": dt.date(2024, 1, 31), "Spent": 3.5}]
    with duckdb.connect(str(file)) as base:
        base.execute("CREATE TABLE more (x INTEGER)")
    with pytest.raises(InvalidValueError, match="name one with --table"):
        _read(file)
    reading = Reading(roles=ROLES, table="the orders")
    assert len(read_log(file, reading).table or ()) == 1


def test_a_password_is_never_shown() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(InvalidValueError) as caught:
        read_log("postgresql://me:secret@127.0.0.1:1/shop", Reading())
    assert "secret" not in str(caught.value)
    assert re.search(r"postgresql://127\.0\.0\.1:1/shop", str(caught.value))


def test_a_file_is_read_once_however_many_proposals_are_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"k{at % 9},2024-01-{1 + at % 28:02d},5,paid" for at in range(60)]
    rows += ["k1,2024-01-03,5,cancelled", ",2024-01-04,5,paid", "k1,2024-01-05,-2,paid"]
    file = tmp_path / "log.csv"
    file.write_text("\n".join(["who,when,total,status", *rows, "k1,2024-01-05"]))
    read: list[tuple[str, ...]] = []

    def counted(place: str, **options: Any) -> LogSource:
        source = open_source(place, **options)

        def once(columns: Sequence[str], bad_rows: list[str]) -> Any:
            read.append(tuple(columns))
            return source.read(columns, bad_rows)

        return replace(source, read=once)

    monkeypatch.setattr(opened_log, "open_source", counted)
    found, used, taken = opened_log.examine(LogOptions(file=str(file), accept=True))
    assert read == [("who", "when", "total", "status")]
    assert len(taken) >= 6
    assert not found.unsettled
    # Read afresh with all of it asked for, the log is the same.
    monkeypatch.setattr(opened_log, "open_source", open_source)
    again, _, _ = opened_log.examine(replace(used, accept=False))
    assert again.table is not None
    assert again.table.equals(found.table)
    assert again.notes == found.notes


@pytest.mark.parametrize(("rows", "late"), [(99, 1), (1, 1), (99, 9)])
def test_few_dates_years_after_all_others_are_not_taken_for_the_end(
    tmp_path: Path, rows: int, late: int
) -> None:
    file = tmp_path / "log.csv"
    usual = [f"k{at % 9},2024-01-{at % 28 + 1:02d},5" for at in range(rows)]
    lines = ["Customer,Day,Spent", *usual, *["k1,2034-12-31,5"] * late]
    file.write_text("\n".join(lines))
    log = settled_log(read_log(file, Reading(roles=ROLES)), Choices())
    end = next(each for each in log.unsettled if "--observation-end" in each.said)
    wrong = late / (rows + late) <= 0.05
    day = "2024-01-28" if wrong else "2034-12-31"
    assert end.options == ("--observation-end", day)
    assert ("1 of 100 rows is dated as late as 2034-12-31" in end.said) == wrong


@pytest.mark.parametrize(("usual", "wrong"), [(366, False), (367, True)])
def test_a_pause_of_a_year_is_one_of_the_usual_pauses(
    tmp_path: Path, usual: int, *, wrong: bool
) -> None:
    first = dt.date(2010, 1, 1)
    # A pause of 367 days is not usual: what follows five of a day is far beyond.
    days = [*range(50), 49 + usual, 49 + usual + 1500]
    dates = [first + dt.timedelta(days=at) for at in days]
    file = tmp_path / "log.csv"
    lines = [f"k{at % 9},{day},5" for at, day in enumerate(dates)]
    file.write_text("\n".join(["Customer,Day,Spent", *lines]))
    log = settled_log(read_log(file, Reading(roles=ROLES)), Choices())
    end = next(each for each in log.unsettled if "--observation-end" in each.said)
    assert ("long after all others" in end.said) == wrong


def test_a_long_reason_of_the_reader_is_cut_to_two_hundred_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "log.csv"
    file.write_text("Customer,Day,Spent\nk1,2024-01-31,5\n")

    def fail(*_: object, **__: object) -> None:
        raise pa.ArrowInvalid("x" * 201)

    monkeypatch.setattr("pyarrow.csv.read_csv", fail)
    with pytest.raises(InvalidValueError) as refused:
        read_log(file, Reading(roles=ROLES))
    assert f"not readable as CSV ({'x' * 197}...)" in str(refused.value)
