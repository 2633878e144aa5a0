"""The main job: from a transaction log to a page about what each customer is worth.

``analyse`` answers a ``Question`` with ``Findings``: plain values, section by section,
the table of all customers, and an ``ActionList`` of those to win back, to protect and
to lead to a second order. In a notebook they show themselves as the page;
``render_page`` writes it as one HTML text that needs no network and no script, and
``write_report`` puts page, table and lists into a folder. The command ``crmkit`` does
all of it, from any file.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # type checkers know every name, and miss none that is not there
    from .analysis import analyse
    from .findings.action_list import ActionList
    from .findings.findings import Findings
    from .output.report_files import write_report
    from .page.html_page import render_page
    from .question import Question
else:
    _MODULES = {
        "ActionList": "findings.action_list",
        "Findings": "findings.findings",
        "Question": "question",
        "analyse": "analysis",
        "render_page": "page.html_page",
        "write_report": "output.report_files",
    }

    def __getattr__(name: str) -> object:
        """Load a name at its first use, after the command has prepared its process."""
        if name in _MODULES:
            return getattr(import_module(f".{_MODULES[name]}", __name__), name)
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)


__all__ = [
    "ActionList",
    "Findings",
    "Question",
    "analyse",
    "render_page",
    "write_report",
]


def __dir__() -> list[str]:
    """List the names that are not loaded yet too."""
    return sorted({*globals(), *__all__})
