"""The parts CLV1 to CLV6 of the page are those of the public functions."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import Ledger
from crmkit.clv import fit_bg_nbd, value_statement, value_waterfall
from crmkit.datasets import simulate_company
from crmkit.report import Question, analyse
from crmkit.report import __main__ as door
from crmkit.report.intake.ledger_file import read_ledger_lines

# The spend of simulated customers does not differ beyond chance.
pytestmark = pytest.mark.filterwarnings("ignore::crmkit.errors.IdentifiabilityWarning")

COLUMNS = [
    "line_id",
    "order_id",
    "customer_id",
    "date",
    "category",
    "list_amount",
    "paid_amount",
    "cost_amount",
    "return_of",
]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    company: Any = simulate_company(customers=400, rng=np.random.default_rng(5))
    file = tmp_path_factory.mktemp("ledger") / "lines.csv"
    table: pd.DataFrame = company.lines
    table = table[COLUMNS].copy()
    table["return_of"] = table["return_of"].astype("Int64")  # written without a point
    table.to_csv(file, index=False)
    return file


def test_a_ledger_file_adds_the_parts_of_the_public_functions(
    lines: Path, tmp_path: Path
) -> None:
    sold = pd.read_csv(lines)
    sold = sold[sold["return_of"].isna()]
    log = tmp_path / "orders.csv"
    sold[["customer_id", "date", "paid_amount"]].to_csv(log, index=False)
    end = pd.to_datetime(sold["date"]).max().date()
    ledger = Ledger(lines=read_ledger_lines(str(lines)), relationship_start="unknown")
    question = Question(source="", observation_period_end=end, model="bg_nbd")
    orders = pd.read_csv(log, parse_dates=["date"]).rename(
        columns={"paid_amount": "amount"}
    )
    found = analyse(orders, question=question, ledger=ledger)
    by_hand = value_statement(
        ledger,
        as_of=end,
        horizon=52.0,
        time_unit="week",
        discount_rate=question.weekly_discount_rate,
        purchases=lambda customers: fit_bg_nbd(customers, time_unit="week"),
    )
    parts = found.ledger
    assert parts is not None
    assert parts.refused is None
    for table, amounts in (
        (by_hand.history, parts.past),
        (by_hand.expected, parts.expected),
    ):
        waterfall = value_waterfall(table)
        assert list(amounts) == waterfall["amount"].to_pylist()

    asked = (
        "--customer-id=customer_id",
        "--date=date",
        "--amount=paid_amount",
        f"--observation-end={end:%Y-%m-%d}",
        f"--ledger={lines}",
        f"--out={tmp_path / 'page'}",
        "--model=bg_nbd",
        "--quiet",
    )
    assert door.run(["report", str(log), *asked]) == 0
    page = (tmp_path / "page/report.html").read_text(encoding="utf-8")
    assert "Where value comes from: CLV1 to CLV6" in page
    assert "The parts could not be computed" not in page


def test_a_file_that_is_no_ledger_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "orders.csv"
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=at) for at in range(30)]
    pd.DataFrame({"customer_id": 1, "date": days, "amount": 2.0}).to_csv(file)
    asked = ("--customer-id=customer_id", "--date=date", "--amount=amount")
    end = "--observation-end=2024-01-30"
    assert door.run(["report", str(file), *asked, end, f"--ledger={file}"]) == 2
    assert "no column 'line_id', 'order_id'" in capsys.readouterr().err
