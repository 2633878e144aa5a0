"""Every notebook runs from top to bottom in a fresh kernel."""

import subprocess
import sys
from pathlib import Path

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
    notebook, timeout=300, kernel_name="python3", resources=resources
).execute()
"""


def test_notebooks_run(tmp_path: Path) -> None:
    for path in NOTEBOOKS:
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(path), str(tmp_path)],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{path.name}: {done.stderr[-3000:]}"
