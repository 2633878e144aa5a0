"""What crmkit promises, written down: a change of it is a change of a file.

Each namespace has its file in ``tests/api``, made from the source with ``make api`` (or
by running this file). A diff there belongs in the changelog.
"""

import ast
import importlib
import importlib.util
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import crmkit

HERE = Path(__file__).parent
# Public is what the root names, and the rooms that are imported by those who want them.
ASKED_FOR = ["datasets", "plot", "report", "typing"]
SPACES = [
    "crmkit",
    *sorted(
        f"crmkit.{name}"
        for name in {*crmkit.__all__, *ASKED_FOR}
        if importlib.util.find_spec(f"crmkit.{name}")
        and hasattr(importlib.import_module(f"crmkit.{name}"), "__all__")
    ),
]


def described(space: ModuleType) -> str:
    """Say what a namespace exports, one line for each name, field and method."""
    lines = [
        line for name in space.__all__ for line in _thing(name, getattr(space, name))
    ]
    return "\n".join([f"# {space.__name__}", *lines, ""])


def _thing(name: str, thing: object) -> Iterator[str]:
    if inspect.ismodule(thing):
        yield f"{name}: namespace"
    elif inspect.isfunction(thing):
        yield f"{name}{_call(_source(thing))}"
    elif inspect.isclass(thing) and thing.__module__.startswith("crmkit"):
        yield from _class(name, thing)
    else:
        yield f"{name}: value or type"


def _source(thing: object) -> ast.stmt:
    return ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]  # type: ignore[arg-type]


def _call(node: ast.AST) -> str:
    assert isinstance(node, ast.FunctionDef)
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"({ast.unparse(node.args)}){returns}"


def _class(name: str, kind: type) -> Iterator[str]:
    node = _source(kind)
    assert isinstance(node, ast.ClassDef)
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    yield f"class {name}({bases})" if bases else f"class {name}"
    # Methods that a base of crmkit writes once are promises of this class too.
    above = [_source(base) for base in kind.__mro__[1:] if _ours(base)]
    assert all(isinstance(each, ast.ClassDef) for each in above)
    for part in [*node.body, *(each for base in above for each in base.body)]:  # type: ignore[attr-defined]
        if isinstance(part, ast.AnnAssign) and _promised(part):
            yield f"    {ast.unparse(part)}"
        if isinstance(part, ast.FunctionDef) and not _private(part.name):
            marks = "".join(f"@{ast.unparse(mark)} " for mark in part.decorator_list)
            yield f"    {marks}{part.name}{_call(part)}"


def _promised(field: ast.AnnAssign) -> bool:
    """Tell a field from what only the author of a class sees."""
    shared = ast.unparse(field.annotation).startswith("ClassVar")
    return not shared and not _private(ast.unparse(field.target))


def _ours(kind: type) -> bool:
    return kind.__module__.startswith("crmkit") and not issubclass(kind, Exception)


def _private(name: str) -> bool:
    return name.startswith("_") and name != "__init__"


def kept(name: str) -> Path:
    return HERE / "api" / f"{name}.txt"


@pytest.mark.parametrize("name", SPACES)
def test_the_public_names_are_as_written_down(name: str) -> None:
    now = described(importlib.import_module(name))
    path = kept(name)
    then = path.read_text("utf-8") if path.exists() else ""
    assert now == then, "if it is meant: `make api`, and a changelog fragment"


@pytest.mark.parametrize("name", SPACES)
def test_all_is_true_and_names_nothing_twice(name: str) -> None:
    space = importlib.import_module(name)
    assert len(space.__all__) == len(set(space.__all__))
    assert all(hasattr(space, each) for each in space.__all__)


def test_no_written_promise_is_orphaned() -> None:
    assert {path.stem for path in (HERE / "api").glob("*.txt")} == set(SPACES)


@pytest.mark.parametrize("name", SPACES)
def test_whatever_is_public_says_what_it_is(name: str) -> None:
    space = importlib.import_module(name)
    assert space.__doc__
    silent = [
        each
        for each in space.__all__
        if (inspect.isfunction(thing := getattr(space, each)) or inspect.isclass(thing))
        and not inspect.getdoc(thing)
    ]
    assert not silent


@pytest.mark.parametrize("name", [s for s in SPACES if s != "crmkit.report"])
def test_every_public_function_shows_an_example(name: str) -> None:
    space = importlib.import_module(name)
    untold = [
        each
        for each in space.__all__
        if inspect.isfunction(thing := getattr(space, each))
        and ">>> " not in (inspect.getdoc(thing) or "")
    ]
    assert not untold


def test_no_module_is_named_like_something_its_package_exports() -> None:
    """The one would hide the other, whichever is imported last."""
    packages = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(crmkit.__path__, "crmkit.")
        if found.ispkg
    ]
    hidden = [
        f"{package.__name__}.{module.name}"
        for package in packages
        for module in pkgutil.iter_modules(package.__path__)
        if module.name in getattr(package, "__all__", [])
        and not inspect.ismodule(getattr(package, module.name))
    ]
    assert not hidden


def _write_all() -> None:
    (HERE / "api").mkdir(exist_ok=True)
    for path in (HERE / "api").glob("*.txt"):
        path.unlink()
    for name in SPACES:
        kept(name).write_text(described(importlib.import_module(name)), "utf-8")


if __name__ == "__main__":
    _write_all()
