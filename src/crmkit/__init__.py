"""What each customer is worth and why, who matters, how they feel, who is leaving."""

from . import churn, clv, datasets, errors, plot, satisfaction, segments, snapshots
from .ledger import Ledger
from .rfm import (
    TransactionReport,
    calibration_holdout_summary,
    rfm_summary,
    transaction_report,
)

__all__ = [
    "Ledger",
    "TransactionReport",
    "calibration_holdout_summary",
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
]

__version__ = "0.1.0"
