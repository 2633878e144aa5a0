"""What every fit of purchases asks of its data, and promises of its answer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import clv
from crmkit.clv.models import fitting
from crmkit.errors import (
    ConvergenceError,
    CrmkitWarning,
    InvalidTypeError,
    InvalidValueError,
    MissingColumnError,
    NotEnoughDataError,
)
from crmkit.fits import Penalty, estimate
from crmkit.kernels.base.cells import Cells
from crmkit.kernels.purchases.starting_sample import thinned

Frame = Any
Build = Callable[[dict[str, Any]], Frame]

FITS: dict[str, Callable[..., Any]] = {
    "nbd": clv.fit_nbd,
    "bg_nbd": clv.fit_bg_nbd,
    "mbg_nbd": clv.fit_mbg_nbd,
    "pareto_nbd": clv.fit_pareto_nbd,
}
HISTORY: dict[str, list[float]] = {
    "frequency": [2, 0, 1, 3, 0, 1, 5],
    "recency": [30.0, 0.0, 5.0, 33.0, 0.0, 20.0, 37.0],
    "T": [38.0, 38.0, 36.0, 35.0, 39.0, 37.0, 38.0],
}


@pytest.fixture(params=list(FITS))
def fit(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return FITS[request.param]


def _changed(**columns: list[Any]) -> dict[str, Any]:
    return {**HISTORY, **columns}


@pytest.mark.parametrize(
    ("cell", "value", "found"),
    [
        (
            ("recency", 0),
            38.5,
            "column 'recency': impossible value in 1 of 7 rows",
        ),  # S01
        (
            ("frequency", 2),
            -1,
            "column 'frequency': negative value in 1 of 7 rows",
        ),  # S02
        (("frequency", 2), 2.5, "column 'frequency': impossible value"),  # S03
        (("recency", 1), 12.0, "column 'recency': impossible value"),  # S04
        (("T", 1), -3.0, "column 'T': negative value"),  # S07
        (("recency", 3), float("nan"), "column 'recency': missing value"),  # S08
        (("T", 3), float("inf"), "column 'T': infinite value"),  # S09
    ],
)
def test_an_impossible_history_is_refused_by_name_and_count(
    fit: Callable[..., Any],
    frame: Build,
    cell: tuple[str, int],
    value: float,
    found: str,
) -> None:
    column, at = cell
    values: list[float] = [float(entry) for entry in HISTORY[column]]
    values[at] = value
    with pytest.raises(InvalidValueError, match=found):
        fit(frame(_changed(**{column: values})))


def test_purchases_in_no_time_are_refused(fit: Callable[..., Any]) -> None:  # S06
    nothing = {"frequency": [2, 0], "recency": [0.0, 0.0], "T": [0.0, 0.0]}
    with pytest.raises(InvalidValueError, match="column 'T': impossible value"):
        fit(pd.DataFrame(nothing))


@pytest.mark.parametrize(("at", "T"), [(1, 5e-324), (2, 5e-324), (1, 9e-76)])
def test_times_too_near_nothing_are_refused(
    at: int, T: float, fit: Callable[..., Any]
) -> None:
    ages = [*HISTORY["T"][:at], T, *HISTORY["T"][at + 1 :]]
    silent = [min(pair) for pair in zip(HISTORY["recency"], ages, strict=True)]
    short = pd.DataFrame(_changed(recency=silent, T=ages))
    with pytest.raises(InvalidValueError, match=r"'T': .*between 0 and 1e-75"):
        fit(short)
    model = clv.BgNbd(r=0.2, alpha=4.0, a=0.8, b=2.4)
    with pytest.raises(InvalidValueError, match="between 0 and 1e-75"):
        model.probability_alive(*short.to_numpy().T)
    assert model.probability_alive([0], [0], [1e-74]) == 1.0


@pytest.mark.parametrize("lazy", [False, True])
def test_a_score_refuses_an_age_too_near_nothing(*, lazy: bool) -> None:
    pl = pytest.importorskip("polars")
    model = clv.BgNbd(r=0.2, alpha=4.0, a=0.8, b=2.4)

    def scored(T: float) -> list[float]:
        rows = pl.DataFrame({"frequency": [0, 0], "recency": [0.0, 0.0], "T": [9.0, T]})
        found = model.with_probability_alive(rows.lazy() if lazy else rows).lazy()
        alive: list[float] = found.collect()["probability_alive"].to_list()
        return alive

    assert scored(1e-75) == scored(0.0) == [1.0, 1.0]
    with pytest.raises(InvalidValueError, match=r"'T': impossible value in 1 of 2"):
        scored(9.9e-76)


def test_the_first_example_names_row_and_customer(fit: Callable[..., Any]) -> None:
    customers = pd.DataFrame(
        {
            **HISTORY,
            "customer_id": list("abcdefg"),
            "recency": [30.0, 0, 99, 33, 0, 20, 37],
        }
    )
    with pytest.raises(
        InvalidValueError, match=r"first: row 2, customer 'c', value 99"
    ):
        fit(customers)


def test_nobody_came_back_is_refused_naming_frequency(
    fit: Callable[..., Any],
) -> None:  # S14
    once = pd.DataFrame({"frequency": [0, 0], "recency": [0.0, 0.0], "T": [9.0, 8.0]})
    with pytest.raises(NotEnoughDataError, match=r"'frequency' above 0.*0 of 2"):
        fit(once)


@pytest.mark.parametrize("count", [0, 1])
def test_one_customer_or_none_is_refused(
    fit: Callable[..., Any], count: int
) -> None:  # S15, S16
    with pytest.raises(NotEnoughDataError, match=f"at least 2 customers.*got {count}"):
        fit(pd.DataFrame(HISTORY).head(count).astype(float))


@pytest.mark.parametrize(
    ("weights", "found"),
    [
        ([1.0, 2, -1, 1, 1, 1, 1], "column 'w': negative value"),
        ([1.0, float("nan"), 1, 1, 1, 1, 1], "column 'w': missing value"),
        ([0.0] * 7, "column 'w': weight of 0 in every row"),
    ],
)  # S25
def test_weights_that_are_no_weights_are_refused(
    fit: Callable[..., Any], frame: Build, weights: list[float], found: str
) -> None:
    with pytest.raises(InvalidValueError, match=found):
        fit(frame(_changed(w=weights)), weight_col="w")


def test_a_missing_column_is_refused(fit: Callable[..., Any]) -> None:
    with pytest.raises(MissingColumnError, match="recency"):
        fit(pd.DataFrame(HISTORY).drop(columns="recency"))


@pytest.mark.parametrize("thing", [None, [1, 2], np.zeros((3, 3)), {"frequency": [1]}])
def test_what_is_no_frame_is_refused(fit: Callable[..., Any], thing: object) -> None:
    with pytest.raises(InvalidTypeError, match="DataFrame"):
        fit(thing)


@pytest.mark.parametrize("penalty", [-1.0, float("nan"), float("inf"), "1", None, True])
def test_an_impossible_penalty_is_refused(
    fit: Callable[..., Any], cdnow: pd.DataFrame, penalty: Any
) -> None:
    with pytest.raises((InvalidValueError, InvalidTypeError), match="penalty"):
        fit(cdnow, penalty=penalty)


def test_every_library_gives_the_same_fit_to_the_bit(
    fit: Callable[..., Any], frame: Build, cdnow: pd.DataFrame
) -> None:
    part = cdnow.head(600)
    columns = {name: part[name].tolist() for name in HISTORY}
    assert fit(frame(columns)) == fit(part)


def test_repeats_at_once_are_noted(
    fit: Callable[..., Any], cdnow: pd.DataFrame
) -> None:  # S05
    odd = pd.DataFrame({"frequency": [3], "recency": [0.0], "T": [30.0]})
    both = pd.concat([cdnow[["frequency", "recency", "T"]], odd])
    said = "'recency': 1 of 2,358 customers came back"
    with pytest.warns(CrmkitWarning, match=said) as noted:
        fit(both)
    assert {each.filename for each in noted} == {__file__}  # the line of the caller


def test_ids_that_repeat_are_noted(
    fit: Callable[..., Any], cdnow: pd.DataFrame
) -> None:  # S17
    said = "'customer_id': 1 of 2,358 rows repeat an"
    with pytest.warns(CrmkitWarning, match=said) as noted:
        fit(pd.concat([cdnow, cdnow.head(1)]))
    assert {each.filename for each in noted} == {__file__}


def test_the_order_of_rows_does_not_matter_to_the_last_bit(
    fit: Callable[..., Any], cdnow: pd.DataFrame
) -> None:
    assert fit(cdnow.sample(frac=1, random_state=3)) == fit(cdnow)


def test_the_customers_are_left_as_they_were(
    fit: Callable[..., Any], cdnow: pd.DataFrame
) -> None:
    before = cdnow.copy(deep=True)
    fit(cdnow)
    pd.testing.assert_frame_equal(cdnow, before)


def test_a_weight_is_a_repetition(fit: Callable[..., Any], cdnow: pd.DataFrame) -> None:
    weighted = cdnow.drop(columns="customer_id").assign(w=np.arange(len(cdnow)) % 3)
    repeated = weighted.loc[np.repeat(cdnow.index, weighted["w"])]
    first, second = fit(weighted, weight_col="w"), fit(repeated)
    _assert_close(first.parameters, second.parameters, 1e-9)
    assert first.report.n_customers == second.report.n_customers == len(repeated)


def test_twice_the_base_is_the_same_fit_with_smaller_errors(
    fit: Callable[..., Any], cdnow: pd.DataFrame
) -> None:
    anonymous = cdnow.drop(columns="customer_id")
    once, twice = fit(cdnow), fit(pd.concat([anonymous, anonymous]))
    _assert_close(once.parameters, twice.parameters, 1e-7)
    assert twice.report.log_likelihood == pytest.approx(
        2 * once.report.log_likelihood, rel=1e-12
    )
    for name, error in twice.report.standard_errors.items():
        expected = once.report.standard_errors[name] / np.sqrt(2)
        assert error == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("penalty", [0.0, 5.0])
def test_the_unit_of_time_only_rescales(
    fit: Callable[..., Any], cdnow: pd.DataFrame, penalty: float
) -> None:
    days = cdnow.assign(recency=cdnow["recency"] * 7, T=cdnow["T"] * 7)
    in_weeks, in_days = fit(cdnow, penalty=penalty), fit(days, penalty=penalty)
    factors = {"alpha": 7.0, "beta": 7.0}
    for name, value in in_days.parameters.items():
        expected = in_weeks.parameters[name] * factors.get(name, 1.0)
        assert value == pytest.approx(expected, rel=1e-6)
    moved = cdnow["frequency"].sum() * np.log(7)
    assert in_days.report.log_likelihood == pytest.approx(
        in_weeks.report.log_likelihood - moved, rel=1e-9
    )


@pytest.mark.parametrize("seed", range(5))
def test_every_sensible_start_ends_at_the_same_optimum(
    fit: Callable[..., Any], cdnow: pd.DataFrame, seed: int
) -> None:
    # Shapes within a factor of 12 of 1, scales within it of the mean age.
    model = fit(cdnow)
    columns = [cdnow[name].to_numpy(float) for name in HISTORY]
    centre = [
        np.log(columns[2].mean()) if name in {"alpha", "beta"} else 0.0
        for name in model.parameters
    ]
    away = np.random.default_rng(seed).uniform(-2.5, 2.5, len(centre))
    found = estimate(
        model.formulas.kernel.objective(*columns, np.ones(len(cdnow))),
        model.report.names,
        start=np.array(centre) + away,
        n_customers=len(cdnow),
        n_cells=len(cdnow),
        penalty=Penalty(weight=0.0, centre=tuple(centre)),
    )
    assert found.converged
    for name, value in zip(found.names, found.estimates, strict=True):
        error = model.report.standard_errors[name]
        assert abs(value - model.parameters[name]) < 1e-5 * error


def test_a_penalty_weighs_less_the_more_customers_there_are(
    fit: Callable[..., Any], cdnow: pd.DataFrame
) -> None:
    anonymous = cdnow.drop(columns="customer_id")
    free = np.log(list(fit(cdnow).parameters.values()))
    few = np.log(list(fit(cdnow, penalty=2.0).parameters.values()))
    many = np.log(
        list(fit(pd.concat([anonymous] * 20), penalty=2.0).parameters.values())
    )
    assert np.abs(many - free).max() < 0.2 * np.abs(few - free).max()
    assert np.abs(few - free).max() > 1e-3


def test_a_fit_comes_back_from_json_to_the_bit(
    fit: Callable[..., Any], cdnow: pd.DataFrame
) -> None:
    import json

    model = fit(cdnow, time_unit="week")
    again = type(model).from_dict(json.loads(json.dumps(model.to_dict())))
    assert again == model
    assert hash(again) == hash(model)


def test_the_fit_reached_travels_on_the_error(
    fit: Callable[..., Any], cdnow: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    module = sys.modules["crmkit.fits.estimation"]
    monkeypatch.setattr(module, "_ITERATIONS", 1)
    with pytest.raises(
        ConvergenceError, match="did not converge in 1 iteration"
    ) as refused:
        fit(cdnow)
    assert not refused.value.fit.report.converged  # type: ignore[attr-defined]


def _assert_close(
    first: dict[str, float], second: dict[str, float], tolerance: float
) -> None:
    for name, value in first.items():
        assert value == pytest.approx(second[name], rel=tolerance)


def test_a_fit_prints_as_its_parameters_and_its_report(cdnow: pd.DataFrame) -> None:
    fit = clv.fit_bg_nbd(cdnow)
    first, *rest = str(fit).splitlines()
    assert first == "BgNbd(r=0.2426, alpha=4.414, a=0.7929, b=2.426)"
    assert "\n".join(rest) == str(fit.report)


@pytest.mark.parametrize("name", FITS)
def test_a_fit_begun_at_a_sample_ends_where_it_does_without(
    name: str, cdnow: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = FITS[name](cdnow).report
    samples: list[int] = []

    def kept(cells: Cells, size: int) -> Cells:
        samples.append(size)
        return thinned(cells, size)

    monkeypatch.setattr(fitting, "MANY", 256)
    monkeypatch.setattr(fitting, "thinned", kept)
    begun = FITS[name](cdnow).report
    assert samples == [64]
    assert begun.converged
    assert begun.n_customers == whole.n_customers == 2357
    np.testing.assert_allclose(begun.estimates, whole.estimates, rtol=1e-6)
    assert begun.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)
