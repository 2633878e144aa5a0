"""The tests of engines where none is installed, as after the README's commands."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = """
import sys
for name in ("ibis", "psycopg", "pyspark", "sqlglot"):
    sys.modules[name] = None
import pytest
options = ["-q", "-p", "no:cacheprovider", "--collect-only"]
sys.exit(pytest.main([*options, "tests/engines"]))
"""


def test_tests_of_engines_are_collected_without_engines() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "error" not in done.stdout
