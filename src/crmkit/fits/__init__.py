"""What all results share: the report of a fit, field checks, JSON, intervals, texts.

A fit is a frozen dataclass of parameters with an optional ``FitReport``. It uses these
functions; the one base class, ``JsonResult``, has no state and final methods.
"""

from .estimation import Penalty, estimate
from .field_rules import checked, read_fields
from .fit_report import FitReport
from .interval import Interval, resampled_interval_of
from .json_documents import SCHEMA, JsonResult, from_document, to_document
from .profile_likelihood import profile_interval
from .shown_results import shown
from .time_unit import require_unit, within_time_of_fit
from .told_steps import told, told_within

__all__ = [
    "SCHEMA",
    "FitReport",
    "Interval",
    "JsonResult",
    "Penalty",
    "checked",
    "estimate",
    "from_document",
    "profile_interval",
    "read_fields",
    "require_unit",
    "resampled_interval_of",
    "shown",
    "to_document",
    "told",
    "told_within",
    "within_time_of_fit",
]
