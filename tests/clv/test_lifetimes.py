"""From and to lifetimes, whose fits are the oracle of ours."""

import json
import subprocess
import sys
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from crmkit import clv
from crmkit.errors import InvalidTypeError, NotEnoughDataError

# Another process: lifetimes changes options and warning filters when imported.
ORACLE = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pandas as pd
import lifetimes
customers = pd.DataFrame(json.load(sys.stdin))
columns = [customers[c] for c in ("frequency", "recency", "T")]
repeat = customers[customers["frequency"] > 0]
found = {}
for name in ("BetaGeoFitter", "ModifiedBetaGeoFitter"):
    fitter = getattr(lifetimes, name)().fit(*columns)
    ahead = fitter.conditional_expected_number_of_purchases_up_to_time(39, *columns)
    alive = fitter.conditional_probability_alive(*columns)
    found[name] = {
        "params": dict(fitter.params_),
        "expected": list(ahead), "alive": list(alive),
    }
fitter = lifetimes.GammaGammaFitter().fit(
    repeat["frequency"], repeat["monetary_value"]
)
spend = fitter.conditional_expected_average_profit(
    customers["frequency"], customers["monetary_value"]
)
found["GammaGammaFitter"] = {"params": dict(fitter.params_), "spend": list(spend)}
found["clv"] = list(
    fitter.customer_lifetime_value(
        lifetimes.BetaGeoFitter().fit(*columns), *columns,
        customers["monetary_value"], time=12, discount_rate=0.01, freq="W",
    )
)
json.dump(found, sys.stdout)
"""
COLUMNS = ("frequency", "recency", "T", "monetary_value")
FITTERS: dict[str, tuple[Any, dict[str, float]]] = {
    "BetaGeoFitter": (clv.BgNbd, {"r": 0.2, "alpha": 4.0, "a": 0.8, "b": 2.4}),
    "ModifiedBetaGeoFitter": (clv.MbgNbd, {"r": 0.2, "alpha": 4.0, "a": 0.8, "b": 2.4}),
    "ParetoNBDFitter": (
        clv.ParetoNbd,
        {"r": 0.5, "alpha": 10.0, "s": 0.6, "beta": 11.0},
    ),
    "BetaGeoBetaBinomFitter": (
        clv.BgBb,
        {"alpha": 1.2, "beta": 0.7, "gamma": 0.6, "delta": 2.7},
    ),
    "GammaGammaFitter": (clv.GammaGamma, {"p": 6.2, "q": 3.7, "v": 15.4}),
}


def _fitter(kind: str, parameters: dict[str, float] | None) -> object:
    """Stand in for a lifetimes object: a class of that name with ``params_``."""
    made: object = type(kind, (SimpleNamespace,), {})(params_=parameters)
    return made


@pytest.fixture(scope="module")
def oracle(cdnow: pd.DataFrame) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", ORACLE],
        input=json.dumps({name: cdnow[name].tolist() for name in COLUMNS}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("kind", "fit"),
    [("BetaGeoFitter", clv.fit_bg_nbd), ("ModifiedBetaGeoFitter", clv.fit_mbg_nbd)],
)
def test_fits_and_predictions_agree_with_lifetimes(
    oracle: dict[str, Any], cdnow: pd.DataFrame, kind: str, fit: Any
) -> None:
    model = fit(cdnow)
    for name, value in oracle[kind]["params"].items():
        error = model.report.standard_errors[name]
        assert abs(model.parameters[name] - value) < 1e-3 * error
    other = FITTERS[kind][0].from_lifetimes(_fitter(kind, oracle[kind]["params"]))
    scored = cdnow.pipe(other.with_probability_alive).pipe(
        other.with_expected_purchases, horizon=39
    )
    assert scored["expected_purchases"].tolist() == pytest.approx(
        oracle[kind]["expected"], rel=1e-9, abs=0
    )
    assert scored["probability_alive"].tolist() == pytest.approx(
        oracle[kind]["alive"], rel=1e-9, abs=0
    )


def test_spend_agrees_with_lifetimes(
    oracle: dict[str, Any], cdnow: pd.DataFrame
) -> None:
    found = oracle["GammaGammaFitter"]
    other = clv.GammaGamma.from_lifetimes(_fitter("GammaGammaFitter", found["params"]))
    scored = other.with_expected_spend(cdnow)["expected_spend"]
    assert scored.tolist() == pytest.approx(found["spend"], rel=1e-9)


def test_a_value_of_lifetimes_is_the_sum_at_the_ends_of_its_months(
    oracle: dict[str, Any], cdnow: pd.DataFrame
) -> None:
    fitted = oracle["BetaGeoFitter"]["params"]
    purchases = clv.BgNbd.from_lifetimes(_fitter("BetaGeoFitter", fitted))
    fitted = oracle["GammaGammaFitter"]["params"]
    spend = clv.GammaGamma.from_lifetimes(_fitter("GammaGammaFitter", fitted))
    history = [cdnow[name] for name in COLUMNS[:3]]
    so_far = [
        purchases.expected_purchases(*history, horizon=4.345 * month)
        for month in range(13)
    ]
    months = pairwise(so_far)
    bought = sum((b - a) / 1.01**at for at, (a, b) in enumerate(months, start=1))
    each = bought * spend.expected_spend(cdnow["frequency"], cdnow["monetary_value"])
    assert list(each) == pytest.approx(oracle["clv"], rel=1e-9, abs=0)
    # Continuous discounting, as docs/coming-from/lifetimes.md converts the call.
    ours: Any = clv.with_clv(
        cdnow,
        purchases=purchases,
        spend=spend,
        horizon=12 * 4.345,
        discount_rate=clv.per_unit_rate(1.01**12 - 1, time_unit="week"),
    )["clv"]
    assert (ours / oracle["clv"]).between(1.0050, 1.0051).all()


@pytest.mark.parametrize("kind", list(FITTERS))
def test_parameters_go_there_and_back(kind: str) -> None:
    model, parameters = FITTERS[kind]
    built = model.from_lifetimes(_fitter(kind, parameters))
    assert built == model(**parameters)
    assert built.parameters == parameters


def test_another_model_is_refused_by_name() -> None:
    with pytest.raises(
        InvalidTypeError, match="BetaGeoFitter of lifetimes, got Pareto"
    ):
        clv.BgNbd.from_lifetimes(_fitter("ParetoNBDFitter", {"r": 1.0}))


def test_a_model_that_was_not_fitted_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="not fitted"):
        clv.BgNbd.from_lifetimes(_fitter("BetaGeoFitter", None))


def test_lifetimes_is_never_imported() -> None:
    code = "import crmkit.clv, sys; sys.exit('lifetimes' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
