"""What a report says of a fit, and how it prints."""

import math

import numpy as np
import pytest

from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.fits import FitReport, Interval

REPORT = FitReport(
    names=("r", "alpha"),
    estimates=(0.25, 4.0),
    converged=True,
    iterations=7,
    gradient_norm=3.1e-12,
    message="The gradient is zero.",
    log_likelihood=-9582.5,
    n_customers=2357.0,
    n_cells=1400,
    covariance=((0.0001, 0.002), (0.002, 0.16)),
    condition_number=12.5,
)
BARE = FitReport(
    names=("r",),
    estimates=(1e-9,),
    converged=True,
    iterations=30,
    gradient_norm=1e-10,
    message="The gradient is zero.",
    log_likelihood=-1.0,
    n_customers=10.0,
    n_cells=10,
    boundary=("r",),
    penalty=2.0,
)


def test_criteria_count_the_parameters() -> None:
    assert REPORT.aic == 2 * 2 + 2 * 9582.5
    assert REPORT.bic == pytest.approx(2 * math.log(2357) + 2 * 9582.5, rel=1e-14)


def test_the_log_covariance_is_relative() -> None:
    expected = [[0.0001 / 0.0625, 0.002], [0.002, 0.16 / 16]]
    assert np.array(REPORT.log_covariance) == pytest.approx(
        np.array(expected), rel=1e-14
    )


def test_intervals_are_positive_on_the_log_scale() -> None:
    # 1.959963984540054 is the 97.5 % point of the normal distribution.
    low, high = REPORT.interval("r")
    assert low == pytest.approx(
        0.25 * math.exp(-1.959963984540054 * 0.01 / 0.25), rel=1e-12
    )
    assert high == pytest.approx(0.25**2 / low, rel=1e-12)
    assert REPORT.interval("r") == Interval(lower=low, upper=high, level=0.95)
    assert REPORT.intervals()["r"] == REPORT.interval("r")


def test_intervals_are_symmetric_on_the_natural_scale() -> None:
    low, high = REPORT.interval("alpha", level=0.9, scale="natural")
    assert (low + high) / 2 == pytest.approx(4.0, rel=1e-14)
    assert high - low == pytest.approx(2 * 1.6448536269514722 * 0.4, rel=1e-12)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, float("nan")])
def test_an_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(InvalidValueError, match="level"):
        REPORT.interval("r", level=level)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="no such parameter 'q'"):
        REPORT.interval("q")


def test_without_a_covariance_errors_are_none_and_intervals_are_refused() -> None:
    assert BARE.standard_errors is None
    assert BARE.log_covariance is None
    with pytest.raises(NotEnoughDataError, match="profile"):
        BARE.intervals()


def test_a_report_prints_as_a_table() -> None:
    assert str(REPORT).splitlines() == [
        "parameter  estimate  standard error      95% interval",
        "r              0.25            0.01  0.2311 to 0.2704",
        "alpha             4             0.4    3.288 to 4.866",
        "2,357 customers, 1,400 distinct histories",
        "log-likelihood -9,582.500, AIC 19,169.000, BIC 19,180.530",
        "converged in 7 iterations; The gradient is zero.",
    ]


def test_a_report_of_a_boundary_says_so() -> None:
    text = str(BARE)
    assert "unknown" in text
    assert "at the boundary: r" in text
    assert "weakly identified: r" in text
    assert "penalty 2" in text


def test_a_notebook_sees_a_table() -> None:
    html = REPORT._repr_html_()
    assert html.count("<tr>") == 3
    assert "0.2311 to 0.2704" in html
