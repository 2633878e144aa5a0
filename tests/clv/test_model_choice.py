"""Which model: chosen by what it would have foretold, and by how much."""

import json
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import calibration_holdout_summary, clv, with_occasion_details
from crmkit.datasets import load_cdnow_sample
from crmkit.errors import InvalidTypeError, InvalidValueError, NotEnoughDataError
from crmkit.snapshots import TransactionColumns
from crmkit.typing import FloatArray

CUTOFF, DAYS = "1997-09-30", 182
FITS = {"BG/NBD": clv.fit_bg_nbd, "NBD": clv.fit_nbd}
SPEND: dict[str, Any] = {
    "Gamma-Gamma": clv.fit_gamma_gamma,
    "credibility": clv.fit_credibility_spend,
}
WEEKS = partial(calibration_holdout_summary, time_unit="week")


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    rows = load_cdnow_sample()
    return rows[rows["amount"] > 0]


@pytest.fixture(scope="module")
def choice(log: pd.DataFrame) -> clv.ModelChoice:
    return clv.model_choice(
        log, purchases=FITS, spend=SPEND, cutoffs=[CUTOFF], horizon_days=DAYS
    )


@pytest.fixture(scope="module")
def split(log: pd.DataFrame) -> pd.DataFrame:
    end = pd.Timestamp(CUTOFF) + pd.Timedelta(days=DAYS)
    known = calibration_holdout_summary(
        log, calibration_period_end=CUTOFF, observation_period_end=end
    )
    return with_occasion_details(known, transactions=log, observation_period_end=CUTOFF)


def test_scores_of_purchases_are_those_of_compare_models(
    choice: clv.ModelChoice, split: pd.DataFrame
) -> None:
    compared = clv.compare_models(
        split,
        models={name: fit(split) for name, fit in FITS.items()},
        holdout_frequency_col="holdout_frequency",
    )
    for score in compared.scores:
        own = next(row for row in choice.purchase_scores if row.model == score.name)
        holdout = score.holdout
        assert holdout is not None
        assert own.log_score == pytest.approx(holdout.log_score, rel=1e-12)
        assert own.bias == pytest.approx(holdout.bias, rel=1e-12)
        assert own.mean_absolute_error == pytest.approx(
            holdout.mean_absolute_error, rel=1e-12
        )


def test_the_gap_is_the_difference_of_log_scores_with_its_scatter(
    choice: clv.ModelChoice, split: pd.DataFrame
) -> None:
    assert choice.purchases == "BG/NBD"
    (gap,) = choice.purchase_gaps
    span = float(split["holdout_T"].iloc[0])
    history = (split["frequency"], split["recency"], split["T"])

    def logs(model: Any) -> FloatArray:
        found = np.empty(len(split))
        for n in split["holdout_frequency"].unique():
            rows = (split["holdout_frequency"] == n).to_numpy()
            chance = model.probability_of_n_purchases(
                *(column[rows] for column in history), n=int(n), horizon=span
            )
            found[rows] = np.log(chance)
        return found

    apart = logs(clv.fit_bg_nbd(split)) - logs(clv.fit_nbd(split))
    assert gap.difference == pytest.approx(apart.mean(), rel=1e-10)
    error = apart.std() / np.sqrt(len(apart))
    assert gap.standard_error == pytest.approx(error, rel=1e-10)
    assert gap.clear
    assert gap.n_cutoffs_lost == 1


def test_spend_is_judged_by_the_amounts_of_those_who_bought(
    choice: clv.ModelChoice, split: pd.DataFrame
) -> None:
    bought = split[split["holdout_frequency"] > 0]
    came = bought["holdout_frequency"]
    for name, fit in SPEND.items():
        expected = fit(split).expected_spend(
            bought["frequency"], bought["monetary_value"]
        )
        off = expected - bought["holdout_total_amount"] / came
        own = next(row for row in choice.spend_scores if row.model == name)
        assert own.root_mean_square_error == pytest.approx(
            np.sqrt((came * off**2).sum() / came.sum()), rel=1e-12
        )
        assert own.n_customers == len(bought)
    best = min(choice.spend_scores, key=lambda row: row.root_mean_square_error)
    assert choice.spend == best.model


def test_money_is_that_of_each_pair(
    choice: clv.ModelChoice, split: pd.DataFrame
) -> None:
    assert len(choice.money_scores) == len(FITS) * len(SPEND)
    pair = next(
        row
        for row in choice.money_scores
        if (row.purchases, row.spend) == ("BG/NBD", "Gamma-Gamma")
    )
    history = (split["frequency"], split["recency"], split["T"])
    span = float(split["holdout_T"].iloc[0])
    ahead = clv.fit_bg_nbd(split).expected_purchases(*history, horizon=span)
    worth = clv.fit_gamma_gamma(split).expected_spend(
        split["frequency"], split["monetary_value"]
    )
    assert pair.predicted == pytest.approx(ahead @ worth, rel=1e-12)
    assert pair.actual == pytest.approx(split["holdout_total_amount"].sum(), rel=1e-12)


def test_the_unit_of_time_changes_no_choice(
    log: pd.DataFrame, choice: clv.ModelChoice
) -> None:
    weekly = clv.model_choice(
        log,
        purchases=FITS,
        spend=SPEND,
        cutoffs=[CUTOFF],
        horizon_days=DAYS,
        summary=WEEKS,
    )
    for one, other in zip(choice.purchase_scores, weekly.purchase_scores, strict=True):
        assert one.log_score == pytest.approx(other.log_score, rel=1e-5)
    assert weekly.spend_scores == choice.spend_scores


def test_the_choice_is_a_json_document_and_a_table(choice: clv.ModelChoice) -> None:
    document = json.loads(json.dumps(choice.to_dict()))
    assert clv.ModelChoice.from_dict(document) == choice
    table = pd.DataFrame(choice.purchase_scores)
    assert table["model"].tolist() == list(FITS)
    assert table["cutoff"].unique().tolist() == [CUTOFF]
    printed = str(choice).splitlines()
    assert printed[1].startswith("purchases: BG/NBD, log score")
    assert "NBD" in printed[2]
    assert printed[2].endswith("clear)")


def test_cutoffs_are_spread_over_the_log_and_leave_the_horizon(
    log: pd.DataFrame,
) -> None:
    named = TransactionColumns(customer_id="who")
    found = clv.model_choice(
        log.rename(columns={"customer_id": "who"}),
        purchases={"NBD": clv.fit_nbd},
        spend={},
        horizon_days=91,
        columns=named,
    )
    assert found.cutoffs == ("1997-04-02", "1997-08-01", "1997-11-30", "1998-03-31")
    assert found.spend is None
    assert not found.purchase_gaps
    assert not found.spend_scores


def _failing(_: object) -> clv.BgNbd:
    raise NotEnoughDataError(needed="more", got="less", remedy="Wait.")


def test_a_model_that_cannot_be_fitted_is_not_chosen_and_says_why(
    log: pd.DataFrame,
) -> None:
    asked: dict[str, Any] = {"spend": {}, "cutoffs": [CUTOFF], "horizon_days": DAYS}
    found = clv.model_choice(
        log, purchases={"none": _failing, "NBD": clv.fit_nbd}, **asked
    )
    assert found.purchases == "NBD"
    (gap,) = found.purchase_gaps
    assert gap.reason is not None
    assert gap.reason.startswith(f"at {CUTOFF}: ")
    assert not gap.clear
    assert "has no score" in str(found)
    with pytest.raises(NotEnoughDataError, match="a model that can be fitted at every"):
        clv.model_choice(log, purchases={"none": _failing}, **asked)


def test_what_cannot_be_compared_is_refused_by_name(log: pd.DataFrame) -> None:
    with pytest.raises(InvalidValueError, match="'purchases': an empty mapping"):
        clv.model_choice(log, purchases={}, horizon_days=91)
    with pytest.raises(InvalidTypeError, match="'spend'"):
        clv.model_choice(log, spend=[clv.fit_gamma_gamma], horizon_days=91)  # type: ignore[arg-type]
    with pytest.raises(NotEnoughDataError, match="28 days of log before a horizon"):
        clv.model_choice(log, horizon_days=600)
