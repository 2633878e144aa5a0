"""Change the code at random places, and list the changes that no test sees.

``python benchmarks/mutants.py [COUNT] [SEED] [FOLDER]`` changes one comparison,
operator or constant at a time in a copy of the project, and runs the tests that pass
through the changed line: those that run the fewest lines first, because they are quick
and tell the most. FOLDER may name a module; a COUNT above its number of places tries
them all. ``make mutants`` writes the record of who passes where first, in as
much time as the tests take. ``python benchmarks/mutants.py again LOG`` tries the
survivors of an earlier run again.

A survivor is a line that no test holds: write the test, or write the line into
``equivalent_changes.txt`` with the reason why both lines mean the same. What is written
there is tried all the same, and told as equivalent only if it survives.

A change counts as killed if a test fails that passes on the unchanged copy; the tests
that fail there too are left out and told at the end. An end of the time allowed counts
only if the unchanged copy takes less.
"""

import ast
import contextlib
import importlib
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from covering_tests import PACKAGE, ROOT, covering

EQUIVALENT = Path(__file__).with_name("equivalent_changes.txt")
BATCHES = (8, 32, 80)  # tests tried: the closest, then as many as a survivor is worth
MOST_FILES = 2  # whole files of tests tried after them
SIGNATURES = "tests/test_public_api.py"  # knows every default
SECONDS = 120  # of processor time for one batch
MEMORY = 10 << 30  # a size that was changed may ask for any amount
LARGE = 16
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
        self.lines: list[int] = []

    def _hit(self, node: ast.AST) -> bool:
        self.seen += 1
        self.lines.append(getattr(node, "lineno", 0))
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
        """Change a number: one more; a large one to twice as many and one.

        A buffer, a count of nodes or a bound of 4,096 that is one more changes nothing
        that anyone could see. Twice as much changes the answer, if the number has any
        part in it.
        """
        value = node.value
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and isinstance(value, int | float) and self._hit(node):
            other = 2 * value + 1 if value >= LARGE else value + 1
            return ast.copy_location(ast.Constant(other), node)
        return node


@dataclass
class Outcome:
    """What became of the changes of one folder of the package."""

    tried: int = 0
    alive: int = 0
    equivalent: int = 0

    @property
    def killed(self) -> int:
        """Number of changes that a test saw."""
        return self.tried - self.alive - self.equivalent


@dataclass
class Copy:
    """A copy of the project in which lines are changed."""

    path: Path
    passing: set[str] = field(default_factory=set)  # of the tests that saw a change
    failing: set[str] = field(default_factory=set)  # without any change


def main(count: int, seed: int, folder: str) -> int:
    """Try so many changes; return how many survived."""
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    place = PACKAGE / folder
    modules = [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))
    changes = [(module, at) for module in modules for at in range(_sites(module))]
    return _try(draw.sample(changes, min(count, len(changes))))


def again(log: Path) -> int:
    """Try the survivors of a log again; return how many survive still."""
    changes: list[tuple[Path, int]] = []
    for name, line, text in re.findall(
        r"^\S.*?: (src/\S+\.py):(\d+): (.*)$", log.read_text("utf-8"), re.MULTILINE
    ):
        module = ROOT / name
        # By its text: the line may have moved since.
        places = [at for at in range(_sites(module)) if _changed(module, at)[2] == text]
        if places:
            changes.append(
                (
                    module,
                    min(
                        places, key=lambda at: abs(_changed(module, at)[0] - int(line))
                    ),
                )
            )
        else:
            print(f"gone: {name}:{line}: {text}")
    return _try(changes)


def _try(changes: list[tuple[Path, int]]) -> int:
    rooms: dict[str, Outcome] = {}
    for name in HEAVY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as place:
        copy = Copy(Path(place) / "project")
        left = shutil.ignore_patterns(".*", "_build", "out", "generated")
        shutil.copytree(ROOT, copy.path, ignore=left)
        for number, (module, at) in enumerate(changes, 1):
            room = rooms.setdefault(module.relative_to(PACKAGE).parts[0], Outcome())
            room.tried += 1
            survived = _survives(module, at, copy)
            if survived:
                line, _, text = _changed(module, at)
                survived = _equivalent(module, text) or survived
                room.equivalent += survived.startswith("equivalent")
                room.alive += not survived.startswith("equivalent")
                print(
                    f"{survived}: {module.relative_to(ROOT)}:{line}: {text}", flush=True
                )
            if number % TOLD == 0:
                _tell({"so far": _sum(rooms)})
        _tell(rooms | {"all": _sum(rooms)})
        if copy.failing:
            print("left out, failing without a change:", *sorted(copy.failing))
    return _sum(rooms).alive


def _sum(rooms: dict[str, Outcome]) -> Outcome:
    return Outcome(
        *(
            sum(getattr(room, name) for room in rooms.values())
            for name in ("tried", "alive", "equivalent")
        )
    )


def _tell(rooms: dict[str, Outcome]) -> None:
    for name, room in sorted(rooms.items()):
        left = f"{room.alive} alive, {room.equivalent} equivalent by declaration"
        print(f"{name}: {room.killed} of {room.tried} killed, {left}", flush=True)


@cache
def _sites(module: Path) -> int:
    change = Change(-1)
    change.visit(ast.parse(module.read_text("utf-8")))
    return change.seen


@cache
def _changed(module: Path, at: int) -> tuple[int, str, str]:
    """Return the line of a change, the changed module, and what is new in it."""
    change, source = Change(at), module.read_text("utf-8")
    before = ast.unparse(ast.parse(source)).splitlines()
    changed = ast.unparse(ast.fix_missing_locations(change.visit(ast.parse(source))))
    # Line by line: the new line may be a copy of one elsewhere.
    new = [
        line
        for line, old in zip(changed.splitlines(), before, strict=True)
        if line != old
    ]
    return change.line, changed, " ".join(new).strip()


@cache
def _declared() -> list[tuple[str, str, str]]:
    """Return modules, beginnings of changed lines, and why they mean the same."""
    lines = EQUIVALENT.read_text("utf-8").splitlines()
    # A changed line may hold the mark too.
    found = (re.fullmatch(r"(.*?) \| (.*) \| (.*)", line) for line in lines)
    return [(entry[1], entry[2], entry[3]) for entry in found if entry]


def _equivalent(module: Path, text: str) -> str:
    name = str(module.relative_to(PACKAGE))
    for declared, beginning, reason in _declared():
        if declared == name and text.startswith(beginning):
            return f"equivalent ({reason})"
    return ""


def _survives(module: Path, at: int, copy: Copy) -> str:
    """Return how a change survived, or nothing."""
    line, changed, text = _changed(module, at)
    near, named, new, sisters = covering(module, line)
    ends = [0, *accumulate(BATCHES)]
    batches = [near[first:last] for first, last in pairwise(ends)]
    batches += [named[:MOST_FILES], new, sisters[:MOST_FILES]]
    batches += [[SIGNATURES]] if text.startswith("def ") else []
    target = copy.path / module.relative_to(ROOT)
    for batch in batches:
        if batch and _killed(batch, copy, target, changed):
            return ""
    return "alive" if any(batches) else "no test"


def _killed(batch: list[str], copy: Copy, target: Path, changed: str) -> bool:
    """Tell whether a test of a batch fails with a change, and passes without it."""
    source = target.read_text("utf-8")
    while True:
        _write(target, changed)
        fault = _first_failure(batch, copy)
        _write(target, source)
        if fault is None or fault in copy.passing:
            return fault is not None
        unchanged = _first_failure([fault] if fault else batch, copy)
        if unchanged is None:
            copy.passing |= {fault} - {""}
            return True
        if not fault:  # too slow for the time, or broken: the batch tells nothing
            return False
        copy.failing.add(fault)


def _write(target: Path, source: str) -> None:
    """Write a module; forget its bytecode, which knows times of whole seconds only."""
    target.write_text(source, "utf-8")
    for path in (target.parent / "__pycache__").glob(f"{target.stem}.*"):
        path.unlink()


def _first_failure(tests: list[str], copy: Copy) -> str | None:
    """Run tests in a fork; return the first that fails, or "" if the fork ends."""
    told = copy.path / "failure.txt"
    told.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        try:
            os._exit(_run(tests, copy, told))
        finally:  # never the parent's way out, which removes the copy
            os._exit(2)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) in {0, 5}:
        return None
    return told.read_text("utf-8") if told.exists() else ""


class _Chosen:
    """Run chosen tests in their order, and tell the first that fails."""

    def __init__(self, tests: list[str], left_out: set[str], told: Path) -> None:
        self.order = {name: place for place, name in enumerate(tests)}
        self.left_out, self.told = left_out, told

    def _place(self, item: pytest.Item) -> int:
        name = item.nodeid
        return self.order.get(name, self.order.get(name.split("::")[0], -1))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what was asked for: a test that is no more must not count as failing."""
        kept = [item for item in items if self._place(item) >= 0]
        kept = [item for item in kept if item.nodeid not in self.left_out]
        items[:] = sorted(kept, key=self._place)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell a test that failed."""
        self._tell(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell a file that could not be read."""
        self._tell(report)

    def _tell(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and not self.told.exists():
            self.told.write_text(report.nodeid, "utf-8")


def _run(tests: list[str], copy: Copy, told: Path) -> int:
    os.chdir(copy.path)
    os.environ["PYTHONPATH"] = str(copy.path / "src")
    sys.path.insert(0, str(copy.path / "src"))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(10 * SECONDS)  # for one that waits
    files = list(dict.fromkeys(name.split("::")[0] for name in tests))
    files = [file for file in files if (copy.path / file).exists()]
    if not files:
        return 0
    options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
    options += ["-m", "not heavy and not engine and not browser"]
    chosen = _Chosen(tests, copy.failing, told)
    with Path(os.devnull).open("w", encoding="utf-8") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
        with contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
            return int(pytest.main([*options, *files], plugins=[chosen]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["again"]:
        sys.exit(bool(again(Path(sys.argv[2]))))
    count, seed, folder = (sys.argv[1:] + ["30", "1", "."][len(sys.argv) - 1 :])[:3]
    sys.exit(bool(main(int(count), int(seed), folder)))
