"""Real contracts: the curve, the models and the money beside independent references."""

from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from crmkit.campaigns import (
    RetentionOffer,
    UncertainOffer,
    expected_maximum_profit,
    held_out_profit,
)
from crmkit.churn import (
    churn_metrics,
    fit_beta_discrete_weibull_spells,
    fit_churn_classifier,
    fit_discrete_hazard,
    fit_kaplan_meier,
    fit_shifted_beta_geometric_spells,
    log_rank,
    person_periods,
    survival_metrics,
    with_remaining_life,
    with_remaining_value,
)
from crmkit.datasets import load_telco
from crmkit.errors import IdentifiabilityWarning

COVARIATES = ["monthly", "fibre", "support", "partner"]


@pytest.fixture(scope="module")
def telco() -> Any:
    """The customers who were billed, with a fold that splits them at random."""
    table = load_telco()
    table = table[table["duration"] > 0].reset_index(drop=True)
    fold = np.random.default_rng(8).choice(
        ["train", "calibrate", "test"], len(table), p=[0.5, 0.25, 0.25]
    )
    return table.assign(
        monthly=table["contract"] == "Month-to-month",
        fibre=table["internet_service"] == "Fiber optic",
        support=table["tech_support"] == "Yes",
        tenure=table["duration"],
        churned=table["event_observed"],
        fold=fold,
    )


def _censored(rows: Any) -> Any:
    gone = rows["event_observed"].to_numpy()
    duration = rows["duration"].to_numpy()
    return stats.CensoredData(uncensored=duration[gone], right=duration[~gone])


def test_the_curves_by_contract_are_those_of_scipy(telco: Any) -> None:
    for _, rows in telco.groupby("contract"):
        curve = fit_kaplan_meier(rows)
        theirs = stats.ecdf(_censored(rows)).sf
        found = curve.survival_at(theirs.quantiles)
        np.testing.assert_allclose(found, theirs.probabilities, rtol=1e-12)


def test_the_log_rank_test_is_that_of_scipy(telco: Any) -> None:
    signed = telco[~telco["monthly"]]
    mine = log_rank(signed, by="contract")
    one, two = (_censored(rows) for _, rows in signed.groupby("contract"))
    theirs = stats.logrank(one, two)
    assert mine.statistic == pytest.approx(theirs.statistic**2, rel=1e-12)
    assert mine.p_value == pytest.approx(theirs.pvalue, rel=1e-9, abs=0)
    assert log_rank(telco, by="contract").statistic > 1000


def test_the_contract_models_are_the_best_of_their_kind_and_still_not_good(
    telco: Any,
) -> None:
    rows = telco[telco["monthly"]]
    t, gone = rows["duration"].to_numpy(), rows["event_observed"].to_numpy()
    fit = fit_shifted_beta_geometric_spells(rows)
    assert fit.report is not None

    def log_likelihood(a: float, b: float) -> float:
        lost = special.betaln(a + 1, b + t - 1) - special.betaln(a, b)
        kept = special.betaln(a, b + t) - special.betaln(a, b)
        return float(np.where(gone, lost, kept).sum())

    best = log_likelihood(fit.a, fit.b)
    assert fit.report.log_likelihood == pytest.approx(best, rel=1e-10)
    for a, b in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98), (1.02, 1.02)):
        assert log_likelihood(fit.a * a, fit.b * b) < best
    with pytest.warns(IdentifiabilityWarning, match="hardly differ"):
        bent = fit_beta_discrete_weibull_spells(rows)
    assert bent.report is not None
    assert bent.report.log_likelihood > best + 50
    curve = fit_kaplan_meier(rows).survival_at([60])
    assert curve < bent.survival([60]) < fit.survival([60]) - 0.02
    # Whoever has signed leaves at the end of the term: retention cannot only rise.
    with pytest.warns(IdentifiabilityWarning, match="hardly differ"):
        signed = fit_beta_discrete_weibull_spells(telco[~telco["monthly"]])
    assert signed.c > 2


def test_the_saturated_hazard_is_the_life_table_of_each_contract(telco: Any) -> None:
    rows = telco[telco["monthly"]]
    model = fit_discrete_hazard(person_periods(rows), pooled_from=60)
    curve = fit_kaplan_meier(rows)
    months = np.arange(60.0)
    np.testing.assert_allclose(
        model.survival_table(rows[:1], months)[0], curve.survival_at(months), rtol=1e-7
    )


def test_scikit_learn_finds_the_same_hazard(telco: Any) -> None:
    from sklearn.linear_model import LogisticRegression

    periods = person_periods(telco.sample(1200, random_state=3))
    model = fit_discrete_hazard(
        periods, covariate_cols=COVARIATES, baseline="logarithmic"
    )
    X = np.column_stack([np.log(periods["period"]), periods[COVARIATES].astype(float)])
    other = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    other.fit(X, periods["event"])
    np.testing.assert_allclose(
        model.coefficients, np.append(other.intercept_, other.coef_), rtol=1e-3
    )


def test_covariates_foretell_who_stays_better_than_tenure_alone(telco: Any) -> None:
    learn, judge = telco[telco["fold"] == "train"], telco[telco["fold"] == "test"]
    periods = person_periods(learn)
    scores = []
    for covariates in (COVARIATES, []):
        model = fit_discrete_hazard(
            periods, covariate_cols=covariates, baseline="logarithmic"
        )
        scores.append(
            survival_metrics(
                judge, survival=model, times=[12, 24, 48], learned_from=learn
            )
        )
    assert all(
        ours < blind
        for ours, blind in zip(
            scores[0].brier_score, scores[1].brier_score, strict=True
        )
    )
    assert min(scores[0].auc) > 0.8
    assert scores[1].auc == pytest.approx([0.5] * 3)


def test_the_classifier_is_calibrated_and_its_campaign_pays_on_others(
    telco: Any, rng: np.random.Generator
) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import brier_score_loss, roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = fit_churn_classifier(
        telco,
        estimator=make_pipeline(StandardScaler(), LogisticRegression()),
        feature_cols=["tenure", "monthly_charge", *COVARIATES],
    )
    scored = telco.pipe(classifier.with_churn_risk)
    hazard = fit_discrete_hazard(
        person_periods(telco[telco["fold"] == "train"]),
        covariate_cols=COVARIATES,
        baseline="logarithmic",
    )
    valued = (
        scored.assign(margin=0.4 * scored["monthly_charge"])
        .pipe(with_remaining_value, survival=hazard, horizon=24, discount_rate=0.01)
        .pipe(with_remaining_life, survival=hazard, horizon=24)
    )
    assert valued["remaining_life"].between(0, 24).all()
    judged = valued[valued["fold"] == "test"]
    quality = churn_metrics(judged)
    y, risk = judged["churned"], judged["churn_risk"]
    assert quality.auc == pytest.approx(roc_auc_score(y, risk), rel=1e-12)
    assert quality.brier_score == pytest.approx(brier_score_loss(y, risk), rel=1e-12)
    assert quality.auc > 0.8
    assert quality.calibration_slope == pytest.approx(1, abs=0.3)
    offer = RetentionOffer(accept_rate=0.3, incentive=40, contact_cost=2)
    held = held_out_profit(
        judged,
        planned_on=valued[valued["fold"] == "calibrate"],
        offer=offer,
        rng=rng,
        clv_col="remaining_value",
    )
    assert held.interval().lower > held.profit_of_all
    unsure = expected_maximum_profit(
        judged,
        offer=UncertainOffer(incentive=40, contact_cost=2),
        rng=rng,
        clv_col="remaining_value",
    )
    assert unsure.interval().lower > held.profit_of_all


def test_a_hole_in_a_covariate_is_refused_when_learning_and_when_asking(
    telco: Any,
) -> None:
    from crmkit.errors import InvalidValueError

    rows = telco[["customer_id", "duration", "event_observed", "monthly"]][:200]
    model = fit_discrete_hazard(
        person_periods(rows), covariate_cols=["monthly"], baseline="constant"
    )
    holed = rows.astype({"monthly": "boolean"})
    holed.loc[holed.index[3], "monthly"] = None
    with pytest.raises(InvalidValueError, match="'monthly': missing value"):
        model.survival_table(holed, [1, 2])
    with pytest.raises(InvalidValueError, match="'monthly'"):
        fit_discrete_hazard(
            person_periods(holed), covariate_cols=["monthly"], baseline="constant"
        )
    numbers = rows.assign(monthly=[float("nan"), *[1.0] * 199])
    with pytest.raises(InvalidValueError, match="'monthly': missing value"):
        model.survival_table(numbers, [1, 2])
