"""Learning who leaves from snapshots, with any scikit-learn estimator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
from scipy.special import expit, logit

from ..._check import fraction, random_source, whole
from ..._frames import EagerFrame, native, read_eager, table, with_arrays
from ...errors import InvalidTypeError, MissingColumnError, MissingExtraError
from ...fits import checked, from_document, to_document
from ...kernels.base import ranking
from ...kernels.base.binary_regression import log_likelihood_sums
from ...kernels.base.newton import Derivatives, maximise
from ...kernels.targeting.calibration import corrected_for_prior
from ...snapshots.feature_names import groups_of
from ...typing import FloatArray, IntoDataFrame, IntoDataFrameT
from .feature_matrix import chosen_features, feature_matrix, outcome_of, require_both

__all__ = [
    "ChurnClassifier",
    "ClassifierReport",
    "ProbabilityEstimator",
    "fit_churn_classifier",
]

_NEAR = 1e-9


class ProbabilityEstimator(Protocol):
    """Anything with scikit-learn's ``fit`` and ``predict_proba``."""

    def fit(self, X: Any, y: Any) -> Any:  # noqa: ANN401 - scikit-learn has no types
        """Learn from features and outcomes."""
        ...

    @property
    def predict_proba(self) -> Any:  # noqa: ANN401 - a pipeline's is a descriptor
        """Takes features, returns the probability of each class."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ClassifierReport:
    """What a classifier learned from, as plain numbers.

    Attributes
    ----------
    estimator
        The estimator and its settings, as it prints itself.
    features
        The columns it reads.
    trained_on, train_churn_rate
        Snapshots learned from, and the share of them that churned.
    calibrated_on
        Snapshots the calibration was learned from; None without one.
    calibration_intercept, calibration_slope
        The line from the logit of the raw risk to that of the calibrated one.
    base_rate
        The churn rate the risks were corrected to; None without a correction.
    """

    estimator: str
    features: tuple[str, ...]
    trained_on: int
    train_churn_rate: float
    calibrated_on: int | None = None
    calibration_intercept: float | None = None
    calibration_slope: float | None = None
    base_rate: float | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the report as a JSON document; the estimator itself is not in it."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "ClassifierReport":
        """Build the report from its JSON document."""
        return from_document(cls, document)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChurnClassifier:
    """A fitted estimator with its calibration; it does not change any more.

    Attributes
    ----------
    estimator
        The fitted scikit-learn estimator.
    report
        What it learned from.
    """

    estimator: ProbabilityEstimator
    report: ClassifierReport

    def risk(self, snapshots: IntoDataFrame) -> FloatArray:
        """Return the probability to churn of each row."""
        frame = read_eager(snapshots, self.report.features)
        return self.risk_of(feature_matrix(frame, self.report.features))

    def with_churn_risk(
        self, snapshots: IntoDataFrameT, *, output_col: str = "churn_risk"
    ) -> IntoDataFrameT:
        """Add the probability to churn in a label window of the same length."""
        frame = read_eager(snapshots, self.report.features)
        return native(with_arrays(frame, {output_col: self.risk(snapshots)}), snapshots)

    def importance(
        self,
        snapshots: IntoDataFrameT,
        *,
        rng: np.random.Generator,
        repeats: int = 5,
        churned_col: str = "churned",
    ) -> IntoDataFrameT:
        """Summarise how much each group of features adds to the ranking.

        The features of a group are shuffled together, so that none can stand in for
        another, and the area under the curve is measured anew (Breiman 2001). Use
        snapshots the classifier has not learned from.

        Parameters
        ----------
        snapshots
            Labelled snapshots.
        rng
            The source of randomness.
        repeats
            How often each group is shuffled.
        churned_col
            The outcome.

        Returns
        -------
        DataFrame
            ``feature_group``, ``importance`` (the area lost) and its ``spread`` over
            the repeats, the most important first.
        """
        times, source = whole("repeats", repeats, at_least=1), random_source(rng)
        frame = read_eager(snapshots, (*self.report.features, churned_col))
        X, y = (
            feature_matrix(frame, self.report.features),
            outcome_of(frame, churned_col),
        )
        require_both(y)
        base = _area(self.risk_of(X), y)
        groups = groups_of(self.report.features)
        lost = np.empty((len(groups), times))
        for row, names in enumerate(groups.values()):
            for at in range(times):
                order = source.permutation(y.size)
                mixed = X.copy()
                for name in names:
                    mixed[name] = X[name].to_numpy()[order]
                lost[row, at] = base - _area(self.risk_of(mixed), y)
        mean = lost.mean(axis=1)
        place = np.argsort(-mean, kind="stable")
        columns = {
            "feature_group": np.array(list(groups))[place],
            "importance": mean[place],
            "spread": lost.std(axis=1)[place],
        }
        return native(table(frame, columns), snapshots)

    def risk_of(self, X: Any) -> FloatArray:  # noqa: ANN401 - a pandas frame
        """Return the same from the features as the estimator reads them."""
        report = self.report
        if not len(X):
            return np.zeros(0)
        risk = _raw(self.estimator, X)
        if report.base_rate is not None:
            risk = corrected_for_prior(
                _inside(risk),
                sampled=report.train_churn_rate,
                actual=report.base_rate,
            )
        if report.calibration_slope is None or report.calibration_intercept is None:
            return risk
        line = report.calibration_slope * logit(_inside(risk))
        line += report.calibration_intercept
        return np.asarray(expit(line), dtype=np.float64)


def fit_churn_classifier(
    snapshots: IntoDataFrame,
    *,
    estimator: ProbabilityEstimator | None = None,
    features: Sequence[str] | None = None,
    base_rate: float | None = None,
    churned_col: str = "churned",
    fold_col: str | None = "fold",
) -> ChurnClassifier:
    """Learn who leaves from the snapshots of the training cut-offs.

    Preprocessing belongs in a scikit-learn pipeline: it is then learned from the
    training cut-offs only. Snapshots of the fold ``"calibrate"`` (see ``with_fold``),
    which are later, put the risks on the scale of what came; without them the risks are
    the estimator's own. Snapshots of other folds are not looked at.

    Parameters
    ----------
    snapshots
        Rows of ``make_snapshots`` with a fold.
    estimator
        Any scikit-learn classifier, pipeline or search with ``predict_proba``. It is
        cloned, never changed. None for gradient boosting with careful settings.
    features
        The columns to learn from; all features of the snapshots by default. Numbers
        and booleans; words too where ``estimator`` is a pipeline that encodes them.
    base_rate
        The true churn rate, where the training snapshots were sampled at another one.
    churned_col
        The outcome.
    fold_col
        The fold; None to learn from all rows.

    Returns
    -------
    ChurnClassifier
        The fitted estimator with its calibration.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    InvalidValueError
        If there is no feature, or an outcome is missing.
    InvalidTypeError
        If a feature is neither number nor boolean and nothing encodes it, or the
        estimator tells no probabilities.
    NotEnoughDataError
        If the training snapshots have one outcome only.

    Notes
    -----
    The calibration is a logistic regression on the logit of the risk (Platt 1999; Cox
    1958). The prior correction adds the difference of log-odds (Elkan 2001).

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> rng = np.random.default_rng(5)
    >>> inactivity = rng.exponential(60, 900)
    >>> snapshots = pd.DataFrame(
    ...     {
    ...         "customer_id": range(900),
    ...         "inactivity": inactivity,
    ...         "churned": rng.random(900) < inactivity / (inactivity + 60),
    ...         "fold": ["train"] * 600 + ["test"] * 300,
    ...     }
    ... )
    >>> model = fit_churn_classifier(snapshots, estimator=LogisticRegression())
    >>> model.report.trained_on, model.report.features
    (600, ('inactivity',))
    >>> model.with_churn_risk(snapshots[:3])["churn_risk"].round(1).tolist()
    [0.7, 0.3, 0.5]
    """
    frame = _with_its_fold(snapshots, churned_col, fold_col)
    names = chosen_features(frame, features, words=estimator is not None)
    fold = np.array(frame[fold_col].to_list()) if fold_col else None
    learn = np.ones(len(frame), bool) if fold is None else fold == "train"
    later = np.zeros(len(frame), bool) if fold is None else fold == "calibrate"
    X, y = feature_matrix(frame, names), outcome_of(frame, churned_col)
    require_both(y[learn])
    chosen = _default() if estimator is None else _clone(estimator)
    _learn(chosen, X[learn], y[learn])
    rate = float(y[learn].mean())
    report = ClassifierReport(
        estimator=" ".join(str(chosen).split()),
        features=names,
        trained_on=int(learn.sum()),
        train_churn_rate=rate,
        base_rate=None if base_rate is None else fraction("base_rate", base_rate),
    )
    raw = ChurnClassifier(estimator=chosen, report=report)
    if not later.any():
        return raw
    return _with_calibration(raw, X[later], y[later])


def _with_its_fold(
    snapshots: IntoDataFrame, churned_col: str, fold_col: str | None
) -> EagerFrame:
    try:
        return read_eager(snapshots, [churned_col, *([fold_col] if fold_col else [])])
    except MissingColumnError as error:
        if fold_col in error.missing:
            error.add_note("with_fold adds it; fold_col=None learns from all rows.")
        raise


def _learn(
    estimator: ProbabilityEstimator,
    X: Any,  # noqa: ANN401 - a pandas frame
    y: FloatArray,
) -> None:
    try:
        estimator.fit(X, y.astype(np.int64))
    except ValueError as error:
        words = [name for name in X if X[name].dtype == object]
        if not words or not str(error).startswith("could not convert string"):
            raise
        raise InvalidTypeError(
            subject=f"column {words[0]!r}",
            expected="numbers, which this estimator reads",
            got="words",
            remedy="Encode it in a pipeline (OneHotEncoder), or leave it out.",
        ) from error
    if not hasattr(estimator, "predict_proba"):
        raise InvalidTypeError(
            subject="argument 'estimator'",
            expected="a classifier with predict_proba",
            got=type(estimator).__name__,
            remedy="Wrap it in scikit-learn's CalibratedClassifierCV.",
        )


def _with_calibration(
    raw: ChurnClassifier,
    X: Any,  # noqa: ANN401 - a pandas frame
    y: FloatArray,
) -> ChurnClassifier:
    require_both(y)
    line = np.column_stack([np.ones(y.size), logit(_inside(raw.risk_of(X)))])

    def mean(at: FloatArray) -> Derivatives:
        value, gradient, hessian = log_likelihood_sums(
            line, y, np.ones(y.size), offset=0.0, coefficients=at, link="logit"
        )
        # As much prior as one customer of each kind keeps a perfect split finite.
        away = at - np.array([0.0, 1.0])
        value -= 0.5 * float(away @ away)
        n = y.size
        return value / n, (gradient - away) / n, (hessian - np.eye(2)) / n

    best = maximise(mean, np.array([0.0, 1.0]), tolerance=1e-9, max_iterations=100)
    old = raw.report
    report = ClassifierReport(
        estimator=old.estimator,
        features=old.features,
        trained_on=old.trained_on,
        train_churn_rate=old.train_churn_rate,
        calibrated_on=y.size,
        calibration_intercept=float(best.parameters[0]),
        calibration_slope=float(best.parameters[1]),
        base_rate=old.base_rate,
    )
    return ChurnClassifier(estimator=raw.estimator, report=report)


def _raw(estimator: ProbabilityEstimator, X: Any) -> FloatArray:  # noqa: ANN401
    return np.asarray(estimator.predict_proba(X), dtype=np.float64)[:, 1]


def _inside(risk: FloatArray) -> FloatArray:
    return np.clip(risk, _NEAR, 1 - _NEAR)


def _area(risk: FloatArray, y: FloatArray) -> float:
    _, (positives, negatives) = ranking.blocks(risk, y, 1 - y)
    return ranking.area_under_roc(positives, negatives)


def _clone(estimator: ProbabilityEstimator) -> ProbabilityEstimator:
    try:
        from sklearn.base import clone  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise MissingExtraError(package="scikit-learn", extra="learn") from None
    return cast("ProbabilityEstimator", clone(estimator))


def _default() -> ProbabilityEstimator:
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
