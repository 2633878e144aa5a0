"""Intervals of value feed the chance of a tier, and prove a history once."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv, segments
from crmkit._check import history_proof
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.typing import FloatArray, HistoryColumns

TWO = pd.DataFrame(
    {
        "frequency": [3, 0],
        "recency": [20.0, 0.0],
        "T": [30.0, 30.0],
        "monetary_value": [12.0, 0.0],
    }
)
AHEAD: dict[str, Any] = {
    "purchases": clv.BgNbd(r=0.6, alpha=10.0, a=0.8, b=2.5),
    "spend": clv.GammaGamma(p=6.0, q=4.0, v=15.0),
    "horizon": 10,
    "discount_rate": 0.001,
    "ranges": clv.Ranges(n_draws=40),
}


def _rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_ends_of_an_interval_tell_the_chance_of_a_tier() -> None:
    rows = clv.with_clv_interval(TWO, **AHEAD, rng=_rng())
    terms = {name: AHEAD[name] for name in AHEAD if name != "ranges"}
    valued = clv.with_clv(rows, **terms)
    tiers = segments.fit_value_tiers(valued)
    chances = tiers.with_tier_probability(valued)
    shares = chances[["probability_A", "probability_B", "probability_C"]]
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1.0)


def test_histories_are_proved_once_however_many_futures_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    once = history_proof.flawless_history

    def counted(*columns: FloatArray) -> bool:
        calls.append(columns)
        return once(*columns)

    monkeypatch.setattr(history_proof, "flawless_history", counted)
    clv.with_clv_interval(TWO, **AHEAD, rng=_rng())
    assert len(calls) == 1


def test_a_forecast_has_intervals_of_the_level_it_was_drawn_for_only() -> None:
    ahead = clv.forecast(TWO, **AHEAD, rng=_rng())
    assert ahead.interval() == ahead.interval("value", level=0.95)
    with pytest.raises(NotEnoughDataError, match=r"level 0.8.*Forecast again with"):
        ahead.interval("value", level=0.8)
    with pytest.raises(InvalidValueError, match="'total': no such option 'profit'"):
        ahead.interval("profit")  # type: ignore[arg-type]


def test_a_margin_scales_both_ends_and_the_terms_of_each_customer_are_her_own() -> None:
    whole = clv.with_clv_interval(TWO, **AHEAD, rng=_rng())
    part = clv.with_clv_interval(TWO, **AHEAD, margin=0.4, rng=_rng())
    for name in ("clv_lower", "clv_upper"):
        np.testing.assert_allclose(part[name], 0.4 * whole[name], rtol=1e-13)
    assert whole["clv_upper"].min() > 0
    own = TWO.assign(share=[0.25, 0.5])
    columns = HistoryColumns(margin="share")
    each = clv.with_clv_interval(own, **AHEAD, columns=columns, rng=_rng())
    np.testing.assert_allclose(
        each["clv_upper"], whole["clv_upper"] * np.array([0.25, 0.5]), rtol=1e-13
    )
