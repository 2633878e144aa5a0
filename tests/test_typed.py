"""An argument of a type that the annotation does not admit is refused by its name."""

import ast
import datetime as dt
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
import pytest

from crmkit import satisfaction, segments
from crmkit._check import typed
from crmkit.clv import BgNbd, GammaGamma, Nbd, compare_models, with_clv
from crmkit.clv.uncertainty.parameter_draws import Fitted
from crmkit.datasets import simulate_purchases, simulate_survey
from crmkit.errors import CrmkitError, InvalidTypeError, InvalidValueError, UnitWarning
from crmkit.typing import PurchaseModel


@typed
def asked(
    anything: Any = None,
    *,
    scale: tuple[int, int] = (1, 5),
    purchases: PurchaseModel | None = None,
    by: str | Sequence[str] = "plan",
    grain: Literal["day", "week"] = "day",
    shown: Callable[[int], int] | None = None,
    weights: Literal["equal"] | Mapping[str, float] = "equal",
    day: dt.date | str = "2024-01-01",
) -> str:
    del anything, scale, purchases, by, grain, shown, weights, day
    return "answered"


MODEL = BgNbd(r=0.2, alpha=4.0, a=0.8, b=2.4)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"anything": object()},
        {"scale": [1, 7]},
        {"purchases": MODEL},
        {"purchases": None},
        {"by": ["plan", "country"]},
        {"shown": abs},
        {"weights": {"speed": 2}},
        {"day": dt.date(2024, 1, 1)},
    ],
)
def test_what_the_annotation_admits_is_passed_on(given: dict[str, Any]) -> None:
    assert asked(**given) == "answered"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scale": 7}, "'scale': expected a tuple, got int 7"),
        ({"scale": (1, 2, 3)}, "'scale': expected a tuple of 2"),
        ({"scale": (1, "x")}, "'scale': expected a number, got str 'x'"),
        ({"purchases": 3}, "'purchases': expected a model with the method"),
        ({"purchases": BgNbd}, "'purchases': expected a model with the method"),
        ({"by": 3}, "'by': expected a text or a list, got int 3"),
        ({"by": ["plan", 3]}, "'by': expected a text or a list"),
        ({"grain": "hour"}, "'grain': no such option 'hour'"),
        ({"grain": pd.Series([1])}, "'grain': no such option"),
        ({"shown": 3}, "'shown': expected a function, got int"),
        ({"weights": "pls"}, "'weights': no such option 'pls'"),
        ({"weights": {"speed": "x"}}, "'weights': expected an option or a dictionary"),
    ],
)
def test_what_it_does_not_admit_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(CrmkitError, match=said):
        asked(**given)


@typed
def drawn(model: Fitted | None = None) -> str:
    del model
    return "drawn"


def test_the_first_absent_value_of_a_model_is_named_by_its_letters() -> None:
    # Those of the protocol that it extends are wanted too.
    alike: Any = SimpleNamespace(parameters={}, report=None)
    assert drawn(alike) == "drawn"
    assert drawn(MODEL) == "drawn"
    for given, absent in (
        (SimpleNamespace(), "parameters"),
        (SimpleNamespace(parameters={}), "report"),
        (SimpleNamespace(report=None), "parameters"),
    ):
        with pytest.raises(CrmkitError, match=f"'model'.*a model with '{absent}'"):
            drawn(cast("Any", given))


def test_a_warning_names_the_caller_of_a_guarded_function() -> None:
    customers = pd.DataFrame(
        {"frequency": [1], "recency": [1.0], "T": [2.0], "monetary_value": [3.0]}
    )
    model = BgNbd(r=0.2, alpha=4.0, a=0.8, b=2.4, time_unit="week")
    with pytest.warns(UnitWarning) as seen:
        with_clv(
            customers,
            purchases=model,
            spend=GammaGamma(p=6.0, q=4.0, v=15.0),
            horizon=4,
            discount_rate=10,
            margin=0.3,
        )
    assert [each.filename for each in seen] == [__file__]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("scale", None), ("scale", "ab"), ("low_at_most", None), ("low_at_most", "x")],
)
def test_the_scale_of_a_question_is_two_numbers(name: str, wrong: Any) -> None:
    answers = pd.DataFrame(
        {"speed": [1, 2, 3, 4, 5] * 9, "overall": [2, 1, 3, 5, 4] * 9}
    )
    given: dict[str, Any] = {"driver_cols": ["speed"], "outcome_col": "overall"}
    if name == "scale" and wrong is None:  # None means the range of the answers
        return
    with pytest.raises(InvalidTypeError, match=name):
        satisfaction.penalty_reward(answers, **{**given, name: wrong})


@pytest.mark.parametrize("wrong", [3, [3], "speed", pd.Series(["a"])])
def test_drivers_are_a_list_of_names(wrong: Any) -> None:
    answers = pd.DataFrame({"quick": [1, 2, 3, 4], "overall": [2, 1, 3, 4]})
    with pytest.raises(CrmkitError):
        satisfaction.fit_driver_weights(
            answers, driver_cols=wrong, outcome_col="overall"
        )


@pytest.mark.parametrize("end", ["2099-12-31", "9999-12-31"])
def test_an_end_far_after_the_log_is_refused_before_it_fills_the_memory(
    end: str,
) -> None:
    log = pd.DataFrame(
        {
            "customer_id": ["a", "b", "a"],
            "date": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-05"]),
            "amount": [1.0, 2.0, 3.0],
        }
    )
    with pytest.raises(InvalidValueError, match="periods of a day since the first"):
        segments.retention_curve(log, grain="day", observation_period_end=end)


@pytest.mark.parametrize("silence", [float("nan"), 1e308, "x", None])
def test_a_silence_that_is_no_change_of_log_odds_is_refused(silence: Any) -> None:
    with pytest.raises(CrmkitError, match="'silence'"):
        simulate_survey(n_customers=9, rng=np.random.default_rng(1), silence=silence)


def test_a_slip_of_zeros_is_refused_before_it_fills_the_memory() -> None:
    for wrong in ({"n_customers": 10**9}, {"n_customers": 3, "T": 1e12}):
        given: dict[str, Any] = {"T": 9.0, "purchases": MODEL, "spend": MODEL, **wrong}
        with pytest.raises(CrmkitError):
            simulate_purchases(rng=np.random.default_rng(1), **given)
    with pytest.raises(InvalidValueError, match=r"purchases would be drawn"):
        Nbd(r=0.5, alpha=4.0).sample_purchase_times(
            np.full(9, 30),
            np.full(9, 9),
            np.full(9, 9),
            horizon=1e14,
            rng=np.random.default_rng(1),
        )


def test_models_are_compared_by_their_methods() -> None:
    with pytest.raises(InvalidTypeError, match="'columns'"):
        compare_models(pd.DataFrame(), models={}, columns=3)  # type: ignore[arg-type]


def test_a_number_behind_a_hundred_texts_is_seen() -> None:
    mixed = ["a"] * 150 + [7]
    answers = pd.DataFrame({"plan": pd.Series(mixed, dtype=object), "score": 9})
    with pytest.raises(InvalidTypeError, match=r"'plan'.*objects of type int, str"):
        satisfaction.nps_by(answers, by="plan")


@pytest.mark.parametrize("amount", [1e308, -1e308, 2e75])
def test_an_amount_whose_square_overflows_is_refused(amount: float) -> None:
    base = pd.DataFrame({"clv": [1.0, amount]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InvalidValueError, match=r"'clv': value beyond 1e.75 in 1"):
            segments.gini(base)


def test_every_warning_names_the_line_of_the_caller() -> None:
    calls = [
        node
        for path in sorted((Path(__file__).parents[1] / "src").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "warnings.warn"
    ]
    assert len(calls) > 5
    for call in calls:
        told = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert told == {"stacklevel": "level_of_caller()"}
