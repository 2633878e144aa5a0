"""Importing crmkit is quick and leaves the interpreter as it was."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import crmkit
import crmkit.report

HEAVY = ["pandas", "polars", "pyarrow", "sklearn", "matplotlib", "altair", "typer"]
# Parts of SciPy that take longer to import than all of crmkit.
SLOW = ["scipy.linalg", "scipy.optimize", "scipy.sparse", "scipy.stats"]

# Importing SciPy adds filters of its own; so the modules of NumPy, SciPy and narwhals
# that crmkit needs are imported first, and what is compared is crmkit's own doing.
LIBRARIES = """
import json, sys
import crmkit
for name in crmkit.__all__:
    getattr(crmkit, name)
own = ("numpy", "scipy", "narwhals")
print(json.dumps(sorted(n for n in sys.modules if n.split(".")[0] in own)))
"""

PROBE = """
import contextlib, importlib, json, sys, warnings
import numpy as np
for name in json.loads(sys.argv[1]):
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
def state():
    return {"filters": repr(warnings.filters), "err": np.geterr(),
            "print": repr(np.get_printoptions()), "path": list(sys.path)}
before = state()
import crmkit
for name in crmkit.__all__:
    getattr(crmkit, name)
print(json.dumps({"before": before, "after": state()}))
"""

PANDAS_PROBE = """
import json
import pandas as pd
before = repr(pd._config.config._global_config)
import crmkit
for name in crmkit.__all__:
    getattr(crmkit, name)
print(json.dumps([before, repr(pd._config.config._global_config)]))
"""

LOADED = """
import importlib, json, sys
loaded = importlib.import_module(sys.argv.pop(1))
if loaded.__name__ == "crmkit":
    for name in loaded.__all__:
        getattr(loaded, name)
print(json.dumps([name for name in sys.argv[1:] if name in sys.modules]))
"""


def run(code: str, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    assert not done.stderr
    return json.loads(done.stdout)


def test_the_import_loads_nothing_heavy() -> None:
    assert run(LOADED, "crmkit", *HEAVY) == []


def test_the_import_loads_no_more_of_scipy_than_its_functions() -> None:
    assert run(LOADED, "crmkit", *SLOW) == run(LOADED, "scipy.special", *SLOW)


def test_a_namespace_is_loaded_at_its_first_use() -> None:
    probe = "import sys, json, crmkit; print(json.dumps(sorted(sys.modules)))"
    assert not {"crmkit.clv", "crmkit.satisfaction"} & set(run(probe))
    used = (
        "import sys, json, crmkit; crmkit.clv; print(json.dumps(sorted(sys.modules)))"
    )
    assert "crmkit.clv" in run(used)


def test_the_names_of_namespaces_are_listed_before_they_are_loaded() -> None:
    probe = "import json, crmkit; print(json.dumps(dir(crmkit)))"
    assert set(crmkit.__all__) <= set(run(probe))


def test_the_page_loads_no_namespace_that_it_does_not_read() -> None:
    others = [f"crmkit.{name}" for name in ("plot", "campaigns", "satisfaction")]
    assert run(LOADED, "crmkit.report", *others, "crmkit.churn") == []


COLLECTED = """
import contextlib, gc, json, sys
from crmkit.report.__main__ import main
before = gc.get_threshold()
sys.argv = ["crmkit", "--version"]
with contextlib.redirect_stdout(None), contextlib.suppress(SystemExit):
    main()
print(json.dumps([before, gc.get_threshold()]))
"""


def test_the_command_gives_back_how_often_python_looks_for_cycles() -> None:
    before, after = run(COLLECTED)
    assert before == after


def test_the_report_lists_the_names_that_it_loads_later() -> None:
    probe = "import json, crmkit.report as r; print(json.dumps([dir(r), r.__all__]))"
    names, exported = run(probe)
    assert set(exported) <= set(names)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = crmkit.report.nothing  # type: ignore[attr-defined]


def test_the_import_leaves_filters_and_numpy_alone() -> None:
    seen = run(PROBE, json.dumps(run(LIBRARIES)))
    assert seen["before"] == seen["after"]


def test_the_import_leaves_the_options_of_pandas_alone() -> None:
    before, after = run(PANDAS_PROBE)
    assert "display" in before
    assert before == after


def test_the_import_is_silent() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import crmkit"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_the_command_loads_neither_pandas_nor_f2py(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    rows = [
        f"c{at % 7},2024-{1 + at % 6:02d}-{1 + at % 27:02d},{5 + at}"
        for at in range(90)
    ]
    file.write_text("\n".join(["customer_id,date,amount", *rows]), "utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-X", "importtime", "-m", "crmkit", "summary", str(file)),
            *("--customer-id=customer_id", "--date=date", "--amount=amount"),
            "--observation-end=2024-06-30",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "narwhals._arrow.namespace" in loaded
    assert not {name for name in loaded if name.startswith(("pandas.", "numpy.f2py."))}


def test_a_name_that_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = crmkit.nothing  # type: ignore[attr-defined]
