"""From a transaction log to one row per customer."""

from .holdout import calibration_holdout_summary
from .report import TransactionReport, transaction_report
from .summary import rfm_summary

__all__ = [
    "TransactionReport",
    "calibration_holdout_summary",
    "rfm_summary",
    "transaction_report",
]
