"""A row that holds the sum of all others is doubted in logs of four rows or more."""

import numpy as np
import pytest

from crmkit.report.intake.doubtful_rows import sums_of_the_others


@pytest.mark.parametrize(
    ("amounts", "marked"),
    [
        ([1.0, 2.0, 3.0], []),
        ([1.0, 2.0, 3.0, 6.0], [3]),
        ([6.0, 1.0, 2.0, 3.0], [0]),
        ([1.0, 2.0, 3.0, 6.01], []),
        ([-1.0, -2.0, -3.0, -6.0], []),
        ([0.0, 0.0, 0.0, 0.0], []),
        ([1.0, 2.0, np.nan, 3.0, 6.0], [4]),
        ([1.0, 2.0, np.inf, 3.0], []),
    ],
)
def test_the_sum_of_all_others_is_marked(
    amounts: list[float], marked: list[int]
) -> None:
    found = sums_of_the_others(np.array(amounts))
    assert np.flatnonzero(found).tolist() == marked
