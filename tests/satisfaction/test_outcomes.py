"""Answers joined to what customers did afterwards, and what that is worth."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit import errors
from crmkit.satisfaction import (
    OutcomeLink,
    PointWorth,
    SurvivalComparison,
    link_to_outcomes,
    loyalty_curve,
    nps_point_worth,
    outcomes_by,
    survival_by,
    survival_comparison,
    with_nps_group,
    with_outcomes,
)

Build = Callable[[dict[str, Any]], Any]
Read = Callable[[Any], dict[str, list[Any]]]


def _days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[us]")


ANSWERS: dict[str, Any] = {
    "customer_id": ["b", "a", "c", "d"],
    "date": _days("2024-01-10", "2024-01-31", "2024-01-05", "2023-12-01"),
    "score": [10, 9, 4, 7],
}
PURCHASES: dict[str, Any] = {
    # On as_of, the day after, the last day, one beyond; twice on one day; a stranger.
    "customer_id": ["a", "a", "b", "b", "b", "c", "z"],
    "date": _days(
        "2024-01-31",
        "2024-02-01",
        "2024-03-01",
        "2024-02-10",
        "2024-02-10",
        "2024-03-02",
        "2024-02-02",
    ),
    "amount": [100.0, 20.0, 5.0, 3.0, 4.0, 50.0, 9.0],
}
LEFT = {"customer_id": ["c", "d"], "date": _days("2024-02-10", "2024-06-01")}
REFERRED = {
    "referrer_id": ["b", "b", "a"],
    "date": _days("2024-02-02", "2024-02-03", "2024-01-02"),
}
CONTRACT: Any = {
    "as_of": "2024-01-31",
    "horizon_days": 30,
    "observation_period_end": "2024-03-31",
}


def _after(build: Build) -> Any:
    return with_outcomes(
        build(ANSWERS),
        transactions=build(PURCHASES),
        departures=build(LEFT),
        referrals=build(REFERRED),
        **CONTRACT,
    )


def _after_lazy() -> Any:
    import polars as pl

    return _after(pl.LazyFrame)


def test_only_the_days_of_the_horizon_count(
    eager_frame: Build, columns_of: Read
) -> None:
    rows = columns_of(_after(eager_frame))
    assert rows["customer_id"] == ["b", "a", "c", "d"]
    assert rows["repurchased"] == [1, 1, 0, 0]
    assert rows["purchases"] == [2, 1, 0, 0]
    assert rows["spend"] == [12.0, 20.0, 0.0, 0.0]
    assert rows["days_to_repurchase"] == [10, 1, 30, 30]
    assert rows["churned"] == [0, 0, 1, 0]
    assert rows["days_to_churn"] == [30, 30, 10, 30]
    assert rows["referrals"] == [2, 0, 0, 0]


def test_a_lazy_frame_gives_the_same_and_stays_lazy(columns_of: Read) -> None:
    import polars as pl

    lazy = _after_lazy()
    assert isinstance(lazy, pl.LazyFrame)
    rows = columns_of(lazy.sort("customer_id"))
    eager = columns_of(_after(pl.DataFrame).sort("customer_id"))
    assert rows == {name: eager[name] for name in rows}


def test_an_engine_gives_the_same(columns_of: Read) -> None:
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect()
    rows = columns_of(_after(lambda columns: connection.from_arrow(pa.table(columns))))
    spend = dict(zip(rows["customer_id"], rows["spend"], strict=True))
    assert spend == {"a": 20.0, "b": 12.0, "c": 0.0, "d": 0.0}


def test_later_rows_change_nothing() -> None:
    import pandas as pd

    later = {
        "customer_id": ["a", "c", "d"],
        "date": _days("2024-03-05", "2024-03-02", "2024-12-31"),
        "amount": [1e6, 1e6, 1e6],
    }
    first = with_outcomes(
        pd.DataFrame(ANSWERS), transactions=pd.DataFrame(PURCHASES), **CONTRACT
    )
    more = pd.concat([pd.DataFrame(PURCHASES), pd.DataFrame(later)])
    second = with_outcomes(pd.DataFrame(ANSWERS), transactions=more, **CONTRACT)
    pd.testing.assert_frame_equal(first, second)


def test_an_answer_after_the_cutoff_is_refused(frame: Build) -> None:
    with pytest.raises(errors.InvalidValueError, match="1 date after as_of"):
        with_outcomes(
            frame(ANSWERS),
            transactions=frame(PURCHASES),
            **(CONTRACT | {"as_of": "2024-01-30"}),
        )


def test_a_horizon_beyond_the_data_is_refused(eager_frame: Build) -> None:
    with pytest.raises(errors.InvalidValueError, match="ends 31 days after the data"):
        with_outcomes(
            eager_frame(ANSWERS),
            transactions=eager_frame(PURCHASES),
            **(CONTRACT | {"horizon_days": 91}),
        )


def test_a_customer_who_answers_twice_is_refused(frame: Build) -> None:
    twice = ANSWERS | {"customer_id": ["b", "a", "b", "d"]}
    with pytest.raises(errors.InvalidValueError, match=r"more than once .*'b'"):
        with_outcomes(frame(twice), transactions=frame(PURCHASES), **CONTRACT)


def test_zoned_dates_count_in_their_own_zone() -> None:
    import pandas as pd

    berlin = {
        name: pd.DataFrame(columns).assign(
            date=pd.DatetimeIndex(columns["date"]).tz_localize("Europe/Berlin")
        )
        for name, columns in (("answers", ANSWERS), ("purchases", PURCHASES))
    }
    after = with_outcomes(
        berlin["answers"], transactions=berlin["purchases"], **CONTRACT
    )
    assert after["purchases"].tolist() == [2, 1, 0, 0]


def test_who_had_left_before_is_refused_by_an_engine_too() -> None:
    import polars as pl

    gone = {"customer_id": ["a"], "date": _days("2024-01-31")}
    with pytest.raises(errors.InvalidValueError, match="1 customer who had left"):
        with_outcomes(
            pl.LazyFrame(ANSWERS),
            transactions=pl.LazyFrame(PURCHASES),
            departures=pl.LazyFrame(gone),
            **CONTRACT,
        )


def test_who_had_left_before_is_refused(eager_frame: Build) -> None:
    gone = {"customer_id": ["a"], "date": _days("2024-01-31")}
    with pytest.raises(errors.InvalidValueError, match="1 customer who had left"):
        with_outcomes(
            eager_frame(ANSWERS),
            transactions=eager_frame(PURCHASES),
            departures=eager_frame(gone),
            **CONTRACT,
        )


def test_ids_of_another_type_are_refused() -> None:
    import pandas as pd

    numbered = pd.DataFrame(PURCHASES).assign(customer_id=range(7))
    with pytest.raises(errors.InvalidTypeError, match="'customer_id'"):
        with_outcomes(pd.DataFrame(ANSWERS), transactions=numbered, **CONTRACT)


def test_index_and_input_stay() -> None:
    import pandas as pd

    answers = pd.DataFrame(ANSWERS, index=[3, 3, 1, 0])
    before = answers.copy(deep=True)
    after = with_outcomes(answers, transactions=pd.DataFrame(PURCHASES), **CONTRACT)
    assert after.index.tolist() == [3, 3, 1, 0]
    pd.testing.assert_frame_equal(answers, before)


def test_the_two_groups_are_counted(frame: Build) -> None:
    after = {
        "score": [5.0, 5, 5, 4, 4, 3, 5, None],
        "repurchased": [1.0, 1, 0, 1, 0, 1, None, 1],
    }
    link = link_to_outcomes(frame(after), satisfied=(5, 5), others=(4, 4))
    assert link == OutcomeLink(
        satisfied=3, satisfied_events=2, others=2, other_events=1, missing=2
    )
    assert link.relative_risk().value == pytest.approx(4 / 3, rel=1e-14)
    assert OutcomeLink.from_dict(json.loads(json.dumps(link.to_dict()))) == link


@given(*[st.integers(1, 50)] * 4)
def test_ratios_turn_around_when_the_groups_swap(
    a: int, b: int, c: int, d: int
) -> None:
    link = OutcomeLink(
        satisfied=a + b, satisfied_events=a, others=c + d, other_events=c
    )
    swapped = OutcomeLink(
        satisfied=c + d, satisfied_events=c, others=a + b, other_events=a
    )
    for name in ("relative_risk", "odds_ratio"):
        one, other = getattr(link, name)(), getattr(swapped, name)()
        assert one.lower <= one.value <= one.upper
        assert other.value == pytest.approx(1 / one.value, rel=1e-12)
        assert other.lower == pytest.approx(1 / one.upper, rel=1e-12)
    gap = link.risk_difference()
    assert gap.lower <= gap.value <= gap.upper
    assert gap.value == pytest.approx(
        link.satisfied_share - link.other_share, abs=1e-15
    )


def test_a_ratio_to_nobody_does_not_exist() -> None:
    link = OutcomeLink(satisfied=10, satisfied_events=5, others=10, other_events=0)
    for ratio in (link.relative_risk, link.odds_ratio):
        with pytest.raises(errors.NotEnoughDataError, match="risk_difference"):
            ratio()
    assert link.risk_difference().value == 0.5


@pytest.mark.parametrize("others", [(5, 5), (3, 5), (4, 6)])
def test_ranges_that_overlap_are_refused(others: tuple[int, int]) -> None:
    import pandas as pd

    after = pd.DataFrame({"score": [5], "repurchased": [1]})
    with pytest.raises(errors.InvalidValueError, match="overlap"):
        link_to_outcomes(after, satisfied=(5, 6), others=others)


def test_an_outcome_is_yes_or_no(frame: Build) -> None:
    after = frame({"score": [5, 4], "repurchased": [2, 1]})
    with pytest.raises(errors.InvalidValueError, match="other than 0 and 1"):
        link_to_outcomes(after, satisfied=(5, 5), others=(4, 4))


def _curve_data() -> dict[str, Any]:
    rng = np.random.default_rng(6)
    score = rng.integers(0, 11, 2000).astype(float)
    chance = np.where(score <= 3, 0.1, np.where(score >= 9, 0.8, 0.4))
    bought = (rng.random(2000) < chance).astype(float)
    return {"score": score, "repurchased": bought, "spend": bought * score * 10}


def test_the_curve_finds_its_three_zones(eager_frame: Build, columns_of: Read) -> None:
    rows = columns_of(loyalty_curve(eager_frame(_curve_data())))
    assert rows["score"] == list(range(11))
    assert rows["zone"][:4] == ["detraction"] * 4
    assert rows["zone"][-2:] == ["advocacy"] * 2
    assert (np.diff(rows["rising"]) >= 0).all()
    for at in range(11):
        assert rows["lower"][at] <= rows["share"][at] <= rows["upper"][at]


def test_groups_have_shares_and_means(eager_frame: Build, columns_of: Read) -> None:
    grouped = with_nps_group(eager_frame(_curve_data()))
    rows = columns_of(
        outcomes_by(grouped, by="nps_group", outcome_cols=["repurchased", "spend"])
    )
    assert rows["nps_group"] == [
        name for name in ("detractor", "passive", "promoter") for _ in range(2)
    ]
    data = _curve_data()
    promoter = data["score"] >= 9
    assert rows["mean"][4] == pytest.approx(data["repurchased"][promoter].mean())
    assert rows["mean"][5] == pytest.approx(data["spend"][promoter].mean())
    spend = data["spend"][promoter]
    half = 1.9654 * spend.std(ddof=1) / np.sqrt(spend.size)
    assert rows["upper"][5] - rows["mean"][5] == pytest.approx(half, rel=5e-3)


def test_holes_of_one_outcome_leave_the_other_alone(columns_of: Read) -> None:
    import polars as pl

    after = pl.DataFrame(
        {"g": ["a", "a", "b"], "x": [1.0, None, None], "y": [2.0, 4.0, 6.0]}
    )
    rows = columns_of(outcomes_by(after, by="g", outcome_cols=["x", "y"]))
    assert rows["n"] == [1, 2, 0, 1]
    assert rows["mean"] == [1.0, 3.0, None, 6.0]
    assert rows["lower"][3] is None


def test_survival_is_counted_by_group(eager_frame: Build, columns_of: Read) -> None:
    after = {
        "nps_group": ["p", "p", "d", "d", "d"],
        "days_to_churn": [30, 20, 10, 10, 30],
        "churned": [0, 1, 1, 1, 0],
    }
    rows = columns_of(
        survival_by(
            eager_frame(after),
            by="nps_group",
            duration_col="days_to_churn",
            event_col="churned",
        )
    )
    assert rows["nps_group"] == ["d", "d", "p", "p"]
    assert rows["time"] == [10, 30, 20, 30]
    assert rows["survival"] == pytest.approx([1 / 3, 1 / 3, 1 / 2, 1 / 2], rel=1e-14)
    assert rows["at_risk"] == [3, 1, 2, 1]


def test_the_pace_of_two_groups_is_compared_as_scipy_does(
    eager_frame: Build,
) -> None:
    rng = np.random.default_rng(31)
    group = np.repeat(["d", "p"], [60, 80])
    life = np.ceil(rng.exponential(np.where(group == "d", 40, 70)))
    after = {
        "nps_group": group.tolist(),
        "days": np.minimum(life, 90),
        "churned": (life <= 90).astype(int),
    }
    test = survival_comparison(
        eager_frame(after), by="nps_group", duration_col="days", event_col="churned"
    )

    def sample(name: str) -> stats.CensoredData:
        own, ended = group == name, life <= 90
        return stats.CensoredData(
            uncensored=life[own & ended], right=np.full((own & ~ended).sum(), 90.0)
        )

    other = stats.logrank(sample("d"), sample("p"))
    assert test.statistic == pytest.approx(other.statistic**2, rel=1e-10)
    assert test.p_value == pytest.approx(other.pvalue, rel=1e-9)
    assert sum(test.observed) == pytest.approx(sum(test.expected), rel=1e-12)
    assert SurvivalComparison.from_dict(json.loads(json.dumps(test.to_dict()))) == test


def test_one_group_has_nobody_to_be_compared_with() -> None:
    import pandas as pd

    after = pd.DataFrame({"g": ["a", "a"], "days": [3, 5], "churned": [1, 0]})
    with pytest.raises(errors.NotEnoughDataError, match="1 groups and 1 events"):
        survival_comparison(after, by="g", duration_col="days", event_col="churned")


def _valued(n: int = 500) -> Any:
    import pandas as pd

    rng = np.random.default_rng(14)
    score = rng.integers(0, 11, n)
    before = rng.normal(100, 20, n) + 3 * score
    net = (score >= 9) * 1.0 - (score <= 6)
    return pd.DataFrame(
        {
            "score": score,
            "before": before,
            "clv2": 50 + 10 * net + before + rng.normal(0, 5, n),
            "clv3": 5 + 2 * net + rng.normal(0, 1, n),
            "clv5": 1 + 4 * net + rng.normal(0, 2, n),
        }
    )


PARTS = ["clv2", "clv3", "clv5"]


def test_the_parts_sum_to_the_whole() -> None:
    customers = _valued()
    point = nps_point_worth(customers, part_cols=PARTS, control_cols=["before"])
    assert sum(part.worth for part in point.parts) == pytest.approx(
        point.worth, rel=1e-10
    )
    assert point.worth == pytest.approx(0.16, abs=0.02)
    assert point.lower < 0.16 < point.upper
    customers["total"] = customers[PARTS].sum(axis=1)
    alone = nps_point_worth(customers, part_cols=["total"], control_cols=["before"])
    assert (alone.worth, alone.lower, alone.upper) == pytest.approx(
        (point.worth, point.lower, point.upper), rel=1e-9
    )
    assert PointWorth.from_dict(json.loads(json.dumps(point.to_dict()))) == point
    assert point.of_base(customers=1000) == pytest.approx(1000 * point.worth)


def test_a_total_beside_its_parts_is_refused() -> None:
    customers = _valued()
    customers["clv"] = customers[PARTS].sum(axis=1)
    with pytest.raises(errors.InvalidValueError, match="column 'clv': the sum"):
        nps_point_worth(customers, part_cols=[*PARTS, "clv"])


def test_what_was_known_before_is_taken_out() -> None:
    customers = _valued()
    plain = nps_point_worth(customers, part_cols=PARTS)
    controlled = nps_point_worth(customers, part_cols=PARTS, control_cols=["before"])
    assert plain.worth > controlled.worth + 0.03


def test_another_currency_scales_the_worth() -> None:
    customers = _valued()
    cents = customers.assign(**{name: customers[name] * 100 for name in PARTS})
    first = nps_point_worth(customers, part_cols=PARTS)
    second = nps_point_worth(cents, part_cols=PARTS)
    assert second.worth == pytest.approx(100 * first.worth, rel=1e-10)


def test_answers_of_one_band_have_no_worth() -> None:
    customers = _valued().assign(score=10)
    with pytest.raises(errors.NotEnoughDataError, match="different bands"):
        nps_point_worth(customers, part_cols=PARTS)
