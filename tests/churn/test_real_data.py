"""Churn on real logs, and the truth of a simulation found again."""

from typing import Any

import numpy as np
import pytest

import crmkit as ck
from crmkit.churn import (
    churn_backtest,
    churn_metrics,
    fit_shifted_beta_geometric_spells,
    gain_curve,
    with_churn_risk,
)
from crmkit.datasets import simulate_subscriptions
from crmkit.snapshots import make_snapshots


def _learner() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))


def test_churn_of_cdnow_is_foreseen_better_than_by_plain_rules() -> None:
    snapshots = make_snapshots(
        ck.datasets.load_cdnow_sample(),
        cutoffs=["1997-07-01", "1997-10-01", "1998-01-01", "1998-04-01"],
        horizon=90,
        observation_period_end="1998-06-30",
    )
    assert len(snapshots) == 4 * 2357
    judged: Any = churn_backtest(snapshots, estimator=_learner())
    mean = judged.groupby("model")[["auc", "brier_score"]].mean()
    assert mean.loc["classifier", "auc"] > 0.78
    assert mean.loc["classifier", "brier_score"] < mean.loc["base rate", "brier_score"]


def test_a_purchase_model_foretells_the_silence_of_cdnow() -> None:
    log = ck.datasets.load_cdnow_sample()
    customers = ck.rfm_summary(
        log, observation_period_end="1997-09-30", time_unit="week"
    )
    model = ck.clv.fit_bg_nbd(customers)
    risky = with_churn_risk(customers, purchases=model, horizon=39)
    later = log[log["date"] > "1997-09-30"]["customer_id"].unique()
    judged = risky.assign(churned=~risky["customer_id"].isin(later))
    quality = churn_metrics(judged)
    assert quality.auc > 0.75
    assert judged["churn_risk"].mean() == pytest.approx(
        judged["churned"].mean(), abs=0.03
    )
    lift = gain_curve(judged, points=5)["lift"].tolist()
    assert min(lift[:3]) > max(lift[3:])


def test_churn_of_the_complete_journey_households() -> None:
    journey = ck.datasets.load_complete_journey(backend="polars")
    import polars as pl

    paid = pl.col("paid_amount").alias("amount")
    days = journey.lines.select("customer_id", "date", paid)
    snapshots = make_snapshots(
        days,
        cutoffs=["2017-05-01", "2017-07-01", "2017-09-01", "2017-11-01"],
        horizon=28,
        active_within=60,
        observation_period_end="2017-12-31",
    )
    rates = snapshots.group_by("cutoff").agg(pl.col("churned").mean())
    assert rates["churned"].is_between(0.02, 0.4).all()
    judged: Any = churn_backtest(snapshots, estimator=_learner())
    best = judged.filter(pl.col("model") == "classifier")["auc"].mean()
    assert isinstance(best, float)
    assert best > 0.75


def test_the_truth_of_simulated_contracts_is_found_again() -> None:
    rng = np.random.default_rng(9)
    spells = simulate_subscriptions(customers=20_000, a=0.8, b=2.5, renewals=8, rng=rng)
    fit = fit_shifted_beta_geometric_spells(spells)
    assert fit.report is not None
    errors = fit.report.standard_errors
    assert errors is not None
    assert abs(fit.a - 0.8) < 4 * errors["a"]
    assert abs(fit.b - 2.5) < 4 * errors["b"]
    again = simulate_subscriptions(
        customers=20_000, a=0.8, b=2.5, renewals=8, rng=np.random.default_rng(9)
    )
    assert again.equals(spells)


def test_the_same_contracts_in_every_library() -> None:
    import polars as pl
    import pyarrow as pa

    ask: dict[str, Any] = {"customers": 50, "a": 1.0, "b": 3.0, "renewals": 4}
    rngs = [np.random.default_rng(3) for _ in range(3)]
    one = simulate_subscriptions(**ask, rng=rngs[0])
    two = simulate_subscriptions(**ask, rng=rngs[1], backend="polars")
    three = simulate_subscriptions(**ask, rng=rngs[2], backend="pyarrow")
    assert isinstance(two, pl.DataFrame)
    assert isinstance(three, pa.Table)
    assert one["duration"].tolist() == two["duration"].to_list()
    assert three["duration"].to_pylist() == two["duration"].to_list()
