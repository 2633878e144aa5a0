"""The field's published numbers for CDNOW and the donations, one table each.

Where a source says with which parameters it printed, these are used and its digits are
the tolerance. Where it printed from a fit of its own, ours is used, and two correct
optimisers agree to a few units of the last digit.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit import clv
from crmkit.datasets import load_cdnow_sample, load_donations
from crmkit.datasets.wheel import data_file
from crmkit.typing import FloatArray

HISTORY = ("frequency", "recency", "T")
# Rows 158, 302 and 1233 of PyMC-Marketing's CLV quickstart.
QUICKSTART = ([3, 1, 8], [24.71, 36.29, 23.00], [37.86, 37.00, 32.29])
# Printed by the walkthrough of the R package BTYD, weeks 20 to 25.
WEEKS = range(20, 26)
Fits = dict[str, Any]


@pytest.fixture(scope="module")
def fits(cdnow: pd.DataFrame) -> Fits:
    return {
        "BG/NBD": clv.fit_bg_nbd(cdnow),
        "MBG/NBD": clv.fit_mbg_nbd(cdnow),
        "Pareto/NBD": clv.fit_pareto_nbd(cdnow),
    }


def _history(customers: pd.DataFrame) -> list[FloatArray]:
    return [customers[column].to_numpy(float) for column in HISTORY]


def test_the_two_decimal_summary_has_its_own_likelihoods(cdnow: pd.DataFrame) -> None:
    rounded = cdnow.round({"recency": 2, "T": 2, "monetary_value": 2})
    found = clv.fit_bg_nbd(rounded).report
    assert found is not None
    assert found.log_likelihood == pytest.approx(-9582.4256, abs=5e-5)


def test_standard_errors_and_their_correlation_are_the_published_ones(
    fits: Fits,
) -> None:
    # Three decimals of a finite-difference Hessian in lifetimes; correlation .7804.
    report = fits["BG/NBD"].report
    published = {"r": 0.012557, "alpha": 0.378221, "a": 0.185719, "b": 0.705345}
    assert report.standard_errors == pytest.approx(published, rel=2e-4)
    errors = list(report.standard_errors.values())
    correlation = report.covariance[0][1] / (errors[0] * errors[1])
    assert correlation == pytest.approx(0.7804, abs=5e-5)


def test_mbg_nbd_reaches_the_likelihood_of_the_exact_summary(fits: Fits) -> None:
    assert fits["MBG/NBD"].report.log_likelihood == pytest.approx(
        -9582.135716, abs=5e-7
    )
    assert fits["MBG/NBD"].parameters == pytest.approx(
        {"r": 0.52484322, "alpha": 6.18308583, "a": 0.89135936, "b": 1.61400202},
        rel=2e-6,
    )


def test_bg_nbd_of_rounded_parameters_gives_what_pymc_marketing_prints() -> None:
    model = clv.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    assert model.expected_purchases_new_customer([1, 3, 6]) == pytest.approx(
        [0.05326789117, 0.15086523089, 0.28075589358], rel=2e-10
    )


@pytest.mark.parametrize(
    ("name", "alive", "expected"),
    [
        (
            "BG/NBD",
            [0.6250537962, 0.7496377350, 0.5174512732],
            [0.2772885955, 0.1310826125, 0.6628049894],
        ),
        (
            "MBG/NBD",
            [0.5973441682, 0.7409689014, 0.5056432601],
            [0.2754541264, 0.1518417647, 0.6365069694],
        ),
        (
            "Pareto/NBD",
            [0.7210996262, 0.9910264880, 0.6509382062],
            [0.3064301525, 0.1873192688, 0.7491694606],
        ),
    ],
)
def test_three_customers_of_the_quickstart(
    fits: Fits, name: str, alive: list[float], expected: list[float]
) -> None:
    # From posterior modes of PyMC-Marketing, within 3e-4 of maximum likelihood.
    model = fits[name]
    assert model.probability_alive(*QUICKSTART) == pytest.approx(alive, rel=3e-4)
    assert model.expected_purchases(*QUICKSTART, horizon=6) == pytest.approx(
        expected, rel=4e-4
    )


def test_a_buyer_of_two_is_expected_to_buy_what_lifetimes_says(fits: Fits) -> None:
    found = fits["BG/NBD"].expected_purchases([2], [30.43], [38.86], horizon=39)
    assert found == pytest.approx([1.226], abs=5e-4)


def test_mixing_distributions_have_the_published_means(fits: Fits) -> None:
    # At age 0 nothing is known: a posterior mean is that of the population.
    nobody = (0, 0, 0)
    for name, purchase, dropout in [
        ("BG/NBD", 0.055, 0.2463),
        ("Pareto/NBD", 0.0523, 0.0520),
    ]:
        model = fits[name]
        assert model.posterior_mean_rate(*nobody) == pytest.approx(purchase, abs=5e-5)
        assert model.posterior_mean_dropout(*nobody) == pytest.approx(dropout, abs=5e-5)


@pytest.mark.parametrize(
    ("name", "published", "within"),
    [
        (
            "BG/NBD",
            [
                0.2250893,
                0.5231364,
                1.044126,
                1.520256,
                2.163824,
                2.653789,
                3.503957,
                6.157036,
            ],
            (3e-5, 0.0),
        ),
        (
            "Pareto/NBD",
            [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403],
            (0.0, 1e-3),
        ),
    ],
)
def test_the_holdout_is_expected_by_frequency_as_published(
    cdnow: pd.DataFrame,
    fits: Fits,
    name: str,
    published: list[float],
    within: tuple[float, float],
) -> None:
    x, t_x, T = _history(cdnow)
    expected = fits[name].expected_purchases(x, t_x, T, horizon=39)
    bins = np.minimum(x, 7)
    means = [expected[bins == count].mean() for count in range(8)]
    np.testing.assert_allclose(means, published, rtol=within[0], atol=within[1])


def test_the_holdout_came_by_frequency_as_published() -> None:
    customers: pd.DataFrame = ck.calibration_holdout_summary(
        load_cdnow_sample(),
        calibration_period_end="1997-09-30",
        observation_period_end="1998-06-30",
        time_unit="week",
    )
    bins = np.minimum(customers["frequency"], 7)
    came = customers["holdout_frequency"].groupby(bins).agg(["size", "mean"])
    assert came["size"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert came["mean"].tolist() == pytest.approx(
        [
            0.2367116,
            0.6970387,
            1.392523,
            1.56,
            2.532258,
            2.947368,
            3.862069,
            6.359375,
        ],
        rel=5e-7,
    )


@pytest.mark.parametrize(
    ("name", "published", "within"),
    [
        (
            "BG/NBD",
            [1312.458, 1387.346, 1460.392, 1531.713, 1601.418, 1669.6],
            3e-6,
        ),
        (
            "Pareto/NBD",
            [1308.856, 1385.275, 1459.923, 1532.906, 1604.32, 1674.253],
            5e-5,
        ),
    ],
)
def test_cumulative_purchases_are_tracked_as_published(
    cdnow: pd.DataFrame, fits: Fits, name: str, published: list[float], within: float
) -> None:
    # A customer born at b has E[X(t - b)] repeat purchases by week t.
    born = cdnow["T"].max() - cdnow["T"].to_numpy(float)
    by_week = [
        fits[name].expected_purchases_new_customer((t - born)[born < t]).sum()
        for t in (19, *WEEKS)
    ]
    assert by_week[1:] == pytest.approx(published, rel=within)
    if name == "BG/NBD":
        weekly = [76.86531, 74.88843, 73.04554, 71.32166, 69.70412, 68.18213]
        assert np.diff(by_week) == pytest.approx(weekly, rel=5e-6)


def test_spend_of_the_first_customers_is_the_published_one(
    cdnow: pd.DataFrame,
) -> None:
    # lifetimes, for the first ten of CDNOW: 35.17 is the mean of a population it
    # knows to two decimals only, 35.22 the one of these parameters.
    model = clv.GammaGamma(p=6.25, q=3.74, v=15.44)
    first = cdnow.head(10)
    spend = model.expected_spend(first["frequency"], first["monetary_value"])
    published = [24.65, 35.17, 18.91, 35.17, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17]
    assert spend == pytest.approx(published, abs=0.06)
    assert spend[[0, 2, 7, 8]] == pytest.approx([24.65, 18.91, 71.46, 18.91], abs=0.012)


def test_donors_are_tracked_by_frequency_as_published() -> None:
    donors: pd.DataFrame = load_donations()
    model = clv.BgBb(alpha=1.203528, beta=0.7497260, gamma=0.6567808, delta=2.783796)
    expected = model.expected_purchases(*_history(donors), horizon=5)
    totals = (donors["weight"] * expected).groupby(donors["frequency"]).sum()
    people = donors["weight"].groupby(donors["frequency"]).sum()
    assert (totals / people).tolist() == pytest.approx(
        [0.07286318, 0.3248841, 0.7089417, 1.333666, 2.031203, 2.784482, 3.752500],
        rel=2e-6,
    )


def test_donors_give_and_leave_with_the_published_means() -> None:
    model = clv.BgBb(alpha=1.203528, beta=0.7497260, gamma=0.6567808, delta=2.783796)
    assert model.posterior_mean_rate(0, 0, 0) == pytest.approx(0.6162, abs=5e-5)
    assert model.posterior_mean_dropout(0, 0, 0) == pytest.approx(0.1909, abs=5e-5)


def test_value_at_one_a_purchase_is_what_lifetimes_prints() -> None:
    # A month of 30 days, no discount, the first five customers of its example log.
    log = pd.read_csv(
        data_file(
            "lifetimes", "datasets", "example_transactions.csv", package="lifetimes"
        ),
        parse_dates=["date"],
    )
    customers: pd.DataFrame = ck.rfm_summary(
        log.assign(amount=1.0),
        observation_period_end=log["date"].max(),
        customer_id_col="id",
    )
    model = clv.fit_bg_nbd(customers)
    first = customers.head(5)
    found = model.discounted_expected_purchases(
        *_history(first), horizon=30, discount_rate=0
    )
    published = [0.016053, 0.021171, 0.030461, 0.031686, 0.001607]
    assert found == pytest.approx(published, abs=5e-7)
