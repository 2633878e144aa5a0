"""Logs that are not text: Parquet, workbooks, databases."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from crmkit.errors import InvalidValueError
from crmkit.report.intake.column_roles import Roles
from crmkit.report.intake.log_file import Reading, read_log

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
