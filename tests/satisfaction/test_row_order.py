"""Shuffled rows change nothing, to the last bit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import satisfaction


def _survey(n: int = 400) -> Any:
    rng = np.random.default_rng(77)
    speed, staff = rng.uniform(1, 10, size=(2, n))
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, 90, n),
            "speed": speed,
            "staff": staff,
            "expectation": rng.uniform(1, 10, n),
            "performance": rng.uniform(1, 10, n),
            "satisfaction": 0.6 * speed + 0.3 * staff + rng.normal(0, 1, n),
            "score": rng.integers(0, 11, n),
            "repeat": rng.gamma(2, 30, n),
            "past": rng.gamma(2, 90, n),
        }
    )


DRIVERS: Any = {"driver_cols": ["speed", "staff"], "outcome_col": "satisfaction"}
CALLS: dict[str, Callable[[Any], object]] = {
    "fit_disconfirmation": lambda rows: satisfaction.fit_disconfirmation(
        rows, scale=(1, 10), form="polynomial"
    ),
    "disconfirmation": satisfaction.disconfirmation,
    "fit_driver_weights": lambda rows: satisfaction.fit_driver_weights(rows, **DRIVERS),
    "fit_driver_weights, resampled": lambda rows: satisfaction.fit_driver_weights(
        rows, **DRIVERS, n_resamples=20, rng=np.random.default_rng(3)
    ),
    "fit_driver_weights, resampled customers": lambda rows: (
        satisfaction.fit_driver_weights(
            rows,
            **DRIVERS,
            customer_id_col="customer_id",
            n_resamples=20,
            rng=np.random.default_rng(3),
        )
    ),
    "fit_satisfaction_index": lambda rows: satisfaction.fit_satisfaction_index(
        rows, item_cols=["speed", "staff"], weights="first_component"
    ),
    "satisfaction_factors": lambda rows: satisfaction.satisfaction_factors(
        rows, factors={"core": ["speed"], "support": ["staff"]}, scale=(1, 10)
    ),
    "nps_point_worth": lambda rows: satisfaction.nps_point_worth(
        rows, part_cols=["repeat"], control_cols=["past"]
    ),
    "importance_performance": lambda rows: satisfaction.importance_performance(
        rows, **DRIVERS, scale=(1, 10)
    ).to_dict(),
    "penalty_reward": lambda rows: satisfaction.penalty_reward(
        rows, **DRIVERS, scale=(1, 10), low_at_most=4, high_at_least=7
    ).to_dict(),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_leaves_no_trace(name: str, seed: int) -> None:
    rows = _survey()
    shuffled = rows.sample(frac=1, random_state=seed)
    assert CALLS[name](shuffled) == CALLS[name](rows)
