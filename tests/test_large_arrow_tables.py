"""A large PyArrow table gives the numbers that pandas gives.

Arrow joins a table of some 100,000 rows in several threads, in any order: what is
computed by a join must not depend on it.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crmkit import campaigns, segments

ROWS = 200_000


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    days = rng.integers(0, 730, ROWS).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "customer_id": np.sort(rng.integers(0, ROWS // 3, ROWS)),
            "date": np.datetime64("2024-01-01") + days,
            "amount": np.round(rng.gamma(2.0, 20.0, ROWS), 2),
            "shop": rng.choice(["east", "north", "west"], ROWS),
            "group": rng.integers(0, 2, ROWS),
        }
    )


def test_the_numbers_of_a_life_cycle_stage(log: pd.DataFrame) -> None:
    def summary(frame: pd.DataFrame | pa.Table) -> pd.DataFrame:
        found = segments.lifecycle_summary(
            frame, observation_period_end="2025-12-31", window_days=91
        )
        return found if isinstance(found, pd.DataFrame) else found.to_pandas()

    pd.testing.assert_frame_equal(summary(pa.Table.from_pandas(log)), summary(log))


def test_the_preferred_shop(log: pd.DataFrame) -> None:
    of_arrow = segments.preferences(pa.Table.from_pandas(log), by="shop").to_pandas()
    pd.testing.assert_frame_equal(
        of_arrow,
        segments.preferences(log, by="shop"),
        check_dtype=False,  # text
        rtol=1e-12,
    )


def test_the_interval_of_an_arm(log: pd.DataFrame) -> None:
    def effect(frame: pd.DataFrame | pa.Table) -> list[float]:
        found = campaigns.arm_effects(
            frame, by="shop", arm_col="group", outcome_col="amount", control=0
        )
        table = found if isinstance(found, pd.DataFrame) else found.to_pandas()
        return [float(each) for each in table["effect_upper"]]

    expected = effect(log)
    assert effect(pa.Table.from_pandas(log)) == pytest.approx(expected, rel=1e-9)
