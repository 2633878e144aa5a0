"""What every function of the room promises: shares, ids, threads, inputs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import segments

amounts = st.lists(
    st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=30
).filter(lambda values: sum(values) > 1e-3)


def base(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    frequency = rng.integers(0, 6, n)
    return pd.DataFrame(
        {
            "customer_id": rng.permutation(n),
            "clv": rng.lognormal(2, 1, n).round(1) - 3,
            "potential_value": rng.lognormal(2, 1, n).round(1) + 90,
            "revenue": rng.lognormal(2, 1, n).round(1),
            "profit": rng.normal(2, 3, n).round(1),
            "frequency": frequency,
            "recency": np.where(frequency > 0, 7.0, 0.0),
            "T": rng.integers(10, 90, n).astype(float),
            "total_amount": rng.lognormal(2, 1, n).round(1),
            "value_tier": rng.choice(["A", "B"], n),
            "cost_to_serve": rng.uniform(1, 5, n).round(2),
            "satisfaction": rng.integers(0, 11, n),
            "probability_alive": rng.uniform(size=n).round(3),
            "date": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 90, n), unit="D"),
            "amount": rng.lognormal(2, 1, n).round(2),
        }
    )


END = "2024-03-31"
CALLS: dict[str, Callable[[Any], Any]] = {
    "gini": segments.gini,
    "pareto_point": lambda frame: segments.pareto_point(
        frame, customer_share=0.2, value_col="revenue"
    ),
    "pareto_curve": lambda frame: segments.pareto_curve(frame, value_col="revenue"),
    "whale_curve": segments.whale_curve,
    "concentration_table": segments.concentration_table,
    "with_value_tier": segments.with_value_tier,
    "with_value_role": segments.with_value_role,
    "with_rfm_scores": segments.with_rfm_scores,
    "fit_rfm_scores": lambda frame: segments.fit_rfm_scores(frame, method="nested"),
    "tier_summary": segments.tier_summary,
    "cost_against_value": segments.cost_against_value,
    "growth_accounting": lambda frame: segments.growth_accounting(
        frame, observation_period_end=END
    ),
    "cohort_table": lambda frame: segments.cohort_table(
        frame, observation_period_end=END
    ),
    "lifecycle_summary": lambda frame: segments.lifecycle_summary(
        frame, window_days=30, observation_period_end=END
    ),
}


def written(answer: object) -> str:
    return answer.to_csv() if isinstance(answer, pd.DataFrame) else repr(answer)


@pytest.mark.parametrize("name", CALLS)
def test_the_input_is_left_alone(name: str) -> None:
    frame = base()
    before = frame.copy()
    CALLS[name](frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", CALLS)
def test_calls_from_many_threads_agree(name: str) -> None:
    frame = base()
    expected = written(CALLS[name](frame))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(CALLS[name], [frame] * 16))
    assert {written(answer) for answer in answers} == {expected}


@pytest.mark.parametrize("name", [name for name in CALLS if "with_" not in name])
def test_row_order_is_nothing(name: str) -> None:
    frame = base()
    plain = CALLS[name](frame)
    shuffled = CALLS[name](frame.sample(frac=1, random_state=3))
    if isinstance(plain, pd.DataFrame):
        pd.testing.assert_frame_equal(shuffled, plain, rtol=1e-12)
    else:
        assert shuffled == plain


@pytest.mark.parametrize("kind", ["Int64", "float64", "string", "category"])
def test_any_ids_do(kind: Any) -> None:
    plain = base()
    named = plain.assign(customer_id=plain["customer_id"].astype(kind))
    for name in ("growth_accounting", "cohort_table", "with_value_tier"):
        drop = ["customer_id"]
        expected = CALLS[name](plain).drop(columns=drop, errors="ignore")
        found = CALLS[name](named).drop(columns=drop, errors="ignore")
        pd.testing.assert_frame_equal(found, expected)


def test_read_only_data_do() -> None:
    values = np.array([3.0, 1.0, 2.0])
    values.flags.writeable = False
    frame = pd.DataFrame({"clv": values}, copy=False)
    assert segments.gini(frame).n_customers == 3
    assert list(segments.with_value_tier(frame)["value_tier"]) == ["A", "B", "A"]


def test_narrow_numbers_are_widened() -> None:
    narrow = pl.DataFrame({"clv": pl.Series([100, 120, 127] * 30, dtype=pl.Int8)})
    assert segments.gini(narrow).total == 30 * 347


@given(amounts)
def test_the_top_share_is_concave_and_above_the_diagonal(values: list[float]) -> None:
    frame = pl.DataFrame({"clv": values})
    asked = np.linspace(0, 1, 9)
    found = np.array(
        [segments.pareto_point(frame, customer_share=p).value_share for p in asked]
    )
    assert found[-1] == pytest.approx(1, rel=1e-12)
    assert np.all(found >= asked - 1e-12)
    assert np.all(np.diff(found, 2) <= 1e-12)


@given(amounts)
def test_an_engine_gives_the_same_numbers(values: list[float]) -> None:
    frame = pl.DataFrame({"clv": values})
    eager, lazy = segments.gini(frame), segments.gini(frame.lazy())
    assert lazy.coefficient == pytest.approx(eager.coefficient, abs=1e-12)
    assert segments.fit_value_tiers(frame.lazy()).cuts == (
        segments.fit_value_tiers(frame).cuts
    )


@given(amounts)
def test_the_pareto_point_is_where_both_shares_meet(values: list[float]) -> None:
    point = segments.pareto_point(pl.DataFrame({"clv": values}))
    assert point.customer_share + point.value_share == pytest.approx(1, rel=1e-12)
    assert point.customer_share <= 0.5 + 1e-12


@pytest.mark.parametrize("name", CALLS)
def test_an_index_may_be_named_like_a_column(name: str) -> None:
    plain = base()
    indexed = plain.set_index("customer_id", drop=False)
    found, wanted = CALLS[name](indexed), CALLS[name](plain)
    if not isinstance(wanted, pd.DataFrame):
        assert found == wanted
    elif name.startswith("with_"):
        assert found.index.name == "customer_id"
        assert list(found.index) == list(plain["customer_id"])
        pd.testing.assert_frame_equal(found.reset_index(drop=True), wanted)
    else:
        pd.testing.assert_frame_equal(found, wanted)
    assert indexed.index.name == "customer_id"


def test_movement_may_be_read_from_such_an_index() -> None:
    tiers = segments.ValueTiers(labels=("A", "B"), cuts=(5.0,))
    plain = tiers.with_value_tier(base())
    indexed = plain.set_index("customer_id", drop=False)
    assert segments.fit_migration(indexed, indexed, tiers=tiers.labels) == (
        segments.fit_migration(plain, plain, tiers=tiers.labels)
    )
    leads = segments.with_potential_stage(indexed, indexed.iloc[:3])
    assert leads["lifecycle_stage"].notna().sum() == 37
    log = indexed.assign(channel="web")
    assert len(segments.preferences(log, by="channel")) == 40
