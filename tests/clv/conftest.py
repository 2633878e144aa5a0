"""CDNOW's 1/10 sample in weeks, as published, and a small company: once per run."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as ck
from crmkit.clv import Assumptions, fit_references
from crmkit.clv.components.customer_outlook import Outlook
from crmkit.clv.components.model_expectations import open_outlook
from crmkit.datasets import load_cdnow_sample
from crmkit.datasets.simulated_company import simulate_company

Frame = Any


@pytest.fixture(scope="session")
def cdnow() -> pd.DataFrame:
    """The 2,357 customers of 39 weeks behind every published CDNOW fit."""
    customers: pd.DataFrame = ck.rfm_summary(
        load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    )
    return customers


@pytest.fixture(scope="session")
def outlook() -> Outlook:
    """A simulated company of 60 customers, seen from its last day."""
    end = "2023-12-31"
    ledger: Any = simulate_company(
        customers=60, rng=np.random.default_rng(3), backend="polars"
    )
    return open_outlook(
        ledger,
        references=fit_references(ledger, as_of=end),
        as_of=end,
        time_unit="week",
        assumptions=Assumptions(),
    )
