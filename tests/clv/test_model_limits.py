"""What the models take at the most, and where a penalty pulls their parameters."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from crmkit import clv
from crmkit.clv.models.futures import _require_few, regular_futures
from crmkit.clv.models.opportunities import OPPORTUNITIES, opportunity_futures
from crmkit.clv.models.spend_columns import spending_rules, unused
from crmkit.errors import InvalidValueError
from crmkit.typing import FloatArray


def test_a_hundred_million_purchases_are_the_most_that_are_drawn() -> None:
    rate, time = np.array([2.0, 5.0]), np.array([2e7, 1.2e7])
    _require_few(rate, time)
    with pytest.raises(InvalidValueError, match=r"in which 1e\+08 purchases"):
        _require_few(rate, time * (1 + 1e-12))
    with pytest.raises(InvalidValueError, match="in which nan purchases"):
        _require_few(rate, np.array([1.0, np.nan]))


def test_regular_buyers_come_once_in_k_steps() -> None:
    history = (np.array([7.0]), np.array([10.0]), np.array([10.0]))
    options: dict[str, Any] = {"r": 5.0, "alpha": 2.0, "a": 0.8, "b": 2.5, "k": 3}
    # (r + k x) / (alpha + T) / k is 26 / 12 / 3. Nothing is drawn before the refusal.
    nothing: Any = None
    with pytest.raises(InvalidValueError, match=r"in which 3\.3e\+08 purchases"):
        regular_futures(history, np.array([3.3e8 * 36 / 26]), nothing, **options)


def test_a_million_opportunities_are_the_most() -> None:
    most = 1_000_000
    assert OPPORTUNITIES.span("horizon", most) == most
    assert OPPORTUNITIES.span("horizon", 0) == 0
    assert OPPORTUNITIES.span("horizon", math.inf, infinite=True) == math.inf
    with pytest.raises(InvalidValueError, match="'horizon'"):
        OPPORTUNITIES.span("horizon", most + 1)
    with pytest.raises(InvalidValueError, match=r"invalid value 2\.5.*whole number"):
        OPPORTUNITIES.span("horizon", 2.5)
    assert OPPORTUNITIES.ages("t", [3, most]).tolist() == [3, most]
    with pytest.raises(InvalidValueError, match="'t'"):
        OPPORTUNITIES.ages("t", [3, most + 1])
    found = OPPORTUNITIES.history([2, 0], [2, 0], [most, 0])
    assert [column.tolist() for column in found] == [[2, 0], [2, 0], [most, 0]]
    with pytest.raises(InvalidValueError, match="'T'"):
        OPPORTUNITIES.history([2, 0], [2, 0], [most + 1, 0])
    words = r"'frequency': value above recency in 2 of 3 .*first: position 1\)"
    with pytest.raises(InvalidValueError, match=words):
        OPPORTUNITIES.history([2, 3, 5], [2, 2, 4], [9, 9, 9])


@pytest.mark.parametrize(
    ("gamma", "delta", "mean"), [(1e6, 1e-9, 0.0), (1e-9, 1e6, 0.75 * 4)]
)
def test_who_surely_leaves_or_stays_draws_nothing_or_all(
    gamma: float, delta: float, mean: float
) -> None:
    history = (np.zeros(2000), np.zeros(2000), np.zeros(2000))
    rows, times = opportunity_futures(
        history,
        np.full(2000, 4.0),
        np.random.default_rng(3),
        alpha=3.0,
        beta=1.0,
        gamma=gamma,
        delta=delta,
    )
    # Chances of 3/4 whose variance is 3/80: sums of 4 vary by 4 * 3/20 + 16 * 3/80.
    assert rows.size / 2000 == pytest.approx(mean, abs=4 * np.sqrt(1.2 / 2000) * mean)
    assert np.all((times >= 1) & (times <= 4))


ROWS = pd.DataFrame(
    {
        "frequency": [2.0, 0.0, 5.0, 1.0, 0.0, 9.0, 3.0],
        "recency": [9.0, 0.0, 30.0, 5.0, 0.0, 28.0, 20.0],
        "T": [20.0, 38.0, 31.0, 12.0, 25.0, 40.0, 33.0],
        "w": [3.0, 6.0, 1.0, 4.0, 5.0, 1.0, 2.0],
    }
)
FAMILIES: dict[str, tuple[Any, Any, tuple[int, ...]]] = {
    # How to fit, the model, and which parameters are times.
    "nbd": (clv.fit_nbd, clv.Nbd, (1,)),
    "bg_nbd": (clv.fit_bg_nbd, clv.BgNbd, (1,)),
    "pareto_nbd": (clv.fit_pareto_nbd, clv.ParetoNbd, (1, 3)),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_penalty_pulls_times_to_the_mean_age_and_shapes_to_1(family: str) -> None:
    fit, model, timed = FAMILIES[family]
    found = fit(ROWS, weight_col="w", penalty=2.0)
    size = len(found.parameters)
    centre = np.zeros(size)
    centre[list(timed)] = np.log(np.average(ROWS["T"], weights=ROWS["w"]))
    history = [ROWS[name].to_numpy() for name in ("frequency", "recency", "T")]

    def penalised(logs: FloatArray) -> float:
        named = dict(zip(found.parameters, np.exp(logs).tolist(), strict=True))
        each = model(**named).log_likelihood(*history)
        return float(np.sum((logs - centre) ** 2) - each @ ROWS["w"].to_numpy())

    at = np.log(list(found.parameters.values()))
    best = optimize.minimize(penalised, at + 0.1, tol=1e-10)
    np.testing.assert_allclose(at, best.x, rtol=0, atol=5e-5)


def test_amounts_are_looked_at_from_one_repeat_purchase_on() -> None:
    model = clv.GammaGamma(p=6.0, q=4.0, v=15.0)
    rows = pd.DataFrame(
        {"frequency": [0.0, 1.0, 2.0], "monetary_value": [np.nan, 20.0, 5.0]}
    )
    scored = model.with_expected_spend(rows)["expected_spend"]
    known = model.expected_spend([0, 1, 2], [0.0, 20.0, 5.0])
    np.testing.assert_allclose(scored, known, rtol=1e-14, atol=0)
    for broken, words in (
        ([np.nan, np.nan, 5.0], "missing value in 1 of 3"),
        ([0.0, 1e-101, 5.0], "value between 0 and 1e-100 in 1 of 3"),
        ([0.0, -1.0, -5.0], "negative value in 2 of 3"),
    ):
        with pytest.raises(InvalidValueError, match=words):
            model.with_expected_spend(rows.assign(monetary_value=broken))
    free = rows.assign(monetary_value=[0.0, 0.0, 1e-100])
    assert len(model.with_expected_spend(free)) == 3


def test_a_name_that_is_taken_grows_until_it_is_free() -> None:
    from crmkit import _frames

    frame = _frames.read(pd.DataFrame({"a": [1], "a_": [2], "b": [3]}), ())
    assert [unused(name, frame) for name in ("a", "b", "c")] == ["a__", "b_", "c"]
    rules = spending_rules(("a", "b"), sign="positive")
    assert rules(frame) == []
