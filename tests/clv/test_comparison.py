"""Models side by side, and the assumption behind the spend model."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.errors import InvalidTypeError, InvalidValueError, NotEnoughDataError


@pytest.fixture(scope="module")
def comparison(cdnow: pd.DataFrame) -> clv.ModelComparison:
    return clv.compare_models(
        cdnow,
        models={
            "NBD": clv.fit_nbd(cdnow),
            "BG/NBD": clv.fit_bg_nbd(cdnow),
            "Pareto/NBD": clv.fit_pareto_nbd(cdnow),
        },
    )


def test_the_best_model_comes_first(comparison: clv.ModelComparison) -> None:
    assert [s.name for s in comparison.scores] == ["BG/NBD", "Pareto/NBD", "NBD"]
    best = comparison.scores[0]
    assert best.log_likelihood == pytest.approx(-9582.4292067, abs=1e-6)
    assert best.aic == pytest.approx(2 * 4 + 2 * 9582.4292067, abs=2e-6)
    assert best.bic == pytest.approx(best.aic - 8 + 4 * np.log(2357), rel=1e-12)
    assert sum(comparison.weights.values()) == pytest.approx(1, rel=1e-12)


def test_a_smaller_model_is_tested_within_a_larger(
    comparison: clv.ModelComparison,
) -> None:
    ratio = comparison.likelihood_ratio("NBD", "Pareto/NBD")
    assert ratio.degrees_of_freedom == 2
    assert ratio.statistic == pytest.approx(2 * (9763.6576 - 9594.9762), abs=1e-3)
    # Chi-squared with 2 degrees of freedom has the tail exp(-x / 2).
    assert ratio.p_value == pytest.approx(np.exp(-ratio.statistic / 2), rel=1e-9)


def test_a_test_the_wrong_way_round_is_refused(
    comparison: clv.ModelComparison,
) -> None:
    with pytest.raises(InvalidValueError, match="larger"):
        comparison.likelihood_ratio("BG/NBD", "NBD")
    with pytest.raises(InvalidValueError, match="GGompertz"):
        comparison.likelihood_ratio("NBD", "GGompertz")


def test_weights_repeat_customers(cdnow: pd.DataFrame) -> None:
    model = clv.Nbd(r=0.385, alpha=12.07)
    once = clv.compare_models(cdnow, models={"NBD": model})
    twice = clv.compare_models(
        cdnow.assign(w=2.0), models={"NBD": model}, weight_col="w"
    )
    assert twice.n_customers == 2 * once.n_customers
    assert twice.scores[0].log_likelihood == pytest.approx(
        2 * once.scores[0].log_likelihood, rel=1e-12
    )


def test_a_comparison_comes_back_from_json(comparison: clv.ModelComparison) -> None:
    assert clv.ModelComparison.from_dict(comparison.to_dict()) == comparison


def test_nothing_to_compare_is_refused(cdnow: pd.DataFrame) -> None:
    with pytest.raises(InvalidValueError, match="no model"):
        clv.compare_models(cdnow, models={})


def test_a_probability_is_not_compared_with_a_density() -> None:
    customers = pd.DataFrame({"frequency": [1, 0], "recency": [2, 0], "T": [5, 5]})
    counted = clv.BgBb(alpha=1, beta=1, gamma=1, delta=2)
    with pytest.raises(InvalidValueError, match=r"BG/BB model 'b' beside models"):
        clv.compare_models(customers, models={"a": clv.Nbd(r=1, alpha=9), "b": counted})
    both = clv.compare_models(customers, models={"b": counted, "c": counted})
    assert both.weights == {"b": 0.5, "c": 0.5}


@pytest.mark.parametrize(
    "models", [[clv.Nbd(r=1, alpha=9)], None, {"a": None}, {"a": clv.fit_nbd}]
)
def test_what_is_no_model_is_refused(cdnow: pd.DataFrame, models: Any) -> None:
    with pytest.raises(InvalidTypeError, match="model"):
        clv.compare_models(cdnow, models=models)


def test_nobody_to_compare_models_by_is_refused(cdnow: pd.DataFrame) -> None:
    with pytest.raises(NotEnoughDataError, match="customers to compare models by"):
        clv.compare_models(cdnow.head(0), models={"NBD": clv.Nbd(r=1, alpha=9)})


def test_cdnow_spend_goes_with_frequency_as_published(cdnow: pd.DataFrame) -> None:
    # Fader, Hardie and Lee (2005), RFM and CLV: the correlation is .11 (946 customers).
    found = clv.spend_independence(cdnow)
    assert found.n_customers == 946
    assert found.correlation == pytest.approx(0.11, abs=0.005)
    from scipy.stats import spearmanr

    repeat = cdnow[cdnow["frequency"] > 0]
    rank, p_value = spearmanr(repeat["frequency"], repeat["monetary_value"])
    assert found.rank_correlation == pytest.approx(rank, rel=1e-12)
    assert found.p_value == pytest.approx(p_value, rel=1e-9)
    assert clv.SpendIndependence.from_dict(found.to_dict()) == found


@pytest.mark.parametrize("rows", [{"frequency": [1, 0], "monetary_value": [3.0, 0.0]}])
def test_too_few_to_correlate_are_refused(rows: dict[str, list[float]]) -> None:
    with pytest.raises(NotEnoughDataError, match="3 customers"):
        clv.spend_independence(pd.DataFrame(rows))
