"""Models side by side, and the assumption behind the spend model."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.errors import (
    InvalidTypeError,
    InvalidValueError,
    MissingColumnError,
    NotEnoughDataError,
)


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
    assert ratio.p_value == pytest.approx(np.exp(-ratio.statistic / 2), rel=1e-9, abs=0)


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
    with pytest.raises(InvalidValueError, match="an empty mapping"):
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


# Three customers, watched for unequal spans after T; the third stands for two.
SPLIT = pd.DataFrame(
    {
        "frequency": [2, 0, 5],
        "recency": [4.0, 0.0, 9.0],
        "T": [10.0, 8.0, 10.0],
        "later": [1, 0, 3],
        "watched": [6.0, 2.0, 6.0],
        "w": [1.0, 1.0, 2.0],
    }
)
NAMES: dict[str, Any] = {"holdout_frequency_col": "later", "holdout_T_col": "watched"}


def test_the_holdout_error_of_an_nbd_is_that_by_hand() -> None:
    from scipy.stats import nbinom

    found = clv.compare_models(
        SPLIT, models={"NBD": clv.Nbd(r=2.0, alpha=10.0)}, weight_col="w", **NAMES
    )
    error = found.scores[0].holdout
    assert error is not None
    # (r + x) / (alpha + T) * span: 4/20*6, 2/18*2 and 7/20*6.
    expected = [1.2, 2 / 9, 2.1]
    assert error.predicted == pytest.approx(1.2 + 2 / 9 + 4.2, rel=1e-14)
    assert error.actual == 7
    assert error.bias == pytest.approx((1.2 + 2 / 9 + 4.2) / 7 - 1, rel=1e-13)
    off = [abs(e - came) for e, came in zip(expected, (1, 0, 3), strict=True)]
    assert error.mean_absolute_error == pytest.approx(
        (off[0] + off[1] + 2 * off[2]) / 4, rel=1e-14
    )
    logs = [
        nbinom.logpmf(1, 4, 20 / 26),
        nbinom.logpmf(0, 2, 18 / 20),
        nbinom.logpmf(3, 7, 20 / 26),
    ]
    assert error.log_score == pytest.approx(
        (logs[0] + logs[1] + 2 * logs[2]) / 4, rel=1e-12
    )


@pytest.mark.parametrize(
    "model",
    [
        clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5),
        clv.MbgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5),
        clv.ParetoNbd(r=0.5, alpha=6.0, s=0.6, beta=12.0),
        clv.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78),
    ],
)
def test_the_holdout_error_is_that_of_each_customer(model: Any) -> None:
    rows = SPLIT.assign(recency=[4.0, 0.0, 9.0])
    found = clv.compare_models(rows, models={"it": model}, weight_col="w", **NAMES)
    error = found.scores[0].holdout
    assert error is not None
    off, total, chance = 0.0, 0.0, 0.0
    for row in rows.to_dict("records"):
        history = (row["frequency"], row["recency"], row["T"])
        expected = float(model.expected_purchases(*history, horizon=row["watched"]))
        p = model.probability_of_n_purchases(
            *history, n=row["later"], horizon=row["watched"]
        )
        off += row["w"] * abs(expected - row["later"])
        total += row["w"] * expected
        chance += row["w"] * float(np.log(p))
    assert error.predicted == pytest.approx(total, rel=1e-13)
    assert error.mean_absolute_error == pytest.approx(off / 4, rel=1e-13)
    assert error.log_score == pytest.approx(chance / 4, rel=1e-13)


def test_a_holdout_adds_to_a_comparison_and_changes_nothing_of_it(
    frame: Callable[[Any], Any],
) -> None:
    models = {"NBD": clv.Nbd(r=2.0, alpha=10.0)}
    rows = frame(SPLIT.drop(columns="w").to_dict("list"))
    without = clv.compare_models(rows, models=models)
    later = clv.compare_models(rows, models=models, **NAMES)
    assert without.scores[0].holdout is None
    assert "log score" not in str(without)
    assert later.scores[0].log_likelihood == pytest.approx(
        without.scores[0].log_likelihood, rel=1e-14
    )
    error = later.scores[0].holdout
    assert error is not None
    assert error.actual == 4
    assert "log score" in str(later)
    assert clv.ModelComparison.from_dict(later.to_dict()) == later


def test_nobody_who_buys_has_no_relative_bias() -> None:
    model = {"NBD": clv.Nbd(r=2.0, alpha=10.0)}
    found = clv.compare_models(SPLIT.assign(later=0), models=model, **NAMES)
    error = found.scores[0].holdout
    assert error is not None
    assert error.bias is None
    assert "n/a" in str(found)


def test_what_a_model_holds_impossible_has_no_log_score() -> None:
    certain = clv.Nbd(r=1e9, alpha=1e9)
    rows = SPLIT.assign(later=[5000, 0, 0])
    found = clv.compare_models(rows, models={"NBD": certain}, **NAMES)
    error = found.scores[0].holdout
    assert error is not None
    assert error.log_score is None


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ({"later": [1.5, 0, 3]}, "column 'later': impossible value"),
        ({"later": [-1, 0, 3]}, "column 'later': negative value"),
        ({"later": [None, 0, 3]}, "column 'later': missing value"),
        ({"watched": [-6.0, 2, 6]}, "column 'watched': negative value"),
        ({"watched": [0.0, 2, 6]}, "Nothing is bought in no time"),
        ({"watched": [np.inf, 2, 6]}, "column 'watched': infinite value"),
    ],
)
def test_a_broken_holdout_is_refused(broken: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidValueError, match=sentence):
        clv.compare_models(
            SPLIT.assign(**broken), models={"n": clv.Nbd(r=2, alpha=10)}, **NAMES
        )


def test_a_likelihood_ratio_is_said_in_a_sentence() -> None:
    ratio = clv.LikelihoodRatio(statistic=1362.46, degrees_of_freedom=2, p_value=3e-9)
    assert str(ratio) == "likelihood ratio 1,362.46 on 2 degrees of freedom, p = 3e-09"


def test_a_holdout_that_is_not_there_is_refused() -> None:
    with pytest.raises(MissingColumnError, match="holdout_T"):
        clv.compare_models(
            SPLIT,
            models={"n": clv.Nbd(r=2, alpha=10)},
            holdout_frequency_col="later",
        )


def test_cdnow_spend_goes_with_frequency_as_published(cdnow: pd.DataFrame) -> None:
    # Fader, Hardie and Lee (2005), RFM and CLV: the correlation is .11 (946 customers).
    found = clv.spend_independence(cdnow)
    assert found.n_customers == 946
    assert found.correlation == pytest.approx(0.11, abs=0.005)
    from scipy.stats import spearmanr

    repeat = cdnow[cdnow["frequency"] > 0]
    rank, p_value = spearmanr(repeat["frequency"], repeat["monetary_value"])
    assert found.rank_correlation == pytest.approx(rank, rel=1e-12)
    assert found.p_value == pytest.approx(p_value, rel=1e-9, abs=0)
    assert clv.SpendIndependence.from_dict(found.to_dict()) == found
    assert str(found) == (
        "rank correlation +0.206 (p = 1.5e-10), correlation +0.114, of 946 customers"
    )


def test_three_customers_are_enough_to_correlate() -> None:
    rows = {"frequency": [1, 2, 4, 0], "monetary_value": [3.0, 5.0, 9.0, 0.0]}
    assert clv.spend_independence(pd.DataFrame(rows)).correlation == pytest.approx(1)


@pytest.mark.parametrize("rows", [{"frequency": [1, 0], "monetary_value": [3.0, 0.0]}])
def test_too_few_to_correlate_are_refused(rows: dict[str, list[float]]) -> None:
    with pytest.raises(NotEnoughDataError, match="3 customers"):
        clv.spend_independence(pd.DataFrame(rows))


@pytest.mark.parametrize(
    "rows",
    [
        {"frequency": [2, 2, 2], "monetary_value": [3.0, 4.0, 5.0]},
        {"frequency": [1, 2, 3], "monetary_value": [3.0, 3.0, 3.0]},
    ],
)
def test_what_does_not_vary_has_no_correlation(rows: dict[str, list[float]]) -> None:
    with pytest.raises(NotEnoughDataError, match="got 3 alike"):
        clv.spend_independence(pd.DataFrame(rows))


def test_a_range_of_one_is_a_range() -> None:
    rows = {"frequency": [1, 2, 1], "monetary_value": [3.0, 4.0, 3.0]}
    found = clv.spend_independence(pd.DataFrame(rows))
    assert found.correlation == pytest.approx(1)
