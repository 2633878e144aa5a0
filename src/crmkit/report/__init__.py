"""The main job: from a transaction log to a page about what each customer is worth.

``analyse`` answers a ``Question`` with ``Findings``: plain values and the table of all
customers. ``render_page`` writes them as one HTML text that needs no network, and
``write_report`` puts page and table into a folder. The command ``crmkit`` does all of
it.
"""

from .analysis import analyse
from .findings.findings import Findings
from .output.report_files import write_report
from .page.html_page import render_page
from .question import Question

__all__ = ["Findings", "Question", "analyse", "render_page", "write_report"]
