"""Importing crmkit is quick and leaves the interpreter as it was."""

import json
import subprocess
import sys
from typing import Any

import pytest

import crmkit

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


def test_a_name_that_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = crmkit.nothing  # type: ignore[attr-defined]
