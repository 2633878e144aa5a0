"""The p-value of a lift is that of the score test of two rates."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from crmkit import campaigns

# Responses and customers, treated and control, of groups of unlike sizes.
COUNTS = [(30, 120, 12, 95), (5, 40, 9, 33), (200, 900, 150, 800), (1, 3, 0, 11)]


def _people() -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "group": at,
                "treated": np.repeat([1, 0], [n, n2]),
                "responded": np.repeat([1, 0, 1, 0], [k, n - k, k2, n2 - k2]),
            }
        )
        for at, (k, n, k2, n2) in enumerate(COUNTS)
    ]
    return pd.concat(parts, ignore_index=True)


def test_the_p_value_is_that_of_the_test_of_a_table_of_four() -> None:
    found = campaigns.lift_by(_people(), by="group")
    # Without Yates's correction, the chi-squared statistic is the square of the score.
    expected = [
        chi2_contingency([[k, n - k], [k2, n2 - k2]], correction=False).pvalue
        for k, n, k2, n2 in COUNTS
    ]
    np.testing.assert_allclose(found["p_value"], expected, rtol=1e-9)


@pytest.mark.parametrize("responded", [0, 1])
def test_where_all_did_the_same_nothing_speaks_for_a_difference(responded: int) -> None:
    people = pd.DataFrame({"treated": [1, 1, 0], "responded": responded})
    assert campaigns.lift_by(people)["p_value"].tolist() == [1.0]


def test_a_single_customer_is_a_group_of_her_own_rate() -> None:
    both = pd.DataFrame(
        {
            "region": ["a"] * 4 + ["b"] * 4,
            "treated": [1, 0, 0, 0, 1, 1, 1, 0],
            "responded": [1, 1, 0, 0, 1, 1, 0, 0],
        }
    )
    found = campaigns.lift_by(both, by="region")
    for name, known in {
        "treated_rate": (1.0, 2 / 3),
        "control_rate": (1 / 3, 0.0),
        "added_rate": (2 / 3, 2 / 3),
        "n_added": (2 / 3, 2.0),
    }.items():
        np.testing.assert_allclose(found[name], known, rtol=1e-14, atol=0)
