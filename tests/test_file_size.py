"""A file has one idea: few lines, and a noun for a name."""

from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
CEILING = 400
USUAL = 150
DRAWERS = {"common", "helper", "helpers", "misc", "tools", "util", "utils"}
FOLDERS = ("src", "tests", "examples", "benchmarks", "docs", ".ci")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_passes_the_ceiling(path: Path) -> None:
    assert lines(path) <= CEILING, "split it: a module becomes a package of its name"


def test_most_modules_fit_on_two_screens() -> None:
    sizes = [lines(p) for p in FILES if p.is_relative_to(ROOT / "src")]
    assert median(sizes) < USUAL


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_is_a_drawer(path: Path) -> None:
    words = set(path.stem.strip("_").split("_")) | {path.parent.name}
    assert not words & DRAWERS, "put each thing beside its user, or give it a noun"
