"""Draw the picture that the examples of a page have made.

A page shows its plots by the code above them and nothing else::

    >>> axes = ck.plot.pareto_curve(curve)

    ```{picture} Share of value by share of customers
    The best fifth of the customers hold four fifths of the value.
    ```

The argument is the text for readers who do not see the picture, the body its caption.
The examples above the directive run when the site is built, so a picture cannot differ
from the code that a reader copies. Pictures are kept until the code of the page or of
the package changes.
"""

import doctest
import hashlib
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

__all__ = ["setup"]

LOGGER = logging.getLogger(__name__)
ROOT = Path(__file__).parents[2]
# By page: how many of its examples have run, and what they have defined.
_pages: dict[str, tuple[int, dict[str, Any]]] = {}


class Picture(SphinxDirective):
    """Show what a variable of the page's examples holds: ``axes``, unless told."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {"of": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the figure of one picture."""
        source = Path(self.env.doc2path(self.env.docname))
        above = source.read_text("utf-8").splitlines()[: self.lineno - 1]
        name = self.options.get("of", "axes")
        code = doctest.DocTestParser().get_examples("\n".join(above))
        mark = _digest(name, *(example.source for example in code))
        folder = Path(self.env.srcdir) / "_build" / "pictures"
        path = folder / f"{source.stem}-{mark}.svg"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            try:
                _draw(self.env.docname, code, name, path)
            except Exception as error:  # noqa: BLE001 - whatever an example raises
                where = (self.env.docname, self.lineno)
                LOGGER.warning("no picture: %r", error, location=where)
                return []
        image = nodes.image(uri=f"/_build/pictures/{path.name}", alt=self.arguments[0])
        figure = nodes.figure("", image, classes=["picture"])
        if self.content:
            caption = nodes.caption()
            inline, messages = self.state.inline_text(
                " ".join(self.content), self.lineno
            )
            caption += inline
            figure += [caption, *messages]
        return [figure]


@cache
def _package() -> str:
    """Return a digest of the package: other code may draw other pictures."""
    files = sorted((ROOT / "src").rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join([_package(), *parts]).encode()).hexdigest()[:12]


def _draw(page: str, code: list[doctest.Example], name: str, path: Path) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - only a page with pictures needs it

    mpl.use("agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the choice of a backend

    done, space = _pages.get(page, (0, {}))
    for example in code[done:]:
        try:
            with redirect_stdout(StringIO()):
                exec(compile(example.source, page, "single"), space)  # noqa: S102 - our own page
        except Exception:
            if example.exc_msg is None:  # not the error that the page shows
                raise
    _pages[page] = (len(code), space)
    drawn = eval(name, space)  # noqa: S307 - a name of our own page
    figure = getattr(drawn, "figure", drawn)
    # The same code writes the same file: no date, no random identifiers.
    with mpl.rc_context({"svg.hashsalt": path.stem}):
        figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    plt.close("all")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive ``picture``."""
    app.add_directive("picture", Picture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
