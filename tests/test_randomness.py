"""A seed where a generator is wanted is one clear sentence, in every function."""

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from crmkit import campaigns, churn, clv, datasets, errors, satisfaction, segments

ROOMS: tuple[ModuleType, ...] = (
    campaigns,
    churn,
    clv,
    datasets,
    satisfaction,
    segments,
)

BG_NBD = clv.BgNbd(r=0.25, alpha=4.5, a=0.8, b=2.5)
SPEND = clv.GammaGamma(p=6.0, q=4.0, v=15.0)
BASE = pd.DataFrame(
    {
        "customer_id": [1, 2, 3],
        "clv": [60.0, 30.0, 10.0],
        "revenue": [6.0, 3.0, 1.0],
        "profit": [3.0, 2.0, -1.0],
        "frequency": [2, 0, 1],
        "recency": [5.0, 0.0, 3.0],
        "T": [9.0, 8.0, 7.0],
        "monetary_value": [10.0, 0.0, 12.0],
    }
)
LOG = pd.DataFrame(
    {
        "customer_id": [1, 2],
        "date": pd.to_datetime(["2024-01-05", "2024-02-20"]),
        "amount": [1.0, 2.0],
    }
)
AHEAD: dict[str, Any] = {"horizon": 4, "discount_rate": 0.001}


def _times(model: Any) -> Callable[[Any], object]:
    return lambda rng: model.sample_purchase_times(
        [1], [2.0], [5.0], horizon=4, rng=rng
    )


def _components(rng: Any) -> object:
    ledger = datasets.simulate_company(customers=30, rng=np.random.default_rng(1))
    return clv.expected_component_draws(
        ledger,
        models=(BG_NBD, SPEND),
        n_draws=2,
        references=clv.fit_references(ledger, as_of="2023-12-31"),
        as_of="2023-12-31",
        time_unit="week",
        rng=rng,
        **AHEAD,
    )


def _backtest_of_parts(rng: Any) -> object:
    ledger = datasets.simulate_company(customers=30, rng=np.random.default_rng(1))
    return clv.backtest_components(
        ledger,
        purchases=lambda _: BG_NBD,
        spend=lambda _: SPEND,
        cutoffs=["2023-06-30"],
        horizon_days=28,
        rng=rng,
    )


def _statement(rng: Any) -> object:
    ledger = datasets.simulate_company(customers=9, rng=np.random.default_rng(1))
    return clv.value_statement(
        ledger,
        as_of="2023-12-31",
        time_unit="week",
        rng=rng,
        n_draws=2,
        **AHEAD,
    )


JUDGED = BASE.assign(
    churn_risk=[0.2, 0.7, 0.4],
    churned=[0, 1, 0],
    clv_if_active=[60.0, 30.0, 10.0],
    uplift=[0.3, 0.1, 0.2],
    treated=[1, 0, 1],
    retained=[1, 0, 0],
)
OFFER = campaigns.RetentionOffer(accept_rate=0.3, incentive=10, contact_cost=1)


def _importance(rng: Any) -> object:
    seen = pd.DataFrame({"inactivity": np.arange(40) % 7, "churned": np.arange(40) % 2})
    fitted = churn.fit_churn_classifier(
        seen, feature_cols=["inactivity"], estimator=LogisticRegression(), fold_col=None
    )
    return fitted.importance(seen, rng=rng)


CALLS: dict[str, Callable[[Any], object]] = {
    "ChurnClassifier.importance": _importance,
    "expected_maximum_profit": lambda rng: campaigns.expected_maximum_profit(
        JUDGED, rng=rng
    ),
    "held_out_profit": lambda rng: campaigns.held_out_profit(
        JUDGED, planned_on=JUDGED, offer=OFFER, rng=rng
    ),
    "maximum_profit": lambda rng: campaigns.maximum_profit(
        JUDGED, offer=OFFER, clv=200, rng=rng
    ),
    "maximum_uplift_profit": lambda rng: campaigns.maximum_uplift_profit(
        JUDGED, clv=200, incentive=10, contact_cost=1, rng=rng
    ),
    "qini": lambda rng: campaigns.qini(JUDGED, rng=rng),
    "BgBb.sample_purchase_times": lambda rng: clv.BgBb(
        alpha=1.2, beta=0.8, gamma=0.7, delta=2.8
    ).sample_purchase_times([1], [2], [5], horizon=4, rng=rng),
    "BgNbd.sample_purchase_times": _times(BG_NBD),
    "MbgCnbdK.sample_purchase_times": _times(
        clv.MbgCnbdK(r=0.5, alpha=2.0, a=0.9, b=1.6, k=3)
    ),
    "MbgNbd.sample_purchase_times": _times(clv.MbgNbd(r=0.5, alpha=6, a=0.9, b=1.6)),
    "Nbd.sample_purchase_times": _times(clv.Nbd(r=0.4, alpha=4.0)),
    "ParetoNbd.sample_purchase_times": _times(
        clv.ParetoNbd(r=0.55, alpha=10.6, s=0.6, beta=11.7)
    ),
    "CredibilitySpend.sample_amounts": lambda rng: clv.CredibilitySpend(
        collective_mean=30.0, within=200.0, between=50.0
    ).sample_amounts([1], [9.0], customer=np.array([0]), rng=rng),
    "ErrorScale.sample": lambda rng: (
        clv.ModelError().at(horizon=1.0).sample(3, rng=rng)
    ),
    "GammaGamma.sample_amounts": lambda rng: SPEND.sample_amounts(
        [1], [9.0], customer=np.array([0]), rng=rng
    ),
    "backtest": lambda rng: clv.backtest(
        LOG,
        models={"BG/NBD": clv.fit_bg_nbd},
        cutoffs=["2024-01-31"],
        horizon_days=14,
        observation_period_end="2024-02-29",
        rng=rng,
    ),
    "forecast": lambda rng: clv.forecast(
        BASE, purchases=BG_NBD, spend=SPEND, rng=rng, **AHEAD
    ),
    "with_clv_interval": lambda rng: clv.with_clv_interval(
        BASE, purchases=BG_NBD, spend=SPEND, rng=rng, **AHEAD
    ),
    "with_purchases_interval": lambda rng: clv.with_purchases_interval(
        BASE, purchases=BG_NBD, horizon=4, rng=rng
    ),
    "backtest_components": _backtest_of_parts,
    "draw_models": lambda rng: clv.draw_models(BG_NBD, n_draws=2, rng=rng),
    "expected_component_draws": _components,
    "value_statement": _statement,
    "simulate_company": lambda rng: datasets.simulate_company(customers=9, rng=rng),
    "simulate_purchases": lambda rng: datasets.simulate_purchases(
        9, purchases=BG_NBD, spend=SPEND, T=9.0, rng=rng
    ),
    "simulate_subscriptions": lambda rng: datasets.simulate_subscriptions(
        customers=9, a=1.0, b=3.0, renewals=4, rng=rng
    ),
    "simulate_survey": lambda rng: datasets.simulate_survey(n_customers=9, rng=rng),
    "fit_driver_weights": lambda rng: satisfaction.fit_driver_weights(
        BASE, driver_cols=["clv"], outcome_col="profit", rng=rng
    ),
    "concentration_table": lambda rng: segments.concentration_table(
        BASE, n_groups=2, rng=rng
    ),
    "fit_clusters": lambda rng: segments.fit_clusters(
        pd.DataFrame({"clv": np.arange(12.0)}),
        value_cols=["clv"],
        n_clusters=(2,),
        rng=rng,
    ),
    "gini": lambda rng: segments.gini(BASE, rng=rng),
    "pareto_curve": lambda rng: segments.pareto_curve(BASE, rng=rng),
    "pareto_point": lambda rng: segments.pareto_point(BASE, rng=rng),
    "whale_curve": lambda rng: segments.whale_curve(BASE, rng=rng),
    "whale_peak": lambda rng: segments.whale_peak(BASE, rng=rng),
}


def _takes_rng(value: object) -> bool:
    return inspect.isfunction(value) and "rng" in inspect.signature(value).parameters


def _public() -> Iterator[str]:
    for room in ROOMS:
        for name in room.__all__:
            value = getattr(room, name)
            if _takes_rng(value):
                yield name
            # A protocol asks for a method; it has none of its own.
            elif inspect.isclass(value) and not getattr(value, "_is_protocol", False):
                for method, function in inspect.getmembers(value, inspect.isfunction):
                    if not method.startswith("_") and _takes_rng(function):
                        yield f"{name}.{method}"


def test_every_function_that_draws_is_in_the_table() -> None:
    assert set(CALLS) == set(_public())


@pytest.mark.parametrize("seed", [42, np.random.RandomState(42)])
@pytest.mark.parametrize("name", CALLS)
def test_a_seed_is_no_generator(name: str, seed: object) -> None:
    sentence = r"argument 'rng': expected a numpy\.random\.Generator, got "
    with pytest.raises(errors.InvalidTypeError, match=sentence) as refused:
        CALLS[name](seed)
    assert "Pass numpy.random.default_rng(seed)" in str(refused.value)


# These need models fitted to more than a handful of customers.
FITTING = {"backtest", "draw_models", "value_statement"}


@pytest.mark.parametrize("name", sorted(set(CALLS) - FITTING))
def test_a_generator_is_welcome(name: str) -> None:
    CALLS[name](np.random.default_rng(42))
