"""Draws shared by many customers say what draws of each customer say."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit._check import ProvenHistory, known_history
from crmkit.clv.uncertainty import drawn_totals, shared_futures
from crmkit.clv.uncertainty.parameter_draws import moved
from crmkit.typing import FloatArray

MODELS = [
    clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5),
    clv.ParetoNbd(r=0.5533, alpha=10.58, s=0.6062, beta=11.67),
]
SPEND = clv.GammaGamma(p=6.25, q=3.744, v=15.444)


def _customers(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    x, T = rng.geometric(0.5, n) - 1, rng.uniform(30.0, 90.0, n)
    return pd.DataFrame(
        {
            "frequency": x,
            "recency": np.where(x > 0, T * rng.uniform(0.5, 1.0, n), 0.0),
            "T": T,
            "monetary_value": np.where(x > 0, rng.uniform(10.0, 60.0, n), 0.0),
        }
    )


def _asked(model: clv.BgNbd | clv.ParetoNbd) -> dict[str, Any]:
    return {"purchases": model, "spend": SPEND, "horizon": 52, "discount_rate": 0.002}


@pytest.mark.parametrize("model", MODELS)
def test_shared_futures_have_the_ends_of_futures_of_each_customer(
    model: clv.BgNbd | clv.ParetoNbd, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _asked(model)
    customers = _customers(400)
    shared = clv.with_clv_interval(customers, **asked, rng=np.random.default_rng(2))
    # A model that draws no shared futures gives each customer futures of its own.
    monkeypatch.setattr(shared_futures, "PurchaseScores", type("Other", (), {}))
    each = clv.with_clv_interval(customers, **asked, rng=np.random.default_rng(1))
    ends = each["clv_upper"].to_numpy(), shared["clv_upper"].to_numpy()
    assert ends[1].mean() == pytest.approx(ends[0].mean(), rel=0.03)
    both = (ends[0] > 0) & (ends[1] > 0)
    off = np.log(ends[1][both] / ends[0][both])
    assert abs(np.median(off)) < 0.05


@pytest.mark.parametrize("model", MODELS)
def test_totals_of_parts_are_totals_of_customers(
    model: clv.BgNbd | clv.ParetoNbd, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = _asked(model) | {"ranges": clv.Ranges(n_draws=300)}
    customers = _customers(300)
    monkeypatch.setattr(drawn_totals, "_FEW_CELLS", np.inf)
    each = clv.forecast(customers, **asked, rng=np.random.default_rng(1))
    monkeypatch.setattr(drawn_totals, "_FEW_CELLS", 0)
    parts = clv.forecast(customers, **asked, rng=np.random.default_rng(2))
    for total in ("purchases", "active", "value"):
        one, other = each.interval(total), parts.interval(total)
        assert getattr(parts, total) == pytest.approx(getattr(each, total), rel=0.03)
        width = other.upper - other.lower
        assert width == pytest.approx(one.upper - one.lower, rel=0.2)


def _logarithms(model: Any) -> FloatArray:
    here, there = (list(one.parameters.values()) for one in (MODELS[0], model))
    return np.log(there) - np.log(here)


def test_a_quadratic_in_the_parameters_is_read_off_exactly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(5)
    tilt, slope = rng.normal(size=(4, 4)), rng.normal(size=(3, 4))
    bend = rng.normal(size=(3, 4, 4))
    covariance = 0.02 * tilt @ tilt.T
    monkeypatch.setattr(drawn_totals, "log_covariance", lambda _: covariance)

    def log_totals(model: Any) -> FloatArray:
        z = _logarithms(model)
        return np.asarray(7.0 + slope @ z + bend @ z @ z)

    drawn: Any = [moved(MODELS[0], 0.3 * rng.normal(size=4)) for _ in range(9)]
    first: Any = MODELS[0]
    here = log_totals(first)
    found = drawn_totals._quadratic(first, drawn, log_totals, here)
    known = np.stack([log_totals(one) - here for one in drawn], axis=1)
    np.testing.assert_allclose(found, known, rtol=1e-9, atol=1e-12)


def test_a_quadratic_is_made_at_one_and_a_half_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors = np.array([0.3, 0.1, 0.2, 0.05])
    monkeypatch.setattr(drawn_totals, "log_covariance", lambda _: np.diag(errors**2))

    def log_totals(model: Any) -> FloatArray:
        return np.asarray(np.exp((_logarithms(model) / errors)[:3]))

    steps = np.array([[0.7, -0.4, 1.1, 0.0], [-2.0, 1.5, 0.3, 2.0]])
    drawn: Any = [moved(MODELS[0], step * errors) for step in steps]
    first: Any = MODELS[0]
    found = drawn_totals._quadratic(first, drawn, log_totals, np.ones(3))
    up, down = np.exp(1.5), np.exp(-1.5)
    z = steps[:, :3].T
    known = (up - down) / 3 * z + (up + down - 2) / 2.25 * z**2 / 2
    np.testing.assert_allclose(found, known, rtol=1e-11)


@pytest.mark.parametrize(
    ("size", "q", "parts"),
    [(1024, 3.5, False), (1025, 3.5, True), (1025, 2.0, False), (1025, 2.1, True)],
)
def test_totals_are_made_of_parts_above_half_a_million_cells(
    size: int, q: float, *, parts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def expected(history: ProvenHistory, *_: object, **__: object) -> None:
        asked.append(history.T.size)

    monkeypatch.setattr(drawn_totals, "_expected_totals", expected)
    spend = clv.GammaGamma(p=6.25, q=q, v=15.444)
    nothing = drawn_totals._totals_of_many(
        known_history(np.zeros(size), np.zeros(size), np.full(size, 9.0)),
        np.zeros(size),
        MODELS[0],
        spend,
        [(MODELS[0], spend)] * 512,
        asked=[drawn_totals._Asked(horizon=2.0, discount_rate=0.0)],
        rng=np.random.default_rng(1),
        progress=None,
    )
    assert nothing is None
    assert asked == [size] * parts


def test_totals_of_parts_are_discounted_by_the_time_of_each_purchase(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, Any] = {
        "purchases": MODELS[0],
        "spend": SPEND,
        "horizon": 52,
        "discount_rate": 0.15,
        "ranges": clv.Ranges(n_draws=400),
    }
    customers = _customers(400)
    each = clv.forecast(customers, **asked, rng=np.random.default_rng(1))
    monkeypatch.setattr(drawn_totals, "_FEW_CELLS", 0)
    parts = clv.forecast(customers, **asked, rng=np.random.default_rng(2))
    one, other = each.interval("value"), parts.interval("value")
    width = other.upper - other.lower
    assert width == pytest.approx(one.upper - one.lower, rel=0.15, abs=0)


def _totals(monkeypatch: pytest.MonkeyPatch, few: float, **terms: Any) -> FloatArray:
    monkeypatch.setattr(drawn_totals, "_FEW_CELLS", few)
    customers = _customers(30)
    asked: dict[str, Any] = {"discount_rate": 0.002, "margin": 1.0} | terms
    return drawn_totals.drawn_totals(
        known_history(
            *(customers[name].to_numpy(float) for name in ("frequency", "recency", "T"))
        ),
        customers["monetary_value"].to_numpy(),
        purchases=MODELS[0],
        spend=SPEND,
        horizon=52.0,
        n_draws=40,
        rng=np.random.default_rng(3),
        **asked,
    )


@pytest.mark.parametrize("name", ["discount_rate", "margin"])
def test_terms_of_each_customer_are_drawn_customer_by_customer(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms: dict[str, Any] = {name: np.linspace(0.001, 0.5, 30)}
    single, many = (_totals(monkeypatch, few, **terms) for few in (np.inf, 0.0))
    np.testing.assert_array_equal(single, many)


def test_a_margin_scales_the_value_of_parts_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, part = (_totals(monkeypatch, 0.0, margin=one) for one in (1.0, 0.3))
    np.testing.assert_allclose(part[..., 2, :], 0.3 * whole[..., 2, :], rtol=1e-12)
    np.testing.assert_array_equal(part[..., :2, :], whole[..., :2, :])


@pytest.mark.parametrize("rows", [3, 4, 5, 8])
def test_groups_end_where_the_rows_held_at_once_end(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_futures, "_ROWS", rows)
    x, age = np.repeat([2.0, 0.0], 4), np.repeat([40.0, 20.0], 4)
    ends = shared_futures.shared_ends(
        known_history(x, x * 10, age),
        None,
        purchases=MODELS[0],
        spend=None,
        horizon=52.0,
        discount_rate=np.zeros(8),
        n_draws=2_000,
        tail=0.1,
        rng=np.random.default_rng(5),
    )
    assert ends.shape == (2, 8)
    assert ends[0].tolist() == [0.0] * 8
    # Alike customers have ends alike, and who bought more often the higher ones.
    assert np.ptp(ends[1, :4]) <= 1
    assert np.ptp(ends[1, 4:]) <= 1
    assert ends[1, :4].min() > ends[1, 4:].max()


def test_totals_below_one_purchase_have_an_error_of_the_model() -> None:
    one = known_history(np.array([0.0]), np.array([0.0]), np.array([60.0]))
    other: Any = clv.BgNbd(r=1.0, alpha=6.0, a=0.8, b=2.5)
    fitted: Any = clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5)
    asked = drawn_totals._Asked(horizon=2.0, discount_rate=0.0)
    found = drawn_totals._expected_totals(
        one, np.zeros(1), fitted, SPEND, [(fitted, SPEND), (other, SPEND)], asked=asked
    )
    # Models that were not fitted know no quadratic: none says what another one expects.
    assert found is None
    alike: Any = [(fitted, SPEND)] * 2
    known = drawn_totals._expected_totals(
        one, np.zeros(1), fitted, SPEND, alike, asked=asked
    )
    assert known is not None
    assert np.all(known > 0)
    assert np.all(known[0] < 0.1)
