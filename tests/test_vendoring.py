"""A copy of the package under another name works where crmkit is not installed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "crmkit"

# What the site-packages of a service would hold, and no crmkit: a finder at the head of
# the line refuses the name, so that the editable install cannot stand in for the copy.
HEAD = """
import importlib.abc, json, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "crmkit":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
sys.path.insert(0, sys.argv[1])
from acme._vendor import customers as ck
unwanted = {"crmkit", "pandas", "polars", "matplotlib", "sklearn"}
loaded = sorted(unwanted & set(sys.modules))
"""

PIPELINE = """
import importlib, pkgutil
import numpy as np
import pandas as pd
rng = np.random.default_rng(7)
rows = []
for customer in range(400):
    rate, dropout = rng.gamma(0.8, 1 / 12), rng.beta(0.8, 2.5)
    day = rng.integers(0, 60)
    while day < 365:
        rows.append((customer, int(day), float(rng.gamma(6.0, 5.0))))
        if len(rows) > 1 and rows[-2][0] == customer and rng.random() < dropout:
            break
        day += 1 + rng.exponential(1 / rate)
log = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
log["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(log["day"], unit="D")
customers = ck.rfm_summary(log, observation_period_end="2024-12-30", time_unit="week")
purchases = ck.clv.fit_bg_nbd(customers)
spend = ck.clv.GammaGamma(p=6.25, q=3.74, v=15.4)
valued = ck.clv.with_clv(
    purchases.with_probability_alive(customers),
    purchases=purchases, spend=spend, horizon=52, discount_rate=0.002,
)
for module in pkgutil.walk_packages(ck.__path__, ck.__name__ + "."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(json.dumps({
    "loaded": loaded,
    "names": sorted(name for name in sys.modules if name.split(".")[0] == "crmkit"),
    "rows": len(valued),
    "clv": valued["clv"].tolist(),
    "module": type(purchases).__module__,
}))
"""


@pytest.fixture
def vendored(tmp_path: Path) -> Path:
    home = tmp_path / "acme" / "_vendor"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, home / "customers", ignore=ignore)
    (tmp_path / "acme" / "__init__.py").touch()
    (home / "__init__.py").touch()
    return tmp_path


def run(vendored: Path, code: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", HEAD + code, str(vendored)],
        check=False,
        capture_output=True,
        text=True,
        cwd=vendored,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_copy_imports_without_crmkit_and_loads_nothing_heavy(
    vendored: Path,
) -> None:
    assert run(vendored, "print(json.dumps(loaded))") == []


def test_the_copy_runs_a_pipeline_and_never_looks_for_crmkit(vendored: Path) -> None:
    seen = run(vendored, PIPELINE)
    assert seen["loaded"] == seen["names"] == []
    assert seen["rows"] == len(seen["clv"]) == 400
    assert all(value > 0 for value in seen["clv"])
    assert seen["module"].startswith("acme._vendor.customers.clv")
