"""Purchase and spend models read a history under whatever names it has."""

from typing import Any

import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.models.purchase_methods import PurchaseMethods
from crmkit.errors import InvalidTypeError, InvalidValueError, MissingColumnError
from crmkit.typing import HistoryColumns

NAMES = HistoryColumns(
    frequency="x", recency="t_x", T="age", monetary_value="mean", customer_id="who"
)
TO_NAMES = {
    "frequency": "x",
    "recency": "t_x",
    "T": "age",
    "monetary_value": "mean",
    "customer_id": "who",
}
MODELS: dict[str, Any] = {
    "bg_nbd": clv.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426),
    "mbg_nbd": clv.MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614),
    "pareto_nbd": clv.ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.669),
    "nbd": clv.Nbd(r=0.385, alpha=12.072),
}
SPEND = clv.GammaGamma(p=6.25, q=3.74, v=15.44)


@pytest.mark.parametrize("name", list(MODELS))
def test_other_names_give_the_same_fit_and_scores(
    name: str, cdnow: pd.DataFrame
) -> None:
    fit = getattr(clv, f"fit_{name}")
    renamed = cdnow.rename(columns=TO_NAMES)
    assert fit(renamed, columns=NAMES) == fit(cdnow)
    scored: Any = MODELS[name].with_expected_purchases(
        renamed, horizon=9, columns=NAMES
    )
    plain: Any = MODELS[name].with_expected_purchases(cdnow, horizon=9)
    expected = plain["expected_purchases"].tolist()
    assert scored["expected_purchases"].tolist() == expected


def test_spend_under_other_names_is_the_same(cdnow: pd.DataFrame) -> None:
    renamed = cdnow.rename(columns=TO_NAMES)
    fit = clv.fit_gamma_gamma(renamed, nonpositive="drop", columns=NAMES)
    assert fit == clv.fit_gamma_gamma(cdnow, nonpositive="drop")
    scored: Any = fit.with_expected_spend(renamed, columns=NAMES)
    plain: Any = fit.with_expected_spend(cdnow)
    assert scored["expected_spend"].tolist() == plain["expected_spend"].tolist()


def test_an_error_names_the_customer_by_the_column_of_ids() -> None:
    broken = pd.DataFrame(
        {"who": ["ann", "bob"], "x": [1, 2], "t_x": [3.0, 99.0], "age": 9.0}
    )
    for refused in (clv.fit_bg_nbd, MODELS["bg_nbd"].with_probability_alive):
        with pytest.raises(InvalidValueError, match=r"column 't_x': .*customer 'bob'"):
            refused(broken, columns=NAMES)
    spent = pd.DataFrame({"who": ["ann", "bob"], "x": [1, 2], "mean": [3.0, -1.0]})
    for refused in (clv.fit_gamma_gamma, SPEND.with_expected_spend):
        with pytest.raises(InvalidValueError, match=r"column 'mean': .*customer 'bob'"):
            refused(spent, columns=NAMES)


def test_a_column_that_is_not_there_is_named(cdnow: pd.DataFrame) -> None:
    with pytest.raises(MissingColumnError, match="'t_x'"):
        clv.fit_nbd(cdnow, columns=HistoryColumns(recency="t_x"))


@pytest.mark.parametrize("columns", [None, ("x", "t_x", "age"), {"frequency": "x"}])
def test_columns_of_another_kind_are_refused(cdnow: pd.DataFrame, columns: Any) -> None:
    calls: list[Any] = [
        clv.fit_bg_nbd,
        clv.fit_gamma_gamma,
        MODELS["bg_nbd"].with_probability_alive,
        SPEND.with_expected_spend,
        SPEND.with_log_likelihood,
    ]
    for call in calls:
        with pytest.raises(InvalidTypeError, match=r"'columns'.*HistoryColumns"):
            call(cdnow, columns=columns)


@pytest.mark.parametrize("name", list(MODELS))
def test_a_fit_knows_its_unit_and_how_far_its_data_reach(
    name: str, cdnow: pd.DataFrame
) -> None:
    fit = getattr(clv, f"fit_{name}")(cdnow, time_unit="week")
    assert fit.time_unit == "week"
    assert fit.report.longest_observation == cdnow["T"].max()
    assert "time_unit='week'" in str(fit)
    assert "T up to 38.857" in str(fit)
    assert type(fit).from_dict(fit.to_dict()) == fit


@pytest.mark.parametrize("kind", [*map(type, MODELS.values()), clv.BgBb])
def test_a_model_writes_no_method_again(kind: type[Any]) -> None:
    """What tells models apart is the value of formulas, never an overridden method."""
    written = {
        name
        for base in (PurchaseMethods, *PurchaseMethods.__mro__[1:-1])
        for name, method in vars(base).items()
        if callable(method) or isinstance(method, property | classmethod)
    }
    own = set(vars(kind)) & written
    # What @dataclass makes, and the check of parameters that all share.
    assert all(name.startswith("__") for name in own), own
    assert kind.__post_init__ is PurchaseMethods.__post_init__


def test_lifetimes_has_no_nbd() -> None:
    with pytest.raises(InvalidTypeError, match="lifetimes has no such model"):
        clv.Nbd.from_lifetimes(object())
