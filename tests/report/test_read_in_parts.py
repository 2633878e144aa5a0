"""A file that is read in parts is one log: ids, bad rows and line numbers are right."""

import datetime as dt
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from crmkit.report.intake import text_source
from crmkit.report.intake.column_roles import Roles
from crmkit.report.intake.log_answers import Choices, settled_log
from crmkit.report.intake.log_file import LogFile, Reading, read_log
from crmkit.report.intake.utf8_stream import Utf8Stream

COLUMNS = ("Customer", "Day", "Spent")
ROLES = Roles(customer="Customer", date="Day", amount="Spent")
END = Choices(observation_end=dt.date(2024, 12, 31))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def _log(file: Path) -> LogFile:
    return settled_log(read_log(file, Reading(roles=ROLES)), END)


def _said(file: Path) -> str:
    return " ".join(each.said for each in _log(file).unsettled)


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a file in parts of a few rows."""
    monkeypatch.setattr(text_source, "_BLOCK", 64)


@pytest.mark.usefixtures("in_parts")
def test_a_bad_value_far_down_a_file_is_named_with_its_line(file: Path) -> None:
    rows = [f"{at % 7},2024-01-{at % 28 + 1:02d},{at}.50" for at in range(60)]
    rows[40] = "3,never,1.00"
    file.write_text("\n".join([",".join(COLUMNS), *rows]))
    assert "in 1 of 60 rows (line 42 first" in _said(file)


@pytest.mark.usefixtures("in_parts")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_rows_of_another_length_move_no_line_number(file: Path, encoding: str) -> None:
    rows = [f"Zoë {at % 7},2024-01-{at % 28 + 1:02d},{at}.50" for at in range(60)]
    rows[10], rows[30], rows[50] = "1,2024-01-01", "1,2,3,4", "1"
    rows[40] = "3,never,1.00"
    file.write_bytes("\n".join([",".join(COLUMNS), *rows]).encode(encoding))
    said = _said(file)
    assert "3 rows have another number of cells than the names" in said
    assert "first: '1,2024-01-01'" in said
    assert "in 1 of 57 rows (line 42 first" in said


def test_a_line_is_counted_past_a_letter_that_is_not_utf_8(file: Path) -> None:
    rows = [f"{at % 7},2024-01-{at % 28 + 1:02d},{at}.50" for at in range(20_000)]
    rows[19_000], rows[19_500] = "Jos\xe9,2024-01-01,1.00", "3,never,1.00"
    file.write_bytes("\n".join([",".join(COLUMNS), *rows]).encode("cp1252"))
    assert "(line 19502 first" in _said(file)


@pytest.mark.usefixtures("in_parts")
def test_ids_of_several_parts_are_one_customer_each(file: Path) -> None:
    # Each part of the file meets the ids in another order, and some ids late.
    names = ["ann", "bob", "eve", " ", "", "00042"]
    rows = [(names[(at * at + at // 9) % 6], at) for at in range(200)]
    lines = [f"{who},2024-01-{at % 28 + 1:02d},{at}.00" for who, at in rows]
    file.write_text("\n".join([",".join(COLUMNS), *lines]))
    log = _log(file)
    assert log.table is not None
    assert [each or "" for each in log.table["Customer"].to_pylist()] == [
        who for who, _ in rows
    ]
    assert len(log.table["Customer"].unify_dictionaries().chunk(0).dictionary) == 5
    empty = sum(not who.strip() for who, _ in rows)
    assert f"missing or blank id in {empty} of 200 rows" in _said(file)


def test_one_mark_between_the_words_of_a_line_wherever_the_parts_end() -> None:
    text = "\ufeffa  b\tc\r\n\nzoë   2  3\nlast 5 6"
    for encoding in ("utf-8", "utf-16-le"):
        file = BytesIO(text.encode(encoding))
        stream = Utf8Stream(file, encoding, blanks=";")
        found = b"".join(iter(lambda: stream.read(3), b""))  # noqa: B023 - read at once
        assert found.decode() == "a;b;c\n\nzoë;2;3\nlast;5;6"


def test_thousands_of_bad_rows_are_counted_and_only_the_first_is_kept(
    file: Path,
) -> None:
    rows = ["a,2024-01-31,1"] + [f"row-{at}" for at in range(5_000)]
    file.write_text("\n".join([",".join(COLUMNS), *rows]))
    assert "5,000 rows have another number of cells" in _said(file)
    assert "first: 'row-0'" in _said(file)


def test_ids_of_a_parquet_file_are_kept_once_each(tmp_path: Path) -> None:
    arrow, parquet = (
        pytest.importorskip("pyarrow"),
        pytest.importorskip("pyarrow.parquet"),
    )
    file = tmp_path / "log.parquet"
    days = [dt.date(2024, 1, 1 + at % 28) for at in range(90)]
    cells = {"Customer": ["00042", "b", "c"] * 30, "Day": days, "Spent": [1.5] * 90}
    for kind in (arrow.string(), arrow.large_string()):
        ids = arrow.array(cells["Customer"], kind)
        parquet.write_table(arrow.table({**cells, "Customer": ids}), file)
        log = _log(file)
        assert log.table is not None
        assert log.table["Customer"].to_pylist() == cells["Customer"]
        assert arrow.types.is_dictionary(log.table["Customer"].type)


@pytest.mark.heavy
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="Linux tells the peak of memory"
)
def test_a_million_rows_are_checked_in_bounded_memory(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    who = rng.integers(0, 360_000, 1_000_000)
    day = np.datetime64("2024-01-01") + np.sort(rng.integers(0, 700, who.size))
    cents = rng.integers(100, 20_000, who.size)
    rows = "".join(
        f"K{a},{b},{c // 100}.{c % 100:02d}\n"
        for a, b, c in zip(
            who.tolist(), day.astype(str).tolist(), cents.tolist(), strict=True
        )
    )
    file = tmp_path / "log.csv"
    file.write_text("customer_id,date,amount\n" + rows)
    words = ["check", str(file), "--observation-end", "2025-12-31"]
    program = (
        f"from crmkit.report.__main__ import run; assert run({words!r}) == 0; "
        "print(open('/proc/self/status').read())"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert "1,000,000 of 1,000,000 rows used" in said
    peak = re.search(r"VmHWM:\s+([0-9]+) kB", said)
    assert peak is not None
    # Measured: 310 MB; 550 MB when each row held its texts.
    assert int(peak[1]) < 430_000


def test_nothing_is_read_where_no_byte_is_asked_for() -> None:
    file = BytesIO("né\n".encode("latin-1"))
    stream = Utf8Stream(file, "latin-1", blanks=None)
    assert stream.read(0) == b""
    assert file.tell() == 0
    assert stream.read(2) == b"n\xc3"
    assert stream.read(0) == b""
    assert stream.read() == b"\xa9\n"
    assert stream.read(0) == b""
