"""What each customer is worth and why, who matters, how they feel, who is leaving."""

from . import (
    campaigns,
    churn,
    clv,
    datasets,
    errors,
    plot,
    satisfaction,
    segments,
    snapshots,
)
from .fits import Interval
from .ledger import Ledger
from .rfm.calibration_holdout_summary import calibration_holdout_summary
from .rfm.rfm_summary import rfm_summary
from .rfm.transaction_report import TransactionReport, transaction_report
from .typing import HistoryColumns

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
]

__version__ = "0.1.0"
