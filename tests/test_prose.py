"""Plain modern English in everything that a user reads."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import crmkit
from crmkit import errors

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "crmkit"
COMPARED = "better|earlier|larger|later|less|longer|more|worse"
RULES = {
    # "There is no season" and "is no better than" are plain English.
    rf"(?<!here )\b[Ii]s no (?!{COMPARED})\w+": "say 'is not a ...'",
    r"\b[Aa]n own\b": "say 'their own' or 'its own'",
    r"\b([Nn]obody|[Ee]verybody)\b": "say who: 'no customer', 'all customers'",
}
# A docstring stands alone: its reader has not seen its neighbour.
OPENING = re.compile(r"^(Return|Do|Draw|Give|Show) (its|the same)\b")
SENTENCES = {kind for kind in vars(errors) if kind.endswith("Error")}
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
MODULES = sorted(PACKAGE.rglob("*.py"))


def broken(text: str) -> dict[str, str]:
    """Return each phrase that breaks a rule, with the remedy."""
    plain = " ".join(text.split())
    return {
        found.group(): remedy
        for rule, remedy in RULES.items()
        for found in re.finditer(rule, plain)
    }


def documented() -> dict[str, str]:
    """Return the docstrings of all public names and of their public methods."""
    rooms = [getattr(crmkit, name) for name in crmkit.__all__]
    spaces = [crmkit, *(room for room in rooms if isinstance(room, ModuleType))]
    found = {}
    for space in spaces:
        found[space.__name__] = inspect.getdoc(space) or ""
        for name in space.__all__:
            thing = getattr(space, name)
            if not (inspect.isclass(thing) or inspect.isfunction(thing)):
                continue
            found[f"{space.__name__}.{name}"] = inspect.getdoc(thing) or ""
            if inspect.isclass(thing):
                found |= {
                    f"{space.__name__}.{name}.{method}": inspect.getdoc(member) or ""
                    for method, member in vars(thing).items()
                    if not method.startswith("_")
                    and (inspect.isfunction(member) or isinstance(member, property))
                }
    return found


DOCUMENTED = documented()


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts that a module passes to an error, with their lines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in SENTENCES:
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value
        # The rules of columns, and remedies kept as constants, end in an error too.
        if isinstance(node, ast.keyword | ast.Assign):
            named = node.arg if isinstance(node, ast.keyword) else None
            constant = isinstance(node, ast.Assign) and ast.unparse(
                node.targets[0]
            ).startswith("_")
            value = node.value
            if (named in {"found", "remedy"} or constant) and isinstance(
                value, ast.Constant
            ):
                yield value.lineno, str(value.value)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_docstring_is_plain_english_and_stands_alone(name: str) -> None:
    text = DOCUMENTED[name]
    assert not broken(text)
    assert not OPENING.match(text), "name the quantity"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_an_error_is_plain_english(path: Path) -> None:
    found = {line: wrong for line, text in sentences(path) if (wrong := broken(text))}
    assert not found


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_is_plain_english(path: Path) -> None:
    assert not broken(path.read_text("utf-8"))
