"""Facts of the donation cells."""

from collections.abc import Callable
from typing import Any

import pytest

from crmkit.datasets import load_donations
from crmkit.datasets.backend import Backend

ColumnsOf = Callable[[Any], dict[str, list[Any]]]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_the_cells_hold_11104_donors_over_six_years(
    backend: Backend, columns_of: ColumnsOf
) -> None:
    cells = columns_of(load_donations(backend=backend))
    assert list(cells) == ["frequency", "recency", "T", "weight"]
    assert sum(cells["weight"]) == 11_104
    assert set(cells["T"]) == {6}


def test_3464_donors_never_gave_again() -> None:
    cells = load_donations()
    assert cells.loc[cells["frequency"] == 0, "weight"].tolist() == [3_464]


def test_no_history_gives_more_often_than_its_last_year_allows() -> None:
    cells = load_donations()
    assert (cells["frequency"] <= cells["recency"]).all()
    assert (cells["recency"] <= cells["T"]).all()
