"""The main job: from a transaction log to a page about what each customer is worth.

``analyse`` answers a ``Question`` with ``Findings``: plain values, section by section,
the table of all customers, and an ``ActionList`` of those to win back, to protect and
to lead to a second order. In a notebook they show themselves as the page;
``render_page`` writes it as one HTML text that needs no network and no script, and
``write_report`` puts page, table and lists into a folder. The command ``crmkit`` does
all of it, from any file.
"""

from .analysis import analyse
from .findings.action_list import ActionList
from .findings.findings import Findings
from .output.report_files import write_report
from .page.html_page import render_page
from .question import Question

__all__ = [
    "ActionList",
    "Findings",
    "Question",
    "analyse",
    "render_page",
    "write_report",
]
