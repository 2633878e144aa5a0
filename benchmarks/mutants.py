"""Change the code at random places, and list the changes that no test sees.

``python benchmarks/mutants.py [COUNT] [SEED] [FOLDER]`` changes one comparison,
operator or constant at a time in a copy of the package, and runs the tests that name
what the changed module offers. A survivor is a line that no test holds: write the test,
or say why both lines mean the same.
"""

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "crmkit"
FILES = 6  # test files that cover a module, at most
SECONDS = 300
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
            survived, line = _survives(module, at, copy, tests)
            tried[room] += 1
            if survived:
                alive[room] += 1
                print(f"alive: {module.relative_to(ROOT)}:{line} ({len(tests)} files)")
    for room, total in sorted(tried.items()):
        print(f"{room}: {total - alive[room]} of {total} killed")
    return alive.total()


def _sites(module: Path) -> int:
    change = Change(-1)
    change.visit(ast.parse(module.read_text("utf-8")))
    return change.seen


def _covering(module: Path) -> list[str]:
    """Find the tests that name the most of what a module offers."""
    tree = ast.parse(module.read_text("utf-8"))
    names = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    names = {name for name in names if not name.startswith("_")} | {module.stem}
    counts = Counter(
        {
            str(test): sum(test.read_text("utf-8").count(name) for name in names)
            for test in (ROOT / "tests").rglob("test_*.py")
            if "conformance" not in test.parts
        }
    )
    return [test for test, found in counts.most_common(FILES) if found]


def _survives(module: Path, at: int, copy: Path, tests: list[str]) -> tuple[bool, int]:
    change = Change(at)
    tree = change.visit(ast.parse(module.read_text("utf-8")))
    target = copy / module.relative_to(PACKAGE)
    target.write_text(ast.unparse(ast.fix_missing_locations(tree)), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-m", "not heavy and not engine and not browser", *tests]
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
        survived = False
    shutil.copyfile(module, target)
    return survived, change.line


if __name__ == "__main__":
    count, seed, folder = (sys.argv[1:] + ["30", "1", "."][len(sys.argv) - 1 :])[:3]
    sys.exit(bool(main(int(count), int(seed), folder)))
