"""Link a public name in backticks, or behind ``ck.`` in an example, to its page."""

import re
from functools import cache
from typing import Any

from docutils import nodes
from reference import public_names
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

__all__ = ["LinkNames", "setup"]

PREFIX = re.compile(r"^(?:ck|crmkit)\.")


@cache
def _targets() -> dict[str, str]:
    """Return the path meant by each way to write a name."""
    found: dict[str, str] = {}
    for name in public_names():
        if name.namespace in {"crmkit.typing", "crmkit.report"} and name.path in found:
            continue
        short = PREFIX.sub("", name.path)
        found[name.path] = found[short] = found[f"ck.{short}"] = name.path
    for name in public_names():
        # A plain word may be a column; a plot shares its name with what it draws.
        told = "_" in name.name or not name.name.islower()
        if told and name.namespace != "crmkit.plot":
            found.setdefault(name.name, name.path)
    return found


class LinkNames(SphinxTransform):
    """Turn a public name in backticks into a link to its page."""

    default_priority = 600

    def apply(self, **_: object) -> None:
        """Wrap the literals of this document."""
        for literal in list(self.document.findall(nodes.literal)):
            inside = (nodes.reference, pending_xref, nodes.title, nodes.term)
            parent = literal.parent
            while parent is not None and not isinstance(parent, inside):
                parent = parent.parent
            if parent is not None:
                continue
            text = re.sub(r"\(.*\)$", "", literal.astext(), flags=re.DOTALL)
            target = _targets().get(text)
            if target and not self.env.docname.endswith(f"/{target}"):
                link = pending_xref(
                    "",
                    refdomain="py",
                    reftype="obj",
                    reftarget=target,
                    refdoc=self.env.docname,
                    refexplicit=True,
                    refwarn=False,
                )
                literal.replace_self(link)
                link += literal


DOT = '<span class="o">.</span>'
CALL = re.compile(
    rf'<span class="n">ck</span>{re.escape(DOT)}'
    rf'(?:<span class="n">(\w+)</span>{re.escape(DOT)})?<span class="n">(\w+)</span>'
)


def _link_code(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    """Link ``ck.room.name`` in the examples of a finished page."""

    def linked(match: re.Match[str]) -> str:
        room, name = match.groups()
        path = _targets().get(f"ck.{room}.{name}" if room else f"ck.{name}")
        document = f"api/generated/{path}"
        if path is None or document not in app.env.all_docs or document == page:
            return match.group()
        address = app.builder.get_relative_uri(page, document)
        span = f'<span class="n">{name}</span>'
        return match.group().removesuffix(span) + (
            f'<a class="code-name" href="{address}">{span}</a>'
        )

    if "body" in context:
        context["body"] = CALL.sub(linked, context["body"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both kinds of links."""
    app.add_transform(LinkNames)
    app.connect("html-page-context", _link_code)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
