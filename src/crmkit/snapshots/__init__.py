"""The cut-off contract: features from before a cut-off, labels from after it."""

from .contract import make_snapshots, snapshot_features
from .events import EventLog
from .folds import cutoff_folds, with_fold
from .names import feature_columns, feature_groups

__all__ = [
    "EventLog",
    "cutoff_folds",
    "feature_columns",
    "feature_groups",
    "make_snapshots",
    "snapshot_features",
    "with_fold",
]
