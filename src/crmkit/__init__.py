"""What each customer is worth and why, who matters, how they feel, who is leaving."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from . import errors
from .fits import Interval
from .ledger import Ledger
from .rfm.calibration_holdout_summary import calibration_holdout_summary
from .rfm.occasion_details import with_occasion_details
from .rfm.rfm_summary import rfm_summary
from .rfm.transaction_report import TransactionReport, transaction_report
from .rfm.update_summary import update_summary
from .typing import HistoryColumns

if TYPE_CHECKING:  # type checkers know every name, and miss none that is not there
    from . import (
        campaigns,
        churn,
        clv,
        datasets,
        plot,
        satisfaction,
        segments,
        snapshots,
    )
else:

    def __getattr__(name: str) -> ModuleType:
        """Load a namespace at its first use: a service that scores needs no surveys."""
        if name in __all__:
            return import_module(f".{name}", __name__)
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)


__all__ = [
    "HistoryColumns",
    "Interval",
    "Ledger",
    "TransactionReport",
    "calibration_holdout_summary",
    "campaigns",
    "churn",
    "clv",
    "datasets",
    "errors",
    "plot",
    "rfm_summary",
    "satisfaction",
    "segments",
    "snapshots",
    "transaction_report",
    "update_summary",
    "with_occasion_details",
]

__version__ = "0.1.0"


def __dir__() -> list[str]:
    """List the namespaces too, loaded or not."""
    return sorted({*globals(), *__all__})
