"""The present value of what each customer is expected to bring."""

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import _frames, clv
from crmkit._check import history_proof
from crmkit.errors import InvalidTypeError, InvalidValueError, UnitWarning
from crmkit.typing import HistoryColumns

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

PURCHASES = clv.BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
SPEND = clv.GammaGamma(p=6.25, q=3.744, v=15.444)
CUSTOMERS: dict[str, list[Any]] = {
    "customer_id": ["a", "b", "c"],
    "frequency": [2, 0, 7],
    "recency": [30.43, 0.0, 29.43],
    "T": [38.86, 38.86, 38.86],
    "monetary_value": [22.35, 0.0, 73.74],
}


def _value(customers: Any, **changes: Any) -> list[float]:
    options: dict[str, Any] = {
        "purchases": PURCHASES,
        "spend": SPEND,
        "horizon": 52.0,
        "discount_rate": 0.002,
        **changes,
    }
    return list(clv.with_clv(customers, **options)["clv"])


def test_every_library_gets_the_same_value(frame: Build, columns_of: Read) -> None:
    valued = columns_of(
        clv.with_clv(
            frame(CUSTOMERS),
            purchases=PURCHASES,
            spend=SPEND,
            horizon=52,
            discount_rate=0.002,
        )
    )
    assert list(valued) == [*CUSTOMERS, "clv"]
    by_id = dict(zip(valued["customer_id"], valued["clv"], strict=True))
    expected = _value(pd.DataFrame(CUSTOMERS))
    assert [by_id[name] for name in CUSTOMERS["customer_id"]] == expected


def test_without_discount_it_is_purchases_times_spend_times_margin() -> None:
    customers = pd.DataFrame(CUSTOMERS)
    history = [customers[name] for name in ("frequency", "recency", "T")]
    bought = PURCHASES.expected_purchases(*history, horizon=52)
    spent = SPEND.expected_spend(customers["frequency"], customers["monetary_value"])
    value = _value(customers, discount_rate=0, margin=0.3)
    assert value == pytest.approx(bought * spent * 0.3, rel=1e-12)


def test_a_horizon_of_nothing_is_worth_nothing() -> None:
    assert _value(pd.DataFrame(CUSTOMERS), horizon=0) == [0, 0, 0]


def test_value_falls_as_the_rate_rises_and_rises_with_the_horizon() -> None:
    customers = pd.DataFrame(CUSTOMERS)
    by_rate = np.array(
        [_value(customers, discount_rate=d) for d in (-0.01, 0, 0.01, 0.5)]
    )
    assert np.all(np.diff(by_rate, axis=0) < 0)
    horizons = [1, 52, 520, math.inf]
    by_horizon = np.array([_value(customers, horizon=h) for h in horizons])
    assert np.all(np.diff(by_horizon, axis=0) > 0)


@given(unit=st.sampled_from([1 / 7, 7.0, 365.2425]))
def test_the_unit_of_time_does_not_matter(unit: float) -> None:  # invariant 24
    customers = pd.DataFrame(CUSTOMERS)
    scaled = customers.assign(
        recency=customers["recency"] * unit, T=customers["T"] * unit
    )
    model = clv.BgNbd(
        r=PURCHASES.r, alpha=PURCHASES.alpha * unit, a=PURCHASES.a, b=PURCHASES.b
    )
    value = _value(
        scaled,
        purchases=model,
        horizon=52 * unit,
        discount_rate=math.expm1(math.log1p(0.002) / unit),
    )
    assert value == pytest.approx(_value(customers), rel=1e-9)


def test_a_lifetime_without_discount_is_refused_where_it_is_infinite() -> None:
    with pytest.raises(InvalidValueError, match="infinite value in 3 of 3 rows"):
        _value(pd.DataFrame(CUSTOMERS), horizon=math.inf, discount_rate=0)


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("horizon", [-1, float("nan"), "52", None, True]),
        ("discount_rate", [-1, -2, float("nan"), float("inf"), "0.1", None]),
        ("margin", [float("nan"), float("inf"), "0.3", None, True]),
    ],
)
def test_an_impossible_argument_is_refused_by_name(
    argument: str, values: list[Any]
) -> None:  # S21
    for value in values:
        with pytest.raises((InvalidValueError, TypeError), match=argument):
            _value(pd.DataFrame(CUSTOMERS), **{argument: value})


def test_index_order_and_input_stay_as_they_were() -> None:
    customers = pd.DataFrame(CUSTOMERS, index=[7, 7, 3])
    before = customers.copy(deep=True)
    valued = clv.with_clv(
        customers, purchases=PURCHASES, spend=SPEND, horizon=9, discount_rate=0
    )
    assert list(valued.index) == [7, 7, 3]
    pd.testing.assert_frame_equal(customers, before)


def test_nobody_is_worth_nothing() -> None:  # S19
    import pyarrow as pa

    empty = pa.table(CUSTOMERS).slice(0, 0).to_pandas()
    valued = clv.with_clv(
        empty, purchases=PURCHASES, spend=SPEND, horizon=9, discount_rate=0
    )
    assert list(valued.columns) == [*CUSTOMERS, "clv"]
    assert len(valued) == 0


@pytest.mark.parametrize("annual", [0.1, 0.0, -0.05, 3.0])
def test_a_rate_compounds_to_the_yearly_one(annual: float) -> None:
    weekly = clv.per_unit_rate(annual, time_unit="week")
    assert (1 + weekly) ** (365.2425 / 7) == pytest.approx(1 + annual, rel=1e-13)
    assert clv.per_unit_rate(annual, time_unit="year") == pytest.approx(
        annual, rel=1e-14
    )


@pytest.mark.parametrize("annual", [-1, float("nan"), "0.1", None])
def test_an_impossible_yearly_rate_is_refused(annual: Any) -> None:
    with pytest.raises((InvalidValueError, TypeError), match="annual"):
        clv.per_unit_rate(annual, time_unit="week")


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="fortnight"):
        clv.per_unit_rate(0.1, time_unit="fortnight")  # type: ignore[arg-type]


@pytest.mark.parametrize("output_col", ["frequency", "T", "monetary_value"])
def test_a_column_that_is_read_is_not_overwritten(output_col: str) -> None:
    customers = pd.DataFrame(CUSTOMERS)
    with pytest.raises(InvalidValueError, match=f"'{output_col}', a column that is"):
        _value(customers, output_col=output_col)


@pytest.mark.parametrize(
    "changes",
    [{"purchases": None}, {"spend": None}, {"spend": PURCHASES}, {"output_col": 3}],
)
def test_what_is_no_model_or_name_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError):
        _value(pd.DataFrame(CUSTOMERS), **changes)


def test_columns_of_any_name_are_kept(frame: Build, columns_of: Read) -> None:
    names = ("_crmkit_spend", "_crmkit_purchases", "_crmkit_amount")
    kept = {name: [1.5, 2.5, 3.5] for name in names}
    valued = columns_of(
        clv.with_clv(
            frame({**CUSTOMERS, **kept}),
            purchases=PURCHASES,
            spend=SPEND,
            horizon=9,
            discount_rate=0,
        )
    )
    assert set(valued) == {*CUSTOMERS, *kept, "clv"}
    by_id = dict(zip(valued["customer_id"], valued["_crmkit_amount"], strict=True))
    assert by_id == {"a": 1.5, "b": 2.5, "c": 3.5}


def _with_refunds(*amounts: float) -> pd.DataFrame:
    return pd.DataFrame(CUSTOMERS).assign(monetary_value=list(amounts))


@pytest.mark.parametrize("mean", [0.0, -5.0])
def test_one_mean_amount_of_0_or_less_is_refused_and_can_be_kept(mean: float) -> None:
    customers = _with_refunds(mean, 0.0, 73.74)
    with pytest.raises(
        InvalidValueError,
        match=r"'monetary_value': value of 0 or less in 1 of 3 rows .*=.keep",
    ):
        _value(customers)
    value = _value(customers, nonpositive="keep")
    assert value[0] == 0
    assert value[1:] == _value(pd.DataFrame(CUSTOMERS))[1:]


def test_every_library_keeps_a_mean_amount_below_0_at_a_value_of_0(
    frame: Build, columns_of: Read
) -> None:
    rows = {**CUSTOMERS, "monetary_value": [-3.0, 0.0, 73.74]}
    terms: dict[str, Any] = {"purchases": PURCHASES, "spend": SPEND, "horizon": 52}
    with pytest.raises(InvalidValueError, match="value of 0 or less"):
        clv.with_clv(frame(rows), discount_rate=0, **terms)
    valued = columns_of(
        clv.with_clv(frame(rows), discount_rate=0, nonpositive="keep", **terms)
    )
    by_id = dict(zip(valued["customer_id"], valued["clv"], strict=True))
    assert by_id["a"] == 0
    assert min(by_id["b"], by_id["c"]) > 0


def test_a_policy_that_drops_rows_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="'nonpositive': no such option 'drop'"):
        _value(pd.DataFrame(CUSTOMERS), nonpositive="drop")


def test_columns_can_have_other_names() -> None:
    names = {"frequency": "x", "recency": "t_x", "monetary_value": "mean"}
    renamed = pd.DataFrame(CUSTOMERS).rename(columns=names)
    assert _value(renamed, columns=HistoryColumns(**names)) == _value(
        pd.DataFrame(CUSTOMERS)
    )


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (10, "10 is 1,000% a week, 100,000,000% or more a year. Pass 0.1 if you"),
        (0.1, r"0.1 is 10% a week, 14,347% a year. .*per_unit_rate\(0.1, time_unit='w"),
    ],
)
def test_a_rate_meant_in_percent_or_a_year_is_warned_of(rate: float, said: str) -> None:
    weekly = replace(PURCHASES, time_unit="week")
    customers = pd.DataFrame(CUSTOMERS)
    for value in (clv.with_clv, clv.with_clv_if_active):
        with pytest.warns(UnitWarning, match=said) as caught:
            value(
                customers,
                purchases=weekly,
                spend=SPEND,
                horizon=52,
                discount_rate=rate,
            )
        assert caught[0].filename == __file__
    # 100% a year exactly, and any rate of a model that does not know its unit.
    _value(customers, purchases=weekly, discount_rate=2 ** (7 / 365.2425) - 1)
    _value(customers, discount_rate=10)


def test_a_frame_is_opened_once_and_a_history_proved_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = {"opened": 0, "proved": 0}

    def counted(what: str, function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            calls[what] += 1
            return function(*arguments)

        return call

    for module in list(sys.modules.values()):
        for what, source, name in (
            ("opened", _frames.conversion, "read"),
            ("proved", history_proof, "flawless_history"),
        ):
            function = getattr(source, name)
            known = vars(module).get(name) if hasattr(module, "__dict__") else None
            if known is function and module is not source:
                monkeypatch.setattr(module, name, counted(what, function))
    proved = counted("proved", history_proof.flawless_history)
    monkeypatch.setattr(history_proof, "flawless_history", proved)
    _value(pd.DataFrame(CUSTOMERS))
    assert calls == {"opened": 1, "proved": 1}
