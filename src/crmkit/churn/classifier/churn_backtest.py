"""A classifier and two plain rules, judged at each cut-off by the past alone."""

from collections.abc import Sequence

import numpy as np

from ..._check import typed
from ..._frames import native, numbers, read_eager, table, with_arrays
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import told
from ...kernels.base import binary_regression
from ...kernels.base.newton import Derivatives, maximise
from ...snapshots import cutoff_folds
from ...typing import (
    FloatArray,
    IntArray,
    IntoDataFrameT,
    ProbabilityEstimator,
    Progress,
)
from .churn_classifier import fit_churn_classifier
from .churn_metrics import ChurnMetrics, metrics_of
from .scored_outcomes import Scored

__all__ = ["churn_backtest"]


@typed
def churn_backtest(
    snapshots: IntoDataFrameT,
    *,
    estimator: ProbabilityEstimator | None = None,
    feature_cols: Sequence[str] | None = None,
    embargo: int = 0,
    churned_col: str = "churned",
    baseline_col: str = "inactivity",
    progress: Progress | None = None,
) -> IntoDataFrameT:
    """Summarise how good a classifier and two plain rules were at each cut-off.

    For each cut-off the classifier learns from snapshots whose labels had closed, and
    is judged on the customers of that cut-off. It is compared with the past churn rate
    given to all customers (``"base rate"``), and with a curve on one column
    (``"baseline"``): a model that does not beat them is not needed.

    Parameters
    ----------
    snapshots
        Rows of ``make_snapshots`` with several cut-offs.
    estimator
        Any scikit-learn classifier, pipeline or search with ``predict_proba``; by
        default gradient boosting with cautious settings. It gets the rows in the order
        of the frame, and another order may change the last digits of what it learns.
    feature_cols
        The columns to learn from; all features of the snapshots by default.
    embargo
        Further days between the end of a label and the cut-off it is used for.
    churned_col
        Whether the customer churned: true and false, or 1 and 0.
    baseline_col
        The column of the baseline, a logistic curve on log(1 + value).
    progress
        Is called with the number of cut-offs done and of all; None for silence.

    Returns
    -------
    DataFrame
        One row per cut-off and model: ``cutoff``, ``model``, ``n_customers``,
        ``n_churned``, ``auc``, ``brier_score``, ``expected_calibration_error``,
        ``top_decile_lift``.

    Raises
    ------
    NotEnoughDataError
        If no cut-off has a closed label before it, or if at one all customers left, or
        all stayed.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> rng = np.random.default_rng(5)
    >>> inactivity = rng.exponential(60, 1200)
    >>> cutoff = np.repeat(pd.to_datetime(["2024-01-01", "2024-04-01"]), 600)
    >>> snapshots = pd.DataFrame(
    ...     {
    ...         "cutoff": cutoff,
    ...         "label_end": cutoff + pd.Timedelta(days=90),
    ...         "inactivity": inactivity,
    ...         "churned": rng.random(1200) < inactivity / (inactivity + 60),
    ...     }
    ... )
    >>> judged = churn_backtest(snapshots, estimator=LogisticRegression())
    >>> judged[["model", "auc"]].round(2)
            model   auc
    0  classifier  0.76
    1    baseline  0.76
    2   base rate  0.50
    """
    frame = read_eager(snapshots, ("cutoff", "label_end", churned_col, baseline_col))
    y, x = numbers(frame, churned_col), numbers(frame, baseline_col)
    if np.any(~(x >= 0)):
        raise InvalidValueError(
            subject=f"column {baseline_col!r}",
            found="missing or negative value",
            remedy="Choose a column of 0 or more as the baseline.",
        )
    rows: list[tuple[int, str, ChurnMetrics]] = []
    folds = list(cutoff_folds(frame, embargo=embargo))
    for learn, judge in told(folds, progress):
        used = np.concatenate((learn, judge))
        part = frame[used]
        fold = np.repeat(["train", "test"], [learn.size, judge.size])
        model = fit_churn_classifier(
            with_arrays(part, {"fold": fold}),
            estimator=estimator,
            feature_cols=feature_cols,
            churned_col=churned_col,
        )
        _require_both(y[judge], frame["cutoff"][int(judge[0])])
        risks = {
            "classifier": model.risk(part)[learn.size :],
            "baseline": _curve(x, y, learn, judge),
            "base rate": np.full(judge.size, y[learn].mean()),
        }
        for name, risk in risks.items():
            scored = Scored(risk=risk, churned=y[judge], frame=part)
            rows.append((int(judge[0]), name, metrics_of(scored)))
    first = [row for row, _, _ in rows]
    found = [metrics for _, _, metrics in rows]
    columns = {
        "model": np.array([name for _, name, _ in rows]),
        "n_customers": np.array([each.n_customers for each in found]),
        "n_churned": np.array([each.n_churned for each in found]),
        "auc": np.array([each.auc for each in found]),
        "brier_score": np.array([each.brier_score for each in found]),
        "expected_calibration_error": np.array(
            [each.expected_calibration_error for each in found]
        ),
        "top_decile_lift": np.array([each.top_decile_lift for each in found]),
    }
    cutoff = frame["cutoff"][first]
    return native(table(frame, {"cutoff": cutoff, **columns}), snapshots)


def _require_both(y: FloatArray, cutoff: object) -> None:
    if not 0 < y.sum() < y.size:
        raise NotEnoughDataError(
            needed="customers who left and customers who stayed at each cut-off",
            got=f"{int(y.sum())} who left of {y.size} at {str(cutoff)[:10]}",
            remedy="Leave that cut-off out, or change the length of the label window.",
        )


def _curve(
    x: FloatArray, y: FloatArray, learn: IntArray, judge: IntArray
) -> FloatArray:
    """Fit a logistic curve on log(1 + x) to the past, and read it at the cut-off."""
    X = np.column_stack([np.ones(learn.size), np.log1p(x[learn])])

    def mean(at: FloatArray) -> Derivatives:
        value, gradient, hessian = binary_regression.log_likelihood_sums(
            X, y[learn], np.ones(learn.size), offset=0.0, coefficients=at, link="logit"
        )
        # A weak prior keeps a perfect split finite.
        value -= 0.5e-3 * float(at @ at)
        n = learn.size
        return (
            value / n,
            (gradient - 1e-3 * at) / n,
            (hessian - 1e-3 * np.eye(2)) / n,
        )

    best = maximise(mean, np.zeros(2), tolerance=1e-9, max_iterations=100)
    predictor = best.parameters[0] + best.parameters[1] * np.log1p(x[judge])
    return binary_regression.hazard(predictor, link="logit")
