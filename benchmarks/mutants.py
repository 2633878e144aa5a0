"""Change the code at random places, and list the changes that no test sees.

``python benchmarks/mutants.py [COUNT] [SEED] [FOLDER]`` changes one comparison,
operator or constant at a time in a copy of the package. It runs the examples of the
changed module, and the tests that name what the module offers or what is built on it.
A survivor is a line that no test holds: write the test, or say why both lines mean the
same.
"""

import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "crmkit"
FILES = 10  # test files that cover a module, at most
DEPTH = 3  # imports between a kernel and the public function that tests name
SECONDS = 300
TOLD = 25
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
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "crmkit"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        for module in draw.choices(modules, weights, k=count):
            at = draw.randrange(_sites(module))
            room = module.relative_to(PACKAGE).parts[0]
            tests = _covering(module)
            survived, change = _survives(module, at, copy, tests)
            tried[room] += 1
            if survived:
                alive[room] += 1
                print(f"alive: {module.relative_to(ROOT)}:{change}", flush=True)
            if tried.total() % TOLD == 0:
                print(f"{tried.total()} tried, {alive.total()} alive", flush=True)
    for room, total in sorted(tried.items()):
        print(f"{room}: {total - alive[room]} of {total} killed")
    return alive.total()


def _sites(module: Path) -> int:
    change = Change(-1)
    change.visit(ast.parse(module.read_text("utf-8")))
    return change.seen


def _covering(module: Path) -> list[str]:
    """Find the tests that name the most of what a module offers or serves.

    A name counts for as much as it is rare: a test that uses ``fit_bg_bb`` tells more
    of its kernel than one that says ``interval``.
    """
    scores: dict[str, float] = defaultdict(float)
    reached, weight = {module}, 1.0
    for _ in range(DEPTH + 1):
        for name in set().union(*(_offered(each) for each in reached)):
            naming = [path for path, text in _tests().items() if name in text]
            for path in naming:
                scores[path] += weight / len(naming)
        reached = set().union(*(_importers()[each] for each in reached))
        weight /= 4
    return sorted(scores, key=lambda path: -scores[path])[:FILES]


@cache
def _tests() -> dict[str, set[str]]:
    """Return the words of each test file."""
    paths = (ROOT / "tests").rglob("test_*.py")
    return {
        str(path): set(re.findall(r"\w+", path.read_text("utf-8")))
        for path in paths
        if "conformance" not in path.parts
    }


@cache
def _offered(module: Path) -> set[str]:
    tree = ast.parse(module.read_text("utf-8"))
    names = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    return {name for name in names if not name.startswith("_")} | {module.stem}


@cache
def _importers() -> dict[Path, set[Path]]:
    """Return, of each module, those that import from it."""
    users: dict[Path, set[Path]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.ImportFrom) or path.name == "__init__.py":
                continue
            place = path.parents[node.level - 1] / (node.module or "").replace(".", "/")
            inner = [place / alias.name for alias in node.names]
            for one in [place, *inner]:
                users[one.with_suffix(".py")].add(path)
    return users


def _survives(module: Path, at: int, copy: Path, tests: list[str]) -> tuple[bool, str]:
    change, source = Change(at), module.read_text("utf-8")
    before = ast.unparse(ast.parse(source)).splitlines()
    changed = ast.unparse(ast.fix_missing_locations(change.visit(ast.parse(source))))
    new = [line for line in changed.splitlines() if line not in before]
    target = copy / module.relative_to(PACKAGE)
    target.write_text(changed, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-m", "not heavy and not engine and not browser"]
    command += ["--doctest-modules", str(target), *tests]
    given = os.environ | {
        "PYTHONPATH": str(copy.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=given,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        survived = done.returncode in (0, 5)
    except subprocess.TimeoutExpired:
        print(f"no end in {SECONDS} s: {module.relative_to(ROOT)}:{change.line}")
        survived = False
    shutil.copyfile(module, target)
    return survived, f"{change.line}: {' '.join(new).strip()}"


if __name__ == "__main__":
    count, seed, folder = (sys.argv[1:] + ["30", "1", "."][len(sys.argv) - 1 :])[:3]
    sys.exit(bool(main(int(count), int(seed), folder)))
