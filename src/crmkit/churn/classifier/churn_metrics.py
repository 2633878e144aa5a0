"""Is a churn forecast right, and does it rank? Judged on data it has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from ..._check import fraction, whole
from ..._frames import native, read_eager, table
from ...errors import NotEnoughDataError
from ...fits import from_document, to_document
from ...kernels.base import binary_regression, ranking
from ...kernels.base.intervals import normal_quantile
from ...kernels.base.newton import Derivatives, maximise
from ...kernels.targeting import calibration
from ...typing import FloatArray, IntArray, IntoDataFrame, IntoDataFrameT
from .scored_outcomes import Scored, read_scored

__all__ = [
    "ForecastQuality",
    "calibration_curve",
    "forecast_quality",
    "gain_curve",
    "quality_of",
]

_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastQuality:
    """How well forecast risks match what came.

    Attributes
    ----------
    customers, churners
        How many were judged, and how many of them left.
    auc, auc_error
        The chance that one who left was ranked above one who stayed (ties one half),
        and its standard error (DeLong); None with fewer than two of a kind.
    brier
        The mean squared error of the risks; ``uncertainty`` is what the base rate alone
        would get.
    reliability, resolution, uncertainty, within_bins
        Its parts: ``brier = reliability - resolution + uncertainty + within_bins``.
        Reliability is the harm of miscalibration, resolution the gain of telling
        customers apart; the last is what ten bins of equal size hide.
    log_loss
        The mean negative log-likelihood; None if a certain forecast failed.
    calibration_intercept, calibration_slope
        Of the logit of the outcome on the logit of the risk: 0 and 1 when calibrated. A
        slope below 1 means risks too extreme. None if they cannot be found.
    calibration_error
        The mean distance of forecast and rate over the bins.
    spiegelhalter_z
        Standard normal when calibrated; None if all risks are 0, one half or 1.
    top_decile_lift
        How much denser churners are in the tenth with the highest risks.
    """

    customers: int
    churners: int
    auc: float
    auc_error: float | None
    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float
    log_loss: float | None
    calibration_intercept: float | None
    calibration_slope: float | None
    calibration_error: float
    spiegelhalter_z: float | None
    top_decile_lift: float

    @property
    def gini(self) -> float:
        """The accuracy ratio, 2 AUC - 1."""
        return 2 * self.auc - 1

    def __str__(self) -> str:
        """Say the quality as a sentence."""
        return (
            f"AUC {self.auc:.3f}, Brier score {self.brier:.3f} "
            f"(base rate alone: {self.uncertainty:.3f}), "
            f"{self.churners:,} of {self.customers:,} customers left"
        )

    def auc_interval(self, *, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of the area, by its standard error, within 0 and 1."""
        if self.auc_error is None:
            raise NotEnoughDataError(
                needed="two customers who left and two who stayed",
                got=f"{self.churners} of {self.customers}",
                remedy="Judge on more customers.",
            )
        half = normal_quantile(fraction("level", level)) * self.auc_error
        return max(self.auc - half, 0.0), min(self.auc + half, 1.0)

    def to_dict(self) -> dict[str, object]:
        """Return the measure as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "ForecastQuality":
        """Build the measure from its JSON document."""
        return from_document(cls, document)


def forecast_quality(
    customers: IntoDataFrame,
    *,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
) -> ForecastQuality:
    """Judge forecast risks against what came.

    Parameters
    ----------
    customers
        One row per customer (and cut-off), none of which the forecast has learned from.
    risk_col
        The forecast probability to leave, from 0 to 1.
    churned_col
        Whether the customer left; booleans, or 0 and 1.

    Returns
    -------
    ForecastQuality
        Ranking, calibration and their parts.

    Raises
    ------
    InvalidValueError
        If a risk is outside 0..1 or a value is missing.
    NotEnoughDataError
        If nobody left, or everybody.

    Notes
    -----
    Equal risks are one block: no number depends on the order of the rows.

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
    >>> quality = forecast_quality(judged)
    >>> round(quality.auc, 3), round(quality.brier, 3)
    (0.833, 0.178)
    >>> print(quality)
    AUC 0.833, Brier score 0.178 (base rate alone: 0.250), 3 of 6 customers left
    """
    scored = read_scored(customers, risk_col=risk_col, churned_col=churned_col)
    return quality_of(scored)


def quality_of(scored: Scored) -> ForecastQuality:
    """Judge arrays that have been checked."""
    p, y, n = scored.risk, scored.churned, scored.risk.size
    ones = np.ones(n)
    _, (count, positives, negatives) = ranking.blocks(p, ones, y, 1 - y)
    bins = _equal_bins(p)
    parts = calibration.brier_parts(y, ones, p, bins)
    loss = calibration.log_loss(p, y, ones)
    line = _calibration_line(p, y)
    several = min(positives[-1], negatives[-1]) > 1
    variance = ranking.roc_area_variance(positives, negatives) if several else 0.0
    spread = np.sum((1 - 2 * p) ** 2 * p * (1 - p))
    top = ranking.gain_at(np.array([0.1]), count, positives)[0] / 0.1
    return ForecastQuality(
        customers=n,
        churners=int(y.sum()),
        auc=ranking.area_under_roc(positives, negatives),
        auc_error=variance**0.5 if several else None,
        brier=calibration.brier(p, y, ones),
        reliability=parts[0],
        resolution=parts[1],
        uncertainty=parts[2],
        within_bins=parts[3],
        log_loss=loss if np.isfinite(loss) else None,
        calibration_intercept=line[0] if line else None,
        calibration_slope=line[1] if line else None,
        calibration_error=calibration.expected_calibration_error(p, y, ones, bins),
        spiegelhalter_z=calibration.spiegelhalter(p, y) if spread > 0 else None,
        top_decile_lift=float(top),
    )


def gain_curve(
    customers: IntoDataFrameT,
    *,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    points: int = 10,
) -> IntoDataFrameT:
    """Summarise how many churners each share of the ranking holds.

    Parameters
    ----------
    customers, risk_col, churned_col
        As in ``forecast_quality``; the risk may be any score here, higher first.
    points
        How many equal shares of the customers to show.

    Returns
    -------
    DataFrame
        ``share_targeted``, ``share_captured`` (gain) and ``lift``, their ratio.
        Where equal scores straddle a share, churners count evenly.

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame({"churn_risk": [3, 2, 1, 0], "churned": [1, 1, 0, 0]})
    >>> gain_curve(judged, points=4)
       share_targeted  share_captured      lift
    0            0.25             0.5  2.000000
    1            0.50             1.0  2.000000
    2            0.75             1.0  1.333333
    3            1.00             1.0  1.000000
    """
    scored = read_scored(
        customers, risk_col=risk_col, churned_col=churned_col, probability=False
    )
    _, (count, captured) = ranking.blocks(
        scored.risk, np.ones(scored.risk.size), scored.churned
    )
    number = whole("points", points, at_least=1)
    share = np.arange(1, number + 1) / number
    gain = ranking.gain_at(share, count, captured)
    columns = {"share_targeted": share, "share_captured": gain, "lift": gain / share}
    return native(table(read_eager(customers, ()), columns), customers)


def calibration_curve(
    customers: IntoDataFrameT,
    *,
    risk_col: str = "churn_risk",
    churned_col: str = "churned",
    bins: int = _BINS,
) -> IntoDataFrameT:
    """Summarise forecast and actual churn in bins of equal size; ties stay together.

    Parameters
    ----------
    customers, risk_col, churned_col
        As in ``forecast_quality``.
    bins
        At most so many bins.

    Returns
    -------
    DataFrame
        ``customers``, ``mean_risk`` and ``churn_rate`` per bin, lowest risks first.

    Examples
    --------
    >>> import pandas as pd
    >>> judged = pd.DataFrame(
    ...     {"churn_risk": [0.2, 0.2, 0.8, 0.8], "churned": [0, 1, 1, 1]}
    ... )
    >>> calibration_curve(judged, bins=2)
       customers  mean_risk  churn_rate
    0          2        0.2         0.5
    1          2        0.8         1.0
    """
    scored = read_scored(customers, risk_col=risk_col, churned_col=churned_col)
    group = _equal_bins(scored.risk, whole("bins", bins, at_least=1))
    n = np.bincount(group)
    used = n > 0
    columns = {
        "customers": n[used],
        "mean_risk": np.bincount(group, scored.risk)[used] / n[used],
        "churn_rate": np.bincount(group, scored.churned)[used] / n[used],
    }
    return native(table(read_eager(customers, ()), columns), customers)


def _equal_bins(p: FloatArray, bins: int = _BINS) -> IntArray:
    """Return bins of equal size from the lowest risk on; equal risks share one."""
    ordered = np.sort(p)
    below = np.searchsorted(ordered, p, side="left")
    return np.asarray(below * bins // p.size, dtype=np.int64)


def _calibration_line(p: FloatArray, y: FloatArray) -> tuple[float, float] | None:
    if np.any((p <= 0) | (p >= 1)) or np.ptp(p) == 0:
        return None
    x = logit(p)
    X = np.column_stack([np.ones(p.size), x])

    def mean(at: FloatArray) -> Derivatives:
        value, gradient, hessian = binary_regression.log_likelihood_sums(
            X, y, np.ones(p.size), offset=0.0, coefficients=at, link="logit"
        )
        return value / p.size, gradient / p.size, hessian / p.size

    best = maximise(mean, np.array([0.0, 1.0]), tolerance=1e-9, max_iterations=50)
    if not best.converged or np.max(np.abs(best.parameters)) > 50:
        return None
    return float(best.parameters[0]), float(best.parameters[1])
