"""Distinct whole numbers are found by sorting."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crmkit.kernels.base.distinct_numbers import distinct_numbers


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30))
def test_each_number_comes_once_in_rising_order(values: list[int]) -> None:
    found = distinct_numbers(np.array([*values, *values], dtype=np.int64))
    assert found.tolist() == sorted(set(values))
