"""The chance of as many purchases on promotion, beside scipy's binomial."""

import numpy as np
import pandas as pd
from scipy import stats

from crmkit.campaigns import promotion_buyers


def test_the_p_value_is_the_upper_tail_of_a_binomial() -> None:
    bought = [(8, 0), (8, 1), (8, 2), (3, 3), (30, 9), (1, 1)]
    rows = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(6), [n for n, _ in bought]),
            "promoted": np.concatenate([np.arange(n) < k for n, k in bought]),
        }
    )
    found = promotion_buyers(rows)
    base = rows["promoted"].mean()
    expected = [stats.binom.sf(k - 1, n, base) for n, k in bought]
    np.testing.assert_allclose(found["p_value"], expected, rtol=1e-12, atol=0)
