"""What each customer is worth and why, who matters, how they feel, who is leaving."""

from . import errors
from .rfm import (
    TransactionReport,
    calibration_holdout_summary,
    rfm_summary,
    transaction_report,
)

__all__ = [
    "TransactionReport",
    "calibration_holdout_summary",
    "errors",
    "rfm_summary",
    "transaction_report",
]

__version__ = "0.1.0"
