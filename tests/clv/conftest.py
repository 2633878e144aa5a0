"""CDNOW's 1/10 sample in weeks, as published: once per run."""

from typing import Any

import pandas as pd
import pytest

import crmkit as ck
from crmkit.datasets import load_cdnow_sample

Frame = Any


@pytest.fixture(scope="session")
def cdnow() -> pd.DataFrame:
    """The 2,357 customers of 39 weeks behind every published CDNOW fit."""
    customers: pd.DataFrame = ck.rfm_summary(
        load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    )
    return customers
