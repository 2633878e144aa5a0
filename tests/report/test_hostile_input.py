"""The command on hostile files and options: one sentence, never a traceback."""

import bz2
import gzip
import lzma
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crmkit.datasets import load_cdnow_sample
from crmkit.report import __main__ as door
from crmkit.report.bounded_text import bounded_message

OPTIONS = ("--customer-id=who", "--date=when", "--amount=paid")
END = "--observation-end=1998-06-30"


@pytest.fixture(scope="module")
def csv() -> str:
    sample = load_cdnow_sample().rename(
        columns={"customer_id": "who", "date": "when", "amount": "paid"}
    )
    text: str = sample.to_csv(index=False)
    return text


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = door.run([str(argument) for argument in arguments])
    errors = capsys.readouterr().err
    assert "Traceback" not in errors
    # An answer of several lines ends with the command to copy.
    return code, errors[max(errors.rfind("crmkit: "), 0) :].strip()


def _refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    code, message = _run(capsys, "report", *arguments)
    assert code == 2
    assert message.startswith("crmkit: ")
    assert len(message) < 3_000
    return message


def _report(
    capsys: pytest.CaptureFixture[str], file: Path, *more: str, end: str = END
) -> str:
    return _refused(capsys, file, *OPTIONS, end, *more, "--out", file.parent)


def test_lines_that_end_in_cr_alone_are_read(
    csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mac.csv"
    file.write_bytes(csv.replace("\n", "\r").encode())
    code, _ = _run(capsys, "report", file, *OPTIONS, END, "--out", tmp_path)
    assert code == 0
    assert "2,357 customers" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_bad_value_between_cr_line_ends_has_its_line(
    csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mac.csv"
    file.write_bytes(csv.replace("29.73", "x", 1).replace("\n", "\r").encode())
    assert "(line 3 first, column 'paid')" in _report(capsys, file)


@pytest.mark.parametrize("size", [131_073, 2_000_000])
@pytest.mark.parametrize("delimiter", ["", ","])
def test_an_endless_header_is_refused(
    size: int, delimiter: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    name = f"a{delimiter}" * (size // (1 + len(delimiter)))
    file.write_text(f"{name}\n1\n")
    said = _report(capsys, file)
    assert "/log.csv'" in said
    assert len(said) < 1_000


def test_an_endless_cell_before_a_bad_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(f"who,when,paid\n{'a' * 200_000},2024-01-01,1\nb,2024-01-01,x\n")
    assert "a line that cannot be split into cells" in _report(capsys, file)


@pytest.mark.parametrize("day", ["0000-01-01", "0000-12-31 10:00:00"])
def test_the_year_0_is_refused(
    day: str, csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(csv.replace("1997-01-01", day, 1))
    assert "cannot be read in 1" in _report(capsys, file)
    file.write_text(csv.replace("1997-01-01", "01.01.0000", 1))
    assert "column 'when'" in _report(capsys, file, "--date-format=%d.%m.%Y")


def test_the_year_0_in_parquet_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = tmp_path / "log.parquet"
    days = pa.array([-800_000, 0], pa.int32()).cast(pa.date32())
    pq.write_table(pa.table({"who": ["a", "b"], "when": days, "paid": [1.0, 2]}), file)
    assert "date before year 1 in 1 of" in _report(capsys, file)


def test_the_first_and_the_last_year_are_no_tracebacks(
    csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(csv.replace("1997-01-01", "0001-01-01", 1))
    _run(capsys, "report", file, *OPTIONS, END, "--out", tmp_path)
    file.write_text(csv.replace("1997-01-01", "9999-12-31", 1))
    _run(capsys, "report", file, *OPTIONS, END, "--out", tmp_path)


def test_an_end_of_all_days_is_refused(
    csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(csv)
    message = _report(capsys, file, end="--observation-end=9999-12-31")
    assert "9999-12-31, which leaves no room for a forecast" in message


@pytest.mark.parametrize(
    "encoding",
    [
        "hex",
        "base64",
        "rot13",
        "zip",
        "undefined",
        "idna",
        "punycode",
        "a\0b",
        "ü" * 99,
    ],
)
def test_an_odd_encoding_is_refused(
    encoding: str, csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(csv + "\N{EURO SIGN},1,2\n", encoding="utf-8")
    assert "crmkit: " in _report(capsys, file, f"--encoding={encoding}")


@pytest.mark.parametrize("encoding", ["utf-7", "unicode_escape", "utf-16", "utf-32"])
def test_a_wrong_encoding_is_refused(
    encoding: str, csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(csv + "+2AA-\\ud800,\N{EURO SIGN},2\n", encoding="utf-8")
    assert "crmkit: " in _report(capsys, file, f"--encoding={encoding}")


@pytest.mark.parametrize("column", ["who", "when", "paid"])
def test_a_huge_value_is_cut_in_the_message(
    column: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = {"who": "a", "when": "2024-01-01", "paid": "1"} | {column: "'x" * 500_000}
    file = tmp_path / "log.csv"
    file.write_text(f"who,when,paid\nb,2024-01-02,-2\n{','.join(cells.values())}\n")
    _report(capsys, file)
    file.write_text(f"who,when,paid\n{cells['who']},2024-01-02,-2\n")
    _report(capsys, file)


def test_names_and_options_of_any_length_are_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(",".join(f"column number {at}" for at in range(9_999)) + "\n1\n")
    long = "y" * 100_000
    assert "and 9,979 more" in _report(capsys, file)
    _report(capsys, file, end=f"--observation-end={long}")
    _refused(capsys, file, f"--customer-id={long}", *OPTIONS[1:], END)
    _refused(capsys, f"{long}.csv", *OPTIONS, END)
    _refused(capsys, file, *OPTIONS, END, f"--date-format={long}")
    _refused(capsys, file, *OPTIONS, END, f"--decimal={long}")
    _refused(capsys, file, *OPTIONS, END, f"--refunds={long}")
    _refused(capsys, file, *OPTIONS, END, f"--{long}=1")
    _refused(capsys, file, long, *OPTIONS, END)
    file.write_text(f"who,when,paid\na,2024-01-01,1\n{long},,,,\n")
    _report(capsys, file)


def test_a_short_message_is_not_changed() -> None:
    from crmkit.errors import InvalidValueError, NotEnoughDataError

    short = InvalidValueError(
        subject="column 'a'", found="value", remedy="Go.", count=1, total=2, first="x"
    )
    assert bounded_message(short) == str(short)
    long = NotEnoughDataError(needed="a" * 9_999, got="b", remedy="c")
    assert len(bounded_message(long)) == 2_000


def _process(
    *arguments: str | bytes, flags: tuple[str, ...] = (), **env: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *flags, "-m", "crmkit.report", "report", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **env},
    )


@pytest.mark.parametrize(
    ("flags", "env"),
    [
        ((), {"PYTHONWARNINGS": "error"}),
        (("-OO",), {}),
        ((), {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}),
    ],
)
def test_the_interpreters_own_options_do_not_matter(
    flags: tuple[str, ...], env: dict[str, str], csv: str, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    # One amount for all: the fit warns that the data do not determine it.
    rows = csv.splitlines()
    same = [",".join([*row.split(",")[:-1], "10"]) for row in rows[1:]]
    file.write_text("\n".join([rows[0], *same]))
    title = b"--title=caf\xe9 \xe2\x82\xac"
    out = f"--out={tmp_path}"
    done = _process(
        str(file), *OPTIONS, END, title, "--currency=€", out, flags=flags, **env
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert "caf" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="names of files are text there")
def test_names_that_are_not_text_are_no_tracebacks(csv: str, tmp_path: Path) -> None:
    file = os.fsencode(tmp_path) + b"/log\xe9.csv"
    Path(os.fsdecode(file)).write_text(csv)
    out = b"--out=" + os.fsencode(tmp_path) + b"/out\xe9"
    done = _process(file, *OPTIONS, END, out)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert done.returncode == 0, done.stderr.decode()
    done = _process(file, b"--customer-id=\xe9", *OPTIONS[1:], END)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "no rows"),
        (b"\xef\xbb\xbf", "no rows"),
        (b"\xff\xfe", "no rows"),
        (b"\0" * 5_000, "no rows"),
        (b'who,"when,paid\nAda,2024-01-01,5\n', "opened and not closed"),
        (
            b'who,when,paid\nAda,2024-01-01,5\n"Bob,2024-01-01,5\nCy,2024-01-02,5\n',
            "not closed, in the row '\"Bob,2024",
        ),
        (b",".join([b"1"] * 300_000), "no second row in the first 262,144 bytes"),
        (
            b"who,when,paid\nAda,2024-01-01,5\n" + b"x" * 20_000_000,
            "more than 8,388,608",
        ),
        (gzip.compress(b"who,when,paid\nAda,2024-01-01,5\n")[:-9], "ended before"),
    ],
    ids=["empty", "mark", "mark16", "nothing", "quote", "open", "wide", "row", "cut"],
)
def test_a_broken_file_is_told_what_is_broken(
    content: bytes, found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(content)
    assert found in _report(capsys, file)


def test_a_pipe_is_refused_and_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    assert "a device or a pipe, not a file. Pass a file, or -" in _report(capsys, pipe)


@pytest.mark.parametrize("module", [gzip, bz2, lzma])
def test_a_compressed_log_needs_no_name_that_says_so(
    module: Any, csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(module.compress(csv.encode()))
    assert door.run(["summary", str(file), *OPTIONS, END]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2_358


@pytest.mark.parametrize(
    "content", ["[" * 100_000, '{"model": ' + "9" * 6_000 + "}", "", "\xff"]
)
def test_models_that_are_none_are_refused(
    content: str, csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, saved = tmp_path / "log.csv", tmp_path / "models.json"
    log.write_text(csv)
    saved.write_text(content, encoding="latin-1")
    code, message = _run(capsys, "score", log, *OPTIONS, END, "--saved", saved)
    assert code == 2
    assert "not models that crmkit fit wrote" in message


@pytest.mark.parametrize(
    ("out", "found"),
    [
        ("", "a folder, not a file"),
        ("pipe", "a device or a pipe, which no file replaces"),
        ("link", "a symbolic link, which is not followed"),
        ("x" * 300, "not writable (File name too long)"),
        ("log.csv/x.csv", "not writable (File exists)"),
        ("/dev/full/x.csv", "not writable"),
    ],
)
def test_a_table_that_cannot_be_written_replaces_nothing(
    out: str, found: str, csv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.csv"
    log.write_text(csv)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(log)
    there = sorted(tmp_path.iterdir())
    code, message = _run(capsys, "summary", log, *OPTIONS, END, "--out", tmp_path / out)
    assert code == 2
    assert found in message
    assert sorted(tmp_path.iterdir()) == there
    assert (tmp_path / "pipe").is_fifo()
    assert log.read_text() == csv
