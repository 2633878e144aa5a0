"""Every notebook runs from top to bottom in a fresh kernel."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))

# In a process of its own: a kernel's event loop leaves threads and warnings behind.
RUN = """
import sys
import nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
resources = {"metadata": {"path": sys.argv[2]}}
NotebookClient(
    notebook,
    timeout=300,
    kernel_name="python3",
    resources=resources,
    record_timing=False,
).execute()
nbformat.write(notebook, sys.argv[3])
"""
# The site shows what was executed here, so that no notebook runs twice.
EXECUTED = ROOT / "docs" / "_build" / "executed"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    EXECUTED.mkdir(parents=True, exist_ok=True)
    written = tmp_path / path.name
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path), str(tmp_path), str(written)],
        check=False,
        capture_output=True,
        text=True,
        # The kernel chooses what puts pictures into a notebook.
        env={k: v for k, v in os.environ.items() if k != "MPLBACKEND"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "image/png" in written.read_text("utf-8")
    shutil.move(written, EXECUTED / path.name)


def test_each_notebook_asks_a_question_draws_and_answers() -> None:
    for path in NOTEBOOKS:
        text = path.read_text("utf-8")
        assert "**The answer.**" in text, path.name
        assert text.count("axes") > 2, path.name
        assert "?" in text.partition("cell-01")[0], path.name
