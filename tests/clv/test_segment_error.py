"""Errors of segments, learned from past forecasts, and the ranges made of them."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import calibration_holdout_summary, clv, errors
from crmkit.datasets import load_cdnow_sample
from crmkit.errors import InvalidValueError

CUSTOMERS = pd.DataFrame(
    {
        "frequency": [26, 0, 3] * 100,
        "recency": [30.857, 0.0, 20.0] * 100,
        "T": [31.0, 39.0, 30.0] * 100,
        "monetary_value": [40.0, 0.0, 25.0] * 100,
    }
)
AHEAD: dict[str, Any] = {
    "purchases": clv.BgNbd(
        r=0.2426, alpha=4.4136, a=0.7929, b=2.4259, time_unit="week"
    ),
    "spend": clv.GammaGamma(p=6.25, q=3.744, v=15.444),
    "horizon": 26.0,
    "discount_rate": 0.0018,
}


def _past(cutoff: str, days: int, size: float, **more: Any) -> clv.PastError:
    return clv.PastError(
        cutoff=cutoff,
        lead_days=days,
        horizon=days / 7,
        purchases=size,
        value=2 * size,
        **more,
    )


PAST = (
    _past("2024-01-31", 91, 0.3),
    _past("2024-03-31", 91, -0.1),
    _past("2024-06-30", 91, 0.2),
    _past("2024-01-31", 182, 0.5),
)


def _rng() -> np.random.Generator:
    return np.random.default_rng(7)


WEEKS = partial(calibration_holdout_summary, time_unit="week")


GROUPED = clv.ModelError(
    errors=(
        *PAST,
        *(replace(each, group=("good",)) for each in PAST[:1]),
        *(_past("2024-01-31", 91, size, group=("poor",)) for size in (0.9,)),
    ),
    by=("segment",),
)


def test_a_group_has_its_own_error_drawn_to_that_of_a_typical_group() -> None:
    assert GROUPED.at(horizon=13.0) == clv.ModelError(errors=PAST).at(horizon=13.0)
    # Both groups share one span: it counts once, as the mean of their squares.
    typical = (4 * 0.12**2 + (0.3**2 + 0.9**2) / 2) / 5
    unknown = GROUPED.at(horizon=13.0, group=("new",))
    assert unknown.scale**2 == pytest.approx(typical, rel=1e-12)
    assert (unknown.degrees_of_freedom, unknown.n_windows) == (4, 0)
    poor = GROUPED.at(horizon=13.0, group="poor")
    assert poor.scale**2 == pytest.approx((4 * typical + 0.9**2) / 5, rel=1e-12)
    assert "2 groups by segment have errors too" in str(GROUPED)
    # Errors of groups cancel in the total: where chance hides theirs, its error counts.
    hidden = [replace(each, purchases_chance=9.0) for each in GROUPED.errors[4:]]
    calm = replace(GROUPED, errors=(*PAST, *hidden))
    assert calm.at(horizon=13.0, group="new").scale == calm.at(horizon=13.0).scale


def test_groups_of_a_forecast_take_their_errors_and_leave_the_totals() -> None:
    kinds = np.repeat(["good", "poor", "new"], 20)
    customers = CUSTOMERS.head(60).assign(segment=kinds, kind=kinds)
    whole = replace(GROUPED, errors=PAST, by=())
    found, same, other = (
        clv.forecast(
            customers,
            **AHEAD,
            by=by,
            ranges=clv.Ranges(n_draws=60, model_error=error),
            rng=_rng(),
        )
        for error, by in ((GROUPED, "segment"), (whole, "segment"), (GROUPED, "kind"))
    )
    assert replace(found, parts=()) == replace(same, parts=())
    assert other == same
    good, new, poor = found.parts
    assert [part.group for part in found.parts] == [("good",), ("new",), ("poor",)]
    wide = [part.resampled_purchases.upper / part.purchases for part in found.parts]
    assert wide[2] > wide[1] > wide[0]
    assert new.resampled_value.upper > same.parts[1].resampled_value.upper
    assert poor.resampled_value.upper > same.parts[2].resampled_value.upper
    assert good.purchases == same.parts[0].purchases


def test_groups_as_many_as_customers_are_refused() -> None:
    def with_id(*log: Any, **given: Any) -> pd.DataFrame:
        split = pd.DataFrame(WEEKS(*log, **given))
        return split.assign(segment=split["customer_id"])

    with pytest.raises(errors.InvalidValueError, match="'by': 2,357 groups"):
        clv.fit_model_error_by(
            load_cdnow_sample(),
            by="segment",
            summary=with_id,
            purchases=clv.fit_bg_nbd,
            cutoffs=["1997-06-30"],
            lead_days=[91],
        )


def test_errors_of_groups_are_those_of_their_customers() -> None:
    log = load_cdnow_sample().query("amount > 0")

    def cut(*args: Any, **given: Any) -> pd.DataFrame:
        split = pd.DataFrame(WEEKS(*args, **given))
        return split.assign(segment=np.where(split["frequency"] > 0, "back", "once"))

    given: dict[str, Any] = {
        "purchases": clv.fit_bg_nbd,
        "cutoffs": ["1997-09-30"],
        "lead_days": [91],
    }
    error = clv.fit_model_error_by(log, **given, summary=cut, by="segment")
    (total,) = clv.fit_model_error(log, **given, summary=WEEKS).errors
    assert error.by == ("segment",)
    assert error.errors[0] == total
    assert [each.group for each in error.errors] == [(), ("back",), ("once",)]
    split = cut(
        log, calibration_period_end="1997-09-30", observation_period_end="1997-12-31"
    )
    back = split[split["frequency"] > 0]
    expected = clv.fit_bg_nbd(split).expected_purchases(
        back["frequency"], back["recency"], back["T"], horizon=error.errors[1].horizon
    )
    late = cut(
        log, calibration_period_end="1997-09-30", observation_period_end="1997-12-30"
    ).loc[back.index, "holdout_frequency"]
    assert error.errors[1].purchases == pytest.approx(
        np.log(late.sum() / expected.sum()), rel=1e-12
    )
    # Chance moves a group more than it moves all of them.
    assert min(each.purchases_chance for each in error.errors[1:]) > (
        total.purchases_chance
    )
    assert clv.ModelError.from_dict(json.loads(json.dumps(error.to_dict()))) == error


@pytest.mark.parametrize("hole", [None, float("nan")])
def test_a_customer_without_a_group_is_refused(hole: Any) -> None:
    refusal = r"column 'segment'.*missing value.*2 of .*such as 'unknown'"

    def cut(*args: Any, **given: Any) -> pd.DataFrame:
        split = pd.DataFrame(WEEKS(*args, **given))
        kinds = pd.Series("all", index=split.index, dtype=object)
        kinds.iloc[[3, 5]] = hole
        return split.assign(segment=kinds)

    with pytest.raises(InvalidValueError, match=refusal):
        clv.fit_model_error_by(
            load_cdnow_sample().query("amount > 0"),
            purchases=clv.fit_bg_nbd,
            cutoffs=["1997-09-30"],
            lead_days=[91],
            summary=cut,
            by="segment",
        )
    customers = CUSTOMERS.assign(segment=["good", "good", "poor"] * 100)
    customers.loc[[0, 2], "segment"] = hole
    with pytest.raises(InvalidValueError, match=refusal):
        clv.forecast(customers, **AHEAD, by="segment", rng=_rng())
