"""Estimate what each customer of a real shop is worth.

Reads a tenth of CDNOW, prints the main findings, and writes the page and the table into
a temporary folder.
"""

import datetime as dt
import tempfile
from pathlib import Path

import crmkit as ck
from crmkit.report import Question, analyse, write_report

log = ck.datasets.load_cdnow_sample()
question = Question(
    source="a tenth of CDNOW",
    observation_period_end=dt.date(1998, 6, 30),
    currency="$",
)
findings = analyse(log, question=question)

base, held = findings.base, findings.concentration
print(f"{base.n_customers:,} customers: ${base.value:,.0f} expected in the next year.")
print(f"The top 20% of customers hold {held.expected_share_of_top_fifth:.0%} of it.")
for tier in findings.tiers:
    mean = tier.value / tier.n_customers
    print(f"Tier {tier.name}: {tier.n_customers:5,} customers, ${mean:7.2f} each.")
if findings.holdout is not None and findings.holdout.purchases_error is not None:
    print(
        "A forecast of purchases from the first half of the log had an error of "
        f"{findings.holdout.purchases_error:+.0%}."
    )

with tempfile.TemporaryDirectory() as folder:
    files = write_report(findings, Path(folder), table_format="parquet")
    size = files.page.stat().st_size / 1e6
    print(f"Wrote {files.page.name} ({size:.1f} MB) and {files.table.name}.")
