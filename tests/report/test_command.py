"""The command: two files, one sentence where it cannot, and its exit code."""

import errno
import io
import json
import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pandas as pd
import pytest

import crmkit as ck
from crmkit.datasets import load_cdnow_sample
from crmkit.report import __main__ as door
from crmkit.report.command import command_line
from crmkit.report.output import report_files

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


def test_the_table_of_very_many_customers_is_parquet(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_files, "_MOST_ROWS", 2_356)
    assert _run("report", log, *OPTIONS, "--out", tmp_path / "many") == 0
    names = {path.name for path in (tmp_path / "many").iterdir()}
    assert "customers.parquet" in names
    assert "win-back.parquet" in names
    assert 'href="customers.parquet"' in (tmp_path / "many/report.html").read_text(
        encoding="utf-8"
    )


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
        (("report", "."), "a folder, not a file"),
        (("report",), "Missing argument 'file'"),
        (("report",), "See crmkit report --help."),
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
    assert said.casefold() in last.casefold()  # Typer has named it 'FILE'
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("29.33", ""), "is empty in 1 of 6,919 rows (line 2 first, column 'paid')"),
        (("29.33", "-29.33"), "column 'paid': negative amount in 1 of 6,919 rows"),
        (("1997-01-01", "01/01/1997"), "cannot be read in 1 of 6,919 rows"),
        (("29.33", "29,33"), "1 row has another number of cells than the names"),
    ],
)
def test_a_bad_value_is_told_with_its_place_and_the_way_out(
    change: tuple[str, str],
    said: str,
    log: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.write_text(log.read_text().replace(*change, 1))
    assert _run("report", log, *OPTIONS, "--out", log.parent) == 2
    answer = capsys.readouterr().err
    assert said in answer
    assert answer.splitlines()[-1].startswith("  crmkit report ")
    assert not (log.parent / "report.html").exists()


def test_rows_without_an_id_may_be_dropped_and_are_counted(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = log.read_text().splitlines()
    lines[3] = "   " + lines[3][lines[3].index(",") :]
    log.write_text("\n".join(lines))
    assert _run("report", log, *OPTIONS, "--out", tmp_path) == 2
    said = capsys.readouterr().err
    assert "missing or blank id in 1 of 6,919 rows (first: line 4)" in said
    assert "--missing-ids drop" in said
    told = ("report", log, *OPTIONS, "--out", tmp_path, "--missing-ids=drop")
    assert _run(*told) == 0
    assert "note: 1 row without an id was left out" in capsys.readouterr().err
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "1 row without an id was left out" in page


def test_a_log_without_options_is_settled_by_its_answer(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("report", log) == 2
    answer = capsys.readouterr().err
    assert "--date is not named; it is probably 'when'." in answer
    assert _run("check", log) == 1
    capsys.readouterr()
    assert _run("check", log, "--accept", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["ready"] is True
    assert len(document["accepted"]) == 4


def test_a_log_comes_from_standard_input(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(log.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert _run("summary", "-", *OPTIONS, "--quiet") == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert len(said.out.splitlines()) == 2_358


def test_each_table_is_that_of_the_public_function(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = load_cdnow_sample()
    end = "1998-06-30"
    summary = ck.rfm_summary(sample, observation_period_end=end, time_unit="week")
    assert _run("segments", log, *OPTIONS, "--quiet", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    named = ck.segments.with_rfm_segment(ck.segments.with_rfm_scores(summary))
    by_id = dict(
        zip(named["customer_id"].astype(str), named["rfm_segment"], strict=True)
    )
    assert {row["who"]: row["rfm_segment"] for row in rows} == by_id
    out = tmp_path / "cohorts.parquet"
    assert _run("cohorts", log, *OPTIONS, "--quiet", "--out", out) == 0
    cells = ck.segments.cohort_table(sample, observation_period_end=end)
    found = pd.read_parquet(out).sort_values(["cohort", "age"])
    assert found["active"].sum() == cells["active"].sum()


def test_a_saved_model_values_a_log(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "models.json"
    assert _run("fit", log, *OPTIONS, "--model=bg_nbd", "--out", saved, "--quiet") == 0
    assert _run("score", log, *OPTIONS, "--saved", saved, "--json", "--quiet") == 0
    out = capsys.readouterr().out
    rows = json.loads(out[out.index("[") :])
    customers = ck.rfm_summary(
        load_cdnow_sample(), observation_period_end="1998-06-30", time_unit="week"
    )
    valued = ck.clv.with_clv(
        customers,
        purchases=ck.clv.fit_bg_nbd(customers),
        spend=ck.clv.fit_gamma_gamma(customers, nonpositive="drop"),
        horizon=52,
        discount_rate=ck.clv.per_unit_rate(0.1, time_unit="week"),
    )
    assert sum(row["clv"] for row in rows) == pytest.approx(valued["clv"].sum())
    for odd in ("{}", "[" * 100_000, "9" * 10_000, " " * 1_000_000 + "{}"):
        saved.write_text(odd)
        assert _run("score", log, *OPTIONS, "--saved", saved) == 2
        assert "not models that crmkit fit wrote" in capsys.readouterr().err


def test_models_are_compared_and_risk_is_told(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("compare", log, *OPTIONS, "--quiet") == 0
    assert "chosen: MBG/NBD (best)" in capsys.readouterr().out
    assert _run("churn", log, *OPTIONS, "--quiet", "--model=bg_nbd", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert all(0 <= row["churn_risk"] <= 1 for row in rows)


def test_a_survey_has_a_score_with_its_interval(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "survey.csv"
    answers = [10] * 50 + [8] * 30 + [3] * 20
    file.write_text("score;plan\n" + "\n".join(f"{a};{a % 2}" for a in answers))
    assert _run("nps", file) == 0
    lower, upper = ck.satisfaction.Nps(
        promoters=50, passives=30, detractors=20
    ).interval()
    said = f"NPS +30.0 (95% interval {lower:+.1f} to {upper:+.1f}), 100 answers"
    assert said in capsys.readouterr().out
    assert _run("nps", file, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "score": 30.0,
        "lower": lower,
        "upper": upper,
        "level": 0.95,
        "n_responses": 100,
        "promoters": 50,
        "passives": 30,
        "detractors": 20,
    }
    assert _run("nps", file, "--by=plan", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert _run("nps", file, "--score=mark") == 2


def test_key_figures_are_json_and_nothing_else_is_printed(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ("report", log, *OPTIONS, "--out", tmp_path, "--json", "--quiet")
    assert _run(*told) == 0
    said = capsys.readouterr()
    assert said.err == ""
    figures = json.loads(said.out)
    assert figures["n_customers"] == 2_357
    assert figures["value_lower"] < figures["value"] < figures["value_upper"]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"{figures['value']:,.0f}" in page
    assert "It is read from 200 simulated futures" in page
    for name, each in figures["lists"].items():
        rows = pd.read_csv(each["file"])
        assert len(rows) == each["n_customers"], name
        assert rows["clv"].sum() == pytest.approx(each["value"])


def test_completion_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    _run("--help")
    assert "--install-completion" in capsys.readouterr().out


def test_a_slip_is_noted_on_stderr(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ("report", log, *OPTIONS, "--out", tmp_path, "--discount-rate=10")
    assert _run(*told, "--quiet") == 0  # which silences progress and notes alone
    assert "check this first: The discount rate is 1000" in capsys.readouterr().err


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


@pytest.mark.parametrize(
    ("number", "said", "code"),
    [
        (errno.ENOSPC, "crmkit: standard output: No space left on device.\n", 2),
        (errno.EPIPE, "", 1),
    ],
)
def test_output_that_cannot_be_written_is_told(
    number: int,
    said: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(command_line, "run", full)
    assert door.run(["check"]) == code
    assert capsys.readouterr().err == said


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


@pytest.mark.parametrize("package", ["typer", "rich", "jinja2", "pyarrow"])
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
        [sys.executable, "-m", "crmkit", "report", "no.csv", *OPTIONS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "crmkit: file 'no.csv': no such file" in done.stderr
    assert "Traceback" not in done.stderr
