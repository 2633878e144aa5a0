"""The cut-off contract: features from before a cut-off, labels from after it."""

from .customer_snapshots import make_snapshots, snapshot_features
from .event_log import EventLog
from .feature_names import feature_columns, feature_groups
from .folds import cutoff_folds, with_fold
from .transaction_columns import TransactionColumns

__all__ = [
    "EventLog",
    "TransactionColumns",
    "cutoff_folds",
    "feature_columns",
    "feature_groups",
    "make_snapshots",
    "snapshot_features",
    "with_fold",
]
