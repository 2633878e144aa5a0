"""Run every benchmark beside this file, each in an interpreter of its own.

python benchmarks [NAME ...]
"""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["main"]


def main(names: list[str]) -> int:
    """Run the benchmarks of these names, or all; return how many failed."""
    found = sorted(p for p in Path(__file__).parent.glob("*.py") if p.stem[0] != "_")
    chosen = [path for path in found if not names or path.stem in names]
    return sum(_failed(path) for path in chosen)


def _failed(path: Path) -> bool:
    print(f"\n== {path.stem}", flush=True)
    threads = {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(path)], check=False, env=os.environ | threads
    )
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
