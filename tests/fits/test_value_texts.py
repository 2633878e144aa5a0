"""How values are written, on both sides of every length and size."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from crmkit.errors import NotEnoughDataError
from crmkit.fits import FitReport, Interval
from crmkit.fits.interval import resampled_interval_of
from crmkit.fits.value_texts import short_repr, text_of

REPORT = FitReport(
    names=("a", "b"),
    estimates=(2.0, 0.5),
    converged=True,
    iterations=4,
    gradient_norm=1e-12,
    message="The gradient is zero.",
    log_likelihood=-100.0,
    n_customers=50.0,
    n_cells=9,
    covariance=((0.25, 0.03), (0.03, 0.04)),
    condition_number=1.0,
)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("name", "x" * 60, "x" * 60),
        ("name", "x" * 61, "x" * 57 + "..."),
        ("name", "two  words\nmore", "two words more"),
        ("p_value", 0.001, "0.001"),
        ("p_value", 0.000999, "below 0.001"),
        ("share", 0.12345, "12.3%"),
        ("share", -1.0, "-100%"),
        ("share", 1.01, "1.01"),
        ("share", 0.0, "0%"),
        ("n_buyers", 1234.0, "1,234"),
        ("n_buyers", 1234.25, "1,234.2"),
        ("profit", 999.96, "1000"),
        ("profit", 1000.4, "1,000"),
        ("profit", -1000.0, "-1,000"),
        ("profit", 9.99e14, "999,000,000,000,000"),
        ("profit", 1e15, "1e+15"),
        ("profit", 12.34567, "12.35"),
        ("profit", float("inf"), "inf"),
        ("profit", 12345, "12,345"),
        ("parts", (), "none"),
        ("parts", (1, 2, 3, 4), "1, 2, 3, 4"),
        ("parts", (1, 2, 3, 4, 5), "1, 2, 3, 4, and 1 more"),
        ("parts", [0] * 1_004, "0, 0, 0, 0, and 1,000 more"),
        ("table", np.zeros((1_000, 2)), "array of 1,000 x 2"),
    ],
)
def test_a_value_is_written_at_its_size(name: str, value: Any, text: str) -> None:
    assert text_of(name, value) == text


def test_numbers_of_a_repr_have_six_digits_and_a_tuple_of_one_its_comma() -> None:
    report = replace(
        REPORT,
        names=("a",),
        estimates=(1.23456789,),
        covariance=None,
        condition_number=None,
    )
    assert short_repr(report).startswith(
        "FitReport(names=('a',), estimates=(1.23457,), converged=True, iterations=4, "
    )


def test_intervals_are_symmetric_in_the_logarithm_or_the_estimate() -> None:
    z = 1.2815515655446004
    found = REPORT.interval("b", level=0.8)
    ends = (0.5 * np.exp(-z * 0.4), 0.5 * np.exp(z * 0.4))
    assert tuple(found) == pytest.approx(ends, rel=1e-9, abs=0)
    natural = REPORT.interval("a", level=0.8, scale="natural")
    assert tuple(natural) == pytest.approx((2 - z / 2, 2 + z / 2), rel=1e-9, abs=0)
    wide = replace(REPORT, covariance=((1e10, 0.0), (0.0, 1.0)))
    lower, upper = wide.interval("a")
    assert lower == pytest.approx(2 * np.exp(-700.0), rel=1e-9, abs=0)
    assert upper == pytest.approx(2 * np.exp(700.0), rel=1e-9, abs=0)


def test_criteria_and_covariances_are_those_of_the_report() -> None:
    assert REPORT.aic == 204.0
    assert REPORT.bic == pytest.approx(2 * np.log(50) + 200, rel=1e-12, abs=0)
    of_logs = np.array([[0.25 / 4, 0.03], [0.03, 0.16]])
    found = np.array(REPORT.log_covariance)
    np.testing.assert_allclose(found, of_logs, rtol=1e-12)


@pytest.mark.parametrize(("p_value", "told"), [(0.05, True), (0.0499, False)])
def test_a_report_tells_when_no_difference_was_found(
    p_value: float, *, told: bool
) -> None:
    text = str(replace(REPORT, difference_p_value=p_value))
    assert ("no difference between customers" in text) is told


def test_a_level_that_was_not_resampled_is_refused() -> None:
    found = Interval(lower=1.0, upper=2.0, level=0.9)
    assert resampled_interval_of(found, 0.9 + 1e-13, remedy="Ask.") is found
    assert resampled_interval_of(found, None, remedy="Ask.") is found
    with pytest.raises(NotEnoughDataError, match=r"one of level 0\.9"):
        resampled_interval_of(found, 0.9 + 1e-9, remedy="Ask.")


@dataclass(frozen=True)
class _Defaults:
    whole: float = 0
    known: float = 0.5
    array: Any = 0.0


def test_what_equals_a_default_of_another_type_is_written() -> None:
    assert short_repr(_Defaults()) == "_Defaults()"
    assert short_repr(_Defaults(whole=0.0)) == "_Defaults(whole=0.0)"
    assert short_repr(_Defaults(known=0.25)) == "_Defaults(known=0.25)"
    assert "array=" in short_repr(_Defaults(array=np.float64(0.0)))
