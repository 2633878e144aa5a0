"""Fits of spend: what a weight and a penalty mean, and whether customers differ."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from crmkit import clv
from crmkit.clv.models.gamma_gamma import _no_difference, _notes_of
from crmkit.errors import (
    IdentifiabilityWarning,
    InvalidValueError,
    NotEnoughDataError,
)
from crmkit.fits import FitReport
from crmkit.kernels.base.cells import group
from crmkit.typing import FloatArray

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]
# Among them customers who came back once, and mean amounts below 1.
ROWS = pd.DataFrame(
    {
        "frequency": [1.0, 1.0, 2.0, 2.0, 3.0, 5.0, 0.0, 4.0],
        "monetary_value": [0.4, 3.0, 0.7, 2.2, 1.9, 0.9, 7.0, 5.0],
        "w": [3.0, 1.0, 2.0, 1.0, 2.0, 1.0, 4.0, 1.0],
    }
)
REPORT = FitReport(
    names=("p", "q", "v"),
    estimates=(1.5, 4.0, 20.0),
    converged=True,
    iterations=1,
    gradient_norm=0.0,
    message="",
    log_likelihood=-20.0,
    n_customers=40.0,
    n_cells=8,
)


def test_a_weight_is_a_repetition_of_a_mean_amount() -> None:
    weighted = clv.fit_gamma_gamma(ROWS, weight_col="w", penalty=1.0)
    every = ROWS.loc[ROWS.index.repeat(ROWS["w"].astype(int))]
    repeated = clv.fit_gamma_gamma(every, penalty=1.0)
    assert weighted.report is not None
    assert weighted.report.n_customers == 11
    for name, value in repeated.parameters.items():
        assert weighted.parameters[name] == pytest.approx(value, rel=1e-9, abs=0)


def test_a_penalty_pulls_the_logarithms_to_0_0_and_that_of_the_mean_amount() -> None:
    model = clv.fit_gamma_gamma(ROWS, weight_col="w", penalty=2.0)
    back = ROWS[ROWS["frequency"] > 0]
    mean = np.average(back["monetary_value"], weights=back["w"])
    centre = np.array([0.0, 0.0, np.log(mean)])

    def penalised(logs: FloatArray) -> float:
        p, q, v = np.exp(logs).tolist()
        found = clv.GammaGamma(p=p, q=q, v=v).log_likelihood(
            back["frequency"], back["monetary_value"]
        )
        return float(np.sum((logs - centre) ** 2) - found @ back["w"].to_numpy())

    at = np.log(list(model.parameters.values()))
    best = optimize.minimize(penalised, np.zeros(3), tol=1e-12)
    np.testing.assert_allclose(at, best.x, rtol=0, atol=2e-5)


def test_one_mean_for_all_is_as_likely_as_gamma_amounts_say() -> None:
    x, amounts = np.array([1.0, 2.0, 5.0, 3.0]), np.array([20.0, 31.0, 24.0, 27.0])
    spending = group([x, amounts], np.array([2.0, 1.0, 3.0, 1.0]))
    (x, amounts), weights = spending.columns, spending.weights
    mean = float((weights * x) @ amounts / (weights @ x))

    def one_mean(log_p: float) -> float:
        p = float(np.exp(log_p))
        each = stats.gamma.logpdf(amounts, p * x, scale=mean / (p * x))
        return -float(weights @ each)

    best = -optimize.minimize_scalar(one_mean, bounds=(-3.0, 9.0)).fun
    model = clv.GammaGamma(p=20.0, q=200.0, v=250.0)
    for gained in (0.4, 1.7):
        report = replace(REPORT, log_likelihood=best + gained / 2)
        known = stats.chi2.sf(gained, 1) / 2
        found = _no_difference(model, report, spending)
        assert found == pytest.approx(known, rel=1e-3, abs=0)
    worse = replace(REPORT, log_likelihood=best - 0.1)
    assert _no_difference(model, worse, spending) == 1.0


@pytest.mark.parametrize(
    ("q", "tested"), [(7.0, True), (6.9, False), (0.9, False), (21.0, True)]
)
def test_own_means_that_count_for_half_are_plain(q: float, *, tested: bool) -> None:
    # The weight of the mean of x amounts is p x / (p x + q - 1): p x is 6 at the most.
    spending = group([np.array([1.0, 3.0]), np.array([20.0, 30.0])], np.ones(2))
    found = _no_difference(clv.GammaGamma(p=2.0, q=q, v=99.0), REPORT, spending)
    assert (found is not None) is tested


def _said(x: list[float], amounts: list[float], customers: float) -> tuple[str, ...]:
    spending = group([np.array(x), np.array(amounts)], np.ones(len(x)))
    return _notes_of(replace(REPORT, n_customers=customers), spending)


def test_spend_that_goes_with_frequency_is_said_with_its_size_and_chance() -> None:
    x, amounts = [1.0, 2.0, 3.0, 4.0, 5.0], [9.0, 2.0, 8.0, 3.0, 1.0]
    rank = float(stats.spearmanr(x, amounts).statistic)
    chance = stats.t.sf(-rank * np.sqrt(38 / (1 - rank**2)), 38) * 2
    (note,) = _said(x, amounts, 40.0)
    assert note == (
        f"spend falls with frequency (rank correlation {rank:+.2f}, p = {chance:.2g}): "
        "try fit_credibility_spend"
    )
    assert _said(x, amounts[::-1], 40.0)[0].startswith("spend rises with frequency")
    # As far from 0 among 8 customers it may be chance: p is .053, and .036 among 9.
    assert not _said(x, amounts, 8.0)
    assert _said(x, amounts, 9.0)


@pytest.mark.parametrize(
    ("ranks", "hundredths"),
    [
        ([1.0, 4.0, 5.0, 3.0, 2.0], 10),
        ([2.0, 3.0, 5.0, 4.0, 1.0], -10),
        ([1.0, 4.0, 5.0, 2.0, 3.0], 20),
    ],
)
def test_a_rank_correlation_of_a_tenth_is_not_worth_a_word(
    ranks: list[float], hundredths: int
) -> None:
    order = [1.0, 2.0, 3.0, 4.0, 5.0]
    apart = sum((a - b) ** 2 for a, b in zip(order, ranks, strict=True))
    assert 100 - 5 * apart == hundredths
    assert bool(_said(order, ranks, 1e5)) is (hundredths > 10)


def test_two_weighted_customers_do_not_make_a_line_and_a_few_more_do() -> None:
    rows = ROWS.assign(monetary_variance=[0.0, 0.0, 0.2, 0.1, 0.3, 0.1, 0.0, 0.4])
    few = rows.assign(w=2.0 / 7)
    with pytest.raises(NotEnoughDataError, match=r"at least 3 customers .* got 2"):
        clv.fit_credibility_spend(few, weight_col="w")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentifiabilityWarning)
        found = clv.fit_credibility_spend(rows.assign(w=2.5 / 7), weight_col="w")
    assert found.n_customers == pytest.approx(2.5, rel=1e-12, abs=0)


WEB = clv.CovariateEffect(
    covariate="web", on="spend", estimate=0.5, standard_error=0.1, shrunk=0.5
)
SCORERS: list[Any] = [
    clv.GammaGamma(p=6.0, q=4.0, v=15.0),
    clv.SpendCovariates(baseline=(6.0, 4.0, 15.0), effects=(WEB,)),
    clv.CredibilitySpend(collective_mean=30.0, within=200.0, between=50.0),
]


@pytest.mark.parametrize("hole", [None, 0.0])
@pytest.mark.parametrize("model", SCORERS, ids=lambda model: type(model).__name__)
def test_no_model_of_spend_reads_the_amount_of_no_purchase(
    model: Any, hole: float | None, frame: Build, columns_of: Read
) -> None:
    rows: dict[str, list[Any]] = {
        "frequency": [1, 0, 2, 3],
        "monetary_value": [22.0, hole, 0.5, 40.0],
        "web": [0, 1, 1, 0],
    }
    scored = columns_of(model.with_expected_spend(frame(rows)))
    assert list(scored) == [*rows, "expected_spend"]
    found = dict(zip(scored["frequency"], scored["expected_spend"], strict=True))
    for x, amount, web in zip(*rows.values(), strict=True):
        # Of all customers 6 * 15 / (4 - 1) and 30 are the mean amount.
        plain = model.model_for({"web": web}) if hasattr(model, "model_for") else model
        known = float(plain.expected_spend(x, amount or 0.0))
        assert found[x] == pytest.approx(known, rel=1e-13, abs=0)
        if x == 0 and plain is model:
            assert known == pytest.approx(30.0, rel=1e-13, abs=0)
    broken = {**rows, "monetary_value": [None, hole, 0.5, 40.0]}
    with pytest.raises(InvalidValueError, match=r"'monetary_value': missing .*in 1 of"):
        columns_of(model.with_expected_spend(frame(broken)))
