"""Covariates that tell customers apart, and effects per unit of each of them."""

import numpy as np
import pytest

from crmkit.clv.models.covariate_columns import (
    covariate_names,
    effect_factors,
    require_distinct,
)
from crmkit.clv.models.fitted_effects import (
    chosen_penalty,
    fitted_effects,
    require_settled,
    scaled,
)
from crmkit.errors import ConvergenceError, IdentifiabilityWarning, InvalidValueError
from crmkit.fits import FitReport
from crmkit.fits.effects import EffectFit
from crmkit.typing import FloatArray

WEIGHTS = np.array([1.0, 2.0, 5.0])
TABLE = np.array([[1.0, 7.0], [4.0, -2.0], [2.0, 3.0]])


def _column(*values: float) -> FloatArray:
    return np.array(values)[:, None]


@pytest.mark.parametrize("scale", [1e-13, 1.0, -1e9])
def test_a_column_tells_customers_apart_from_a_trillionth_of_its_size_on(
    scale: float,
) -> None:
    # The deviation of two values, each of half the customers, is half their distance.
    def ask(apart: float) -> None:
        require_distinct(_column(scale, scale * (1 + apart)), np.ones(2), ("a",))

    ask(2.2e-12)
    low, high = sorted((scale, scale * (1 + 1.8e-12)))
    with pytest.raises(InvalidValueError) as refused:
        ask(1.8e-12)
    assert str(refused.value) == (
        f"column 'a': values from {low:g} that differ by at most {high - low:.2g}. "
        "Subtract its mean, and choose a unit in which they show."
    )


def test_a_spread_is_that_of_weighted_customers() -> None:
    values = _column(0.0, 2.0)
    require_distinct(values, np.array([1.0, 1e20]), ("a",))
    with pytest.raises(InvalidValueError, match="values from 0 that differ by at most"):
        require_distinct(values, np.array([1.0, 1e26]), ("a",))


def test_one_value_for_all_is_named_with_whom_it_does_not_tell_apart() -> None:
    with pytest.raises(InvalidValueError) as refused:
        require_distinct(_column(3.5, 3.5), np.ones(2), ("a",), among="periods")
    assert str(refused.value) == (
        "column 'a': the value 3.5 for all periods. "
        "Leave it out: a covariate has to differ between periods."
    )


@pytest.mark.parametrize(("noise", "tied"), [(1.3e-5, True), (1.5e-5, False)])
def test_columns_are_tied_up_to_a_correlation_of_one_less_1e_10(
    noise: float, *, tied: bool
) -> None:
    # Of orthogonal columns u and v, u and u + e v correlate by 1 - e**2 / 2.
    u = np.array([1.0, 1.0, -1.0, -1.0])
    v = np.array([1.0, -1.0, 1.0, -1.0])
    table = np.stack([u + 5.0, 3.0 * (u + noise * v)], axis=1)
    if not tied:
        require_distinct(table, np.ones(4), ("a", "b"))
        return
    with pytest.raises(InvalidValueError, match="columns 'a', 'b': each determined"):
        require_distinct(table, np.ones(4), ("a", "b"))


def test_columns_are_tied_by_how_many_customers_they_count() -> None:
    # But for one customer in 1e12 the columns are equal.
    table = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]])
    require_distinct(table, np.array([1.0, 1.0, 1e-9]), ("a", "b"))
    with pytest.raises(InvalidValueError, match="each determined by the others"):
        require_distinct(table, np.array([1.0, 1.0, 1e-11]), ("a", "b"))


@pytest.mark.parametrize(
    ("part", "named"), [(0.08, "'a', 'b', 'c'"), (0.06, "'a', 'c'")]
)
def test_of_tied_columns_those_that_count_are_named(part: float, named: str) -> None:
    # a + part * b - c = 0: of b its share of a direction of length 1 is part / 1.418.
    u = np.array([1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0])
    v = np.array([1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0])
    apart = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    table = np.stack([u, v, u + part * v, apart], axis=1)
    with pytest.raises(InvalidValueError, match=f"^columns {named}: each"):
        require_distinct(table, np.ones(8), ("a", "b", "c", "d"))


def test_without_columns_there_is_nothing_to_tell_apart() -> None:
    require_distinct(np.zeros((2, 0)), np.ones(2), ())
    assert covariate_names("covariate_cols", ()) == ()
    assert covariate_names("covariate_cols", "web") == ("web",)
    assert covariate_names("covariate_cols", iter(["b", "a"])) == ("b", "a")


def test_effects_add_up_before_they_become_a_factor() -> None:
    found = effect_factors(TABLE, np.array([0.5, -0.1]))
    np.testing.assert_allclose(found, np.exp([-0.2, 2.2, 0.7]), rtol=1e-14, atol=0)
    with pytest.raises(InvalidValueError, match="infinite in 2 of 3 places"):
        effect_factors(TABLE, np.array([400.0, 1.0]))


def test_covariates_are_scaled_by_the_deviation_of_weighted_customers() -> None:
    found = scaled(("a", "b"), TABLE, WEIGHTS)
    mean = np.average(TABLE, axis=0, weights=WEIGHTS)
    each = np.repeat(TABLE, [1, 2, 5], axis=0)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-14, atol=0)
    np.testing.assert_allclose(found.spread, each.std(axis=0), rtol=1e-14, atol=0)
    known = (TABLE - mean) / each.std(axis=0)
    np.testing.assert_allclose(found.table, known, rtol=1e-12, atol=0)
    other = TABLE[:1] + 3.0
    known = (other - mean) / each.std(axis=0)
    np.testing.assert_allclose(found.of(other), known, rtol=1e-12, atol=0)
    assert found.places(["b", "a", "b"]) == [1, 0, 1]


def _optimum(deviation: float = 0.3, *, covariance: bool = True) -> EffectFit:
    """Return two parameters and the effects of a and b on one part, of b on another."""
    variances = np.diag([9.0, 9.0, deviation**2, 0.2**2, 0.1**2])
    return EffectFit(
        point=np.array([9.0, 8.0, 0.6, -0.4, 0.2]),
        penalised=np.array([7.0, 6.0, 0.5, -0.3, 0.1]),
        covariance=variances if covariance else None,
        log_likelihood=-50.0,
        weight=4.0,
        converged=True,
        iterations=7,
        gradient_norm=0.125,
    )


def _plain(*, converged: bool = True) -> FitReport:
    return FitReport(
        names=("r", "alpha"),
        estimates=(2.0, 3.0),
        converged=converged,
        iterations=3,
        gradient_norm=0.5,
        message="",
        log_likelihood=-58.0,
        n_customers=8.0,
        n_cells=3,
    )


def test_effects_are_per_unit_of_the_covariate() -> None:
    units = scaled(("a", "b"), TABLE, WEIGHTS)
    (a, b), (mean_a, mean_b) = units.spread.tolist(), units.mean.tolist()
    on = {"purchase rate": ["a", "b"], "dropout": ["b"]}
    found = fitted_effects(_optimum(), _plain(), units, on=on)
    names = [(effect.covariate, effect.on) for effect in found.effects]
    assert names == [("a", "purchase rate"), ("b", "purchase rate"), ("b", "dropout")]
    for part, known in {
        "estimate": [0.6 / a, -0.4 / b, 0.2 / b],
        "shrunk": [0.5 / a, -0.3 / b, 0.1 / b],
        "standard_error": [0.3 / a, 0.2 / b, 0.1 / b],
    }.items():
        each = [getattr(effect, part) for effect in found.effects]
        np.testing.assert_allclose(each, known, rtol=1e-14, atol=0)
    np.testing.assert_allclose(
        found.at_zero,
        [mean_a * 0.5 / a - mean_b * 0.3 / b, mean_b * 0.1 / b],
        rtol=1e-13,
        atol=0,
    )
    assert (found.test.statistic, found.test.degrees_of_freedom) == (16.0, 3)
    assert found.penalty == 4.0
    open_ = fitted_effects(_optimum(covariance=False), _plain(), units, on=on)
    assert [effect.standard_error for effect in open_.effects] == [None, None, None]


@pytest.mark.parametrize(("widest", "named"), [(9.99, False), (10.01, True)])
def test_an_effect_is_open_if_one_error_moves_a_customer_by_e_to_the_10(
    widest: float, *, named: bool
) -> None:
    units = scaled(("a", "b"), TABLE, WEIGHTS)
    # The customer farthest from the mean, in deviations of the covariate.
    found = _optimum(widest / float(np.abs(units.table[:, 0]).max()))
    known = fitted_effects(found, _plain(), units, on={"spend": ["a", "b"], "": ["b"]})

    def ask() -> None:
        require_settled(None, known.effects, found, _plain(), units)

    if not named:
        ask()
        return
    with pytest.warns(IdentifiabilityWarning) as told:
        ask()
    assert str(told[0].message) == (
        "the data leave the effects (a on spend) all but free. Predictions within the "
        "data hold; do not read meaning into the effects."
    )


def test_a_fit_without_curvature_leaves_the_plain_model_open_too() -> None:
    units = scaled(("a", "b"), TABLE, WEIGHTS)
    found = _optimum(covariance=False)
    known = fitted_effects(found, _plain(), units, on={"spend": ["a", "b"], "x": ["b"]})
    words = r"effects \(a on spend, b on spend, b on x\) or the plain model all but"
    with pytest.warns(IdentifiabilityWarning, match=words):
        require_settled(None, known.effects, found, _plain(), units)


def test_a_fit_is_refused_with_what_it_reached() -> None:
    units, reached = scaled(("a", "b"), TABLE, WEIGHTS), object()
    words = r"in 7 iterations \(largest slope 0\.12\)"
    with pytest.raises(ConvergenceError, match=words) as refused:
        require_settled(reached, (), _optimum(), _plain(converged=False), units)
    assert refused.value.fit is reached


def test_a_penalty_is_a_number_or_chosen() -> None:
    assert chosen_penalty("marginal") is None
    assert chosen_penalty(2.5) == 2.5
    assert chosen_penalty(1e15) == 1e15
    for refused in (-1.0, 1.1e15):
        with pytest.raises(InvalidValueError, match="'penalty'"):
            chosen_penalty(refused)
