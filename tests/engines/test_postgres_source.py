"""The command reads a log from a real PostgreSQL server."""

import json
from pathlib import Path

import pytest

from crmkit import rfm_summary
from crmkit.datasets import load_cdnow_sample
from crmkit.report import __main__ as door

pytestmark = pytest.mark.engine

OPTIONS = (
    "--customer-id=Customer",
    "--date=Day",
    "--amount=Spent",
    "--observation-end=1998-06-30",
)


@pytest.fixture(scope="module")
def address(postgres_port: int) -> str:
    psycopg = pytest.importorskip("psycopg")
    address = f"postgresql://crmkit@127.0.0.1:{postgres_port}/postgres"
    log = load_cdnow_sample()
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA shop")
        cursor.execute(
            'CREATE TABLE shop."the orders" '
            '("Customer" integer, "Day" date, "Spent" numeric(9, 2))'
        )
        rows = zip(log["customer_id"], log["date"].dt.date, log["amount"], strict=True)
        with cursor.copy('COPY shop."the orders" FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    return address


def test_a_table_of_a_server_is_summarised_like_a_frame(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["summary", address, "--table=shop.the orders", *OPTIONS, "--json"]
    assert door.run(asked) == 0
    rows = json.loads(capsys.readouterr().out)
    found = {int(row["Customer"]): row for row in rows}
    by_hand = rfm_summary(
        load_cdnow_sample(), observation_period_end="1998-06-30", time_unit="week"
    )
    assert len(rows) == len(by_hand)
    for name in ("frequency", "recency", "T", "total_amount"):
        read = [found[each][name] for each in by_hand["customer_id"]]
        assert read == pytest.approx(by_hand[name].tolist(), rel=1e-12, abs=0)


def test_a_report_is_made_from_a_server(address: str, tmp_path: Path) -> None:
    asked = ["report", address, "--table=shop.the orders", *OPTIONS, "--quiet"]
    assert door.run([*asked, "--out", str(tmp_path)]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "2,357 customers are expected to bring" in page
