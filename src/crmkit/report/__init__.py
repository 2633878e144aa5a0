"""The main job: from a log to a page that says what each customer is worth.

``analyse`` answers a ``Question`` with ``Findings``, plain values with the customers'
table; ``render_page`` writes them as one HTML text that needs no network, and
``write_report`` puts page and table into a folder. The command ``crmkit`` does it all.
"""

from .analysis import analyse
from .files import write_report
from .findings import Findings
from .page import render_page
from .question import Question

__all__ = ["Findings", "Question", "analyse", "render_page", "write_report"]
