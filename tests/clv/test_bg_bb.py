"""BG/BB against the numbers published for the donations, and its own grammar."""

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crmkit as ck
from crmkit import clv
from crmkit.datasets import load_donations
from crmkit.errors import InvalidTypeError, InvalidValueError

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]

# Published to seven digits in the walkthrough of the R package BTYD.
MODEL = clv.BgBb(alpha=1.203528, beta=0.7497260, gamma=0.6567808, delta=2.783796)
DONORS: dict[str, list[Any]] = {
    "customer_id": ["a", "b", "c"],
    "frequency": [0, 4, 6],
    "recency": [0, 5, 6],
    "T": [6, 6, 6],
}
HISTORY = (DONORS["frequency"], DONORS["recency"], DONORS["T"])


def test_donations_give_the_published_fit(eager_frame: Build) -> None:
    cells: Any = load_donations().to_dict("list")
    model = clv.fit_bg_bb(eager_frame(cells), weight_col="weight")
    assert model.report is not None
    for name, value in MODEL.parameters.items():
        assert model.parameters[name] == pytest.approx(value, rel=2e-4)
    # lifetimes, refitted: -33225.5813.
    assert model.report.log_likelihood == pytest.approx(-33225.5813, abs=1e-4)
    assert model.report.n_customers == 11104
    assert model.report.n_cells == 22


def test_log_likelihoods_are_the_published_ones() -> None:
    # PyMC-Marketing's tests, for these parameters rounded.
    x, t_x = [6, 3, 1, 5, 1, 4, 0], [6, 6, 6, 5, 3, 4, 0]
    published = [
        -2.18167018824,
        -5.80915881601,
        -4.88370164695,
        -3.71682127437,
        -4.22465969453,
        -3.84829625138,
        -1.16751622367,
    ]
    assert MODEL.log_likelihood(x, t_x, 6) == pytest.approx(published, abs=5e-5)


def test_long_histories_are_exact() -> None:
    # By exact summation; a floor of 1e-15 elsewhere gives -32.88, -34.36, -34.36.
    model = clv.BgBb(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)
    exact = [-33.1396306236, -49.5031518616, -78.2870514487]
    assert model.log_likelihood(
        [26, 30, 50], [40, 60, 100], [52, 104, 200]
    ) == pytest.approx(exact, rel=1e-11)


def test_predictions_are_the_published_ones() -> None:
    # Walkthrough of BTYD: new customers over 10 opportunities; given histories.
    assert MODEL.expected_purchases_new_customer(10) == pytest.approx(
        3.179805, abs=5e-6
    )
    ten = MODEL.expected_purchases([0, 4], [0, 5], 6, horizon=10)
    assert ten == pytest.approx([0.1302169, 3.627858], abs=5e-6)
    donors = load_donations()
    history = (donors["frequency"], donors["recency"], donors["T"])
    total = MODEL.expected_purchases(*history, horizon=5) @ donors["weight"]
    assert total == pytest.approx(12884.2, abs=0.5)


def test_discounted_purchases_are_the_published_ones() -> None:
    # Inputs of BTYD's example of DERT at 10 %.
    model = clv.BgBb(alpha=1.20, beta=0.75, gamma=0.66, delta=2.78)
    paid = model.discounted_expected_purchases(
        [1, 2, 3, 4, 5, 6], 6, 6, horizon=np.inf, discount_rate=0.1
    )
    published = [1.80204, 2.62116, 3.44027, 4.25938, 5.07849, 5.89760]
    assert paid == pytest.approx(published, abs=1e-5)


def test_all_histories_have_probability_one_and_the_tower_holds() -> None:
    # Invariants 12 and 13, exactly, by listing every history of 7 opportunities.
    n, ahead = 7, 5
    histories = [(0, 0, 1.0)]
    histories += [
        (used, last, float(comb(last - 1, used - 1)))
        for last in range(1, n + 1)
        for used in range(1, last + 1)
    ]
    x, t_x, ways = (np.array(column) for column in zip(*histories, strict=True))
    likelihood = ways * np.exp(MODEL.log_likelihood(x, t_x, n))
    assert likelihood.sum() == pytest.approx(1, rel=1e-12)
    later = MODEL.expected_purchases(x, t_x, n, horizon=ahead)
    both = MODEL.expected_purchases_new_customer([n, n + ahead])
    assert likelihood @ later == pytest.approx(both[1] - both[0], rel=1e-12)


@pytest.mark.parametrize(
    ("score", "options"),
    [
        ("probability_alive", {"elapsed": 1}),
        ("expected_purchases", {"horizon": 5, "start": 2}),
        ("discounted_expected_purchases", {"horizon": 5, "discount_rate": 0.1}),
        ("probability_of_n_purchases", {"n": 2, "horizon": 5}),
        ("variance_of_purchases", {"horizon": 5}),
        ("log_likelihood", {}),
        ("posterior_mean_rate", {}),
        ("posterior_mean_dropout", {}),
    ],
)
def test_every_library_gets_what_an_array_gets(
    frame: Build, columns_of: Read, score: str, options: dict[str, Any]
) -> None:
    added = columns_of(getattr(MODEL, f"with_{score}")(frame(DONORS), **options))
    expected = getattr(MODEL, score)(*HISTORY, **options).tolist()
    by_id = dict(zip(added["customer_id"], added[score], strict=True))
    assert [by_id[name] for name in DONORS["customer_id"]] == expected


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("T", 6.5, "column 'T': impossible value in 1 of 3 rows"),
        ("recency", 4.5, "column 'recency': impossible value in 1 of 3 rows"),
        ("frequency", 6, "column 'frequency': impossible value in 1 of 3 rows"),
    ],
)
def test_what_is_no_history_of_opportunities_is_refused(
    frame: Build, column: str, value: float, found: str
) -> None:
    values = [float(entry) for entry in DONORS[column]]
    values[1] = value
    with pytest.raises(InvalidValueError, match=found):
        clv.fit_bg_bb(frame({**DONORS, column: values}))
    arrays = {**DONORS, column: values}
    with pytest.raises(InvalidValueError, match=column):
        MODEL.log_likelihood(arrays["frequency"], arrays["recency"], arrays["T"])


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
@given(days=st.lists(st.integers(0, 30_000), min_size=2, max_size=9, unique=True))
def test_a_log_counted_by_its_unit_rounds_to_whole_opportunities(
    unit: Any, days: list[int]
) -> None:
    dates = pd.Timestamp("1969-02-27") + pd.to_timedelta(sorted(days), unit="D")
    log = pd.DataFrame({"customer_id": 1, "date": dates, "amount": 1.0})
    summary = ck.rfm_summary(
        log, observation_period_end=dates[-1], grain=unit, time_unit=unit
    )
    periods = dates.to_period(unit[0].upper()).map(lambda period: period.ordinal)
    expected = periods[-1] - periods[0]
    assert round(summary["recency"].item()) == expected
    assert round(summary["T"].item()) == expected


def test_what_is_not_whole_says_how_to_count_opportunities(frame: Build) -> None:
    with pytest.raises(InvalidValueError, match="the same grain and time_unit, and"):
        clv.fit_bg_bb(frame({**DONORS, "T": [6.5, 6.0, 6.0]}))


@pytest.mark.parametrize("horizon", [-1, 2.5, float("nan"), float("inf"), "3", None])
def test_a_horizon_counts_opportunities(horizon: Any) -> None:
    with pytest.raises((InvalidValueError, InvalidTypeError), match="'horizon'"):
        MODEL.expected_purchases(*HISTORY, horizon=horizon)


def test_a_drawn_future_has_the_mean_and_variance_predicted() -> None:
    rng = np.random.default_rng(7)
    n = 40_000
    for row in zip(*HISTORY, strict=True):
        history = [np.full(n, value) for value in row]
        rows, times = MODEL.sample_purchase_times(*history, horizon=5, rng=rng)
        assert set(np.unique(times)) <= {1.0, 2.0, 3.0, 4.0, 5.0}
        drawn = np.bincount(rows, minlength=n)
        mean = float(MODEL.expected_purchases(*row, horizon=5))
        spread = float(MODEL.variance_of_purchases(*row, horizon=5)) ** 0.5
        assert drawn.mean() == pytest.approx(mean, abs=4 * spread / n**0.5)
        assert drawn.std() == pytest.approx(spread, rel=0.05)


def test_value_works_as_with_the_other_models() -> None:
    customers = pd.DataFrame({**DONORS, "monetary_value": [0.0, 20.0, 30.0]})
    spend = clv.GammaGamma(p=6.25, q=3.744, v=15.444)
    valued = clv.with_clv(
        customers, purchases=MODEL, spend=spend, horizon=5, discount_rate=0
    )
    expected = MODEL.expected_purchases(*HISTORY, horizon=5) * spend.expected_spend(
        customers["frequency"], customers["monetary_value"]
    )
    assert valued["clv"].tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_a_model_comes_back_from_json() -> None:
    assert clv.BgBb.from_dict(MODEL.to_dict()) == MODEL


@pytest.mark.parametrize("T", [1_000_001, 2**53])
def test_more_opportunities_than_a_table_can_list_are_refused(
    T: int, frame: Any
) -> None:
    customers = frame({"frequency": [0, 1, 2], "recency": [0, 1, 3], "T": [4, 5, T]})
    with pytest.raises(InvalidValueError, match=r"'T'.*may not exceed 1,000,000"):
        clv.fit_bg_bb(customers)
