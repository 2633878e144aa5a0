"""Distinct ids are numbered alike in every library, and a missing one has no number."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crmkit._frames import distinct_ids, read_eager
from crmkit.report.intake.doubtful_rows import doubtful_rows

IDS = ["b", None, "a", "b", " ", "NULL", "a", "0"]


def _coded(ids: list[str | None]) -> pa.Table:
    return pa.table({"id": pa.array(ids).dictionary_encode()})


FRAMES: dict[str, Callable[[list[str | None]], Any]] = {
    "pandas": lambda ids: pd.DataFrame({"id": ids}),
    "pandas categories": lambda ids: pd.DataFrame({"id": pd.Categorical(ids)}),
    "polars": lambda ids: pl.DataFrame({"id": ids}),
    "polars categories": lambda ids: pl.DataFrame(
        {"id": ids}, schema={"id": pl.Categorical}
    ),
    "pyarrow": lambda ids: pa.table({"id": ids}),
    "pyarrow categories": _coded,
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize(
    "ids", [IDS, ["x", "y", "x"], ["x"]], ids=["holes", "whole", "one"]
)
def test_each_row_has_the_number_of_its_id(
    make: Callable[[list[str | None]], Any], ids: list[str | None]
) -> None:
    codes, names = distinct_ids(read_eager(make(ids), ["id"]), "id")
    named = names.to_list()
    assert sorted(named) == sorted({each for each in ids if each is not None})
    assert [None if at < 0 else named[at] for at in codes.tolist()] == ids


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_doubtful_ids_are_found_as_text_or_as_categories(
    make: Callable[[list[str | None]], Any],
) -> None:
    ids: list[str | None] = [*IDS, *["0"] * 20, "Total:", "n/a", "null"]
    frame = read_eager(make(ids), ["id"])
    found = doubtful_rows(frame, "id", np.ones(len(ids)))
    assert np.flatnonzero(found.without_id).tolist() == [1, 4]
    assert np.flatnonzero(found.placeholder).tolist() == [5, *range(7, 28), 29, 30]
    assert np.flatnonzero(found.total).tolist() == [28]
    assert found.placeholders == ("0", "NULL", "n/a", "null")
