"""What is left out of a result that is built by hand counts as nothing."""

from typing import Any

import pytest

from crmkit.clv import (
    BgNbd,
    CovariateEffect,
    CredibilitySpend,
    ErrorScale,
    ModelError,
    ModelGap,
    PartModelError,
    PartScore,
    PastError,
    PurchaseCovariates,
    References,
    ReferralOutlook,
    SpendCovariates,
    TimeVaryingCovariates,
)
from crmkit.fits import FitReport
from crmkit.ledger.book import LeftOut


def test_a_part_without_draws_missed_by_all_of_its_error() -> None:
    score = PartScore(
        cutoff="2023-06-30",
        lead_days=91,
        part="clv2",
        n_customers=2,
        predicted=1.0,
        came=1.5,
        past_share=0.8,
        total=3.0,
        size=1.0,
    )
    error = PartModelError(errors=(score,), default_scale=0.1, default_weight=4.0)
    squared = (4 * 0.1**2 + 0.5**2) / 5
    found = error.at(part="clv2", lead_days=91).scale
    assert found == pytest.approx(squared**0.5, rel=1e-12, abs=0)


@pytest.mark.parametrize("total", ["purchases", "value"])
def test_a_past_error_without_its_chance_is_all_of_the_model(total: Any) -> None:
    past = PastError(
        cutoff="2024-03-31", lead_days=91, horizon=13.0, purchases=0.2, value=0.3
    )
    error = ModelError(errors=(past,), default_scale=0.1, default_weight=4.0)
    missed = {"purchases": 0.2, "value": 0.3}[total]
    squared = (4 * 0.1**2 + missed**2) / 5
    found = error.at(horizon=13.0, total=total)
    assert found.scale == pytest.approx(squared**0.5, rel=1e-12, abs=0)
    assert found.unseen == 0
    assert error.n_skipped == 0


def test_a_line_without_a_slope_is_the_same_at_every_frequency() -> None:
    model = CredibilitySpend(collective_mean=30.0, within=200.0, between=50.0)
    assert model.expected_spend([0, 4], [0.0, 50.0]).tolist() == [30.0, 40.0]


def test_a_number_that_is_left_out_is_0() -> None:
    effect = CovariateEffect(
        covariate="web",
        on="purchase rate",
        estimate=0.5,
        standard_error=0.1,
        shrunk=0.5,
    )
    four = (0.5, 6.0, 0.8, 2.5)
    of_spend = CovariateEffect(
        covariate="web", on="spend", estimate=0.5, standard_error=0.1, shrunk=0.5
    )
    models: list[Any] = [
        PurchaseCovariates(family="bg_nbd", baseline=four, effects=(effect,)),
        TimeVaryingCovariates(baseline=four, effects=(effect,)),
        SpendCovariates(baseline=(6.0, 4.0, 15.0), effects=(of_spend,)),
    ]
    assert [model.penalty for model in models] == [0, 0, 0]
    scale = ErrorScale(scale=0.1, degrees_of_freedom=4.0, n_cutoffs=0, n_windows=0)
    assert scale.unseen == 0
    assert ModelGap(model="nbd").n_cutoffs_lost == 0
    left_out = LeftOut()
    assert (left_out.count, left_out.amount) == (0, 0)
    outlook = ReferralOutlook(
        overall_rate=0.1,
        share=0.5,
        referee_value=20.0,
        acquisition_cost=3.0,
        reward=1.0,
    )
    assert outlook.referee_value_error == 0


def test_references_without_a_weight_of_the_parent_have_none() -> None:
    found = References(
        periods=("2024-01-01",),
        categories=("tea",),
        discount_depth=((0.1,),),
        overall_depth=(0.1,),
        service_cost=(1.0,),
        acquisition_cost=(2.0,),
        from_itself=(True,),
        basis="new",
    )
    assert found.parent_weight == 0


def test_a_report_without_a_penalty_names_none() -> None:
    report = FitReport(
        names=("r", "alpha"),
        estimates=(0.5, 6.0),
        converged=True,
        iterations=3,
        gradient_norm=0.0,
        message="",
        log_likelihood=-10.0,
        n_customers=4.0,
        n_cells=4,
    )
    assert report.penalty == 0
    assert "penalty" not in str(report)
    assert "penalty" not in str(BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5))
