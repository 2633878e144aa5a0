"""How sure a prediction is: intervals that hold what they promise."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.errors import InvalidTypeError, InvalidValueError, NotEnoughDataError
from crmkit.fits import Interval
from crmkit.typing import FloatArray, HistoryColumns, IntArray

Build = Callable[[dict[str, Any]], Any]

TRUTH = clv.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5)
SPEND = clv.GammaGamma(p=6.25, q=3.744, v=15.444)
CUSTOMERS: dict[str, list[Any]] = {
    "frequency": [2, 0, 7, 20],
    "recency": [30.43, 0.0, 29.43, 30.857],
    "T": [38.86, 38.86, 38.86, 31.0],
    "monetary_value": [22.35, 0.0, 73.74, 40.0],
}


def _rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_an_interval_of_purchases_is_that_of_their_distribution() -> None:
    scored = clv.with_purchases_interval(
        pd.DataFrame(CUSTOMERS),
        purchases=TRUTH,
        horizon=30,
        ranges=clv.Ranges(n_draws=3_000, model_error=None),
        rng=_rng(),
    )
    counts = range(120)
    for row in scored.to_dict("records"):
        history = (row["frequency"], row["recency"], row["T"])
        below = np.cumsum(
            [
                float(TRUTH.probability_of_n_purchases(*history, n=n, horizon=30))
                for n in counts
            ]
        )
        for end, tail in (("purchases_lower", 0.025), ("purchases_upper", 0.975)):
            at = int(row[end])
            before = below[at - 1] if at else 0.0
            assert before - 0.009 <= tail <= below[at] + 0.009


def test_every_library_gets_the_same_interval(
    eager_frame: Build, columns_of: Callable[[Any], dict[str, list[Any]]]
) -> None:
    scored = columns_of(
        clv.with_clv_interval(
            eager_frame(CUSTOMERS),
            purchases=TRUTH,
            spend=SPEND,
            horizon=30,
            discount_rate=0.002,
            ranges=clv.Ranges(n_draws=50),
            rng=_rng(),
        )
    )
    expected = clv.with_clv_interval(
        pd.DataFrame(CUSTOMERS),
        purchases=TRUTH,
        spend=SPEND,
        horizon=30,
        discount_rate=0.002,
        ranges=clv.Ranges(n_draws=50),
        rng=_rng(),
    )
    assert scored["clv_lower"] == expected["clv_lower"].tolist()
    assert scored["clv_upper"] == expected["clv_upper"].tolist()


def test_a_forecast_shows_its_totals_as_a_table() -> None:
    ahead = clv.Forecast(
        n_customers=2357,
        purchases=1657.25,
        active=600.0,
        value=57000.5,
        n_draws=1000,
        resampled_purchases=Interval(lower=1476.0, upper=1845.5, level=0.9),
        resampled_active=Interval(lower=550.0, upper=650.0, level=0.9),
        resampled_value=Interval(lower=50000.0, upper=65000.0, level=0.9),
    )
    assert str(ahead).splitlines() == [
        "                   expected  90% interval",
        "purchases          1,657.25  1,476.00 to 1,845.50",
        "active               600.00  550.00 to 650.00",
        "value             57,000.50  50,000.00 to 65,000.00",
        "2,357 customers, 1,000 futures drawn",
        "intervals assume that the model is right",
    ]


def test_totals_average_to_the_expectation() -> None:
    customers = pd.DataFrame(CUSTOMERS)
    options: dict[str, Any] = {
        "purchases": TRUTH,
        "spend": SPEND,
        "horizon": 30,
        "discount_rate": 0.01,
    }
    draws = 3_000
    ahead = clv.forecast(
        customers,
        ranges=clv.Ranges(n_draws=draws),
        margin=0.5,
        rng=_rng(),
        **options,
    )
    history = (customers["frequency"], customers["recency"], customers["T"])
    bought = TRUTH.expected_purchases(*history, horizon=30).sum()
    spread = TRUTH.variance_of_purchases(*history, horizon=30).sum() ** 0.5
    assert ahead.purchases == pytest.approx(bought, abs=4 * spread / draws**0.5)
    expected = clv.with_clv(customers, margin=0.5, **options)["clv"].sum()
    assert ahead.value == pytest.approx(expected, rel=0.06)
    none = 1 - TRUTH.probability_of_n_purchases(*history, n=0, horizon=30).sum() / 4
    assert ahead.active == pytest.approx(4 * none, rel=0.03)


def test_parameters_that_are_unsure_widen_the_total() -> None:
    rng = _rng()
    rows = _simulated(TRUTH, 400, rng)
    fit = clv.fit_bg_nbd(rows)
    sure = clv.BgNbd(**fit.parameters)  # type: ignore[arg-type]
    widths = []
    for model in (sure, fit):
        ahead = clv.forecast(
            rows.assign(monetary_value=10.0),
            purchases=model,
            spend=SPEND,
            horizon=30,
            discount_rate=0,
            ranges=clv.Ranges(n_draws=200, model_error=None),
            rng=_rng(),
        )
        low, high = ahead.interval("purchases")
        assert low < ahead.purchases < high
        widths.append(high - low)
    assert widths[1] > 1.15 * widths[0]


def test_blocks_do_not_change_what_is_drawn_of_parameters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    rows = pd.concat([pd.DataFrame(CUSTOMERS)] * 100)
    results = []
    for cells in (1 << 22, 5_000):
        monkeypatch.setattr(
            sys.modules["crmkit.clv.uncertainty.simulated_futures"], "_CELLS", cells
        )
        ahead = clv.forecast(
            rows,
            purchases=TRUTH,
            spend=SPEND,
            horizon=30,
            discount_rate=0,
            ranges=clv.Ranges(n_draws=60),
            rng=_rng(),
        )
        results.append(ahead.purchases)
    assert results[0] == pytest.approx(results[1], rel=0.02)


def test_a_forecast_comes_back_from_json() -> None:
    ahead = clv.forecast(
        pd.DataFrame(CUSTOMERS),
        purchases=TRUTH,
        spend=SPEND,
        horizon=30,
        discount_rate=0,
        ranges=clv.Ranges(n_draws=39),
        rng=_rng(),
    )
    assert clv.Forecast.from_dict(ahead.to_dict()) == ahead


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("level", [0, 1, 95, float("nan"), "0.95", None]),
        ("n_draws", [1, 0, -5, 2.5, float("inf"), None, 38]),
        ("horizon", [-1, float("inf"), float("nan"), None]),
    ],
)
def test_an_impossible_argument_is_refused_by_name(
    argument: str, values: list[Any]
) -> None:
    for value in values:
        given = {argument: value}
        horizon = given.pop("horizon", 30)
        with pytest.raises((InvalidValueError, InvalidTypeError), match=argument):
            clv.with_purchases_interval(
                pd.DataFrame(CUSTOMERS),
                purchases=TRUTH,
                horizon=horizon,
                ranges=clv.Ranges(**given),
                rng=_rng(),
            )


@dataclasses.dataclass
class Counting:
    """Draws 1 purchase, then 2, then 3, and so on: its quantiles are known."""

    futures: int = 0
    report: None = None
    parameters: dict[str, float] = dataclasses.field(default_factory=dict)

    def sample_purchase_times(
        self,
        frequency: Any,
        recency: Any,
        T: Any,
        *,
        horizon: float,
        rng: np.random.Generator,
    ) -> tuple[IntArray, FloatArray]:
        assert len(frequency) == len(recency) == len(T) == 1
        self.futures += 1
        return np.zeros(self.futures, np.int64), rng.uniform(0, horizon, self.futures)


@pytest.mark.parametrize(("level", "least"), [(0.95, 39), (0.9, 19), (0.5, 3)])
@pytest.mark.parametrize("beyond", [1, 2, 3])
def test_ends_stand_where_one_more_draw_falls_beyond_as_often_as_it_may(
    level: float, least: int, beyond: int
) -> None:
    # Of n draws and one more, each is the lowest once in n + 1 times.
    draws = beyond * (least + 1) - 1
    one: dict[str, Any] = {
        "ranges": clv.Ranges(level=level, n_draws=draws, model_error=None),
        "rng": _rng(),
        "horizon": 10,
    }
    scored = clv.with_purchases_interval(TWO.head(1), purchases=Counting(), **one)
    assert scored["purchases_lower"].tolist() == [beyond]
    assert scored["purchases_upper"].tolist() == [draws + 1 - beyond]
    options: dict[str, Any] = {
        **AHEAD,
        **one,
        "purchases": Counting(),
    }
    ahead = clv.forecast(TWO.head(1), **options)
    assert tuple(ahead.interval("purchases")) == pytest.approx(
        (beyond, draws + 1 - beyond)
    )
    assert ahead.interval("purchases", level=level).level == level
    assert ahead.n_draws == draws


@pytest.mark.parametrize(("level", "least"), [(0.95, 39), (0.9, 19), (0.5, 3)])
def test_too_few_draws_for_a_level_are_refused(level: float, least: int) -> None:
    options: dict[str, Any] = {
        **AHEAD,
        "ranges": clv.Ranges(level=level, n_draws=least - 1),
        "rng": _rng(),
    }
    sentence = (
        f"'n_draws': {least - 1}, too few .* level {level}. Pass n_draws={least} or"
    )
    with pytest.raises(InvalidValueError, match=sentence):
        clv.forecast(TWO, **options)
    with pytest.raises(InvalidValueError, match=sentence):
        clv.with_clv_interval(TWO, **options)


def _simulated(model: clv.BgNbd, n: int, rng: np.random.Generator) -> pd.DataFrame:
    T = rng.uniform(20, 40, n)
    zero = np.zeros(n)
    customer, times = model.sample_purchase_times(
        zero, zero, zero, horizon=40.0, rng=rng
    )
    seen = times <= T[customer]
    x = np.bincount(customer[seen], minlength=n)
    last = np.zeros(n)
    np.maximum.at(last, customer[seen], times[seen])
    return pd.DataFrame({"frequency": x, "recency": last, "T": T})


def test_an_expectation_is_as_unsure_as_refits_say() -> None:
    # The delta method against the spread of fits to 60 sets drawn from one truth.
    rng = _rng(12)
    customers = pd.DataFrame(CUSTOMERS)
    history = (customers["frequency"], customers["recency"], customers["T"])
    logs, widths = [], []
    for _ in range(60):
        fit = clv.fit_bg_nbd(_simulated(TRUTH, 1500, rng))
        logs.append(np.log(fit.expected_purchases(*history, horizon=20)))
        scored = clv.with_expectation_interval(
            customers,
            purchases=fit,
            score=lambda model: partial(model.expected_purchases, horizon=20),
            output_col="expected",
        )
        low, high = (scored[f"expected_{end}"] for end in ("lower", "upper"))
        widths.append(np.log(high / low))
    spread = np.std(logs, axis=0, ddof=1)
    error = np.mean(widths, axis=0) / (2 * 1.959963984540054)
    assert error == pytest.approx(spread, rel=0.35)


def test_an_interval_of_a_probability_stays_a_probability(
    frame: Build,
    columns_of: Callable[[Any], dict[str, list[Any]]],
    cdnow: pd.DataFrame,
) -> None:
    fit = clv.fit_bg_nbd(cdnow)
    scored = columns_of(
        clv.with_expectation_interval(
            frame(CUSTOMERS),
            purchases=fit,
            score=lambda model: model.probability_alive,
            scale="logit",
            output_col="alive",
        )
    )
    for x, low, high in zip(
        scored["frequency"], scored["alive_lower"], scored["alive_upper"], strict=True
    ):
        assert 0 <= low <= high <= 1
        assert (low == pytest.approx(1, abs=1e-12)) == (x == 0)  # sure in BG/NBD


def test_a_model_built_by_hand_has_no_expectation_interval() -> None:
    with pytest.raises(NotEnoughDataError, match="built by hand"):
        clv.with_expectation_interval(
            pd.DataFrame(CUSTOMERS),
            purchases=TRUTH,
            score=lambda model: model.probability_alive,
            output_col="alive",
        )


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


def test_a_forecast_of_infinite_spend_is_refused() -> None:
    endless = clv.GammaGamma(p=6.0, q=0.9, v=15.0)
    with pytest.raises(InvalidValueError, match="infinite value in 1 of 2 rows"):
        clv.forecast(TWO, **{**AHEAD, "spend": endless}, rng=_rng())


@pytest.mark.parametrize("ahead", [clv.forecast, clv.with_clv_interval])
@pytest.mark.parametrize(
    ("changes", "kind", "named"),
    [
        ({"rng": None}, InvalidTypeError, "'rng'"),
        ({"rng": 1}, InvalidTypeError, "'rng'"),
        ({"margin": float("inf")}, InvalidValueError, "'margin'"),
        ({"margin": -float("inf")}, InvalidValueError, "'margin'"),
        ({"purchases": None}, InvalidTypeError, "'purchases'"),
        ({"spend": None}, InvalidTypeError, "'spend'"),
        ({"purchases": clv.fit_bg_nbd}, InvalidTypeError, "'purchases'"),
    ],
)
def test_what_cannot_be_drawn_with_is_refused_by_name(
    ahead: Any, changes: dict[str, Any], kind: type[Exception], named: str
) -> None:
    with pytest.raises(kind, match=named):
        ahead(TWO, **{**AHEAD, "rng": _rng(), **changes})


def test_an_interval_does_not_overwrite_what_it_reads() -> None:
    columns = HistoryColumns(T="clv_lower")
    rows = TWO.rename(columns={"T": "clv_lower"})
    with pytest.raises(InvalidValueError, match="'clv_lower', a column that is read"):
        clv.with_clv_interval(rows, **AHEAD, rng=_rng(), columns=columns)


@pytest.mark.parametrize("ahead", [clv.forecast, clv.with_clv_interval])
def test_a_mean_amount_of_0_or_less_is_refused_with_a_remedy(ahead: Any) -> None:
    rows = TWO.assign(monetary_value=[-1.0, 0.0])
    with pytest.raises(InvalidValueError, match=r"value of 0 or less .*filter these"):
        ahead(rows, **AHEAD, rng=_rng())
