"""What every fit of crmkit has in common: its report, its JSON, its way to the optimum.

No base class: a fit is a frozen dataclass of parameters with an optional ``FitReport``,
and uses these few functions.
"""

from .estimation import Penalty, estimate
from .fit_report import FitReport
from .interval import Interval, resampled_interval_of
from .json_documents import SCHEMA, from_document, to_document
from .profile_likelihood import profile_interval
from .time_unit import require_unit

__all__ = [
    "SCHEMA",
    "FitReport",
    "Interval",
    "Penalty",
    "estimate",
    "from_document",
    "profile_interval",
    "require_unit",
    "resampled_interval_of",
    "to_document",
]
