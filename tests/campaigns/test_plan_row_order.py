"""The same bits of a campaign's plan, whatever the order of the rows."""

import numpy as np
import pandas as pd
import pytest

from crmkit.campaigns import campaign_plan


def customers(rng: np.random.Generator, n: int = 600) -> pd.DataFrame:
    """Draw customers with their arm, their profit, and what a model expects of them."""
    return pd.DataFrame(
        {
            "segment": rng.choice(["s0", "s1", "s2"], n),
            "arm": rng.choice(["none", "mail", "call"], n),
            "profit": rng.normal(20, 4, n),
            "mail_gain": rng.gamma(2, 2, n),
            "call_gain": rng.gamma(2, 2, n),
        }
    )


@pytest.mark.parametrize("by", ["segment", None])
def test_the_order_of_the_rows_moves_no_bit_of_a_plan(
    by: str | None, rng: np.random.Generator
) -> None:
    learned, checked, base = (customers(rng) for _ in range(3))
    plans = [
        campaign_plan(
            base.sample(frac=1, random_state=seed),
            pilot=learned.sample(frac=1, random_state=seed) if by else None,
            check_on=checked.sample(frac=1, random_state=seed),
            budget=400,
            by=by,
            control="none",
            arm_costs={"mail": 0.5, "call": 3.0},
        )
        for seed in (1, 2, 3)
    ]
    # Not the gap: its bound comes from prices that a linear programme finds.
    names = ["cost", "planned_profit", "profit", "standard_error"]
    assert len({tuple(getattr(each, name) for name in names) for each in plans}) == 1
    for each in plans:
        pd.testing.assert_frame_equal(
            each.assessment, plans[0].assessment, check_exact=True
        )
