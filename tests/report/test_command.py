"""The command: two files, one sentence where it cannot, and its exit code."""

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from crmkit.datasets import load_cdnow_sample
from crmkit.report import __main__ as door

OPTIONS = (
    "--customer-id=who",
    "--date=when",
    "--amount=paid",
    "--observation-end=1998-06-30",
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "orders.csv"
    sample = load_cdnow_sample().rename(
        columns={"customer_id": "who", "date": "when", "amount": "paid"}
    )
    sample.to_csv(file, index=False)
    return file


def _run(*arguments: str | Path) -> int:
    return door.run([str(argument) for argument in arguments])


def test_a_users_file_becomes_a_page_and_a_table(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / "folder"
    assert _run("report", log, *OPTIONS, "--out", out, "--currency=€") == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "2,357 customers are expected to bring €" in page
    assert "orders.csv" in page
    rows = (out / "customers.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 2_358
    assert rows[0].startswith('"who","frequency"')
    said = capsys.readouterr()
    assert str(out / "report.html") in said.out
    assert (out / "report.html").resolve().as_uri() in said.out
    assert "Valuing every customer" in said.err
    assert "Valuing every customer" not in said.out


def test_the_table_may_be_parquet(log: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    assert _run("report", log, *OPTIONS, "--out", tmp_path, "--format=parquet") == 0
    table = pq.read_table(tmp_path / "customers.parquet")
    assert table.num_rows == 2_357
    assert {"who", "probability_alive", "clv", "value_tier"} <= set(table.column_names)


def test_ids_come_out_as_they_went_in(log: Path, tmp_path: Path) -> None:
    text = log.read_text()
    header, _, rest = text.partition("\n")
    log.write_text(header + "\n" + "\n".join(f"00{row}" for row in rest.splitlines()))
    assert _run("report", log, *OPTIONS, "--out", tmp_path) == 0
    assert (tmp_path / "customers.csv").read_text().count('\n"00') == 2_357


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "no.csv", *OPTIONS), "file 'no.csv': no such file."),
        (("report", "no.csv"), "Missing option '--customer-id'."),
        (
            ("report", "no.csv", *OPTIONS[:3], "--observation-end=1.2.99"),
            "not an ISO date",
        ),
        (("report", "no.csv"), "See crmkit report --help."),
        (("report", "--refunds=x"), "'--refunds': 'x' is not one of"),
        (("report", "no.csv", *OPTIONS, "--margin=30"), "0.3 for 30%"),
        (("report", "no.csv", *OPTIONS, "--horizon-weeks=0"), "'horizon_weeks'"),
        (("report", "no.csv", *OPTIONS, "--refunds=perhaps"), "--refunds"),
        (("report", "no.csv", *OPTIONS, "--colour=red"), "--colour"),
        (("demo", "--format=xls"), "--format"),
        (("undo",), "undo"),
    ],
)
def test_bad_input_ends_in_one_sentence_and_code_2(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*arguments) == 2
    errors = capsys.readouterr().err
    last = errors.strip().splitlines()[-1]
    assert last.startswith("crmkit: ")
    assert said in last
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("29.33", ""),
            "column 'paid': missing value in 1 of 6919 rows (first: line 2",
        ),
        (("29.33", "-29.33"), "column 'paid': negative"),
        (("1997-01-01", "01/01/1997"), "non-ISO date in 1 of 6919 rows"),
        (("29.33", "29,33"), "not readable as CSV"),
    ],
)
def test_a_bad_value_is_told_with_its_place(
    change: tuple[str, str],
    said: str,
    log: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.write_text(log.read_text().replace(*change, 1))
    assert _run("report", log, *OPTIONS, "--out", log.parent) == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert not (log.parent / "report.html").exists()


def test_rows_without_an_id_may_be_dropped_and_are_counted(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = log.read_text().splitlines()
    lines[3] = "   " + lines[3][lines[3].index(",") :]
    log.write_text("\n".join(lines))
    assert _run("report", log, *OPTIONS, "--out", tmp_path) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "missing or blank id in 1 of 6919 rows (first: line 4)" in said
    assert "--missing-ids drop" in said
    told = ("report", log, *OPTIONS, "--out", tmp_path, "--missing-ids=drop")
    assert _run(*told) == 0
    assert "note: 1 row without an id was left out" in capsys.readouterr().err
    assert "1 row without an id was left out" in (tmp_path / "report.html").read_text()
    lines[5] = lines[5][: lines[5].rindex(",")] + ",-3"
    log.write_text("\n".join(lines))
    assert _run(*told) == 2
    assert "negative value in 1 of 6918 rows (first: line 6" in capsys.readouterr().err


def test_a_slip_is_noted_on_stderr(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("report", log, *OPTIONS, "--out", tmp_path, "--discount-rate=10") == 0
    assert "note: The discount rate is 1000" in capsys.readouterr().err


def test_refunds_may_be_netted(log: Path, tmp_path: Path) -> None:
    log.write_text(log.read_text().replace("29.73", "-29.73", 1))
    assert _run("report", log, *OPTIONS, "--out", tmp_path, "--refunds=net") == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Refunds were subtracted from the purchases they follow." in page


def test_a_folder_that_is_a_file_is_told(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("report", log, *OPTIONS, "--out", log) == 2
    assert "not writable" in capsys.readouterr().err.splitlines()[-1]


def test_the_demo_values_all_23570_customers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("demo", "--out", tmp_path, "--format=parquet") == 0
    assert capsys.readouterr().out.startswith(
        "23,570 customers are expected to bring $"
    )
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "30 September 1997" in page
    assert "1 repeat customer with a mean spend of zero was left out" in page
    assert "customers.parquet" in page
    assert (tmp_path / "customers.parquet").stat().st_size > 100_000


@pytest.mark.parametrize("package", ["typer", "rich", "jinja2", "vl_convert"])
def test_a_missing_extra_is_one_sentence(
    package: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from crmkit.report.page import html_page

    def without(name: str) -> ModuleSpec | None:
        return None if name == package else ModuleSpec(name, None)

    monkeypatch.setattr(door, "find_spec", without)
    monkeypatch.setattr(html_page, "find_spec", without)
    assert _run("demo") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "is not installed. Install it with: pip install 'crmkit[report]'." in said


def test_help_and_version_are_no_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run() == 0
    assert _run("--version") == 0
    assert _run("report", "--help") == 0
    said = capsys.readouterr().out
    assert "demo" in said
    assert "crmkit 0." in said


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crmkit.report", "report", "no.csv", *OPTIONS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
