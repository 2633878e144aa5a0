"""Change the code at random places, and list the changes that no test sees.

``python benchmarks/mutants.py [COUNT] [SEED] [FOLDER]`` changes one comparison,
operator or constant at a time in a copy of the project, and runs the tests that pass
through the changed line: those that run the fewest lines first, because they are quick
and tell the most. ``make mutants`` writes the record of who passes where first, in as
much time as the tests take. A survivor is a line that no test holds: write the test, or
say why both lines mean the same.
"""

import ast
import contextlib
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from coverage import CoverageData

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "crmkit"
RECORD = ROOT / ".mutants" / "coverage"
BATCHES = (40, 160)  # tests tried: the closest, then as many as a survivor is worth
SECONDS = 300
TOLD = 25
# Loaded once, before each change is tried in a fork: what costs most of a test run.
HEAVY = ("matplotlib.pyplot", "pandas", "polars", "scipy.stats")
SWAPS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


class Change(ast.NodeTransformer):
    """Change the node of one number; count them all on the way."""

    def __init__(self, at: int) -> None:
        self.at, self.seen, self.line = at, 0, 0

    def _hit(self, node: ast.AST) -> bool:
        self.seen += 1
        if self.seen - 1 == self.at:
            self.line = getattr(node, "lineno", 0)
            return True
        return False

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Change an operator: + and -, * and /."""
        self.generic_visit(node)
        if type(node.op) in SWAPS and self._hit(node):
            node.op = SWAPS[type(node.op)]()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """Change and to or, or to and."""
        self.generic_visit(node)
        if self._hit(node):
            node.op = SWAPS[type(node.op)]()
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Change a comparison: its edge, or its opposite."""
        self.generic_visit(node)
        if type(node.ops[0]) in SWAPS and self._hit(node):
            node.ops[0] = SWAPS[type(node.ops[0])]()
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Change a number: one more."""
        value = node.value
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and isinstance(value, int | float) and self._hit(node):
            return ast.copy_location(ast.Constant(value + 1), node)
        return node


def main(count: int, seed: int, folder: str) -> int:
    """Try so many changes; return how many survived."""
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    modules = sorted((PACKAGE / folder).rglob("*.py"))
    modules = [each for each in modules if _sites(each)]
    weights = [_sites(each) for each in modules]
    tried: Counter[str] = Counter()
    alive: Counter[str] = Counter()
    for name in HEAVY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "project"
        left = shutil.ignore_patterns(".*", "_build", "out", "api")
        shutil.copytree(ROOT, copy, ignore=left)
        for module in draw.choices(modules, weights, k=count):
            at = draw.randrange(_sites(module))
            room = module.relative_to(PACKAGE).parts[0]
            survived, change = _survives(module, at, copy)
            tried[room] += 1
            if survived:
                alive[room] += 1
                print(f"{survived}: {module.relative_to(ROOT)}:{change}", flush=True)
            if tried.total() % TOLD == 0:
                print(f"{tried.total()} tried, {alive.total()} alive", flush=True)
    for room, total in sorted(tried.items()):
        print(f"{room}: {total - alive[room]} of {total} killed")
    return alive.total()


def _sites(module: Path) -> int:
    change = Change(-1)
    change.visit(ast.parse(module.read_text("utf-8")))
    return change.seen


def _covering(module: Path, line: int) -> list[str]:
    """Find the tests that run a line, or its module where only an import runs it."""
    lines = _passing(module)
    near = {line - 1, line, line + 1}
    found = set().union(*(set(lines.get(each, ())) for each in near)) - {""}
    found = found or set().union(*map(set, lines.values())) - {""}
    tests = {name.removesuffix("|run") for name in found if name.endswith("|run")}
    return sorted(tests, key=lambda name: (_lines_run()[name], name))


@cache
def _record() -> CoverageData:
    record = CoverageData(str(RECORD))
    record.read()
    return record


@cache
def _passing(module: Path) -> dict[int, list[str]]:
    return _record().contexts_by_lineno(str(module))


@cache
def _lines_run() -> Counter[str]:
    """Return how many lines of the package each test runs."""
    total: Counter[str] = Counter()
    for path in _record().measured_files():
        for names in _passing(Path(path)).values():
            total.update(name.removesuffix("|run") for name in names)
    return total


def _survives(module: Path, at: int, copy: Path) -> tuple[str, str]:
    """Return how a change survived, or nothing, and the change."""
    change, source = Change(at), module.read_text("utf-8")
    before = ast.unparse(ast.parse(source)).splitlines()
    changed = ast.unparse(ast.fix_missing_locations(change.visit(ast.parse(source))))
    new = [line for line in changed.splitlines() if line not in before]
    tests = _covering(module, change.line)
    target = copy / module.relative_to(ROOT)
    _write(target, changed)
    survived, done = "alive" if tests else "no test", 0
    for size in BATCHES:
        batch, done = tests[done : done + size], done + size
        if batch and not _pass(batch, copy):
            survived = ""
            break
    _write(target, source)
    return survived, f"{change.line}: {' '.join(new).strip()}"


def _write(target: Path, source: str) -> None:
    """Write a module; forget its bytecode, which knows times of whole seconds only."""
    target.write_text(source, "utf-8")
    for path in (target.parent / "__pycache__").glob(f"{target.stem}.*"):
        path.unlink()


def _pass(tests: list[str], copy: Path) -> bool:
    """Run tests in a fork; they fail when one fails or there is no end of them."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(_run(tests, copy))
        finally:  # never the parent's way out, which removes the copy
            os._exit(2)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) in (0, 5)
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _run(tests: list[str], copy: Path) -> int:
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy / "src")
    sys.path.insert(0, str(copy / "src"))
    options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
    options += ["-m", "not heavy and not engine and not browser"]
    with Path(os.devnull).open("w", encoding="utf-8") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
        with contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
            return int(pytest.main([*options, *tests]))


if __name__ == "__main__":
    count, seed, folder = (sys.argv[1:] + ["30", "1", "."][len(sys.argv) - 1 :])[:3]
    sys.exit(bool(main(int(count), int(seed), folder)))
