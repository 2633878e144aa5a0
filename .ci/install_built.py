"""Build the wheel and the source archive, install each alone, import, and fit.

The environments hold the core dependencies only, and no checkout is on the path: what
is missing from an archive, or from the dependencies, is found here.
"""

import subprocess
import sys
from pathlib import Path

__all__ = ["main"]

PROBE = """
import math, pathlib, sys
import crmkit as ck
assert "site-packages" in ck.__file__, ck.__file__
assert pathlib.Path(ck.__file__).with_name("py.typed").exists()
assert not {"pandas", "polars", "sklearn", "matplotlib"} & set(sys.modules)
import pandas as pd
log = pd.DataFrame({
    "customer_id": [1, 1, 1, 2, 3, 3, 4],
    "date": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-09", "2024-01-05",
                            "2024-02-02", "2024-02-20", "2024-03-01"]),
    "amount": [5.0, 7.0, 6.0, 3.0, 9.0, 4.0, 2.0],
})
summary = ck.rfm_summary(log, observation_period_end="2024-03-31")
assert len(summary) == 4 and summary["frequency"].sum() == 3, summary
fit = ck.clv.BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
alive = fit.with_probability_alive(summary)["probability_alive"]
assert alive.between(0, 1).all(), alive
print(f"  crmkit {ck.__version__} imports and computes from {ck.__file__}")
"""


def main(work: Path) -> None:
    """Build into ``work`` and try each archive there."""
    work.mkdir(parents=True, exist_ok=True)
    _run(sys.executable, "-m", "build", "--outdir", str(work), ".")
    for archive in sorted(work.glob("crmkit-*")):
        environment = work / f"venv-{archive.suffix.lstrip('.')}"
        _run(sys.executable, "-m", "venv", str(environment))
        python = str(environment / "bin" / "python")
        _install(python, archive)
        print(archive.name)
        _run(python, "-I", "-c", PROBE, cwd=work)


def _install(python: str, archive: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        _run(str(uv), "pip", "install", "--quiet", "--python", python, str(archive))
    else:
        _run(python, "-m", "pip", "install", "--quiet", str(archive))


def _run(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=cwd, check=False, capture_output="-c" not in command, text=True
    )
    if done.returncode:
        print(done.stdout or "", done.stderr or "", sep="\n")
        sys.exit(done.returncode)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
