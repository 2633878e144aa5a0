"""Answer the main job in code: say what each customer of a real shop is worth.

Reads a tenth of CDNOW, prints the findings a manager asks for first, and writes page
and table into a temporary folder.
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
print(f"{base.customers:,} customers are worth ${base.value:,.0f} in the next year.")
print(f"The best fifth holds {held.ahead_of_best_fifth:.0%} of it.")
for tier in findings.tiers:
    mean = tier.value / tier.customers
    print(f"Tier {tier.name}: {tier.customers:5,} customers, ${mean:7.2f} each.")
if findings.holdout is not None and findings.holdout.purchases_error is not None:
    print(
        f"A forecast made half-way was off by {findings.holdout.purchases_error:+.0%}."
    )

with tempfile.TemporaryDirectory() as folder:
    page, table = write_report(findings, Path(folder), table_format="parquet")
    print(f"Wrote {page.name} ({page.stat().st_size / 1e6:.1f} MB) and {table.name}.")
