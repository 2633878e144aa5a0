"""What ``import crmkit`` costs beside the libraries it is made of: CPU milliseconds."""

import resource
import subprocess
import sys

STATEMENTS = [
    "pass",
    "import numpy, scipy.special, narwhals",
    "import crmkit",
    "import pandas",
    "import lifetimes",
]
RUNS = 7


def milliseconds(statement: str) -> float:
    """Return the least CPU time of several fresh interpreters."""
    spent = []
    for _ in range(RUNS):
        before = _children()
        subprocess.run([sys.executable, "-c", statement], check=True)
        spent.append(_children() - before)
    return 1000 * min(spent)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    for statement in STATEMENTS:
        print(f"{milliseconds(statement):8.0f} ms  {statement}")
