"""A fit to returning customers alone says that one-time buyers are missing."""

import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.models.one_time_buyers import warn_of_missing_one_time_buyers
from crmkit.datasets import load_donations
from crmkit.errors import IdentifiabilityWarning, SelectionWarning
from crmkit.kernels.base.cells import Cells

Fit = Callable[..., Any]

FITS: dict[str, tuple[Fit, str]] = {
    # How many of the 946 returning customers of CDNOW each fit expects once.
    "bg_nbd": (clv.fit_bg_nbd, r"60\.6"),
    "mbg_nbd": (clv.fit_mbg_nbd, r"195\.3"),
    "pareto_nbd": (clv.fit_pareto_nbd, r"198\.0"),
    "nbd": (clv.fit_nbd, r"150\.3"),
}


@pytest.fixture(params=list(FITS))
def fit_and_count(request: pytest.FixtureRequest) -> tuple[Fit, str]:
    return FITS[request.param]


# Some of these fits leave a parameter free besides, which is another matter.
ANOTHER = f"ignore::{IdentifiabilityWarning.__module__}.IdentifiabilityWarning"


@pytest.mark.filterwarnings(ANOTHER)
def test_a_fit_to_returning_customers_says_who_is_missing(
    fit_and_count: tuple[Fit, str], cdnow: pd.DataFrame
) -> None:
    fit, count = fit_and_count
    said = rf"'frequency': the fit expects {count} one-time buyers among 946 customers"
    with pytest.warns(SelectionWarning, match=said) as noted:
        fit(cdnow[cdnow["frequency"] > 0])
    # The line of the caller, not one of crmkit.
    places = {each.filename for each in noted if each.category is SelectionWarning}
    assert places == {__file__}


@pytest.mark.filterwarnings(ANOTHER)
def test_donors_who_gave_again_are_a_selection_too() -> None:
    donors: Any = load_donations()
    with pytest.warns(SelectionWarning, match="and there are 0"):
        clv.fit_bg_bb(donors[donors["frequency"] > 0], weight_col="weight")


def test_a_weight_counts_as_that_many_customers(cdnow: pd.DataFrame) -> None:
    back = cdnow[cdnow["frequency"] > 0].assign(w=2.0)
    with pytest.warns(SelectionWarning, match=r"121\.\d one-time.* 1,892 customers"):
        clv.fit_bg_nbd(back, weight_col="w")


def test_all_customers_are_fitted_in_silence(
    fit_and_count: tuple[Fit, str], cdnow: pd.DataFrame
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_and_count[0](cdnow)


def test_a_few_customers_who_all_came_back_are_no_sign(
    fit_and_count: tuple[Fit, str], cdnow: pd.DataFrame
) -> None:
    few = cdnow[cdnow["frequency"] > 0].head(15)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SelectionWarning)
        fit_and_count[0](few, penalty=1.0)


@pytest.mark.parametrize(
    ("n", "none", "warned"),
    # Expected and chance of none: 4.9 and .007; 7 and .0009; 9.1 and .00011; 9.3 and
    # .00009; and by 18 customers of .39 each 7 and .00014, by 19 of them .00008.
    [
        *((490, 0.01, False), (700, 0.01, False), (910, 0.01, False)),
        *((930, 0.01, True), (18, 0.39, False), (19, 0.39, True)),
        # Who surely buys once only: five expected are enough.
        *((4, 1.0, False), (5, 1.0, True)),
    ],
)
def test_as_few_come_by_luck_once_in_ten_thousand(
    n: int, none: float, *, warned: bool
) -> None:
    model: Any = SimpleNamespace(
        probability_of_n_purchases_new_customer=lambda _n, T: np.full(T.shape, none)
    )
    ones = np.ones(1)
    weights = np.array([float(n)])
    histories = Cells(columns=(ones, ones, 2 * ones), weights=weights)
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        warn_of_missing_one_time_buyers(model, histories, frequency_col="frequency")
    assert bool(noted) is warned


def test_customers_who_must_all_come_back_are_no_sign() -> None:
    # Some 40 purchases each: a base without one-time buyers is what it should be.
    steady = pd.DataFrame(
        {
            "frequency": [30 + at % 20 for at in range(300)],
            "recency": [50.0 + at % 2 for at in range(300)],
            "T": 52.0,
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", SelectionWarning)
        fit = clv.fit_nbd(steady, penalty=1.0)
    assert fit.probability_of_n_purchases_new_customer(0, 52.0) < 1e-3
