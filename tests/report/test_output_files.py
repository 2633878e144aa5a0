"""The two files: complete or unchanged, never through a link, safe in a spreadsheet."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pytest

from crmkit.errors import InvalidValueError
from crmkit.report import Findings, write_report
from crmkit.report.output import report_files
from crmkit.report.output.atomic_files import replace_files, write_file

Changed = Callable[..., Findings[Any]]

TEXTS = [
    "=cmd|'/c calc'!A1",
    "+4930123",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "''=1",
    "'tis",
    "00042",
    "a=b",
    "",
]


def _original(text: str) -> str:
    """Undo the apostrophe, by the rule of the documentation."""
    return re.sub(r"^'('*[=+\-@\t\r\n])", r"\1", text)


@pytest.fixture
def written(changed: Changed) -> Findings[Any]:
    customers = pd.DataFrame({"=who": TEXTS, "clv": [-1.5, *range(len(TEXTS) - 1)]})
    customers["value_at_risk"] = customers["clv"] / 2
    customers["action"] = ["protect", "win_back", *[""] * (len(TEXTS) - 2)]
    return changed(customers=customers)


def _read(table: Path) -> pd.DataFrame:
    with table.open(newline="") as file:
        return pd.read_csv(file, dtype={"'=who": str}, keep_default_na=False)


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_no_text_of_the_csv_begins_like_a_formula(
    dtype: str, written: Findings[Any], tmp_path: Path
) -> None:
    customers = written.customers.astype({"=who": dtype})
    object.__setattr__(written, "customers", customers)
    table = write_report(written, tmp_path, table_format="csv").table
    text = table.read_bytes().decode()
    assert not re.search(r'(?:^|,|")[=+@\t]', text, re.MULTILINE)
    shown = _read(table)
    assert list(shown.columns)[:2] == ["'=who", "clv"]
    assert [_original(cell) for cell in shown["'=who"]] == TEXTS


def test_numbers_of_the_csv_stay_numbers(
    written: Findings[Any], tmp_path: Path
) -> None:
    table = write_report(written, tmp_path, table_format="csv").table
    assert _read(table)["clv"].tolist() == written.customers["clv"].tolist()


def test_parquet_keeps_every_text(written: Findings[Any], tmp_path: Path) -> None:
    table = write_report(written, tmp_path, table_format="parquet").table
    assert pd.read_parquet(table)["=who"].tolist() == TEXTS


def test_a_symbolic_link_is_refused_and_its_target_kept(
    written: Findings[Any], tmp_path: Path
) -> None:
    target = tmp_path / "important.txt"
    target.write_text("kept")
    out = tmp_path / "out"
    out.mkdir()
    (out / "customers.csv").symlink_to(target)
    with pytest.raises(InvalidValueError, match="a symbolic link, which is not foll"):
        write_report(written, out, table_format="csv")
    assert target.read_text() == "kept"
    assert [file.name for file in out.iterdir()] == ["customers.csv"]


def _write_x(file: BinaryIO) -> None:
    file.write(b"x")


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("folder", "a folder, not a file"),
        ("", "a folder, not a file"),
        ("pipe", "a device or a pipe, which no file replaces"),
        ("old.csv/new.csv", "not writable"),
        (f"{'n' * 300}.csv", "not writable"),
    ],
)
def test_only_a_file_is_replaced(place: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "old.csv").write_text("old")
    names = sorted(tmp_path.iterdir())
    with pytest.raises(InvalidValueError, match=found):
        write_file(tmp_path / place, _write_x)
    # Where one of several files has no place, the others are not replaced either.
    with pytest.raises((InvalidValueError, OSError)):
        replace_files({tmp_path / "old.csv": _write_x, tmp_path / place: _write_x})
    assert (tmp_path / "old.csv").read_text() == "old"
    assert (tmp_path / "pipe").is_fifo()
    assert sorted(tmp_path.iterdir()) == names


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_a_place_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError, match="a folder, not a file"):
        write_file(Path(name), _write_x)


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_file(tmp_path / "deep" / "down" / "new", _write_x)
    assert (tmp_path / "deep" / "down" / "new").read_bytes() == b"x"


def test_a_full_disk_leaves_both_old_files(
    written: Findings[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, table = tmp_path / "report.html", tmp_path / "customers.csv"
    page.write_text("old page")
    table.write_text("old table")

    def full(*_: object) -> Callable[[BinaryIO], None]:
        def write(file: BinaryIO) -> None:
            file.write(b"half of it")
            raise OSError(28, "No space left on device")

        return write

    monkeypatch.setattr(report_files, "_table_writer", full)
    with pytest.raises(InvalidValueError, match="No space left on device"):
        write_report(written, tmp_path, table_format="csv")
    assert page.read_text() == "old page"
    assert table.read_text() == "old table"
    assert len(list(tmp_path.iterdir())) == 2


def test_the_old_files_are_replaced(written: Findings[Any], tmp_path: Path) -> None:
    first = write_report(written, tmp_path, table_format="csv")
    page = first.page.read_bytes()
    first.page.write_text("old")
    assert write_report(written, tmp_path, table_format="csv") == first
    assert first.page.read_bytes() == page
    assert len(list(tmp_path.iterdir())) == 5


def test_each_list_is_a_file_that_the_page_links_to(
    written: Findings[Any], tmp_path: Path
) -> None:
    files = write_report(written, tmp_path, table_format="csv")
    page = files.page.read_text(encoding="utf-8")
    for path in (files.table, *files.lists.values()):
        assert f'href="{path.name}" download' in page
    assert len(_read(files.lists["protect"])) == 1
    assert len(_read(files.lists["second_order"])) == 0


def test_new_files_have_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.write_text("")

    replace_files({tmp_path / "new": _write_x})
    assert (tmp_path / "new").stat().st_mode == usual.stat().st_mode
