"""The commands whose pages, tables and answers are approved, and what they wrote."""

import contextlib
import csv
import io
import math
import os
import re
import shlex
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

import approved_logs
import typer
from approved_files import FILES
from page_as_text import page_as_text

from crmkit.report import __main__ as door

__all__ = ["LOGS", "answers", "record"]

_MADE = cache(typer.main.get_command)
_ROWS = 5
_MASKS = (
    (r"file://\S+", "(address)"),
    (r'("iterations"): \d+', r"\1: (some)"),
    (r"\b(a|b|r|p|q|v|alpha) = [\d.e+-]+(?=[^=]* (?:=|all but free))", r"\1 = (free)"),
    (r"(<tr> \| \w+) \| [\d.e+-]+ \| unknown", r"\1 | (free) | unknown"),
)
_SHOP = "orders.csv --accept"
_SCORE = (
    f"score {_SHOP} --saved models.json --horizon-weeks 26 --discount-rate 0.2 "
    "--margin 0.4 --quiet"
)
_VISITS = "visits.csv --accept --amount visits"
_KASSE = "kasse.csv --accept --missing-ids drop"
_EXPORT = (
    "export.csv --customer-id id --date created --amount total --observation-end "
    "2023-09-30"
)
_FEW = "few.csv --customer-id customer --observation-end 2024-03-01"

# Each log with the commands that are run on it, in this order, in one folder.
LOGS: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "shop": (
        approved_logs.shop,
        (
            "report orders.csv --observation-end 2024-12-31 --out page",
            "check orders.csv",
            "check orders.csv --observation-end 2024-12-31 --json",
            f"summary {_SHOP}",
            f"segments {_SHOP} --quiet",
            f"cohorts {_SHOP} --grain quarter",
            f"compare {_SHOP}",
            f"fit {_SHOP} --model mbg_nbd --out models.json",
            _SCORE,
        ),
    ),
    "visits": (
        approved_logs.visits,
        (
            "check visits.csv",
            f"report {_VISITS} --horizon-weeks 13 --out page --json",
            f"churn {_VISITS} --model bg_nbd --horizon-weeks 8",
        ),
    ),
    "club": (
        approved_logs.club,
        (
            "check kasse.csv",
            (
                f"report {_KASSE} --ledger lines.csv --survey survey.csv --campaigns "
                "contacts.csv --margin 0.3 --horizon-weeks 26 --discount-rate 0.2 "
                "--currency EUR --title 'The club' --model pareto_nbd --out page"
            ),
            f"cohorts {_KASSE} --grain year --json",
            "nps survey.csv",
            "nps survey.csv --json",
            "nps survey.csv --by plan",
        ),
    ),
    "doubtful": (
        approved_logs.doubtful,
        (
            "check export.csv",
            f"check {_EXPORT}",
            f"report {_EXPORT} --discount-rate 10 --model bg_nbd --quiet --out page",
            f"compare {_EXPORT} --json",
        ),
    ),
    "few": (
        approved_logs.few,
        (
            f"check {_FEW}",
            f"report {_FEW} --currency $ --out page",
            "cohorts few.csv --accept",
        ),
    ),
}


def record(log: str, folder: Path) -> Iterator[tuple[str, bool, str]]:
    """Run the commands of a log; give the name of each text, whether rounded, and it.

    Numbers of tables and of JSON are written with all their digits; those of pages and
    of sentences are rounded for people.
    """
    write, commands = LOGS[log]
    write(folder)
    for command in commands:
        yield command, not _has_digits(command), _answer(command, folder)
    for path in sorted([*(folder / "page").iterdir(), *folder.glob("*.json")]):
        if path.suffix == ".html":
            yield path.name, True, _masked(page_as_text(path.read_text("utf-8")))
        elif path.suffix == ".json":
            yield path.name, False, _masked(path.read_text("utf-8"))
        else:
            yield path.name, False, _table(path.read_text("utf-8"))


def answers(folder: Path) -> Iterator[tuple[str, bool, str]]:
    """Check each of the small files; give its name, whether rounded, and the answer."""
    for name, (content, options) in FILES.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / "file.csv").write_bytes(data)
        yield name, True, _answer(f"check file.csv {options}", folder)


def _has_digits(command: str) -> bool:
    tables = ("summary", "segments", "cohorts", "score", "churn", "nps survey.csv --by")
    return "--json" in command or command.startswith((*tables, "fit"))


def _answer(command: str, folder: Path) -> str:
    """Run a command in a folder; return its exit code and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with (
        _at(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = door.run(shlex.split(command))
    said = out.getvalue()
    if command.startswith(("summary", "segments", "cohorts", "score", "churn", "nps")):
        said = said if said.startswith(("[", "{", "NPS")) else _table(said)
    text = f"exit code {code}\n{said}\n-- stderr\n{err.getvalue()}"
    return _masked(text.strip())


def _masked(text: str) -> str:
    """Mask what another machine may say otherwise: a path, and what no data decide."""
    for pattern, put in _MASKS:
        text = re.sub(pattern, put, text)
    return text


@contextlib.contextmanager
def _at(folder: Path) -> Iterator[None]:
    """Work in a folder, on a terminal of known width without colours."""
    before = dict(os.environ)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        os.environ.pop(name, None)
    os.environ["COLUMNS"] = "100"
    try:
        # Typer makes the command line anew for each run, in most of a check's time.
        with contextlib.chdir(folder), patch.object(typer.main, "get_command", _MADE):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _table(text: str) -> str:
    """Show the first rows of a table, their number, and the sum of each column."""
    header, *rows = csv.reader(io.StringIO(text)) if text else ([],)
    told = [" | ".join(row) for row in (header, *rows[:_ROWS])]
    sums = [
        _sum([row[at] for row in rows], drawn=name.endswith(("_lower", "_upper")))
        for at, name in enumerate(header)
    ]
    return "\n".join([*told, f"{len(rows)} rows, sums: {' | '.join(sums)}"])


def _sum(cells: list[str], *, drawn: bool) -> str:
    """Add up a column of numbers, weighted by the row so that the order tells.

    A drawn end of a range is not weighted: many rows would magnify the noise of one.
    """
    try:
        numbers = [float(cell) for cell in cells if cell]
    except ValueError:
        return f"{len(set(cells))} texts"
    known = [each for each in numbers if math.isfinite(each)]
    if drawn:
        return repr(math.fsum(known))
    ranked = math.fsum(at * each for at, each in enumerate(known, start=1))
    return f"{math.fsum(known)!r} and {ranked!r}"
