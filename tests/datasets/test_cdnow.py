"""Facts of the CDNOW log, and that reading it leaves the process alone."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmkit.datasets import load_cdnow, load_cdnow_sample
from crmkit.datasets.backend import Backend

ColumnsOf = Callable[[Any], dict[str, list[Any]]]


def test_the_full_log_has_the_published_size() -> None:
    log = load_cdnow()
    assert len(log) == 69_659
    assert log["customer_id"].nunique() == 23_570
    assert log["amount"].sum() == pytest.approx(2_500_315.63, rel=1e-12)
    assert (log["amount"] == 0).sum() == 80
    assert log["quantity"].sum() == 167_881


def test_every_first_purchase_falls_in_the_first_quarter_of_1997() -> None:
    log = load_cdnow()
    first = log.groupby("customer_id")["date"].min()
    assert str(first.min().date()) == "1997-01-01"
    assert str(first.max().date()) == "1997-03-25"
    assert str(log["date"].max().date()) == "1998-06-30"


def test_the_sample_has_the_published_size() -> None:
    sample = load_cdnow_sample()
    assert len(sample) == 6_919
    assert sample["customer_id"].nunique() == 2_357


def test_the_sample_is_part_of_the_full_log() -> None:
    full, sample = load_cdnow(), load_cdnow_sample()
    chosen = full[full["customer_id"].isin(sample["customer_id"])]
    by = list(full.columns)
    np.testing.assert_array_equal(
        chosen.sort_values(by).to_numpy(), sample.sort_values(by).to_numpy()
    )


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_the_log_is_the_same_in_every_library(
    backend: Backend, columns_of: ColumnsOf
) -> None:
    columns = columns_of(load_cdnow_sample(backend=backend))
    assert list(columns) == ["customer_id", "date", "quantity", "amount"]
    assert columns["customer_id"][:2] == [4, 4]
    assert str(columns["date"][0])[:10] == "1997-01-01"
    assert np.sum(columns["amount"]) == pytest.approx(244091.94, rel=1e-9)


def test_loading_imports_neither_lifetimes_nor_touches_the_filters() -> None:
    code = (
        "import sys, warnings\n"
        "from crmkit.datasets import load_cdnow_sample\n"
        "import polars\n"
        "before = list(warnings.filters)\n"
        "load_cdnow_sample(backend='polars')\n"
        "assert list(warnings.filters) == before\n"
        "assert 'lifetimes' not in sys.modules\n"
        "assert 'pandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
