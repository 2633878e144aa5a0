"""Groups named like a result are refused, because the result would overwrite them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit import campaigns
from crmkit.errors import InvalidValueError

DAYS = pd.to_datetime(["2024-01-01", "2024-01-02"] * 4)
ROWS = pd.DataFrame(
    {
        "arm": ["none", "none", "mail", "mail"] * 2,
        "profit": np.arange(8.0) ** 2,
        "band": 1,
        "member": [1, 0] * 4,
        "before": np.arange(8.0),
        "after": np.arange(8.0) * 2,
        "asked": DAYS,
        "met": DAYS + pd.Timedelta(days=3),
        "tolerance": 0.1,
        "opened": DAYS,
        "closed": DAYS + pd.Timedelta(days=1),
        "n_contacts": 1,
        "responded": 1,
    }
)
CALLS: dict[str, Callable[[pd.DataFrame, str], Any]] = {
    "effect": lambda rows, by: campaigns.arm_effects(rows, control="none", by=by),
    "comparison": lambda rows, by: campaigns.matched_effect_by(
        rows, match_cols=["band"], before_col="before", by=by
    ),
    "stage": lambda rows, by: campaigns.funnel(
        rows, stage_cols=["asked", "met"], by=by
    ),
    "n_responses": lambda rows, by: campaigns.response_by(rows, by=by),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_group_named_like_a_result_is_refused(name: str) -> None:
    rows = ROWS.assign(**{name: ["a"] * 4 + ["b"] * 4, "group": ["a"] * 4 + ["b"] * 4})
    assert set(CALLS[name](rows, "group")["group"]) == {"a", "b"}
    with pytest.raises(InvalidValueError, match=f"{name!r}, which is called like one"):
        CALLS[name](rows, name)
