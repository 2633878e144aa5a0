"""Make the reference from the package: pages by task, and links between the names.

- ``write_namespaces`` writes a page for each namespace, with a section for each task.
  A task is a sub-package; its docstring is the heading. So no public name is missing.
- ``related`` ends the page of a name with its neighbours, what returns it, what draws
  it, and the pages that use it.
- ``_returns_in_prose`` writes the type that a function returns into its page.
"""

import importlib
import inspect
import json
import pprint
import re
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from docutils import nodes
from search_words import SEARCH_WORDS
from sphinx.addnodes import index, pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import stringify_annotation

__all__ = ["NAMESPACES", "Name", "public_names", "setup", "write_namespaces"]

NAMESPACES = (
    "crmkit",
    "crmkit.clv",
    "crmkit.segments",
    "crmkit.satisfaction",
    "crmkit.churn",
    "crmkit.campaigns",
    "crmkit.snapshots",
    "crmkit.datasets",
    "crmkit.plot",
    "crmkit.report",
    "crmkit.errors",
    "crmkit.typing",
)
KINDS = {"function": "", "value": "Values", "error": ""}
# What a constant or a type is for; its value is printed below.
MEANINGS = {
    "BANDS": "The bands of answers by name, for ``bands=``.",
    "LIFECYCLE_STAGES": "The stages of the life cycle, in order.",
    "LOYALTY_TYPES": "The types of loyalty, by behaviour and attitude.",
    "RFM_SEGMENTS": "The default names of RFM scores, with an action for each.",
    "ROLE_ACTIONS": "The value roles, with an action for each.",
    "HISTORY": "The default of ``columns=``: the columns that ``rfm_summary`` writes.",
    "BoolArray": "A NumPy array of truth values.",
    "FloatArray": "A NumPy array of numbers.",
    "IntArray": "A NumPy array of whole numbers.",
    "Day": "A date, a datetime (its local day) or an ISO-8601 text.",
    "Grain": "The calendar period that makes one purchase occasion.",
    "TimeUnit": "The unit of recency, T, horizons and rates.",
    "Link": "The scale on which covariates add up to a hazard.",
    "Refunds": "What to do with amounts below zero.",
    "Missing": "What to do with missing values.",
    "IntoFrame": "A frame of a supported library, in memory or lazy.",
    "IntoFrameT": "A frame, in memory or lazy; the result is of the same type.",
    "IntoDataFrame": "A frame in memory.",
    "IntoDataFrameT": "A frame in memory; the result is of the same type.",
}
SHOWN = 12  # neighbours on the page of a name; the page of the namespace has all


class Name(NamedTuple):
    """A public name: where users import it, what it is, which task it serves."""

    namespace: str
    name: str
    kind: str
    task: str

    @property
    def path(self) -> str:
        """Return the dotted path."""
        return f"{self.namespace}.{self.name}"


@cache
def public_names() -> tuple[Name, ...]:
    """Return all public names but the namespaces themselves."""
    return tuple(
        Name(space, name, _kind(thing), _task(space, thing))
        for space in NAMESPACES
        for module in [importlib.import_module(space)]
        for name in module.__all__
        if not isinstance(thing := getattr(module, name), ModuleType)
    )


def _kind(thing: object) -> str:
    if inspect.isclass(thing) and thing.__module__.startswith("crmkit"):
        return "error" if issubclass(thing, Exception) else "value"
    return "function" if inspect.isfunction(thing) else "data"


def _task(space: str, thing: object) -> str:
    """Return the sub-package that a name is from, or its namespace."""
    home = getattr(thing, "__module__", None)
    if not isinstance(home, str) or not home.startswith("crmkit"):
        return space
    package = home.rpartition(".")[0]
    inside = package.startswith(f"{space}.") or space == "crmkit"
    return package if inside and package != "crmkit" else space


def _heading(package: str) -> str:
    first = (importlib.import_module(package).__doc__ or package).splitlines()[0]
    return first.rstrip(".").replace("``", "")


def write_namespaces(folder: Path) -> None:
    """Write a page for each namespace into ``folder``; touch only what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    # Pages of names that are gone would stay in the search.
    current = {*NAMESPACES, *(n.path for n in public_names() if n.kind != "data")}
    for page in folder.glob("*.rst"):
        if page.stem not in current:
            page.unlink()
    for space in NAMESPACES:
        page = folder / f"{space}.rst"
        text = "\n".join(_page(space)) + "\n"
        if not page.exists() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")


def _page(space: str) -> Iterator[str]:
    yield from (space, "=" * len(space), "", f".. automodule:: {space}", "")
    yield from (f".. currentmodule:: {space}", "")
    names = [name for name in public_names() if name.namespace == space]
    tasks = dict.fromkeys(name.task for name in names)
    for task in sorted(
        tasks, key=lambda task: task == space
    ):  # what is left comes last
        if task != space:
            yield from (heading := _heading(task), "-" * len(heading), "")
        for kind, title in KINDS.items():
            found = [n.name for n in names if n.task == task and n.kind == kind]
            if found:
                yield from (f".. rubric:: {title}", "") if title else ()
                yield from (".. autosummary::", "   :toctree:")
                yield from (f"   :template: {kind}.rst", "")
                yield from (f"   {name}" for name in found)
                yield ""
        data = [n for n in names if n.task == task and n.kind == "data"]
        if data:
            yield from (".. rubric:: Constants and types", "")
        for name in data:
            yield from (f".. py:data:: {name.name}", "")
            yield from (f"   {MEANINGS.get(name.name, '')}", "")
            if not isinstance(_thing(name), typing.TypeVar):
                value = _written(_thing(name))
                yield from ("   .. code-block:: python", "")
                yield from (f"      {line}" for line in value.splitlines())
                yield ""


def _written(thing: object) -> str:
    if isinstance(thing, type):
        return f"{thing.__module__}.{thing.__qualname__}"
    return pprint.pformat(thing, width=88)


@cache
def _returned_by() -> dict[str, list[Name]]:
    """Return, by class, the functions that return it."""
    found: dict[str, list[Name]] = {}
    for name in public_names():
        if name.kind == "function":
            thing = _thing(name)
            hints = typing.get_type_hints(thing) if _resolvable(thing) else {}
            result = hints.get("return")
            for part in (result, *typing.get_args(result)):
                if inspect.isclass(part):
                    found.setdefault(part.__name__, []).append(name)
    return found


def _resolvable(thing: object) -> bool:
    try:
        typing.get_type_hints(thing)
    except NameError:  # a type of an optional library, such as matplotlib's Axes
        return False
    return True


def _thing(name: Name) -> Any:  # noqa: ANN401 - a public name is anything
    return getattr(importlib.import_module(name.namespace), name.name)


@cache
def _drawn_by() -> dict[str, list[Name]]:
    """Return, by name, the plots whose parameters mention it."""
    found: dict[str, list[Name]] = {}
    for plot in public_names():
        if plot.namespace == "crmkit.plot" and plot.kind == "function":
            text = inspect.getdoc(_thing(plot)) or ""
            parameters = text.partition("Parameters\n")[2].partition("Returns\n")[0]
            for word in set(re.findall(r"\w+(?=`)", parameters)):
                found.setdefault(word, []).append(plot)
    return found


@cache
def _pages(folder: Path) -> tuple[tuple[str, str, str], ...]:
    """Return document, title and text of each page and notebook."""
    found = []
    for path in sorted([*folder.rglob("*.md"), *folder.rglob("*.ipynb")]):
        parts = path.relative_to(folder).parts
        if parts[0].startswith("_") or parts[0] == "api" or "generated" in parts:
            continue
        text = path.read_text("utf-8")
        if path.suffix == ".ipynb":
            text = "\n".join("".join(c["source"]) for c in json.loads(text)["cells"])
        title = re.search(r"^# (.+)$", text, re.MULTILINE)
        if title:
            document = path.relative_to(folder).with_suffix("").as_posix()
            found.append((document, title.group(1).replace("`", ""), text))
    return tuple(found)


def _used_in(name: Name, folder: Path) -> list[tuple[str, str]]:
    space = name.namespace.replace("crmkit", "ck", 1)
    called = rf"\b{re.escape(space)}\.{name.name}\b"
    plain = "" if name.namespace == "crmkit.plot" else rf"|`{name.name}[`(]"
    use = re.compile(called + plain)
    found = [
        (len(use.findall(text)), document, title)
        for document, title, text in _pages(folder)
        if use.search(text) and document not in {"architecture", "changelog"}
    ]
    return [(page, title) for _, page, title in sorted(found, key=lambda f: -f[0])]


class Related(SphinxDirective):
    """List what goes with a name: neighbours, makers, plots and pages."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a definition list under a rubric, or nothing."""
        by_path = {name.path: name for name in public_names()}
        name = by_path[self.arguments[0]]
        spaced = [
            other
            for other in public_names()
            if (other.task, other.namespace) == (name.task, name.namespace)
            and other != name
        ]
        at = sum(other.path < name.path for other in spaced)
        start = max(0, min(at - SHOWN // 2, len(spaced) - SHOWN))
        near = [_link(other) for other in spaced[start : start + SHOWN]]
        rows = [
            ("Returned by", list(map(_link, _returned_by().get(name.name, [])))),
            ("Drawn by", list(map(_link, _plots_of(name)))),
            ("Used in", self._documents(_used_in(name, Path(self.env.srcdir))[:6])),
            (f"Also in {_heading(name.task).partition(':')[0]}", near),
        ]
        listed = nodes.definition_list(classes=["related"])
        for term, links in rows:
            if links:
                text = nodes.paragraph()
                for i, link in enumerate(links):
                    text += [nodes.Text(" · ")] if i else []
                    text += link
                body = nodes.definition("", text)
                listed += nodes.definition_list_item("", nodes.term(text=term), body)
        words = [
            ("single", word, name.path, "main", None)
            for word in SEARCH_WORDS.get(name.path, ())
        ]
        found: list[nodes.Node] = [index(entries=words)] if words else []
        if listed.children:
            found += [nodes.rubric(text="See also"), listed]
        return found

    def _documents(self, pages: list[tuple[str, str]]) -> list[nodes.Node]:
        return [
            pending_xref(
                "",
                nodes.inline(text=title),
                refdomain="std",
                reftype="doc",
                reftarget=f"/{page}",
                refdoc=self.env.docname,
                refexplicit=True,
                refwarn=True,
            )
            for page, title in pages
        ]


class AllNames(SphinxDirective):
    """List every public name under its namespace and its task."""

    def run(self) -> list[nodes.Node]:
        """Return a section heading and a definition list for each namespace."""
        found: list[nodes.Node] = []
        for space in NAMESPACES:
            names = [name for name in public_names() if name.namespace == space]
            title = nodes.rubric("", "", _link_to(space))
            listed = nodes.definition_list(classes=["related"])
            for task in dict.fromkeys(name.task for name in names):
                text = nodes.paragraph()
                for i, name in enumerate(n for n in names if n.task == task):
                    text += [nodes.Text(" · ")] if i else []
                    text += _link(name)
                listed += nodes.definition_list_item(
                    "", nodes.term(text=_heading(task)), nodes.definition("", text)
                )
            found += [title, listed]
        return found


def _link_to(space: str) -> pending_xref:
    return pending_xref(
        "",
        nodes.literal(text=space),
        refdomain="std",
        reftype="doc",
        reftarget=f"/api/generated/{space}",
        refexplicit=True,
        refwarn=True,
    )


def _plots_of(name: Name) -> list[Name]:
    if name.namespace == "crmkit.plot":
        return []
    return _drawn_by().get(name.name, [])


def _link(name: Name) -> pending_xref:
    return pending_xref(
        "",
        nodes.literal(text=name.name, classes=["xref", "py"]),
        refdomain="py",
        reftype="obj",
        reftarget=name.path,
        refexplicit=True,
        refwarn=True,
    )


def _returns_in_prose(
    _app: Sphinx,
    _what: str,
    _name: str,
    thing: object,
    _options: object,
    lines: list[str],
) -> None:
    """Give the Returns section of a docstring its type, where it is written as prose.

    numpydoc reads each unindented line there as a type, and would print it in bold.
    """
    start = next(
        (
            i + 2
            for i in range(len(lines) - 2)
            if lines[i] == "Returns" and set(lines[i + 1]) == {"-"}
        ),
        None,
    )
    if start is None or not callable(thing):
        return
    end = next(
        (i for i in range(start, len(lines) - 1) if set(lines[i + 1]) == {"-"}),
        len(lines),
    )
    body = lines[start:end]
    if len([line for line in body if line and not line.startswith(" ")]) > 1 or not any(
        line.startswith(" ") for line in body
    ):
        result = inspect.signature(thing).return_annotation
        told = stringify_annotation(result, "smart").replace("~", "").rpartition(".")[2]
        lines[start:end] = [told, *(f"    {line}" if line else "" for line in body)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, and the types of what functions return."""
    app.add_directive("related", Related)
    app.add_directive("all-names", AllNames)
    app.connect("autodoc-process-docstring", _returns_in_prose, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
