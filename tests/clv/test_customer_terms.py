"""Margins and rates of single customers, groups of a forecast, and covariates."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.uncertainty import drawn_totals
from crmkit.errors import InvalidTypeError, InvalidValueError
from crmkit.typing import FloatArray, HistoryColumns

Build = Callable[[dict[str, list[Any]]], Any]

OWN = HistoryColumns(margin="margin", discount_rate="rate")
PURCHASES: tuple[Any, ...] = (
    clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4),
    clv.MbgNbd(r=0.5, alpha=6.0, a=0.9, b=1.6),
    clv.ParetoNbd(r=0.55, alpha=10.6, s=0.6, beta=11.7),
    clv.MbgCnbdK(k=2, r=0.9, alpha=2.0, a=0.8, b=2.4),
)
SPEND = clv.GammaGamma(p=6.25, q=3.744, v=15.444)
ROWS: dict[str, list[Any]] = {
    "customer_id": ["a", "b", "c", "d", "e"],
    "frequency": [2, 0, 7, 20, 1],
    "recency": [30.43, 0.0, 29.43, 30.857, 1.5],
    "T": [38.86, 38.86, 38.86, 31.0, 25.0],
    "monetary_value": [22.35, 0.0, 73.74, 40.0, 12.0],
    "margin": [0.3, 0.3, 0.5, 0.2, 1.0],
    "rate": [0.002, 0.001, 0.002, 0.0, 0.01],
    "segment": ["y", "x", "y", "x", "x"],
}
VALUED = {clv.with_clv: "clv", clv.with_clv_if_active: "clv_if_active"}


@pytest.mark.parametrize("horizon", [26.0, math.inf])
@pytest.mark.parametrize("purchases", PURCHASES)
@pytest.mark.parametrize("function", VALUED)
def test_equal_margins_and_rates_give_the_constant_to_the_last_digit(
    function: Any, purchases: Any, horizon: float
) -> None:
    rows = pd.DataFrame(ROWS).assign(margin=0.3, rate=0.004)
    asked = {"purchases": purchases, "spend": SPEND, "horizon": horizon}
    own = function(rows, columns=OWN, **asked)[VALUED[function]]
    constant = function(rows, discount_rate=0.004, margin=0.3, **asked)
    assert own.tolist() == constant[VALUED[function]].tolist()


@pytest.mark.parametrize("function", VALUED)
def test_each_customer_has_the_value_of_the_own_terms(
    frame: Build, columns_of: Callable[[Any], dict[str, list[Any]]], function: Any
) -> None:
    asked: dict[str, Any] = {
        "purchases": PURCHASES[0],
        "spend": SPEND,
        "horizon": 52.0,
    }
    valued = columns_of(function(frame(ROWS), columns=OWN, **asked))
    found = dict(zip(valued["customer_id"], valued[VALUED[function]], strict=True))
    for at, row in enumerate(pd.DataFrame(ROWS).to_dict("records")):
        alone = function(
            pd.DataFrame(ROWS).iloc[[at]],
            discount_rate=row["rate"],
            margin=row["margin"],
            **asked,
        )
        assert found[row["customer_id"]] == pytest.approx(
            alone[VALUED[function]].iloc[0], rel=1e-13
        )


class _Paying:
    """A model that expects one more than the mean amount."""

    def expected_spend(self, frequency: FloatArray, amount: FloatArray) -> FloatArray:
        return 1.0 + amount + 0.0 * frequency


def test_a_mean_amount_counts_only_where_a_customer_came_back(
    frame: Build, columns_of: Callable[[Any], dict[str, list[Any]]]
) -> None:
    paying: Any = _Paying()
    rows = {**ROWS, "monetary_value": [22.0, 99.0, 73.0, -40.0, 0.25]}
    asked: dict[str, Any] = {"horizon": 5.0, "discount_rate": 0.0}
    valued = columns_of(
        clv.with_clv(
            frame(rows),
            purchases=clv.Nbd(r=0.6, alpha=6.0),
            spend=paying,
            nonpositive="keep",
            **asked,
        )
    )
    found = dict(zip(valued["customer_id"], valued["clv"], strict=True))
    spent = [23.0, 1.0, 74.0, 0.0, 1.25]
    for who, x, T, worth in zip(
        "abcde", ROWS["frequency"], ROWS["T"], spent, strict=True
    ):
        known = (0.6 + x) / (6.0 + T) * 5 * worth
        assert found[who] == pytest.approx(known, rel=1e-12, abs=0)


def test_a_term_given_twice_or_never_is_refused() -> None:
    asked: dict[str, Any] = {
        "purchases": PURCHASES[0],
        "spend": SPEND,
        "horizon": 52.0,
    }
    rows = pd.DataFrame(ROWS)
    with pytest.raises(InvalidValueError, match="'discount_rate': no rate"):
        clv.with_clv(rows, **asked)
    with pytest.raises(InvalidValueError, match="beside the column 'rate'"):
        clv.with_clv(rows, discount_rate=0.1, columns=OWN, **asked)
    with pytest.raises(InvalidValueError, match="beside the column 'margin'"):
        clv.with_clv(rows, margin=0.5, columns=OWN, **asked)
    with pytest.raises(InvalidValueError, match="column 'rate': rate of -1 or less"):
        clv.with_clv(rows.assign(rate=-1.0), columns=OWN, **asked)
    with pytest.raises(InvalidValueError, match="'margin': missing value in 1 of"):
        clv.with_clv(rows.assign(margin=[1, 1, 1, 1, np.nan]), columns=OWN, **asked)


def _ahead(rows: pd.DataFrame, **options: Any) -> clv.Forecast:
    given: dict[str, Any] = {
        "ranges": clv.Ranges(n_draws=200),
        "horizon": 26.0,
        "purchases": PURCHASES[0],
        "spend": SPEND,
        "rng": np.random.default_rng(4),
        **options,
    }
    return clv.forecast(rows, **given)


def test_a_forecast_of_equal_terms_is_that_of_the_constant() -> None:
    rows = pd.DataFrame(ROWS).assign(margin=0.3, rate=0.004)
    own = _ahead(rows, columns=OWN)
    constant = _ahead(rows, discount_rate=0.004, margin=0.3)
    assert own.purchases == constant.purchases
    assert own.value == pytest.approx(constant.value, rel=1e-12)
    ends = own.interval("value"), constant.interval("value")
    assert tuple(ends[0]) == pytest.approx(tuple(ends[1]), rel=1e-12)
    both: list[dict[str, Any]] = [
        {"columns": OWN},
        {"discount_rate": 0.004, "margin": 0.3},
    ]
    each = [
        clv.with_clv_interval(
            rows,
            purchases=PURCHASES[0],
            spend=SPEND,
            horizon=26.0,
            ranges=clv.Ranges(n_draws=60),
            rng=np.random.default_rng(2),
            **terms,
        )["clv_upper"].to_numpy(float)
        for terms in both
    ]
    assert each[0] == pytest.approx(each[1], rel=1e-12)


def test_groups_of_a_forecast_add_up_to_the_total(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = pd.concat([pd.DataFrame(ROWS)] * 40, ignore_index=True)
    terms = {"discount_rate": 0.002, "by": ["segment", "frequency"]}
    for few in (1 << 22, 0):
        monkeypatch.setattr(drawn_totals, "_FEW_CELLS", few)
        ahead = _ahead(rows, **terms)
        assert [part.group for part in ahead.parts] == [
            ("x", "0"),
            ("x", "1"),
            ("x", "20"),
            ("y", "2"),
            ("y", "7"),
        ]
        assert sum(part.n_customers for part in ahead.parts) == ahead.n_customers
        for total in ("purchases", "active", "value"):
            parts = [getattr(part, total) for part in ahead.parts]
            assert sum(parts) == pytest.approx(getattr(ahead, total), rel=1e-9)
        for part in ahead.parts:
            lower, upper = part.resampled_value
            assert lower <= part.value <= upper
    assert str(ahead).count(" customers  value ") == 5
    assert clv.Forecast.from_dict(ahead.to_dict()) == ahead


def test_groups_change_no_total() -> None:
    rows = pd.DataFrame(ROWS)
    whole = _ahead(rows, discount_rate=0.002)
    grouped = _ahead(rows.assign(one="all"), discount_rate=0.002, by="one")
    assert grouped.parts[0].value == whole.value
    assert grouped.parts[0].resampled_value == whole.resampled_value
    with pytest.raises(InvalidValueError, match="'by'"):
        _ahead(rows, discount_rate=0.002, by=[])


def test_ranges_of_single_customers_contain_the_error_of_the_model() -> None:
    rows = pd.DataFrame(ROWS)
    large = clv.ModelError(default_scale=0.5, default_weight=50.0)
    widths = []
    for error in (None, large):
        ranges = clv.Ranges(n_draws=600, model_error=error)
        scored = clv.with_clv_interval(
            rows,
            purchases=PURCHASES[0],
            spend=SPEND,
            horizon=52.0,
            discount_rate=0.0,
            ranges=ranges,
            rng=np.random.default_rng(1),
        )
        counted = clv.with_purchases_interval(
            rows,
            purchases=PURCHASES[0],
            horizon=52.0,
            ranges=ranges,
            rng=np.random.default_rng(1),
        )
        upper = counted["purchases_upper"].to_numpy(float)
        assert (upper == np.floor(upper)).all()
        widths.append((scored["clv_upper"].to_numpy(float), upper))
    heavy = rows["frequency"].to_numpy() >= 7
    for plain, wide in zip(*widths, strict=True):
        assert (wide[heavy] > 1.1 * plain[heavy]).all()


def test_something_else_than_ranges_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match="'ranges'"):
        _ahead(pd.DataFrame(ROWS), discount_rate=0.0, ranges=0.95)


def test_the_value_of_customers_with_covariates_is_that_of_their_plain_model(
    frame: Build, columns_of: Callable[[Any], dict[str, list[Any]]]
) -> None:
    web = clv.CovariateEffect(
        covariate="web",
        on="purchase rate",
        estimate=0.5,
        standard_error=0.1,
        shrunk=0.5,
    )
    rich = clv.CovariateEffect(
        covariate="rich", on="spend", estimate=0.4, standard_error=0.1, shrunk=0.4
    )
    purchases = clv.PurchaseCovariates(
        family="bg_nbd", baseline=(0.24, 4.4, 0.8, 2.4), effects=(web,)
    )
    spend = clv.SpendCovariates(baseline=(6.25, 3.744, 15.444), effects=(rich,))
    rows = {**ROWS, "web": [0, 1, 1, 0, 1], "rich": [1, 1, 0, 0, 0]}
    asked: dict[str, Any] = {"horizon": 52.0, "discount_rate": 0.002}
    for function, output in VALUED.items():
        valued = columns_of(
            function(frame(rows), purchases=purchases, spend=spend, **asked)
        )
        found = dict(zip(valued["customer_id"], valued[output], strict=True))
        for at, row in enumerate(pd.DataFrame(rows).to_dict("records")):
            alone = function(
                pd.DataFrame(rows).iloc[[at]],
                purchases=purchases.model_for({"web": row["web"]}),
                spend=spend.model_for({"rich": row["rich"]}),
                **asked,
            )
            assert found[row["customer_id"]] == pytest.approx(
                alone[output].iloc[0], rel=1e-13
            )
    with pytest.raises(InvalidTypeError, match="'web'"):
        clv.with_clv(
            pd.DataFrame(rows).assign(web=list("abcde")),
            purchases=purchases,
            spend=spend,
            **asked,
        )


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_regular_buyer_known_to_be_active_is_valued_by_quadrature(k: int) -> None:
    # P(active) times the value given activity is the value, and right after a purchase
    # MBG/CNBD-k leaves with a known probability.
    model = clv.MbgCnbdK(k=k, r=0.9, alpha=2.0, a=0.8, b=2.4)
    rows = pd.DataFrame(ROWS)
    asked: dict[str, Any] = {
        "purchases": model,
        "spend": SPEND,
        "horizon": 26.0,
        "discount_rate": 0.002,
    }
    given = clv.with_clv_if_active(rows, **asked)["clv_if_active"]
    alive = model.with_probability_alive(rows)["probability_alive"]
    value = clv.with_clv(rows, **asked)["clv"]
    assert (given * alive).to_numpy() == pytest.approx(value.to_numpy(), rel=1e-12)
    assert (given >= value).all()
    bought = model.with_expected_purchases_if_active(rows, horizon=26.0)
    ahead = model.with_expected_purchases(rows, horizon=26.0)["expected_purchases"]
    assert (bought["expected_purchases_if_active"] * alive).to_numpy() == pytest.approx(
        ahead.to_numpy(), rel=1e-10
    )
