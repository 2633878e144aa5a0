"""The scikit-learn estimators behind a classifier: made, copied, fitted and asked."""

from typing import Any, cast

import numpy as np

from ..._check import able_to
from ...errors import InvalidTypeError, InvalidValueError, MissingExtraError
from ...typing import FloatArray, ProbabilityEstimator

__all__ = ["cloned", "default_estimator", "fit_to", "raw_risk"]


def fit_to(
    estimator: ProbabilityEstimator,
    X: Any,  # noqa: ANN401 - a pandas frame
    y: FloatArray,
) -> None:
    """Fit the estimator, and refuse the text or the holes that it does not read."""
    try:
        estimator.fit(X, y.astype(np.int64))
    except ValueError as error:
        holes = [name for name in X if X[name].isna().any()]
        if holes and "NaN" in str(error):
            raise InvalidValueError(
                subject=f"column {holes[0]!r}",
                found="missing value",
                count=int(X[holes[0]].isna().sum()),
                total=len(X),
                remedy="This estimator does not learn from holes: fill them in a "
                "pipeline (SimpleImputer), or drop these rows.",
            ) from error
        words = [name for name in X if X[name].dtype == object]
        if not words or not str(error).startswith("could not convert string"):
            raise
        raise InvalidTypeError(
            subject=f"column {words[0]!r}",
            expected="numbers, which this estimator reads",
            got="text",
            remedy="Encode it in a pipeline (OneHotEncoder), or leave it out.",
        ) from error
    if not hasattr(estimator, "predict_proba"):
        raise InvalidTypeError(
            subject="argument 'estimator'",
            expected="a classifier with predict_proba",
            got=type(estimator).__name__,
            remedy="Wrap it in scikit-learn's CalibratedClassifierCV.",
        )


def raw_risk(estimator: ProbabilityEstimator, X: Any) -> FloatArray:  # noqa: ANN401 - whatever the estimator takes
    """Return the probability of churn that the estimator gives each row."""
    risk = np.asarray(estimator.predict_proba(X), dtype=np.float64)[:, 1]
    wrong = ~((risk >= 0) & (risk <= 1))
    if np.any(wrong):
        raise InvalidValueError(
            subject="the estimator",
            found="probability outside 0 to 1",
            count=int(wrong.sum()),
            total=risk.size,
            first=repr(float(risk[wrong][0])),
            remedy="Pass an estimator whose predict_proba returns probabilities.",
        )
    return risk


def cloned(estimator: ProbabilityEstimator) -> ProbabilityEstimator:
    """Return an unfitted copy, so that the caller's estimator does not change."""
    try:
        from sklearn.base import clone  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise MissingExtraError(package="scikit-learn", extra="learn") from None
    able_to("estimator", estimator, "fit", "predict_proba", "get_params")
    return cast("ProbabilityEstimator", clone(estimator))


def default_estimator() -> ProbabilityEstimator:
    """Return gradient boosting with cautious settings."""
    try:
        from sklearn.ensemble import (  # noqa: PLC0415 - an optional extra
            HistGradientBoostingClassifier,
        )
    except ImportError:
        raise MissingExtraError(package="scikit-learn", extra="learn") from None
    boosting: Any = HistGradientBoostingClassifier
    careful = boosting(
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=15,
        min_samples_leaf=50,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    )
    return cast("ProbabilityEstimator", careful)
