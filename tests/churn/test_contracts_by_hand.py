"""Contract models from their definitions: likelihood, errors, payments and rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from scipy.special import betaln, expit, psi
from scipy.stats import norm

from crmkit.churn import (
    BetaDiscreteWeibull,
    ShiftedBetaGeometric,
    fit_beta_discrete_weibull,
    fit_shifted_beta_geometric,
)
from crmkit.churn.contracts.renewals import cohort_renewals, spell_renewals
from crmkit.churn.contracts.value_ahead import residual_terms, tenure_array
from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.typing import FloatArray

# Of the young cohort half are lost at once: as many lost as kept.
CURVES = {"old": [900, 620, 480, 401, 366], "new": [250, 190, 160], "young": [80, 40]}
COHORTS = pd.DataFrame(
    [(name, at, n) for name, curve in CURVES.items() for at, n in enumerate(curve)],
    columns=["cohort", "renewals", "customers"],
).sample(frac=1, random_state=3)
READ: dict[str, Any] = {
    "cohort_col": "cohort",
    "renewals_col": "renewals",
    "customers_col": "customers",
}
SPELLS: dict[str, Any] = {
    "duration_col": "duration",
    "event_col": "event_observed",
    "entry_col": None,
    "weight_col": None,
}


def log_survival(t: FloatArray, a: float, b: float, c: float) -> FloatArray:
    return np.asarray(betaln(a, b + t**c) - betaln(a, b), dtype=np.float64)


def log_likelihood(a: float, b: float, c: float) -> float:
    """Add up all customers: lost between two renewals, or still there at the last."""
    total = 0.0
    for curve in CURVES.values():
        alive = np.exp(log_survival(np.arange(float(len(curve))), a, b, c))
        total += float(-np.diff(curve) @ np.log(-np.diff(alive)))
        total += curve[-1] * float(np.log(alive[-1]))
    return total


@pytest.mark.parametrize("weibull", [False, True])
def test_a_fit_is_the_maximum_of_the_likelihood_of_all_customers(
    *, weibull: bool
) -> None:
    size = 3 if weibull else 2
    fit: Any = (fit_beta_discrete_weibull if weibull else fit_shifted_beta_geometric)(
        COHORTS, time_unit="year"
    )

    def loss(logs: FloatArray) -> float:
        return -log_likelihood(*np.exp([*logs, 0.0][:3]))

    start = np.log([*fit.parameters.values()])
    best = minimize(loss, start + 0.1, method="Nelder-Mead", options={"xatol": 1e-7})
    assert fit.report.log_likelihood == pytest.approx(-best.fun, rel=1e-8, abs=0)
    assert_allclose(start, best.x, rtol=0, atol=2e-3)
    # The slope is nothing at the maximum.
    steps = 1e-5 * np.eye(size)
    slopes = [(loss(start + h) - loss(start - h)) / 2e-5 for h in steps]
    assert_allclose(slopes, 0.0, rtol=0, atol=1e-4)
    far = 100 * steps
    bend = [
        [
            sum(i * j * loss(start + i * g + j * h) for i in (-1, 1) for j in (-1, 1))
            for g in far
        ]
        for h in far
    ]
    scale = np.exp(start)
    covariance = np.linalg.inv(np.array(bend) / 4e-6) * np.outer(scale, scale)
    assert_allclose(fit.report.covariance, covariance, rtol=2e-3, atol=0)
    report = fit.report
    # Four renewals, and the customers at the start of all cohorts.
    assert (report.n_customers, report.n_cells, fit.time_unit) == (1230, 4, "year")


@pytest.mark.parametrize("level", [0.6, 0.95])
def test_a_projection_has_the_limits_of_the_delta_method(level: float) -> None:
    fit = fit_shifted_beta_geometric(COHORTS)
    found = fit.projection(horizon=9, level=level)
    a, b, t = fit.a, fit.b, np.arange(1.0, 10)
    assert fit.report is not None
    covariance = np.array(fit.report.covariance)
    z = norm.ppf(0.5 + level / 2)

    def limits(share: FloatArray, slopes: FloatArray) -> list[FloatArray]:
        error = np.sqrt(np.einsum("ti,ij,tj->t", slopes, covariance, slopes))
        middle = np.log(share / (1 - share))
        return [expit(middle + side * z * error) for side in (-1, 1)]

    survival = np.exp(log_survival(t, a, b, 1.0))
    of_a = psi(a + b) - psi(a + b + t)
    of_b = psi(b + t) - psi(a + b + t) - psi(b) + psi(a + b)
    # A logarithm has the slope of its logit times what is lost.
    slopes = np.column_stack([of_a, of_b]) / (1 - survival)[:, None]
    low, high = limits(survival, slopes)
    assert found.renewals == tuple(range(1, 10))
    assert_allclose(found.survival, survival, rtol=1e-10, atol=0)
    assert_allclose(found.survival_lower, low, rtol=1e-7, atol=0)
    assert_allclose(found.survival_upper, high, rtol=1e-7, atol=0)
    kept = (b + t - 1) / (a + b + t - 1)
    low, high = limits(kept, np.column_stack([np.full(9, -1 / a), 1 / (b + t - 1)]))
    assert_allclose(found.retention, kept, rtol=1e-10, atol=0)
    assert_allclose(found.retention_lower, low, rtol=1e-7, atol=0)
    assert_allclose(found.retention_upper, high, rtol=1e-7, atol=0)
    assert found.level == level
    assert len(fit.projection(horizon=1).renewals) == 1
    with pytest.raises(InvalidValueError, match="horizon"):
        fit.projection(horizon=0)


@pytest.mark.parametrize("c", [1.0, 0.7, 1.6])
def test_payments_to_come_are_the_chances_to_be_there_discounted(c: float) -> None:
    a, b, tenure = 0.9, 2.3, [0, 4, 1]
    model: Any = BetaDiscreteWeibull(a=a, b=b, c=c)
    plain = ShiftedBetaGeometric(a=a, b=b)
    for each in (model, plain) if c == 1 else (model,):
        for n, found in zip(
            tenure,
            each.discounted_residual_lifetime(tenure, discount_rate=0.25, horizon=3),
            strict=True,
        ):
            t = np.arange(n, n + 4.0)
            S = np.exp(log_survival(t, a, b, c))
            truth = (S[1] + S[2] / 1.25 + S[3] / 1.25**2) / S[0]
            assert found == pytest.approx(truth, rel=1e-11, abs=0)
            given = each.survival([0, 1, 3], tenure=n)
            assert_allclose(given, S[[0, 1, 3]] / S[0], rtol=1e-11, atol=0)
            assert each.survival(1, tenure=n).shape == each.retention(1).shape == ()
            kept = each.retention([n + 1, n + 3])
            assert_allclose(kept, [S[1] / S[0], S[3] / S[2]], rtol=1e-10, atol=0)
        # Retention is asked of a renewal, the first at the earliest.
        assert each.retention([0]) == each.retention([1])
        nothing = each.discounted_residual_lifetime(1, discount_rate=0.25, horizon=0)
        assert nothing.shape == ()
        for last in (3, np.inf):
            square = each.discounted_residual_lifetime(
                [[0, 1], [1, 5]], discount_rate=0.25, horizon=last
            )
            one = each.discounted_residual_lifetime(1, discount_rate=0.25, horizon=last)
            assert one.shape == ()
            assert one == square[0, 1] == square[1, 0]
        assert nothing == 0.0


def test_rows_get_their_value_and_the_risk_of_several_renewals() -> None:
    model = ShiftedBetaGeometric(a=0.9, b=2.3)
    rows = pd.DataFrame({"tenure": [0.0, 3.0], "margin": [7.0, -2.0]})
    found: Any = model.with_residual_value(rows, discount_rate=0.25, horizon=4)
    each = model.discounted_residual_lifetime([0, 3], discount_rate=0.25, horizon=4)
    assert_allclose(found["residual_value"], each * [7.0, -2.0], rtol=1e-13, atol=0)
    for ahead in (1, 4):
        risk: Any = model.with_churn_risk(rows, horizon=ahead)
        S = np.exp(log_survival(np.array([0.0, 3, ahead, 3 + ahead]), 0.9, 2.3, 1.0))
        lost = 1 - S[2:] / S[:2]
        assert_allclose(risk["churn_risk"], lost, rtol=1e-10, atol=0)
    first: Any = model.with_churn_risk(rows)["churn_risk"]
    assert first.equals(model.with_churn_risk(rows, horizon=1)["churn_risk"])
    with pytest.raises(InvalidValueError, match="horizon"):
        model.with_churn_risk(rows, horizon=0)
    with pytest.raises(InvalidValueError, match="'tenure': value that is not whole"):
        model.with_churn_risk(rows.assign(tenure=[0.0, 2.5]))


def test_lifetimes_of_the_geometric_are_their_sums() -> None:
    model = ShiftedBetaGeometric(a=3.5, b=2.25)
    assert model.polarisation == pytest.approx(1 / 6.75, rel=1e-15, abs=0)
    t = np.arange(400_000.0)
    S = np.exp(log_survival(t, 3.5, 2.25, 1.0))
    rest = model.expected_residual_lifetime([0, 5])
    assert_allclose(rest, [S[1:].sum(), S[6:].sum() / S[5]], rtol=1e-9, atol=0)
    paid = model.discounted_lifetime(discount_rate=0.1)
    assert paid == pytest.approx(float(S @ 1.1**-t), rel=1e-11, abs=0)


def test_cohorts_are_read_in_any_order_and_as_whole_floats() -> None:
    found = cohort_renewals(COHORTS, **READ)
    assert found.customers == 1230
    assert found.renewal.tolist() == [1, 2, 3, 4]
    assert found.lost.tolist() == [280 + 60 + 40, 140 + 30, 79, 35]
    assert found.kept.tolist() == [620 + 190 + 40, 480 + 160, 401, 366]
    floats = cohort_renewals(COHORTS.astype({"renewals": float}), **READ)
    assert floats.lost.tolist() == found.lost.tolist()
    with pytest.raises(InvalidValueError, match="'renewals': value that is not whole"):
        cohort_renewals(COHORTS.assign(renewals=COHORTS["renewals"] + 0.5), **READ)
    with pytest.raises(NotEnoughDataError, match="a cohort, got 0 rows"):
        cohort_renewals(COHORTS[:0], **READ)


def test_a_cohort_is_refused_by_its_name_and_its_renewals() -> None:
    long = pd.DataFrame(
        {"cohort": "b", "renewals": range(1, 15), "customers": range(90, 76, -1)}
    )
    rows = pd.concat([COHORTS[COHORTS["cohort"] == "young"], long])
    told = r"cohort 'b': renewals \[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12\]\."
    with pytest.raises(InvalidValueError, match=told):
        cohort_renewals(rows, **READ)
    grown = long.assign(renewals=range(14), customers=[9, 9, 8, 9, 7, 8, *[7] * 8])
    told = "cohort 'b': more customers after renewal 3 than before"
    with pytest.raises(InvalidValueError, match=told):
        cohort_renewals(pd.concat([COHORTS, grown]), **READ)
    still = pd.DataFrame(
        {"cohort": [1, 1, 2, 2], "renewals": [0, 1] * 2, "customers": [4, 4, 3, 3]}
    )
    with pytest.raises(NotEnoughDataError, match="got 0 of 7"):
        cohort_renewals(still, **READ)
    # One customer lost in one of the cohorts is enough.
    one = cohort_renewals(still.assign(customers=[4, 4, 3, 2]), **READ)
    assert (one.lost.tolist(), one.kept.tolist()) == ([1.0], [6.0])


def test_spells_are_counted_renewal_by_renewal() -> None:
    rows = pd.DataFrame(
        {
            "duration": [1.0, 2.0, 2.0, 3.0, 3.0],
            "event_observed": [1, 0, 1, 1, 0],
            "w": [2.0, 3.0, 0.5, 4.0, 7.0],
            "from": [0.0, 1.0, 0.0, 2.0, 0.0],
        }
    )
    plain = spell_renewals(rows, **SPELLS)
    assert (plain.lost.tolist(), plain.kept.tolist()) == ([1, 1, 1], [4, 3, 1])
    assert plain.customers == 5
    given = SPELLS | {"weight_col": "w", "entry_col": "from"}
    found = spell_renewals(rows, **given)
    assert found.lost.tolist() == [2, 0.5, 4]
    assert found.kept.tolist() == [7.5, 10, 7]
    assert found.customers == 16.5
    # Lost customers whose weight is 0 are nobody.
    nobody = rows.assign(w=[0.0, 3.0, 0.0, 0.0, 7.25])
    with pytest.raises(NotEnoughDataError, match=r"got 0 of 10\.25"):
        spell_renewals(nobody, **given)
    for column, values, why in (
        ("duration", [0.0, 2, 2, 3, 3], "event at renewal 0"),
        ("duration", [1.5, 2, 2, 3, 3], "value that is not whole"),
        ("from", [1.0, 1, 0, 2, 0], "value at or after the end"),
        ("from", [0.0, 1, 0.5, 2, 0], "value that is not whole"),
        ("event_observed", [0.5, 0, 1, 1, 0], "value other than 0 or 1"),
        ("w", [-1.0, 3, 1, 4, 7], "negative value"),
    ):
        with pytest.raises(InvalidValueError, match=f"'{column}': {why} in 1 of 5"):
            spell_renewals(rows.assign(**{column: values}), **given)
    # One who is seen at the start only is no loss, and adds nothing.
    started = rows.assign(duration=[1.0, 0, 2, 3, 3])
    assert spell_renewals(started, **SPELLS).kept.tolist() == [3, 2, 1]
    flags = rows.astype({"event_observed": bool})
    assert spell_renewals(flags, **SPELLS).lost.tolist() == [1, 1, 1]


def test_terms_of_an_endless_horizon_reach_the_sixteenth_digit() -> None:
    for rate in (0.01, 0.1, 0.7):
        terms = residual_terms(np.inf, rate)
        assert (1 + rate) ** -terms <= 1e-16 < (1 + rate) ** -(terms - 1)
    assert residual_terms(np.inf, 1e-9) == 10_000_000
    assert (residual_terms(7.0, 0.0), residual_terms(0.0, 0.1)) == (7, 0)
    with pytest.raises(InvalidValueError, match="over an endless horizon"):
        residual_terms(np.inf, 0.0)


def test_a_tenure_is_whole_and_not_beyond_all_counts() -> None:
    most = 1_000_000
    assert tenure_array(np.array([0.0, most])).tolist() == [0, most]
    with pytest.raises(InvalidValueError, match="'tenure': value above"):
        tenure_array(np.array([0.0, most + 1]))
    with pytest.raises(InvalidValueError, match="'tenure': value that is not whole"):
        tenure_array(np.array([1.0, 0.5]))
