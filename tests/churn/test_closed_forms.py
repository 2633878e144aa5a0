"""Numbers of leaving against sums by hand: multiples, pools, slopes and scores."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import trapezoid
from scipy.special import expit, logit
from scipy.stats import norm

from crmkit.churn import (
    aggregation_bias,
    calibration_curve,
    churn_metrics,
    margin_multiple,
    retention_elasticity,
)
from crmkit.churn.survival.survival_metrics import _mean_over
from crmkit.errors import InvalidValueError, NotEnoughDataError


def test_a_multiple_is_the_sum_of_margins_to_come() -> None:
    found = margin_multiple(retention_rate=0.8, discount_rate=0.12, margin_growth=0.07)
    t = np.arange(1, 400)
    known = np.sum(0.8**t * 1.07 ** (t - 1) * 1.07 / 1.12**t) / 1.07
    assert found == pytest.approx(known, rel=1e-12, abs=0)


def test_a_margin_that_keeps_pace_with_discounting_has_no_multiple() -> None:
    with pytest.raises(InvalidValueError, match="no limit"):
        margin_multiple(retention_rate=1.0, discount_rate=0.25, margin_growth=0.25)
    found = margin_multiple(retention_rate=1.0, discount_rate=0.25)
    assert found == pytest.approx(4.0, rel=1e-12, abs=0)


def test_an_elasticity_is_the_slope_of_value_in_retention() -> None:
    asked = {"discount_rate": 0.09, "margin": 3.0, "margin_growth": 0.02}

    def worth(r: float) -> float:
        multiple = margin_multiple(
            retention_rate=r, discount_rate=0.09, margin_growth=0.02
        )
        return 3.0 * multiple - 1.7

    found = retention_elasticity(
        retention_rate=0.7, change=-0.06, fixed_cost=1.7, **asked
    )
    slope = (worth(0.7 + 1e-6) - worth(0.7 - 1e-6)) / 2e-6
    assert found.value == pytest.approx(worth(0.7), rel=1e-12, abs=0)
    assert found.new_value == pytest.approx(worth(0.64), rel=1e-12, abs=0)
    change = worth(0.64) / worth(0.7) - 1
    assert found.relative_change == pytest.approx(change, rel=1e-12, abs=0)
    elasticity = slope * 0.7 / worth(0.7)
    assert found.elasticity == pytest.approx(elasticity, rel=1e-8, abs=0)
    assert found.value_of_a_point == pytest.approx(slope / 100, rel=1e-8, abs=0)


def test_a_value_of_nothing_at_the_start_has_no_elasticity() -> None:
    # One half kept without discount is worth one margin.
    for cost, fits in ((1.0, False), (0.99, True)):
        if fits:
            retention_elasticity(
                retention_rate=0.5, change=0.1, discount_rate=0.0, fixed_cost=cost
            )
            continue
        with pytest.raises(InvalidValueError, match="the value at the start"):
            retention_elasticity(
                retention_rate=0.5, change=0.1, discount_rate=0.0, fixed_cost=cost
            )


def test_pooled_retention_is_that_of_all_who_are_left() -> None:
    size, kept = np.array([3.0, 5.0, 0.0, 2.0]), np.array([0.9, 0.4, 1.0, 0.75])
    segments = pd.DataFrame({"n_customers": size, "retention": kept})
    found = aggregation_bias(segments, renewals=4)
    alive = [float(size @ kept**t) for t in range(5)]
    rates = np.array(alive[1:]) / alive[:-1]
    np.testing.assert_allclose(found.retention, rates, rtol=1e-12)
    np.testing.assert_allclose(found.sorting, [0, *np.diff(rates)], rtol=1e-10)
    life = (3 / 0.1 + 5 / 0.6 + 2 / 0.25) / 10
    assert found.expected_lifetime == pytest.approx(life, rel=1e-12, abs=0)
    naive = 10 / (3 * 0.1 + 5 * 0.6 + 2 * 0.25)
    assert found.naive_lifetime == pytest.approx(naive, rel=1e-12, abs=0)


def test_customers_who_all_stay_or_all_leave_have_lifetimes_at_the_edge() -> None:
    staying = aggregation_bias(
        pd.DataFrame({"n_customers": [1.0], "retention": [1.0]}), renewals=2
    )
    assert staying.retention == (1.0, 1.0)
    assert staying.expected_lifetime is None
    assert staying.naive_lifetime is None
    leaving = aggregation_bias(
        pd.DataFrame({"n_customers": [0.5], "retention": [0.0]}), renewals=3
    )
    assert leaving.retention == (0.0,)
    assert (leaving.expected_lifetime, leaving.naive_lifetime) == (1.0, 1.0)
    with pytest.raises(NotEnoughDataError, match="customers"):
        aggregation_bias(
            pd.DataFrame({"n_customers": [0.0], "retention": [0.5]}), renewals=1
        )


RISK = np.array([0.9, 0.8, 0.7, 0.4, 0.4, 0.1, 0.35, 0.6, 0.2, 0.05, 0.55])
LEFT = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1])


def _judged(risk: object, left: object) -> pd.DataFrame:
    return pd.DataFrame({"churn_risk": risk, "churned": left})


def test_scores_of_risks_are_their_sums() -> None:
    found = churn_metrics(_judged(RISK, LEFT))
    pairs = RISK[LEFT == 1][:, None] - RISK[LEFT == 0]
    area = np.mean((pairs > 0) + 0.5 * (pairs == 0))
    assert found.auc == pytest.approx(area, rel=1e-12, abs=0)
    brier = np.mean((RISK - LEFT) ** 2)
    assert found.brier_score == pytest.approx(brier, rel=1e-12, abs=0)
    off = np.sum((LEFT - RISK) * (1 - 2 * RISK))
    size = np.sqrt(np.sum((1 - 2 * RISK) ** 2 * RISK * (1 - RISK)))
    assert found.spiegelhalter_z == pytest.approx(off / size, rel=1e-12, abs=0)
    # 1.1 of 11 customers are a tenth: the first, and a tenth of the second.
    assert found.top_decile_lift == pytest.approx(11 / 5, rel=1e-12, abs=0)
    error, z = found.auc_standard_error, norm.ppf(0.9)
    assert error is not None
    interval = found.interval(level=0.8)
    known = (area - z * error, min(area + z * error, 1.0))
    assert (interval.lower, interval.upper) == pytest.approx(known, rel=1e-9, abs=0)


def test_the_line_of_calibration_has_no_slope_left() -> None:
    found = churn_metrics(_judged(RISK, LEFT))
    start, slope = found.calibration_intercept, found.calibration_slope
    assert start is not None
    assert slope is not None
    missed = LEFT - expit(start + slope * logit(RISK))
    assert abs(missed.sum()) < 1e-7
    assert abs(missed @ logit(RISK)) < 1e-7


@pytest.mark.parametrize("edge", [0.0, 1.0])
def test_a_sure_risk_has_no_line_of_calibration(edge: float) -> None:
    found = churn_metrics(_judged([edge, *RISK[1:]], LEFT))
    assert found.calibration_slope is None
    assert found.calibration_intercept is None


def test_risks_of_one_half_have_no_z() -> None:
    assert churn_metrics(_judged([0.5] * 4, [0, 1, 0, 1])).spiegelhalter_z is None


@pytest.mark.parametrize(
    "risk",
    [[0.1, 0.2, 0.8, 0.9], [0.1, 0.4, 0.4, 0.9], [0.3] * 4, [0.49, 0.5, 0.51, 0.52]],
)
@pytest.mark.parametrize("left", [[0, 0, 1, 1], [1, 1, 0, 0]])
def test_risks_that_part_both_kinds_have_no_line_of_calibration(
    risk: list[float], left: list[int]
) -> None:
    found = churn_metrics(_judged(risk, left))
    assert (found.calibration_intercept, found.calibration_slope) == (None, None)


def test_risks_within_a_narrow_band_have_a_steep_line() -> None:
    left = np.repeat([0, 1, 0, 1], [90, 10, 20, 80])
    found = churn_metrics(_judged(np.repeat([0.49, 0.51], 100), left))
    # Through both points: the odds are 1 to 9 below, and 4 to 1 above.
    slope = (np.log(4) + np.log(9)) / (2 * logit(0.51))
    assert found.calibration_slope == pytest.approx(slope, rel=1e-7, abs=0)
    start = (np.log(4) - np.log(9)) / 2
    assert found.calibration_intercept == pytest.approx(start, rel=1e-7, abs=0)


def test_an_interval_of_the_area_needs_two_of_each_kind() -> None:
    two = churn_metrics(_judged([0.1, 0.6, 0.4, 0.9], [0, 0, 1, 1]))
    assert two.auc_standard_error is not None
    two.interval()
    apart = churn_metrics(_judged([0.1, 0.6, 0.4, 0.9], [1, 0, 0, 1]))
    assert apart.auc_standard_error is not None
    one = churn_metrics(_judged([0.1, 0.6, 0.4], [0, 0, 1]))
    assert one.auc_standard_error is None
    with pytest.raises(NotEnoughDataError, match="1 who left of 3"):
        one.interval()


def test_a_mean_over_times_is_that_of_trapezes() -> None:
    found = _mean_over([1.0, 2.5, 7.0], [0.2, 0.1, 0.4])
    area = trapezoid([0.2, 0.1, 0.4], [1.0, 2.5, 7.0])
    assert found == pytest.approx(area / 6, rel=1e-12, abs=0)
    assert _mean_over([1.0, 3.0], [0.2, 0.5]) == pytest.approx(0.35, rel=1e-12, abs=0)
    assert _mean_over([1.0], [0.2]) is None


def test_a_bin_of_one_customer_has_her_risk_and_what_she_did() -> None:
    found = calibration_curve(_judged([0.25, 0.5, 0.75], [0, 1, 1]), bins=3)
    assert found["n_customers"].tolist() == [1, 1, 1]
    assert found["mean_risk"].tolist() == [0.25, 0.5, 0.75]
    assert found["churn_rate"].tolist() == [0.0, 1.0, 1.0]
