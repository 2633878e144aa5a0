"""What a churn classifier learned from."""

from dataclasses import dataclass

from ...fits import JsonResult, checked

__all__ = ["ClassifierReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ClassifierReport(JsonResult):
    """What a classifier learned from, as plain numbers.

    Attributes
    ----------
    estimator
        The estimator and its settings, as text.
    features
        The columns it reads.
    words, flags, missed
        The features that are text, that are true or false, and that had missing values:
        other features with text or missing values are refused.
    n_trained, train_churn_rate
        Snapshots learned from, and the share of them that churned.
    n_calibrated
        Snapshots the calibration was learned from; None without calibration.
    calibration_intercept, calibration_slope
        The line from the logit of the raw risk to that of the calibrated one.
    base_rate
        The churn rate that the risks were corrected to; None without a correction.
    """

    estimator: str
    features: tuple[str, ...]
    words: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    n_trained: int
    train_churn_rate: float
    n_calibrated: int | None = None
    calibration_intercept: float | None = None
    calibration_slope: float | None = None
    base_rate: float | None = None
