"""The kinds of file that people have: what is said of each, and the way to a page.

Each kind is made small here. The command is run once without options; what it answers
ends with a command, and that command must lead to a log that leaves nothing open.
"""

import gzip
import io
import json
import random
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from crmkit.report import __main__ as door
from crmkit.report.intake import text_source
from crmkit.report.intake.log_answers import Choices, settled_log
from crmkit.report.intake.log_file import Reading, read_log

Row = tuple[str, date, float]


def _log(
    n_customers: int = 220, *, days: int = 540, rate: float = 0.012, seed: int = 3
) -> list[Row]:
    """Customers who come in the first half, buy at their own rate, and leave."""
    rng = random.Random(seed)  # noqa: S311 - a made log
    start = date(2023, 1, 1)
    rows: list[Row] = []
    for who in range(1, n_customers + 1):
        day = rng.randrange(days // 2)
        own = rate * rng.gammavariate(0.8, 1.25)
        spend = rng.lognormvariate(3.2, 0.4)
        while day < days:
            amount = round(spend * rng.lognormvariate(0, 0.3), 2)
            rows.append((f"K{who:04d}", start + timedelta(day), amount))
            if rng.random() < 0.12:
                break
            day += max(1, round(rng.expovariate(max(own, 1e-4))))
    return sorted(rows, key=lambda row: row[1])


LOG = _log()


def _lines(
    rows: list[Row] = LOG,
    *,
    mark: str = ",",
    day: Callable[[date], str] = date.isoformat,
    amount: Callable[[float], str] = lambda paid: f"{paid:.2f}",
    names: str | None = "customer_id,date,amount",
) -> str:
    head = [] if names is None else [names.replace(",", mark)]
    cells = [mark.join((who, day(when), amount(paid))) for who, when, paid in rows]
    return "\n".join([*head, *cells]) + "\n"


def _european(paid: float) -> str:
    return f"{paid + 1000:,.2f}".translate(str.maketrans(",.", ".,"))


def _american(when: date) -> str:
    return f"{when.month}/{when.day}/{when.year}"


def _excel() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Orders 2023"])
    sheet.append(["Customer", "Order date", "Total"])
    for who, when, paid in LOG:
        sheet.append([who, when, paid])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _with(more: list[str], text: str | None = None) -> str:
    return (text or _lines()) + "\n".join(more) + "\n"


def _cancelled() -> str:
    rows = ["Invoice,Client,Invoiced,Qty,Unit price,Status"]
    for at, (who, when, paid) in enumerate(LOG):
        state = "Cancelled" if at % 25 == 0 else "Paid"
        rows.append(f"{at},{who},{when},2,{paid / 2:.4f},{state}")
    return "\n".join(rows) + "\n"


def _totalled() -> str:
    """Cancelled and returned orders, and a last line that sums them too."""
    rows = ["Bestellung,Kunde,Datum,Betrag,Status"]
    states = {0: "storniert", 1: "Zurückgeschickt"}
    for at, (who, when, paid) in enumerate(LOG):
        rows.append(f"{at},{who},{when},{paid:.2f},{states.get(at % 25, 'fertig')}")
    whole = sum(round(paid, 2) for *_, paid in LOG)
    return "\n".join([*rows, f"Summe,ALLE,2024-06-30,{whole:.2f},"]) + "\n"


def _business() -> str:
    """Ninety firms that buy nearly every month, and some refunds."""
    rows = _log(90, days=700, rate=0.05, seed=8)
    rows += [(who, when + timedelta(2), -paid) for who, when, paid in rows[::60]]
    return _lines(rows)


def _flat() -> str:
    """Customers who all buy at one rate and never leave."""
    rng = random.Random(4)  # noqa: S311 - a made log
    rows: list[Row] = []
    for who in range(200):
        day = rng.expovariate(0.02)
        while day < 500:
            rows.append(
                (f"F{who}", date(2023, 1, 1) + timedelta(int(day)), 20.0 + who % 7)
            )
            day += rng.expovariate(0.02)
    return _lines(rows)


def _mid_life() -> str:
    """A log that begins long after its customers do."""
    old = _log(500, days=900, seed=5)
    start = date(2023, 1, 1) + timedelta(300)
    later = [
        (f"N{who}", when + timedelta(300), paid)
        for who, when, paid in _log(200, days=600, seed=6)
    ]
    return _lines(sorted([r for r in old if r[1] >= start] + later, key=lambda r: r[1]))


def _dominant() -> str:
    guest = [("guest-shop", when, paid) for _, when, paid in LOG[::4]]
    return _lines(sorted([*LOG, *guest], key=lambda row: row[1]))


@dataclass(frozen=True)
class Kind:
    """A kind of file, what must be said of it, and what is doubted on the page."""

    content: str | bytes
    said: tuple[str, ...] = ()
    name: str = "log.csv"
    doubt: str = ""
    options: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    refused: str = ""
    encoding: str = "utf-8"

    @property
    def bytes(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content
        return self.content.encode(self.encoding)


KINDS = {
    "plain": Kind(_lines()),
    "european marks": Kind(
        _lines(mark=";", day=lambda d: f"{d:%d.%m.%Y}", amount=_european),
        inferred=("dates were read as %d.%m.%Y", "read like 1.234,50"),
    ),
    "month first": Kind(_lines(day=_american), inferred=("read as %m/%d/%Y",)),
    "either date": Kind(
        _lines([r for r in LOG if r[1].day <= 12], day=lambda d: f"{d:%d/%m/%Y}"),
        said=("all dates fit %d/%m/%Y", "and %m/%d/%Y", "or, if you know better:"),
    ),
    "d-Mon-yy": Kind(
        _lines(day=lambda d: f"{d.day}-{d:%b-%y}"), inferred=("%d-%b-%y",)
    ),
    "BOM": Kind(_lines(), encoding="utf-8-sig"),
    "cp1252": Kind(
        _lines().replace("K0001", "K\xe4the"), encoding="cp1252", inferred=("cp1252",)
    ),
    "UTF-16": Kind(_lines(mark="\t"), encoding="utf-16", inferred=("utf-16",)),
    "tab": Kind(_lines(mark="\t"), name="log.tsv"),
    "spaces": Kind(_lines(mark="   "), name="log.txt"),
    "no header": Kind(
        _lines(names=None),
        said=("it is probably 'column_1'",),
        inferred=("No line holds names",),
    ),
    "title lines": Kind(
        "Orders of the shop\nexported on 2024-07-01\n\n" + _lines(),
        inferred=("The names are on line 4",),
    ),
    "total line": Kind(
        _with([f"Total,,{sum(row[2] for row in LOG):.2f}"]), said=("1 total line",)
    ),
    "placeholders": Kind(
        _with([f"(blank),2023-05-0{k},20" for k in range(1, 9)] + [",2023-05-09,5"]),
        said=("'(blank)' looks like a placeholder", "missing or blank id in 1 of"),
    ),
    "cancelled rows": Kind(
        _cancelled(),
        said=("it is probably 'Qty'", "column 'Status' says 'Cancelled'"),
    ),
    "total line of all": Kind(
        _totalled(),
        said=("column 'Status' says 'storniert'", "!=Zurückgeschickt", "1 total line"),
    ),
    "currency signs": Kind(
        _lines(amount=lambda paid: f'"${paid + 1000:,.2f}"'),
        inferred=("read like 1,234.50",),
    ),
    "Excel": Kind(
        _excel(),
        name="orders.xlsx",
        said=("probably 'Customer'",),
        inferred=("The names are on line 2",),
    ),
    "gzip": Kind(gzip.compress(_lines().encode()), name="log.csv.gz"),
    "one row per customer": Kind(
        _lines([(f"K{k}", date(2024, 1, 1), 9.0) for k in range(60)]),
        refused="a table of customers, not a log",
    ),
    "mid-life": Kind(_mid_life(), doubt="amid the lives of its customers"),
    "flat base": Kind(_flat(), doubt="No difference between customers was found"),
    "silent tail": Kind(
        _lines(),
        options=("--observation-end", "2024-12-31"),
        doubt="dated 23 June 2024, 191 days before the end of observation",
    ),
    "dominant": Kind(_dominant(), doubt="One customer, 'guest-shop', holds"),
    "B2B with 90 customers": Kind(
        _business(), said=("negative amount in", "--refunds cancel")
    ),
}


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = door.run(words)
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out + captured.err


def _written(kind: Kind, folder: Path) -> Path:
    file = folder / kind.name
    file.write_bytes(kind.bytes)
    return file


def _copied(answer: str) -> list[str]:
    """Return the words of the command that an answer ends with."""
    found = re.findall(r"^  (crmkit report .*)$", answer, re.MULTILINE)
    assert len(found) == 1, answer
    return shlex.split(found[0])[1:]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_one_answer_settles_each_kind_of_file(
    kind: Kind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _written(kind, tmp_path)
    code, answer = _run(capsys, "check", str(file), *kind.options)
    for words in (*kind.said, *kind.inferred):
        assert words in answer
    if kind.refused:
        assert code == 1
        assert kind.refused in answer
        return
    if code == 1:
        copied = _copied(answer)
        code, answer = _run(capsys, "check", *copied[1:])
    assert code == 0, answer
    # Of a flat base only a fitted model knows.
    if kind.doubt and "No difference" not in kind.doubt:
        assert kind.doubt in answer
        assert "Nothing else is open" in answer
    else:
        assert "Check this first" not in answer
        assert "Nothing is open" in answer


def test_the_doubts_of_a_log_are_in_its_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _written(KINDS["mid-life"], tmp_path)
    _, answer = _run(capsys, "check", str(file), "--accept", "--json")
    found = json.loads(answer)
    assert found["ready"]
    assert KINDS["mid-life"].doubt in found["doubts"][0]


def test_a_total_of_cancelled_orders_is_no_customer_once_they_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _written(Kind(_totalled()), tmp_path)
    _, answer = _run(capsys, "check", str(file), "--accept")
    kept = sum(paid for at, (*_, paid) in enumerate(LOG) if at % 25 > 1)
    assert f"total amount {kept:,.2f}" in answer
    assert "1 total line left out." in answer


HEAVY = pytest.mark.heavy
SHOWN = ("european marks", "silent tail", "B2B with 90 customers")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, marks=() if each in SHOWN else HEAVY, id=each)
        for each, kind in KINDS.items()
        if not kind.refused
    ],
)
def test_each_kind_of_file_becomes_a_page_in_one_step(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = KINDS[name]
    file = _written(kind, tmp_path)
    chosen = ("--date-format", "%d/%m/%Y") if name == "either date" else ()
    code, told = _run(
        capsys,
        "report",
        str(file),
        "--accept",
        *kind.options,
        *chosen,
        "--out",
        str(tmp_path / "out"),
    )
    assert code == 0, told
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "are expected to bring" in page
    assert len(page.encode()) < 400_000
    if kind.doubt:
        assert kind.doubt in " ".join(told.replace("&#39;", "'").split())
        assert "Check this first" in page
    else:
        assert "Check this first" not in page, told


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_file_read_in_many_parts_gives_the_same_log(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _written(kind, tmp_path)
    whole = settled_log(read_log(file, Reading()), Choices())
    monkeypatch.setattr(text_source, "_BLOCK", 300)
    parts = settled_log(read_log(file, Reading()), Choices())
    assert parts.unsettled == whole.unsettled
    assert (parts.notes, parts.options) == (whole.notes, whole.options)
    assert whole.table is None or whole.table.equals(parts.table)


def test_the_rows_of_a_page_add_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"c{at % 40},2024-{1 + at % 9:02d}-{1 + at % 28:02d},{5 + at % 7},"
        f"{'de' if at % 20 else 'fr'}"
        for at in range(400)
    ]
    rows += [",2024-01-05,3,de"] * 8 + ["c1,nothing,3,de"] * 5 + ["c1,2024-01-05"] * 2
    file = tmp_path / "log.csv"
    file.write_text("\n".join(["who,when,paid,country", *rows]), "utf-8")
    options = ["--customer-id=who", "--date=when", "--amount=paid"]
    options += ["--where=country=de", "--missing-ids=drop", "--unreadable=drop"]
    options += ["--observation-end=2024-09-30", f"--out={tmp_path / 'page'}"]
    code, _ = _run(capsys, "report", str(file), *options)
    assert code == 0
    page = (tmp_path / "page" / "report.html").read_text("utf-8")
    # 20 of another country, 8 without an id, 5 without a date and 2 that are too short.
    assert "380 of 415 rows used" in page
    assert "35 rows left out" in page
    assert "2 rows have another number of cells than the names: left out" in page
    assert "20 of 413 rows were left out" in page
    assert "8 rows without an id" in page
    assert "5 rows without a readable date" in page
