"""Checks return what they checked, or refuse in one sentence."""

import math
from typing import Any

import numpy as np
import pytest

from crmkit import _check, churn, clv
from crmkit.errors import CrmkitError, InvalidTypeError, InvalidValueError


@pytest.mark.parametrize("value", [True, "3", None, b"1", [1.0, 2.0], 1j, object()])
@pytest.mark.parametrize(
    "check", [_check.number, _check.positive, _check.nonnegative, _check.rate]
)
def test_what_is_no_number_is_refused_by_kind(check: Any, value: Any) -> None:
    with pytest.raises(InvalidTypeError, match="argument 'horizon': expected a number"):
        check("horizon", value)


@pytest.mark.parametrize("check", [_check.number, _check.positive, _check.rate])
def test_nan_is_refused(check: Any) -> None:
    with pytest.raises(InvalidValueError, match="invalid value nan"):
        check("horizon", math.nan)


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (_check.positive, [0, -1, math.inf]),
        (_check.nonnegative, [-1e-300, math.inf]),
        (_check.rate, [-1, -2, math.inf]),
        (_check.fraction, [0, 1, 95]),
        (_check.whole, [-1, 2.5, math.inf]),
    ],
)
def test_values_outside_their_range_are_refused(check: Any, bad: list[float]) -> None:
    for value in bad:
        with pytest.raises(InvalidValueError, match=r"argument 'a': invalid value"):
            check("a", value)


def test_values_inside_their_range_come_back() -> None:
    assert _check.positive("a", float(np.float32(0.5))) == 0.5
    assert _check.nonnegative("a", math.inf, infinite=True) == math.inf
    assert _check.rate("a", -0.5) == -0.5
    assert _check.fraction("a", 1, closed=True) == 1.0
    assert _check.whole("a", 3, at_least=1) == 3


def test_an_option_is_one_of_the_named() -> None:
    assert _check.one_of("kind", "b", ("a", "b")) == "b"
    with pytest.raises(InvalidValueError, match=r"Choose one of 'a', 'b'\."):
        _check.one_of("kind", "c", ("a", "b"))


@pytest.mark.parametrize("values", [["1", "2"], [True, False], [1j, 2j]])
def test_arrays_of_no_numbers_are_refused(values: Any) -> None:
    with pytest.raises(InvalidTypeError, match="an array of numbers"):
        _check.finite_array("x", values)


def test_a_hole_in_an_array_is_counted() -> None:
    with pytest.raises(InvalidValueError, match="missing or infinite value in 2 of 3"):
        _check.finite_array("x", [1.0, math.nan, math.inf])


def test_a_history_is_broadcast() -> None:
    x, recency, T = _check.purchase_history([0, 2], [0.0, 3.0], 5)
    assert x.dtype == recency.dtype == np.float64
    assert T.tolist() == [5.0, 5.0]


@pytest.mark.parametrize(
    ("history", "found"),
    [
        (([1], [6], [5]), "'recency': value above T"),
        (([-1], [0], [5]), "'frequency': negative value"),
        (([2.5], [1], [5]), "'frequency': value that is not whole"),
        (([0], [1], [5]), "'recency': value above 0 at frequency 0"),
        (([0], [0], [-5]), "'T': negative value"),
        (([1], [0], [0]), "'T': value of 0 with repeat purchases"),
        (([0], [math.nan], [5]), "'recency': missing or infinite value"),
        (([0], [0], [math.inf]), "'T': missing or infinite value"),
        (([1], [math.inf], [math.inf]), "'recency': missing or infinite value"),
        (([1], [1e308], [-1e308]), "'recency': value beyond 1e.75"),
    ],
)
def test_an_impossible_history_is_refused(history: Any, found: str) -> None:
    with pytest.raises(CrmkitError, match=found):
        _check.purchase_history(*history)


def test_several_rows_are_counted() -> None:
    with pytest.raises(
        InvalidValueError, match="'recency': value above T in 2 of 3 rows"
    ):
        _check.purchase_history([1, 1, 1], [6, 7, 1], [5, 5, 5])
    with pytest.raises(
        InvalidValueError, match="value that is not whole in 2 of 3 rows"
    ):
        _check.purchase_history([1.5, 1.5, 1], [1, 1, 1], [5, 5, 5])


def test_arrays_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"shapes \(3,\), \(2,\), \(1,\)"):
        _check.purchase_history([1, 2, 3], [1.0, 2.0], [2.0])
    with pytest.raises(InvalidTypeError, match="rows of unequal length"):
        _check.finite_array("x", [[1.0, 2.0], [3.0]])


@pytest.mark.parametrize(
    ("method", "remedy", "named"),
    [
        ("expected_purchases", "fit_bg_nbd", clv.BgNbd),
        ("discounted_expected_purchases", "fit_bg_nbd", clv.BgNbd),
        ("probability_of_n_purchases", "fit_bg_nbd", clv.BgNbd),
        ("with_probability_alive", "fit_bg_nbd", clv.BgNbd),
        ("sample_purchase_times", "fit_bg_nbd", clv.BgNbd),
        ("expected_spend", "fit_gamma_gamma", clv.GammaGamma),
        ("sample_amounts", "fit_gamma_gamma", clv.GammaGamma),
        ("survival_table", "fit_discrete_hazard", churn.DiscreteHazard),
        ("predict_proba", "a classifier", None),
    ],
)
def test_the_model_that_a_refusal_names_has_the_method(
    method: str, remedy: str, named: type | None
) -> None:
    with pytest.raises(InvalidTypeError, match=f"{method}.*{remedy}"):
        _check.able_to("model", object(), method)
    assert named is None or hasattr(named, method)


@pytest.mark.parametrize("group", [(1,), ("north", 2), (None, "north")])
def test_every_value_of_a_tuple_is_of_its_type(group: Any) -> None:
    with pytest.raises(InvalidTypeError, match="'group': expected a text or a tuple"):
        clv.ModelError().at(horizon=1.0, group=group)
    assert clv.ModelError().at(horizon=1.0, group=("north", "2")).scale > 0
