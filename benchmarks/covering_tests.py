"""Find the tests that a changed line of the package could break.

A record of coverage knows which test runs which line first-hand. It does not know who
depends on a line that runs at import only (a constant, a default, a field), nor which
tests share what a fixture of a wider scope, or a cache, made once. Both are looked up.
"""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "crmkit"
RECORD = ROOT / ".mutants" / "coverage"
STEPS = 3
FEW = 40


def covering(module: Path, line: int) -> list[list[str]]:
    """Return the tests of a line in groups, the closest first, none of them twice.

    First those that run the line, by how few lines they run: they are quick and tell
    the most. Then the files named like the module, those of the room that are written
    after the record, and the other tests of the files that hold the closest.
    """
    direct = _running(module, _statement(module, line)) or _users(module, line)
    direct = direct or _running(module, set(_passing(module)))
    near = sorted(direct, key=lambda name: (_lines_run()[name], name))
    files = dict.fromkeys(name.split("::")[0] for name in near)
    # Where many tests run a line, what a fixture shares is seen by them too.
    few = len(near) <= FEW
    sisters = [file for file in files if few and file.startswith("tests/")]
    stem = module.stem.lstrip("_")
    named = [file for file in _files() if stem in file.rsplit("/", 1)[-1]]
    room = f"tests/{module.relative_to(PACKAGE).parts[0].strip('_')}/"
    new = [file for file in _new_files() if file.startswith(room)]
    groups = [near, named, new, sisters]
    seen: set[str] = set()
    for place, group in enumerate(groups):
        groups[place] = [name for name in group if name not in seen]
        seen.update(group)
    return groups


def _running(module: Path, lines: set[int]) -> set[str]:
    passing = _passing(module)
    found = set().union(*(set(passing.get(each, ())) for each in lines))
    return {name.rsplit("|", 1)[0] for name in found} - {""}


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


@cache
def _statements(module: Path) -> dict[int, set[int]]:
    """Return for each line those of the innermost statement, without its block."""
    found: dict[int, set[int]] = {}
    for node in ast.walk(_tree(module)):  # outer statements come first
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            lines = set(range(node.lineno, max(end, node.lineno) + 1))
            found |= dict.fromkeys(lines, lines)
    return found


def _statement(module: Path, line: int) -> set[int]:
    return _statements(module).get(line, {line - 1, line, line + 1})


def _users(module: Path, line: int) -> set[str]:
    """Return the tests that run a line with a name that the line defines at import.

    What is made of that name at import is followed, and what is made of that; further
    on, all depends on all.
    """
    found: set[str] = set()
    names = {(module, name) for name in _defined(module, line)}
    known = set[tuple[Path, str]]()
    for _ in range(STEPS):
        known |= names
        further = set[tuple[Path, str]]()
        for home, name in names:
            for path in [home] if name.startswith("_") else _modules():
                for used in _uses(path, name):
                    tests = _running(path, _statement(path, used))
                    found |= tests
                    if not tests:
                        further |= {(path, other) for other in _defined(path, used)}
        names = further - known
    return found


@cache
def _definitions(module: Path) -> dict[int, set[str]]:
    """Return the names that each line of a statement at the top level defines."""
    found: dict[int, set[str]] = {}
    for node in _tree(module).body:
        named: set[str] = set()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            named = {node.name}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            walked = [each for target in targets for each in ast.walk(target)]
            named = {each.id for each in walked if isinstance(each, ast.Name)}
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(each.lineno for each in decorators)])
        found |= dict.fromkeys(range(first, (node.end_lineno or 0) + 1), named)
    return found


def _defined(module: Path, line: int) -> set[str]:
    return _definitions(module).get(line, set()) - {"__all__"}


def _uses(module: Path, name: str) -> list[int]:
    return _words(module).get(name, [])


@cache
def _words(module: Path) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, text in enumerate(module.read_text("utf-8").splitlines(), 1):
        for word in set(re.findall(r"\w+", text)):
            found.setdefault(word, []).append(number)
    return found


@cache
def _modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.stem != "__init__")


@cache
def _files() -> list[str]:
    return [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
    ]


@cache
def _new_files() -> list[str]:
    """Return the files of tests that are newer than the record."""
    made = RECORD.stat().st_mtime
    return [file for file in _files() if (ROOT / file).stat().st_mtime > made]


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
            total.update(name.rsplit("|", 1)[0] for name in names)
    return total
