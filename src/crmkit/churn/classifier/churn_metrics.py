"""Discrimination and calibration of churn risks on data not learned from."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from ..._check import fraction
from ...errors import NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.base import binary_regression, ranking
from ...kernels.base.intervals import normal_quantile
from ...kernels.base.newton import Derivatives, maximise
from ...kernels.targeting import calibration
from ...typing import FloatArray, IntoDataFrame
from .calibration_curve import equal_bins
from .scored_outcomes import Scored, read_scored

__all__ = ["ChurnMetrics", "churn_metrics", "metrics_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ChurnMetrics(JsonResult):
    """Discrimination and calibration of churn risks.

    Attributes
    ----------
    n_customers, n_churned
        The customers judged, and those of them who left.
    auc, auc_standard_error
        The probability that a customer who left was ranked above one who stayed (ties
        count one half), and its standard error (DeLong), which needs two customers of
        each kind.
    brier_score
        The mean squared error of the risks; ``uncertainty`` is that of the base rate.
    reliability, resolution, uncertainty, within_bins
        The parts of the Brier score, over ten bins of equal size: ``brier_score =
        reliability - resolution + uncertainty + within_bins``. Reliability is the loss
        by miscalibration, resolution the gain by discrimination, and ``within_bins``
        the differences within the bins.
    log_loss
        The mean negative log-likelihood; None if a risk of 0 or 1 was wrong.
    calibration_intercept, calibration_slope
        The line of the outcome's logit on the risk's logit: 0 and 1 when calibrated. A
        slope below 1 means that the risks are too extreme. None if there is no such
        line.
    expected_calibration_error
        The mean distance between risk and churn rate over the bins.
    spiegelhalter_z
        Standard normal when calibrated; None if all risks are 0, 0.5 or 1.
    top_decile_lift
        The churn rate among the 10% of customers with the highest risks, divided by
        the churn rate of all.
    """

    n_customers: int
    n_churned: int
    auc: float
    auc_standard_error: float | None = None
    brier_score: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float
    log_loss: float | None = None
    calibration_intercept: float | None = None
    calibration_slope: float | None = None
    expected_calibration_error: float
    spiegelhalter_z: float | None = None
    top_decile_lift: float

    @property
    def gini(self) -> float:
        """The Gini coefficient of the ranking (accuracy ratio), 2 AUC - 1."""
        return 2 * self.auc - 1

    def __str__(self) -> str:
        """Return AUC, Brier score and counts as a sentence."""
        return (
            f"AUC {self.auc:.3f}, Brier score {self.brier_score:.3f} "
            f"(base rate alone: {self.uncertainty:.3f}), "
            f"{self.n_churned:,} of {self.n_customers:,} customers left"
        )

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return DeLong's interval of the AUC, within 0 and 1."""
        inside = fraction("level", level)
        if self.auc_standard_error is None:
            raise NotEnoughDataError(
                needed="two customers who left and two who stayed",
                got=f"{self.n_churned} who left of {self.n_customers}",
                remedy="Judge on more customers.",
            )
        half = normal_quantile(inside) * self.auc_standard_error
        return Interval(
            lower=max(self.auc - half, 0.0),
            upper=min(self.auc + half, 1.0),
            level=inside,
        )


def churn_metrics(
    customers: IntoDataFrame,
    *,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
) -> ChurnMetrics:
    """Measure the discrimination and calibration of churn risks.

    Parameters
    ----------
    customers
        One row per customer (and cut-off), none of which the model has learned from.
    risk_col
        The predicted probability of leaving, from 0 to 1.
    churned_col
        Whether the customer left: true and false, or 1 and 0.

    Returns
    -------
    ChurnMetrics
        AUC, Brier score and its parts, log loss, calibration and lift.

    Raises
    ------
    InvalidValueError
        If a risk is outside 0 to 1, or a value is missing.
    NotEnoughDataError
        If all customers left, or all stayed.

    Notes
    -----
    Equal risks are one block, and rows are sorted first: no digit of any number
    depends on the order of the rows.

    References
    ----------
    Murphy (1973) for the parts of the Brier score; Cox (1958) for the calibration line;
    Spiegelhalter (1986) for z; DeLong, DeLong and Clarke-Pearson (1988) for the error.

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {
    ...         "churn_risk": [0.9, 0.8, 0.7, 0.4, 0.4, 0.1],
    ...         "churned": [1, 1, 0, 1, 0, 0],
    ...     }
    ... )
    >>> found = churn_metrics(judged)
    >>> round(found.auc, 3), round(found.brier_score, 3)
    (0.833, 0.178)
    >>> print(found)
    AUC 0.833, Brier score 0.178 (base rate alone: 0.250), 3 of 6 customers left
    """
    scored = read_scored(customers, risk_col=risk_col, churned_col=churned_col)
    return metrics_of(scored)


def metrics_of(scored: Scored) -> ChurnMetrics:
    """Return the metrics of risks and outcomes that have been checked."""
    # Sums of floats depend on their order: one order for all leaves no trace of rows.
    order = np.lexsort((scored.churned, scored.risk))
    p, y, n = scored.risk[order], scored.churned[order], scored.risk.size
    ones = np.ones(n)
    _, (count, positives, negatives) = ranking.blocks(p, ones, y, 1 - y)
    bins = equal_bins(p)
    parts = calibration.brier_parts(y, ones, p, bins)
    loss = calibration.log_loss(p, y, ones)
    line = _calibration_line(p, y)
    several = min(positives[-1], negatives[-1]) > 1
    spread = np.sum((1 - 2 * p) ** 2 * p * (1 - p))
    top = ranking.gain_at(np.array([0.1]), count, positives)[0] / 0.1
    return ChurnMetrics(
        n_customers=n,
        n_churned=int(y.sum()),
        auc=ranking.area_under_roc(positives, negatives),
        auc_standard_error=ranking.roc_area_variance(positives, negatives) ** 0.5
        if several
        else None,
        brier_score=calibration.brier(p, y, ones),
        reliability=parts[0],
        resolution=parts[1],
        uncertainty=parts[2],
        within_bins=parts[3],
        log_loss=loss if np.isfinite(loss) else None,
        calibration_intercept=line[0] if line else None,
        calibration_slope=line[1] if line else None,
        expected_calibration_error=calibration.expected_calibration_error(
            p, y, ones, bins
        ),
        spiegelhalter_z=calibration.spiegelhalter(p, y) if spread > 0 else None,
        top_decile_lift=float(top),
    )


def _calibration_line(p: FloatArray, y: FloatArray) -> tuple[float, float] | None:
    if np.any((p <= 0) | (p >= 1)):
        return None
    left, stayed = p[y == 1], p[y == 0]
    # If risks part both kinds, a steeper line fits better without end.
    if stayed.max() <= left.min() or left.max() <= stayed.min():
        return None
    x = logit(p)
    X = np.column_stack([np.ones(p.size), x])

    def mean(at: FloatArray) -> Derivatives:
        value, gradient, hessian = binary_regression.log_likelihood_sums(
            X, y, np.ones(p.size), offset=0.0, coefficients=at, link="logit"
        )
        return value / p.size, gradient / p.size, hessian / p.size

    best = maximise(mean, np.array([0.0, 1.0]), tolerance=1e-9, max_iterations=50)
    if not best.converged:
        return None
    return float(best.parameters[0]), float(best.parameters[1])
