"""A flat base is told from one whose customers differ."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit import clv, segments
from crmkit.errors import IdentifiabilityWarning, NotEnoughDataError


def _base(rate: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    T = rng.uniform(10.0, 40.0, rate.size)
    x = rng.poisson(rate * T)
    # Recency is not read for the measure: any possible one will do.
    return pd.DataFrame({"frequency": x, "recency": np.where(x, T / 2, 0.0), "T": T})


def test_equal_rates_are_called_noise_as_often_as_the_level_says() -> None:
    rng = np.random.default_rng(5)
    for rate in (0.02, 0.3):
        found = [
            clv.heterogeneity(_base(np.full(300, rate), rng)).p_value
            for _ in range(300)
        ]
        assert np.mean(np.array(found) < 0.05) <= 0.08


def test_rates_that_differ_are_found_with_their_share_of_the_spread() -> None:
    rng = np.random.default_rng(6)
    # One T: Var = m + m^2 / r, of which m^2 / r is signal.
    rate = rng.gamma(2.0, 0.1, 20_000)
    base = _base(rate, rng).assign(T=25.0)
    base["frequency"] = rng.poisson(rate * 25.0)
    base["recency"] = np.where(base["frequency"], 12.0, 0.0)
    found = clv.heterogeneity(base)
    assert found.found()
    assert found.signal_share == pytest.approx(2.5 / 3.5, rel=0.03)
    assert found.rate == pytest.approx(0.2, rel=0.03)
    assert "noise" not in str(found)


def test_the_statistic_is_pearsons() -> None:
    x = np.array([3.0, 0.0, 5.0, 2.0])
    base = pd.DataFrame({"frequency": x, "recency": np.where(x, 4, 0), "T": 8.0})
    found = clv.heterogeneity(base)
    reference = stats.chisquare(x)
    assert found.statistic == pytest.approx(reference.statistic, rel=1e-12)
    assert found.p_value >= reference.pvalue * (1 - 1e-12)
    assert "a ranking is noise" in str(found)
    assert clv.Heterogeneity.from_dict(found.to_dict()) == found


def test_the_variance_is_that_of_simulated_statistics() -> None:
    rng = np.random.default_rng(8)
    shares = rng.uniform(1, 4, 50)
    shares /= shares.sum()
    expected = 40 * shares
    drawn = rng.multinomial(40, shares, 40_000)
    simulated = ((drawn - expected) ** 2 / expected).sum(axis=1)
    x = drawn[0].astype(float)
    base = pd.DataFrame({"frequency": x, "recency": np.where(x, 1e-3, 0), "T": shares})
    found = clv.heterogeneity(base)
    deviation = (found.statistic - 49) / found.z
    assert deviation == pytest.approx(simulated.std(), rel=0.03)


def test_without_repeats_there_is_nothing_to_measure() -> None:
    # Two customers are alike, one was observed for no time.
    base = pd.DataFrame(
        {"frequency": 0, "recency": 0.0, "T": [3.0, 3.0, 4.0, 0.0]},
    )
    with pytest.raises(NotEnoughDataError, match=r"repeat purchases.*got 3 and 0"):
        clv.heterogeneity(base)


@pytest.mark.filterwarnings("ignore::crmkit.errors.IdentifiabilityWarning")
def test_a_fit_and_its_tiers_say_that_a_ranking_is_noise() -> None:
    rng = np.random.default_rng(11)
    flat = _base(np.full(300, 0.2), rng)
    fit = clv.fit_nbd(flat)
    assert fit.report is not None
    p_value = fit.report.difference_p_value
    assert p_value == pytest.approx(clv.heterogeneity(flat).p_value, rel=1e-9)
    assert "a ranking is noise" in str(fit)
    valued = flat.assign(clv=flat["frequency"] + 1.0)
    tiers = segments.fit_value_tiers(valued, difference_p_value=p_value)
    assert str(tiers).endswith("the tiers are noise")
    assert segments.ValueTiers.from_dict(tiers.to_dict()) == tiers
    assert "noise" not in str(segments.fit_value_tiers(valued))


def test_a_fit_of_customers_who_differ_says_nothing_of_noise(
    cdnow: pd.DataFrame,
) -> None:
    fit = clv.fit_bg_nbd(cdnow)
    assert fit.report is not None
    assert fit.report.difference_p_value == pytest.approx(0.0, abs=1e-100)
    assert "noise" not in str(fit)
    # Weights count customers: the same base in cells has the same test.
    columns = ["frequency", "recency", "T"]
    cells = cdnow.groupby(columns, as_index=False).size()
    rng = np.random.default_rng(3)
    few = cells.assign(frequency=rng.poisson(1.0, len(cells)), T=30.0)
    few["recency"] = np.where(few["frequency"], 15.0, 0.0)
    counted = clv.fit_nbd(few.assign(n=2.0), weight_col="n", penalty=1.0)
    twice = clv.fit_nbd(pd.concat([few, few]), penalty=1.0)
    assert counted.report is not None
    assert twice.report is not None
    assert counted.report.difference_p_value == pytest.approx(
        twice.report.difference_p_value, rel=1e-9
    )


def test_spend_says_where_its_assumptions_fail() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(1, 12, 400)
    own = (10.0 + 3.0 * x) / rng.gamma(4.0, 0.25, 400)
    rising = pd.DataFrame({"frequency": x, "monetary_value": own})
    fit = clv.fit_gamma_gamma(rising)
    assert fit.report is not None
    (note,) = fit.report.notes
    assert note.startswith("spend rises with frequency")
    assert note in str(fit)
    one_mean = rng.gamma(2.0 * x) / (2.0 * x) * 20.0
    with pytest.warns(IdentifiabilityWarning):
        alike = clv.fit_gamma_gamma(rising.assign(monetary_value=one_mean))
    assert alike.report is not None
    assert alike.report.difference_p_value is not None
    assert alike.report.difference_p_value > 0.05
    assert "a ranking is noise" in str(alike)


def test_a_difference_is_found_below_the_chance_that_a_level_leaves() -> None:
    measured = clv.Heterogeneity(
        n_customers=1200,
        rate=0.1,
        statistic=1300.0,
        z=1.9,
        p_value=0.03,
        signal_share=0.125,
    )
    assert measured.found()
    assert measured.found(level=0.96)
    assert not measured.found(level=0.975)
    assert str(measured) == (
        "12% of the spread of purchase counts is more than chance (p = 0.03, 1,200 "
        "customers)."
    )
    for p_value, noise in ((0.0499, False), (0.0501, True), (0.9, True)):
        moved = replace(measured, p_value=p_value)
        assert moved.found() is not noise
        assert str(moved).endswith("a ranking is noise.") is noise
    assert str(replace(measured, p_value=0.05)).endswith("a ranking is noise.")
