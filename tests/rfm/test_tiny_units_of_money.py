"""Summaries of amounts far below 1: the same counts, and amounts in proportion."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest

import crmkit as ck

UNIT = 2.0**-20
END = "2024-06-30"
EARLY = "2024-04-28"
MONEY = {
    "monetary_value",
    "monetary_variance",
    "total_amount",
    "first_amount",
    "holdout_monetary_value",
    "holdout_total_amount",
}


def log(unit: float, *, refunds: bool = True) -> pl.DataFrame:
    rng = np.random.default_rng(8)
    amount = np.round(rng.lognormal(2, 1, 300), 2)
    amount[rng.random(300) < 0.1] = 0.0
    if refunds:
        amount[rng.random(300) < 0.15] *= -0.5
    return pl.DataFrame(
        {
            "customer_id": rng.integers(0, 40, 300),
            "date": np.datetime64("2024-01-01") + rng.integers(0, 182, 300),
            "amount": amount * unit,
        }
    )


def updated(frame: Any, *, refunds: str) -> Any:
    asked: dict[str, Any] = {"refunds": refunds, "grain": "week", "time_unit": "week"}
    early = pl.col("date") <= np.datetime64(EARLY)
    old = ck.rfm_summary(frame.filter(early), observation_period_end=EARLY, **asked)
    return ck.update_summary(
        old,
        transactions=frame.filter(~early),
        previous_period_end=EARLY,
        observation_period_end=END,
        **asked,
    )


def summary(**options: Any) -> Callable[[Any], Any]:
    return lambda frame: ck.rfm_summary(frame, observation_period_end=END, **options)


def holdout(**options: Any) -> Callable[[Any], Any]:
    return lambda frame: ck.calibration_holdout_summary(
        frame, calibration_period_end=EARLY, observation_period_end=END, **options
    )


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(
    ("summarise", "refunds"),
    [
        (summary(), False),
        (summary(refunds="drop"), True),
        (summary(refunds="net"), True),
        (summary(refunds="net", grain="month"), True),
        (holdout(), False),
        (holdout(refunds="drop"), True),
        (holdout(refunds="net", grain="week"), True),
        (partial(updated, refunds="drop"), True),
        (partial(updated, refunds="net"), False),
    ],
)
def test_counts_are_the_same_and_amounts_in_proportion(
    summarise: Callable[[Any], Any], *, refunds: bool, lazy: bool
) -> None:
    def found(unit: float) -> pl.DataFrame:
        rows = log(unit, refunds=refunds)
        done: Any = summarise(rows.lazy() if lazy else rows)
        return pl.DataFrame(done.lazy().collect()).sort("customer_id")

    usual, tiny = found(1.0), found(UNIT)
    assert tiny.columns == usual.columns
    for name in usual.columns:
        here, there = usual[name], tiny[name]
        if here.dtype.is_numeric():
            unit = UNIT ** (2 if name == "monetary_variance" else name in MONEY)
            np.testing.assert_allclose(
                there.to_numpy() / unit, here.to_numpy(), rtol=1e-9, atol=1e-9
            )
        else:
            assert there.equals(here)
    assert usual.select(pl.col(pl.Float64).sum()).to_numpy().any()


@pytest.mark.parametrize("lazy", [False, True])
def test_a_report_counts_the_same_rows_in_any_unit(*, lazy: bool) -> None:
    def found(unit: float) -> dict[str, Any]:
        rows: Any = log(unit)
        report = ck.transaction_report(
            rows.lazy() if lazy else rows, observation_period_end=END
        )
        return {
            name: value
            for name in type(report).__dataclass_fields__
            if isinstance(value := getattr(report, name), int | float)
        }

    usual, tiny = found(1.0), found(UNIT)
    assert len(usual) > 3
    for name, value in usual.items():
        unit = UNIT if isinstance(value, float) else 1.0
        assert tiny[name] / unit == pytest.approx(value, rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("small", [0.1, 3.3])
def test_a_small_amount_after_a_large_one_keeps_its_digits(
    small: float, *, lazy: bool
) -> None:
    # Their sum holds no more than the first digits of the small one.
    rows = pl.DataFrame(
        {
            "customer_id": [1, 1],
            "date": ["2024-01-01", "2024-02-01"],
            "amount": [2.0**34, small],
        }
    ).with_columns(pl.col("date").str.to_date())
    found: Any = ck.rfm_summary(
        rows.lazy() if lazy else rows, observation_period_end=END
    )
    assert found.lazy().collect()["monetary_value"].item() == small
