"""The main job: from a log to a page that says what each customer is worth.

``analyse`` answers a ``Question`` with ``Findings``, plain values with the customers'
table; ``render_page`` writes them as one HTML file that needs no network. The command
``crmkit`` does both.
"""

from .analysis import analyse
from .findings import Findings
from .page import render_page
from .question import Question

__all__ = ["Findings", "Question", "analyse", "render_page"]
