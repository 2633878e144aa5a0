"""A churn classifier, learned from snapshots by any scikit-learn estimator."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

from ..._check import MOST_REPEATS, fraction, random_source, typed, whole
from ..._frames import (
    EagerFrame,
    native,
    read_eager,
    require_groups,
    table,
    with_arrays,
)
from ...errors import MissingColumnError
from ...fits import shown, told
from ...kernels.base import ranking
from ...kernels.base.binary_regression import log_likelihood_sums
from ...kernels.base.newton import Derivatives, maximise
from ...kernels.targeting.calibration import corrected_for_prior
from ...snapshots.feature_names import groups_of
from ...typing import (
    FloatArray,
    IntoDataFrame,
    IntoDataFrameT,
    ProbabilityEstimator,
    Progress,
)
from .classifier_report import ClassifierReport
from .estimators import cloned, default_estimator, fit_to, raw_risk
from .feature_matrix import (
    chosen_features,
    feature_matrix,
    features_with,
    outcome_of,
    require_both,
    require_like,
)

__all__ = ["ChurnClassifier", "fit_churn_classifier"]

_NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
@shown
class ChurnClassifier:
    """A fitted estimator with its calibration.

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
        """Return the probability of churn of each row.

        Parameters
        ----------
        snapshots
            Rows with the features of the classifier.

        Returns
        -------
        The probability of each row to churn within a label window of the same length.

        Raises
        ------
        InvalidTypeError
            If a feature is of another kind than the one learned from.
        InvalidValueError
            If a feature has a missing value where none was learned from, or the
            estimator answers with a number outside 0 to 1.

        Examples
        --------
        >>> import pandas as pd
        >>> from sklearn.linear_model import LogisticRegression
        >>> snapshots = pd.DataFrame(
        ...     {"inactivity": [5.0, 10, 40, 20, 90, 80], "churned": [0, 0, 0, 1, 1, 1]}
        ... )
        >>> model = fit_churn_classifier(
        ...     snapshots, estimator=LogisticRegression(), fold_col=None
        ... )
        >>> model.risk(snapshots[:3]).round(1).tolist()
        [0.1, 0.2, 0.6]
        """
        return self._risk(read_eager(snapshots, self.report.features))

    @typed
    def with_churn_risk(
        self, snapshots: IntoDataFrameT, *, output_col: str = "churn_risk"
    ) -> IntoDataFrameT:
        """Add the probability of churn within a label window of the same length.

        Parameters
        ----------
        snapshots
            Rows with the features of the classifier.
        output_col
            The column added, from 0 to 1.

        Raises
        ------
        InvalidTypeError
            If a feature is of another kind than the one learned from.
        InvalidValueError
            If a feature has a missing value where none was learned from, or the
            estimator answers with a number outside 0 to 1.
        """
        frame = read_eager(snapshots, self.report.features)
        return native(with_arrays(frame, {output_col: self._risk(frame)}), snapshots)

    def _risk(self, frame: EagerFrame) -> FloatArray:
        """Check the features of an open frame, and return the probability of churn."""
        return _risk_of(self, self._features(frame))

    def _features(self, frame: EagerFrame) -> Any:  # noqa: ANN401 - a pandas frame
        """Return the features as the estimator reads them, of the kinds it learned."""
        report = self.report
        require_like(
            frame,
            report.features,
            words=report.words,
            flags=report.flags,
            missed=report.missed,
        )
        return feature_matrix(frame, report.features)

    def importance(
        self,
        snapshots: IntoDataFrameT,
        *,
        rng: np.random.Generator,
        n_resamples: int = 5,
        churned_col: str = "churned",
        progress: Progress | None = None,
    ) -> IntoDataFrameT:
        """Summarise the permutation importance of each group of features.

        The features of a group are shuffled together, so that none can replace another,
        and the loss of AUC is measured (Breiman 2001). Use snapshots the classifier has
        not learned from.

        Parameters
        ----------
        snapshots
            Labelled snapshots.
        rng
            The source of randomness. Rows are shuffled by their place, so another order
            of the rows is shuffled in another way.
        n_resamples
            How often each group is shuffled.
        churned_col
            The outcome.
        progress
            Is called with the number of shuffles done and of all; None for silence.

        Returns
        -------
        DataFrame
            ``feature_group``, ``importance`` (the AUC lost) and its ``spread`` over the
            shuffles, the most important group first.
        """
        times = whole("n_resamples", n_resamples, at_least=1, at_most=MOST_REPEATS)
        source = random_source(rng)
        frame = read_eager(snapshots, (*self.report.features, churned_col))
        X, y = self._features(frame), outcome_of(frame, churned_col)
        require_both(y)
        base = _area(_risk_of(self, X), y)
        groups = groups_of(self.report.features)
        lost = np.empty((len(groups), times))
        shuffles = [(row, at) for row in range(len(groups)) for at in range(times)]
        grouped = list(groups.values())
        for row, at in told(shuffles, progress):
            order = source.permutation(y.size)
            mixed = X.copy()
            for name in grouped[row]:
                mixed[name] = X[name].to_numpy()[order]
            lost[row, at] = base - _area(_risk_of(self, mixed), y)
        mean = lost.mean(axis=1)
        place = np.argsort(-mean, kind="stable")
        columns = {
            "feature_group": np.array(list(groups))[place],
            "importance": mean[place],
            "spread": lost.std(axis=1)[place],
        }
        return native(table(frame, columns), snapshots)


def _risk_of(
    classifier: ChurnClassifier,
    X: Any,  # noqa: ANN401 - a pandas frame
) -> FloatArray:
    """Return the probability of churn from features as the estimator reads them."""
    report = classifier.report
    if not len(X):
        return np.zeros(0)
    risk = raw_risk(classifier.estimator, X)
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
    feature_cols: Sequence[str] | None = None,
    base_rate: float | None = None,
    churned_col: str = "churned",
    fold_col: str | None = "fold",
) -> ChurnClassifier:
    """Learn who leaves from the snapshots of the training cut-offs.

    Preprocessing belongs in a scikit-learn pipeline: it is then learned from the
    training cut-offs only. The later snapshots of the fold ``"calibrate"`` (see
    ``with_fold``) calibrate the risks; without them the risks are those of the
    estimator. Snapshots of other folds are not used.

    Parameters
    ----------
    snapshots
        Rows of ``make_snapshots`` with a fold.
    estimator
        Any scikit-learn classifier, pipeline or search with ``predict_proba``. It is
        cloned, never changed; what it warns of, such as a fit that did not converge, is
        passed on. By default gradient boosting with cautious settings.
    feature_cols
        The columns to learn from; all features of the snapshots by default. Numbers and
        booleans; also text where ``estimator`` is a pipeline that encodes it.
    base_rate
        The true churn rate, where the training snapshots were sampled at another one.
    churned_col
        Whether the customer churned: true and false, or 1 and 0.
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
        If no feature is given, a feature is infinite or an outcome is missing, or if a
        feature has a missing value that ``estimator`` cannot learn from.
    InvalidTypeError
        If a feature is neither number nor boolean and nothing encodes it, or the
        estimator has no ``predict_proba``.
    NotEnoughDataError
        If all training snapshots have one outcome.

    Notes
    -----
    The calibration is a logistic regression on the logit of the risk (Platt 1999; Cox
    1958). The prior correction adds the difference of log-odds (Elkan 2001).

    The estimator gets the rows in the order of the frame, because the folds of a search
    may refer to it. Another order may change the last digits of the risks, and more
    with an estimator that draws rows at random.

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
    >>> model.report.n_trained, model.report.features
    (600, ('inactivity',))
    >>> model.with_churn_risk(snapshots[:3])["churn_risk"].round(1).tolist()
    [0.7, 0.3, 0.5]
    """
    frame = _with_its_fold(snapshots, churned_col, fold_col)
    names = chosen_features(frame, feature_cols, words=estimator is not None)
    if fold_col is not None:
        require_groups(frame, [fold_col])
    fold = np.array(frame[fold_col].to_list()) if fold_col is not None else None
    learn = np.ones(len(frame), bool) if fold is None else fold == "train"
    later = np.zeros(len(frame), bool) if fold is None else fold == "calibrate"
    X, y = feature_matrix(frame, names), outcome_of(frame, churned_col)
    require_both(y[learn])
    chosen = default_estimator() if estimator is None else cloned(estimator)
    fit_to(chosen, X[learn], y[learn])
    rate = float(y[learn].mean())
    words, flags, missed = features_with(frame.filter((learn | later).tolist()), names)
    report = ClassifierReport(
        estimator=" ".join(str(chosen).split()),
        features=names,
        words=words,
        flags=flags,
        missed=missed,
        n_trained=int(learn.sum()),
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
        return read_eager(
            snapshots, [churned_col, *([fold_col] if fold_col is not None else [])]
        )
    except MissingColumnError as error:
        if fold_col in error.missing:
            error.add_note("with_fold adds it; fold_col=None learns from all rows.")
        raise


def _with_calibration(
    raw: ChurnClassifier,
    X: Any,  # noqa: ANN401 - a pandas frame
    y: FloatArray,
) -> ChurnClassifier:
    require_both(y)
    line = np.column_stack([np.ones(y.size), logit(_inside(_risk_of(raw, X)))])

    def mean(at: FloatArray) -> Derivatives:
        value, gradient, hessian = log_likelihood_sums(
            line, y, np.ones(y.size), offset=0.0, coefficients=at, link="logit"
        )
        # A prior as strong as one customer of each kind keeps a perfect split finite.
        away = at - np.array([0.0, 1.0])
        value -= 0.5 * float(away @ away)
        n = y.size
        return value / n, (gradient - away) / n, (hessian - np.eye(2)) / n

    best = maximise(mean, np.array([0.0, 1.0]), tolerance=1e-9, max_iterations=100)
    old = raw.report
    report = dataclasses.replace(
        old,
        n_calibrated=y.size,
        calibration_intercept=float(best.parameters[0]),
        calibration_slope=float(best.parameters[1]),
    )
    return ChurnClassifier(estimator=raw.estimator, report=report)


def _inside(risk: FloatArray) -> FloatArray:
    return np.clip(risk, _NEAR, 1 - _NEAR)


def _area(risk: FloatArray, y: FloatArray) -> float:
    _, (positives, negatives) = ranking.blocks(risk, y, 1 - y)
    return ranking.area_under_roc(positives, negatives)
