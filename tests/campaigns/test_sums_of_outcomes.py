"""Sums of outcomes in whole numbers as long as their totals are, and in floats else."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit.campaigns.measurement.randomised_outcomes import (
    RandomisedOutcomes,
    read_randomised,
)
from crmkit.errors import NotEnoughDataError
from crmkit.typing import FloatArray


def _read(outcome: FloatArray) -> RandomisedOutcomes:
    n = outcome.size
    frame: Any = None
    return RandomisedOutcomes(
        frame=frame,
        score=np.arange(n, 0.0, -1.0),
        treated=np.asarray(np.arange(n) % 2, dtype=np.float64),
        outcome=outcome,
        ends=np.arange(n),
    )


@pytest.mark.parametrize(
    ("highest", "kind"),
    [
        (1.0, np.int32),
        (0.25, np.float64),
        (2.0**25 - 1, np.int32),
        (2.0**25, np.int64),
        (2.0**48 - 1, np.int64),
        (2.0**48, np.float64),
    ],
)
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_sums_are_as_short_as_all_of_the_largest_outcomes_allow(
    highest: float, kind: type[np.number], sign: float
) -> None:
    # 32 outcomes: below 2**30 in all a half of 32 bits holds them, and floats 2**53.
    outcome = np.full(32, sign * highest)
    read = _read(outcome)
    assert read.room().parts.dtype == kind
    times = np.ones(32, dtype=np.int64)
    treated, control, kept, added = read.sums(times)
    assert treated.tolist() == [at // 2 for at in range(33)]
    assert control.tolist() == [(at + 1) // 2 for at in range(33)]
    for sums, count in ((kept, treated), (added, control)):
        assert sums.tolist() == (count * sign * highest).tolist()


@pytest.mark.parametrize("count", range(4))
def test_a_campaign_has_treated_and_others(count: int) -> None:
    base = pd.DataFrame(
        {
            "uplift": [3.0, 2.0, 1.0],
            "treated": np.arange(3) < count,
            "outcome": [0.0, 2.0, 1.0],
        }
    )
    columns: Any = {f"{name}_col": name for name in base.columns}
    if 0 < count < 3:
        assert read_randomised(base, **columns).treated.sum() == count
    else:
        with pytest.raises(NotEnoughDataError, match=f"{count} treated of 3"):
            read_randomised(base, **columns)
